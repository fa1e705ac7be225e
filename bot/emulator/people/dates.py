"""Those of Slack's date tokens that the bot uses, with a clock of 24 hours."""

import re
from datetime import datetime, timedelta

TOKEN = re.compile(r"\{(\w+)\}")
NEAR = timedelta(days=182)
ENDS = {1: "st", 2: "nd", 3: "rd"}
NAMES = {-1: "yesterday", 0: "today", 1: "tomorrow"}


def written(tokens: str, at: datetime, now: datetime) -> str:
    """Return a token string with the local instant `at` filled in.

    Any other token stays as it is. A day that begins the string gets a capital,
    wherever in a text that stands: "since Today 10:00", unless "since" is a part of it.
    Slack does not document it; two libraries that imitate it agree:
    https://metacpan.org/pod/Slack::BlockKit::Block::RichText::Date and jsx-slack.
    """

    def fill(match: re.Match[str]) -> str:
        if match[1] == "time":
            return f"{at:%H:%M}"
        if match[1] != "date_long_pretty":
            return match[0]
        name = NAMES.get((at.date() - now.date()).days) or _long(at, now)
        return name[:1].upper() + name[1:] if match.start() == 0 else name

    return TOKEN.sub(fill, tokens)


def _long(at: datetime, now: datetime) -> str:
    """Return a date; Slack leaves the year out within half a year of now."""
    year = "" if abs(at - now) < NEAR else f", {at.year}"
    end = "th" if 10 < at.day < 14 else ENDS.get(at.day % 10, "th")
    return f"{at:%A}, {at:%B} {at.day}{end}{year}"
