"""`sevbot demo`: the bot in a local Slack."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli.printing import say
from bot.cli.signals import until_told
from bot.demo import in_browser, stories, terminal
from bot.demo.tried_policy import Policies
from bot.errors import PolicyError, UserError


def demo(  # noqa: PLR0913  # Each is an option of the command.
    *,
    policies: Annotated[
        Path | None, typer.Option(help="Try this policies file.", metavar="FILE")
    ] = None,
    port: Annotated[
        int, typer.Option(help="Where the page is; 0 takes any.", min=0, max=65535)
    ] = 8765,
    empty: Annotated[
        bool, typer.Option("--empty", help="Begin with nothing, not with a story.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Tell a story on the terminal instead.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Like --once, without the pauses.")
    ] = False,
    story: Annotated[
        str, typer.Option(help="Which story is told.", metavar="NAME")
    ] = "two-days",
    browser: Annotated[
        bool, typer.Option(help="Open the page in this machine's browser.")
    ] = True,
) -> None:
    """Show the bot in a local Slack, in your browser, with a clock that can travel.

    Nothing leaves this machine and nothing is kept.
    """
    tried = Policies(policies)
    try:
        told = stories.find(story)
    except LookupError as error:
        raise UserError(f"{error}.") from None
    if once or fast:
        if tried.problems:
            raise PolicyError(tuple(one["said"] for one in tried.problems))
        terminal.run(tried(), told, is_paced=not fast)
        return
    logs.to_stderr(logging.ERROR)
    stopping = until_told()
    shown = None if empty else told
    with in_browser.opened(tried, port=port, story=shown) as opened:
        if opened.taken is not None:
            say(f"Port {opened.taken} is in use, so the next free one is taken.")
        for problem in tried.problems:
            say(problem["said"], err=True)
        url = opened.page.url
        if browser and in_browser.show(url):
            say(f"{url} opens in your browser. Ctrl-C stops it.")
        else:
            say(f"Open {url} in a browser. Ctrl-C stops it.")
        stopping.wait()
    say("sevbot demo stopped.")
