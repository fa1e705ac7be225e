"""The policy of a demo: from a file, or the one that comes with the bot."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.errors import PolicyError
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy

_LINE = re.compile(r"\bline (\d+)")
_TODAY = date(2026, 11, 23)
_ALONE = "on_call:\n  primary: U0ANA\n"
_BY_TURNS = """\
rotations:
  support:
    zone: America/Los_Angeles
    hand_over: sat 09:00
    every: 2 weeks
    starts: 2026-11-14
    members: [U0ANA, U0DEE]
on_call:
  primary: support
"""


class Policies:
    """The policy of a demo: the file's, or the shipped one if it was never valid."""

    def __init__(self, file: Path | None) -> None:
        self.name = file.name if file else "policies.yaml"
        self._file = file
        self.problems: list[dict[str, str]] = []
        self._policy = shipped()
        self.read_again()

    def __call__(self) -> Policy:
        return self._policy

    def read_again(self) -> None:
        """Read the file; if it is broken, the last good policy stays in force."""
        if self._file is None:
            return
        try:
            self._policy = policy_file.load(
                self._file, holidays=public_holidays, today=_TODAY
            )
        except PolicyError as error:
            lines = policy_file.read_text(self._file).splitlines()
            self.problems = [_shown(one, lines) for one in error.problems]
        else:
            self.problems = []


def _shown(problem: str, lines: Sequence[str]) -> dict[str, str]:
    """Return a problem, with the line of the file that causes it."""
    number = _LINE.search(problem)
    if number is None or int(number[1]) > len(lines):
        return {"said": problem}
    return {"said": problem, "line": lines[int(number[1]) - 1].strip()}


def shipped() -> Policy:
    """Return the policy that comes with the bot, as of the days of the stories.

    The team takes turns as its primary. It names the emoji that logs an update, which
    is off as shipped.
    """
    text = policy_file.default_text().replace(_ALONE, _BY_TURNS)
    text = text.replace('update_emoji: "off"', "update_emoji: telephone_receiver")
    return policy_file.read(
        text, name="policies.yaml", holidays=public_holidays, today=_TODAY
    )
