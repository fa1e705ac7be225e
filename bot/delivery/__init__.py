"""What goes out to Slack: the outbox, and what becomes of each message."""
