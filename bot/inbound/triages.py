"""Triage what somebody typed or wrote, and do what they decide about it."""

from dataclasses import dataclass
from datetime import datetime

from bot.errors import SlackError, UserError
from bot.inbound.failures import answered
from bot.inbound.voices import voice_to
from bot.incidents.acts import Report
from bot.policy.severities import Severity
from bot.slack import actions, triage_text
from bot.slack.actions import Triaged
from bot.slack.blocks import Message, View
from bot.slack.client import Slack
from bot.slack.command_text import OpenRequest, as_word, asks_for_help
from bot.slack.events import Mention
from bot.slack.forms import opening
from bot.slack.forms.opening import OpenEntry
from bot.slack.messages import answers, command_help, opened, triaged
from bot.slack.payloads import Command, Payload, Press, Shortcut
from bot.slack.reasons import reason
from bot.slack.triage_text import TriageText
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.people import People
from bot.triage.results import Result
from bot.triage.triaging import NOT_ONE, Triaging
from bot.triage.use_cases import Triage

_SEVERITIES = {action: severity for severity, action in actions.OPEN_AS.items()}


@dataclass(frozen=True, slots=True)
class Triages:
    """Answers in private what somebody triages, and opens it."""

    _context: Context
    _triage: Triage
    _triaging: Triaging
    _people: People
    _slack: Slack

    def text(self, command: Command) -> Message:
        """Suggest a severity for what was typed after a command."""
        words = command.arguments
        if as_word(words) in {"", "-"} or asks_for_help(words):
            raise UserError(
                f"Type `{command.typed_name} what somebody wrote`; only you see which "
                "severity it may have, and nothing is opened until you press."
            )
        policy, names = self._context.policy(), self._people.name_of
        text = triage_text.of_command(command.arguments, command.channel, policy, names)
        return self.suggested(text, command.by, about=command.key)

    def shortcut(self, shortcut: Shortcut) -> Message:
        """Suggest a severity for the message on which a shortcut was chosen."""
        return self._message(shortcut.message, shortcut.channel, shortcut.by)

    def mention(self, mention: Mention) -> Message | None:
        """Suggest a severity for a message that mentions the bot.

        Without other words it is about the message above its thread. `None` if it only
        mentions the bot within code.
        """
        text = triage_text.beside_mention(mention.message, self._people.home().user)
        if text is None:
            return None
        message: Payload = {**mention.message, "text": text}
        if not triage_text.has_words(text) and mention.thread is not None:
            message = self._parent(mention.channel, mention.thread)
        return self._message(message, mention.channel, mention.by)

    def _parent(self, channel: str, ts: str) -> Payload:
        try:
            return self._slack.parent(channel, ts)
        except SlackError as error:
            raise UserError(
                f"I cannot read the message above: {reason(error.code)}. *Triage this "
                "message* in its menu needs no right to read."
            ) from error

    def _message(self, message: Payload, channel: str, by: str) -> Message:
        """Suggest a severity or, if it was opened already, name the incident."""
        policy, names = self._context.policy(), self._people.name_of
        site, bot = self._people.home().url, self._people.home().user
        ts = str(message["ts"])
        thread = str(message.get("thread_ts") or ts)
        theirs = self._triaging.of_thread(channel, ts, thread)
        if theirs is not None:
            return self._standing(theirs, by)
        if message.get("user") == bot:
            raise UserError("I wrote that myself.")
        text = triage_text.of_message(message, channel, site, policy, names)
        assert text.link is not None, "a message has a link"
        standing = self._triaging.standing(text.link)
        if standing is not None:
            return self._standing(standing, by)
        return self.suggested(text, by, about=text.link)

    def open(self, press: Press) -> Message:
        """Open what was triaged, with the severity of the button."""
        severity = self._there(_SEVERITIES[press.action])
        carried = actions.read_triaged(press.value)
        now = self._context.clock()
        report = Report(
            severity=severity,
            title=carried.title,
            channel=carried.channel,
            customer=carried.customer,
            reported_at=carried.reported_at(now),
            link=carried.link,
            about=carried.about,
            suggested=carried.candidates,
        )
        result = self._triage.open(Act(press.by, press.key), report)

        def answer() -> Message:
            if result.is_same_again:
                return self._standing(result, press.by)
            voice = voice_to(self._context, self._people, press.by)
            return opened.message(result, voice, like=result.like)

        return answered(result.incident.number, answer)

    def form_of(self, press: Press) -> View:
        """Open the form with what was triaged in it."""
        carried = actions.read_triaged(press.value)
        mildest = max(self._context.policy().severities)
        suggested = [Severity(one) for one in carried.candidates if one != NOT_ONE]
        severity = self._there(next(iter(suggested), min(Severity.SEV3, mildest)))
        request = OpenRequest(carried.customer, plan=None, title=carried.title)
        entry = OpenEntry(severity, carried.channel, request, carried)
        return self.form(press.by, entry)

    def form(self, by: str, entry: OpenEntry) -> View:
        """Return the form that opens an incident, with what its choices lead to."""
        _, voice = voice_to(self._context, self._people, by).both()
        recorded = self._triage.foreseen(by, entry.report(voice.now))
        said, like = opened.foreseen(recorded, voice), ""
        if title := entry.request.title:
            like = triaged.in_form(self._triaging.suggest(title), voice.policy)
        return opening.view(voice.policy, entry, foreseen=said, suggested=like)

    def _there(self, severity: Severity) -> Severity:
        """Return a severity. Raises UserError if the policy has left it out."""
        policy = self._context.policy()
        if severity not in policy.severities:
            raise UserError(command_help.no_severity(policy, severity))
        return severity

    def decline(self, press: Press) -> Message:
        """Note that what was triaged is no incident."""
        carried = actions.read_triaged(press.value)
        standing = self._triaging.decline(press.by, carried.about, carried.candidates)
        if standing is not None:
            return self._standing(standing, press.by)
        return answers.sentence("Noted: not an incident. Nothing was opened.")

    def suggested(self, text: TriageText, by: str, about: str) -> Message:
        voice = voice_to(self._context, self._people, by)
        found = self._triaging.look(by, text.words, reported(text, voice.now))
        carried = Triaged(
            about=about,
            title=text.title,
            customer=text.customer,
            channel=text.channel,
            said_at=text.at.timestamp() if text.at else None,
            candidates=tuple(str(one.candidate.severity or NOT_ONE) for one in found),
        )
        declined = self._triaging.declined(about)
        said_by = declined.by if declined else None
        return triaged.message(found, carried, voice, declined_by=said_by)

    def _standing(self, result: Result, by: str) -> Message:
        return triaged.standing(result, voice_to(self._context, self._people, by))


def reported(text: TriageText, now: datetime) -> Report:
    return Report(
        severity=Severity.SEV1,
        title=text.title,
        channel=text.channel,
        customer=text.customer,
        reported_at=text.at and min(text.at, now),
    )
