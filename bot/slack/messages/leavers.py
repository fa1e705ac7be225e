"""What nobody owns any more because people left: one message for all of them."""

from collections.abc import Mapping, Sequence

from bot.incidents.events import Event, Gone
from bot.incidents.incidents import Incident
from bot.policy.policies import Policy
from bot.slack.blocks import Message, context, mention, say, sections
from bot.slack.phrases import (
    MOST_LINES_IN_A_LIST,
    NO_LINKS,
    and_more,
    gone,
    joined,
    linked_names,
)

_MOST_PEOPLE = 5


def message(
    orphans: Sequence[tuple[Incident, Event]],
    told: str | None,
    policy: Policy,
    permalinks: Mapping[int, str] = NO_LINKS,
) -> Message:
    """Return who is gone, and the incidents that they owned.

    Each comes with its release. Reminders of them go to `told` now, if anybody on call
    can be reached.
    """
    theirs: dict[str, list[Incident]] = {}
    releases = {release.details["who"]: release for _, release in orphans}
    for incident, release in orphans:
        theirs.setdefault(release.details["who"], []).append(incident)
    head, all_of_it = _head(list(releases.values())), [one for one, _ in orphans]
    it = "it" if len(orphans) == 1 else "them"
    then = "Nobody on call can be reached; name somebody else."
    if told is not None:
        then = f"Reminders go to {mention(told)} until somebody takes {it}."
    text = f"{head}; nobody owns {linked_names(all_of_it, policy)} now. {then}"
    said = [
        f"{gone(releases[who])}; nobody owns "
        f"{linked_names(incidents, policy, permalinks)}."
        for who, incidents in theirs.items()
    ]
    if len(said) > 1:
        lines = [f"• {line}" for line in said[:MOST_LINES_IN_A_LIST]]
        said = [f"*{head}*", *lines, *and_more(said, MOST_LINES_IN_A_LIST)]
    return say(text, [*sections(said), context(then)])


def _head(releases: Sequence[Event]) -> str:
    if len(releases) == 1:
        return gone(releases[0])
    who = f"{len(releases)} people"
    if len(releases) <= _MOST_PEOPLE:
        who = joined([mention(one.details["who"]) for one in releases])
    have_all_left = all(one.details["why"] == Gone.LEFT for one in releases)
    return f"{who} left" if have_all_left else f"{who} left, or are no full members now"
