"""One HTML file that shows what a work directory holds."""
