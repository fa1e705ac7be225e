"""What comes in from Slack, and the way out of it: an answer."""
