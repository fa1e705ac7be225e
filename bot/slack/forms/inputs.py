"""The inputs that forms share: how each is shown, and how its value is read.

Each input's block id is also its action id, and names it in errors.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import UTC, datetime
from typing import Any

from bot.errors import BotError
from bot.incidents.acts import CLOCKS_DIFFER
from bot.slack import typed
from bot.slack.blocks import Block, Element, View, option, plain, select
from bot.slack.payloads import Submission

LONGEST_VIEW_TITLE = 24
LONGEST_METADATA = 3000
MOST_VIEW_BLOCKS = 100

LONGEST_LINE = 250

ANSWER_TO = "answer_to"
LINK = "link"
WHEN = "when"


class FieldErrors(BotError):  # noqa: N818  # Several, one an input.
    """What to correct in a form: a sentence for each input, by its block id."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def modal(  # noqa: PLR0913  # Each is one of Slack's own fields.
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: str | None = None,
    close: str = "Cancel",
    metadata: Mapping[str, object] | None = None,
) -> View:
    """Return a form. Slack returns `metadata` with it; it must not be a secret."""
    carried = json.dumps(dict(metadata or {}), ensure_ascii=False)
    if len(carried) > LONGEST_METADATA or len(blocks) > MOST_VIEW_BLOCKS:
        raise ValueError("a form is too large for Slack")
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, LONGEST_VIEW_TITLE),
        "close": plain(close, LONGEST_VIEW_TITLE),
        "blocks": list(blocks),
        "private_metadata": carried,
    }
    if submit is not None:
        view["submit"] = plain(submit, LONGEST_VIEW_TITLE)
    return view


def field(  # noqa: PLR0913  # Each is one of Slack's own fields.
    block_id: str,
    label: str,
    element: Element,
    *,
    hint: str | None = None,
    optional: bool = False,
    is_told: bool = False,
) -> Block:
    """Return an input with its label. `is_told`: each choice in it is sent at once."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": {"action_id": block_id, **element},
        "optional": optional,
    }
    if is_told:
        block["dispatch_action"] = True
    if hint is not None:
        block["hint"] = plain(hint, 2000)
    return block


def text_input(longest: int, *, multiline: bool = False, initial: str = "") -> Element:
    """Return an input for text; Slack refuses more than `longest` characters."""
    element: Element = {
        "type": "plain_text_input",
        "multiline": multiline,
        "max_length": longest,
    }
    if initial:
        element["initial_value"] = initial
    return element


def choice(options: Sequence[Element], *, initial: Element | None = None) -> Element:
    """Return a menu for `field`, which gives it its action id."""
    element = select("menu", "Choose", options, initial=initial)
    del element["action_id"]
    return element


def radio(options: Sequence[Element], *, initial: Element | None = None) -> Element:
    """Return radio buttons."""
    element: Element = {"type": "radio_buttons", "options": list(options)}
    return element if initial is None else {**element, "initial_option": initial}


def checkbox(text: str) -> Element:
    """Return one box to tick."""
    return {"type": "checkboxes", "options": [option(text, "yes")]}


def person_input() -> Element:
    """Return a menu of the workspace's people."""
    return {"type": "users_select", "placeholder": plain("Choose a person", 150)}


def answering(view: View, url: str | None) -> View:
    """Return a form that carries where its answer goes, once it has worked."""
    if url is None:
        return view
    carried = {**json.loads(view["private_metadata"]), ANSWER_TO: url}
    return {**view, "private_metadata": json.dumps(carried, ensure_ascii=False)}


def when_field(label: str, *, is_told: bool = False) -> Block:
    """Return an input for an instant, in the zone of the person at the form.

    It starts empty, which means now: a preset instant would go stale while the form is
    open.
    """
    element: Element = {"type": "datetimepicker"}
    return field(
        WHEN, label, element, hint="Empty: now.", optional=True, is_told=is_told
    )


def link_field() -> Block:
    """Return the input of a link."""
    link = text_input(typed.LONGEST_LINK)
    return field(LINK, "Link", link, hint="Empty: no link.", optional=True)


@dataclass(frozen=True, slots=True)
class Entered:
    """What was entered in a form, input by input.

    What must be corrected is gathered, so that a person sees all of it at once.
    """

    form: Submission
    _wrong: dict[str, str] = field_of(default_factory=dict)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata that the form was opened with."""
        read = json.loads(self.form.metadata or "{}")
        assert isinstance(read, dict), "a form carries an object of ours"
        return read

    @property
    def number(self) -> int:
        """The incident that the form is about."""
        return int(self.metadata["incident"])

    def text(self, block_id: str) -> str:
        """Return typed text without control characters, empty where there is none."""
        return typed.clean_lines(self._state(block_id).get("value") or "")

    def line(self, block_id: str) -> str:
        """Return typed text on one line."""
        return " ".join(self.text(block_id).split())

    def correct(self, block_id: str, sentence: str) -> None:
        """Note what to correct in an input."""
        self._wrong[block_id] = sentence

    def must_be_right(self) -> None:
        """Raise FieldErrors if there is anything to correct."""
        if self._wrong:
            raise FieldErrors(self._wrong)

    def required(self, block_id: str, sentence: str) -> str:
        """Return typed text, which must not be blank."""
        text = self.text(block_id)
        if not text:
            self.correct(block_id, sentence)
        return text

    def chosen(self, block_id: str) -> str | None:
        """Return the value of a chosen option, `None` if there is none."""
        chosen = self._state(block_id).get("selected_option")
        return None if chosen is None else str(chosen["value"])

    def is_ticked(self, block_id: str) -> bool:
        """Return whether the one box of an input is ticked."""
        return bool(self._state(block_id).get("selected_options"))

    def person(self, block_id: str) -> str | None:
        """Return the id of a chosen person."""
        return self._state(block_id).get("selected_user")

    def moment(self, block_id: str) -> datetime | None:
        """Return a chosen instant, which may lie ahead; `None` if there is none."""
        seconds = self._state(block_id).get("selected_date_time")
        return None if seconds is None else datetime.fromtimestamp(int(seconds), UTC)

    def instant(self, now: datetime) -> datetime | None:
        """Return when something happened, `None` for now; it must not lie ahead."""
        at = self.moment(WHEN)
        if at is None:
            return None
        if at > now + CLOCKS_DIFFER:
            self.correct(WHEN, "That has not come yet. Choose when it was. Empty: now.")
        return min(at, now)

    def link(self) -> str:
        """Return a link, empty if there is none."""
        text = self.line(LINK)
        try:
            return typed.link(text) if text else ""
        except ValueError:
            sentence = "Write a link that begins with http:// or https://."
            self.correct(LINK, sentence)
            return ""

    def _state(self, block_id: str) -> Mapping[str, Any]:
        return self.form.values.get(block_id, {}).get(block_id, {})
