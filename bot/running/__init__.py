"""What runs by itself: the scheduler, the senders, the daily backups."""
