"""Calendars from elsewhere: read where they are, understood, and shared by the bots."""
