"""Threads, and names that are completed while somebody types."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.emulator.driver import LocalSlack

Open = Callable[..., Any]


def replies(page: Any, text: str) -> None:
    page.fill("#reply-text", text)
    page.keyboard.press("Enter")


def test_people_talk_in_a_thread(slack: LocalSlack, enter: Open) -> None:
    asked = slack.as_("ana").say("does anybody see this?", "support")
    ana, ben = enter("U0ANA/C0SUPPORT"), enter("U0BEN/C0SUPPORT")

    ben.get_by_role("button", name="Reply in a thread to ana").click()
    replies(ben, "yes, since *noon*")
    ana.get_by_role("button", name="1 reply 1 new").click()
    ana.locator("#thread", has_text="yes, since noon").wait_for()
    replies(ana, "then it is a Sev2")
    ben.locator("#thread", has_text="then it is a Sev2").wait_for()

    thread = slack.thread(asked)
    assert [one.text for one in thread] == ["yes, since *noon*", "then it is a Sev2"]
    assert {one.thread_ts for one in thread} == {asked.ts}
    assert ana.locator("#messages .message").count() == 1
    assert ana.input_value("#reply-text") == ""


def test_replies_are_new_until_somebody_opens_the_thread(
    slack: LocalSlack, enter: Open
) -> None:
    asked = slack.as_("ana").say("does anybody see this?", "support")
    page = enter("U0ANA/C0LEADS")
    row = page.locator("#side .row", has_text="support")

    slack.as_("ben").say("yes", "support", thread=asked.ts)
    slack.as_("ben").say("no", "support", thread=asked.ts)
    page.get_by_role("button", name="support, 2 new in threads").click()
    page.get_by_role("button", name="2 replies 2 new").click()
    page.wait_for_selector(".replies:not(.unread)")
    page.wait_for_selector("#side .badge.threads", state="detached")

    assert row.get_attribute("aria-label") == "support"
    page.reload()
    page.get_by_role("button", name="2 replies").wait_for()
    assert page.locator(".replies.unread").count() == 0


def test_a_thread_that_somebody_does_not_follow_is_not_new_to_them(
    slack: LocalSlack, enter: Open
) -> None:
    asked = slack.as_("ana").say("does anybody see this?", "support")
    slack.add_person("cem")
    slack.invite("support", "cem")
    slack.as_("ben").say("yes", "support", thread=asked.ts)

    page = enter("U0CEM/C0SUPPORT")
    before = page.locator(".replies.unread").count()
    slack.as_("ben").say("ask @cem", "support", thread=asked.ts)
    page.wait_for_selector(".replies.unread")

    assert before == 0


def test_commands_are_refused_in_a_thread_and_stay_in_the_box(
    slack: LocalSlack, enter: Open
) -> None:
    slack.add_command("/sev1", "what is wrong", "Open a Sev1")
    slack.as_("ana").say("down", "support")
    page = enter("U0ANA/C0SUPPORT")
    page.get_by_role("button", name="Reply in a thread").click()

    page.locator("#reply-text").press_sequentially("/sev1 acme: down")
    offered = page.locator("#reply-menu [role=option]").count()
    page.keyboard.press("Enter")
    page.locator("#reply-said", has_text="do not work in threads").wait_for()

    assert offered == 0
    assert page.input_value("#reply-text") == "/sev1 acme: down"


def test_closing_a_thread_brings_the_keyboard_back(
    slack: LocalSlack, enter: Open
) -> None:
    slack.as_("ana").say("down", "support")
    page = enter("U0ANA/C0SUPPORT")

    page.get_by_role("button", name="Reply in a thread").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#reply-text:focus")
    page.keyboard.press("Escape")

    assert page.locator("#thread").is_hidden()
    assert page.evaluate("document.activeElement.textContent") == "Reply"


def test_a_card_edited_in_an_open_thread_changes_there_too(
    slack: LocalSlack, enter: Open
) -> None:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    card = client.chat_postMessage(channel="C0SUPPORT", text="INC-1 is open")
    page = enter("U0ANA/C0SUPPORT")
    page.get_by_role("button", name="Reply in a thread").click()
    page.fill("#reply-text", "half a sent")

    client.chat_update(channel="C0SUPPORT", ts=card["ts"], text="INC-1 is resolved")
    page.locator("#thread", has_text="INC-1 is resolved").wait_for()

    assert "(edited)" in page.inner_text("#thread")
    assert page.input_value("#reply-text") == "half a sent"


@pytest.mark.parametrize(
    ("typed", "keys", "written"),
    [
        ("ask @be", ["Enter"], "ask @ben "),
        ("ask @", ["ArrowDown", "Tab"], "ask @ben "),
        ("ask @", ["ArrowUp", "Enter"], "ask @everyone "),
        ("see #lea", ["Tab"], "see #leads "),
        ("see #lea", ["Escape"], "see #lea"),
        ("mail ben@sup", [], "mail ben@sup"),
    ],
)
def test_names_are_completed_by_the_keyboard(
    enter: Open, typed: str, keys: list[str], written: str
) -> None:
    page = enter("U0ANA/C0SUPPORT")

    page.locator("#composer-text").press_sequentially(typed)
    for key in keys:
        page.keyboard.press(key)

    assert page.input_value("#composer-text") == written
    assert page.locator("#composer-menu").is_hidden()


def test_a_completed_name_is_a_mention_when_it_is_sent(
    slack: LocalSlack, enter: Open
) -> None:
    page = enter("U0ANA/C0SUPPORT")

    page.locator("#composer-text").press_sequentially("ask @be")
    page.keyboard.press("Enter")
    page.keyboard.type("in #lea")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator("#messages .mention", has_text="@ben").wait_for()

    (said,) = slack.channel("support")
    assert said.text == "ask <@U0BEN> in <#C0LEADS|leads>"


def test_completion_is_a_combobox_that_names_its_choice(enter: Open) -> None:
    page = enter("U0ANA/C0SUPPORT")
    box = page.locator("#composer-text")
    closed = box.get_attribute("aria-expanded")

    box.press_sequentially("@")
    page.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    told = page.get_by_role("listbox", name="People").aria_snapshot()

    assert (closed, box.get_attribute("aria-expanded")) == ("false", "true")
    assert page.get_attribute(f"#{active}", "aria-selected") == "true"
    assert page.locator("[role=option][aria-selected=true]").count() == 1
    assert '- option "Ben @ben"' in told


def test_a_name_that_is_typed_in_full_is_sent_at_once(
    slack: LocalSlack, enter: Open
) -> None:
    page = enter("U0ANA/C0SUPPORT")

    page.locator("#composer-text").press_sequentially("ask @ben")
    page.keyboard.press("Enter")
    page.locator("#messages", has_text="ask @ben").wait_for()

    assert [one.text for one in slack.channel("support")] == ["ask <@U0BEN>"]


def test_an_emoji_is_put_on_a_message_and_taken_off(
    slack: LocalSlack, enter: Open
) -> None:
    slack.workspace.scopes -= {"reactions:read"}
    slack.add_emoji("telephone_receiver", "📞")
    slack.as_("ana").say("we are on it", "support")
    page = enter("U0BEN/C0SUPPORT")

    page.locator(".message .over button").first.focus()
    page.locator(".message .over button").first.click()
    there = page.locator(".reactions button", has_text="📞 1")
    there.wait_for()
    label = there.get_attribute("aria-label")
    there.click()
    page.locator(".reactions").wait_for(state="detached")

    assert str(label).startswith("telephone receiver: ")


def test_a_shortcut_stands_beside_reply_and_in_the_thread(
    slack: LocalSlack, enter: Open
) -> None:
    slack.add_shortcut("triage", "Triage this message")
    asked = slack.as_("ana").say("does anybody see this?", "support")
    slack.as_("ana").say("nobody can log in", "support", thread=asked.ts)
    page = enter("U0BEN/C0SUPPORT")

    page.get_by_role("button", name="1 reply").click()
    shortcut = page.locator("#thread").get_by_role("button", name="Triage this message")
    shortcut.last.hover()
    shortcut.last.click()

    page.get_by_text("Slack could not reach the app").wait_for()
    assert page.locator("#messages .over button").count() == 2
