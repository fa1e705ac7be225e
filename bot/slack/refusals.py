"""Why an act is refused, in a sentence for Slack."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from bot.incidents.incidents import Status
from bot.incidents.refusals import (
    AlreadyClosed,
    CoverOver,
    CoverOwn,
    CoverReason,
    CoverTaken,
    CoverWithdrawn,
    CustomersAlready,
    LoggedAlready,
    NobodyOwns,
    NoFullMember,
    NoSuchIncident,
    NoSuchPerson,
    NoSuchPlan,
    NoSuchSeverity,
    NotAdmitted,
    NothingChanged,
    NothingToSnooze,
    NotOffered,
    NotOnCall,
    NotTheirCover,
    NotWaiting,
    NotYet,
    OfferedToSelf,
    OnlyLeads,
    OwnedMeanwhile,
    OwnsAlready,
    PastDue,
    PersonLeft,
    Reason,
    SentAgain,
    SeveralPeople,
    Since,
    StillOpen,
    TooEarly,
    UnknownCustomer,
    UpdateStays,
    YoursAlready,
)
from bot.slack.blocks import mention, shown, when
from bot.slack.phrases import LONGEST_NAME, joined, quoted

_MOST_NAMED = 5
_SINCE = {
    Since.REPORT: "the customer reported it,",
    Since.LAST_UPDATE: "the last update, or the reopening,",
}


def worded(  # noqa: C901, PLR0912  # A table of sentences.
    reason: Reason, instant: Callable[[datetime, str], str] = when
) -> str:
    """Return why an act is refused and, where something helps, what to do instead.

    `instant` writes an instant after a word. The default is a date token, which only
    marked-up text can show.
    """
    match reason:
        case AlreadyClosed(name, status, by, at):
            how = "resolved" if status is Status.RESOLVED else "closed as void"
            return f"{name} was already {instant(at, how)} by {mention(by)}."
        case StillOpen(name):
            return f"{name} is open."
        case YoursAlready(name):
            return f"{name} is yours already."
        case OwnedMeanwhile(name, by, since):
            return f"{name} was {instant(since, 'taken')} by {mention(by)}."
        case NobodyOwns(name):
            return f"Nobody owns {name}; take it first."
        case NotWaiting(name):
            return f"{name} does not wait for the customer."
        case NothingChanged(name):
            return f"{name} has that severity and plan already."
        case OwnsAlready(name, owner):
            return f"{mention(owner)} owns {name} already."
        case OfferedToSelf(name):
            return f"To own {name} yourself press Take it or Take over."
        case NotOffered(name):
            return f"{name} is not offered to you any more."
        case NotYet():
            return "That time lies ahead; log it once the customer was told."
        case TooEarly(what, at):
            return f"That is before {instant(at, _SINCE[what])}."
        case LoggedAlready(name, by, at):
            logged = instant(at, "logged for this message")
            return f"{name}: the update was already {logged} by {mention(by)}."
        case UpdateStays(name, is_late):
            why = "more has happened since it was logged"
            if is_late:
                why = "it was logged more than a minute ago"
            return f"{name} keeps the update: {why}."
        case PastDue(due_at):
            return (
                f"That would pass the instant at which it is {instant(due_at, 'due')}."
            )
        case NothingToSnooze():
            return "Already answered; there is nothing to snooze."
        case SentAgain():
            return "It was sent again already."
        case (
            NoSuchIncident()
            | NoSuchPlan()
            | NoSuchSeverity()
            | UnknownCustomer()
            | CustomersAlready()
        ):
            return _of_name(reason)
        case (
            NotAdmitted()
            | NoSuchPerson()
            | SeveralPeople()
            | PersonLeft()
            | NoFullMember()
        ):
            return _of_person(reason)
        case (
            NotOnCall()
            | OnlyLeads()
            | CoverTaken()
            | CoverWithdrawn()
            | CoverOver()
            | CoverOwn()
            | NotTheirCover()
        ):
            return _of_cover(reason, instant)
        case _:
            assert_never(reason)


def _of_cover(reason: CoverReason, instant: Callable[[datetime, str], str]) -> str:
    match reason:
        case NotOnCall():
            return "There is nothing to cover: that person is not on call then."
        case OnlyLeads():
            return "Only a lead can ask for somebody else. Leave the person empty."
        case CoverTaken(by, at):
            return f"{mention(by)} {instant(at, 'accepted it')} already."
        case CoverWithdrawn(by, at):
            return f"{mention(by)} {instant(at, 'withdrew it')}."
        case CoverOver(until):
            return f"Too late: that time {instant(until, 'ended')}."
        case CoverOwn():
            return "That shift is yours already; somebody else has to cover it."
        case NotTheirCover():
            return "Only who asked, who is covered or who covers can withdraw it."
        case _:
            assert_never(reason)


def _of_name(
    reason: NoSuchIncident
    | NoSuchPlan
    | NoSuchSeverity
    | UnknownCustomer
    | CustomersAlready,
) -> str:
    match reason:
        case NoSuchIncident(number):
            return f"There is no INC-{number}."
        case NoSuchPlan(name, plan):
            return (
                f"The policy has no plan {quoted(plan, LONGEST_NAME)} any more, so "
                f"nobody can say what is owed on {name}. Put it back into "
                "policies.yaml, then press again."
            )
        case NoSuchSeverity(name, severity):
            return (
                f"The policy has no {severity.label} any more, so nobody can say what "
                f"is owed on {name}. Put it back into policies.yaml, then press again."
            )
        case UnknownCustomer(written):
            return (
                f"No customer named {quoted(written, LONGEST_NAME)} is in the policy."
            )
        case CustomersAlready(name, customer):
            return f"{name} is {shown(customer, LONGEST_NAME)}'s already."
        case _:
            assert_never(reason)


def _of_person(
    reason: NotAdmitted | NoSuchPerson | SeveralPeople | PersonLeft | NoFullMember,
) -> str:
    match reason:
        case NotAdmitted():
            return "Only full members of this workspace can use sevbot."
        case NoSuchPerson():
            return "Slack knows no such person. Choose somebody else."
        case SeveralPeople(ids):
            those = [mention(id_) for id_ in ids[:_MOST_NAMED]]
            if len(ids) > _MOST_NAMED:
                those.append(f"{len(ids) - _MOST_NAMED} more")
            return (
                f"Several people have that name: {joined(those)}. Type owner=@ and "
                "pick one of them from Slack's list, which shows their pictures and "
                "full names."
            )
        case PersonLeft():
            return "That person has left. Choose somebody else."
        case NoFullMember():
            return (
                "That person is no full member here and can take nothing. "
                "Choose somebody else."
            )
        case _:
            assert_never(reason)
