"""Values for the tests of lists: incidents with what is owed on them."""

from bot.incidents.events import EventKind
from bot.incidents.work_list import Case
from bot.policy.severities import Severity
from tests.factories import happen, incident, owed_at_opening, pacific


def case(severity: Severity, number: int, customer: str, owner: str | None) -> Case:
    opened = incident(severity, number=number, customer=customer, owner=owner)
    return Case(opened, owed_at_opening(opened))


def answered(number: int, customer: str, at: str) -> Case:
    """Return a Sev2 of Ana's that was answered on Tuesday."""
    opened = case(Severity.SEV2, number, customer, "U0ANA")
    return Case(
        *happen(
            opened.incident,
            opened.deadlines,
            EventKind.UPDATED,
            pacific(24, at),
            told="x",
        )
    )
