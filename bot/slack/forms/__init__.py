"""The forms, one file each: its view, how it is read, and its receipt."""
