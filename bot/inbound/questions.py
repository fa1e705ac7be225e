"""The answers to `/incident` (a list, one incident, the help) and `/oncall`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import UserError
from bot.inbound.failures import answered
from bot.inbound.voices import voice_to
from bot.incidents.work_list import Part, part
from bot.policy import likeness, quiet_hours
from bot.policy.likeness import PART
from bot.policy.names import folded
from bot.slack import typed
from bot.slack.blocks import Message, View, shown
from bot.slack.command_text import as_word, asks_for_help, near_customers
from bot.slack.messages import (
    answers,
    command_help,
    incident_list,
    on_call,
    one_incident,
    why_told,
)
from bot.slack.payloads import Shortcut
from bot.slack.phrases import Voice
from bot.triage import explanations, own_hours
from bot.triage.context import Context
from bot.triage.covers import Covers
from bot.triage.people import People
from bot.triage.use_cases import Triage

_NUMBER = re.compile(r"#?(?:inc[- ]?)?#?(\d{1,9})[:.,]?")
_LONGEST_NAME = 80
_IN_WORDS = {
    Part.MINE: "yours",
    Part.LATE: "late",
    Part.UNOWNED: "without an owner",
    Part.DUE: "due before your next morning, or late",
}


@dataclass(frozen=True, slots=True)
class Questions:
    """Answers what people ask about incidents. Asking changes nothing."""

    _context: Context
    _triage: Triage
    _people: People
    _covers: Covers

    def answer(
        self, text: str, by: str, page: int = 0, taken: int | None = None
    ) -> Message:
        """Return the answer to `/incident` and this text; `page` is of a list.

        What was `taken` from the list stays in it, with the next step.
        """
        if number := _NUMBER.fullmatch(folded(text)):
            return self._one(int(number[1]), by)
        if asks_for_help(text):
            return command_help.questions()
        voice = self._voice(by)
        lines = every = self._triage.listed(voice.zone)
        what = "open"
        wanted, word = typed.readable(typed.clean(text)).strip(), as_word(text)
        if word in frozenset(Part):
            lines, what = part(lines, Part(word), by), _IN_WORDS[Part(word)]
        elif folded(wanted):
            known = {one.incident.customer for one in lines} - {None}
            names = self._customers(wanted, map(str, known))
            lines = [one for one in lines if one.incident.customer in names]
            what = f"open for {shown(', '.join(names[:3]), _LONGEST_NAME)}"
        if moved := {one for one in every if one.incident.number == taken} - {*lines}:
            lines, what = [*lines, *moved], f"{what}, or just taken"
        wanted = wanted[:_LONGEST_NAME]
        return incident_list.message(
            lines, voice, what=what, wanted=wanted, page=page, taken=taken
        )

    def on_call(self, by: str, text: str = "") -> Message:
        """Return who is on call, until when and who is next, and the asker's covers.

        With `quiet 22:00-07:00`, or `quiet off`, set the asker's quiet hours first;
        `quiet` alone says which they are.
        """
        asked, _, hours = " ".join(text.split()).partition(" ")
        is_about_quiet = as_word(asked).rstrip(":,") == "quiet"
        if is_about_quiet and as_word(hours):
            self._set_quiet_hours(by, hours)
            return answered(None, lambda: self._on_call(by, is_about_quiet=True))
        return self._on_call(by, is_about_quiet=is_about_quiet)

    def _on_call(self, by: str, *, is_about_quiet: bool) -> Message:
        requests, voice = self._covers.shown(by), self._voice(by)
        said = on_call.quiet_line(voice.policy, self._people.quiet_hours(by))
        if is_about_quiet and not said:
            said = "You have no quiet hours."
        return on_call.message(voice, requests, said)

    def _set_quiet_hours(self, by: str, hours: str) -> None:
        word = as_word(hours)
        quiet = quiet_hours.read(word)
        if quiet is None and word != "off":
            what = shown(typed.readable(hours), _LONGEST_NAME)
            raise UserError(
                f"“{what}” is not a span of hours. Type `/oncall quiet 22:00-07:00`, "
                "by your own clock, or `/oncall quiet off`."
            )
        if not own_hours.set_quiet(self._context, by, quiet):
            raise UserError(
                "Slack has not said yet who you are. Type it again in a minute."
            )

    def month(self, by: str) -> View:
        return on_call.month(self._voice(by))

    def why_told(self, shortcut: Shortcut) -> Message:
        """Return why a message came to the person who asks."""
        told = explanations.explain(self._context, shortcut.channel, shortcut.ts)
        if told is None:
            return answers.sentence(why_told.NOT_OURS)
        return why_told.message(told, self._voice(shortcut.by))

    def _voice(self, by: str) -> Voice:
        return voice_to(self._context, self._people, by)

    def _one(self, number: int, by: str) -> Message:
        result, history = self._triage.look(number), self._triage.history(number)
        receipts = self._triage.receipts(number)
        return one_incident.message(result, history, self._voice(by), receipts)

    def _customers(self, wanted: str, known: Iterable[str]) -> list[str]:
        """Return the names of the customers that are meant.

        A name or an alias means its customer, a part of a name all who have something
        open.
        """
        policy = self._context.policy()
        customers = policy.customers
        found = policy.find_customer(wanted) or policy.find_customer(as_word(wanted))
        if found is not None:
            return [found.name]
        if names := sorted(one for one in known if likeness.names(wanted, one) >= PART):
            return names
        near = near_customers(wanted, customers)
        meant = f" Did you mean {shown(' or '.join(near), 200)}?" if near else ""
        raise UserError(
            f"There is no customer “{shown(wanted, _LONGEST_NAME)}”.{meant} Type "
            "`/incident help`."
        )
