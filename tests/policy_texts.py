"""A small policies file for tests, in which each line is easy to count."""

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from bot.errors import PolicyError
from bot.policy.parsing import policy_file
from bot.policy.policies import Policy

TODAY = date(2026, 11, 22)
SMALL = """\
plans:
  gold: Gold
  basic: Basic
severities:
  sev1: {means: down}
  sev2: {means: broken, examples: [slow for all]}
  sev3: {means: odd}
  sev4: {means: a question}
first_response:
  sev1: {gold: 1 hour (24x7), basic: 4 business hours}
  sev2: {gold: 4 business hours, basic: 8 business hours}
  sev3: {gold: 1 business day, basic: 2 business days}
  sev4: {gold: 2 business days, basic: none}
follow_up:
  sev1: {gold: continuous, basic: continuous}
  sev2: {gold: every 4 hours (24x7), basic: every day}
  sev3: {gold: every day, basic: twice per week}
  sev4: {gold: weekly, basic: none}
interpretations:
  every_day: business days
  per_business_day: the actual length
  per_week: the nominal length
  week_ends_closed: the closing before
  continuous_news_as: sev2
  waiting_pauses: [sev2, sev3, sev4]
  reopened_owes: an update
  unknown_customer: the best plan
calendars:
  office:
    zone: Europe/Berlin
    hours: {mon-fri: 09:00-17:00}
    holidays: {country: XY}
calendar:
  team: office
customers:
  Acme: {plan: gold, aliases: [acme corp], channel: C0ACME}
  Globex: {plan: basic}
channels: {incidents: C0INCIDENTS, digest: C0LEADS, fallback: C0SUPPORT}
on_call: {primary: U0ANA, backup: U0BEN, lead: U0LEA}
escalation:
  wakes: [gold]
  steps:
    - {after: 0m, tell: [primary]}
    - {after: 10m, tell: [backup]}
    - {after: 20m, tell: [lead, fallback]}
  repeat: 15m
  check_in_every: 60m
  check_in_repeat: 15m
reminders: {ahead: 25%, at_least: 15m, before_closing: 15m, together: 2m}
digest: {at: "09:15"}
"""


# What a policy loses with its mildest severity.
NO_SEV4 = (
    ("  sev4: {means: a question}\n", ""),
    ("  sev4: {gold: 2 business days, basic: none}\n", ""),
    ("  sev4: {gold: weekly, basic: none}\n", ""),
)


def changed(*pairs: tuple[str, str]) -> str:
    """Return the small file with some of its words replaced, each found once."""
    text = SMALL
    for old, new in pairs:
        assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def holidays(country: str, subdivision: str | None, years: range) -> Mapping[date, str]:
    """Know one country, XY, with one province, N, and its New Year and Founding Day."""
    if country != "XY":
        raise ValueError(f'"{country}" is no country; write XY')
    if subdivision not in (None, "N"):
        raise ValueError(f'"{subdivision}" is no subdivision of XY; write N')
    days = {date(year, 1, 1): "New Year" for year in years}
    if subdivision:
        days |= {date(year, 6, 8): "Founding Day" for year in years}
    return days


def policy_of(
    text: str, files: Mapping[str, str] | None = None, today: date = TODAY
) -> Policy:
    """Read a text as policies.yaml, on 22 November 2026, beside some other files."""
    return policy_file.read(
        text,
        name="policies.yaml",
        holidays=holidays,
        today=today,
        read_file=_reader(files or {}),
    )


def problems_of(text: str, files: Mapping[str, str] | None = None) -> list[str]:
    """Return what is said to be wrong with a text."""
    with pytest.raises(PolicyError) as caught:
        policy_of(text, files)
    return list(caught.value.problems)


def _reader(files: Mapping[str, str]) -> Callable[[str], str]:
    def read(name: str) -> str:
        if name not in files:
            raise PolicyError((f"{name} does not exist",))
        return files[name]

    return read
