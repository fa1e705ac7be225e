"""Who may do what: full members everything, guests and other companies nothing."""

import pytest

from bot.emulator.faults import Fault
from bot.policy.on_call import Role
from tests.factories import on_call
from tests.story import Story

NOT_YOURS = "Only full members of this workspace can use sevbot."

OUTSIDERS = pytest.mark.parametrize(
    "flag", ["is_restricted", "is_ultra_restricted", "is_stranger"]
)


def outsider(story: Story, flag: str) -> None:
    """Let eve, from another company, see the shared channel."""
    story.slack.add_person("eve")
    team = {"team_id": "T0ELSEWHERE"} if flag == "is_stranger" else {}
    story.slack.change_person("eve", **{flag: True}, **team)


def put_on_call(story: Story, who: str) -> None:
    """Name somebody on call who sees the card."""
    story.slack.invite("incidents", who)
    person = story.slack.workspace.find_person(who)
    story.use_policy(on_call=on_call(Role.PRIMARY, person.id).on_call)


@pytest.fixture
def opened(tuesday: Story) -> Story:
    """A Sev2 that nobody owns."""
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    return tuesday


@OUTSIDERS
@pytest.mark.parametrize(
    "button", ["Take it", "First response sent", "Resolve", "More"]
)
def test_an_outsider_who_sees_the_card_can_press_nothing(
    opened: Story, flag: str, button: str
) -> None:
    outsider(opened, flag)
    opened.slack.invite("incidents", "eve")
    before = opened.read(opened.card())

    said = opened.asked("eve", button, opened.card())

    assert said == NOT_YOURS
    assert opened.read(opened.card()) == before
    assert opened.slack.as_("eve").view() is None


@OUTSIDERS
@pytest.mark.parametrize("command", ["/sev1 acme: x", "/sev1", "/incident 1"])
def test_an_outsider_can_type_nothing(opened: Story, flag: str, command: str) -> None:
    outsider(opened, flag)
    opened.slack.add_channel("shared", members=["eve"], is_ext_shared=True)

    answer = opened.command("eve", command, channel="shared")

    said = opened.read(answer.private)
    assert NOT_YOURS in said
    assert "push of apps fails" not in said
    assert len(opened.slack.channel("incidents")) == 1
    assert opened.slack.as_("eve").view() is None


def test_an_outsider_cannot_send_a_form_that_opened_before_they_became_one(
    opened: Story,
) -> None:
    opened.open_form("cem", "Resolve", opened.card())
    opened.become("cem", is_restricted=True)

    opened.submit("cem", note="Hello", confirmed=["yes"])

    assert NOT_YOURS in opened.form("cem")
    assert "Resolved" not in opened.read(opened.card())


def test_a_new_person_is_looked_up_and_let_in(opened: Story) -> None:
    opened.slack.add_person("nia", tz="Europe/Berlin")
    opened.slack.invite("incidents", "nia")

    opened.take("nia")

    assert "*Owner:* @nia" in opened.read(opened.card())


def test_somebody_who_joins_is_known_before_they_type(opened: Story) -> None:
    nia = opened.slack.add_person("nia", tz="Europe/Berlin")
    opened.slack.invite("support", "nia")
    opened.tell_of("team_join", "nia")
    opened.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)

    answer = opened.command("nia", "/sev2 acme: push fails at=18:30")

    assert "Reported today 18:30" in opened.read(answer.private, "nia")
    assert nia.id == "U0NIA"


def test_while_slack_cannot_identify_a_person_their_command_can_be_retried(
    opened: Story,
) -> None:
    opened.slack.add_person("nia")
    opened.slack.invite("support", "nia")
    opened.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)
    refused = opened.command("nia", "/sev3 acme: slow").private
    assert refused
    opened.slack.faults.clear()

    again = opened.asked("nia", "Try again", refused)

    assert opened.slack.notice(refused, "nia") == (
        "NOT recorded (Slack does not say just now who you are). Your text: “acme: "
        "slow”. Try again."
    )
    assert "INC-2 · 🔵 Sev3 · Acme" in again


def test_while_slack_cannot_identify_a_person_their_press_does_nothing(
    opened: Story,
) -> None:
    opened.slack.add_person("nia")
    opened.slack.invite("incidents", "nia")
    opened.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)

    said = opened.asked("nia", "Take it", opened.card())

    assert said == (
        "NOT recorded (Slack does not say just now who you are). Press it again."
    )
    assert "*Owner:* nobody yet" in opened.read(opened.card())


def test_people_on_call_are_let_in_while_slack_is_silent(opened: Story) -> None:
    opened.slack.add_person("nia")
    put_on_call(opened, "nia")
    opened.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)

    opened.take("nia")

    assert "*Owner:* @nia" in opened.read(opened.card())


@OUTSIDERS
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "unknown"])
def test_an_outsider_named_on_call_stays_out(
    opened: Story, flag: str, *, is_known: bool
) -> None:
    outsider(opened, flag)
    put_on_call(opened, "eve")
    if is_known:
        opened.asked("eve", "Take it", opened.card())
        opened.slack.faults.add("users.info", Fault.FAIL_BEFORE, times=None)

    said = opened.asked("eve", "Take it", opened.card())

    assert said == NOT_YOURS


def test_somebody_on_call_whose_account_is_deactivated_stays_out(
    opened: Story,
) -> None:
    opened.leave("ana")
    opened.slack.change_person("ana", deleted=False)  # In Slack she could not press.

    said = opened.asked("ana", "Take it", opened.card())

    assert said == NOT_YOURS


def test_the_answer_to_an_outsider_is_private(opened: Story) -> None:
    opened.slack.add_person("eve", is_stranger=True)
    opened.slack.invite("incidents", "eve")

    answer = opened.press("eve", "Take it", opened.card(), wait_private=True)

    assert answer.private
    assert answer.private.private_to == "U0EVE"
    assert opened.thread() == []
