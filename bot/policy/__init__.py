"""The support policy: targets, calendars and people on call. Pure."""
