"""The slash commands: `/sev1` to `/sev4`, `/triage`, `/incident` and `/oncall`."""

from dataclasses import dataclass

from bot.errors import UserError
from bot.inbound.failures import answered
from bot.inbound.questions import Questions
from bot.inbound.triages import Triages
from bot.policy.severities import Severity
from bot.slack import command_text
from bot.slack.blocks import Message, View, shown
from bot.slack.command_text import OpenRequest
from bot.slack.forms import opening
from bot.slack.messages import answers, command_help, opened
from bot.slack.payloads import Command
from bot.slack.phrases import Voice
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.people import People
from bot.triage.use_cases import Triage

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Commands:
    """Answers a command with a message that only the typist sees, or with a form."""

    _context: Context
    _triage: Triage
    _people: People
    _questions: Questions
    _triages: Triages

    def answer(self, command: Command) -> Message | View:
        """Do what a command asks for. A prefix such as `/acme-sev1` is fine."""
        if command.is_about_on_call:
            return self._questions.on_call(command.by, command.about_on_call)
        if command.is_question:
            return self._questions.answer(command.text, command.by)
        if command.is_triage:
            return self._triages.text(command)
        # Slash commands have no namespaces in Slack: of two apps with the same one the
        # last to be installed wins. So the manifest can give ours a prefix.
        # https://docs.slack.dev/interactivity/implementing-slash-commands
        if command.severity is None:
            name = shown(command.name, _LONGEST_NAME)
            raise UserError(f"sevbot does not know {name}. Type `/incident help`.")
        return self._severity(command, command.severity)

    def _severity(self, command: Command, severity: Severity) -> Message | View:
        policy, now = self._context.policy(), self._context.clock()
        if severity not in policy.severities:
            raise UserError(command_help.no_severity(policy, severity))
        typist = self._people.person(command.by)
        request = command_text.parse_command(
            command.arguments,
            policy=policy,
            channel=command.channel,
            typist_zone=typist.zone,
            now=now,
            people=self._people.ids(),
            names=self._people.name_of,
        )
        if isinstance(request, command_text.Help):
            return command_help.message(policy, severity)
        if isinstance(request, command_text.Form):
            described = OpenRequest(request.customer, plan=None, title="")
            entry = opening.OpenEntry(severity, command.channel, described)
            return self._triages.form(command.by, entry)
        if request.owner not in (None, command.by):
            self._people.must_be_member(str(request.owner))
        typed = "" if command.is_meant else f"{command.name} {command.text}"
        report = request.report(severity, command.channel, typed)
        result = self._triage.open(Act(command.by, command.key), report)

        def answer() -> Message:
            if result.is_same_again:
                return answers.same_again(
                    result.incident, policy, command.name, command.text
                )
            voice = Voice(policy, now, typist)
            return opened.message(result, voice, request.reading, like=result.like)

        return answered(result.incident.number, answer)
