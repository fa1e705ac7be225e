"""`sevbot reminders`, as it is typed."""

from pathlib import Path

import pytest

from tests.commands import Run
from tests.lives import life


@pytest.fixture(autouse=True)
def record(run: Run, tmp_path: Path) -> None:
    """A record with an incident whose first page was due at ten, the next at 10:05."""
    with life(tmp_path / "sevbot.db") as it:
        it.open()
        it.pass_by(minutes=0)
        it.pass_by(minutes=12)
        it.close(it.open("second", "Globex"))


def test_each_reminder_is_a_line_with_its_outcome(run: Run) -> None:
    ran = run("reminders", "--incident", "1")

    assert ran.status == 0
    assert ran.out.splitlines() == [
        "INC-1, times in America/Los_Angeles",
        "DUE               REMINDER  TO     OUTCOME  WHY",
        "Tue 24 Nov 10:00  page      U0ANA  waits    not sent yet",
        (
            "Tue 24 Nov 10:05  page      -      merged   several were due, and the "
            "newest stands for them"
        ),
        "Tue 24 Nov 10:10  page      U0ANA  waits    not sent yet",
        "Tue 24 Nov 10:10  page      U0BEN  waits    not sent yet",
    ]


def test_for_programs_each_reminder_is_an_object(run: Run) -> None:
    found = run("reminders", "--incident", "1", "--json").json

    assert found[1] == {
        "deadline": "escalation 1",
        "reminder": "page",
        "due_at": "2026-11-24T18:05:00Z",
        "to": None,
        "outcome": "merged",
        "at": None,
        "replaced_at": None,
        "why": "several were due, and the newest stands for them",
        "instead": None,
    }
    assert [one["outcome"] for one in found] == [None, "merged", None, None]


def test_an_incident_without_reminders_says_so(run: Run) -> None:
    ran = run("reminders", "--incident", "2")

    assert ran.out == "No reminder of INC-2 was due so far.\n"


def test_an_unknown_incident_is_refused(run: Run) -> None:
    ran = run("reminders", "--incident", "9")

    assert (ran.status, ran.err) == (1, "sevbot: There is no INC-9.\n")


def test_without_a_record_it_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "sevbot.db").unlink()

    ran = run("reminders", "--incident", "1")

    assert (ran.status, ran.err) == (1, "sevbot: There is no record yet.\n")
