"""Read a calendar from its file or address, and understand it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from pydantic import SecretStr

from bot.delivery import web_calls
from bot.delivery.web_calls import Networks, WebCallError
from bot.errors import BotError
from bot.feeds import expanding
from bot.policy.feeds import Entry, Understood, understood
from bot.policy.parsing import files
from bot.policy.parsing.policy_file import DEFAULT_NAME
from bot.policy.rotations import Feed
from bot.settings import Settings

_LARGEST = 2_000_000
# What reads a calendar from elsewhere needs none of our settings.
_SECRETS = ("SLACK_", "SEVBOT_", "DATABASE_URL")
# As long as covers are kept, and so far as anybody plans.
_BACK, _AHEAD = timedelta(days=60), timedelta(days=400)
_CALLS = {
    "no_answer": "did not answer within ten seconds",
    "not_reached": "cannot be reached",
    "private_address": "is at a private address, and SEVBOT_PRIVATE_ADDRESSES does "
    "not list it",
    "too_long": "has more than 2 MB",
}


class FeedError(BotError):
    """A calendar cannot be read. The sentence names neither its address nor texts."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where calendars are: in a `folder`, or at an address by the rotation's name."""

    folder: Path
    addresses: Mapping[str, SecretStr]
    private: Networks


def sources_of(settings: Settings, policies: Path | None = None) -> Sources:
    """Return where the settings have calendars, beside a policies file."""
    file = policies or settings.policies or Path(DEFAULT_NAME)
    return Sources(file.parent, settings.icals, settings.private_addresses)


def read(feed: Feed, sources: Sources, now: datetime) -> Understood:
    """Return what a calendar says around now. Raises FeedError."""
    what = feed.file or f"what {_variable(feed)} names"
    missing = {"icalendar", "recurring_ical_events"}
    if not all(map(find_spec, missing)):
        raise FeedError(
            f"{what} cannot be read: the libraries for it are not installed. Install "
            "sevbot[ical]"
        )
    found = _entries(feed, _content(feed, sources, what), what, now)
    if not found:
        # It stands for no plan. Who was on by the last copy stays on.
        raise FeedError(f"{what} holds no events around now")
    return understood(found, feed.people, now)


def _content(feed: Feed, sources: Sources, what: str) -> bytes:
    try:
        if feed.file is not None:
            content = files.content(sources.folder / feed.file)
        elif (url := sources.addresses.get(feed.name)) is not None:
            return web_calls.call(
                url.get_secret_value(), sources.private, most=_LARGEST
            )
        else:
            raise FeedError(f"{_variable(feed)} is not set")
    except WebCallError as error:
        code = str(error)
        said = f"answered {code.removeprefix('http_')}" if "http_" in code else ""
        raise FeedError(f"{what} {said or _CALLS[code]}") from error
    except OSError as error:
        raise FeedError(f"{what} cannot be read: {error.strerror}") from error
    if len(content) > _LARGEST:
        raise FeedError(f"{what} {_CALLS['too_long']}")
    return content


def _entries(feed: Feed, content: bytes, what: str, now: datetime) -> list[Entry]:
    asked = {
        "zone": feed.zone.key,
        "hand_over": feed.hand_over.isoformat(),
        "since": (now - _BACK).isoformat(),
        "until": (now + _AHEAD).isoformat(),
    }
    try:
        ran = subprocess.run(  # noqa: S603  # It is ours.
            [sys.executable, "-m", expanding.__name__],
            input=json.dumps(asked).encode() + b"\n" + content,
            capture_output=True,
            timeout=expanding.WITHIN_S,
            check=True,
            env={k: v for k, v in os.environ.items() if not k.startswith(_SECRETS)},
        )
    except subprocess.TimeoutExpired as error:
        raise FeedError(f"{what} takes more than ten seconds to be read") from error
    except subprocess.CalledProcessError as error:
        # What the process says itself may quote the calendar.
        took_all = error.returncode < 0
        why = "takes more time or memory than it may" if took_all else "is broken"
        raise FeedError(f"{what} {why}") from error
    answer = json.loads(ran.stdout)
    if "refused" in answer:
        raise FeedError(f"{what} {answer['refused']}")
    return [
        Entry(
            datetime.fromisoformat(since), datetime.fromisoformat(until), tuple(texts)
        )
        for since, until, texts in answer["entries"]
    ]


def _variable(feed: Feed) -> str:
    return f"SEVBOT_ICAL_{feed.name.upper()}_URL"
