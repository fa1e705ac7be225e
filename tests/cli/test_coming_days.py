"""`sevbot due --ahead`, as it is typed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import TrialClock
from tests.commands import Run
from tests.lives import life


def test_due_ahead_lists_each_day_with_what_falls_due(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with life(tmp_path / "sevbot.db") as it:
        it.open()
        it.pass_by(hours=1)
        it.update(1)
    TrialClock(Path("clock.json")).travel(datetime(2026, 11, 24, 19, tzinfo=UTC))
    monkeypatch.setenv("SEVBOT_CLOCK", "clock.json")

    ran = run("due", "--ahead", "3")

    assert ran.out.splitlines() == [
        "As things stand, times in America/Los_Angeles",
        "Tue 24 Nov: 1 due; on call: U0ANA",
        "  15:00  INC-1 Acme (Sev2): update, nobody owns it",
        "Wed 25 Nov: nothing due; on call: U0ANA",
        "Thu 26 Nov, Thanksgiving Day: nothing due; on call: U0ANA",
        "Fri 27 Nov: nothing due; on call: U0ANA",
        "Mon 30 Nov: nothing due; on call: U0ANA",
    ]


def test_without_a_record_there_is_nothing_ahead(run: Run) -> None:
    ran = run("due", "--ahead", "5")

    assert ran.status == 1
    assert ran.err == "sevbot: There is no record yet.\n"


def test_days_ahead_are_a_number(run: Run) -> None:
    ran = run("due", "--ahead", "0")

    assert ran.status == 2
    assert ran.err.startswith("sevbot: Invalid value for '--ahead'")
