"""The local Slack in a browser."""
