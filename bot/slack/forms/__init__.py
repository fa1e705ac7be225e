"""The forms, a file each: its view, how it is read, its receipt."""
