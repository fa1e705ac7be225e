"""Tell the leads of a calendar from elsewhere that is not read, or names strangers."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.slack.blocks import shown
from bot.slack.phrases import LONGEST_NAME, Voice, and_more, joined

_MOST = 5
_LONGEST = 200


def fails_refs(rotation: str, why: str, read_at: datetime | None) -> dict[str, str]:
    """Return what to say of a calendar that is not read any more, or never was."""
    since = read_at.isoformat() if read_at else ""
    return {"rotation": rotation, "why": why, "since": since}


def strangers_refs(rotation: str, unknown: Sequence[str]) -> dict[str, str]:
    """Return what to say of names in a calendar that the policy does not know."""
    names = [*unknown[:_MOST], *and_more(unknown, _MOST)]
    return {"rotation": rotation, "unknown": json.dumps(names)}


def trouble(refs: Mapping[str, str], voice: Voice) -> str:
    """Say what is wrong with a calendar."""
    return _strangers(refs) if "unknown" in refs else _fails(refs, voice)


def _strangers(refs: Mapping[str, str]) -> str:
    names = [shown(one, LONGEST_NAME) for one in json.loads(refs["unknown"])]
    return (
        f"The calendar of {refs['rotation']} names people whom `policies.yaml` does "
        f"not know: {joined(names)}. Add them to `rotations.{refs['rotation']}.names`; "
        "until then nobody is on call by it where it names only them."
    )


def _fails(refs: Mapping[str, str], voice: Voice) -> str:
    why = shown(refs["why"], _LONGEST)
    copy = "It never was, so nobody is on call by it."
    if refs["since"]:
        read = voice.at(datetime.fromisoformat(refs["since"]), "of")
        copy = f"The copy {read} counts."
    return (
        f"The calendar of {refs['rotation']} cannot be read: {why}. {copy} "
        "`sevbot check` says when it is mended."
    )
