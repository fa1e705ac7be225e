"""What another policy would have changed, as a page."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.cli.pages import Bar, Page, Section
from bot.cli.printing import numbered
from bot.incidents.comparison import Changed, Comparison, Limits, Load
from bot.incidents.review import Kept
from bot.policy.policies import Policy
from bot.slack.messages.review import kept_words
from bot.slack.phrases import counted

_WEEK = timedelta(days=7)


def page(
    found: Comparison,
    policies: tuple[Policy, Policy],
    limits: Limits,
    span: tuple[datetime, datetime],
    named: Callable[[str], str],
) -> Page:
    """Return the page. `named` gives a person's name by their Slack id."""
    zone = policies[0].team_hours.zone
    since, until = (f"{at.astimezone(zone):%a %d %b %Y}" for at in span)
    weeks = (span[1] - span[0]) / _WEEK
    sections = (
        _targets(found, policies),
        _loads(found, weeks, named),
        _customers(found),
        _changed(found, policies[1]),
        Section("What cannot be known", (), (), tuple(_unknown(limits, policies[0]))),
    )
    return Page(
        title=f"The policy, tried: {since} to {until}",
        said=(
            f"{counted(found.count, 'incident')}, lived through twice: under the "
            "policy in force, and under the new one from the first day on. What was "
            "open then goes on under the new one.",
        ),
        sections=tuple(one for one in sections if one.rows or one.said),
    )


def _targets(found: Comparison, policies: tuple[Policy, Policy]) -> Section:
    names = {one.id: one.name for policy in policies for one in policy.plans}
    rows, bars = [], []
    total = Kept(), Kept()
    for (severity, plan), (old, then) in found.targets.items():
        cell = policies[1].severity_name(severity), names.get(plan, plan)
        rows.append(
            (*cell, kept_words(old), kept_words(then), _more(_missed(old, then)))
        )
        bars.append(
            Bar(
                " ".join(cell),
                then.of - then.kept,
                then.of,
                f"{then.of - then.kept} of {then.of}",
            )
        )
        total = total[0] + old, total[1] + then
    in_force, new = (f"{one.of - one.kept} of {one.of}" for one in total)
    said = [
        f"Missed: {in_force} under the policy in force, {new} under the new one. The "
        "bars show what would be missed."
    ]
    if any(one.of for one in found.resolutions):
        in_force, new = (kept_words(one) for one in found.resolutions)
        said.append(
            f"Resolved in time: {in_force} under the policy in force, {new} under the "
            "new one."
        )
    head = ("Severity", "Plan", "Kept in force", "Kept under the new", "Missed")
    return Section("Targets", head, rows, tuple(said), tuple(bars))


def _missed(old: Kept, new: Kept) -> int:
    return (new.of - new.kept) - (old.of - old.kept)


def _loads(found: Comparison, weeks: float, named: Callable[[str], str]) -> Section:
    def week(count: int) -> str:
        return f"{count / weeks:.1f}"

    rows = tuple(
        (
            named(who),
            f"{week(old.reminders)} to {week(new.reminders)}",
            f"{week(old.pages)} to {week(new.pages)}",
            f"{old.at_night} to {new.at_night}",
            _more(_all(new) - _all(old)),
        )
        for who, (old, new) in found.loads.items()
    )
    most = max((_all(new) for _, new in found.loads.values()), default=0)
    bars = tuple(
        Bar(named(who), _all(new), most, f"{week(_all(new))} a week")
        for who, (_, new) in found.loads.items()
    )
    head = (
        *("Person", "Reminders a week", "Pages a week", "Pages at night, in all"),
        "Messages",
    )
    said = (
        "Night is outside of the person's own day. Morning lists are not counted: "
        "each person gets one a day at most. The bars show the new policy.",
    )
    return Section("Messages a person", head, rows, said, bars)


def _all(load: Load) -> int:
    return load.reminders + load.pages


def _customers(found: Comparison) -> Section:
    rows = tuple(
        (name, f"{old}", f"{new}", _more(new - old))
        for name, (old, new) in found.customers.items()
    )
    head = ("Customer", "Missed in force", "Missed under the new", "")
    said = (
        ()
        if rows
        else ("No customer would have been answered late more often, or less often.",)
    )
    return Section("Customers who would notice", head, rows, said)


def _changed(found: Comparison, policy: Policy) -> Section:
    rows = tuple(
        (
            one.incident.name,
            policy.severity_name(one.incident.severity),
            one.incident.customer or "customer unknown",
            _moved(one, policy),
            f"{one.missed[0]} to {one.missed[1]}",
        )
        for one in found.changed
    )
    head = ("Incident", "", "Customer", "What moves by most", "Missed")
    said = () if rows else ("Nothing would have been due at another time.",)
    return Section("The incidents that change most", head, rows, said)


def _moved(one: Changed, policy: Policy) -> str:
    if one.moved is None or not one.by:
        return ""
    _, deadline, old = one.moved
    zone = policy.team_hours.zone
    was, due = (
        f"{at.astimezone(zone):%a %d %b %H:%M}" for at in (old, deadline.due_at)
    )
    return f"{deadline.kind.words} {deadline.count}: due {was}, then {due}"


def _more(count: int) -> str:
    if not count:
        return "the same"
    return f"{abs(count)} {'more' if count > 0 else 'fewer'}"


def _unknown(limits: Limits, policy: Policy) -> Iterator[str]:
    yield (
        "People act here when they acted then. Reminded earlier or later, they might "
        "have acted otherwise."
    )
    yield (
        "Before the first day the policy in force counts, whatever counted then. In "
        "this replay nobody leaves, the bot is never down, and quiet hours are those "
        "of today. The budget of messages a day is not replayed."
    )
    if limits.begins_at is not None:
        begins = limits.begins_at.astimezone(policy.team_hours.zone)
        yield f"The record begins on {begins:%a %d %b %Y}: nothing is known of before."
    if limits.gaps:
        lacks = numbered(limits.gaps)
        yield f"The record lacks {lacks}: these figures are without them."
    if limits.erased:
        yield (
            f"The customer of {counted(limits.erased, 'incident')} is erased: the plan "
            "stays as it was, and no calendar of a customer's own counts."
        )
    yield from limits.calendars
    for what, numbers in limits.left_out.items():
        yield (
            f"The policy has no {what}: {numbered(numbers)} cannot be lived "
            "through under it, so these figures are without them."
        )
        still = tuple(one for one in numbers if one in limits.open_now)
        if still:
            verb = "is" if len(still) == 1 else "are"
            yield f"The bot would not load it while {numbered(still)} {verb} open."
