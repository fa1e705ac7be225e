"""Breaking the bot from the panel: it is killed, started again, and nothing is lost."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from bot.demo.in_browser import Opened
from bot.emulator.faults import Condition
from tests.processes import is_gone, until

Open = Callable[..., Any]


def types(page: Any, text: str) -> None:
    page.fill("#composer-text", text)
    page.keyboard.press("Enter")


def says(page: Any, text: str) -> None:
    """Wait until a text is somewhere among the messages."""
    page.locator("#messages", has_text=text).wait_for()


def bot_is(page: Any, words: str) -> None:
    """Wait until the panel says so of the bot."""
    page.locator(".health", has_text=words).wait_for()


def bot_hears(page: Any) -> None:
    """Wait until the panel says that commands can arrive."""
    page.locator(".health dt:has-text('Its sockets') + dd.good").wait_for()


def an_hour_later(page: Any) -> None:
    """Wait until it is an hour after the demo's beginning."""
    page.locator("#now", has_text="Mon 23 Nov 09:").wait_for()


def posted(opened: Opened) -> Counter[str]:
    """Return how often each message stands in Slack, by the key that it carries."""
    messages = opened.live.slack.all_messages()
    return Counter(str(m.metadata["event_payload"]) for m in messages if m.metadata)


def test_commands_fail_while_the_bot_is_dead_and_work_after_restart(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0CEM/C0SUPPORT")
    killed = demo.live.pid
    page.click("#tab-faults")
    page.get_by_role("button", name="Kill the bot").click()
    bot_is(page, "is dead")
    bot_is(page, "none: commands fail")

    types(page, "/sev2 acme: nobody hears this")
    page.locator("#composer-said", has_text="dispatch_failed").wait_for()
    refused = page.input_value("#composer-text")
    page.get_by_role("button", name="Start the bot").click()
    bot_hears(page)
    types(page, "/sev2 acme: now it does")
    says(page, "INC-1 · 🔶 Sev2 · Acme")

    assert refused == "/sev2 acme: nobody hears this"
    assert until(lambda: is_gone(killed))
    assert demo.live.pid != killed
    (card,) = demo.live.slack.wait_for_messages("incidents")
    assert "now it does" in demo.live.slack.text(card, "cem")


def test_a_bot_killed_with_a_full_outbox_sends_each_message_once(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0CEM/C0SUPPORT")
    page.click("#tab-faults")
    page.get_by_label("Failing").check()
    demo.live.slack.wait_until(
        lambda: demo.live.slack.condition is Condition.FAILING, timeout=15
    )
    for number in (1, 2, 3):
        types(page, f"/sev1 acme: fault {number}")
        says(page, f"INC-{number} · 🔺 Sev1")
    page.get_by_role("button", name="+1 h").click()
    an_hour_later(page)

    page.get_by_role("button", name="Kill the bot").click()
    bot_is(page, "is dead")
    page.get_by_label("Well").check()
    page.click("#tab-ahead")
    ahead = page.locator("#panel .timeline li").count()
    page.click("#tab-sent")
    waiting = page.inner_text(".lead.waits")
    before = posted(demo)
    page.click("#tab-faults")
    page.get_by_role("button", name="Start the bot").click()
    page.click("#tab-sent")
    # A message retried while Slack failed is reconciled after two minutes.
    empty = page.locator(".lead", has_text="The outbox is empty")
    empty.wait_for(timeout=135_000)

    assert ahead > 0
    assert "in the outbox" in waiting
    assert sum(before.values()) == 0
    after = posted(demo)
    assert set(after.values()) == {1}
    slack = demo.live.slack
    cards = [slack.text(one, "cem") for one in slack.channel("incidents")]
    assert all(sum(f"fault {n}" in card for card in cards) == 1 for n in (1, 2, 3))
    told = " ".join(slack.text(one, "ana") for one in slack.dm("ana"))
    assert all(f"INC-{number}" in told for number in (1, 2, 3))


def test_a_restarted_bot_says_what_fell_due_while_it_was_dead(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0CEM/C0SUPPORT")
    types(page, "/sev1 acme: down")
    says(page, "INC-1 · 🔺 Sev1")
    demo.live.slack.wait_until(lambda: demo.live.slack.dm("ana"))
    page.click("#tab-faults")
    page.get_by_role("button", name="Kill the bot").click()
    bot_is(page, "is dead")

    page.get_by_role("button", name="+1 h").click()
    an_hour_later(page)
    silent = len(demo.live.slack.dm("ben"))
    page.get_by_role("button", name="Start the bot").click()
    bot_is(page, "runs")
    page.locator("#side .person", has_text="Ben").click()
    page.locator("#side .row", has_text="sevbot").click()
    says(page, "I was down")

    assert silent == 0
    assert len(demo.live.slack.dm("ben")) == 1
