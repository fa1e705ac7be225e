"""A person at a screen: types commands, presses buttons, fills forms."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.emulator.api.refusals import Json
from bot.emulator.people import forms
from bot.emulator.people.exchanges import Answer, Exchanges, Sent
from bot.emulator.people.forms import Placed
from bot.emulator.people.interactions import Interactions
from bot.emulator.people.screens import Screens
from bot.emulator.people.typed_text import escape_typed
from bot.emulator.records import Channel, Message, Person, View
from bot.emulator.workspace import Workspace

PRIVATE_WITHIN = 5.0


class Actor:
    """What one person can do. Raises LookupError for things that are not there."""

    def __init__(
        self,
        person: Person,
        workspace: Workspace,
        screens: Screens,
        interactions: Interactions,
        exchanges: Exchanges,
    ) -> None:
        self.id = person.id
        self._workspace = workspace
        self._screens = screens
        self._interactions = interactions
        self._exchanges = exchanges

    @property
    def person(self) -> Person:
        """Return this person as they are now; a deactivated one cannot act."""
        person = self._workspace.people[self.id]
        if person.deleted:
            raise LookupError(f"{person.name} was deactivated and cannot act")
        return person

    def command(
        self,
        command: str,
        text: str = "",
        *,
        channel: str | None = None,
        times: int = 1,
        wait_private: bool = False,
    ) -> Answer:
        """Type a slash command, by default in the DM with the bot.

        Returns once it is acknowledged or timed out. `times` delivers the same payload
        several times at once; `wait_private` waits for an answer by response URL if the
        acknowledgement was empty.
        """
        person = self.person
        where = self._conversation(channel)
        payload, key = self._interactions.command(person, command, text, where)
        answer = self._exchanges.deliver(
            Sent("slash_commands", payload, key), times=times
        )
        return self._with_private(answer, wait_private=wait_private)

    def say(
        self,
        text: str,
        channel: str | None = None,
        *,
        thread: str | None = None,
        **added: Any,
    ) -> Message:
        """Write a message as a person, under the message whose `ts` is `thread`.

        `added` are its `files`, and the `attachments` of an app's message.

        The app hears of it in its direct conversation with them, or if it is mentioned.
        """
        where = self._conversation(channel)
        parent = self._parent(where, thread) if thread else None
        typed = escape_typed(text, self._workspace)
        said = Message(where.id, "", self.id, typed, thread_ts=parent, **added)
        written = self._workspace.post(said)
        self._tell_app(self._interactions.written(written))
        self._tell_app(self._interactions.posted(written))
        return written

    def react(self, emoji: str, message: Message) -> Sent | None:
        """Put an emoji on a message, or take one's own off again.

        Returns what the app was sent: nothing where it is not in the conversation.
        """
        current = self._seen(message)
        if current.private_to is not None:
            raise LookupError("nobody can react to what is private")
        is_added = (emoji, self.id) not in current.reactions
        self._workspace.react(current, emoji, self.person.id)
        return self._tell_app(
            self._interactions.reacted(self.person, current, emoji, is_added=is_added)
        )

    def _tell_app(self, event: Json | None) -> Sent | None:
        """Send an event, and once more if it was not acknowledged."""
        if event is None:
            return None
        sent = Sent("events_api", self._interactions.event(event))
        if not self._exchanges.deliver(sent).ok:
            self._exchanges.deliver(sent, retry=1)
        return sent

    def press(
        self,
        button: str,
        message: Message | None = None,
        *,
        confirm: bool = True,
        stale: bool = False,
        wait_private: bool = False,
    ) -> Answer:
        """Press a button, named by its text, its action id or `block id/action id`.

        Without a message it is a button of the open form. `stale` presses a button as
        `message` had it when it was read, though it may have changed since.
        `confirm=False` cancels in the confirmation dialog.
        """
        target = self._seen(message, stale=stale) if message else self._open_view()
        placed = _only(_buttons(target.blocks, button), f"button {button!r}", target)
        if "confirm" in placed.element and not confirm:
            return Answer(ok=False, error="cancelled")
        answer = self._act(target, self._interactions.action(placed, {}))
        return self._with_private(answer, wait_private=wait_private)

    def shortcut(
        self,
        callback_id: str,
        message: Message,
        *,
        stale: bool = False,
        times: int = 1,
        wait_private: bool = False,
    ) -> Answer:
        """Choose an app's shortcut from the menu of a message, also in a thread.

        Slack offers none on what is private. `stale` chooses it on `message` as it was
        when it was read, though it may be gone since.
        """
        target = self._seen(message, stale=stale)
        if target.private_to is not None:
            raise LookupError("a private message has no shortcuts")
        payload, key = self._interactions.shortcut(self.person, target, callback_id)
        sent = Sent("interactive", payload, key)
        answer = self._exchanges.deliver(sent, times=times)
        return self._with_private(answer, wait_private=wait_private)

    def search(
        self, text: str, message: Message, *, element: str | None = None
    ) -> Answer:
        """Type into the menu of a message that searches, and see what it offers.

        Below its `min_query_length`, three letters by default, Slack does not ask.
        """
        target = self._seen(message)
        menus = [p for p in _searching(target.blocks) if element in {None, p.path}]
        placed = _only(menus, "a menu that searches", target)
        if len(text) < placed.element.get("min_query_length", 3):
            return Answer(ok=True)
        payload = self._interactions.search(self.person, target, placed, text)
        return self._exchanges.deliver(Sent("interactive", payload))

    def choose(
        self,
        choice: str,
        message: Message,
        *,
        element: str | None = None,
        wait_private: bool = False,
    ) -> Answer:
        """Choose from a menu in a message, by text or value.

        `element` names the menu by `block id/action id` where several offer the choice.
        A menu that searches is asked for the choice first.
        """
        target = self._seen(message)
        menus = [p for p in _menus(target.blocks) if element in {None, p.path}]
        for searching in _searching(target.blocks):
            if element in {None, searching.path}:
                text = choice.rpartition("|")[2]
                offer = self.search(text, message, element=searching.path).options
                offered = {**searching.element, "options": list(offer)}
                menus.append(replace(searching, element=offered))
        found = [p for p in menus if _offers(p.element, choice)]
        placed = _only(found, f"choice {choice!r}", target)
        entry = forms.option_named(placed.element, choice)
        action = self._interactions.action(placed, {"selected_option": entry})
        answer = self._act(target, action, (placed, entry))
        return self._with_private(answer, wait_private=wait_private)

    def view(self) -> View | None:
        return self._screens.shown(self.id)

    def wait_for_view(self, title: str | None = None, timeout: float = 5.0) -> View:
        """Wait until a form, or the one with that title, is on the screen."""

        def there() -> bool:
            view = self.view()
            return view is not None and title in {None, view.title}

        with self._workspace.changed:
            if not self._workspace.changed.wait_for(there, timeout):
                raise AssertionError(f"no form opened within {timeout} s")
            return self._open_view()

    def fill(self, entries: Mapping[str, Any] | None = None, /, **more: Any) -> View:
        """Enter values into the open form and leave it open.

        Inputs are named by block id, action id or label; None clears one. A choice in
        an input that dispatches its action is sent at once, if it is another than
        before.
        """
        chosen = []
        with self._workspace.changed:
            view = self._open_view()
            for name, given in {**(entries or {}), **more}.items():
                placed = forms.named(view.blocks, name)
                entry = forms.entered(placed.element, given, self._person_id)
                values = forms.with_entry(view.values, placed, entry)
                changed = replace(view, values=values)
                is_sent = placed.element["type"] != "plain_text_input"
                is_sent = is_sent and placed.block.get("dispatch_action", False)
                if is_sent and changed != view:
                    chosen.append((placed, entry))
                view = changed
            view = self._screens.keep(view)
        for placed, entry in chosen:
            kept_as = forms.STATE_KEYS[placed.element["type"]]
            action = self._interactions.action(placed, {kept_as: entry})
            self._act(view, action)
        return view

    def enter(self, name: str, text: str) -> Answer:
        """Type into an input that dispatches its action, and press Enter in it.

        Source: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
        """
        view = self.fill({name: text})
        placed = forms.named(view.blocks, name)
        if not placed.block.get("dispatch_action"):
            raise LookupError(f"{name} sends nothing at Enter")
        return self._act(view, self._interactions.action(placed, {"value": text}))

    def submit(
        self, entries: Mapping[str, Any] | None = None, /, **more: Any
    ) -> Answer:
        """Fill the open form and submit it.

        What Slack itself refuses (a required input left empty, a text too long)
        comes back in `errors` and is not sent.
        """
        view = self.fill(entries, **more)
        if errors := forms.complaints(view.blocks, view.values):
            return Answer(ok=False, error="incomplete", errors=errors, view=view)
        payload = self._interactions.submission(self.person, view)
        sent = Sent("interactive", payload, view_id=view.id)
        return self._exchanges.deliver(sent)

    def close(self) -> None:
        """Close the open form, of which the bot never asks to hear."""
        self._screens.close(self._open_view().person)

    def _act(
        self,
        target: Message | View,
        action: Json,
        stored: tuple[Placed, object] | None = None,
    ) -> Answer:
        """Send an act, with what it leaves in a message's menu."""
        if isinstance(target, View):
            payload = self._interactions.view_action(self.person, target, action)
            return self._exchanges.deliver(Sent("interactive", payload))
        values = forms.initial_values(target.blocks)
        if stored:
            values = forms.with_entry(values, *stored)
        current = self._workspace.message(target.channel, target.ts) or target
        payload, key = self._interactions.message_action(
            self.person, current, action, values
        )
        return self._exchanges.deliver(Sent("interactive", payload, key))

    def _seen(self, message: Message, *, stale: bool = False) -> Message:
        """Return a message that this person sees as it is, or was when it was read."""
        channel = self._workspace.channels[message.channel]
        person = self.person
        if message.private_to not in {None, person.id}:
            raise LookupError(f"{person.name} does not see what is private to another")
        if person.id not in channel.members:
            raise LookupError(f"{person.name} is not in {channel.name}")
        if stale:
            return message
        current = self._workspace.message(message.channel, message.ts)
        if current is None:
            raise LookupError("the message is gone")
        return current

    def _conversation(self, name: str | None) -> Channel:
        person = self.person
        if name is None:
            return self._workspace.open_dm(person)[0]
        channel = self._workspace.find_channel(name)
        if person.id not in channel.members:
            raise LookupError(f"{person.name} is not in #{channel.name}")
        return channel

    def _parent(self, channel: Channel, ts: str) -> str:
        """Return the stamp of the thread that a message starts or is in."""
        found = self._workspace.messages.get((channel.id, ts))
        if found is None:
            raise LookupError("that message is gone")
        return found.thread_ts or found.ts

    def _open_view(self) -> View:
        view = self.view()
        if view is None:
            raise LookupError(f"{self.person.name} has no form open")
        return view

    def _person_id(self, name: str) -> str:
        return self._workspace.find_person(name).id

    def _with_private(self, answer: Answer, *, wait_private: bool) -> Answer:
        if not (wait_private and answer.ok):
            return answer
        return self._exchanges.wait_private(answer, PRIVATE_WITHIN)


def _buttons(blocks: Iterable[Json], name: str) -> list[Placed]:
    return [
        placed
        for placed in forms.elements(blocks)
        if placed.element["type"] == "button"
        and name in {placed.element["text"]["text"], placed.action_id, placed.path}
    ]


def _menus(blocks: Iterable[Json]) -> list[Placed]:
    return [p for p in forms.elements(blocks) if p.element["type"] == "static_select"]


def _searching(blocks: Iterable[Json]) -> list[Placed]:
    return [p for p in forms.elements(blocks) if p.element["type"] == "external_select"]


def _offers(element: Json, choice: str) -> bool:
    try:
        forms.option_named(element, choice)
    except LookupError:
        return False
    return True


def _only(found: list[Placed], what: str, target: Message | View) -> Placed:
    if len(found) == 1:
        return found[0]
    there = ", ".join(_named(p) for p in forms.elements(target.blocks)) or "nothing"
    how_many = f"{len(found)} times" if found else "not there"
    raise LookupError(f"{what} is {how_many}; there is: {there}")


def _named(placed: Placed) -> str:
    element = placed.element
    if element["type"] == "button":
        return f"[{element['text']['text']}]"
    texts = "/".join(one["text"]["text"] for one in element.get("options", ()))
    return f"{placed.action_id} ({texts})" if texts else placed.action_id
