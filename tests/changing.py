"""A story whose policy is a file that somebody edits."""

from pathlib import Path
from typing import Self

from bot.policy.parsing.policy_file import default_text
from bot.policy.parsing.public_holidays import public_holidays
from bot.triage.policy_changes import InForce, PolicyWatch, at_start
from tests.story import TODAY, Story


class Changing(Story):
    """Its policy is the file `policies.yaml` in a folder; as a context it runs."""

    def __init__(self, folder: Path, at: str = "2026-11-24 10:00") -> None:
        super().__init__(folder, at)
        self.file = folder / "policies.yaml"
        if not self.file.exists():
            self.write()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self.stop()

    def write(self, *pairs: tuple[str, str]) -> None:
        """Save the shipped policy with some of its words replaced."""
        text = default_text()
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        self.file.write_text(text, encoding="utf-8")

    def start_bot(self) -> None:
        """Start as `sevbot run` does, on the file as it stands."""
        source, policy, problems = at_start(
            self.file, self.database_url, public_holidays, TODAY
        )
        self.policy = self.in_force = in_force = InForce(policy)
        super().start_bot()
        self.watch = PolicyWatch(source, in_force, self.bot.context)
        self.watch.prepare = self.bot.feeds.look
        self.watch.begin(problems)
        self.settle()

    def look(self, times: int = 2) -> None:
        """Let the bot look at the file, as it does every few seconds."""
        for _ in range(times):
            self.system_clock.advance(seconds=5)
            self.watch.look()
        self.settle()

    def leads(self) -> list[str]:
        """Return the notices about the policy in the leads' channel."""
        said = [self.slack.notice(one, "lea") for one in self.slack.channel("leads")]
        return [one for one in said if one.startswith("policies.yaml ")]

    def opening_answer(self) -> str:
        """Open an incident of Globex, and return the answer to its typist."""
        answer = self.command("dee", "/sev2 globex: push fails")
        assert answer.private is not None
        return self.slack.notice(answer.private, "dee")
