"""The few ways in which something can go wrong, each with who may read it."""

from datetime import timedelta
from enum import StrEnum


class BotError(Exception):
    """The root of every error that this package raises on purpose."""


class UserError(BotError):
    """A sentence that may be shown in Slack: what is wrong, then what to type."""


class PolicyError(BotError):
    """A policies file that cannot be used; `problems` says everything at once."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StorageError(BotError):
    """The database refused: nothing was recorded. `reason` may be shown in Slack.

    `in_doubt` tells that it was lost while it committed: nobody knows what it did.
    """

    def __init__(self, reason: str, *, in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.in_doubt = in_doubt


class Fate(StrEnum):
    """What a failed call to Slack means for what it wanted."""

    NOT_DONE = "not done"
    REFUSED = "refused"
    INSTALLATION = "installation"
    UNKNOWN = "unknown"


class SlackError(BotError):
    """Slack refused a call, or did not answer it.

    `code` is Slack's own word for it. `NOT_DONE` may be tried again, `REFUSED` never
    will be granted for this message, `INSTALLATION` grants nothing until somebody
    mends the app, and after `UNKNOWN` it may or may not have happened. `retry_after`
    is what a 429 asked for. `is_away` tells that no call of any kind gets through.
    """

    def __init__(
        self,
        code: str,
        fate: Fate,
        *,
        retry_after: timedelta | None = None,
        is_away: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.fate = fate
        self.retry_after = retry_after
        self.is_away = is_away or fate is Fate.INSTALLATION
