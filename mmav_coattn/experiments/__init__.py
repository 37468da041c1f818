"""Comparing networks over seeds, transfer to recognition, and reports."""
