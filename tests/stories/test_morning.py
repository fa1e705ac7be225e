"""The morning list: what each person owes today, when their own day begins."""

import re
from datetime import timedelta

import pytest

from bot.emulator.faults import Fault
from bot.emulator.records import Message
from bot.policy.parsing import policy_file
from bot.policy.parsing.policy_file import default_text
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from tests.stories.conftest import Tell
from tests.story import TODAY, Story, pacific


def policy_of(text: str) -> Policy:
    return policy_file.read(
        text, name="policies.yaml", holidays=public_holidays, today=TODAY
    )


def lists(told: Story, who: str) -> list[str]:
    """Return the morning lists that somebody got, by their local time."""
    return [line for line in told.heard(who) if " owed" in line]


def linked(told: Story, message: Message) -> list[str]:
    """Return the stamps of the cards to which a message links, in order."""
    url = re.compile(r"/archives/C0INCIDENTS/p(\d{10})(\d{6})")
    return [".".join(found) for found in url.findall(str(message.blocks))]


def test_each_person_gets_one_list_when_their_own_day_begins(
    tell: Tell,
) -> None:
    told = tell("2026-11-23 10:00")
    for owner in ("ana", "ben", "lea"):
        told.command(owner, f"/sev3 acme: a owner=@{owner}")

    told.travel(pacific("2026-11-24 09:30"))

    for number, (who, due) in enumerate(
        {"ana": "10:00", "ben": "13:00", "lea": "19:00"}.items(), start=1
    ):
        assert lists(told, who) == ["Tue 09:00 Tue 24 Nov: 1 owed."]
        (said,) = (one for one in told.phone(who) if "owed" in one)
        assert f"INC-{number} Acme (🔵 Sev3): first response due {due}, in" in said
    assert told.heard("cem") == []


def test_the_next_list_takes_the_buttons_of_the_one_before(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.travel(pacific("2026-11-25 08:59"))
    (before,) = (one for one in told.slack.dm("ana") if "Tue 24 Nov: " in one.text)
    had = told.buttons(before)

    told.travel(pacific("2026-11-25 09:00"))

    older, newer = (one for one in told.slack.dm("ana") if " Nov: " in one.text)
    assert had == ["First response sent"]
    assert told.buttons(older) == []
    assert told.buttons(newer) == had
    assert told.read(older).startswith("*Tue 24 Nov: 1 owed, 1 late.*\nINC-1 Acme")
    assert told.read(newer).startswith("*Wed 25 Nov: 1 owed, 1 late.*\nINC-1 Acme")


def test_a_list_shows_the_count_first_last_and_overdue_deadlines(
    tell: Tell,
) -> None:
    told = tell("2026-11-23 09:20")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.fill_in("ana", "First response sent", told.card(1), told="Hi")
    told.advance(hours=1)
    told.command("ana", "/sev3 globex: b owner=@ana")
    told.fill_in("ana", "First response sent", told.card(2), told="Hi")
    told.travel(pacific("2026-11-23 12:30"))
    told.command("ana", "/sev2 umbrella: c owner=@ana")

    told.travel(pacific("2026-11-24 09:00"))

    message = told.slack.dm("ana")[-1]
    assert told.slack.notice(message, "ana") == (
        "Tue 24 Nov: 3 owed. First: INC-1 Acme (🔵 Sev3): update due 09:20, in 20 min."
    )
    assert told.read(message) == (
        "*Tue 24 Nov: 3 owed.*\n"
        "INC-1 Acme (🔵 Sev3): update due today 09:20, in 20 min. a.\n[Log update]\n"
        "INC-2 Globex (🔵 Sev3): update due today 10:20, in 1 h 20. b.\n[Log update]\n"
        "INC-3 Umbrella (🔶 Sev2): first response due today 12:30, in 3 h 30. c.\n"
        "[First response sent]"
    )
    assert linked(told, message) == [told.card(number).ts for number in (1, 2, 3)]


def test_overdue_deadlines_come_first_and_are_counted(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", "/sev2 acme: a owner=@ana")
    told.command("ana", "/sev3 acme: b owner=@ana")

    told.travel(pacific("2026-11-24 09:00"))

    assert told.phone("ana")[-1] == (
        "Tue 24 Nov: 2 owed, 1 late. First: INC-1 Acme (🔶 Sev2): first response "
        "⏰ late since yesterday 14:00 (3 h of business time)."
    )


def test_unowned_incidents_are_on_the_primarys_list(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("dee", "/sev3 acme: a")
    told.command("dee", "/sev4 acme: b")

    told.travel(pacific("2026-11-24 09:00"))

    assert told.phone("ana") == [
        "Tue 24 Nov: 1 owed, 2 unowned; you are on call. First: INC-1 Acme (🔵 Sev3): "
        "first response due 10:00, in 1 h, nobody owns it."
    ]
    (message,) = told.slack.dm("ana")
    assert told.read(message).count("nobody owns it. ") == 2


def test_an_owner_waiting_on_the_customer_gets_no_list(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.fill_in("ana", "First response sent", told="Which one?", waits=["yes"])

    told.travel(pacific("2026-11-24 10:00"))

    assert told.heard("ana") == []


@pytest.mark.parametrize(
    ("opened", "next_list"),
    [
        ("2026-11-20 10:00", "2026-11-23 09:00"),
        ("2026-11-25 10:00", "2026-11-27 09:00"),
    ],
    ids=["over a weekend", "over a holiday"],
)
def test_days_on_which_the_team_is_closed_have_no_list(
    tell: Tell, opened: str, next_list: str
) -> None:
    told, at = tell(opened), pacific(next_list)
    told.command("ana", "/sev3 acme: a owner=@ana")

    told.travel(at - timedelta(seconds=1))
    before = told.heard("ana")
    told.travel(at)

    assert before == []
    assert len(lists(told, "ana")) == 1


@pytest.mark.parametrize(
    ("hours", "heard_at"),
    [
        ("mon-sun: 00:00-24:00", "Fri 09:15"),
        ("mon-fri: 00:00-23:30", "Fri 09:15"),
        ("mon-fri: 05:00-13:00", "Fri 05:00"),
        ("mon-fri: 22:00-06:00", "Fri 00:00"),
    ],
    ids=["never closes", "closes for a moment", "begins early", "works at night"],
)
def test_a_team_open_by_day_and_night_reads_its_lists_with_the_digest(
    tell: Tell, hours: str, heard_at: str
) -> None:
    text = default_text().replace("mon-fri: 09:00-17:00", hours)
    told = tell("2026-11-25 23:00", policy=policy_of(text))
    told.command("ana", "/sev3 acme: a owner=@ana")

    told.travel(pacific("2026-11-28 00:00"))

    assert [line[:9] for line in lists(told, "ana")] == [heard_at]


@pytest.mark.parametrize("others", [0, 1])
def test_a_list_is_left_out_if_reminders_of_its_minute_say_all_of_it(
    tell: Tell, others: int
) -> None:
    text = default_text().replace("mon-fri: 09:00-17:00", "mon-sun: 00:00-24:00")
    told = tell("2026-11-23 03:00", policy=policy_of(text))
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.command("dee", "/sev3 globex: b")
    told.travel(pacific("2026-11-23 10:00"))
    for _ in range(others):
        told.command("ana", "/sev3 acme: c owner=@ana")
    before = len(told.heard("ana"))

    told.travel(pacific("2026-11-24 09:30"))

    came = [line.split(":")[1][3:] for line in told.heard("ana")[before:]]
    assert came == ["2 reminders", *["Tue 24 Nov"] * others]


def test_a_list_delayed_by_slack_is_up_to_date(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.command("ana", "/sev3 acme: b owner=@ana")
    told.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=None)
    told.travel(pacific("2026-11-24 09:00"))
    told.fill_in("ana", "First response sent", told="Hi", waits=["yes"])

    told.slack.faults.clear()
    told.system_clock.advance(minutes=2)
    told.settle()

    assert told.heard("ana") == ["Tue 09:00 Tue 24 Nov: 1 owed."]
    assert "INC-2 Acme" in told.phone("ana")[-1]


def test_a_list_delayed_past_a_day_is_replaced_by_the_next(
    tell: Tell,
) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=None)
    told.travel(pacific("2026-11-25 09:00"))

    told.slack.faults.clear()
    told.system_clock.advance(minutes=2)
    told.settle()

    assert len(lists(told, "ana")) == 1


@pytest.mark.parametrize(
    ("started", "count"),
    [("2026-11-24 08:59", 0), ("2026-11-24 14:00", 1), ("2026-11-24 17:00", 0)],
    ids=["before the opening", "late on the same day", "after the last hour"],
)
def test_a_bot_that_starts_late_still_writes_the_lists_of_that_day(
    tell: Tell, started: str, count: int
) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", "/sev4 initech: a owner=@ana")
    told.command("ana", "/sev3 acme: a owner=@ana")
    told.advance(hours=5)
    told.command("ana", "/sev3 acme: due later than any start owner=@ana")
    told.bot.close()
    told.clock.travel(pacific(started))

    told.start_bot()
    told.restart()

    assert len(lists(told, "ana")) == count
