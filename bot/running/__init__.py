"""The background threads: the scheduler, the senders and the daily backups."""
