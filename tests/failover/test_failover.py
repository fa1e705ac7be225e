"""The primary is lost under load; the harness that counts is itself put to a test."""

from dataclasses import replace

import pytest

from tests import postgres
from tests.failover.accounts import verdict
from tests.failover.typists import Fate, Typed
from tests.processes import counted, harness

TOLD = Typed("fault 00001.", "ana", Fate.RECORDED, 0.0, number=1)
RECORDED = (TOLD.title, TOLD.number)


def failover(*options: str) -> tuple[int, str]:
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL here")
    return harness("tests.failover", *options)


@pytest.mark.timeout(240)
def test_nothing_that_was_acknowledged_is_lost_with_the_primary() -> None:
    status, said = failover("--rounds", "1")

    assert status == 0, said
    assert counted(said, "acknowledged") > 0
    assert counted(said, "of that lost") == 0


@pytest.mark.timeout(240)
def test_with_a_standby_that_lags_behind_acknowledged_writes_are_lost() -> None:
    status, said = failover("--rounds", "1", "--asynchronous")

    assert status == 1, said
    assert counted(said, "of that lost") > 0


def test_all_is_well_when_what_was_told_is_recorded() -> None:
    refused = Typed("fault 00002.", "ben", Fate.REFUSED, 0.0)

    assert verdict([RECORDED], [TOLD, refused], []).is_clean


@pytest.mark.parametrize("recorded", [[], [(TOLD.title, 2)]], ids=["gone", "renamed"])
def test_a_number_that_does_not_stand_for_what_was_typed_is_lost(
    recorded: list[tuple[object, ...]],
) -> None:
    found = verdict(recorded, [TOLD], [])

    assert found.lost == ["fault 00001. was INC-1, and is not recorded"]


def test_a_command_that_was_refused_and_is_recorded_was_denied() -> None:
    found = verdict([RECORDED], [replace(TOLD, fate=Fate.REFUSED)], [])

    assert found.denied == ["fault 00001. was denied, and is recorded"]


def test_a_command_that_is_recorded_twice_is_doubled() -> None:
    found = verdict([(TOLD.title, 2), RECORDED], [TOLD], [])

    assert found.doubled == ["fault 00001. is recorded 2 times"]


def test_a_command_that_stays_in_doubt_is_a_failure() -> None:
    mark = replace(TOLD, fate=Fate.IN_DOUBT)

    assert verdict([RECORDED], [mark], [TOLD]).is_clean
    assert not verdict([RECORDED], [mark], [replace(mark, fate=Fate.SILENCE)]).is_clean
