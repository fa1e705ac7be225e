"""The primary is lost under load; and tests of the harness that counts."""

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
def test_losing_the_primary_loses_no_acknowledged_command() -> None:
    status, said = failover("--rounds", "1")

    assert status == 0, said
    assert counted(said, "acknowledged") > 0
    assert counted(said, "of that lost") == 0


@pytest.mark.timeout(240)
def test_with_a_lagging_standby_acknowledged_commands_are_lost() -> None:
    status, said = failover("--rounds", "1", "--asynchronous")

    assert status == 1, said
    assert counted(said, "of that lost") > 0


def test_the_verdict_is_clean_when_every_answer_matches_the_record() -> None:
    refused = Typed("fault 00002.", "ben", Fate.REFUSED, 0.0)

    assert verdict([RECORDED], [TOLD, refused], []).is_clean


@pytest.mark.parametrize("recorded", [[], [(TOLD.title, 2)]], ids=["gone", "renamed"])
def test_an_answered_number_with_another_title_counts_as_lost(
    recorded: list[tuple[object, ...]],
) -> None:
    found = verdict(recorded, [TOLD], [])

    assert found.lost == ["fault 00001. was INC-1, and is not recorded"]


def test_a_refused_command_that_is_recorded_counts_as_denied() -> None:
    found = verdict([RECORDED], [replace(TOLD, fate=Fate.REFUSED)], [])

    assert found.denied == ["fault 00001. was denied, and is recorded"]


def test_a_command_recorded_twice_counts_as_doubled() -> None:
    found = verdict([(TOLD.title, 2), RECORDED], [TOLD], [])

    assert found.doubled == ["fault 00001. is recorded 2 times"]


def test_a_command_that_stays_unconfirmed_is_a_failure() -> None:
    mark = replace(TOLD, fate=Fate.UNCONFIRMED)

    assert verdict([RECORDED], [mark], [TOLD]).is_clean
    assert not verdict([RECORDED], [mark], [replace(mark, fate=Fate.SILENCE)]).is_clean
