"""What is said, and how Slack is asked."""
