"""Rows in and out of the tables."""
