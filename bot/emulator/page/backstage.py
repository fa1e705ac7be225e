"""What a demonstration adds to the page: its clock, what comes next, its stories.

The local Slack knows nothing about the app that it serves. The code that starts both
gives an object to the page, which shows that object's state.
"""

from typing import Protocol

from bot.emulator.api.refusals import Json


class Impossible(Exception):  # noqa: N818 - a sentence for the person who asked.
    """The act is not possible now; the message says why."""


class Backstage(Protocol):
    """The other side of the page's panel.

    `state` returns what the panel shows, each part under a key of its own; a key that
    is missing hides its part:

    - `clock`: `{"now": ISO 8601, "zone": the team's, "speed": 0 | 60 | ..., "to":
      where a jump leads, or null}`
    - `ahead`: what will happen, soonest first: `{"at", "what", "about", "to": [ids],
      "why", "due", "kind"}`, instants as ISO 8601, `to` ids of people and channels
    - `sent`: what became of messages, newest first: `{"at", "what", "to", "state",
      "why", "text"}`
    - `waiting`: how many messages are not sent yet
    - `app`: `{"state": "running" | "starting" | "dead"}`
    - `stories`: `[{"id", "title", "about"}]`, and `story`: the one that plays:
      `{"id", "title", "caption", "doing", "step", "of", "who", "where", "playing",
      "over", "trouble"}`
    - `policy`: `{"name", "problems": [sentences], "notice"}`

    `state` is called from one thread at a time and may read a database.
    """

    def state(self) -> Json:
        """Return what the panel shows now."""

    def do(self, act: str, arguments: Json) -> None:
        """Do what a button of the panel asks for; raises Impossible with a reason.

        The acts are `forward` (`minutes`), `to` (`at`), `opening`, `reminder`, `play`
        (`speed`), `pause`, `kill`, `start`, `story` (`story`, its id), `step`,
        `autoplay`, `leave` (the story), `over` (start over) and `reload` (the policy).
        """
