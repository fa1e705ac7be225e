"""The background threads: the scheduler, the senders, people and backups."""
