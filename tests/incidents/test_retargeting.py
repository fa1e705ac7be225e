"""How another policy changes open deadlines and leaves the others alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.incidents import check_ins, contract, deadlines
from bot.incidents.consequences import PolicyChanged, consequences
from bot.incidents.deadlines import Deadline, Kind
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.retargeting import Move, moves, retargeted
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from bot.policy.wording import first_response, follow_up
from tests.factories import shipped_policy

OPENED = datetime(2026, 11, 24, 18, tzinfo=UTC)  # Tuesday, 10:00 in the team's zone.
NOON = datetime(2026, 11, 24, 20, tzinfo=UTC)


def incident(**fields: object) -> Incident:
    given: dict[str, object] = {
        "workspace": "T0ACME",
        "number": 31,
        "severity": Severity.SEV2,
        "plan": "standard",
        "customer": "Globex",
        "title": "push fails",
        "link": None,
        "channel": "C0SUPPORT",
        "opened_by": "U0DEE",
        "opened_at": OPENED,
        "reported_at": OPENED,
    }
    return Incident(**{**given, **fields})  # type: ignore[arg-type]


def with_target(words: str, severity: Severity = Severity.SEV2) -> Policy:
    policy = shipped_policy()
    targets = {**policy.first_responses, (severity, "standard"): first_response(words)}
    return replace(policy, version="another", first_responses=targets)


def opened(of: Incident) -> tuple[Deadline, ...]:
    policy = shipped_policy()
    return (*contract.opened(policy, of), *check_ins.opened(policy, of))


def test_an_open_deadline_is_recomputed_from_its_own_start() -> None:
    of = incident(owner="U0ANA")
    owed = opened(of)

    changed = retargeted(with_target("4 business hours"), of, owed, NOON)

    assert list(moves(owed, changed)) == [
        Move(
            31,
            Kind.FIRST_RESPONSE,
            datetime(2026, 11, 25, 18, tzinfo=UTC),
            datetime(2026, 11, 24, 22, tzinfo=UTC),
        )
    ]


def test_a_deadline_late_under_the_new_policy_is_missed_from_now() -> None:
    of = incident(owner="U0ANA")
    owed = opened(of)

    (changed,) = retargeted(with_target("1 business hour"), of, owed, NOON)

    assert changed.missed_at == NOON


def test_a_missed_deadline_stays_as_it_was() -> None:
    of = incident(owner="U0ANA")
    owed = tuple(replace(one, missed_at=NOON) for one in opened(of))

    assert retargeted(with_target("4 business hours"), of, owed, NOON) == ()


def test_a_kept_deadline_stays_as_it_was() -> None:
    of = incident(owner="U0ANA", responded_at=NOON, updated_at=NOON)
    first, *others = opened(incident(owner="U0ANA"))
    kept = deadlines.answered(first, NOON)
    told = Event(EventKind.UPDATED, NOON, NOON, "U0ANA")
    begun = contract.after(shipped_policy(), of, told, [first, *others])
    owed = (kept, *(one for one in begun if one.kind is Kind.UPDATE))

    changed = retargeted(with_target("4 business hours"), of, owed, NOON)

    assert list(moves(owed, changed)) == []
    assert kept.id not in [one.id for one in changed]


def test_an_unrelated_change_of_policy_moves_nothing() -> None:
    of = incident()
    owed = opened(of)

    changed = retargeted(with_target("1 hour", Severity.SEV4), of, owed, NOON)

    assert list(moves(owed, changed)) == []
    assert {one.policy for one in changed} == {"another"}


def test_an_update_takes_the_place_of_a_first_response_that_is_dropped() -> None:
    of = incident(owner="U0ANA")
    owed = opened(of)

    changed = retargeted(with_target("none"), of, owed, NOON)

    assert list(moves(owed, changed)) == [
        Move(31, Kind.FIRST_RESPONSE, owed[0].due_at, None),
        Move(31, Kind.UPDATE, None, datetime(2026, 11, 25, 18, tzinfo=UTC)),
    ]


def test_a_first_response_that_is_added_takes_the_place_of_the_update() -> None:
    of = incident(owner="U0ANA")
    owed = contract.opened(with_target("none"), of)

    changed = retargeted(with_target("4 business hours"), of, owed, NOON)

    assert list(moves(owed, changed)) == [
        Move(31, Kind.UPDATE, owed[0].due_at, None),
        Move(31, Kind.FIRST_RESPONSE, None, datetime(2026, 11, 24, 22, tzinfo=UTC)),
    ]


def test_a_deadline_that_the_policy_dropped_is_void() -> None:
    of = incident(owner="U0ANA")
    owed = opened(of)
    policy = with_target("none")
    follow_ups = {**policy.follow_ups, (Severity.SEV2, "standard"): NOTHING}

    changed = retargeted(replace(policy, follow_ups=follow_ups), of, owed, NOON)

    assert list(moves(owed, changed)) == [
        Move(31, Kind.FIRST_RESPONSE, owed[0].due_at, None)
    ]


def test_a_deadline_that_the_policy_added_counts_from_the_report() -> None:
    of = incident(owner="U0ANA")

    changed = retargeted(with_target("4 business hours"), of, (), NOON)

    assert [one.due_at for one in changed] == [datetime(2026, 11, 24, 22, tzinfo=UTC)]


def test_a_waiting_incident_keeps_waiting() -> None:
    policy = shipped_policy()
    of = incident(
        owner="U0ANA", responded_at=OPENED, updated_at=OPENED, waiting_since=OPENED
    )
    told = Event(EventKind.UPDATED, OPENED, OPENED, "U0ANA", {"waiting": "yes"})
    owed = contract.after(policy, of, told, ())
    follow_ups = {
        **policy.follow_ups,
        (Severity.SEV2, "standard"): follow_up("twice per business day"),
    }
    other = replace(policy, version="another", follow_ups=follow_ups)

    (changed,) = retargeted(other, of, owed, NOON)

    assert changed.paused_at == OPENED


def test_a_running_escalation_is_not_restarted() -> None:
    of = incident(severity=Severity.SEV1)
    escalation = next(one for one in opened(of) if one.kind.is_internal)
    climbing = replace(escalation, step=2, fired=2, missed_at=OPENED)

    changed = retargeted(
        with_target("1 hour", Severity.SEV1),
        of,
        (climbing,),
        OPENED + timedelta(minutes=7),
    )

    assert not any(one.kind.is_internal for one in moves([climbing], changed))
    assert [(one.step, one.fired) for one in changed if one.kind.is_internal] == [
        (climbing.step, climbing.fired)
    ]


def test_a_policy_that_wakes_people_starts_a_sleeping_escalation_at_once() -> None:
    at_night = OPENED + timedelta(hours=12)
    of = incident(severity=Severity.SEV1, opened_at=at_night, reported_at=at_night)
    quiet = shipped_policy()
    asleep = replace(quiet, escalation=replace(quiet.escalation, wakes=frozenset()))
    owed = check_ins.opened(asleep, of)

    changed = retargeted(quiet, of, owed, at_night + timedelta(minutes=7))

    (escalation,) = (one for one in changed if one.kind.is_internal)
    assert escalation.due_at == at_night + timedelta(minutes=7)


def test_a_policy_that_wakes_people_reaches_a_missed_escalation() -> None:
    quiet, evening = shipped_policy(), OPENED + timedelta(hours=6, minutes=58)
    of = incident(severity=Severity.SEV1, opened_at=evening, reported_at=evening)
    asleep = replace(quiet, escalation=replace(quiet.escalation, wakes=frozenset()))
    (escalation,) = check_ins.opened(asleep, of)
    climbing = replace(escalation, step=1, fired=1, missed_at=evening)
    now = evening + timedelta(hours=1)

    found = consequences(
        replace(quiet, version="another"), of, PolicyChanged(), [climbing], now
    )

    (escalation,) = (one for one in found.deadlines if one.kind.is_internal)
    assert escalation.missed_at == evening
    assert escalation.next_nudge_at == evening + timedelta(minutes=5)
