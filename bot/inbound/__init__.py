"""Receive commands, presses and forms from Slack, and answer them."""
