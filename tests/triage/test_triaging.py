"""What the team decided before is known, and what was erased is not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.cli import triage_report
from bot.incidents.acts import Report
from bot.incidents.events import VoidReason
from bot.policy.severities import Severity
from bot.store.maintenance import erasing
from bot.store.tables import suggestions
from bot.triage.retention import Retention
from bot.triage.triaging import Triaging
from tests.commands import Run, write
from tests.factories import shipped_policy
from tests.lives import Life, life

TITLE = "the lighthouse lamp of the northern pier"
LINK = "https://acme.slack.com/archives/C0SUPPORT/p1795543200000001"
UTC = ZoneInfo("UTC")


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Life]:
    with life(tmp_path / "sevbot.db") as it:
        yield it


def like(it: Life, text: str = TITLE) -> list[str]:
    """Return which incidents speak for a text."""
    found = Triaging(it.context, it.triage).suggest(text)
    reasons = [reason for one in found.candidates for reason in one.reasons]
    return [one for one in reasons if one.startswith("like INC-")]


def opens(it: Life, severity: Severity, *candidates: str, link: str = LINK) -> int:
    """Open an incident for which these severities were suggested."""
    report = Report(
        severity, TITLE, "C0SUPPORT", link=link, about=link, suggested=candidates
    )
    return it.triage.open(it.act(), report).incident.number


def report(it: Life) -> list[str]:
    with it.database.reading() as tx:
        decided = suggestions.decided(tx)
    return triage_report.as_text(decided, UTC).splitlines()


def test_a_title_that_was_opened_and_not_changed_is_a_neighbour(it: Life) -> None:
    it.open(TITLE)

    assert like(it) == [f'like INC-1: "{TITLE}"']
    found = Triaging(it.context, it.triage).suggest(TITLE)
    assert [one.severity for one in found.candidates] == [Severity.SEV2]


def test_what_was_changed_is_no_neighbour(it: Life) -> None:
    number = it.open(TITLE)

    it.triage.change(it.act(), number, severity=Severity.SEV3, reason="one lamp")

    assert like(it) == []


def test_what_was_a_mistake_is_no_neighbour(it: Life) -> None:
    number = it.open(TITLE)

    it.triage.void(it.act(), number, VoidReason.MISTAKE)

    assert like(it) == []


def test_what_was_erased_is_no_neighbour_and_keeps_no_link(it: Life) -> None:
    number = opens(it, Severity.SEV3, "sev1")
    it.close(number)

    with it.database.transaction() as tx:
        erasing.erase(tx, [number], it.now)

    assert like(it) == []
    assert like(it, "(text erased)") == []
    assert report(it)[1].endswith("INC-1, no link")
    with it.database.reading() as tx:
        assert suggestions.opened_from(tx, LINK) is None


def test_the_report_names_what_misled_with_its_link(it: Life) -> None:
    opens(it, Severity.SEV2, "sev2", "sev1")
    misled = opens(it, Severity.SEV2, "sev2", link=f"{LINK}2")
    it.triage.change(it.act(), misled, severity=Severity.SEV4, reason="a wish")
    void = opens(it, Severity.SEV1, "sev1", link=f"{LINK}3")
    it.triage.void(it.act(), void, VoidReason.MISTAKE)
    it.pass_by(minutes=1)
    Triaging(it.context, it.triage).decline("U0ANA", "command:1", ("sev3", "sev4"))
    Triaging(it.context, it.triage).decline("U0ANA", f"{LINK}4", ("none",))

    assert report(it) == [
        "5 decided: 2 held, 3 misled.",
        f"2026-11-24 18:00  suggested Sev2, proved Sev4: INC-2, {LINK}2",
        f"2026-11-24 18:00  suggested Sev1, proved no incident: INC-3, {LINK}3",
        "2026-11-24 18:01  suggested Sev3 or Sev4, proved no incident: no link",
    ]


def test_a_message_of_what_was_the_same_thing_leads_to_what_goes_on(it: Life) -> None:
    numbers = [it.open(TITLE), opens(it, Severity.SEV2, "sev2"), it.open(TITLE)]
    first, second, third = numbers
    it.triage.same_thing(it.act(), second, third)
    it.triage.same_thing(it.act(), third, first)
    triaging = Triaging(it.context, it.triage)

    standing = triaging.standing(LINK)
    declined = triaging.decline("U0ANA", LINK, ("sev2",))

    assert standing
    assert declined
    assert (standing.incident.number, declined.incident.number) == (first, first)
    assert opens(it, Severity.SEV2, "sev2") == first
    assert report(it) == ["1 decided: 1 held, 0 misled."]


def test_a_void_incident_keeps_its_message_when_that_is_declined(it: Life) -> None:
    number = opens(it, Severity.SEV2, "sev2")
    it.triage.void(it.act(), number, VoidReason.MISTAKE)
    Triaging(it.context, it.triage).decline("U0ANA", LINK, ("sev2",))

    it.triage.reopen(it.act(), number)

    standing = Triaging(it.context, it.triage).standing(LINK)
    assert standing is not None
    assert standing.incident.number == number


def test_what_was_no_incident_is_forgotten_when_texts_are(tmp_path: Path) -> None:
    policy = replace(shipped_policy(), erase_texts_after=timedelta(days=30))
    with life(tmp_path / "sevbot.db", policy) as it:
        Triaging(it.context, it.triage).decline("U0ANA", LINK, ("sev3", "sev4"))
        Retention(it.context).run()
        before = report(it)

        it.now += timedelta(days=31)
        Retention(it.context).run()

        assert before[0] == "1 decided: 0 held, 1 misled."
        assert report(it) == ["Nobody has decided about a suggestion yet."]


def test_the_command_reports_from_the_record(run: Run) -> None:
    write("policies.yaml")
    none = run("classify", "--report")
    with life(Path("sevbot.db")) as it:
        opens(it, Severity.SEV2, "sev2")

    ran = run("classify", "--report")

    assert (none.status, none.err) == (1, "sevbot: There is no record yet.\n")
    assert ran.out == "1 decided: 1 held, 0 misled.\n"
    assert run("classify").err == "sevbot: Name a file, or write --report.\n"
