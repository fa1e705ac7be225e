"""Who gets a reminder, and who is next."""

from datetime import datetime

from bot.incidents import recipients
from bot.incidents.check_ins import running_now
from bot.incidents.events import EventKind
from bot.incidents.recipients import Because, Recipient
from bot.incidents.steps import Step, StepKind
from bot.policy.on_call import Role
from bot.policy.severities import Severity
from tests.factories import incident, on_call, pacific, shipped_policy
from tests.record import Record, at_work, opened

SEV1, SEV2, SEV3, SEV4 = Severity
CAT = "U0CAT"


NOW = pacific(24, "15:00")


def step(kind: StepKind, *roles: Role, to_owner: bool = False) -> Step:
    return Step(3, kind, pacific(24, "15:00"), to_owner, roles)


def following(record: Record, *told: str) -> tuple[Recipient, datetime] | None:
    """Return who is next while those are being reminded."""
    policy, escalation = record.policy, running_now(record.deadlines)
    assert escalation is not None
    return recipients.next_told(
        policy,
        record.incident,
        [escalation],
        at_work,
        but_not=(one for one in told),
    )


def test_while_nobody_owns_it_the_primary_on_call_is_reminded() -> None:
    record = opened(SEV3, pacific(23, "10:00"))

    assert record.reminders(pacific(24, "10:30")) == ["Tue 24 10:00 due ana"]


def test_a_new_owner_gets_the_reminders_that_are_still_to_come() -> None:
    record = opened(SEV2, owner=CAT)
    record.run(pacific(24, "12:30"))

    record.happens(EventKind.TAKEN, pacific(24, "12:30"), "U0BEN")

    assert record.reminders(pacific(24, "13:30")) == ["Tue 24 13:00 due ben"]


def test_a_lead_who_owns_an_incident_is_reminded_once_as_owner() -> None:
    due = step(StepKind.AFTER_AGAIN, Role.LEAD, to_owner=True)
    policy = shipped_policy()

    told = recipients.of_step(policy, incident(owner="U0LEA"), due, NOW)

    assert told == (Recipient("U0LEA", Because.OWNER),)


def test_an_owner_in_the_escalation_is_paged_as_the_owner() -> None:
    due = step(StepKind.PAGE, Role.PRIMARY)
    policy = shipped_policy()

    told = recipients.of_step(policy, incident(owner="U0ANA"), due, NOW)

    assert told == (Recipient("U0ANA", Because.OWNER),)


def test_a_primary_who_is_also_lead_is_reminded_once() -> None:
    policy = on_call(Role.LEAD, "U0ANA")
    due = step(StepKind.AFTER_AGAIN, Role.LEAD, to_owner=True)

    told = recipients.of_step(policy, incident(), due, NOW)

    assert told == (Recipient("U0ANA", Because.PRIMARY),)


def test_an_unfilled_role_is_skipped() -> None:
    policy = on_call(Role.LEAD)
    due = step(StepKind.PAGE, Role.LEAD, Role.FALLBACK)

    (told,) = recipients.of_step(policy, incident(), due, NOW)

    assert told == Recipient("C0SUPPORT", Because.FALLBACK)
    assert not told.is_person


def test_at_the_opening_the_backup_is_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    backup = Recipient("U0BEN", Because.BACKUP)

    assert following(record, "U0ANA") == (backup, pacific(24, "02:51"))


def test_before_the_first_page_the_primary_is_next() -> None:
    record = opened(SEV2, pacific(24, "20:00"))

    primary = Recipient("U0ANA", Because.PRIMARY)

    assert following(record) == (primary, pacific(25, "09:00"))


def test_the_repeat_of_a_check_in_says_the_primary_is_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner=CAT)

    record.run(pacific(24, "03:42"))

    primary = Recipient("U0ANA", Because.PRIMARY)
    assert following(record) == (primary, pacific(24, "03:56"))


def test_for_an_owner_who_is_primary_the_backup_is_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"), owner="U0ANA")

    record.run(pacific(24, "03:42"))

    backup = Recipient("U0BEN", Because.BACKUP)
    assert following(record) == (backup, pacific(24, "04:06"))


def test_people_paged_now_are_not_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    record.run(pacific(24, "02:47"))

    fallback = Recipient("C0SUPPORT", Because.FALLBACK)
    told = ("U0ANA", "U0BEN", "U0LEA")
    assert following(record, *told) == (fallback, pacific(24, "03:01"))


def test_after_everybody_is_paged_nobody_is_next() -> None:
    record = opened(SEV1, pacific(24, "02:41"))

    record.run(pacific(24, "03:20"))

    assert following(record, "U0ANA", "U0BEN", "U0LEA", "C0SUPPORT") is None
