"""What pretraining is worth on other tasks."""
