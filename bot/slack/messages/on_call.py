"""The answer to `/oncall`: who is on call, until when and who is next; the month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from bot.business_time.schedules import Span
from bot.incidents.incidents import Incident
from bot.policy import quiet_hours
from bot.policy.covers import CoverRequest
from bot.policy.on_call import Role
from bot.policy.on_call_ahead import Trouble
from bot.policy.policies import Policy
from bot.policy.rotations import Holders, Shift
from bot.policy.severities import named_severity
from bot.slack import actions
from bot.slack.blocks import (
    LONGEST_BUTTON,
    Message,
    View,
    beside,
    button,
    channel_link,
    confirmation,
    mention,
    say,
    section,
    sections,
    shown,
)
from bot.slack.blocks import actions as row
from bot.slack.cutting import cut
from bot.slack.forms.inputs import modal
from bot.slack.messages.notice import notice
from bot.slack.phrases import (
    LONGEST_NAME,
    LONGEST_NAME_IN_A_LIST,
    NO_LINKS,
    Voice,
    and_more,
    joined,
    linked_name,
    name_of,
    opened_up,
    plan_name,
)

ID = "month_view"

_AHEAD = timedelta(days=31)
_MOST_SHIFTS = 100
_MOST_COVERS = 10


def message(voice: Voice, requests: Sequence[CoverRequest], quiet: str = "") -> Message:
    """Return who is on call at each level, and the reader's covers, with Withdraw.

    `quiet` is what is said of the reader's quiet hours.
    """
    plain, token = voice.both()
    text = " ".join([*filter(None, [quiet]), *_now(plain)])
    blocks = [*map(section, filter(None, [quiet])), *sections(_now(token))]
    groups: dict[str, list[CoverRequest]] = {}
    for one in requests:
        groups.setdefault(one.request, []).append(one)
    for request in [*groups.values()][:_MOST_COVERS]:
        line = f"{cover_of(request, token)} {_answered(request[0])}"
        blocks.append(beside(line, _withdraw(request[0])))
    blocks += map(section, and_more([*groups], _MOST_COVERS))
    blocks.append(
        row(
            [
                button("Cover for me", actions.ASK_FOR_COVER, "cover"),
                button("The month ahead", actions.MONTH, "month"),
            ]
        )
    )
    return say(text, blocks)


def quiet_line(policy: Policy, quiet: Span | None) -> str:
    """Return what a person's quiet hours mean; empty if they have none."""
    if quiet is None:
        return ""
    ends, where = quiet_hours.clock(quiet.closes), "in your next list"
    if quiet_hours.are_all(quiet, policy.persons_week):
        where = f"in a list at {ends}, for that is your whole working day"
    return (
        f"Your quiet hours: {quiet_hours.clock(quiet.opens)} to {ends}. Reminders and "
        f"offers wait then, unless they wake people: reminders come {where}, offers at "
        f"{ends}. What somebody does to what is yours still comes at once. `/oncall "
        "quiet off` ends them."
    )


def month(voice: Voice) -> View:
    """Return the shifts of the month ahead, level by level, in the reader's zone."""
    blocks = []
    for level, role, holders in voice.policy.on_call.written():
        lines = [f"*{_title(voice.policy, level, role)}*"]
        shifts = [
            *voice.policy.on_call.shifts(level, holders, voice.now, voice.now + _AHEAD)
        ]
        lines += [_row(shift, voice) for shift in shifts[:_MOST_SHIFTS]]
        blocks += [*sections([*lines, *and_more(shifts, _MOST_SHIFTS)])]
    return modal("The month ahead", blocks, callback_id=ID, close="Close")


def next_shift(refs: Mapping[str, str], voice: Voice) -> Message:
    """Tell a person that a changed plan alters when they are on call next."""
    of = what_of(voice.policy, refs["of"])
    said = []
    for one in voice.both():
        was, becomes = (_span(refs[name], one) for name in ("was", "becomes"))
        line = f"You are on call ({of}) {becomes}"
        if not becomes:
            line = f"You are no longer on call ({of}) {was}"
        elif was:
            line += f", no longer {was}"
        said.append(f"{line}. The plan changed; `/oncall` has the month.")
    return notice(*said)


def _span(written: str, voice: Voice) -> str:
    if not written:
        return ""
    since, until = map(datetime.fromisoformat, written.split("/"))
    return f"{voice.at(since, 'from')} {voice.at(until, 'to')}"


def nobody(incident: Incident, policy: Policy, url: str | None) -> Message:
    """Tell the leads of a page that rings for nobody."""
    fallback = channel_link(policy.channels.fallback)
    said = (
        f"is paged in {fallback} alone: nobody is on call, in any role. Call somebody, "
        "or take it."
    )
    links = {incident.number: url} if url else NO_LINKS
    return notice(
        f"{name_of(incident, policy)} {said}",
        f"{linked_name(incident, policy, links)} {said}",
    )


def ahead(refs: Mapping[str, str], voice: Voice) -> str:
    """Tell the leads of a gap, a double booking or a cover that fits no shift."""
    what = joined([what_of(voice.policy, one) for one in refs["of"].split()])
    people = [mention(one) for one in refs["people"].split()]
    span = voice.at(datetime.fromisoformat(refs["since"]), "from")
    if refs["until"]:
        span += f" {voice.at(datetime.fromisoformat(refs['until']), 'to')}"
    trouble = Trouble(refs["trouble"])
    match trouble:
        case Trouble.GAP:
            return f"Nobody is on call as {what} {span}. Mend `policies.yaml`."
        case Trouble.DOUBLE:
            both_are = f"{people[0]} is on call twice {span}: as {what}."
            return f"{both_are} Find a cover for one of them: `/oncall`."
        case Trouble.CONFLICT:
            covers = f"{people[0]} covers {people[1]} ({what}) {span}"
            return (
                f"{covers}, but {people[1]} is not on call then any more. The cover "
                "stays; withdraw it by `/oncall` if it should not."
            )
        case _:
            assert_never(trouble)


def cover_of(requests: Sequence[CoverRequest], voice: Voice, whose: str = "") -> str:
    """Return what is to be covered: @ana (support) from Sat 10:00 to Sun 18:00.

    `whose` stands in place of the name of the person who is covered.
    """
    whose = whose or mention(requests[0].instead_of)
    since = min(one.begins_at for one in requests)
    until = max(one.ends_at for one in requests)
    what = joined([what_of(voice.policy, one.of_what) for one in requests])
    span = f"{voice.at(since, 'from')} {voice.at(until, 'to')}"
    return f"{whose} ({what}) {span}."


def what_of(policy: Policy, of: str) -> str:
    """Return a rotation or a level in words: support, backup for Sev1."""
    if not of.startswith("on_call."):
        return shown(of, LONGEST_NAME)
    role = Role(of.rpartition(".")[2])
    return _level(policy, of, role)


def _level(policy: Policy, level: str, role: Role) -> str:
    _, kind, name = f"{level.rpartition('.')[0]}..".split(".", 2)
    name = name.rstrip(".")
    if kind == "severities":
        severity = named_severity(name)
        of = policy.severity_name(severity) if severity else name
        return f"{role} for {shown(of, LONGEST_NAME_IN_A_LIST)}"
    return f"{role} for {plan_name(policy, name)}" if kind == "plans" else role.value


def _title(policy: Policy, level: str, role: Role) -> str:
    words = _level(policy, level, role)
    return words[:1].upper() + words[1:]


def _now(voice: Voice) -> Iterator[str]:
    for level, role, holders in voice.policy.on_call.written():
        yield f"{_title(voice.policy, level, role)}: {_who(level, holders, voice)}"


def _who(level: str, holders: Holders, voice: Voice) -> str:
    """Return who is on at a level, until when, and who is next."""
    on_call = voice.policy.on_call
    shift = on_call.shift(level, holders, voice.now)
    if shift.until is None:
        return f"{_person(shift)}."
    until = f"{voice.at(shift.until, 'until')}{voice.far(shift.until)}"
    following = on_call.shift(level, holders, shift.until)
    return f"{_person(shift)} {until}, then {_person(following)}."


def _row(shift: Shift, voice: Voice) -> str:
    since = voice.at(shift.since, "from") if shift.since else "from now on"
    until = f" {voice.at(shift.until, 'to')}" if shift.until else ""
    return opened_up(f"{since}{until}: {_person(shift)}")


def _person(shift: Shift) -> str:
    if shift.person is None:
        return "nobody"
    instead = f" for {mention(shift.instead_of)}" if shift.instead_of else ""
    return f"{mention(shift.person)}{instead}"


def _answered(one: CoverRequest) -> str:
    if one.accepted_by is None:
        return "Nobody has accepted yet."
    return f"{mention(one.accepted_by)} covers it."


def _withdraw(one: CoverRequest) -> dict[str, object]:
    words = "The shift is as it was before, from now on. Who is concerned hears of it."
    return button(
        "Withdraw",
        actions.WITHDRAW_COVER,
        one.request,
        label=cut("Withdraw the cover", LONGEST_BUTTON),
        confirm=confirmation("Withdraw this?", words, "Withdraw", "Leave it"),
    )
