"""Calendars as other programs write them."""

from collections.abc import Iterable
from datetime import date
from itertools import count

from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy

TODAY = date(2026, 11, 20)
_NUMBERS = count(1)


def event(title: str, since: str, until: str = "", *more: str) -> str:
    """Return an event: `20261123T090000`, `…Z` in UTC, `20261123` for whole days.

    `more` are lines of their own. An end that is left out is not written.
    """
    lines = [f"UID:{next(_NUMBERS)}", f"SUMMARY:{title}", _at("DTSTART", since), *more]
    if until:
        lines.append(_at("DTEND", until))
    return _within("VEVENT", lines)


def calendar(*events: str) -> str:
    """Return a calendar of these events."""
    return _within("VCALENDAR", ["VERSION:2.0", "PRODID:tests", *events])


def planned(*lines: str) -> str:
    """Return the shipped policy whose primary is planned elsewhere."""
    return primary("names: {Ana: U0ANA, Ben: U0BEN}", *lines)


def primary(*lines: str) -> str:
    """Return the shipped policy whose primary is a rotation of these lines."""
    entry = ["zone: America/Los_Angeles", *lines]
    found = policy_file.default_text()
    old = "on_call:\n  primary: U0ANA\n"
    assert old in found
    indented = "".join(f"    {one}\n" for one in entry)
    new = f"rotations:\n  support:\n{indented}on_call:\n  primary: support\n"
    return found.replace(old, new)


def policy(*lines: str) -> Policy:
    """Return that policy; without lines it is a file, support.ics."""
    return policy_file.read(
        planned(*(lines or ["ical: support.ics"])),
        name="policies.yaml",
        holidays=public_holidays,
        today=TODAY,
    )


def _at(name: str, at: str) -> str:
    kind = ";VALUE=DATE" if len(at) == 8 else ""
    return f"{name}{kind}:{at}"


def _within(what: str, lines: Iterable[str]) -> str:
    inner = "".join(one if one.endswith("\r\n") else f"{one}\r\n" for one in lines)
    return f"BEGIN:{what}\r\n{inner}END:{what}\r\n"
