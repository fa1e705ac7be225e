"""What a visitor does at the page, from the first command to the next day's digest."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.demo.in_browser import Opened
from bot.emulator.faults import Fault

Open = Callable[..., Any]


def types(page: Any, text: str) -> None:
    page.fill("#composer-text", text)
    page.keyboard.press("Enter")


def says(page: Any, text: str) -> None:
    """Wait until a text is somewhere among the messages."""
    page.locator("#messages", has_text=text).wait_for()


def until_outlined(button: Any) -> None:
    """Wait until a button has the story's outline."""
    button.wait_for()
    for _ in range(100):
        style = button.evaluate("node => getComputedStyle(node).outlineWidth")
        if style == "3px":
            return
        button.page.wait_for_timeout(50)
    raise AssertionError("the button has no outline")


def goes(page: Any, name: str) -> None:
    page.locator("#side .row", has_text=name).click()


def test_a_visitor_follows_an_incident_from_its_opening_to_the_digest(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0ANA/C0SUPPORT")
    types(page, "/sev2 ")
    page.wait_for_selector("#modal")
    page.get_by_label("Customer").first.select_option("=Acme")
    page.get_by_label("What is wrong").first.fill("pushes fail on 600 devices")
    page.click("#modal [type=submit]")
    page.wait_for_selector("#modal", state="detached")
    says(page, "INC-1 · ")

    goes(page, "incidents")
    says(page, "pushes fail on 600 devices")
    page.get_by_role("button", name="Take it").click()
    says(page, "Owner:@Ana")
    page.get_by_role("button", name="Next reminder").click()
    goes(page, "sevbot")
    page.get_by_role("button", name="First response sent").last.click()
    page.get_by_label("What was the customer told?").fill("We see it and work on it")
    page.click("#modal [type=submit]")
    page.wait_for_selector("#modal", state="detached")
    says(page, "Logged for INC-1")

    goes(page, "incidents")
    says(page, "First response:sent")
    says(page, "(edited)")
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Why these times?").click()
    page.locator("#modal", has_text="office").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_selector("#modal", state="detached")
    page.get_by_role("button", name="Resolve").click()
    page.get_by_label("The customer was told that it is resolved").check()
    page.locator("#modal .bk-input").first.fill("Fixed in agent 7.4.1")
    page.click("#modal [type=submit]")
    page.wait_for_selector("#modal", state="detached")
    says(page, "INC-1 is resolved.")
    says(page, "by @Ana, ")
    page.get_by_role("button", name="Next opening").click()
    page.locator("#now", has_text="Tue 24 Nov 09:00").wait_for()
    page.get_by_role("button", name="+1 h").click()
    goes(page, "leads")

    says(page, "Resolved: INC-1 Acme (🔶 Sev2)")
    says(page, "Tue 24 Nov")


def test_what_is_typed_while_a_form_is_updated_stays(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")
    types(page, "/sev2 ")
    page.wait_for_selector("#modal")
    demo.live.slack.faults.add("views.update", Fault.SLOW_BEFORE, times=None)

    page.get_by_label("🔵 Sev3").check()
    page.get_by_label("What is wrong").first.fill("pushes fail")
    page.locator("#modal .bk-text", has_text="Nobody is paged").wait_for()

    assert page.get_by_label("What is wrong").first.input_value() == "pushes fail"


def test_the_panel_breaks_and_restores_slack(demo: Opened, visit: Open) -> None:
    page = visit("U0CEM/C0SUPPORT")
    types(page, "/sev2 acme: single sign-on fails")
    says(page, "INC-1 · 🔶 Sev2 · Acme")
    page.click("#tab-faults")
    page.get_by_label("Gone").check()
    page.locator(".health", has_text="none: commands fail").wait_for()

    types(page, "/sev3 acme: nobody hears this")
    page.locator("#composer-said", has_text="dispatch_failed").wait_for()
    page.get_by_role("button", name="+15 min").click()
    page.click("#tab-sent")
    page.locator(".lead.waits").wait_for()
    waiting = page.inner_text(".lead.waits")
    page.click("#tab-faults")
    page.get_by_label("Well").check()
    page.click("#tab-sent")
    page.locator(".lead", has_text="The outbox is empty").wait_for(timeout=60_000)

    assert "in the outbox" in waiting
    assert page.input_value("#composer-text") == "/sev3 acme: nobody hears this"
    step = [m for m in demo.live.slack.dm("ben") if "INC-1" in m.text]
    assert len(step) == 1


def test_time_does_not_go_backwards(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")

    page.get_by_label("Travel to an instant").fill("2026-11-20T10:00")
    page.get_by_role("button", name="Go", exact=True).click()

    page.locator(".toast", has_text="Time does not go backwards").wait_for()
    assert page.inner_text("#now") == "Mon 23 Nov 08:55"


def test_today_becomes_yesterday_when_the_day_changes(
    demo: Opened, visit: Open
) -> None:
    demo.live.slack.as_("ana").command("/sev3", "acme: odd", channel="support")
    demo.live.slack.wait_for_messages("incidents")
    page = visit("U0ANA/C0INCIDENTS")
    says(page, "Opened today")

    page.get_by_label("Travel to an instant").fill("2026-11-24T08:00")
    page.get_by_role("button", name="Go", exact=True).click()
    says(page, "Opened yesterday")

    (day,) = page.locator("#messages .day").all_inner_texts()
    assert day == "Yesterday"


def test_two_browsers_act_as_two_people(demo: Opened, visit: Open) -> None:
    cem, ana = visit("U0CEM/C0SUPPORT"), visit("U0ANA/D0ANA")

    types(cem, "/sev1 acme: down")
    ana.get_by_role("button", name="Take it").click()
    goes(cem, "incidents")

    says(cem, "Owner:@Ana")
    assert "Cem: 22:25" in cem.inner_text("#top .clock")
    assert "08:55" in ana.inner_text("#now")


def test_markup_in_a_text_is_shown_and_never_run(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")
    evil = "<img src=x onerror=alert(1)> <script>document.title='x'</script> *bold*"
    demo.live.slack.change_person("dee", real_name="<b>Dee</b>")

    types(page, evil)
    says(page, "<script>document.title='x'</script>")
    types(page, f"/sev4 acme: {evil}")
    goes(page, "incidents")
    says(page, "<img src=x onerror=alert(1)>")
    says(page, "*bold*")
    assert page.locator("#messages .bk strong", has_text="bold").count() == 0
    page.reload()
    page.wait_for_selector("#side .person")

    assert (
        page.locator("#messages img, #messages script, #side .person b b").count() == 0
    )
    assert "<b>Dee</b>" in page.inner_text("#side")


def test_commands_are_completed_and_hinted(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")

    page.locator("#composer-text").press_sequentially("/se")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")

    assert page.input_value("#composer-text") == "/sev2 "
    assert "acme: push of apps fails" in page.inner_text("#composer-hint")


def test_a_required_input_is_asked_for_and_focused(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")
    types(page, "/sev1 ")
    page.wait_for_selector("#modal")

    page.click("#modal [type=submit]")
    page.wait_for_selector(".bk-error")

    assert (
        page.evaluate("document.activeElement.getAttribute('aria-invalid')") == "true"
    )


def test_a_story_plays_step_by_step_with_its_captions(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0ANA/C0SUPPORT")

    page.locator(".story-choice", has_text="A Sev1 from Friday evening").click()
    page.get_by_role("button", name="Begin").click()
    page.locator("#story", has_text="Friday, six in the evening").wait_for()
    page.locator("#story", has_text="1 of ").wait_for()
    page.wait_for_selector("#story [data-key=next]:not([disabled])")
    page.get_by_role("button", name="Next step").click()

    page.locator("#story", has_text="Ana does not hear her phone").wait_for()
    page.locator("#chat-head", has_text="sevbot").wait_for()
    page.locator("#side .person[aria-pressed=true]", has_text="Ben").wait_for()
    says(page, "INC-1")


def test_a_story_halts_where_a_reminder_arrives_and_outlines_its_button(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0ANA/C0SUPPORT")
    demo.stage.do("story", {"story": "two-days"})
    outlined = None
    for _ in range(20):
        demo.stage.do("step", {})
        demo.stage.listen()
        outlined = demo.stage.state()["story"]["outlined"]
        if outlined:
            break

    assert outlined
    message = page.locator(f"#messages [data-ts='{outlined['ts']}']")
    until_outlined(message.locator(f"[data-label='{outlined['button']}']"))

    demo.stage.do("step", {})
    demo.stage.listen()
    assert demo.stage.state()["story"]["outlined"] is None


def test_the_clock_is_the_teams_with_the_viewers_beside_it(
    demo: Opened, visit: Open
) -> None:
    page = visit("U0LEA/C0SUPPORT")

    said = page.inner_text("#top .clock")

    assert "Mon 23 Nov 08:55" in said
    assert "Los Angeles" in said
    assert "Lea: 17:55 Berlin" in said


def test_a_channel_says_so_while_slack_is_down(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")
    before = page.inner_text("#away")

    page.click("#tab-faults")
    page.get_by_label("Gone").check()
    page.locator("#away", has_text="Slack is down").wait_for()
    page.get_by_label("Well").check()
    page.wait_for_selector("#away:empty", state="attached")

    assert before == ""


def test_the_title_counts_what_is_unread(demo: Opened, visit: Open) -> None:
    page = visit("U0ANA/C0SUPPORT")

    demo.live.slack.as_("dee").command("/sev1", "acme: all is down", channel="support")
    demo.live.settle()
    page.locator("#side .row.unread", has_text="incidents").wait_for()

    assert page.title().startswith("(")
    goes(page, "incidents")
    says(page, "all is down")
    goes(page, "sevbot")
    says(page, "all is down")
    page.locator("#chat-head", has_text="sevbot").wait_for()
    assert page.title().startswith("sevbot")


def test_a_page_loaded_again_in_a_story_stays_where_it_was(
    demo: Opened, visit: Open
) -> None:
    demo.stage.do("story", {"story": "friday-night"})
    demo.stage.do("step", {})
    demo.stage.listen()

    page = visit("U0DEE/C0LEADS")
    page.locator("#story", has_text="1 of ").wait_for()
    page.reload()
    page.locator("#story", has_text="1 of ").wait_for()

    assert page.inner_text("#chat-head h1") == "# leads"
    assert "Dee" in page.inner_text("#side .person[aria-pressed=true]")


@pytest.mark.parametrize("story", [None, "two-days"])
def test_on_a_phone_the_bars_leave_the_room_to_the_messages(
    demo: Opened, visit: Open, story: str | None
) -> None:
    if story:
        demo.stage.do("story", {"story": story})
        demo.stage.do("step", {})
        demo.stage.listen()
    page = visit("U0ANA/C0SUPPORT", viewport={"width": 390, "height": 844})
    page.wait_for_selector("#story button")

    bars = page.evaluate(
        "['top', 'notice', 'story']"
        ".reduce((sum, id) => sum + document.getElementById(id).offsetHeight, 0)"
    )

    assert bars <= 844 / 5


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_window(
    demo: Opened, visit: Open, width: int
) -> None:
    page = visit("U0ANA/C0SUPPORT", viewport={"width": width, "height": 800})

    wide = page.evaluate("document.documentElement.scrollWidth")

    assert wide <= width


def test_the_page_is_light_to_load_and_asks_no_other_host(
    demo: Opened, chromium: Any
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    sizes: list[int] = []
    hosts: set[str] = set()
    page.on("response", lambda got: sizes.append(len(got.body())))
    page.on("request", lambda asked: hosts.add(asked.url.split("/")[2]))

    page.goto(demo.page.url)
    page.wait_for_selector("#messages li")
    page.wait_for_load_state("networkidle")
    context.close()

    assert 20_000 < sum(sizes) < 200_000
    assert hosts == {demo.page.url.split("/")[2]}


def test_the_clocks_and_a_storys_step_fit_a_phone(demo: Opened, visit: Open) -> None:
    page = visit("U0CEM/C0SUPPORT", viewport={"width": 390, "height": 844})
    page.locator(".clock", has_text="Cem: 22:25 Kolkata").wait_for()
    clock = page.evaluate(
        "(({scrollWidth: all, clientWidth: seen}) => all - seen)"
        "(document.querySelector('.clock'))"
    )

    demo.stage.do("story", {"story": "two-days"})
    page.locator("#story .telling").wait_for()
    step = page.evaluate(
        "(({scrollHeight: all, clientHeight: seen}) => all - seen)"
        "(document.getElementById('story'))"
    )

    assert (clock, step) == (0, 0)
