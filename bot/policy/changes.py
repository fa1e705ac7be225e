"""What a new policy says otherwise than an old one, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from bot.policy import tables, wording
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import Target

# The first two are one section of the file, told setting by setting; the others alone.
_BY_SETTING = ("interpretations", "conduct")
_SECTIONS = {
    "plans": "plans", "intake": "intake", "update_emoji": "update_emoji",
    "effective_from": "effective_from", "severities": "severities",
    "calendars": "calendars",
    "calendar_choice": "calendar", "customers": "customers", "channels": "channels",
    "on_call": "on_call", "escalation": "escalation", "reminders": "reminders",
    "digests": "digest", "erase_texts_after": "retention",
    "not_an_incident": "not_an_incident", "budget": "attention",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell of a table that says something else. Words are `None` where it is not."""

    table: str
    severity: Severity
    plan: str
    title: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        return f"{self.title}: {self.old or 'nothing'} -> {self.new or 'nothing'}"


def cells(old: Policy, new: Policy) -> Iterator[Changed]:
    """Yield the cells that changed, table by table, as the new policy orders them."""
    names = {plan.id: plan.name for policy in (old, new) for plan in policy.plans}
    for table in tables.EVERY:
        before, after = tables.cells(old, table), tables.cells(new, table)
        for cell in sorted(
            {*before, *after}, key=lambda one: (one[0], [*names].index(one[1]))
        ):
            was, becomes = before.get(cell), after.get(cell)
            if was and becomes and wording.says_the_same(was, becomes):
                continue
            severity, plan = cell
            title = f"{new.severity_name(severity)}, {names[plan]}"
            yield Changed(table, severity, plan, title, _words(was), _words(becomes))


def settings(old: Policy, new: Policy) -> Iterator[str]:
    """Yield what else changed: interpretations in words, other sections by name."""
    for section in _BY_SETTING:
        was, becomes = getattr(old, section), getattr(new, section)
        for one in fields(was):
            before, after = getattr(was, one.name), getattr(becomes, one.name)
            if before != after:
                key = one.name.removesuffix("_plan")
                yield f"interpretations.{key}: {_said(before)} -> {_said(after)}"
    for name, key in _SECTIONS.items():
        if _plain(getattr(old, name)) != _plain(getattr(new, name)):
            yield f"{key}: changed"


def _words(target: Target | None) -> str | None:
    return None if target is None else target.written or wording.words(target)


def _said(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"[{', '.join(sorted(value))}]"
    return "none" if value is None else str(value)


def _plain(value: Any) -> Any:
    """Return calendars as what they are made of, since they compare as objects."""
    if isinstance(value, dict):
        return {key: getattr(one, "parts", one) for key, one in value.items()}
    return value
