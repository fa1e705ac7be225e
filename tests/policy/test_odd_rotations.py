"""Warnings about rotations that are allowed but leave a time, or somebody, out."""

from datetime import UTC, datetime

import pytest

from bot.policy.contradictions import warnings
from tests.policy_texts import changed, policy_of

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)  # Tuesday, 13:00 in Berlin
ON_CALL = "on_call: {primary: U0ANA, backup: U0BEN, lead: U0LEA}"
WHOLE = "members: [U0ANA, U0CEM]"
WAKES = "; a Sev1 of gold wakes people by night, too"


def told(
    rest: str = WHOLE,
    on_call: str = ON_CALL.replace("U0ANA", "support"),
    zone: str = "Europe/Berlin",
    every: str = "1 week, hand_over: mon 09:00",
) -> list[str]:
    rotation = (
        f"rotations:\n  support: {{zone: {zone}, every: {every}, starts: 2026-11-02, "
        f"{rest}}}\n"
    )
    return list(warnings(policy_of(changed((ON_CALL, rotation + on_call))), NOW))


def test_a_rotation_that_always_has_somebody_on_is_not_warned_of() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("rest", "sentence"),
    [
        pytest.param(
            f"{WHOLE}, hours: {{mon-fri: 09:00-17:00}}",
            "from Tue 24 Nov 2026 17:00 to Wed 25 Nov 2026 09:00 (Europe/Berlin)",
            id="nights",
        ),
        pytest.param(
            f"{WHOLE}, hours: {{mon-fri: 17:00-09:00}}",
            "until Tue 24 Nov 2026 17:00 (Europe/Berlin)",
            id="now",
        ),
        pytest.param(
            "members: [U0ANA, U0CEM, U0ANA, U0CEM, U0ANA, none]",
            "from Mon 07 Dec 2026 09:00 to Mon 14 Dec 2026 09:00 (Europe/Berlin)",
            id="an empty slot",
        ),
    ],
)
def test_a_time_without_anybody_to_wake_is_warned_of(rest: str, sentence: str) -> None:
    assert told(rest) == [f"on_call.primary: nobody is on {sentence}{WAKES}"]


def test_a_rotation_in_whose_hours_nobody_ever_comes_on_is_warned_of() -> None:
    # Of seven turns of a day the one in the hours is never Ana's.
    members = "[U0ANA, none, none, none, none, none, none]"

    found = told(
        f"members: {members}, hours: {{tue: 09:00-10:00}}",
        every="1 day, hand_over: '09:00'",
    )

    assert found == [f"on_call.primary: nobody is on any more{WAKES}"]


def test_somebody_behind_it_in_the_list_leaves_no_gap() -> None:
    hours = f"{WHOLE}, hours: {{mon-fri: 09:00-17:00}}"

    assert told(hours, ON_CALL.replace("U0ANA", "[support, U0DEE]")) == []


def test_a_gap_where_nobody_is_woken_is_not_warned_of() -> None:
    hours = f"{WHOLE}, hours: {{mon-fri: 09:00-17:00}}"
    own = ON_CALL.replace("}", ", plans: {basic: {primary: support}}}")

    assert told(hours, own) == []


def test_what_comes_after_a_person_in_a_list_is_warned_of() -> None:
    found = told(on_call=ON_CALL.replace("U0ANA", "[U0ANA, support]"))

    assert found == [
        "on_call.primary: U0ANA is always on; what comes after them never counts"
    ]


def test_a_rotation_that_is_used_nowhere_is_warned_of() -> None:
    assert told(on_call=ON_CALL) == [
        "rotations.support: is used nowhere; name it under `on_call`"
    ]


def test_a_zone_without_summer_time_is_warned_of() -> None:
    assert told(zone="EST") == [
        "rotations.support.zone: EST keeps no summer time; did you mean "
        "America/New_York?"
    ]


def test_one_rotation_in_two_roles_is_warned_of() -> None:
    found = told(on_call="on_call: {primary: support, backup: support, lead: U0LEA}")

    assert found == ["on_call.backup: is the primary, too; nobody stands behind them"]


@pytest.mark.parametrize(
    ("backup", "when"),
    [
        pytest.param("U0ANA", "from Mon 30 Nov 2026 09:00 to Mon 07 Dec", id="next"),
        pytest.param("U0CEM", "until Mon 30 Nov", id="now"),
        pytest.param("[late, U0DEE]", "", id="never"),
    ],
)
def test_a_turn_of_the_backup_as_primary_is_warned_of(backup: str, when: str) -> None:
    late = (
        "  late: {zone: Europe/Berlin, every: 1 week, hand_over: mon 09:00, "
        "starts: 2026-11-02, members: [U0CEM, U0ANA]}\n"
    )
    on_call = f"on_call: {{primary: support, backup: {backup}, lead: U0LEA}}"

    found = told(on_call=late + on_call if "late" in backup else on_call)

    person = f"on_call.backup: {backup} is the primary, too, {when}"
    end = " 2026 09:00 (Europe/Berlin); nobody stands behind them then"
    assert found == ([person + end] if when else [])


@pytest.mark.parametrize(
    ("every", "is_odd"), [("5", 1), ("36", 0), ("12", 0), ("8", 0)]
)
def test_turns_that_wander_around_the_clock_are_warned_of(
    every: str, is_odd: int
) -> None:
    found = told(every=f"{every} hours, hand_over: '09:00'")

    sentence = (
        "rotations.support.every: turns of 5 hours begin at another time each day"
    )
    assert found == [sentence] * is_odd


def test_a_rotation_that_began_long_ago_is_nothing_odd() -> None:
    rotation = (
        "rotations:\n  support: {zone: Europe/Berlin, every: 1 week, hand_over: mon "
        f"09:00, starts: 1999-11-01, {WHOLE}}}\n"
    )
    text = changed((ON_CALL, rotation + ON_CALL.replace("U0ANA", "support")))

    assert list(warnings(policy_of(text), NOW)) == []
