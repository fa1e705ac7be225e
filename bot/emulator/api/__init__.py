"""What the local Slack serves to the app, with Slack's own limits."""
