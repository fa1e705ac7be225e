"""Trigger ids: the right to open one form, for three seconds after an act."""

import secrets
from dataclasses import dataclass, replace

from bot.emulator.api.refusals import Refused
from bot.emulator.workspace import Workspace

LIFETIME = 3.0


@dataclass(frozen=True, slots=True)
class Trigger:
    """Whose act it was and when, in monotonic seconds."""

    person: str
    issued_at: float
    used: bool = False


class Triggers:
    """The trigger ids issued so far."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._issued: dict[str, Trigger] = {}

    def issue(self, person: str) -> str:
        """Return a fresh trigger id for an act of that person."""
        number = self._workspace.number()
        trigger_id = f"{number}.{self._workspace.team_id}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(person, self._workspace.machine())
        return trigger_id

    def use(self, trigger_id: str) -> str:
        """Use a trigger up and return whose it is, or refuse as `views.open` does."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._workspace.machine() - trigger.issued_at > LIFETIME:
            raise Refused("expired_trigger_id")
        self._issued[trigger_id] = replace(trigger, used=True)
        return trigger.person
