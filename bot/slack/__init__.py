"""The messages and forms, and the client for Slack's Web API."""
