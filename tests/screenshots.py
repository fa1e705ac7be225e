"""Pictures of the page's main screens.

    uv run --group dev python -m tests.screenshots FOLDER
    uv run --group dev python -m tests.screenshots bot/manual/demo.png

The first takes each screen in both themes, on a desk and at the width of a phone, for
people to look at; nothing compares them. The second takes the README's picture.
"""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.demo import in_browser, tried_policy
from bot.demo.in_browser import Opened
from bot.emulator.faults import Condition
from bot.policy.parsing import policy_file
from tests.browser.browsers import browser, why_not

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
SMALL_DESK, SMALLER = (1200, 750), 0.75
SIDE_BY_SIDE = 760
THEMES = ("light", "dark")


@contextmanager
def demo(file: Path | None = None, **more: Any) -> Iterator[Opened]:
    with in_browser.opened(
        tried_policy.Policies(file), port=0, beat=0, **more
    ) as opened:
        yield opened


def tell(opened: Opened, chapters: int) -> None:
    """Tell some chapters of the story and wait until they are told."""
    for _ in range(chapters):
        opened.stage.do("step", {})
        opened.stage.listen()


def go(page: Any, opened: Opened, where: str) -> None:
    """Open the page as somebody in a conversation: `U0ANA/D0ANA`."""
    page.goto("about:blank")
    page.goto(f"{opened.page.url}#{where}")
    page.wait_for_selector("#messages li")
    page.wait_for_selector("#now:not(:empty)", state="attached")


def pictures(opened: Opened, page: Any, take: Callable[[str], None]) -> None:
    """Go through the screens of the first story."""
    typing(opened, page, take)
    reminded(opened, page, take)
    tell(opened, 7)
    looked_behind(opened, page, take)
    tell(opened, 4)
    go(page, opened, "U0LEA/C0LEADS")
    take("digest")
    opened.stage.do("leave", {})
    page.wait_for_selector(".stories")
    take("stories")


def typing(opened: Opened, page: Any, take: Callable[[str], None]) -> None:
    """Show the start, and what is completed."""
    go(page, opened, "U0ANA/C0SUPPORT")
    take("start")
    page.fill("#composer-text", "/se")
    take("commands")
    page.fill("#composer-text", "")
    page.locator("#composer-text").press_sequentially("can you look, @")
    take("people")
    page.fill("#composer-text", "")


def reminded(opened: Opened, page: Any, take: Callable[[str], None]) -> None:
    """Show a reminder, and the form that answers it."""
    tell(opened, 4)
    opened.stage.do("to", {"at": "2026-11-23T14:05:00-08:00"})
    opened.stage.course.arrive()
    go(page, opened, "U0ANA/D0ANA")
    take("reminder")
    if is_phone(page):
        page.click(".menu")
        take("sidebar")
        go(page, opened, "U0ANA/D0ANA")
    page.get_by_role("button", name="First response sent").last.click()
    page.wait_for_selector("#modal")
    take("form")
    page.click("#modal [type=submit]")
    page.wait_for_selector(".bk-error")
    take("form-errors")
    page.click("#modal .close")


def looked_behind(opened: Opened, page: Any, take: Callable[[str], None]) -> None:
    """Show cards, a thread, and the panel."""
    go(page, opened, "U0LEA/C0INCIDENTS")
    take("cards")
    page.locator(".replies").last.click()
    page.wait_for_selector("#thread li")
    page.fill("#reply-text", "Acme confirms: they are back")
    page.keyboard.press("Enter")
    page.locator("#thread", has_text="they are back").wait_for()
    page.fill("#reply-text", "Half a sentence")
    take("thread")
    page.click("#thread .close")
    page.get_by_role("button", name="More").last.click()
    page.wait_for_selector("#modal")
    take("more")
    page.click("#modal .close")
    if is_phone(page):
        page.click(".panel-toggle")
    page.click("#tab-ahead")
    take("ahead")
    page.click("#tab-faults")
    take("faults")
    if is_phone(page):
        page.click(".panel-close")


def broken_slack(opened: Opened, page: Any, take: Callable[[str], None]) -> None:
    """Let Slack refuse every call for a while, and show what became of messages."""
    slack = opened.live.slack
    for what in ("pushes fail", "the console is slow", "single sign-on fails"):
        slack.as_("cem").command("/sev2", f"acme: {what}", channel="support")
    opened.live.settle()
    for card in slack.channel("incidents")[:2]:
        slack.as_("ana").press("Take it", card)
    opened.live.settle()
    slack.condition = Condition.RATE_LIMITING
    opened.stage.do("forward", {"minutes": 30})
    opened.stage.course.arrive()
    go(page, opened, "U0BEN/C0INCIDENTS")
    if is_phone(page):
        page.click(".panel-toggle")
    page.click("#tab-faults")
    take("broken-slack")
    page.click("#tab-sent")
    take("held-back")
    slack.as_("ben").press("Take it", slack.channel("incidents")[2])
    opened.stage.do("reminder", {})
    opened.stage.course.arrive()
    slack.condition = Condition.WELL
    page.locator(".lead", has_text="The outbox is empty").wait_for(timeout=60_000)
    take("sent")
    if is_phone(page):
        page.click(".panel-close")
    slack.condition = Condition.GONE
    types(page, "/sev3 acme: nobody hears this")
    page.locator("#composer-said", has_text="dispatch_failed").wait_for()
    take("no-answer")


def messages(opened: Opened, page: Any, take: Callable[[str], None]) -> None:
    """Bring about every kind of message, and show whole conversations on one sheet."""
    slack, size = opened.live.slack, page.viewport_size

    def later(minutes: int) -> None:
        opened.live.settle()
        opened.stage.do("forward", {"minutes": minutes})
        opened.stage.course.arrive()
        opened.live.settle()

    for what in ("/sev1 acme: checkout is down", "/sev2 globex: SSO login loops"):
        command, _, text = what.partition(" ")
        slack.as_("cem").command(command, text, channel="support")
    slack.as_("cem").command("/sev3", "printing is slow", channel="support")
    slack.as_("dee").command("/sev2", "acme: sync stops owner=@ana", channel="support")
    again = slack.as_("cem").command(
        "/sev3", "acme: sync stops again", channel="support"
    )
    slack.as_("cem").command("/incident", "", channel="support")
    later(11)
    slack.as_("ana").press("Take it", slack.channel("incidents")[0])
    later(61)
    globex = slack.channel("incidents")[1]
    slack.as_("ben").press("Take it", globex)
    opened.live.settle()
    answer(slack, "ben", "First response sent", globex, told="We look into it.")
    opened.live.settle()
    hand_off(slack, globex)
    later(180)
    slack.as_("lea").press("Take over", slack.channel("incidents")[0])
    answer(slack, "dee", "Resolve", globex, note="Rolled back", confirmed=["yes"])
    later(60 * 17)
    slack.as_("cem").press("Same thing", again.private, wait_private=True)
    page.set_viewport_size({"width": size["width"], "height": 1560})
    for where in ("ANA/D0ANA", "BEN/D0BEN", "LEA/D0LEA", "CEM/C0SUPPORT"):
        go(page, opened, f"U0{where}")
        take(f"messages-{where.partition('/')[2].lower()}")
    go(page, opened, "U0LEA/C0INCIDENTS")
    take("messages-cards")
    go(page, opened, "U0LEA/C0LEADS")
    take("messages-leads")
    page.set_viewport_size(size)
    forms(slack, page, opened, take)


def forms(slack: Any, page: Any, opened: Opened, take: Callable[[str], None]) -> None:
    """Show the forms that say what they lead to."""
    go(page, opened, "U0DEE/C0SUPPORT")
    slack.as_("dee").command("/sev3", "", channel="support")
    page.wait_for_selector("#modal")
    take("form-opening")
    page.locator("#modal label", has_text="Sev1").click()
    page.wait_for_timeout(1500)
    take("form-opening-sev1")
    page.click("#modal .close")
    go(page, opened, "U0ANA/C0INCIDENTS")
    slack.as_("ana").press("More", slack.channel("incidents")[3])
    slack.as_("ana").wait_for_view("More")
    slack.as_("ana").press("Change")
    slack.as_("ana").wait_for_view("Severity or plan")
    page.locator("#modal label", has_text="Sev1").click()
    page.wait_for_timeout(1500)
    take("form-change")
    page.click("#modal .close")


def answer(slack: Any, who: str, button: str, card: Any, **entries: Any) -> None:
    """Press a button that opens a form, and send the form."""
    slack.as_(who).press(button, card)
    slack.as_(who).wait_for_view()
    slack.as_(who).submit(entries)


def hand_off(slack: Any, card: Any) -> None:
    """Offer an incident to Ana."""
    slack.as_("ben").press("More", card)
    slack.as_("ben").wait_for_view("More")
    slack.as_("ben").press("Hand off")
    slack.as_("ben").wait_for_view("Hand off")
    slack.as_("ben").submit(to="ana")


def is_phone(page: Any) -> bool:
    """Return whether the panel and the sidebar have to be opened."""
    return bool(page.viewport_size["width"] < SIDE_BY_SIDE)


def types(page: Any, text: str) -> None:
    """Send a message or a command."""
    page.fill("#composer-text", text)
    page.press("#composer-text", "Enter")


def one_picture(file: Path) -> None:
    """Take the README's picture: the cards after a day, and what lies ahead."""
    width, height = SMALL_DESK
    with browser() as chromium, demo() as opened:
        page = chromium.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=SMALLER,  # As wide as GitHub shows it, and lighter.
            color_scheme="light",
        )
        tell(opened, 10)
        go(page, opened, "U0DEE/C0INCIDENTS")
        page.click("#tab-ahead")
        page.wait_for_timeout(250)
        page.screenshot(path=file)
    print(f"The picture is {file}.")  # noqa: T201


def every_picture(out: Path) -> None:
    """Take every screen."""
    out.mkdir(parents=True, exist_ok=True)
    with browser() as chromium:
        for theme in THEMES:
            for size, (width, height) in SIZES.items():
                context = chromium.new_context(
                    viewport={"width": width, "height": height}, color_scheme=theme
                )
                page = context.new_page()

                def take(
                    name: str, page: Any = page, end: str = f"{theme}-{size}"
                ) -> None:
                    page.wait_for_timeout(250)
                    page.screenshot(path=out / f"{name}-{end}.png")

                with demo() as opened:
                    pictures(opened, page, take)
                with demo(story=None) as opened:
                    broken_slack(opened, page, take)
                with demo(story=None) as opened:
                    messages(opened, page, take)
                with (
                    TemporaryDirectory() as folder,
                    demo(broken(Path(folder))) as opened,
                ):
                    go(page, opened, "U0ANA/C0SUPPORT")
                    take("broken-policy")
                context.close()
    print(f"{len(list(out.glob('*.png')))} pictures are in {out}.")  # noqa: T201


def broken(folder: Path) -> Path:
    """Write a policies file with two mistakes."""
    text = policy_file.default_text().replace(
        "weekly\n    self_service: every two weeks",
        "weekly\n    self_service: biweekly",
    )
    file = folder / "ours.yaml"
    file.write_text(text.replace("primary: U0ANA", "primary: ana"), encoding="utf-8")
    return file


if __name__ == "__main__":
    parser = ArgumentParser(
        prog="python -m tests.screenshots",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("where", type=Path, nargs="?", default=Path("screenshots"))
    where = parser.parse_args().where
    if reason := why_not():
        sys.exit(f"no pictures: {reason}")
    (one_picture if where.suffix == ".png" else every_picture)(where)
