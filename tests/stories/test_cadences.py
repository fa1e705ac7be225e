"""How often the customer hears from us, over several weeks with a holiday in them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.policy.severities import Severity
from bot.policy.targets import NOTHING
from bot.policy.wording import first_response, follow_up
from tests.record import with_targets
from tests.stories.conftest import Tell
from tests.story import PACIFIC, Story, pacific


def answer_when_due(told: Story, until: datetime) -> list[str]:
    """Log an update whenever one is due; return the times in the team's zone."""
    due = []
    while (at := told.bot.reminders.next_at()) < until:
        before = len(told.heard("ana"))
        told.travel(at)
        if any("update due now" in line for line in told.heard("ana")[before:]):
            due.append(f"{told.now.astimezone(PACIFIC):%a %d %b %H:%M}")
            told.fill_in("ana", "Log update", told="still on it")
    return due


@pytest.mark.parametrize(
    ("command", "until", "due"),
    [
        (
            "/sev2 acme: a",
            "2026-12-02",
            [
                "Tue 24 Nov 13:30",
                "Wed 25 Nov 09:30",
                "Wed 25 Nov 13:30",
                "Fri 27 Nov 09:30",
                "Fri 27 Nov 13:30",
                "Mon 30 Nov 09:30",
                "Mon 30 Nov 13:30",
                "Tue 01 Dec 09:30",
                "Tue 01 Dec 13:30",
            ],
        ),
        (
            "/sev2 globex: a",
            "2026-12-08",
            [
                "Wed 25 Nov 09:30",
                "Fri 27 Nov 09:30",
                "Mon 30 Nov 09:30",
                "Tue 01 Dec 09:30",
                "Wed 02 Dec 09:30",
                "Thu 03 Dec 09:30",
                "Fri 04 Dec 09:30",
                "Mon 07 Dec 09:30",
            ],
        ),
        (
            "/sev2 initech: a",
            "2026-12-08",
            [
                "Fri 27 Nov 09:30",
                "Tue 01 Dec 09:30",
                "Thu 03 Dec 09:30",
                "Mon 07 Dec 09:30",
            ],
        ),
        (
            "/sev3 initech: a",
            "2026-12-12",
            [
                "Fri 27 Nov 13:30",
                "Wed 02 Dec 09:30",
                "Fri 04 Dec 13:30",
                "Wed 09 Dec 09:30",
                "Fri 11 Dec 13:30",
            ],
        ),
        (
            "/sev4 acme: a",
            "2026-12-16",
            ["Tue 01 Dec 09:30", "Tue 08 Dec 09:30", "Tue 15 Dec 09:30"],
        ),
        (
            "/sev4 initech: a",
            "2027-01-06",
            ["Tue 08 Dec 09:30", "Tue 22 Dec 09:30", "Tue 05 Jan 09:30"],
        ),
    ],
    ids=[
        "twice per business day",
        "every day",
        "every two business days",
        "twice per week",
        "weekly",
        "every two weeks",
    ],
)
def test_updates_are_due_as_the_plan_says(
    tell: Tell, command: str, until: str, due: list[str]
) -> None:
    told = tell("2026-11-24 09:30")
    told.command("ana", f"{command} owner=@ana")
    told.fill_in("ana", "First response sent", told="we are on it")

    assert answer_when_due(told, pacific(f"{until} 00:00")) == due


def test_updates_on_a_continuous_sev1_are_our_own_aim(tell: Tell) -> None:
    told = tell("2026-11-24 09:30")
    told.use_policy(
        escalation=replace(told.policy().escalation, check_in_every=timedelta(9))
    )
    told.command("ana", "/sev1 acme: a owner=@ana")
    told.fill_in("ana", "First response sent", told="we are on it")

    due = answer_when_due(told, pacific("2026-11-28 00:00"))

    assert due == [
        "Tue 24 Nov 13:30",
        "Wed 25 Nov 09:30",
        "Wed 25 Nov 13:30",
        "Fri 27 Nov 09:30",
        "Fri 27 Nov 13:30",
    ]
    told.travel(pacific("2026-11-30 09:30"))
    assert told.phone("ana")[-1] == (
        "INC-1 Acme (🔺 Sev1): update due now, 09:30 by our own aim, outside the "
        "contract. Yours since Tue 24 Nov 09:30. Acme last heard Fri 27 Nov 13:30: "
        "“still on it”. Stops when you log an update."
    )


def test_updates_are_owed_where_no_first_response_is_promised(tell: Tell) -> None:
    told = tell("2026-11-24 09:30", policy=with_targets(Severity.SEV4, first=NOTHING))

    answer = told.read(told.command("dee", "/sev4 acme: a owner=@dee").private)
    told.travel(pacific("2026-12-01 09:30"))

    assert (
        "No first response is promised. Update due Tuesday, December 1st 09:30, in 7 "
        "days." in answer
    )
    assert "Then status updates weekly." in answer
    assert "*Next update:* due today 09:30 (weekly)" in told.read(told.card())
    assert told.heard("dee") == [
        "Tue 09:00 Tue 1 Dec: 1 owed.",
        "Tue 09:30 INC-1 Acme (⬜ Sev4): update due now, 09:30.",
    ]


def test_targets_are_owed_as_published_words_mean_them(tell: Tell) -> None:
    policy = with_targets(
        Severity.SEV4,
        first=first_response("Next business day, or as agreed"),
        follow_up=follow_up("Best effort"),
    )
    told = tell("2026-11-25 09:30", policy=policy)

    answer = told.read(told.command("dee", "/sev4 acme: a owner=@dee").private)

    # Thanksgiving is no business day.
    assert "November 27th 17:00" in answer
    assert "Then best effort." in answer
    assert "best effort" in told.read(told.card())
    told.fill_in("dee", "First response sent", told="yes, that is possible")
    told.travel(pacific("2026-12-02 09:30"))
    assert [line for line in told.heard("dee") if "update due" in line] == []


def test_a_thread_names_no_first_response_that_is_not_promised(tell: Tell) -> None:
    told = tell("2026-11-24 09:30", policy=with_targets(Severity.SEV4, first=NOTHING))
    told.command("dee", "/sev4 acme: a")

    told.take("ben")
    told.leave("ben")
    told.advance(minutes=2)

    assert told.thread() == ["@ben took it.", "@ben left; nobody owns it."]


def test_a_week_ending_on_a_holiday_is_due_at_the_previous_closing(
    tell: Tell,
) -> None:
    told = tell("2026-11-19 09:30")
    told.command("ana", "/sev4 acme: a owner=@ana")
    told.fill_in("ana", "First response sent", told="yes, that is possible")

    told.travel(pacific("2026-11-28 00:00"))

    reminders = [line for line in told.heard("ana") if "INC-1 Acme (" in line]
    assert reminders == [
        (
            "Wed 16:45 INC-1 Acme (⬜ Sev4): update due 17:00, in 15 min (late only "
            "from Fri 27 Nov 09:00)."
        ),
        (
            "Fri 16:45 INC-1 Acme (⬜ Sev4): update ⏰ late since 09:00 (7 h 45 of "
            "business time), was due Wed 25 Nov 17:00."
        ),
    ]


def test_an_early_update_starts_the_next_cadence(tell: Tell) -> None:
    told = tell("2026-11-24 09:30")
    told.command("ana", "/sev2 globex: a owner=@ana")
    told.fill_in("ana", "First response sent", told="we are on it")

    told.advance(hours=4)
    told.fill_in("ana", "Log update", told="found it")
    told.travel(pacific("2026-11-25 13:30"))

    assert told.heard("ana")[-2:] == [
        "Wed 11:30 INC-1 Globex (🔶 Sev2): update due 13:30, in 2 h.",
        "Wed 13:30 INC-1 Globex (🔶 Sev2): update due now, 13:30.",
    ]


@pytest.mark.parametrize(
    ("night", "heard"),
    [
        pytest.param(
            "2026-11-01", ["01:30", "01:30", "02:30", "03:30"], id="an hour comes twice"
        ),
        pytest.param(
            "2027-03-14", ["01:30", "03:30", "04:30", "05:30"], id="an hour is missing"
        ),
    ],
)
def test_check_ins_are_an_hour_apart_across_a_clock_change(
    tell: Tell, night: str, heard: list[str]
) -> None:
    told = tell(f"{night} 00:30")
    told.command("ana", "/sev1 acme: checkout is down owner=@ana")
    before = len(told.heard("ana"))

    for _ in heard:
        told.advance(hours=1)
        told.press("ana", "Still on it", told.slack.dm("ana")[-1])

    asked = "INC-1 Acme (🔺 Sev1): are you still on it?"
    assert told.heard("ana")[before:] == [f"Sun {at} {asked}" for at in heard]


@pytest.mark.parametrize(
    ("friday", "monday"), [("2026-10-30", "2026-11-02"), ("2027-03-12", "2027-03-15")]
)
def test_a_clock_change_on_a_weekend_moves_no_local_due_time(
    tell: Tell, friday: str, monday: str
) -> None:
    told = tell(f"{friday} 16:00")
    told.command("ana", "/sev2 acme: push of apps fails owner=@ana")

    told.travel(pacific(f"{monday} 13:00"))

    assert told.heard("ana") == [
        f"Mon 09:00 {pacific(monday):%a %-d %b}: 1 owed.",
        "Mon 11:00 INC-1 Acme (🔶 Sev2): first response due 12:00, in 1 h.",
        "Mon 12:00 INC-1 Acme (🔶 Sev2): first response due now, 12:00.",
        "Mon 13:00 INC-1 Acme (🔶 Sev2): first response ⏰ late since 12:00 (1 h of "
        "business time).",
    ]
