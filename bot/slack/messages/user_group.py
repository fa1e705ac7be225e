"""Tell the leads that a user group does not follow the shift."""

from collections.abc import Collection, Mapping

from bot.slack.blocks import Message, mention
from bot.slack.messages.notice import notice
from bot.slack.phrases import and_more, joined
from bot.slack.reasons import reason

_MOST = 5


def refused_refs(group: str, person: str, code: str) -> dict[str, str]:
    """Return what to say of a change that Slack refuses."""
    return {"group": group, "person": person, "error": code}


def strangers_refs(
    group: str, person: str, strangers: Collection[str]
) -> dict[str, str]:
    """Return what to say of members whom the policy does not know."""
    return {"group": group, "person": person, "strangers": " ".join(sorted(strangers))}


def message(refs: Mapping[str, str]) -> Message:
    """Say why a user group stays as it is, and what mends that."""
    group, person = refs["group"], mention(refs["person"])
    head = f"The user group {group} does not follow the shift to {person}"
    if "error" in refs:
        return notice(
            f"{head}: {reason(refs['error'])}. Its members stay as they are. I try "
            "again by myself."
        )
    found = refs["strangers"].split()
    named = [*map(mention, found[:_MOST]), *and_more(found, _MOST)]
    return notice(
        f"{head}: it has members whom `policies.yaml` does not know: {joined(named)}. "
        "I leave it as it is. If they may leave it, type on the bot's machine: "
        f"`sevbot oncall --take-over-group {group}`"
    )
