"""The team of the simulated year: eight people in three zones, and its policy."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.incidents.reach import Account
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy

YEAR = 2026
_ZONES = {
    "America/Los_Angeles": ("U0ANA", "U0DEE", "U0FAY", "U0LEA"),
    "America/New_York": ("U0BEN", "U0GUS"),
    "Europe/Berlin": ("U0CEM", "U0HAL"),
}
ACCOUNTS = {
    person: Account(ZoneInfo(zone))
    for zone, people in _ZONES.items()
    for person in people
}
_ON_CALL = """\
rotations:
  first:
    zone: America/Los_Angeles
    hand_over: mon 09:00
    every: 1 week
    starts: 2025-12-01
    members: [U0ANA, U0BEN, U0DEE, U0FAY]
  second:
    zone: America/Los_Angeles
    hand_over: mon 09:00
    every: 1 week
    starts: 2025-12-01
    members: [U0CEM, U0GUS, U0HAL]
on_call:
  primary: first
  backup: second
  lead: U0LEA
"""
_ALONE = """\
on_call:
  primary: U0ANA
  backup: U0BEN
  lead: U0LEA
"""


def policy() -> Policy:
    """Return the shipped policy, with people who take turns on call."""
    text = policy_file.default_text()
    assert _ALONE in text
    return policy_file.read(
        text.replace(_ALONE, _ON_CALL),
        name="policies.yaml",
        holidays=public_holidays,
        today=date(YEAR, 6, 30),
    )
