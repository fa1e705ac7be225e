"""What is said: a file for each kind of message."""
