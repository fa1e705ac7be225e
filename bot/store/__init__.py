"""The database (the record), and the only package that contains SQL."""
