"""Headless Chromium for tests and pictures: Debian's own, where it is installed."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def why_not() -> str | None:
    """Return why no browser can be driven here, or None."""
    try:
        import playwright.sync_api  # noqa: F401, PLC0415
    except ImportError:
        return "the package playwright is not installed"
    return None if CHROMIUM else "there is no chromium (apt-get install chromium)"


@contextmanager
def browser() -> Iterator[Any]:
    """Start the browser; the caller opens contexts in it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


def until(page: Any, condition: str) -> None:
    """Wait until a JavaScript expression holds.

    `wait_for_function` evaluates it again and again, which our page's own policy
    forbids; here it is compiled once.
    """
    page.evaluate(
        f"""() => new Promise((done) => {{
            const look = () => ({condition}) ? done() : requestAnimationFrame(look);
            look();
        }})"""
    )


def complaints(page: Any) -> list[str]:
    """Return a list that grows with every error that a page reports."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    report: Callable[[Any], None] = lambda message: (  # noqa: E731
        found.append(message.text) if message.type == "error" else None
    )
    page.on("console", report)
    return found
