"""The forms on people's screens: opened, updated, closed."""

from dataclasses import replace

from bot.emulator.api.refusals import Json, Refused
from bot.emulator.people.forms import carried_over, initial_values
from bot.emulator.records import Change, View
from bot.emulator.workspace import Workspace, with_ids


class Screens:
    """The form that each person sees, if any. The bot never stacks them."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._views: dict[str, View] = {}

    def shown(self, person: str) -> View | None:
        with self._workspace.changed:
            return self._views.get(person)

    def open(self, person: str, body: Json) -> View:
        """Put a form on a screen, replacing what is there."""
        with self._workspace.changed:
            filled = self._filled(body)
            view_id = f"V0{self._workspace.number():06d}"
            values = initial_values(filled["blocks"])
            return self.keep(View(view_id, person, self._hash(), filled, values))

    def find(self, view_id: str | None) -> View:
        """Return an open form by its id, or refuse with `not_found`."""
        with self._workspace.changed:
            for view in self._views.values():
                if view.id == view_id:
                    return view
            raise Refused("not_found")

    def update(self, view: View, body: Json) -> View:
        """Replace what a form shows; entries stay where the same input remains."""
        with self._workspace.changed:
            filled = self._filled(body)
            fresh = initial_values(filled["blocks"])
            return self.keep(
                replace(
                    view,
                    body=filled,
                    hash=self._hash(),
                    errors={},
                    values=carried_over(view.values, fresh),
                )
            )

    def keep(self, view: View) -> View:
        """Store what changed in a form: its entries, or the sentences under them."""
        with self._workspace.changed:
            self._views[view.person] = view
            self._workspace.tell(Change.VIEW, view)
            return view

    def close(self, person: str) -> None:
        with self._workspace.changed:
            self._views.pop(person, None)
            self._workspace.tell(Change.VIEW, None)

    def clear(self) -> None:
        with self._workspace.changed:
            self._views.clear()

    def _filled(self, body: Json) -> Json:
        blocks = [with_ids(block, self._workspace.number) for block in body["blocks"]]
        return {**body, "blocks": blocks}

    def _hash(self) -> str:
        seconds = int(self._workspace.clock().timestamp())
        return f"{seconds}.{self._workspace.number():06x}"
