"""A calendar is read with limits, whatever it is, and refused by a sentence."""

import re
import time as clocks
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.feeds.reading import FeedError, Sources, read
from bot.policy.feeds import Understood
from bot.policy.rotations import Feed
from tests.icals import calendar, event
from tests.web_target import WebTarget, web_target

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
HERE = (ip_network("127.0.0.0/8"),)
NAMES = {"ana": "A", "ben": "B"}
FILE = Feed("support", ZoneInfo("America/New_York"), "support.ics", time(9), NAMES)
ADDRESS = replace(FILE, file=None)
PLAN = calendar(event("Ana", "20261123T090000Z", "20261130T090000Z"))


@pytest.fixture
def target() -> Iterator[WebTarget]:
    with web_target() as target:
        target.status, target.content = 200, PLAN.encode()
        yield target


def from_file(folder: Path, text: str) -> Understood:
    (folder / "support.ics").write_text(text, encoding="utf-8", newline="")
    return read(FILE, Sources(folder, {}, ()), NOW)


def from_address(target: WebTarget, url: str | None = None) -> Understood:
    given = {"support": SecretStr(url or target.url)}
    return read(ADDRESS, Sources(Path(), given, HERE), NOW)


def stretches(folder: Path, *events: str, most: int = 4) -> list[str]:
    """Return the stretches in UTC: `A 23 09:00 - 30 09:00`."""
    found = from_file(folder, calendar(*events)).stretches
    return [
        f"{who} {since:%d %H:%M} - {until:%d %H:%M}"
        for since, until, who in found[:most]
    ]


def test_times_without_a_zone_are_in_the_rotations_zone(tmp_path: Path) -> None:
    floating = event("Ana", "20261123T090000", "20261130T090000")

    assert stretches(tmp_path, floating) == ["A 23 14:00 - 30 14:00"]


def test_a_zone_that_the_calendar_names_counts(tmp_path: Path) -> None:
    said = "DTEND;TZID=Europe/Berlin:20261130T090000"
    until = event("Ana", "20261123T090000Z", "", said)

    assert stretches(tmp_path, until) == ["A 23 09:00 - 30 08:00"]


def test_whole_days_begin_at_the_hand_over(tmp_path: Path) -> None:
    assert stretches(
        tmp_path, event("Ana", "20261123", "20261125"), event("Ben", "20261125")
    ) == ["A 23 14:00 - 25 14:00", "B 25 14:00 - 26 14:00"]


def test_a_length_counts_as_an_end(tmp_path: Path) -> None:
    lasting = event("Ana", "20261123T090000Z", "", "DURATION:PT12H")

    assert stretches(tmp_path, lasting) == ["A 23 09:00 - 23 21:00"]


def test_a_rule_repeats_but_for_its_exceptions_and_besides_them(
    tmp_path: Path,
) -> None:
    weekly = event(
        "Ana", "20261123T090000Z", "20261124T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3",
        "EXDATE:20261130T090000Z", "RDATE:20261202T090000Z",
    )  # fmt: skip

    assert stretches(tmp_path, weekly) == [
        "A 23 09:00 - 24 09:00", "A 02 09:00 - 03 09:00", "A 07 09:00 - 08 09:00",
    ]  # fmt: skip


def test_a_single_change_and_a_cancelled_one_replace_what_the_rule_says(
    tmp_path: Path,
) -> None:
    weekly = event(
        "Ana", "20261123T090000Z", "20261124T090000Z", "RRULE:FREQ=WEEKLY;COUNT=3"
    )
    same = re.search(r"UID:\d+", weekly)
    assert same is not None
    changed = event(
        "Ben", "20261130T120000Z", "20261201T090000Z", "RECURRENCE-ID:20261130T090000Z"
    )
    gone = event(
        "Ana", "20261207T090000Z", "20261208T090000Z", "STATUS:CANCELLED",
        "RECURRENCE-ID:20261207T090000Z",
    )  # fmt: skip
    others = [re.sub(r"UID:\d+", same[0], one) for one in (changed, gone)]

    assert stretches(tmp_path, weekly, *others) == [
        "A 23 09:00 - 24 09:00", "B 30 12:00 - 01 09:00",
    ]  # fmt: skip


def test_a_rule_without_an_end_is_read_as_far_as_anybody_plans(tmp_path: Path) -> None:
    daily = event("Ana", "20261123T090000Z", "20261124T090000Z", "RRULE:FREQ=DAILY")

    found = from_file(tmp_path, calendar(daily)).stretches

    assert len(found) == 402
    assert found[-1][0] == datetime(2027, 12, 29, 9, tzinfo=UTC)


def test_who_is_invited_is_understood_and_who_declined_is_not(tmp_path: Path) -> None:
    invited = event(
        "On call", "20261123T090000Z", "20261124T090000Z",
        "ATTENDEE;CN=Ana;PARTSTAT=DECLINED:mailto:ana@acme.com",
        "ATTENDEE;CN=Ben:mailto:b@acme.com",
    )  # fmt: skip

    assert stretches(tmp_path, invited) == ["B 23 09:00 - 24 09:00"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no calendar: it does not begin with BEGIN:VCALENDAR"),
        ("\0\1 garbage", "is no calendar: it does not begin with BEGIN:VCALENDAR"),
        ("<!doctype html>", "is a web page, perhaps one to log in, and no calendar"),
        ("BEGIN:VCALENDAR\r\ngarbage\r\n", "is broken"),
        # An older library drops what is no date, a newer one keeps it.
        (
            calendar(event("Ana", "20269999")),
            r"(is broken|has an event that does not say when it begins)",
        ),
        (calendar(), "holds no events around now"),
        (
            calendar(event("Ana", "20201123", "20201124")),
            "holds no events around now",
        ),
        ("x" * 2_000_001, "has more than 2 MB"),
        ("x" * 10_000_000, "cannot be read: it has more than 5 MB"),
    ],
    ids=[
        "empty", "garbage", "web page", "broken", "no date", "no events", "long ago",
        "2 MB", "10 MB",
    ],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FeedError, match=rf"^support\.ics {said}$"):
        from_file(tmp_path, text)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("RRULE:FREQ=SECONDLY", "repeats SECONDLY; only DAILY, WEEKLY, MONTHLY are"),
        ("RRULE:FREQ=YEARLY", "repeats YEARLY; only DAILY, WEEKLY, MONTHLY are"),
        ("RRULE:FREQ=DAILY;INTERVAL=0", "repeats at an interval below one"),
        ("RRULE:FREQ=DAILY;INTERVAL=-1", "repeats at an interval below one"),
        ("EXDATE;TZID=Mars/Base:20261130T090000", "is unknown: Mars/Base"),
        ("RDATE;TZID=Mars/Base:20261130T090000", "is unknown: Mars/Base"),
        ("DTEND;TZID=Mars/Base:20261130T090000", "is unknown: Mars/Base"),
    ],
)
def test_a_rule_that_never_ends_and_a_zone_unknown_are_refused_by_name(
    tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(FeedError, match=said):
        from_file(tmp_path, calendar(event("Ana", "20261123T090000", "", line)))


def test_a_calendar_that_takes_too_long_is_left(tmp_path: Path) -> None:
    rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYDAY=MO"
    endless = [
        event("Ana", "00010101T090000", "00010101T100000", rule) for _ in range(900)
    ]
    began = clocks.monotonic()

    with pytest.raises(FeedError, match=r"more than ten seconds|more time or memory"):
        from_file(tmp_path, calendar(*endless))

    assert clocks.monotonic() - began < 20


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"^support\.ics cannot be read: No such file"):
        read(FILE, Sources(tmp_path, {}, ()), NOW)


def test_an_address_is_read(target: WebTarget) -> None:
    assert [who for *_, who in from_address(target).stretches] == ["A"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 401, "content": b"<html>"}, "answered 401"),
        ({"status": 302, "location": "http://127.0.0.1/"}, "answered 302"),
        ({"content": b"<html>Log in</html>"}, "is a web page"),
        ({"content": b"x" * 10_000_000}, "has more than 2 MB"),
        ({"hangs": True}, "did not answer within ten seconds"),
        ({"drips": True}, "did not answer within ten seconds"),
    ],
    ids=["401", "redirect", "log-in page", "10 MB", "hangs", "drips"],
)
def test_what_an_address_does_instead_is_said_without_the_address(
    target: WebTarget, answer: dict[str, object], said: str
) -> None:
    for name, value in answer.items():
        setattr(target, name, value)
    if target.drips:
        target.content *= 10

    with pytest.raises(FeedError, match=said) as refused:
        from_address(target)

    assert str(refused.value).startswith("what SEVBOT_ICAL_SUPPORT_URL names ")
    assert "secret-path" not in str(refused.value)
    assert len(target.asked) == 1


def test_a_private_address_is_not_called_unless_it_is_listed(target: WebTarget) -> None:
    given = {"support": SecretStr(target.url)}

    with pytest.raises(FeedError, match="is at a private address"):
        read(ADDRESS, Sources(Path(), given, ()), NOW)

    assert target.asked == []


def test_an_address_that_is_not_set_is_asked_for() -> None:
    with pytest.raises(FeedError, match=r"^SEVBOT_ICAL_SUPPORT_URL is not set$"):
        read(ADDRESS, Sources(Path(), {}, ()), NOW)


def test_what_reads_a_calendar_knows_no_secret_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"SLACK_BOT_TOKEN", "SEVBOT_HEARTBEAT_URL", "DATABASE_URL"}
    for name in secrets:
        monkeypatch.setenv(name, "secret")
    # Python runs this file when it starts.
    seen = tmp_path / "seen"
    script = f"import os\nopen({str(seen)!r}, 'w').write(' '.join(os.environ))\n"
    (tmp_path / "sitecustomize.py").write_text(script, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    from_file(tmp_path, PLAN)

    names = set(seen.read_text(encoding="utf-8").split())
    assert "PYTHONPATH" in names
    assert not names & secrets
