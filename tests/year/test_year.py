"""A few weeks of the simulated year keep what its manual says of it."""

from datetime import UTC, datetime

import pytest

from tests.year import __main__ as command
from tests.year import teams
from tests.year.accounts import Account
from tests.year.emulated import likeness
from tests.year.worlds import Ours, Peers

_BEGINS = datetime(teams.YEAR, 1, 5, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def both() -> tuple[Account, Account]:
    """The same six weeks, with our reminders and with a peer's."""
    policy = teams.policy()
    worlds = Ours(policy, _BEGINS), Peers(policy)
    ours, peers = (
        command.account_of(world, command.lived(world, _BEGINS, 42, 200))
        for world in worlds
    )
    return ours, peers


def test_nobody_is_told_in_vain_and_no_target_breaks_unheard(
    both: tuple[Account, Account],
) -> None:
    ours, peers = both

    assert (ours.unneeded, ours.to_others, ours.silent, ours.untold) == (0, 0, 0, 0)
    assert peers.unneeded > 0
    assert ours.targets > 200


def test_a_kept_target_takes_few_reminders(both: tuple[Account, Account]) -> None:
    ours, peers = both

    assert ours.reminders / ours.kept < 1.5
    assert peers.reminders / peers.kept > 3
    assert ours.p99 < peers.p99


def test_the_bot_in_a_local_slack_reminds_as_the_core_foretells() -> None:
    policy = teams.policy()
    year = command.lived(Ours(policy, _BEGINS), _BEGINS, 8, 30)

    found = likeness(year, policy)

    assert found.is_whole, found
    assert found.reminders[0] > 15
    assert found.deadlines[0] > 40


def test_the_command_prints_both_beside_the_aims(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["year", "--days", "7", "--incidents", "20"]
    monkeypatch.setattr("sys.argv", arguments)

    command.main()

    said = capsys.readouterr().out
    assert "20 incidents in 7 days, 8 people" in said
    assert "Messages to somebody not responsible" in said
