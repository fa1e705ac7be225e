"""What the commands print."""

import sys

from bot.logs import visible


def say(text: str, *, err: bool = False) -> None:
    """Print a text. Whatever stands in a file or in Slack may be in it."""
    said = visible(text, keeps="\n\t")
    print(said, file=sys.stderr if err else sys.stdout, flush=True)
