"""The panel: what became of messages, and a policy that does not load."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.demo import in_browser, tried_policy
from bot.demo.in_browser import Opened
from bot.emulator.faults import Condition
from bot.policy.parsing import policy_file

Open = Callable[..., Any]


def fates(page: Any) -> list[tuple[str, str]]:
    """Return what the panel says became of each message, and why."""
    rows = page.locator("#panel .timeline li").all()
    return [(one.locator(".state").inner_text(), one.inner_text()) for one in rows]


def test_the_panel_says_why_messages_were_merged_superseded_or_held_back(
    demo: Opened, visit: Open
) -> None:
    slack = demo.live.slack
    for what in ("pushes fail", "the console is slow", "single sign-on fails"):
        slack.as_("cem").command("/sev2", f"acme: {what}", channel="support")
    demo.live.settle()
    for card in slack.channel("incidents")[:2]:
        slack.as_("ana").press("Take it", card)
    demo.live.settle()
    page = visit("U0BEN/C0INCIDENTS")
    page.click("#tab-faults")
    page.get_by_label("Rate-limiting").check()
    demo.live.slack.wait_until(lambda: slack.condition is Condition.RATE_LIMITING)
    page.get_by_role("button", name="+15 min").click()
    page.click("#tab-sent")
    page.locator(".timeline .state", has_text="held back").first.wait_for()

    held = fates(page)
    page.get_by_role("button", name="Take it").click()
    page.get_by_role("button", name="Next reminder").click()
    page.locator("#now", has_text="Mon 23 Nov 12:00").wait_for()
    page.click("#tab-faults")
    page.get_by_label("Well").check()
    page.click("#tab-sent")
    page.locator(".lead", has_text="The outbox is empty").wait_for(timeout=60_000)
    told = fates(page)

    assert any(fate == "held back" and "Held back" in why for fate, why in held)
    assert any(fate == "sent" for fate, _ in told)
    assert any(
        fate == "merged into one" and "fell due together" in why for fate, why in told
    )
    assert any(
        fate == "superseded" and "answered before it went out" in why
        for fate, why in told
    )


def test_a_policy_that_does_not_load_is_shown_with_its_line(
    chromium: Any, tmp_path: Path
) -> None:
    wrong = policy_file.default_text().replace("primary: U0ANA", "primary: ana")
    file = tmp_path / "ours.yaml"
    file.write_text(wrong, encoding="utf-8")
    line = wrong[: wrong.index("primary: ana")].count("\n") + 1

    with in_browser.opened(
        tried_policy.Policies(file), port=0, story=None, beat=0
    ) as opened:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(opened.page.url)
        page.locator("#notice", has_text="ours.yaml was not loaded").wait_for()
        told = page.inner_text("#notice")
        file.write_text(policy_file.default_text(), encoding="utf-8")
        page.get_by_role("button", name="Read the file again").click()
        page.wait_for_selector("#notice", state="hidden")
        context.close()

    assert f"line {line}, on_call.primary" in told
    assert "primary: ana" in told
