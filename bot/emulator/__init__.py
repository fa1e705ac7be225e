"""A small, strict, local Slack for tests, demonstrations and trials.

It serves the part of Slack's Web API and of Socket Mode that the bot uses, on
127.0.0.1, and lets people act in it. `LocalSlack` is the way in; see `driver`. In a
process of its own it is driven in the same words; see `remote`, and `control` for the
JSON between them.
"""

from bot.emulator.driver import LocalSlack
from bot.emulator.exchanges import Answer
from bot.emulator.faults import Fault
from bot.emulator.records import Change, Channel, Message, Person, View

__all__ = [
    "Answer",
    "Change",
    "Channel",
    "Fault",
    "LocalSlack",
    "Message",
    "Person",
    "View",
]
