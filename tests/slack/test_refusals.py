"""Why something was refused, as people read it in Slack."""

from typing import get_args

import pytest

from bot.incidents import refusals
from bot.incidents.incidents import Status
from bot.incidents.refusals import Reason, Since
from bot.policy.severities import Severity
from bot.slack.refusals import worded
from tests.factories import pacific

NAME = "INC-42"
TEN = pacific(24, "10:00")


def token(before: str) -> str:
    """Return the date token of ten o'clock, after these words."""
    day = "Tue 24 Nov 2026 18:00 UTC"
    return f"<!date^1795543200^{before} {{date_long_pretty}} {{time}}|{before} {day}>"


SENTENCES: list[tuple[Reason, str]] = [
    (
        refusals.AlreadyClosed(NAME, Status.RESOLVED, "U0ANA", TEN),
        f"INC-42 was already {token('resolved')} by <@U0ANA>.",
    ),
    (
        refusals.AlreadyClosed(NAME, Status.VOID, "U0ANA", TEN),
        f"INC-42 was already {token('closed as void')} by <@U0ANA>.",
    ),
    (refusals.StillOpen(NAME), "INC-42 is open."),
    (refusals.YoursAlready(NAME), "INC-42 is yours already."),
    (
        refusals.OwnedMeanwhile(NAME, "U0BEN", TEN),
        f"INC-42 was {token('taken')} by <@U0BEN>.",
    ),
    (refusals.NobodyOwns(NAME), "Nobody owns INC-42; take it first."),
    (refusals.NotWaiting(NAME), "INC-42 does not wait for the customer."),
    (
        refusals.NothingChanged(NAME),
        "INC-42 has that severity and plan already.",
    ),
    (refusals.OwnsAlready(NAME, "U0BEN"), "<@U0BEN> owns INC-42 already."),
    (
        refusals.OfferedToSelf(NAME),
        "To own INC-42 yourself press Take it or Take over.",
    ),
    (refusals.NotOffered(NAME), "INC-42 is not offered to you any more."),
    (refusals.NoSuchIncident(7), "There is no INC-7."),
    (
        refusals.NoSuchPlan(NAME, "gold & co"),
        "The policy has no plan “gold &amp; co” any more, so nobody can say what is "
        "owed on INC-42. Put it back into policies.yaml, then press again.",
    ),
    (
        refusals.NoSuchSeverity(NAME, Severity.SEV4),
        "The policy has no Sev4 any more, so nobody can say what is owed on INC-42. "
        "Put it back into policies.yaml, then press again.",
    ),
    (
        refusals.UnknownCustomer("<!here> Ltd"),
        "No customer named “&lt;!here&gt; Ltd” is in the policy.",
    ),
    (refusals.CustomersAlready(NAME, "A & B"), "INC-42 is A &amp; B's already."),
    (
        refusals.NotYet(),
        "That time lies ahead; log it once the customer was told.",
    ),
    (
        refusals.TooEarly(Since.REPORT, TEN),
        f"That is before {token('the customer reported it,')}.",
    ),
    (
        refusals.TooEarly(Since.LAST_UPDATE, TEN),
        f"That is before {token('the last update, or the reopening,')}.",
    ),
    (
        refusals.LoggedAlready(NAME, "U0BEN", TEN),
        f"INC-42: the update was already {token('logged for this message')} by "
        "<@U0BEN>.",
    ),
    (
        refusals.UpdateStays(NAME, is_late=True),
        "INC-42 keeps the update: it was logged more than a minute ago.",
    ),
    (
        refusals.UpdateStays(NAME, is_late=False),
        "INC-42 keeps the update: more has happened since it was logged.",
    ),
    (
        refusals.PastDue(TEN),
        f"That would pass the instant at which it is {token('due')}.",
    ),
    (
        refusals.NothingToSnooze(),
        "Already answered; there is nothing to snooze.",
    ),
    (
        refusals.NotAdmitted(),
        "Only full members of this workspace can use sevbot.",
    ),
    (
        refusals.NoSuchPerson(),
        "Slack knows no such person. Choose somebody else.",
    ),
    (
        refusals.SeveralPeople(("U0ANA", "U0BEN")),
        "Several people have that name: <@U0ANA> and <@U0BEN>. Type owner=@ and pick "
        "one of them from Slack's list, which shows their pictures and full names.",
    ),
    (
        refusals.SeveralPeople(tuple(f"U{n}" for n in range(7))),
        "Several people have that name: <@U0>, <@U1>, <@U2>, <@U3>, <@U4> and 2 "
        "more. Type owner=@ and pick one of them from Slack's list, which shows their "
        "pictures and full names.",
    ),
    (
        refusals.PersonLeft(),
        "That person has left. Choose somebody else.",
    ),
    (
        refusals.NoFullMember(),
        "That person is no full member here and can take nothing. "
        "Choose somebody else.",
    ),
    (refusals.SentAgain(), "It was sent again already."),
    (
        refusals.NotOnCall(),
        "There is nothing to cover: that person is not on call then.",
    ),
    (
        refusals.OnlyLeads(),
        "Only a lead can ask for somebody else. Leave the person empty.",
    ),
    (
        refusals.CoverTaken("U0ANA", TEN),
        f"<@U0ANA> {token('accepted it')} already.",
    ),
    (refusals.CoverWithdrawn("U0ANA", TEN), f"<@U0ANA> {token('withdrew it')}."),
    (refusals.CoverOver(TEN), f"Too late: that time {token('ended')}."),
    (
        refusals.CoverOwn(),
        "That shift is yours already; somebody else has to cover it.",
    ),
    (
        refusals.NotTheirCover(),
        "Only who asked, who is covered or who covers can withdraw it.",
    ),
]


@pytest.mark.parametrize(
    ("reason", "sentence"),
    SENTENCES,
    ids=[type(reason).__name__ for reason, _ in SENTENCES],
)
def test_each_refusal_has_its_sentence(reason: Reason, sentence: str) -> None:
    assert worded(reason) == sentence


def test_every_refusal_has_a_sentence() -> None:
    assert {type(reason) for reason, _ in SENTENCES} == set(get_args(Reason))


def test_an_instant_is_written_as_its_place_wants_it() -> None:
    refused = refusals.TooEarly(Since.REPORT, TEN)

    said = worded(refused, lambda _at, before: f"{before} 10:00")

    assert said == "That is before the customer reported it, 10:00."


def test_a_name_is_cut_where_it_would_flood_the_sentence() -> None:
    assert len(worded(refusals.UnknownCustomer("x" * 4000))) < 200
