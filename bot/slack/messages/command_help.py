"""The answers to commands that ask for help."""

from collections.abc import Iterator

from bot.policy import wording
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import Target
from bot.slack.blocks import Message, say, section, sections, shown
from bot.slack.phrases import joined, plan_name


def message(policy: Policy, severity: Severity | None) -> Message:
    """Return how a command is typed, what the severities mean, and the targets.

    With `severity` its own targets come first.
    """
    command = f"/{(severity or Severity.SEV2).value}"
    usage = f"Type `{command} customer: what is wrong`"
    blocks = [section("\n".join(_usage(usage, command)))]
    for one in _severity_first(policy, severity):
        blocks.extend(sections(_severity_lines(one, policy)))
    text = f"{usage}; `{command}` alone opens a form."
    return say(text, blocks)


def no_command() -> Message:
    """Say that nobody reads what was written to the bot, and what it does read."""
    said = (
        "I only read commands: nothing was recorded, and nobody was told. "
        "`/sev2 customer: what is wrong` opens an incident, `/incident` lists what is "
        "open, `/incident help` says more."
    )
    return say(said, [section(said)])


def questions() -> Message:
    """Return what can be asked about incidents, and how one is opened."""
    usage = "Type `/incident` for all that is open, `/incident 42` for one"
    lines = [
        f"*{usage}*",
        "`/incident mine`, `late`, `unowned` and `due` (before your next morning) show "
        "a part of it, `/incident acme` a customer's.",
        "`/sev2 customer: what is wrong` opens an incident, `/sev2` alone a form; "
        "`/incident sev2` does the same where `/sev2` is another app's.",
        "`/triage what somebody wrote` says which severity it may have; so does "
        "*Triage this message*, in a message's menu.",
        "`/sev2 help` says what each severity means and promises.",
    ]
    return say(
        f"{usage}; `/sev2 help` is about opening one.", [section("\n".join(lines))]
    )


def _usage(usage: str, command: str) -> Iterator[str]:
    yield f"*{usage}*"
    yield "The customer is a name or an alias, or the one whose channel it is."
    yield (
        "Options, anywhere in the text: `plan=standard`, `owner=@name`, `at=09:40` "
        "(reported earlier), `link=https://...`"
    )
    yield f"`{command}` alone opens a form. `/incident` lists what is yours and due."


def no_severity(policy: Policy, severity: Severity) -> str:
    """Say that the policy has left a severity out, and which ones there are."""
    there = joined([f"`/{one}`" for one in policy.severities])
    return f"The policy has no {severity.label}. There is {there}."


def _severity_first(policy: Policy, severity: Severity | None) -> list[Severity]:
    return sorted(policy.severities, key=lambda one: (one is not severity, one))


def _severity_lines(severity: Severity, policy: Policy) -> Iterator[str]:
    """Yield what a severity means and, plan by plan, what is promised."""
    text = policy.severities[severity]
    name = f" ({shown(text.name, 60)})" if text.name else ""
    yield f"*{severity.label}{name}:* {shown(text.means, 600)}"
    for plan in policy.plans:
        first = _by_when("first response", policy.first_response(severity, plan.id))
        first = first or "no first-response target"
        then = _promised(policy.follow_up(severity, plan.id))
        if end := _by_when("resolution", policy.resolution(severity, plan.id)):
            then = f"{then}; {end}"
        yield f"• {plan_name(policy, plan.id)}: {first}, then {then}"


def _by_when(what: str, target: Target) -> str:
    """Return by when something is promised; empty if by no time."""
    if target.written:
        return f"{what}: {_promised(target)}"
    return f"{what} within {wording.words(target)}" if target.has_due else ""


def _promised(target: Target) -> str:
    return shown(wording.within_a_sentence(target), 60)
