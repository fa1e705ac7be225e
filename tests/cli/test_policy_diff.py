"""What `sevbot policy diff` says of a change, and of its effect on the record."""

from contextlib import closing
from pathlib import Path

import pytest

from bot.incidents.acts import Report, Update
from bot.policy.severities import Severity
from bot.store import opening
from bot.store.tables import marks
from bot.store.tables.marks import Mark
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.use_cases import Triage
from tests.commands import Run, write
from tests.factories import pacific, shipped_policy

SLOWER = (
    "    standard: every day\n    self_service: twice per week",
    "    standard: twice per week\n    self_service: twice per week",
)
QUICKER = (
    "    standard: 1 business day\n    self_service: 2",
    "    standard: 2 business hours\n    self_service: 2",
)


@pytest.fixture
def record(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open three Sev3 of a standard customer, two of them answered at once."""
    url = f"sqlite:///{tmp_path / 'sevbot.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    at = pacific(23, "09:00")
    reports = [
        Report(Severity.SEV3, title, "C1", "Globex", plan="standard")
        for title in ("one", "two", "three")
    ]
    with closing(opening.opened(url, "T1")) as database:
        context = Context(database, shipped_policy, lambda: at, lambda: at, "T1")
        triage = Triage(context)
        with database.transaction() as tx:
            marks.note(tx, Mark.START, at)
        for number, report in enumerate(reports, start=1):
            triage.open(Act("U0DEE", f"open/{number}"), report)
        for number in (1, 2):
            said = Update(told="We found it", following="More at four")
            triage.update(Act("U0DEE", f"update/{number}"), number, said)


def test_a_change_is_said_in_words_where_there_is_no_record(run: Run) -> None:
    write("old.yaml")
    write("new.yaml", SLOWER, ("continuous_news_as: sev2", "continuous_news_as: none"),
          ("repeat: 15m", "repeat: 20m"))  # fmt: skip

    ran = run("policy", "diff", "old.yaml", "new.yaml")

    assert ran.out.splitlines() == [
        "Follow-up",
        "Sev3, Standard Support: every day -> twice per week",
        "interpretations.continuous_news_as: sev2 -> none",
        "escalation: changed",
        "There is no record, so nobody can say what would move.",
    ]


def test_the_same_policy_has_no_difference(run: Run) -> None:
    write("old.yaml")

    assert run("policy", "diff", "old.yaml", "old.yaml").out == "Both say the same.\n"


@pytest.mark.usefixtures("record")
def test_a_change_says_for_how_many_open_incidents_it_moves_what_is_due(
    run: Run,
) -> None:
    write("old.yaml")
    write("new.yaml", SLOWER, QUICKER)

    ran = run("policy", "diff", "old.yaml", "new.yaml")

    assert ran.out.splitlines() == [
        "First response",
        "Sev3, Standard Support: 1 business day -> 2 business hours: 3 open "
        "incidents, next due earlier for 1",
        "Follow-up",
        "Sev3, Standard Support: every day -> twice per week: 3 open incidents, next "
        "due later for 2",
        "In all: 3 open incidents, next due later for 2, next due earlier for 1.",
    ]
    assert ran.status == 0


@pytest.mark.usefixtures("record")
def test_a_plan_that_goes_leaves_its_incidents_named(run: Run) -> None:
    write("old.yaml")
    write("new.yaml", ("standard", "silver"))

    out = run("policy", "diff", "old.yaml", "new.yaml").out

    assert "Sev3, Standard Support: every day -> nothing" in out
    assert "It will not be loaded: it has no terms for INC-1, INC-2, INC-3." in out


@pytest.mark.usefixtures("record")
def test_a_resolution_that_is_new_is_owed_from_the_report_on(run: Run) -> None:
    promised = "resolution:\n  sev3: {standard: 3 business days}\n\n"
    write("old.yaml")
    write("new.yaml", ("interpretations:\n", f"{promised}interpretations:\n"))

    said = run("policy", "diff", "old.yaml", "new.yaml").out.splitlines()

    begun = "3 open incidents, something is due now for 3"
    assert said == [
        "Resolution",
        f"Sev3, Standard Support: nothing -> 3 business days: {begun}",
        f"In all: {begun}.",
    ]
