"""Scroll through 5,000 messages in Chromium: `python -m tests.benchmarks.scrolling`.

A person turns the wheel, notch by notch, from the end of a channel to its first
message and back. A frame is the time between two calls of requestAnimationFrame;
without a GPU the browser paints in software, so frames take longer than at a desk.
"""

import sys
from collections.abc import Sequence
from statistics import median
from typing import Any

from bot.emulator.driver import LocalSlack
from bot.emulator.page.server import open_page
from tests.browser.browsers import browser, why_not

MESSAGES = 5_000
NOTCHES = 200
PIXELS = 300
COUNT_FRAMES = """() => {
    const frames = window.frames_ms = [];
    let last = performance.now();
    const look = (now) => {
        frames.push(now - last);
        last = now;
        window.looking = requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
RENDERED = """() => [...document.querySelectorAll('#messages .message')].filter(
    (one) => one.firstElementChild.checkVisibility({contentVisibilityAuto: true})
).length"""


def fill(slack: LocalSlack) -> None:
    """Write messages of many lengths."""
    slack.add_person("ana", tz="Europe/Berlin")
    slack.add_person("ben", tz="America/Los_Angeles")
    slack.add_channel("support", members=["ana", "ben"])
    for number in range(MESSAGES):
        author = slack.as_("ana" if number // 7 % 2 else "ben")
        author.say(f"*{number}* " + "a line of words " * (number % 37), "support")


def wheel(page: Any, pixels: int) -> list[float]:
    """Turn the wheel and return how long each frame took, in milliseconds."""
    page.evaluate(COUNT_FRAMES)
    for _ in range(NOTCHES):
        page.mouse.wheel(0, pixels)
        page.wait_for_timeout(16)
    page.evaluate("cancelAnimationFrame(window.looking)")
    found: list[float] = page.evaluate("window.frames_ms")
    return found


def row(name: str, frames: Sequence[float], rendered: int) -> str:
    """Return a line of the table."""
    ordered = sorted(frames)
    late = ordered[int(len(ordered) * 0.99)]
    figures = (len(frames), median(frames), late, ordered[-1], rendered)
    return f"{name:<24} {figures[0]:>6} " + " ".join(f"{f:>8.1f}" for f in figures[1:])


def main() -> None:
    """Scroll, and print a table."""
    with LocalSlack() as slack, browser() as chromium:
        fill(slack)
        page = chromium.new_page(viewport={"width": 1280, "height": 800})
        page.goto(open_page(slack).url + "")
        page.wait_for_selector("#messages .message")
        page.hover("#messages")
        rows = [row("newest page", wheel(page, -PIXELS), page.evaluate(RENDERED))]
        page.focus("#messages")
        page.keyboard.press("Home")
        page.wait_for_selector("#messages .beginning")
        rows.append(
            row("down from the first", wheel(page, PIXELS), page.evaluate(RENDERED))
        )
        rows.append(row("up again", wheel(page, -PIXELS), page.evaluate(RENDERED)))
        page.keyboard.press("End")
        rows.append(
            row("up from the last", wheel(page, -PIXELS), page.evaluate(RENDERED))
        )
        held = page.locator("#messages .message").count()
    print(f"{held} of {MESSAGES} messages, milliseconds a frame")  # noqa: T201
    print(  # noqa: T201
        f"{'':<24} {'frames':>6} {'median':>8} {'99 %':>8} {'slowest':>8} {'drawn':>8}"
    )
    print("\n".join(rows))  # noqa: T201


if __name__ == "__main__":
    if reason := why_not():
        sys.exit(f"nothing was measured: {reason}")
    main()
