"""The forms: what they show, and how what was entered is read."""
