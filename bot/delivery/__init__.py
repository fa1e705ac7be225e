"""Send messages to Slack: the outbox, reconciliation, rate limits and recovery."""
