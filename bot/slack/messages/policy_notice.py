"""The notice to the leads of a policy that was accepted, or of a file that was not."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from bot.incidents.deadlines import Kind
from bot.incidents.retargeting import Kept, KeptBecause, Move
from bot.policy.policies import Policy
from bot.slack.blocks import Message, say, sections, shown
from bot.slack.marked import escape
from bot.slack.phrases import Voice, counted

_MOST_LINES = 30
_MOST_PROBLEMS = 5
_LONGEST_PROBLEM = 500
_LONGEST_NAME = 60
_CARDS = "the cards show them"


def accepted_refs(
    name: str, at: datetime, moved: Sequence[Move], kept: Sequence[Kept], policy: Policy
) -> dict[str, str]:
    """Return the refs of the notice that a policy counts, and what it changes.

    It counts from `at` on, or will if `planned` is added.
    """
    names = {plan.id: plan.name for plan in policy.plans}
    keeping = [
        [one.incident, names[one.plan], one.because, names.get(one.other or "")]
        for one in kept
    ]
    told = [
        [move.incident, move.kind, _written(move.old), _written(move.new)]
        for move in moved
    ]
    return {
        "name": name,
        "at": at.isoformat(),
        "moved": json.dumps(told),
        "kept": json.dumps(keeping),
    }


def planned_refs(*, is_to_come: bool, instead_of: datetime | None) -> dict[str, str]:
    """Return the refs that say that a policy is to come, and what does not come."""
    refs = {"planned": "yes"} if is_to_come else {}
    return refs | ({"instead_of": instead_of.isoformat()} if instead_of else {})


def refused_refs(name: str, since: datetime, problems: Sequence[str]) -> dict[str, str]:
    """Return the refs of the notice that a file is not loaded.

    `since` is when the policy that stays in force was accepted.
    """
    return {
        "name": name,
        "at": since.isoformat(),
        "problems": json.dumps(list(problems)),
    }


def accepted(refs: Mapping[str, str], voice: Voice) -> Message:
    """Return the notice that a policy is in force, and what it changed."""
    text, marked = (_accepted(refs, one) for one in voice.both())
    return say(text, sections(marked.splitlines()))


def differs(refs: Mapping[str, str], voice: Voice) -> str:
    """Say that two bots go by different policies."""
    one, two = (
        voice.at(datetime.fromisoformat(at), f"{refs[name]} of") if at else refs[name]
        for name, at in (("one", refs.get("one_at")), ("two", refs.get("two_at")))
    )
    return (
        "Two sevbots go by different policies here, so they promise different times by "
        f"turns: one by the version {one}, the other by {two}. Give both the same "
        "policies.yaml; `sevbot doctor` says the version of each."
    )


def _accepted(refs: Mapping[str, str], voice: Voice) -> str:
    is_planned = "planned" in refs
    counts = "will count from" if is_planned else "counts since"
    since = voice.at(datetime.fromisoformat(refs["at"]), counts)
    # A message that was queued by an older bot has no "kept".
    moved, kept = json.loads(refs["moved"]), json.loads(refs.get("kept", "[]"))
    head = f"{escape(refs['name'])} was changed and {since}.{_instead(refs, voice)}"
    if not moved and not kept:
        return f"{head} No open deadline {'would move' if is_planned else 'moved'}."
    lists = []
    if moved:
        deadlines = counted(len(moved), "open deadline")
        tenses = ("is", "then") if is_planned else ("was", "now")
        lines = [_moved(voice, tenses, move) for move in moved]
        said = "would move as things stand" if is_planned else "moved"
        lists.append(_listed(f"{deadlines} {said}:", lines, _MOST_LINES, _CARDS))
    if kept:
        keep = "keeps its plan" if len(kept) == 1 else "keep their plans"
        said = f"{counted(len(kept), 'open incident')} {keep}; *More* changes it:"
        lines = [_kept(*one) for one in kept]
        lists.append(_listed(said, lines, _MOST_LINES, _CARDS))
    return f"{head} " + "\n".join(lists)


def _instead(refs: Mapping[str, str], voice: Voice) -> str:
    """Return what becomes of a change that was to come."""
    if "instead_of" not in refs:
        return ""
    at = voice.at(datetime.fromisoformat(refs["instead_of"]), "was to count from")
    return f" The change that {at} does not come."


def _listed(head: str, lines: Sequence[str], most: int, others: str) -> str:
    told = [f"• {line}" for line in lines[:most]]
    if (more := len(lines) - most) > 0:
        told.append(f"and {more} more; {others}")
    return "\n".join([head, *told])


def _kept(incident: int, plan: str, because: str, other: str | None) -> str:
    goes_on = f"INC-{incident} goes on under {shown(plan, _LONGEST_NAME)};"
    now = shown(other or "", _LONGEST_NAME)
    match KeptBecause(because):
        case KeptBecause.OTHER_PLAN:
            return f"{goes_on} its customer has {now} now"
        case KeptBecause.NOT_LISTED:
            return f"{goes_on} its customer is not listed any more"
        case KeptBecause.LISTED_NOW:
            return f"{goes_on} it may be about a customer listed now, with {now}"
        case never:
            assert_never(never)


def _moved(
    voice: Voice,
    tenses: tuple[str, str],
    move: tuple[int, str, str | None, str | None],
) -> str:
    incident, kind, *instants = move
    due = [
        voice.at(datetime.fromisoformat(at), f"{tense} due")
        if at
        else f"{tense} not owed"
        for tense, at in zip(tenses, instants, strict=True)
    ]
    return f"INC-{incident} {Kind(kind).words} {due[0]}, {due[1]}"


def refused(refs: Mapping[str, str], voice: Voice) -> str:
    """Say that a file is not loaded, and what is wrong with it."""
    name = refs["name"]
    problems = [
        shown(_without(name, problem), _LONGEST_PROBLEM)
        for problem in json.loads(refs["problems"])
    ]
    version = voice.at(datetime.fromisoformat(refs["at"]), "The version of")
    goes_on = f"{version} stays in force.{_instead(refs, voice)}"
    if len(problems) == 1:
        return f"{escape(name)} was not loaded: {problems[0]}. {goes_on}"
    head = f"{escape(name)} was not loaded. {goes_on}"
    return _listed(head, problems, _MOST_PROBLEMS, "`sevbot check` names them")


def _without(name: str, problem: str) -> str:
    """Return a problem without the file's name where a line or a key follows it."""
    where = problem.removeprefix(name)
    return where.lstrip(" ,") if where.startswith((" line ", ", ")) else problem


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
