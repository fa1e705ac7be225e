"""How a replay finds out what an incident was when it was opened."""

from dataclasses import replace

from bot.incidents import joining
from bot.incidents.incidents import apply
from bot.incidents.replays import opening_of
from bot.incidents.review import Story
from tests.factories import incident, pacific


def test_an_incident_reported_again_opens_with_its_first_report() -> None:
    older, newer = incident(number=1), incident(number=2)
    earlier, now = pacific(23, "09:00"), pacific(27, "09:00")
    assert earlier < older.reported_at
    newer = replace(newer, reported_at=earlier)
    _, again = joining.same_thing(newer, older, "U0ANA", now)
    joined = apply(older, again)
    assert joined.reported_at == earlier

    opened = opening_of(Story(joined, (again,), ()))

    assert opened.reported_at == older.reported_at
