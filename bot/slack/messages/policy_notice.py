"""The notice to the leads of a policy that was accepted, or of a file that was not."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.incidents.deadlines import Kind
from bot.incidents.retargeting import Move
from bot.policy.policies import Policy
from bot.slack.blocks import Message, escape, shown
from bot.slack.messages.notice import notice
from bot.slack.phrases import Times, both, counted

_MOST_MOVES = 30
_MOST_PROBLEMS = 5
_LONGEST_PROBLEM = 500


def accepted_refs(name: str, at: datetime, moved: Sequence[Move]) -> dict[str, str]:
    """Return the refs of the notice that a policy is in force, and what it moved."""
    told = [
        [move.incident, move.kind, _written(move.old), _written(move.new)]
        for move in moved
    ]
    return {
        "name": name,
        "at": at.isoformat(),
        "moved": json.dumps(told),
    }


def refused_refs(name: str, since: datetime, problems: Sequence[str]) -> dict[str, str]:
    """Return the refs of the notice that a file is not loaded.

    `since` is when the policy that stays in force was accepted.
    """
    return {
        "name": name,
        "at": since.isoformat(),
        "problems": json.dumps(list(problems)),
    }


def accepted(refs: Mapping[str, str], policy: Policy, now: datetime) -> Message:
    """Return the notice that a policy is in force, and which deadlines it moved."""
    plain, token = both(policy.team_hours.zone, now, named=True)
    return notice(_accepted(refs, plain), _accepted(refs, token))


def refused(refs: Mapping[str, str], policy: Policy, now: datetime) -> Message:
    """Return the notice that a file is not loaded, and what is wrong with it."""
    plain, token = both(policy.team_hours.zone, now, named=True)
    return notice(_refused(refs, plain), _refused(refs, token))


def _accepted(refs: Mapping[str, str], times: Times) -> str:
    at = times.at(datetime.fromisoformat(refs["at"]))
    moved = json.loads(refs["moved"])
    head = f"{escape(refs['name'])} was changed and counts since {at}."
    if not moved:
        return f"{head} No open deadline moved."
    deadlines = counted(len(moved), "open deadline")
    lines = [_moved(times, *move) for move in moved[:_MOST_MOVES]]
    if (more := len(moved) - _MOST_MOVES) > 0:
        lines.append(f"and {more} more; the cards show them")
    return "\n".join([f"{head} {deadlines} moved:", *(f"• {line}" for line in lines)])


def _moved(
    times: Times, incident: int, kind: str, old: str | None, new: str | None
) -> str:
    due = [
        times.at(datetime.fromisoformat(at)) if at else "not owed" for at in (old, new)
    ]
    return f"INC-{incident} {Kind(kind).words} {due[0]} → {due[1]}"


def _refused(refs: Mapping[str, str], times: Times) -> str:
    name = refs["name"]
    problems = [
        shown(_without(name, problem), _LONGEST_PROBLEM)
        for problem in json.loads(refs["problems"])
    ]
    since = times.at(datetime.fromisoformat(refs["at"]))
    goes_on = f"The version of {since} goes on."
    if len(problems) == 1:
        return f"{escape(name)} was not loaded: {problems[0]}. {goes_on}"
    more = len(problems) - _MOST_PROBLEMS
    lines = [f"• {problem}" for problem in problems[:_MOST_PROBLEMS]]
    if more > 0:
        lines.append(f"and {more} more; `sevbot check` names them")
    return "\n".join([f"{escape(name)} was not loaded. {goes_on}", *lines])


def _without(name: str, problem: str) -> str:
    """Return a problem without the file's name where a line or a key follows it."""
    where = problem.removeprefix(name)
    return where.lstrip(" ,") if where.startswith((" line ", ", ")) else problem


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
