"""Settings that can hardly be meant: the bot would flood people or fall silent.

Calendars and targets have modules of their own.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise

from bot.policy.on_call import Role
from bot.policy.policies import EscalationStep, Policy, Severity

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_UNITS = {"d": _DAY, "h": _HOUR, "m": _MINUTE, "s": timedelta(seconds=1)}
_MOST_NAMES = 3


def found(policy: Policy) -> Iterator[str]:
    """Yield a sentence for each such setting: its key, then the consequence."""
    yield from _names(policy)
    yield from _interpretations(policy)
    yield from _customers(policy)
    yield from _people(policy)
    yield from _steps(policy.escalation.steps)
    yield from _check_ins(policy)
    yield from _reminders(policy)
    yield from _digest(policy)
    kept_for = policy.erase_texts_after
    if kept_for is not None and kept_for < 7 * _DAY:
        yield (
            f"retention.erase_texts_after: {said(kept_for)} after an incident was "
            "closed nobody can read any more what it was about"
        )


def said(length: timedelta) -> str:
    """Return a length of time in the notation of the file: 90m."""
    for unit, one in _UNITS.items():
        if length >= one and not length % one:
            return f"{length // one}{unit}"
    return f"{length.total_seconds():.0f}s"


def few(names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + f" and {more} more" * (more > 0)


def _names(policy: Policy) -> Iterator[str]:
    """Name what two keys share although people must tell them apart."""
    means = {key.value: text.means for key, text in policy.severities.items()}
    for key, other in _shared(means):
        yield f"severities.{key}: means the same as {other}; nobody can choose"
    channels = {
        "incidents": policy.channels.incidents,
        "digest": policy.channels.digest,
        "fallback": policy.channels.fallback,
    }
    for key, other in _shared(channels):
        yield (
            f"channels.{key}: is the channel for {other}, too; the messages of one are "
            "lost among those of the other"
        )


def _shared(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each key whose value an earlier key has, and that key."""
    first: dict[str, str] = {}
    for key, value in values.items():
        other = first.setdefault(value, key)
        if other != key:
            yield key, other


def _interpretations(policy: Policy) -> Iterator[str]:
    if Severity.SEV1 in policy.conduct.waiting_pauses:
        yield (
            "interpretations.waiting_pauses: holds sev1; while a Sev1 waits for its "
            "customer nobody is reminded of an update"
        )


def _customers(policy: Policy) -> Iterator[str]:
    without = [one.name for one in policy.customers if one.plan is None]
    if without:
        plan = policy.plan(policy.conduct.unknown_customer_plan).name
        yield f"customers: without a plan, so with {plan}: {few(without)}"


def _people(policy: Policy) -> Iterator[str]:
    on_call = {role.value: who for role, who in policy.on_call.named()}
    for role, other in _shared(on_call):
        yield f"on_call.{role}: is the {other}, too; nobody stands behind them"
    told = {role for step in policy.escalation.steps for role in step.tell}
    for role in on_call:
        if role not in told:
            yield f"on_call.{role}: no step of the escalation tells them"
    paged = {on_call[role] for role in told if role in on_call}
    if not paged:
        yield "escalation.steps: tell no person; nobody is woken for a Sev1"
    elif len(paged) == 1 and Role.FALLBACK not in told:
        yield "escalation.steps: tell one person alone; nobody hears if they sleep"


def _steps(steps: tuple[EscalationStep, ...]) -> Iterator[str]:
    start = steps[0].after
    if start > _HOUR:
        yield f"escalation.steps.1.after: for the first {said(start)} nobody is paged"
    for number, (above, step) in enumerate(pairwise(steps), start=2):
        key, gap = f"escalation.steps.{number}.after", step.after - above.after
        if gap < _MINUTE:
            yield (
                f"{key}: comes {said(gap)} after the step above it; nobody can take "
                "the incident in between"
            )
        if gap > _DAY:
            yield (
                f"{key}: {said(step.after)} is more than a day after the step above "
                "it; nobody else hears until then"
            )


def _check_ins(policy: Policy) -> Iterator[str]:
    """Name an escalation that asks far too often, or hardly ever."""
    key, escalation = "escalation.check_in", policy.escalation
    every, again = escalation.check_in_every, escalation.check_in_repeat
    if escalation.repeat < 5 * _MINUTE:
        often = said(escalation.repeat)
        yield f"escalation.repeat: everybody is paged every {often}"
    if every < 10 * _MINUTE:
        yield f"{key}_every: the owner is asked every {said(every)}"
    if every > 12 * _HOUR:
        yield f"{key}_every: nobody notices for {said(every)} that an owner is gone"
    if again < 2 * _MINUTE:
        yield f"{key}_repeat: the owner has {said(again)} to answer"
    if again >= every:
        yield (
            f"{key}_repeat: {said(again)} is not shorter than check_in_every, "
            f"{said(every)}; the next check-in would be due first"
        )


def _reminders(policy: Policy) -> Iterator[str]:
    reminders = policy.reminders
    before, together = reminders.before_closing, reminders.together
    days = (spans for spans in policy.team_hours.home.weekly if spans)
    shortest = min(sum((s.closes - s.opens for s in day), 0 * _DAY) for day in days)
    if reminders.ahead > 0.75:
        yield (
            f"reminders.ahead: at {reminders.ahead:.0%} the reminder ahead comes when "
            "the time has hardly begun"
        )
    if before >= shortest:
        yield (
            f"reminders.before_closing: {said(before)} before a closing the shortest "
            f"day, of {said(shortest)}, has not begun"
        )
    if before < 5 * _MINUTE:
        yield (
            "reminders.before_closing: a reminder for the end of the day leaves "
            f"{said(before)} to act"
        )
    if together > 10 * _MINUTE:
        yield (
            f"reminders.together: a reminder can come {said(together)} too early, with "
            "another one"
        )


def _digest(policy: Policy) -> Iterator[str]:
    """Name a time at which the team is not at work, nor about to begin."""
    at = timedelta(hours=policy.digest_at.hour, minutes=policy.digest_at.minute)
    days = [spans for spans in policy.team_hours.home.weekly if spans]
    if any(not spans[0].opens - _HOUR <= at < spans[-1].closes for spans in days):
        yield (
            f"digest.at: {policy.digest_at:%H:%M} is outside the hours of the calendar "
            f"{policy.calendar_choice.team} on some of its days; nobody is there to "
            "read it"
        )
