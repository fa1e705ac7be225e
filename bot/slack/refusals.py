"""Why an act is refused, in a sentence for Slack."""

from collections.abc import Callable
from datetime import datetime

from bot.incidents import refusals
from bot.incidents.incidents import Status
from bot.incidents.refusals import Reason, Since
from bot.slack.blocks import mention, shown, when
from bot.slack.phrases import LONGEST_NAME, joined, quoted

_MOST_NAMED = 5
_SINCE = {
    Since.REPORT: "the customer reported it,",
    Since.LAST_UPDATE: "the last update, or the reopening,",
}
# What needs no more than a name or a number; a test asks that no reason is left out.
_PLAIN: dict[type[Reason], str] = {
    refusals.StillOpen: "{0.name} is open.",
    refusals.YoursAlready: "{0.name} is yours already.",
    refusals.NobodyOwns: "Nobody owns {0.name}; take it first.",
    refusals.NotWaiting: "{0.name} does not wait for the customer.",
    refusals.NothingChanged: "{0.name} has that severity and plan already.",
    refusals.OfferedToSelf: "To own {0.name} yourself press Take it or Take over.",
    refusals.NotOffered: "{0.name} is not offered to you any more.",
    refusals.NoSuchIncident: "There is no INC-{0.number}.",
    refusals.NotYet: "That time lies ahead; log it once the customer was told.",
    refusals.NothingToSnooze: "Already answered; there is nothing to snooze.",
    refusals.SentAgain: "It was sent again already.",
    refusals.NotAdmitted: "Only full members of this workspace can use sevbot.",
    refusals.NoSuchPerson: "Slack knows no such person. Choose somebody else.",
    refusals.PersonLeft: "That person has left. Choose somebody else.",
    refusals.NoFullMember: (
        "That person is no full member here and can take nothing. Choose somebody else."
    ),
    refusals.NotOnCall: "There is nothing to cover: that person is not on call then.",
    refusals.OnlyLeads: (
        "Only a lead can ask for somebody else. Leave the person empty."
    ),
    refusals.CoverOwn: "That shift is yours already; somebody else has to cover it.",
    refusals.NotTheirCover: (
        "Only who asked, who is covered or who covers can withdraw it."
    ),
}


def worded(  # noqa: C901, PLR0912  # A branch a sentence.
    reason: Reason, instant: Callable[[datetime, str], str] = when
) -> str:
    """Return why an act is refused and, where something helps, what to do instead.

    `instant` writes an instant after a word. The default is a date token, which only
    marked-up text can show.
    """
    match reason:
        case refusals.AlreadyClosed(name, status, by, at):
            how = "resolved" if status is Status.RESOLVED else "closed as void"
            return f"{name} was already {instant(at, how)} by {mention(by)}."
        case refusals.OwnedMeanwhile(name, by, since):
            return f"{name} was {instant(since, 'taken')} by {mention(by)}."
        case refusals.OwnsAlready(name, owner):
            return f"{mention(owner)} owns {name} already."
        case refusals.TooEarly(what, at):
            return f"That is before {instant(at, _SINCE[what])}."
        case refusals.LoggedAlready(name, by, at):
            logged = instant(at, "logged for this message")
            return f"{name}: the update was already {logged} by {mention(by)}."
        case refusals.UpdateStays(name, is_late):
            why = "more has happened since it was logged"
            if is_late:
                why = "it was logged more than a minute ago"
            return f"{name} keeps the update: {why}."
        case refusals.PastDue(due_at):
            due = instant(due_at, "due")
            return f"That would pass the instant at which it is {due}."
        case refusals.CoverTaken(by, at):
            return f"{mention(by)} {instant(at, 'accepted it')} already."
        case refusals.CoverWithdrawn(by, at):
            return f"{mention(by)} {instant(at, 'withdrew it')}."
        case refusals.CoverOver(until):
            return f"Too late: that time {instant(until, 'ended')}."
        case refusals.NoSuchPlan(name, plan):
            return _left_out(f"plan {quoted(plan, LONGEST_NAME)}", name)
        case refusals.NoSuchSeverity(name, severity):
            return _left_out(severity.label, name)
        case refusals.UnknownCustomer(written):
            who = quoted(written, LONGEST_NAME)
            return f"No customer named {who} is in the policy."
        case refusals.CustomersAlready(name, customer):
            return f"{name} is {shown(customer, LONGEST_NAME)}'s already."
        case refusals.SeveralPeople(ids):
            return _several(ids)
        case _:
            return _PLAIN[type(reason)].format(reason)


def _left_out(what: str, name: str) -> str:
    return (
        f"The policy has no {what} any more, so nobody can say what is owed on {name}. "
        "Put it back into policies.yaml, then press again."
    )


def _several(ids: tuple[str, ...]) -> str:
    those = [mention(id_) for id_ in ids[:_MOST_NAMED]]
    if len(ids) > _MOST_NAMED:
        those.append(f"{len(ids) - _MOST_NAMED} more")
    return (
        f"Several people have that name: {joined(those)}. Type owner=@ and pick one of "
        "them from Slack's list, which shows their pictures and full names."
    )
