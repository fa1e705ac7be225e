"""Settings that can hardly be meant: the bot would flood people or fall silent.

Calendars and targets have modules of their own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from textwrap import shorten

from bot.policy.names import folded
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.policy.severities import Severity

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_UNITS = {"d": _DAY, "h": _HOUR, "m": _MINUTE, "s": timedelta(seconds=1)}
_MOST_NAMES = 3
# What people react with every day.
_EVERYDAY = (
    "+1", "thumbsup", "eyes", "white_check_mark", "heavy_check_mark", "ok_hand",
    "raised_hands", "pray", "heart", "tada",
)  # fmt: skip
_SHORTEST_REPEAT = 5 * _MINUTE
_MOST_IN_AN_HOUR = _HOUR // _SHORTEST_REPEAT


def found(policy: Policy) -> Iterator[str]:
    """Yield a sentence for each such setting: its key, then the consequence."""
    channels = {
        "channels.incidents": policy.channels.incidents,
        "channels.digest": policy.channels.digest,
        "channels.fallback": policy.channels.fallback,
    } | {f"intake.{n}": one for n, one in enumerate(policy.intake, start=1)}
    for key, other in _shared(channels):
        yield (
            f"{key}: is the channel for {other.removeprefix('channels.')}, too; the "
            "messages of one are lost among those of the other"
        )
    without = [one.name for one in policy.customers if one.plan is None]
    plan = policy.plan(policy.conduct.unknown_customer_plan).name
    if not policy.customers:
        yield f"customers: nobody is listed, so everybody counts as {plan}"
    if without:
        yield f"customers: without a plan, so with {plan}: {few(without)}"
    yield from _people(policy)
    yield from _steps(policy)
    yield from _floods(policy)
    yield from _wakes(policy)
    yield from _examples(policy)
    yield from _digests(policy)
    yield from (sentence for sentence, is_odd in _odd(policy).items() if is_odd)


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


def _shared(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each key whose value an earlier key has, and that key."""
    first: dict[str, str] = {}
    for key, value in values.items():
        other = first.setdefault(value, key)
        if other != key:
            yield key, other


def _holders(policy: Policy) -> Iterator[tuple[Role, str]]:
    """Yield each role with the people and rotations that share it, in a word."""
    for role, holders in policy.on_call.team.items():
        yield (
            role,
            " ".join(one if isinstance(one, str) else one.name for one in holders),
        )


def _people(policy: Policy) -> Iterator[str]:
    on_call = {role.value: who for role, who in _holders(policy)}
    for role, other in _shared(on_call):
        yield f"on_call.{role}: is the {other}, too; nobody stands behind them"
    told = set(policy.escalation.roles)
    for role in on_call:
        if role not in told:
            yield f"on_call.{role}: no step of the escalation tells them"
    paged = {on_call[role] for role in told if role in on_call}
    if not paged:
        yield "escalation.steps: tell no person; nobody is woken for a Sev1"
    elif len(paged) == 1 and Role.FALLBACK not in told:
        yield "escalation.steps: tell one person alone; nobody hears if they sleep"


def _steps(policy: Policy) -> Iterator[str]:
    steps = policy.escalation.steps
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


def _floods(policy: Policy) -> Iterator[str]:
    """Name whom the steps and their repeats page too often while nobody answers."""
    escalation, found = policy.escalation, dict[str, list[Role]]()
    for role, who in _holders(policy):
        found.setdefault(who, []).append(role)
    # A shorter repeat has a warning of its own.
    repeat, last = max(escalation.repeat, _SHORTEST_REPEAT), escalation.steps[-1].after
    for roles in found.values():
        told = [one.after for one in escalation.steps if set(roles) & set(one.tell)]
        repeats = [last + repeat * number for number in range(1, _MOST_IN_AN_HOUR)]
        at = [*told, *repeats] if told else []
        most = max((sum(a <= b < a + _HOUR for b in at) for a in at), default=0)
        if most > _MOST_IN_AN_HOUR:
            yield (
                f"escalation.steps: page the {roles[0]} {most} times within an hour; "
                f"above {_MOST_IN_AN_HOUR} people mute the bot, and miss what is new"
            )


def _wakes(policy: Policy) -> Iterator[str]:
    """Name what wakes people although something graver, or a better plan, does not."""
    wakes, plans = policy.escalation.wakes, [plan.id for plan in policy.plans]
    for plan in plans:
        if (Severity.SEV2, plan) in wakes and (Severity.SEV1, plan) not in wakes:
            yield f"escalation.wakes: a Sev2 of {plan} wakes people, a Sev1 does not"
    for severity in (Severity.SEV1, Severity.SEV2):
        for better, worse in pairwise(plans):
            if (severity, worse) in wakes and (severity, better) not in wakes:
                yield (
                    f"escalation.wakes: a {severity.label} of {worse} wakes people, "
                    f"one of {better}, the better plan, does not"
                )


def _examples(policy: Policy) -> Iterator[str]:
    """Name the examples that say two things about a message."""
    seen: dict[str, str] = {}
    for severity, examples in policy.examples.items():
        key = f"severities.{severity}.examples" if severity else "not_an_incident"
        for example in examples:
            # A full stop or a quote does not make it another message.
            text = re.sub(r"\W+", " ", folded(example)).strip()
            if (other := seen.setdefault(text, key)) != key:
                quoted = shorten(example, 60, placeholder="…")
                yield (
                    f'{key}: "{quoted}" stands under {other}, too; such a message is '
                    "either"
                )


def _digests(policy: Policy) -> Iterator[str]:
    """Name digests that nobody is there to read, and whose incidents are in none."""
    days = [spans for spans in policy.team_hours.home.weekly if spans]
    for number, one in enumerate(policy.digests, start=1):
        key = f"digest.{number}" if len(policy.digests) > 1 else "digest"
        at = timedelta(hours=one.at.hour, minutes=one.at.minute)
        if any(not s[0].opens - _HOUR <= at < s[-1].closes for s in days):
            yield (
                f"{key}.at: {one.at:%H:%M} is outside the hours of the calendar "
                f"{policy.calendar_choice.team} on some of its days; nobody is there "
                "to read it"
            )
        alike = [
            replace(above, name=one.name) for above in policy.digests[: number - 1]
        ]
        if one in alike:
            yield f"{key}: is the same as digest.{alike.index(one) + 1}; it comes twice"
        unknown = [name for name in one.customers if not policy.find_customer(name)]
        if unknown:
            yield f"{key}.customers: no customers of yours: {few(unknown)}"
    if any(one.is_for_all for one in policy.digests):
        return
    plans = {plan for one in policy.digests for plan in one.plans}
    named = {policy.one_name(name) for one in policy.digests for name in one.customers}
    without = [plan.id for plan in policy.plans if plan.id not in plans]
    others = [
        one.name
        for one in policy.customers
        if (one.plan or policy.conduct.unknown_customer_plan) not in plans
        and policy.one_name(one.name) not in named
    ]
    for what, names in (("plans", without), ("customers", others)):
        if names:
            yield f"digest: none is for all, and none tells of the {what} {few(names)}"


def _odd(policy: Policy) -> Mapping[str, bool]:
    """Return the sentences about single values, and whether each is true."""
    every, again = policy.escalation.check_in_every, policy.escalation.check_in_repeat
    repeat, kept_for = policy.escalation.repeat, policy.erase_texts_after or _DAY * 7
    waits = policy.escalation.repeat_sev2
    before, together = policy.reminders.before_closing, policy.reminders.together
    days = [spans for spans in policy.team_hours.home.weekly if spans]
    longest_day = max(spans[-1].closes - spans[0].opens for spans in days)
    return {
        "interpretations.waiting_pauses: includes sev1; while a Sev1 waits for its "
        "customer nobody is reminded of an update": (
            Severity.SEV1 in policy.conduct.waiting_pauses
        ),
        f"escalation.repeat: everybody is paged every {said(repeat)}": (
            repeat < _SHORTEST_REPEAT
        ),
        "escalation.repeat_sev2: the waits get shorter, from "
        f"{said(max(waits))} to {said(waits[-1])}": list(waits) != sorted(waits),
        f"escalation.repeat_sev2: a Sev2 pages everybody after {said(min(waits))}, "
        f"a Sev1 only every {said(repeat)}": min(waits) < repeat,
        f"escalation.repeat_sev2: for {said(max(waits))} nobody is paged again, though "
        "nobody has taken a Sev2": max(waits) > 8 * _HOUR,
        f"escalation.check_in_every: the owner is asked every {said(every)}": (
            every < 10 * _MINUTE
        ),
        f"escalation.check_in_every: nobody notices for {said(every)} that an owner "
        "is gone": every > 12 * _HOUR,
        f"escalation.check_in_repeat: the owner has {said(again)} to answer": (
            again < 2 * _MINUTE
        ),
        f"escalation.check_in_repeat: {said(again)} is not shorter than "
        f"check_in_every, {said(every)}; the next check-in would be due first": (
            again >= every
        ),
        f"update_emoji: people put {policy.update_emoji} on messages for other "
        "reasons; each of them counts as an answer to the customer": (
            policy.update_emoji in _EVERYDAY
        ),
        "reminders.before_closing: a reminder for the end of the day leaves "
        f"{said(before)} to act": before < 5 * _MINUTE,
        f"reminders.before_closing: {said(before)} is a whole business day; its end is "
        "reminded of in the morning": before >= longest_day,
        f"reminders.together: a reminder can come {said(together)} too early, with "
        "another one": together > 10 * _MINUTE,
        f"retention.erase_texts_after: {said(kept_for)} after an incident was closed "
        "nobody can read any more what it was about": kept_for < 7 * _DAY,
    }
