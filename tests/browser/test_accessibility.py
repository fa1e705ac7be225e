"""The page for people who use a keyboard, a screen reader, or large text."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.demo.in_browser import Opened
from bot.emulator.driver import LocalSlack
from bot.emulator.page.server import open_page
from tests.browser.audits import doubled_ids, faint_texts, nameless, tabbed_through
from tests.emulator.world import actions, button, option, plain, section

Open = Callable[..., Any]
STOP = """() => {
    const node = document.activeElement;
    if (node === document.body) return 'the browser itself';
    return node.closest('dialog') ? 'the form' : node.outerHTML;
}"""
SURE = {
    "title": plain("Resolve it?"),
    "text": plain("The reminders stop."),
    "confirm": plain("Resolve"),
    "deny": plain("Not yet"),
}


def types(page: Any, text: str) -> None:
    page.fill("#composer-text", text)
    page.keyboard.press("Enter")


def focus(page: Any) -> str:
    """Return what has the focus: its id, or else its text."""
    found: str = page.evaluate(
        "document.activeElement.id || document.activeElement.textContent"
    )
    return found


def at_a_card(visit: Open, **more: Any) -> Any:
    """Open an incident and look at its card."""
    page = visit("U0ANA/C0SUPPORT", **more)
    types(page, "/sev2 acme: pushes fail on 600 devices")
    page.locator(".private", has_text="INC-1").wait_for()
    page.evaluate("location.hash = '#U0ANA/C0INCIDENTS'")
    page.reload()
    page.get_by_role("button", name="Take it").wait_for()
    return page


def with_a_thread(page: Any) -> None:
    page.get_by_role("button", name="Reply in a thread").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#thread li")


def with_wrong_entries(page: Any) -> None:
    page.get_by_role("button", name="First response sent").click()
    page.click("#modal [type=submit]")
    page.wait_for_selector(".bk-error")


def with_completion(page: Any) -> None:
    page.focus("#composer-text")
    page.keyboard.type("@")
    page.wait_for_selector("[role=option]")


SCREENS: dict[str, Callable[[Any], None]] = {
    "card": lambda page: None,
    "thread": with_a_thread,
    "form": with_wrong_entries,
    "completion": with_completion,
    "sent": lambda page: page.click("#tab-sent"),
    "faults": lambda page: page.click("#tab-faults"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_screen_has_accessible_names_and_enough_contrast(
    demo: Opened, visit: Open, theme: str
) -> None:
    page = at_a_card(visit, color_scheme=theme)
    faint, unnamed, doubled = {}, {}, {}

    for name, show in SCREENS.items():
        page.reload()
        page.get_by_role("button", name="Take it").wait_for()
        page.wait_for_selector("#panel .timeline")
        show(page)
        faint[name], unnamed[name] = faint_texts(page), nameless(page)
        doubled[name] = doubled_ids(page)
        page.keyboard.press("Escape")

    assert {name: found for name, found in unnamed.items() if found} == {}
    assert {name: found for name, found in doubled.items() if found} == {}
    assert {name: found for name, found in faint.items() if found} == {}


def test_the_parts_of_the_page_are_landmarks_with_names(
    demo: Opened, visit: Open
) -> None:
    page = at_a_card(visit)
    with_a_thread(page)

    told = page.locator("body").aria_snapshot()

    for landmark in (
        '- banner "Simulated time"',
        '- navigation "Workspace"',
        "- main",
        '- complementary "Thread"',
        '- complementary "Behind the stage"',
        'log "Messages in #incidents"',
        'log "Thread in #incidents"',
        'heading "# incidents" [level=1]',
        '- heading "Today" [level=2]',
        '- article "sevbot, ',
        '- combobox "Message"',
        '- tab "Ahead" [selected]',
    ):
        assert landmark in told


@pytest.mark.parametrize("width", [1440, 390])
def test_tab_reaches_every_control_once_with_visible_focus(
    demo: Opened, visit: Open, width: int
) -> None:
    page = at_a_card(visit, viewport={"width": width, "height": 800})

    wanted, stops = tabbed_through(page)

    reached = {stop["audit"] for stop in stops}
    missed = [name for at, name in enumerate(wanted) if str(at) not in reached]
    assert missed == []
    assert [one["name"] for one in stops if one["ring"] < 3] == []
    assert [one["name"] for one in stops if not one["isInWindow"]] == []


def test_a_form_keeps_the_keyboard_and_gives_it_back(demo: Opened, visit: Open) -> None:
    page = at_a_card(visit)
    page.get_by_role("button", name="More").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#modal")

    stops = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        stops.add(page.evaluate(STOP))
    page.keyboard.press("Escape")
    page.wait_for_selector("#modal", state="detached")

    assert stops <= {"the form", "the browser itself"}
    assert focus(page) == "More"


def test_the_keyboard_stays_in_a_card_that_is_edited_under_it(
    demo: Opened, visit: Open
) -> None:
    page = at_a_card(visit)

    page.get_by_role("button", name="First response sent").focus()
    demo.live.slack.as_("ben").press("Take it", demo.live.slack.channel("incidents")[0])
    page.locator("#messages", has_text="Owner:@Ben").wait_for()

    assert focus(page) == "First response sent"


def test_a_confirmation_is_an_alert_dialog(slack: LocalSlack, enter: Open) -> None:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    asks = actions(button("Resolve", "resolve", confirm=SURE))
    client.chat_postMessage(channel="C0SUPPORT", text="a card", blocks=[asks])
    page = enter("U0ANA/C0SUPPORT")

    page.locator("[data-action=resolve]").focus()
    page.keyboard.press("Enter")
    told = page.get_by_role("alertdialog", name="Resolve it?").aria_snapshot()
    page.keyboard.press("Escape")

    assert '- button "Not yet"' in told
    assert focus(page) == "Resolve"
    assert slack.calls("views.open") == []


def test_new_messages_are_announced_politely_and_private_ones_say_so(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0ANA/C0SUPPORT")

    demo.live.slack.as_("ben").say("the *console* is down, <@U0ANA>", "support")
    page.locator("#told", has_text="Ben: the console is down").wait_for(
        state="attached"
    )
    types(page, "/sev2 acme: pushes fail")
    page.locator("#told", has_text="Only visible to you. sevbot: ").wait_for(
        state="attached"
    )

    told = page.locator("#told")
    assert told.get_attribute("aria-live") == "polite"
    assert page.locator("#messages").get_attribute("aria-live") == "off"


def test_many_messages_at_once_are_announced_as_a_number(
    slack: LocalSlack, enter: Open
) -> None:
    page = enter("U0ANA/C0SUPPORT")

    for number in range(40):
        slack.as_("ben").say(f"line {number}", "support")
    page.locator("#told", has_text="new messages").first.wait_for(state="attached")

    assert page.locator("#told p").count() < 12


def test_arrow_keys_move_between_the_tabs_of_the_panel(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0ANA/C0SUPPORT")

    page.focus("#tab-ahead")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")

    assert focus(page) == "tab-faults"
    assert page.get_by_role("tabpanel", name="Break Slack").is_visible()
    assert page.get_attribute("#tab-ahead", "tabindex") == "-1"


def test_on_a_phone_the_frontmost_layer_keeps_the_focus(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0ANA/C0SUPPORT", viewport={"width": 390, "height": 800})
    menu = page.get_by_role("button", name="Channels and people")

    menu.click()
    opened = menu.get_attribute("aria-expanded"), focus(page)
    page.locator("#side .row", has_text="leads").focus()
    page.keyboard.press("Enter")
    page.locator("#chat-head", has_text="leads").wait_for()

    assert opened[0] == "true"
    assert "Ana" in opened[1]
    assert menu.get_attribute("aria-expanded") == "false"
    assert page.locator("#chat").evaluate("node => node.inert") is False


def test_at_twice_the_size_nothing_is_missing_or_cut(demo: Opened, visit: Open) -> None:
    # A window of 1280 by 800 shows as many CSS pixels at 200 %.
    page = visit("U0ANA/C0SUPPORT", viewport={"width": 640, "height": 400})

    wide = page.evaluate("document.documentElement.scrollWidth")
    room = page.locator("#messages").bounding_box()
    box = page.locator("#composer-text").bounding_box()

    assert wide <= 640
    assert room["height"] > 60
    assert box["y"] + box["height"] <= 400


def test_a_lost_connection_is_an_alert(slack: LocalSlack, chromium: Any) -> None:
    served = open_page(slack)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.url)
    page.wait_for_selector("#messages li")

    served.stop()
    alert = page.get_by_role("alert").filter(has_text="Not connected")
    alert.wait_for()

    assert "Trying again" in alert.inner_text()
    context.close()


def test_opening_a_cards_menu_by_key_does_not_act(
    slack: LocalSlack, enter: Open
) -> None:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    menu = {
        "type": "static_select",
        "action_id": "snooze",
        "placeholder": plain("Snooze"),
        "options": [option("15 minutes", "15"), option("1 hour", "60")],
    }
    client.chat_postMessage(channel="C0SUPPORT", text="a card", blocks=[actions(menu)])
    page = enter("U0ANA/C0SUPPORT")

    page.get_by_label("Snooze").focus()
    page.keyboard.press("ArrowDown")

    assert page.get_by_label("Snooze").input_value() == ""
    assert page.locator(".toast").count() == 0


def test_reduced_motion_is_respected(slack: LocalSlack, enter: Open) -> None:
    said = slack.as_("ben").say("look here", "support")
    page = enter("U0ANA/C0SUPPORT", reduced_motion="reduce")

    moving = page.evaluate(
        """(ts) => {
            const node = document.querySelector(`[data-ts="${ts}"]`);
            node.classList.add('flash');
            return getComputedStyle(node).animationName;
        }""",
        said.ts,
    )

    assert moving == "none"


def test_a_card_and_its_thread_read_well(slack: LocalSlack, enter: Open) -> None:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    card = client.chat_postMessage(
        channel="C0SUPPORT",
        text="INC-1",
        blocks=[section("*INC-1* is open"), actions(button("Take it", "take"))],
    )
    slack.as_("ben").say("on it", "support", thread=card["ts"])
    page = enter("U0ANA/C0SUPPORT")

    told = page.get_by_role("article").first.aria_snapshot()

    assert "strong: INC-1" in told
    assert '- button "Take it"' in told
    assert '- button "1 reply' in told
    assert '- button "Reply in a thread to sevbot' in told
