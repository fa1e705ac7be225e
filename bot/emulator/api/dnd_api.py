"""Do not disturb: when people's phones are silent."""

from bot.emulator.api.arguments import required
from bot.emulator.api.refusals import Json, Refused
from bot.emulator.workspace import Workspace


def info(workspace: Workspace, arguments: Json) -> Json:
    """Return when somebody is not disturbed next; in Slack 1 stands for never."""
    (person_id,) = required(arguments, "user")
    if person_id not in workspace.people:
        raise Refused("user_not_found")
    if person_id not in workspace.silences:
        return {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}
    start, end = workspace.silences[person_id]
    return {
        "dnd_enabled": True,
        "next_dnd_start_ts": int(start.timestamp()),
        "next_dnd_end_ts": int(end.timestamp()),
    }
