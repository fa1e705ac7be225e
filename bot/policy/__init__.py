"""The support policy: targets, calendars, who is on call. Pure."""
