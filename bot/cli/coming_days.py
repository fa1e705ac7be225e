"""What falls due on the days ahead, as text: `sevbot due --ahead 5`."""

from collections.abc import Callable, Iterator

from bot.cli import record
from bot.cli.policies import now, read
from bot.incidents.days_ahead import Day, days_ahead
from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.triage import daily_lists, reviews


def text(business_days: int) -> str:
    """Return today and the business days after it, as things stand in the record."""
    at = now()
    with record.reading() as tx:
        policy = reviews.policy_at(tx, read(None, at.date()), at, at)
        cases = daily_lists.load_cases(tx, at)
        name = record.names(tx)
    days = days_ahead(policy, cases, at, business_days)
    head = f"As things stand, times in {policy.team_hours.zone.key}"
    lines = (line for day in days for line in _lines(policy, day, name))
    return "\n".join([head, *lines])


def _lines(policy: Policy, day: Day, name: Callable[[str], str]) -> Iterator[str]:
    head = [f"{day.date:%a %d %b}"]
    head += [f"{off} ({', '.join(of)})" if of else off for off, of in day.off]
    counts = ((len(day.targets), "due"), (len(day.aims), "due by our own aim"))
    due = [f"{count} {what}" for count, what in counts if count]
    who = ", then ".join(name(one) if one else "nobody" for one in day.on_call)
    yield f"{', '.join(head)}: {', '.join(due) or 'nothing due'}; on call: {who}"
    for owed in (*day.targets, *day.aims):
        yield f"  {_line(policy, *owed, name)}"


def _line(
    policy: Policy, incident: Incident, owed: Deadline, name: Callable[[str], str]
) -> str:
    at = owed.due_at.astimezone(policy.team_hours.zone)
    aim = ", by our own aim" * owed.is_aim
    customer = incident.customer or "customer unknown"
    whose = f"{name(incident.owner)}'s" if incident.owner else "nobody owns it"
    severity = policy.severity_name(incident.severity)
    what = f"{incident.name} {customer} ({severity}): {owed.kind.words}{aim}"
    return f"{at:%H:%M}  {what}, {whose}"
