"""The policy of a demo: from a file, or the one that comes with the bot."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.errors import PolicyError
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy

ReadPolicy = Callable[[], Policy]

_LINE = re.compile(r"\bline (\d+)")
_TODAY = date(2026, 11, 23)


class Policies:
    """The policy of a demo: the file's, or the shipped one if it was never valid."""

    def __init__(
        self,
        name: str,
        read: ReadPolicy,
        shipped: ReadPolicy,
        text: Callable[[], str] = lambda: "",
    ) -> None:
        self.name = name
        self._text = text
        self.problems: list[dict[str, str]] = []
        self._read = read
        self._shipped = shipped
        self._policy = shipped()
        self.read_again()

    def __call__(self) -> Policy:
        """Return the policy in force."""
        return self._policy

    def read_again(self) -> None:
        """Read the file; if it is broken, the last good policy stays in force."""
        try:
            self._policy = self._read()
        except PolicyError as error:
            self.problems = [self._shown(one) for one in error.problems]
        else:
            self.problems = []

    def _shown(self, problem: str) -> dict[str, str]:
        """Return a problem, with the line of the file that causes it."""
        number = _LINE.search(problem)
        lines = self._text().splitlines()
        if number is None or int(number[1]) > len(lines):
            return {"said": problem}
        return {"said": problem, "line": lines[int(number[1]) - 1].strip()}


def shipped() -> Policy:
    """Return the policy that comes with the bot, as of the days of the stories."""
    text = policy_file.default_text()
    return policy_file.read(
        text, name="policies.yaml", holidays=public_holidays, today=_TODAY
    )


def tried(file: Path | None) -> Policies:
    """Return the policy of a file, or the one that comes with the bot."""
    if file is None:
        return Policies("policies.yaml", shipped, shipped)

    def read() -> Policy:
        return policy_file.load(file, holidays=public_holidays, today=_TODAY)

    def text() -> str:
        return policy_file.read_text(file)

    return Policies(file.name, read, shipped, text)
