"""The review of a span of days as a page, beside the span before it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from bot.cli.pages import Bar, Page, Section
from bot.incidents.review import Cell, Correction, Kept, Miss, Pace, Review
from bot.policy.policies import Policy
from bot.slack.blocks import hours
from bot.slack.messages.review import kept_words, opened_words

Named = Callable[[str], str]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def page(now: Review, before: Review, policy: Policy, named: Named) -> Page:
    """Return the page. `named` gives a person's name by their Slack id."""
    zone = policy.team_hours.zone
    days = (now.since, now.until - timedelta.resolution)
    since, until = (f"{at.astimezone(zone):%a %d %b %Y}" for at in days)
    sections = (
        _glance(now, before, policy),
        _targets(now, before, policy),
        _paces("Time to the first response", now, before, policy, "first_responses"),
        _paces("Time between updates", now, before, policy, "updates"),
        _held(now, before, named),
        _told(now, before, named),
        _busiest(now, policy),
        _corrections(now.corrections, policy),
        _repeats(now),
        *(_story_of(miss, policy, named) for miss in now.worst),
    )
    return Page(
        title=f"{since} to {until}",
        said=(
            f"Days are those of {zone.key}. All lengths are business time, counted in "
            "the calendar that counted then. A target is in the days in which it fell "
            "due, and is judged by the policy of its day.",
        ),
        sections=tuple(one for one in sections if one.rows or one.said),
    )


def _glance(now: Review, before: Review, policy: Policy) -> Section:
    def rows() -> Iterator[tuple[str, str, str]]:
        yield "Targets kept", kept_words(now.kept), kept_words(before.kept)
        if now.aims.of or before.aims.of:
            yield "Our own aims kept", kept_words(now.aims), kept_words(before.aims)
        both = now.resolutions, before.resolutions
        if any(one.of for one in both):
            yield "Resolved in time", kept_words(both[0]), kept_words(both[1])
        yield "Opened", opened_words(now, policy), opened_words(before, policy)
        yield "Resolved", f"{now.resolved}", f"{before.resolved}"
        yield "Left out: opened by mistake", f"{now.void}", f"{before.void}"
        yield "Left out: drills", f"{now.drills}", f"{before.drills}"

    head = ("", "These days", "The days before")
    return Section("At a glance", head, tuple(rows()))


def _targets(now: Review, before: Review, policy: Policy) -> Section:
    rows = tuple(
        (
            *_cell_words(cell, policy),
            kept_words(kept),
            kept_words(before.targets.get(cell, Kept())),
        )
        for cell, kept in now.targets.items()
    )
    bars = tuple(
        Bar(" ".join(_cell_words(cell, policy)), kept.kept, kept.of, kept_words(kept))
        for cell, kept in now.targets.items()
    )
    head = ("Severity", "Plan", "Kept", "The days before")
    return Section("Targets kept", head, rows, bars=bars)


def _cell_words(cell: Cell, policy: Policy) -> tuple[str, str]:
    severity, plan = cell
    names = {one.id: one.name for one in policy.plans}
    return policy.severity_name(severity), names.get(plan, plan)


def _paces(
    title: str, now: Review, before: Review, policy: Policy, kind: str
) -> Section:
    paces: Mapping[Cell, Pace] = getattr(now, kind)
    earlier: Mapping[Cell, Pace] = getattr(before, kind)
    rows = tuple(
        (
            *_cell_words(cell, policy),
            f"{one.count}",
            hours(one.median),
            hours(one.p90),
            hours(one.allowed),
            hours(earlier[cell].median) if cell in earlier else "",
        )
        for cell, one in paces.items()
    )
    head = (
        *("Severity", "Plan", "Answers", "Median", "Nine of ten within"),
        *("Allowed", "Median of the days before"),
    )
    return Section(title, head, rows)


def _held(now: Review, before: Review, named: Named) -> Section:
    rows = tuple(
        (
            named(who) if who else "nobody",
            hours(length),
            hours(before.held[who]) if who in before.held else "",
        )
        for who, length in now.held.items()
    )
    head = ("Owner", "Business time", "The days before")
    return Section("By whom incidents were held", head, rows)


def _told(now: Review, before: Review, named: Named) -> Section:
    rows = tuple(
        (
            named(who),
            f"{reminders}",
            f"{pages}",
            "{} and {}".format(*before.told.get(who, (0, 0))),
        )
        for who, (reminders, pages) in now.told.items()
    )
    head = ("Person", "Reminders", "Pages", "The days before")
    most = max((sum(one) for one in now.told.values()), default=0)
    bars = tuple(
        Bar(named(who), sum(one), most, f"{sum(one)}") for who, one in now.told.items()
    )
    return Section("Messages a person got", head, rows, bars=bars)


def _busiest(now: Review, policy: Policy) -> Section:
    rows = tuple(
        (f"{_DAYS[day]} {hour:02}:00 to {hour + 1:02}:00", f"{opened}")
        for day, hour, opened in now.hours
    )
    head = (f"Hour ({policy.team_hours.zone.key})", "Opened")
    return Section("Busiest hours", head, rows)


def _corrections(corrections: tuple[Correction, ...], policy: Policy) -> Section:
    rows = tuple(
        (one.incident.name, *(policy.severity_name(was) for was in (one.old, one.new)))
        for one in corrections
    )
    return Section("Severities that were corrected", ("Incident", "Was", "Is"), rows)


def _repeats(now: Review) -> Section:
    rows = tuple(
        (customer, f"{len(each)}", ", ".join(one.name for one in each))
        for customer, each in now.repeats.items()
    )
    head = ("Customer", "Opened", "Incidents")
    return Section("Customers with more than one incident", head, rows)


def _story_of(miss: Miss, policy: Policy, named: Named) -> Section:
    one, late = miss.story.incident, miss.deadline
    zone = policy.team_hours.zone
    customer = one.customer or "customer unknown"
    rows = tuple(
        (
            f"{event.recorded_at.astimezone(zone):%a %d %b %H:%M}",
            event.kind.value.replace("_", " "),
            named(event.by) if event.by else "",
        )
        for event in miss.story.events
    )
    return Section(
        f"{one.name}: {late.kind.words} missed by {hours(miss.by)}",
        ("When", "What", "Who"),
        rows,
        said=(
            f"{policy.severity_name(one.severity)}, {customer}. "
            f"Promised: {late.target}.",
        ),
    )
