"""The leads' digest: once on each business day, and what it says."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import time

import pytest

from bot.emulator.faults import Fault
from bot.policy import targets
from bot.policy.digests import DailyDigest, WhenNothing
from bot.policy.severities import Severity
from bot.slack import linking
from bot.slack.blocks import Message
from tests.record import with_targets
from tests.stories.conftest import Tell
from tests.story import IS_POSTGRES, Story, pacific, shipped_policy

NOTHING = "nothing is open."


def digests(told: Story, channel: str = "leads") -> list[str]:
    """Return the digests so far, each with its first sentence."""
    return told.heard_in(channel)


def digest(told: Story, channel: str = "leads") -> str:
    """Return the last digest as a lead reads it."""
    return told.read(told.slack.channel(channel)[-1], "ana")


def test_the_digest_comes_once_on_each_business_day_at_its_local_time(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 08:00")

    told.travel(pacific("2026-12-01 12:00"))

    assert digests(told) == [
        f"Tue 09:15 Tue 24 Nov: {NOTHING}",
        f"Wed 09:15 Wed 25 Nov: {NOTHING}",
        f"Fri 09:15 Fri 27 Nov: {NOTHING}",
        f"Mon 09:15 Mon 30 Nov: {NOTHING}",
        f"Tue 09:15 Tue 1 Dec: {NOTHING}",
    ]


def test_a_restart_does_not_repeat_the_digest(tell: Tell) -> None:
    told = tell("2026-11-24 09:15")

    told.restart()
    told.advance(minutes=5)
    told.restart()

    assert digests(told) == [f"Tue 09:15 Tue 24 Nov: {NOTHING}"]


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        ("2026-11-24 14:02", [f"Tue 14:02 Tue 24 Nov: {NOTHING}"]),
        ("2026-11-24 23:30", [f"Tue 23:30 Tue 24 Nov: {NOTHING}"]),
        ("2026-11-25 08:00", []),
        ("2026-11-26 12:00", []),
        ("2026-11-28 12:00", []),
    ],
    ids=[
        "the same day",
        "late the same day",
        "the next day before its time",
        "a holiday",
        "a weekend",
    ],
)
def test_a_late_start_writes_the_digest_of_the_same_day_alone(
    tell: Tell, started: str, expected: list[str]
) -> None:
    told = tell("2026-11-23 10:00")
    before = len(digests(told))
    told.bot.close()
    told.clock.travel(pacific(started))

    told.start_bot()
    told.restart()

    assert digests(told)[before:] == expected


def test_the_digest_after_a_late_one_continues_where_it_ended(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("dee", "/sev4 acme: a owner=@dee")
    told.bot.close()
    told.clock.travel(pacific("2026-11-24 14:02"))
    told.start_bot()

    told.travel(pacific("2026-11-27 09:15"))

    assert "Since Wednesday, November 25th 09:15, 0 of 1 deadline kept." in digest(told)


def test_with_nothing_open_it_says_so(tell: Tell) -> None:
    told = tell("2026-11-24 09:15")

    assert digest(told) == (
        "*Tue 24 Nov: nothing is open.*\n"
        "*Ahead, as things stand*\n"
        "Thu 26 Nov, Thanksgiving Day: nothing due. On call: @ana.\n"
        "On call: @ana, backup @ben, lead @lea. The cards are in #incidents."
    )


def test_incidents_that_need_a_person_come_first_with_owner_and_link(
    tell: Tell,
) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ben", "/sev2 acme: push of apps fails owner=@ben")
    told.command("dee", "/sev3 globex: where is the manual")
    told.command("ana", "/sev4 initech: a wish owner=@ana")

    told.travel(pacific("2026-11-24 09:15"))

    head, late, unowned, *_ = digest(told).splitlines()
    assert head == "*Tue 24 Nov: 1 late, 1 unowned, 1 due before tomorrow 09:15.*"
    assert late == (
        "INC-1 Acme (🔶 Sev2): first response *⏰ late since yesterday 14:00* (3 h 15 "
        "of business time), @ben's. push of apps fails."
    )
    assert unowned == (
        "INC-2 Globex (🔵 Sev3): first response due today 10:00, in 45 min, nobody "
        "owns it. where is the manual."
    )
    (message,) = told.slack.channel("leads")[-1:]
    assert linking.named(Message("all", tuple(message.blocks))) == set()
    stamp = told.card(1).ts.replace(".", "")
    assert {
        "type": "link",
        "url": f"https://acme.slack.com/archives/C0INCIDENTS/p{stamp}",
        "text": "INC-1",
    } in message.blocks[1]["elements"][0]["elements"]
    assert told.slack.notice(message, "lea") == (
        "Tue 24 Nov: 1 late, 1 unowned, 1 due before tomorrow 09:15. INC-1 Acme "
        "(🔶 Sev2): first response ⏰ late since yesterday 14:00 (3 h 15 of business "
        "time), @ben's. "
        "INC-2 Globex (🔵 Sev3): first response due 10:00, in 45 min, nobody owns it. "
        "Since yesterday 10:00, 0 of 1 deadline kept. "
        "Late: INC-1 Acme (🔶 Sev2) first response by 3 h 15 of business time."
    )


def test_what_owes_nothing_more_is_named_as_quiet(tell: Tell) -> None:
    policy = with_targets(Severity.SEV4, follow_up=targets.NOTHING)
    told = tell("2026-11-24 10:00", policy=policy)
    told.command("dee", "/sev4 acme: where is the manual owner=@dee")
    told.fill_in("dee", "First response sent", told="it is here")

    told.travel(pacific("2026-12-08 09:15"))

    head, section, line, *_ = digest(told).splitlines()
    assert head == ("*Tue 8 Dec: nothing late, unowned or due before tomorrow 09:15.*")
    assert section == "*Quiet: open, and nothing is owed*"
    assert line == (
        "INC-1 Acme (⬜ Sev4): nothing is owed, quiet since Tuesday, "
        "November 24th 10:00, @dee's."
    )
    assert told.heard("dee") == [
        "Mon 09:00 Mon 30 Nov: nothing is due from you.",
        "Mon 09:00 Mon 7 Dec: nothing is due from you.",
    ]
    assert told.phone("dee")[-1].endswith(
        "INC-1 Acme (⬜ Sev4): nothing is owed, quiet since Tue 24 Nov 10:00."
    )
    assert told.buttons(told.slack.dm("dee")[-1]) == ["Resolve"]


def test_the_digests_counts_add_up(tell: Tell) -> None:
    told = tell("2026-11-24 09:15")
    for number in (1, 2, 3):
        told.command("ana", f"/sev2 acme: a{number} owner=@ana")
    told.command("ana", "/sev2 acme: a drill owner=@ana")
    told.advance(hours=1)
    told.fill_in("ana", "First response sent", told.card(1), told="Hi", waits=["yes"])
    told.more("ana", "Mistake or drill", 4)
    told.submit("ana", void="drill")
    told.travel(pacific("2026-11-24 13:55"))
    told.fill_in("ana", "First response sent", told.card(2), told="Hi", waits=["yes"])
    told.travel(pacific("2026-11-24 16:15"))
    told.fill_in("ana", "First response sent", told.card(3), told="Hi", waits=["yes"])

    told.travel(pacific("2026-11-25 09:15"))

    assert (
        "Since yesterday 09:15, 1 of 3 deadlines kept. Late: INC-2 Acme (🔶 Sev2) "
        "first response by 40 min of business time and INC-3 Acme (🔶 Sev2) first "
        "response by 3 h of business time. Kept: INC-1 Acme (🔶 Sev2) first response."
    ) in digest(told)


def test_what_came_and_went_is_told_once_with_who_and_how_fast(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/sev2 acme: a owner=@ana")
    told.command("ana", "/sev4 globex: b owner=@ana")
    told.advance(minutes=40)
    told.fill_in("dee", "Resolve", told.card(1), note="done", confirmed=["yes"])

    told.travel(pacific("2026-11-25 09:15"))
    first = digest(told).splitlines()
    told.travel(pacific("2026-11-27 09:15"))
    second = digest(told).splitlines()

    assert "*Opened:* INC-2 Globex (⬜ Sev4)." in first
    assert "Came and went: INC-1 Acme (🔶 Sev2), resolved by @dee in 40 min." in first
    assert not [line for line in second if "Opened" in line or "went" in line]


def test_a_digest_delayed_by_slack_comes_once_and_up_to_date(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 08:00")
    told.command("dee", "/sev4 acme: a")
    told.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=None)
    told.travel(pacific("2026-11-24 09:45"))
    told.take("ana")
    told.command("dee", "/sev4 acme: b")

    told.slack.faults.clear()
    told.system_clock.advance(minutes=2)
    told.settle()
    told.advance(hours=1)

    assert digests(told) == [
        "Tue 09:45 Tue 24 Nov: 1 unowned; nothing late or due before tomorrow 09:15."
    ]
    assert "*Opened:* INC-1 Acme (⬜ Sev4)." in digest(told).splitlines()
    assert "nobody owns it. b.\n[Take it]\n" in digest(told)
    told.travel(pacific("2026-11-25 09:15"))
    assert "*Opened:* INC-2 Acme (⬜ Sev4)." in digest(told).splitlines()


def test_the_digest_says_who_is_on_call(tell: Tell) -> None:
    told = tell("2026-11-24 09:15")

    assert digest(told).splitlines()[-1] == (
        "On call: @ana, backup @ben, lead @lea. The cards are in #incidents."
    )


def test_the_digest_says_that_somebody_on_call_left_until_they_are_back(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.leave("ben")
    told.advance(days=1)
    left = digest(told)
    told.become("ben", deleted=False)
    told.travel(pacific("2026-11-27 10:00"))

    assert "@ben is backup on call but has left; name somebody else." in left
    assert left.startswith("*Wed 25 Nov: 1 on call hears nothing; nothing late,")
    assert digest(told).startswith(f"*Fri 27 Nov: {NOTHING}*")


def test_the_digest_says_that_the_last_page_reached_nobody(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.slack.change_person("ana", is_bot=True)
    told.command("dee", "/sev2 acme: push of apps fails")
    told.take("lea")
    told.travel(pacific("2026-11-25 09:20"))
    lost = digest(told)
    told.slack.change_person("ana", is_bot=False)
    told.command("dee", "/sev2 globex: push of apps fails")
    told.take("lea", 2)
    told.travel(pacific("2026-11-27 09:20"))

    assert "@ana is primary on call but cannot be reached: a bot cannot be" in lost
    assert "cannot be reached" not in digest(told)


LEADS = DailyDigest(time(9, 15), "C0LEADS", "C0LEADS")
PREMIUM = DailyDigest(time(9, 15), "C0SUPPORT", "C0SUPPORT", plans=("premium",))
GLOBEX = DailyDigest(time(16), "C0LEADS", "C0LEADS/2", customers=("Globex",))


def several(tell: Tell, at: str, *digests: DailyDigest) -> Story:
    """Begin a story with several digests: of all, one plan and one customer."""
    policy = replace(shipped_policy(), digests=digests or (LEADS, PREMIUM, GLOBEX))
    return tell(at, policy=policy)


def test_the_leads_digest_says_what_falls_due_on_the_days_ahead(tell: Tell) -> None:
    told = several(tell, "2026-11-23 10:00")
    for number in range(6):
        told.command("dee", f"/sev4 globex: a wish {number} owner=@dee")
    told.advance(days=1)
    told.command("dee", "/sev4 acme: a wish owner=@dee")

    told.travel(pacific("2026-11-25 09:15"))

    of_leads, of_premium = digest(told), digest(told, "support")
    assert of_leads.splitlines()[-4:] == [
        "*Ahead, as things stand*",
        "Thu 26 Nov, Thanksgiving Day: nothing due. On call: @ana.",
        "Fri 27 Nov: 1 due, INC-7 Acme (⬜ Sev4). On call: @ana.",
        "On call: @ana, backup @ben, lead @lea. The cards are in #incidents.",
    ]
    assert "Ahead" not in of_premium


def test_each_digest_comes_once_at_its_time_to_its_channel(tell: Tell) -> None:
    told = several(tell, "2026-11-24 08:00")

    told.travel(pacific("2026-11-25 17:00"))
    told.restart()

    assert digests(told) == [
        f"Tue 09:15 Tue 24 Nov: {NOTHING}",
        f"Tue 16:00 Tue 24 Nov, Globex: {NOTHING}",
        f"Wed 09:15 Wed 25 Nov: {NOTHING}",
        f"Wed 16:00 Wed 25 Nov, Globex: {NOTHING}",
    ]
    assert digests(told, "support") == [
        f"Tue 09:15 Tue 24 Nov, Premium Support: {NOTHING}",
        f"Wed 09:15 Wed 25 Nov, Premium Support: {NOTHING}",
    ]


def test_a_late_start_catches_up_with_every_digest_of_the_day(tell: Tell) -> None:
    told = several(tell, "2026-11-23 17:00")
    told.bot.close()
    told.clock.travel(pacific("2026-11-24 15:00"))

    told.start_bot()
    told.restart()
    told.travel(pacific("2026-11-24 16:00"))

    assert [line[:20] for line in digests(told)[-2:]] == [
        "Tue 15:00 Tue 24 Nov",
        "Tue 16:00 Tue 24 Nov",
    ]
    assert digests(told, "support")[1:] == [
        f"Tue 15:00 Tue 24 Nov, Premium Support: {NOTHING}"
    ]


def test_a_new_digest_begins_at_its_next_time(tell: Tell) -> None:
    told = several(tell, "2026-11-24 08:00", LEADS)
    told.travel(pacific("2026-11-24 10:00"))
    told.use_policy(digests=(LEADS, PREMIUM, GLOBEX))
    told.advance(minutes=1)

    told.travel(pacific("2026-11-25 09:15"))

    assert [line[:9] for line in digests(told)] == [
        "Tue 09:15",
        "Tue 16:00",
        "Wed 09:15",
    ]
    assert [line[:9] for line in digests(told, "support")] == ["Wed 09:15"]


@pytest.mark.skipif(IS_POSTGRES, reason="changes the file of a SQLite record")
@pytest.mark.parametrize(
    ("started", "comes"),
    [
        ("2026-11-24 09:30", []),
        ("2026-11-25 09:15", ["Wed 09:15"]),
        ("2026-11-25 08:00", ["Wed 09:15"]),
    ],
    ids=["later that day", "when the next is due", "before the next"],
)
def test_an_older_record_knows_when_the_leads_had_their_digest(
    tell: Tell, started: str, comes: list[str]
) -> None:
    told = several(tell, "2026-11-23 17:00", LEADS)
    told.command("dee", "/sev2 acme: a owner=@dee")
    told.travel(pacific("2026-11-24 09:20"))
    told.bot.close()
    with closing(sqlite3.connect(told.folder / "sevbot.db")) as record:
        record.execute("UPDATE marks SET name = 'digest' WHERE name LIKE 'digest/%'")
        record.execute(
            "UPDATE outbox SET key = substr(key, 1, 17) WHERE kind = 'digest'"
        )
        record.commit()
    told.clock.travel(pacific(started))
    before = len(digests(told))

    told.start_bot()
    told.travel(pacific(f"{started[:10]} 09:45"))

    assert [line[:9] for line in digests(told)[before:]] == comes
    assert "Since yesterday 09:15" in digest(told) or not comes


def test_of_a_digest_in_an_archived_channel_the_leads_hear(tell: Tell) -> None:
    told = several(tell, "2026-11-24 08:00", LEADS, replace(PREMIUM, channel="C0ACME"))
    told.slack.invite("acme", "sevbot")
    told.slack.change_channel("acme", archived=True)

    told.travel(pacific("2026-11-24 10:00"))

    assert digests(told)[0] == f"Tue 09:15 Tue 24 Nov: {NOTHING}"
    assert digests(told)[1] == "Tue 09:15 Nothing can be posted in #acme."
    assert told.heard("lea") == [f"Tue 18:15 Tue 24 Nov, Premium Support: {NOTHING}"]


def test_a_digest_with_nothing_to_tell_is_left_out_if_the_policy_says(
    tell: Tell,
) -> None:
    quiet = replace(PREMIUM, when_nothing=WhenNothing.LEAVE_OUT)
    told = several(tell, "2026-11-24 08:00", LEADS, quiet)
    told.travel(pacific("2026-11-24 10:00"))
    told.command("dee", "/sev4 acme: a wish owner=@dee")

    told.travel(pacific("2026-11-27 10:00"))

    assert [line[:9] for line in digests(told, "support")] == ["Wed 09:15", "Fri 09:15"]


def test_a_posted_digest_of_which_nothing_is_left_says_so(tell: Tell) -> None:
    quiet = replace(PREMIUM, when_nothing=WhenNothing.LEAVE_OUT)
    told = several(tell, "2026-11-24 08:00", LEADS, quiet)
    told.command("dee", "/sev4 acme: a wish")
    told.travel(pacific("2026-11-24 10:00"))
    (before,) = told.slack.channel("support")
    told.more("ana", "Mistake or drill")
    told.submit("ana", void="mistake")

    told.asked("ana", "Take it", before)
    told.settle()

    assert "INC-1" in told.read(before)
    (after,) = told.slack.channel("support")
    assert told.read(after).splitlines()[0] == (
        "*Tue 24 Nov, Premium Support: nothing is open.*"
    )


def test_the_next_digest_takes_the_buttons_of_the_one_before(tell: Tell) -> None:
    told = tell("2026-11-24 08:00")
    told.command("dee", "/sev4 acme: a wish")
    told.travel(pacific("2026-11-25 09:14"))
    (before,) = told.slack.channel("leads")

    told.travel(pacific("2026-11-25 09:15"))

    assert "[Take it]" in told.read(before)
    older, newer = (told.read(one) for one in told.slack.channel("leads"))
    assert older.startswith("*Tue 24 Nov: 1 unowned;")
    assert "[Take it]" not in older
    assert "INC-1 Acme" in older
    assert newer.startswith("*Wed 25 Nov: ")
    assert "[Take it]" in newer


def test_a_weekly_list_loses_its_buttons_as_the_next_one_comes(tell: Tell) -> None:
    policy = with_targets(Severity.SEV4, follow_up=targets.NOTHING)
    told = tell("2026-11-24 10:00", policy=policy)
    told.command("dee", "/sev4 acme: where is the manual owner=@dee")
    told.fill_in("dee", "First response sent", told="it is here")

    told.travel(pacific("2026-12-08 09:15"))

    older, newer = [one for one in told.slack.dm("dee") if "nothing is due" in one.text]
    assert (told.buttons(older), told.buttons(newer)) == ([], ["Resolve"])


def test_an_older_digest_that_cannot_be_edited_is_tried_once(tell: Tell) -> None:
    told = tell("2026-11-24 08:00")
    told.travel(pacific("2026-11-25 09:14"))
    (before,) = told.slack.channel("leads")
    told.slack.workspace.delete(before)
    told.travel(pacific("2026-11-25 09:15"))

    for _ in range(5):
        told.advance(minutes=1)

    asked = [one.arguments["ts"] for one in told.slack.calls("chat.update")]
    assert asked.count(before.ts) == 1


def test_a_digest_tells_of_nobody_elses_incidents(tell: Tell) -> None:
    told = several(tell, "2026-11-24 10:00")
    told.command("dee", "/sev2 acme: of premium owner=@dee")
    told.command("dee", "/sev2 globex: of standard owner=@dee")
    told.command("dee", "/sev2 initech: of neither")
    told.advance(minutes=30)
    told.fill_in("dee", "Resolve", told.card(2), note="done", confirmed=["yes"])

    told.travel(pacific("2026-11-24 16:00"))
    of_globex = digest(told)
    told.travel(pacific("2026-11-25 09:15"))
    of_premium = digest(told, "support")
    assert set(re.findall(r"INC-\d", of_premium)) == {"INC-1"}
    assert set(re.findall(r"INC-\d", of_globex)) == {"INC-2"}
