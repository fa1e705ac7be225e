"""The forms on people's screens: opened, updated, stacked, closed."""

from dataclasses import replace

from bot.emulator.api.refusals import Json, Refused
from bot.emulator.people.forms import carried_over, initial_values
from bot.emulator.records import Change, View
from bot.emulator.workspace import Workspace, with_ids

DEEPEST = 3


class Screens:
    """Each person's stack of open forms; the last one is what they see."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._views: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}

    def shown(self, person: str) -> View | None:
        """Return the form on top of a person's screen, or None."""
        with self._workspace.changed:
            stack = self._stacks.get(person)
            return self._views[stack[-1]] if stack else None

    def open(self, person: str, body: Json) -> View:
        """Put a form on a screen, replacing everything there."""
        with self._workspace.changed:
            for view_id in self._stacks.pop(person, ()):
                del self._views[view_id]
            return self._put(person, body, previous=None)

    def push(self, person: str, body: Json) -> View:
        """Put a form on top of the one that is shown; three is the limit."""
        with self._workspace.changed:
            stack = self._stacks.get(person, [])
            if len(stack) >= DEEPEST:
                raise Refused("push_limit_reached")
            return self._put(person, body, previous=self.shown(person))

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """Return an open form by either id, or refuse with `not_found`."""
        with self._workspace.changed:
            for view in self._views.values():
                named = external_id and view.body.get("external_id") == external_id
                if view.id == view_id or named:
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
            self._views[view.id] = view
            self._workspace.tell(Change.VIEW, view)
            return view

    def close(self, person: str, *, every: bool = False) -> None:
        """Close the top form on a screen, or all of them."""
        with self._workspace.changed:
            stack = self._stacks.get(person, [])
            while stack:
                del self._views[stack.pop()]
                if not every:
                    break
            self._workspace.tell(Change.VIEW, self.shown(person))

    def clear(self) -> None:
        """Close every form on every screen."""
        with self._workspace.changed:
            self._views.clear()
            self._stacks.clear()

    def _put(self, person: str, body: Json, previous: View | None) -> View:
        external_id = body.get("external_id")
        if external_id in {v.body.get("external_id", "") for v in self._views.values()}:
            raise Refused("duplicate_external_id")
        filled = self._filled(body)
        view_id = f"V0{self._workspace.number():06d}"
        view = View(
            id=view_id,
            person=person,
            hash=self._hash(),
            body=filled,
            values=initial_values(filled["blocks"]),
            root_id=previous.root_id if previous else view_id,
            previous_id=previous.id if previous else None,
        )
        self._stacks.setdefault(person, []).append(view_id)
        return self.keep(view)

    def _filled(self, body: Json) -> Json:
        blocks = [with_ids(block, self._workspace.number) for block in body["blocks"]]
        return {**body, "blocks": blocks}

    def _hash(self) -> str:
        seconds = int(self._workspace.clock().timestamp())
        return f"{seconds}.{self._workspace.number():06x}"
