"""A small, strict, local Slack for tests, demonstrations and trials.

It serves the part of Slack's Web API and of Socket Mode that the bot uses, on
127.0.0.1, and lets people act in it. `driver.LocalSlack` is the way in. In a process of
its own it is driven in the same words; see `remote`, and `control` for the JSON between
them.
"""
