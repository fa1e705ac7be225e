"""Deadlines survive outages of the bot, the socket and Slack."""

from tests.stories.conftest import Tell
from tests.story import Story, pacific

SEV1 = "/sev1 acme: checkout is down"
SEV2 = "/sev2 acme: push of apps fails"
CHECKOUT = "🔺 Sev1 INC-1 Acme: checkout is down."
FIRST = "INC-1 Acme (🔶 Sev2): first response"


def be_down_until(told: Story, at: str) -> None:
    """Stop the bot, and start it at a local time of the team."""
    told.bot.close()
    told.clock.travel(pacific(at))
    told.start_bot()


def test_after_an_outage_each_person_gets_one_message_oldest_first(tell: Tell) -> None:
    told = tell("2026-11-24 09:30")
    told.command("ana", "/sev2 acme: a owner=@ana")
    told.advance(minutes=30)
    told.command("ana", "/sev2 acme: b owner=@ana")
    told.advance(minutes=5)
    told.command("ben", "/sev2 acme: c owner=@ben")
    told.advance(minutes=5)
    before = len(told.phone("ana"))

    be_down_until(told, "2026-11-24 14:05")

    assert told.phone("ana")[before:] == [
        "I was down from 10:10 to 14:05 and could not remind you of these 2, oldest "
        "first: INC-1 Acme (🔶 Sev2): first response ⏰ late since 13:30 (35 min of "
        "business time). INC-2 Acme (🔶 Sev2): first response ⏰ late since 14:00 "
        "(5 min of business time)."
    ]
    assert told.phone("ben") == [
        "I was down from 13:10 to 17:05 and could not remind you of this: INC-3 Acme "
        "(🔶 Sev2): first response due now, 17:05. Yours since 13:05. Acme "
        "reported it 13:05 and has not heard yet. You hear of it now, since it "
        "is due before your next working day. Stops when the first response is "
        "logged."
    ]


def test_the_digest_after_an_outage_counts_what_fell_due_meanwhile(tell: Tell) -> None:
    told = tell("2026-11-23 10:00")
    told.command("ana", f"{SEV2} owner=@ana")
    told.command("ana", "/sev2 acme: b owner=@ana")
    told.fill_in("ana", "First response sent", told.card(2), told="Hi", waits=["yes"])

    be_down_until(told, "2026-11-24 14:02")

    digest = told.read(told.slack.channel("leads")[-1])
    assert "1 of 2 deadlines kept. Late: INC-1 Acme (🔶 Sev2) first" in digest


def test_after_an_outage_an_escalation_pages_everybody_at_once(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 02:10")
    told.command("dee", SEV1)

    be_down_until(told, "2026-11-24 04:40")

    of_this = f"and could not remind you of this: {CHECKOUT}"
    assert told.heard("ben") == [f"Tue 07:40 I was down from 05:10 to 07:40 {of_this}"]
    assert told.heard("lea") == [f"Tue 13:40 I was down from 11:10 to 13:40 {of_this}"]
    assert told.heard_in("support") == [
        f"Tue 04:40 I was down from 02:10 PST to 04:40 PST {of_this}"
    ]
    told.advance(minutes=5)
    assert told.heard("ben")[1:] == [f"Tue 07:45 {CHECKOUT}"]


def test_a_restart_in_the_middle_of_a_story_changes_nothing(tell: Tell) -> None:
    told = tell("2026-11-24 02:40")
    told.command("dee", SEV1)
    told.restart()
    told.advance(minutes=7)
    told.restart()

    told.advance(minutes=10)
    told.restart()
    told.press("ben", "Take it", told.slack.dm("ben")[0])
    told.advance(minutes=20)

    assert told.heard("ana") == [f"Tue 02:40 {CHECKOUT}", f"Tue 02:45 {CHECKOUT}"]
    assert told.heard("ben") == [f"Tue 05:50 {CHECKOUT}"]
    assert told.heard("lea") == []
    assert len(told.slack.channel("incidents")) == 1
    assert told.thread() == ["@ben took it. The first response is still owed."]


def test_messages_queued_before_a_crash_are_posted_after_it(tuesday: Story) -> None:
    tuesday.slack.as_("dee").command("/sev1", "acme: checkout is down")

    tuesday.restart()

    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}"]
    assert len(tuesday.slack.channel("incidents")) == 1


def test_a_short_stop_is_no_outage(tuesday: Story) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")
    tuesday.travel(pacific("2026-11-24 12:59"))

    be_down_until(tuesday, "2026-11-24 13:00:30")

    assert tuesday.heard("ana") == [f"Tue 13:00 {FIRST} due 14:00, in 1 h."]


def test_a_computer_that_slept_counts_as_an_outage(tuesday: Story) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")
    tuesday.travel(pacific("2026-11-24 12:00"))

    tuesday.system_clock.advance(hours=2, minutes=10)
    tuesday.clock.travel(pacific("2026-11-24 14:10"))
    tuesday.settle()

    assert tuesday.phone("ana") == [
        "I was down from 12:00 to 14:10 and could not remind you of this: INC-1 Acme "
        "(🔶 Sev2): first response ⏰ late since 14:00 (10 min of business "
        "time). Yours since 10:00. Acme reported it 10:00 and has not heard "
        "yet. Stops when the first response is logged."
    ]


def test_a_clock_set_back_repeats_and_loses_no_reminder(
    tuesday: Story,
) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")
    tuesday.travel(pacific("2026-11-24 13:30"))

    tuesday.system_clock.advance(hours=-1)
    tuesday.clock.travel(pacific("2026-11-24 12:30"))
    tuesday.settle()
    tuesday.travel(pacific("2026-11-24 15:30"))

    assert tuesday.heard("ana") == [
        f"Tue 13:00 {FIRST} due 14:00, in 1 h.",
        f"Tue 14:00 {FIRST} due now, 14:00.",
        f"Tue 15:00 {FIRST} ⏰ late since 14:00 (1 h of business time).",
    ]


def test_a_clock_that_jumps_ahead_and_back_pages_each_person_once(
    tuesday: Story,
) -> None:
    tuesday.command("dee", SEV1)
    before = len(tuesday.heard("ana"))

    tuesday.system_clock.advance(hours=3)
    tuesday.clock.travel(pacific("2026-11-24 13:00"))
    tuesday.settle()
    tuesday.system_clock.advance(hours=-3)
    tuesday.clock.travel(pacific("2026-11-24 10:00:10"))
    tuesday.settle()
    tuesday.advance(minutes=4)

    assert len(tuesday.heard("ana")[before:]) == 1
    assert len(tuesday.heard("ben")) == 1
    assert len(tuesday.heard("lea")) == 1


def test_a_bot_that_was_not_down_never_says_so(tuesday: Story) -> None:
    tuesday.command("ana", f"{SEV2} owner=@ana")

    tuesday.advance(days=1)

    assert not any("I was down" in text for text in tuesday.phone("ana"))


def test_an_hour_without_slack_loses_no_message_and_causes_no_burst(
    tuesday: Story,
) -> None:
    tuesday.command("dee", SEV1)
    tuesday.slack.offline = True
    for _ in range(60):
        tuesday.advance(minutes=1)
        tuesday.system_clock.advance(minutes=1)

    tuesday.slack.offline = False
    tuesday.system_clock.advance(minutes=1)
    tuesday.settle()

    assert tuesday.heard("ana") == [f"Tue 10:00 {CHECKOUT}", f"Tue 11:00 {CHECKOUT}"]
    assert tuesday.heard("ben") == [f"Tue 14:00 {CHECKOUT}"]
    assert tuesday.heard("lea") == [f"Tue 20:00 {CHECKOUT}"]
    assert tuesday.heard_in("support") == [f"Tue 11:00 {CHECKOUT}"]


def test_after_slack_was_away_people_can_act_again(tuesday: Story) -> None:
    tuesday.command("dee", SEV1)
    tuesday.slack.offline = True

    tuesday.slack.offline = False
    tuesday.slack.wait_for_socket()

    assert tuesday.take("ana").ok
    assert "*Owner:* @ana" in tuesday.read(tuesday.card())


def test_a_socket_that_breaks_is_replaced_at_once(tell: Tell) -> None:
    told = tell("2026-11-24 10:00", is_http=False)
    opened = len(told.slack.calls("apps.connections.open"))

    told.slack.cut_sockets()
    told.slack.wait_until(
        lambda: len(told.slack.calls("apps.connections.open")) > opened
    )
    told.slack.wait_for_socket()

    assert told.command("dee", SEV1).ok


def test_a_socket_that_slack_wants_replaced_loses_no_command(tuesday: Story) -> None:
    tuesday.slack.ask_to_reconnect()
    tuesday.slack.wait_for_socket()

    answers = [tuesday.command("dee", f"/sev2 acme: a{n}") for n in range(5)]

    assert [answer.ok for answer in answers] == [True] * 5
    assert len(tuesday.slack.channel("incidents")) == 5


def test_without_history_scopes_a_short_stop_holds_nothing_back(
    tuesday: Story,
) -> None:
    scopes = {"channels:history", "groups:history", "im:history"}
    tuesday.slack.workspace.scopes -= scopes
    tuesday.command("ana", f"{SEV2} owner=@ana")
    tuesday.travel(pacific("2026-11-24 12:58"))

    be_down_until(tuesday, "2026-11-24 13:05")

    (told,) = tuesday.phone("ana")
    assert told.startswith("I was down from 12:58 to 13:05 and could not remind you")
    assert tuesday.slack.channel("support") == []
