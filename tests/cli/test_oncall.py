"""`sevbot oncall`, as it is typed."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import TrialClock
from bot.policy.covers import CoverRequest
from bot.policy.parsing import policy_file
from bot.policy.parsing.public_holidays import public_holidays
from bot.settings import read_settings
from bot.store.opening import opened, sqlite_path
from bot.store.tables import covers, feeds, marks, outbox_messages, unconfirmed
from bot.store.tables.outbox_messages import Posted, Verify
from tests import icals
from tests.commands import Ran, Run, write
from tests.lives import Life, life

# The rotation of the policy's manual, without its hours.
SUPPORT = """\
rotations:
  support:
    zone: America/New_York
    hand_over: mon 09:00
    every: 1 week
    starts: 2026-11-02
    members: [U0ANA, U0BEN, none]
on_call:
  primary: support
"""
ALONE = {"rotation": None, "since": None, "until": None}
FIRST_WEEK = {
    "id": "U0ANA",
    "rotation": "support",
    "since": "2026-11-02T14:00:00Z",
    "until": "2026-11-09T14:00:00Z",
}


@pytest.fixture(autouse=True)
def policy(run: Run) -> None:
    write("policies.yaml", ("on_call:\n  primary: U0ANA\n", SUPPORT))


def test_one_instant_is_one_object(run: Run) -> None:
    ran = run("oncall", "--at", "2026-11-05T17:00:00Z", "--json")

    assert ran.status == 0
    assert ran.json == {
        "primary": FIRST_WEEK,
        "backup": {"id": "U0BEN", **ALONE},
        "lead": {"id": "U0LEA", **ALONE},
    }


def test_several_instants_are_a_list_in_their_order(run: Run) -> None:
    later, earlier = "2026-11-20T00:00:00Z", "2026-11-05T17:00:00Z"

    found = run("oncall", "--at", later, "--at", earlier, "--json").json

    assert [one["primary"] for one in found] == [None, FIRST_WEEK]


def test_an_instant_without_an_offset_is_in_the_zone_of_the_team(run: Run) -> None:
    pacific = ["2026-11-02T05:59", "2026-11-02T06:00"]

    found = run("oncall", "--at", pacific[0], "--at", pacific[1], "--json").json

    assert [one["primary"] for one in found] == [None, FIRST_WEEK]


def test_without_an_instant_it_is_about_now(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("clock.json").write_text(
        '{"at": "2026-11-05T09:00:00-08:00", "since": 0, "speed": 0}', encoding="utf-8"
    )
    monkeypatch.setenv("SEVBOT_CLOCK", "clock.json")

    assert run("oncall", "--json").json["primary"] == FIRST_WEEK
    assert run("oncall").out.startswith("Thu 05 Nov 2026 09:00 (America/Los_Angeles)\n")


def test_nobody_is_said_in_words_with_the_end_of_it(run: Run) -> None:
    ran = run("oncall", "--at", "2026-11-17T12:00")

    since, until = "Mon 16 Nov 2026 06:00", "Mon 23 Nov 2026 06:00"
    assert f"  primary  nobody since {since} until {until}\n" in ran.out


def test_it_makes_no_record(run: Run) -> None:
    run("oncall")

    assert [path.name for path in Path().iterdir()] == ["policies.yaml"]


def test_what_is_no_instant_is_refused(run: Run) -> None:
    ran = run("oncall", "--at", "tomorrow")

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith('sevbot: "tomorrow" is no instant.')


def test_a_broken_policy_is_refused_with_its_line(run: Run) -> None:
    write("policies.yaml", ("  primary: U0ANA\n", "  primary: nights\n"))

    ran = run("oncall")

    assert isinstance(ran, Ran)
    assert (ran.status, ran.out) == (1, "")
    assert 'on_call.primary: "nights" is no rotation' in ran.err


def test_the_report_says_what_fell_on_each_person(run: Run, tmp_path: Path) -> None:
    with life(tmp_path / "sevbot.db") as it:
        it.open()
        it.pass_by(minutes=0)
        _sent(it)

    ran = run("oncall", "--report", "--from", "2026-11-23", "--to", "2026-11-29")

    assert ran.out.splitlines() == [
        "Mon 23 Nov 2026 to Sun 29 Nov 2026: hours on call / pages",
        "        working   evening     night   weekend   holiday     in all",
        "U0BEN  32.0 / 0  32.0 / 0  32.0 / 0  48.0 / 0  24.0 / 0  168.0 / 0",
        "U0LEA  32.0 / 0  32.0 / 0  32.0 / 0  48.0 / 0  24.0 / 0  168.0 / 0",
        "U0ANA  32.0 / 1  32.0 / 0  26.0 / 0  48.0 / 0  24.0 / 0  162.0 / 1",
    ]


def test_for_a_spreadsheet_the_report_has_a_column_for_each_kind_of_time(
    run: Run, tmp_path: Path
) -> None:
    with life(tmp_path / "sevbot.db"):
        pass

    ran = run("oncall", "--report", "--from", "2026-11-23", "--csv")

    assert ran.out.splitlines() == [
        "person,hours_working,hours_evening,hours_night,hours_weekend,hours_holiday,"
        "pages_working,pages_evening,pages_night,pages_weekend,pages_holiday",
        "U0BEN,32.0,32.0,32.0,48.0,24.0,0,0,0,0,0",
        "U0LEA,32.0,32.0,32.0,48.0,24.0,0,0,0,0,0",
        "U0ANA,32.0,32.0,26.0,48.0,24.0,0,0,0,0,0",
    ]


def test_what_belongs_to_the_report_is_refused_without_it(run: Run) -> None:
    ran = run("oncall", "--csv")

    assert (ran.status, ran.err) == (
        1,
        "sevbot: --from, --to and --csv are for --report.\n",
    )


def test_without_a_record_there_is_no_report(run: Run) -> None:
    ran = run("oncall", "--report")

    assert (ran.status, ran.err) == (1, "sevbot: There is no record yet.\n")


def _sent(it: Life) -> None:
    """Let Slack take all that is queued."""
    with it.database.transaction() as tx:
        for row in tx.all("newest_messages", most=99):
            message = outbox_messages.find(tx, row["key"])
            assert message is not None
            posted = Posted(it.now, "1.0")
            unconfirmed.reconcile_posted(tx, message, posted, Verify())


THEN = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def record(run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The record, in December, that knows another policy of then, and a cover."""
    clock = TrialClock(Path("clock.json"))
    clock.travel(THEN + timedelta(days=30))
    monkeypatch.setenv("SEVBOT_CLOCK", "clock.json")
    other = Path("policies.yaml").read_text().replace("[U0ANA, U0BEN, none]", "[U0OLD]")
    policy = policy_file.read(
        other, name="policies.yaml", holidays=public_holidays, today=THEN.date()
    )
    ends_at = THEN + timedelta(days=25)
    covered = CoverRequest(
        "view:1", "support", "U0ANA", THEN, ends_at, "U0ANA", "U0DEE", THEN
    )
    url = read_settings().database_url
    with closing(opened(url, "T0ACME")) as database, database.transaction() as tx:
        marks.note(tx, marks.Mark.START, THEN)
        tx.write(
            "save_policy",
            version=policy.version,
            text=json.dumps(policy.texts),
            holidays="{}",
            accepted_at=THEN,
        )
        covers.ask(tx, [covered])
        assert covers.accept(tx, "view:1", "U0DEE", THEN + timedelta(days=6))
    return sqlite_path(url)


def test_covers_of_the_record_count_and_its_policy_of_the_past(
    run: Run, record: Path
) -> None:
    found = run(
        "oncall", "--at", "2026-11-05T17:00:00Z", "--at", "2026-12-15T17:00:00Z",
        "--at", "2026-11-11T17:00:00Z", "--json",
    )  # fmt: skip

    assert [one["primary"]["id"] for one in found.json] == ["U0OLD", "U0ANA", "U0DEE"]


def test_a_file_that_counts_later_is_not_what_counts_until_then(
    run: Run, record: Path
) -> None:
    with Path("policies.yaml").open("a", encoding="utf-8") as file:
        file.write("effective_from: 2026-12-10\n")

    found = run(
        "oncall", "--at", "2026-12-09T17:00:00Z", "--at", "2026-12-15T17:00:00Z",
        "--json",
    )  # fmt: skip
    report = run("oncall", "--report", "--from", "2026-11-09").out

    assert [one["primary"]["id"] for one in found.json] == ["U0OLD", "U0ANA"]
    assert "U0OLD" in report


def test_the_report_counts_the_hours_of_a_cover_to_who_covers(
    run: Run, record: Path
) -> None:
    ran = run("oncall", "--report", "--from", "2026-11-23", "--csv")

    covering = [one for one in ran.out.splitlines() if one.startswith("U0DEE,")]
    assert covering == ["U0DEE,32.0,32.0,26.0,48.0,24.0,0,0,0,0,0"]


def test_a_record_that_cannot_be_read_is_said_and_the_policy_counts(
    run: Run, record: Path
) -> None:
    with closing(sqlite3.connect(record)) as shell:
        shell.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('sevbot', 'of the future', '')"
        )
        shell.commit()

    ran = run("oncall", "--at", "2026-11-05T17:00:00Z", "--json")

    assert ran.json["primary"]["id"] == "U0ANA"
    assert ran.err.startswith("Without the record, so without covers: ")


@pytest.fixture
def planned_elsewhere(run: Run) -> None:
    Path("policies.yaml").write_text(icals.planned("ical: support.ics"), "utf-8")
    plan = icals.calendar(
        icals.event("Ana", "20261102T140000Z", "20261109T140000Z"),
        icals.event("Zoe", "20261109T140000Z", "20261116T140000Z"),
    )
    Path("support.ics").write_text(plan, encoding="utf-8")


@pytest.mark.usefixtures("planned_elsewhere")
def test_a_calendar_is_read_where_no_record_knows_it(run: Run) -> None:
    ran = run("oncall", "--at", "2026-11-05T17:00:00Z", "--json")

    assert ran.json["primary"] == FIRST_WEEK
    assert ran.err == (
        "rotations.support: as its calendar is now, which the record does not know.\n"
    )


@pytest.mark.usefixtures("planned_elsewhere")
def test_a_calendar_that_cannot_be_read_is_said_and_nobody_is_on(run: Run) -> None:
    Path("support.ics").unlink()

    ran = run("oncall", "--at", "2026-11-05T17:00:00Z", "--json")

    assert ran.json["primary"] is None
    assert ran.err == (
        "rotations.support: support.ics cannot be read: No such file or directory.\n"
    )


@pytest.mark.usefixtures("planned_elsewhere")
def test_what_the_record_holds_of_a_calendar_counts(
    run: Run, record: Path, tmp_path: Path
) -> None:
    since = datetime(2026, 12, 1, tzinfo=UTC)
    held = (since, since + timedelta(days=9), "U0DEE")
    url = read_settings().database_url
    with closing(opened(url, "T0ACME")) as database, database.transaction() as tx:
        assert feeds.claim(tx, "support", "source", since)
        feeds.save(tx, "support", "source", (held,), since)

    ran = run("oncall", "--at", "2026-12-06T17:00:00Z", "--json")

    assert (ran.json["primary"]["id"], ran.err) == ("U0DEE", "")


@pytest.mark.usefixtures("planned_elsewhere")
def test_check_says_what_was_understood_of_a_calendar(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    TrialClock(Path("clock.json")).travel(THEN)
    monkeypatch.setenv("SEVBOT_CLOCK", "clock.json")

    ran = run("check")

    understood = "rotations.support: 2 stretches, until Mon 16 Nov 2026 06:00"
    assert f"{understood} (America/Los_Angeles).\n" in ran.out
    strangers = "rotations.support.names: these names are nobody's, so nobody is on"
    assert f"warning: {strangers} then: Zoe\n" in ran.out
    assert (
        "warning: on_call.primary: nobody is on from Mon 09 Nov 2026 06:00" in ran.out
    )


@pytest.mark.usefixtures("planned_elsewhere")
def test_check_warns_of_a_calendar_that_cannot_be_read(run: Run) -> None:
    Path("support.ics").write_text("<html>", encoding="utf-8")

    ran = run("check")

    said = "support.ics is a web page, perhaps one to log in, and no calendar."
    assert f"warning: rotations.support: {said}\n" in ran.out


@pytest.fixture
def group() -> None:
    group = "on_call:\n  user_group: S0SUPPORT\n  primary: U0ANA\n"
    write("policies.yaml", ("on_call:\n  primary: U0ANA\n", group))


@pytest.mark.usefixtures("group")
def test_a_group_is_taken_over_for_the_bot_to_look_at_now(run: Run) -> None:
    failing = datetime(2026, 11, 24, tzinfo=UTC)
    with closing(opened(read_settings().database_url, "T1")) as database:
        with database.transaction() as tx:
            for one in (marks.Mark.USER_GROUP, marks.Mark.USER_GROUP_FAILS):
                marks.note(tx, one, failing)

        ran = run("oncall", "--take-over-group", "S0SUPPORT")

        with database.reading() as tx:
            is_ours, noted = marks.is_taken_over(tx, "S0SUPPORT"), marks.noted(tx)
    assert (ran.status, ran.out) == (
        0,
        "S0SUPPORT follows the shift from now on: whoever is primary is alone in it.\n",
    )
    assert is_ours
    assert {"user_group", "user_group_fails"}.isdisjoint(noted)


@pytest.mark.usefixtures("group")
def test_without_a_record_no_group_is_taken_over(run: Run) -> None:
    ran = run("oncall", "--take-over-group", "S0SUPPORT")

    assert (ran.status, ran.err) == (1, "sevbot: There is no record yet.\n")


def test_only_the_group_of_the_policy_is_taken_over(run: Run) -> None:
    ran = run("oncall", "--take-over-group", "S0OTHER")

    assert ran.status != 0
    assert "S0OTHER is not the user group that policies.yaml names" in ran.err
