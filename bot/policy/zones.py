"""Names of time zones that do not mean what people expect."""

import re

_GMT = ("GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "Etc/GMT", "Etc/GMT0")
# IANA has the first ones as zones, but without summer time.
PLACES = {
    "EST": "America/New_York",
    "MST": "America/Denver",
    "HST": "Pacific/Honolulu",
    **dict.fromkeys(
        (*_GMT, "Etc/GMT+0", "Etc/GMT-0", "Etc/Greenwich"), "Europe/London"
    ),
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "BST": "Europe/London",
    "CEST": "Europe/Berlin",
    "JST": "Asia/Tokyo",
}
# Not zones of IANA: the machine's own time, one that nobody has chosen yet, and copies
# of the database, of which `right/` counts leap seconds.
# https://data.iana.org/time-zones/tz-link.html
NO_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")
_FIXED = re.compile(r"Etc/GMT([+-])([1-9][0-9]?)")


def oddity(zone: str) -> str | None:
    """Return in words what surprises about a zone; `None` if nothing does."""
    if (place := PLACES.get(zone)) is not None:
        return f"{zone} keeps no summer time; did you mean {place}?"
    # The sign is that of POSIX: https://data.iana.org/time-zones/tzdb/etcetera
    if (fixed := _FIXED.fullmatch(zone)) is not None:
        where, other = ("behind", "ahead of")[:: 1 if fixed[1] == "+" else -1]
        is_one = "hour" if fixed[2] == "1" else "hours"
        return (
            f"{zone} is {fixed[2]} {is_one} {where} UTC, not {other} it, and keeps no "
            "summer time; write a place such as America/Los_Angeles"
        )
    return None
