"""Who is paged next while nobody answers."""

from dataclasses import dataclass
from datetime import timedelta

from bot.policy.on_call import Role
from bot.policy.severities import Severity


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """A step of the escalation: who is paged, and how long after its start.

    `ring` names a target outside of Slack that makes a noise, if there is one.
    """

    after: timedelta
    tell: tuple[Role, ...]
    ring: str | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is paged next while nobody answers, and how often an owner must check in.

    After the last step everybody in it is paged again at each `repeat`; on a Sev2 after
    each wait of `repeat_sev2`, whose last one stays. `wakes` holds the severities and
    plans that escalate by day and night. For the others the steps count in business
    time.
    """

    steps: tuple[EscalationStep, ...]
    repeat: timedelta
    repeat_sev2: tuple[timedelta, ...]
    check_in_every: timedelta
    check_in_repeat: timedelta
    wakes: frozenset[tuple[Severity, str]]

    @property
    def roles(self) -> tuple[Role, ...]:
        """Return everybody whom it pages."""
        return tuple(dict.fromkeys(role for one in self.steps for role in one.tell))

    @property
    def rings(self) -> tuple[str, ...]:
        """Return all that rings outside of Slack."""
        return tuple(dict.fromkeys(one.ring for one in self.steps if one.ring))

    def waits(self, severity: Severity) -> tuple[timedelta, ...]:
        """Return how long to wait before each repeat; the last wait stays."""
        return (self.repeat,) if severity is Severity.SEV1 else self.repeat_sev2

    def repeated_after(self, severity: Severity, repeats: int) -> timedelta:
        """Return how long after the last step the repeat of this number comes."""
        waits = self.waits(severity)[:repeats]
        return sum(waits, timedelta(0)) + waits[-1] * (repeats - len(waits))
