"""The errors that this package raises on purpose."""

from datetime import timedelta
from enum import StrEnum


class BotError(Exception):
    """The base class of them all."""

    @property
    def logged(self) -> str:
        """What the log may hold of it."""
        return str(self)


class UserError(BotError):
    """A sentence that may be shown in Slack: what is wrong, then what to type."""


class PolicyError(BotError):
    """A policies file that cannot be used; `problems` lists everything wrong.

    They are for the terminal. `discreet` are the same without a word of the customers'
    file, which may be any file that was named by mistake: for Slack and the log.
    """

    def __init__(
        self, problems: tuple[str, ...], discreet: tuple[str, ...] | None = None
    ) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.discreet = problems if discreet is None else discreet

    @property
    def logged(self) -> str:
        """What the log may hold of it: no word of the customers' file."""
        return "\n".join(self.discreet)


class UnopenedError(PolicyError):
    """A policies file that cannot be opened just now, which says nothing about it."""


class StorageError(BotError):
    """The database refused, and nothing was stored. `reason` may be shown in Slack.

    With `in_doubt` the connection was lost during the COMMIT, which may have succeeded.
    With `may_pass` it may mend by itself, so that waiting helps.
    """

    def __init__(
        self, reason: str, *, in_doubt: bool = False, may_pass: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.in_doubt = in_doubt
        self.may_pass = may_pass


class Fate(StrEnum):
    """What a failed call to Slack means for the message or form it was about."""

    NOT_DONE = "not done"
    REFUSED = "refused"
    GONE = "gone"
    INSTALLATION = "installation"
    UNKNOWN = "unknown"
    UNDOCUMENTED = "undocumented"


class SlackError(BotError):
    """Slack refused a call, or did not answer it.

    `code` is Slack's error code. `NOT_DONE`: try again. `REFUSED`: this message will
    never be accepted. `GONE`: the message or thread is no longer there, or
    can no longer be changed. `INSTALLATION`: nothing is accepted until a person
    repairs the app. `UNKNOWN`: Slack may or may not have done it. `UNDOCUMENTED`: a
    refusal that we do not know; try again, but not for ever. `retry_after` is how long
    Slack wants us to wait; `is_away` means that no call gets through at the moment.
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
