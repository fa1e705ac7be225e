"""A small, strict, local Slack for tests, demonstrations and trials.

It serves the part of Slack's Web API and of Socket Mode that the bot uses, on
127.0.0.1, and lets people act in it. `driver.LocalSlack` is the way in.
"""
