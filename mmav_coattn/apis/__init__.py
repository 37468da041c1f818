"""What tools and scripts call."""
