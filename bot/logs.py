"""The format of the log: one line per event, with its facts at the end."""

import logging
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import format_tb

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",  # uvicorn's, the same text once more
}
_MOST_A_MINUTE = 20
# Control characters, and those that turn the direction of what follows.
_UNSEEN = re.compile(
    "[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# APScheduler warns whenever a tick is asked for while one is running. That is normal
# with many commands, and our watchdog notices a tick that hangs.
_LIBRARIES = {
    "slack_bolt": logging.WARNING,
    "slack_sdk": logging.WARNING,
    "websockets": logging.WARNING,
    "apscheduler": logging.ERROR,
}


def visible(text: str, keeps: str = "") -> str:
    """Return a text with its control characters written out, as \\u001b."""
    return _UNSEEN.sub(
        lambda found: found[0] if found[0] in keeps else f"\\u{ord(found[0]):04x}", text
    )


class Formatter(logging.Formatter):
    """Writes `2026-11-24T18:15:00Z INFO bot.delivery.outbox: event key=value`.

    The words of Slack's libraries are left out: they quote answers, headers, tokens.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, and a traceback below it if there is one."""
        at = datetime.fromtimestamp(record.created, UTC)
        head = f"{at:%Y-%m-%dT%H:%M:%SZ} {record.levelname} {record.name}:"
        facts = [f"{k}={v}" for k, v in vars(record).items() if k not in _OWN]
        is_slacks = record.name.startswith(("slack_sdk", "slack_bolt"))
        place = f"see {record.filename} line {record.lineno}"
        said = place if is_slacks else record.getMessage()
        line = visible(" ".join([head, said, *facts]))
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join([line, *_trace(error)])


def _trace(error: BaseException | None) -> Iterator[str]:
    """Yield the traceback of an error, its cause first.

    Messages are left out: they may quote what a person typed, or a secret.
    """
    if error is None:
        return
    yield from _trace(error.__cause__ or error.__context__)
    yield "".join(format_tb(error.__traceback__)) + f"{type(error).__qualname__}"


def _is_told(record: logging.LogRecord) -> bool:
    # Bolt gives its loggers the root's level when it creates them, so setting a level
    # on `slack_bolt` does not reach them.
    library = record.name.partition(".")[0]
    return record.levelno >= _LIBRARIES.get(library, logging.NOTSET)


class Flood(logging.Filter):
    """Lets a warning or error through twenty times a minute, and counts the others.

    A fault that repeats, or a stranger who causes one on purpose, must not fill the
    disk. What comes from one place in the code, with one type of error, is one kind.
    The next line of its kind says in `left_out` how many were not written.
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[object, ...], tuple[int, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record is written."""
        if record.levelno < logging.WARNING:
            return True
        error = record.exc_info[0] if record.exc_info else None
        kind = (record.name, record.pathname, record.lineno, error)
        minute = int(record.created // 60)
        began, count = self._seen.get(kind, (minute, 0))
        if began != minute:
            if count > _MOST_A_MINUTE:
                record.left_out = count - _MOST_A_MINUTE
            began, count = minute, 0
        self._seen[kind] = (began, count + 1)
        return count < _MOST_A_MINUTE


def to_stderr(level: int = logging.INFO) -> None:
    """Log to stderr, with warnings and errors only from libraries.

    At lower levels they log what Slack sends, customers' texts and tokens included.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    handler.addFilter(_is_told)
    handler.addFilter(Flood())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name, least in _LIBRARIES.items():
        logging.getLogger(name).setLevel(least)
