"""The clock of a trial: a small file that several processes read."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.clock import SteadyClock, TrialClock, system_clock
from bot.errors import BotError
from tests.paths import ROOT

AT = datetime(2026, 11, 21, 0, 50, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def write(path: Path, **values: object) -> None:
    """Write a clock's file as somebody would by hand."""
    whole = {"at": "2026-11-20T16:50:00-08:00", "since": 1789000000.0, "speed": 0}
    path.write_text(json.dumps({**whole, **values}), encoding="utf-8")


def test_the_system_clock_is_in_utc_to_the_millisecond() -> None:
    now = system_clock()

    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_a_clock_without_speed_stays_where_its_file_says(path: Path) -> None:
    write(path)

    assert TrialClock(path)() == AT


@pytest.mark.parametrize("speed", [1, 600, 0.5])
def test_a_clock_with_speed_runs_from_when_it_was_set(path: Path, speed: float) -> None:
    write(path, since=system_clock().timestamp() - 10, speed=speed)

    ran_for = TrialClock(path)() - AT

    assert timedelta(seconds=10) * speed <= ran_for < timedelta(seconds=20) * speed


def test_a_jump_writes_the_file_that_the_next_process_reads(path: Path) -> None:
    TrialClock(path).travel(AT + timedelta(hours=8))

    program = "from bot.clock import TrialClock; from pathlib import Path; import sys; "
    program += "print(TrialClock(Path(sys.argv[1]))().isoformat())"
    read = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )

    assert read.stdout == "2026-11-21T08:50:00+00:00\n"
    assert set(json.loads(path.read_text())) == {"at", "since", "speed"}


def test_replacing_the_file_moves_time_for_every_process(path: Path) -> None:
    mine, theirs = TrialClock(path), TrialClock(path)
    mine.travel(AT)
    before = theirs()

    mine.travel(AT + timedelta(days=3))

    assert (before, theirs()) == (AT, AT + timedelta(days=3))
    assert [one.name for one in path.parent.iterdir()] == ["clock.json"]


def test_going_ahead_keeps_the_speed(path: Path) -> None:
    clock = TrialClock(path)
    clock.travel(AT, speed=600)

    clock.advance(timedelta(hours=1))

    assert json.loads(path.read_text())["speed"] == 600
    assert clock() >= AT + timedelta(hours=1)


def test_an_instant_means_the_same_in_any_zone(
    path: Path,
) -> None:
    clock = TrialClock(path)

    clock.travel(AT.astimezone(timezone(timedelta(hours=5, minutes=30))))

    assert clock() == AT
    assert clock().tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "tomorrow",
        "[]",
        "{}",
        '{"at": "soon", "since": 0, "speed": 0}',
        '{"at": 5, "since": 0, "speed": 0}',
        '{"at": "2026-11-20T16:50:00-08:00", "since": "then", "speed": 0}',
        '{"at": "2026-11-20T16:50:00-08:00", "since": 1e99, "speed": 0}',
        '{"at": "2026-11-20T16:50:00-08:00", "since": 0, "speed": null}',
        '{"at": "2026-11-20T16:50:00-08:00", "since": 0, "speed": 1e9}',
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name(
    path: Path, text: str | None
) -> None:
    if text is not None:
        path.write_text(text, encoding="utf-8")

    with pytest.raises(BotError, match=r"clock\.json is unreadable"):
        TrialClock(path)()


def test_an_instant_without_a_zone_is_refused(path: Path) -> None:
    write(path, at="2026-11-20T16:50:00")

    with pytest.raises(BotError, match="names no time zone"):
        TrialClock(path)()


class Machine:
    """A machine's wall clock, which may jump, and its seconds, which never do."""

    def __init__(self) -> None:
        self.jumped_by = timedelta(0)
        self.seconds = 1_000.0
        self.clock = SteadyClock(self.wall, lambda: self.seconds)

    def wall(self) -> datetime:
        return AT + timedelta(seconds=self.seconds) + self.jumped_by

    def right(self) -> datetime:
        return AT + timedelta(seconds=self.seconds)


def test_a_clock_that_jumps_is_not_believed() -> None:
    machine = Machine()

    machine.seconds += 5
    machine.jumped_by = timedelta(days=2)

    assert machine.clock() == machine.right()
    assert machine.clock.ahead_by() == timedelta(days=2)


def test_a_machine_that_was_suspended_is_believed_at_once() -> None:
    machine = Machine()

    machine.seconds += 28_800

    assert machine.clock() == machine.wall()
    assert machine.clock.ahead_by() is None


def test_a_clock_that_jumped_is_believed_once_slack_agrees() -> None:
    machine = Machine()
    machine.jumped_by = timedelta(days=2)
    machine.clock()

    machine.clock.compare(machine.right())
    was_doubted = machine.clock.ahead_by() is not None
    machine.clock.compare(machine.wall() - timedelta(seconds=2))

    assert was_doubted
    assert machine.clock.ahead_by() is None
    assert machine.clock() == machine.wall()


def test_a_clock_that_starts_wrong_goes_by_slacks() -> None:
    machine = Machine()
    slack_now = machine.right() - timedelta(hours=2)

    machine.clock.compare(slack_now)
    machine.seconds += 5

    assert machine.clock() == slack_now + timedelta(seconds=5)
    assert machine.clock.ahead_by() == timedelta(hours=2)


@pytest.mark.parametrize(
    ("seconds", "is_doubted"), [(0, True), (599, True), (600, False)]
)
def test_a_jump_is_doubted_for_ten_minutes(seconds: int, *, is_doubted: bool) -> None:
    machine = Machine()
    machine.jumped_by = -timedelta(hours=3)
    machine.clock()

    machine.seconds += seconds

    assert (machine.clock.ahead_by() is not None) == is_doubted


def test_a_clock_that_comes_back_is_believed_at_once() -> None:
    machine = Machine()
    machine.jumped_by = timedelta(days=2)
    machine.clock()
    machine.seconds += 10

    machine.jumped_by = timedelta(0)

    assert machine.clock.ahead_by() is None


def test_a_clock_that_is_corrected_by_little_is_followed() -> None:
    machine = Machine()

    for _ in range(10):
        machine.jumped_by += timedelta(seconds=59)
        machine.clock()

    assert machine.clock() == machine.wall()


def test_time_is_that_of_the_records_server() -> None:
    machine = Machine()
    machine.jumped_by = timedelta(seconds=11)

    machine.clock.follow_server(machine.right())
    machine.seconds += 3_600

    assert machine.clock() == machine.right()
    assert machine.clock.ahead_by() == timedelta(seconds=11)


def test_a_clock_a_little_beside_the_servers_is_right() -> None:
    machine = Machine()
    machine.jumped_by = timedelta(seconds=9)

    machine.clock.follow_server(machine.right())

    assert machine.clock.ahead_by() is None
