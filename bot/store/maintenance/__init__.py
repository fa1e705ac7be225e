"""Backup, check, restore, erase and copy a database."""
