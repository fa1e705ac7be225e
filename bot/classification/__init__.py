"""Suggest a severity for the text of a message."""
