"""A workspace with more people than Slack lists at once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.emulator.faults import Fault
from bot.errors import SlackError
from bot.triage import people
from tests.replicas import Pair
from tests.story import Story

CROWD = 2_500


class Crowded(Story):
    """A story in a company of thousands, of whom the first page is known."""

    def populate(self) -> None:
        super().populate()
        for number in range(CROWD):
            self.slack.add_person(f"p{number:04}", id=f"U1P{number:04}")

    def known(self) -> int:
        with self.bot.database.reading() as tx:
            return len(tx.all("people"))

    def pages(self) -> list[tuple[str, int]]:
        """Return where each page began that was asked for, and its size."""
        asked = [call.arguments for call in self.slack.calls("users.list")]
        return [(one["cursor"], int(one["limit"])) for one in asked]

    def read_on(self) -> list[timedelta]:
        """Read what is left; return how long to wait after each page."""
        waits = [self.bot.people.read_page()]
        while waits[-1] < people.EVERY:
            waits.append(self.bot.people.read_page())
        return waits

    def notes(self) -> tuple[str, ...]:
        return self.bot.health().notes


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[Crowded]:
    told = Crowded(tmp_path, "2026-11-24 10:00", replicas=1)
    told.start()
    yield told
    told.stop()


def test_everybody_is_read_a_page_at_a_time_at_slacks_pace(crowded: Crowded) -> None:
    waits = crowded.read_on()

    assert waits == [people.PAGE_EVERY, people.EVERY]
    assert crowded.known() == len(crowded.slack.workspace.people)
    assert crowded.pages() == [("", 1000), ("user:1000", 1000), ("user:2000", 1000)]


def test_a_rate_limit_loses_no_page_and_is_waited_for(crowded: Crowded) -> None:
    late = timedelta(seconds=30)
    crowded.slack.faults.add("users.list", Fault.RATE_LIMITED, wait_for=late)

    waits = crowded.read_on()

    assert waits == [late, people.PAGE_EVERY, people.EVERY]
    assert crowded.pages()[1:3] == [("user:1000", 1000)] * 2
    assert crowded.known() == len(crowded.slack.workspace.people)
    assert crowded.notes() == ()


def test_a_restart_reads_on_where_the_last_bot_was(crowded: Crowded) -> None:
    crowded.restart()

    assert crowded.pages() == [("", 1000), ("user:1000", 1000)]
    assert crowded.read_on() == [people.EVERY]


def test_after_the_last_page_a_restart_reads_everybody_again(crowded: Crowded) -> None:
    crowded.read_on()

    crowded.restart()

    assert crowded.pages()[-1] == ("", 1000)


def test_a_cursor_that_has_expired_begins_the_list_again(crowded: Crowded) -> None:
    with crowded.bot.database.transaction() as tx:
        tx.write("continue_listing", page="user:1000", next_page="long ago")

    with pytest.raises(SlackError, match="invalid_cursor"):
        crowded.bot.people.read_page()
    said = crowded.notes()
    crowded.read_on()

    assert said == ("not everybody can be read from Slack: invalid_cursor",)
    assert crowded.notes() == ()
    assert [cursor for cursor, _ in crowded.pages()] == [
        "", "long ago", "", "user:1000", "user:2000",
    ]  # fmt: skip
    assert crowded.known() == len(crowded.slack.workspace.people)


def test_a_page_too_large_for_slack_is_halved_and_read_again(crowded: Crowded) -> None:
    crowded.slack.faults.add("users.list", Fault.FAIL_BEFORE)

    with pytest.raises(SlackError):
        crowded.bot.people.read_page()
    crowded.read_on()

    assert crowded.pages()[1:3] == [("user:1000", 1000), ("user:1000", 500)]
    assert crowded.known() == len(crowded.slack.workspace.people)


def test_who_is_on_call_is_known_before_the_first_page(tmp_path: Path) -> None:
    told = Crowded(tmp_path, "2026-11-24 10:00", replicas=1)
    told.slack.faults.add("users.list", Fault.RATE_LIMITED, times=None)
    told.start()

    on_call = told.policy().on_call.everybody()
    names = {told.bot.people.name_of(who) for who in on_call}
    told.stop()

    assert names == {"ana", "ben", "lea"}


def test_nobody_has_left_because_the_list_was_not_finished(crowded: Crowded) -> None:
    crowded.read_on()
    crowded.restart()  # It has read one page of three.
    asked = len(crowded.slack.calls("users.info"))

    crowded.bot.people.must_be_member("U1P2400")

    assert len(crowded.slack.calls("users.info")) == asked


def test_somebody_on_no_page_yet_may_type_a_command(crowded: Crowded) -> None:
    crowded.slack.invite("support", "p2400")

    answer = crowded.command("p2400", "/sev3 acme: odd")

    assert "INC-1 · 🔵 Sev3" in crowded.read(answer.private, "p2400")


def test_a_command_reads_everybody_once_however_many_names_it_asks_for(
    crowded: Crowded,
) -> None:
    find = crowded.bot.people.ids()
    first = find("P0900")
    crowded.slack.add_person("nia")
    crowded.tell_of("team_join", "nia")

    later = find("nia")

    assert (first, later) == ("U1P0900", None)
    assert crowded.bot.people.ids()("nia") == "U0NIA"


def test_a_replica_that_is_behind_does_not_move_the_list_back(
    crowded: Crowded,
) -> None:
    with crowded.bot.database.transaction() as tx:
        tx.write("continue_listing", page="", next_page="user:500")
        tx.write("end_listing", page="")

    crowded.read_on()

    assert crowded.pages()[1] == ("user:1000", 1000)


def test_replicas_share_the_pages(tmp_path: Path) -> None:
    told = Crowded(tmp_path, "2026-11-24 10:00", replicas=2)
    told.start()
    assert isinstance(told.bot, Pair)
    one, other = told.bot.both

    waits = [each.people.read_page() for each in (other, one, other)]
    known, pages = told.known(), told.pages()
    told.stop()

    assert waits == [people.PAGE_EVERY, people.EVERY, people.EVERY]
    assert pages == [("", 1000), ("user:1000", 1000), ("user:2000", 1000)]
    assert known == CROWD + 6
