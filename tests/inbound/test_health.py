"""What the health check reports."""

from datetime import timedelta

import pytest

from bot.inbound.health import Health, Pulse, Unsent, health


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bot_with_no_fault_is_well() -> None:
    found = health(trouble=None, storage=None, silent_for=None, hears=True)

    assert found == Health()
    assert found.is_well


def test_every_fault_is_reported_at_once() -> None:
    found = health(
        trouble="token_revoked",
        storage="the disk is full",
        silent_for=9.4,
        hears=False,
        deaf_because="internal_error",
        unsent=Unsent(timedelta(minutes=4), "TimeoutError"),
        unreported="access_denied",
    )

    assert not found.is_well
    assert found.reasons == (
        "Slack refuses the installation: token_revoked",
        "the record cannot be used: the disk is full",
        "nothing was looked for since 9 s",
        "not connected to Slack: commands cannot arrive (internal_error)",
        "a page has been waiting to be sent for 240 s (last error: TimeoutError)",
        "a page was lost, and nobody could be told: access_denied",
    )


@pytest.mark.parametrize(
    ("seconds", "error", "is_well", "notes"),
    [
        (0, None, True, 0),
        (4.9, None, True, 0),
        (5, None, True, 1),
        (0, "http_500", True, 1),
        (179, "http_500", True, 1),
        (180, "http_500", False, 0),
        (180, None, False, 0),
    ],
)
def test_an_unsent_page_is_noted_and_after_three_minutes_is_no_health(
    seconds: float, error: str | None, *, is_well: bool, notes: int
) -> None:
    unsent = Unsent(timedelta(seconds=seconds), error)

    found = health(
        trouble=None, storage=None, silent_for=None, hears=True, unsent=unsent
    )

    assert (found.is_well, len(found.notes)) == (is_well, notes)


def test_a_failed_backup_is_noted_and_the_bot_stays_well() -> None:
    found = health(
        trouble=None,
        storage=None,
        silent_for=None,
        hears=True,
        notes=("no folder", None),
    )

    assert found.is_well
    assert found.notes == ("no folder",)


def test_health_allows_a_tick_to_be_three_periods_late() -> None:
    seconds = Seconds()
    pulse = Pulse(every_s=1, now=seconds)

    seconds.now += 3
    in_time = pulse.silent_for()
    seconds.now += 0.5
    late = pulse.silent_for()

    assert in_time is None
    assert late == 3.5


def test_the_next_tick_makes_the_bot_well_again() -> None:
    seconds = Seconds()
    pulse = Pulse(every_s=1, now=seconds)
    seconds.now += 60

    pulse.beat()

    assert pulse.silent_for() is None
