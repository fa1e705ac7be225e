"""Handing an incident off: the giver owns it until the other accepts."""

from datetime import timedelta

import pytest

from tests.story import Story, pacific


@pytest.fixture
def offered(tuesday: Story) -> Story:
    """A Sev2 that ana owns and has asked ben to take."""
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("ana")
    tuesday.more("ana", "Hand off")
    tuesday.submit("ana", to="ben")
    return tuesday


def owner(story: Story) -> str:
    """Return the line of the card that names the owner."""
    return story.read(story.card()).splitlines()[2]


def test_an_offer_shows_the_incident_and_its_owner_until_acceptance(
    offered: Story,
) -> None:
    request = offered.slack.dm("ben")[-1]

    assert offered.read(request, "ben") == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*@ana asks you to take it.* First response due today 17:00, in 4 h. Acme "
        "reported it today 13:00 and has not heard yet. @ana keeps it until you "
        "accept; the offer stands until 13:15.\n"
        "[Accept] [Decline]"
    )
    assert (
        offered.receipt("ana")
        == "@ben is asked to take it. @ana keeps it until they accept."
    )


def test_the_giver_keeps_it_until_it_is_accepted(offered: Story) -> None:
    assert owner(offered) == (
        "*Owner:* @ana since today 10:00; offered to @ben, not accepted yet"
    )
    offered.advance(hours=4)

    assert len(offered.phone("ana")) > 0
    assert len(offered.phone("ben")) == 1


def test_accepting_an_offer_changes_the_owner_and_informs_the_giver(
    offered: Story,
) -> None:
    offered.press("ben", "Accept", offered.slack.dm("ben")[-1])

    assert owner(offered) == "*Owner:* @ben since today 10:00"
    assert offered.phone("ana")[-1] == (
        "@ben accepted INC-1 Acme (🔶 Sev2). It is @ben's now."
    )
    assert offered.thread()[-1] == "@ben accepted the hand-off from @ana."
    request = offered.slack.dm("ben")[-1]
    assert offered.read(request) == (
        "🔶 Sev2 · INC-1 · Acme\n"
        "push of apps fails (open the card)\n"
        "*It is yours.* First response due today 14:00, in 4 h.\n"
        "[First response sent] [Resolve] [Hand off]"
    )


def test_declining_an_offer_keeps_the_owner_and_informs_them(offered: Story) -> None:
    offered.press("ben", "Decline", offered.slack.dm("ben")[-1])

    assert owner(offered) == "*Owner:* @ana since today 10:00"
    assert offered.phone("ana")[-1] == (
        "@ben declined INC-1 Acme (🔶 Sev2). It stays yours. First response due 14:00, "
        "in 4 h."
    )
    request = offered.slack.dm("ben")[-1]
    assert offered.read(request) == (
        "INC-1 Acme (🔶 Sev2): the offer is over. It is @ana's."
    )


def test_an_offer_without_an_answer_goes_back_after_15_minutes(offered: Story) -> None:
    offered.advance(minutes=14)
    assert "offered to @ben" in owner(offered)

    offered.advance(minutes=1)

    assert owner(offered) == "*Owner:* @ana since today 10:00"
    assert offered.phone("ana")[-1] == (
        "@ben did not answer in 15 min; the offer of INC-1 Acme (🔶 Sev2) is over. It "
        "stays yours. First response due 14:00, in 3 h 45."
    )
    assert offered.phone("ben") == [
        "INC-1 Acme (🔶 Sev2): the offer is over. It is @ana's."
    ]


def test_an_answer_that_comes_too_late_is_refused(offered: Story) -> None:
    request = offered.slack.dm("ben")[-1]
    offered.advance(minutes=15)

    late = offered.asked("ben", "Accept", request, stale=True)

    assert late == "INC-1 is not offered to you any more."
    assert owner(offered) == "*Owner:* @ana since today 10:00"


def test_an_answered_offer_does_not_go_back(offered: Story) -> None:
    offered.press("ben", "Accept", offered.slack.dm("ben")[-1])
    told = offered.phone("ana")

    offered.advance(minutes=20)

    assert owner(offered) == "*Owner:* @ben since today 10:00"
    assert offered.phone("ana") == told


def test_a_second_offer_stands_for_its_own_15_minutes(offered: Story) -> None:
    offered.advance(minutes=10)
    offered.more("ana", "Hand off")
    offered.submit("ana", to="cem")

    offered.advance(minutes=10)
    assert "offered to @cem" in owner(offered)
    offered.advance(minutes=5)

    assert "offered" not in owner(offered)
    assert "@cem did not answer" in offered.phone("ana")[-1]


def test_an_offer_at_the_opening_of_a_sev1_holds_up_no_page(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1 acme: checkout is down owner=@cem")

    tuesday.advance(minutes=20)

    assert owner(tuesday) == "*Owner:* nobody yet"
    assert tuesday.phone("dee") == [
        "@cem did not answer in 15 min; the offer of INC-1 Acme (🔺 Sev1) is over. "
        "Nobody owns it."
    ]
    assert [line[:9] for line in tuesday.heard("ben")] == ["Tue 13:10"]


def test_an_offer_that_nobody_answers_moves_no_check_in(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1 acme: checkout is down")
    tuesday.take("ana")
    tuesday.more("ana", "Hand off")
    assert "Without an answer in 15 min the offer is over" in tuesday.form("ana")
    tuesday.submit("ana", to="ben")
    before = len(tuesday.heard("ana"))

    tuesday.advance(hours=2)

    over, asked = tuesday.heard("ana")[before:][:2]
    assert over.startswith("Tue 10:15 @ben did not answer in 15 min")
    assert asked.startswith("Tue 11:00 INC-1 Acme (🔺 Sev1): are you still on it?")


def test_an_offer_by_a_clock_that_was_ahead_goes_back_in_time(offered: Story) -> None:
    offered.clock.travel(offered.now - timedelta(days=1))
    offered.settle()

    offered.advance(minutes=16)

    assert "offered" not in owner(offered)


def test_reminders_go_to_the_new_owner(offered: Story) -> None:
    offered.press("ben", "Accept", offered.slack.dm("ben")[-1])
    heard = len(offered.phone("ana"))

    offered.advance(hours=4)

    assert "first response due" in offered.phone("ben")[-1]
    assert len(offered.phone("ana")) == heard


def test_a_former_owner_hears_who_took_over(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")

    tuesday.press("ana", "Take over", tuesday.card())

    assert tuesday.phone("dee") == [
        "INC-1 Acme (🔶 Sev2): @ana took it from @dee. The first response is still "
        "owed."
    ]
    assert tuesday.phone("ana") == []


def test_an_owner_hears_that_another_resolved_it(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")

    tuesday.fill_in("ana", "Resolve", note="Rolled back", confirmed=["yes"])

    assert tuesday.phone("dee") == [
        "INC-1 Acme (🔶 Sev2): Resolved by @ana: “Rolled back”. Reminders stop."
    ]


def test_taking_over_ends_an_offer(offered: Story) -> None:
    request = offered.slack.dm("ben")[-1]

    offered.press("lea", "Take over", offered.card())

    assert offered.phone("ana")[-1] == (
        "@lea took INC-1 Acme (🔶 Sev2); your offer of it is over."
    )
    late = offered.asked("ben", "Accept", request, stale=True)
    assert late == "INC-1 is not offered to you any more."
    assert offered.read(offered.slack.dm("ben")[-1]) == (
        "INC-1 Acme (🔶 Sev2): the offer is over. It is @lea's."
    )


def test_a_second_offer_replaces_the_first(offered: Story) -> None:
    offered.more("ana", "Hand off")
    offered.submit("ana", to="cem")

    assert "the offer is over" in offered.phone("ben")[-1]
    assert offered.buttons(offered.slack.dm("cem")[-1]) == ["Accept", "Decline"]
    assert "offered to @cem" in owner(offered)


def test_an_offer_ends_with_its_incident(offered: Story) -> None:
    offered.fill_in("ana", "Resolve", note="fixed", confirmed=["yes"])

    assert offered.phone("ben")[-1] == (
        "INC-1 Acme (🔶 Sev2): the offer is over, the incident is closed."
    )


def test_offering_anothers_incident_informs_both_of_the_answer(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("ana")
    tuesday.more("lea", "Hand off")
    tuesday.submit("lea", to="ben")

    tuesday.press("ben", "Decline", tuesday.slack.dm("ben")[-1])

    assert tuesday.phone("ana")[-1] == (
        "@ben declined INC-1 Acme (🔶 Sev2). It stays yours. First response due 14:00, "
        "in 4 h."
    )
    assert tuesday.phone("lea") == ["@ben declined INC-1 Acme (🔶 Sev2). It is @ana's."]


def test_an_unowned_incident_can_be_offered(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: slow")
    tuesday.more("dee", "Hand off")

    tuesday.submit("dee", to="cem")

    assert tuesday.receipt("dee") == (
        "@cem is asked to take it. It stays with nobody until they accept."
    )
    assert (
        "Nobody owns it until you accept; the offer stands until 10:15."
        in tuesday.read(tuesday.slack.dm("cem")[0])
    )
    tuesday.press("cem", "Accept", tuesday.slack.dm("cem")[0])
    assert owner(tuesday).startswith("*Owner:* @cem")
    assert tuesday.phone("dee") == [
        "@cem accepted INC-1 Acme (🔵 Sev3). It is @cem's now."
    ]


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("ana", "@ana owns INC-1 already."),
        ("dee", "To own INC-1 yourself press Take it or Take over."),
    ],
    ids=["the owner", "oneself"],
)
def test_an_incident_cannot_be_offered_to_its_owner_or_oneself(
    tuesday: Story, to: str, sentence: str
) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.take("ana")
    tuesday.more("dee", "Hand off")

    tuesday.submit("dee", to=to)

    assert sentence in tuesday.form("dee")
    assert "offered" not in owner(tuesday)


def test_a_person_who_left_cannot_be_offered_an_incident(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.leave("cem")
    tuesday.more("dee", "Hand off")

    answer = tuesday.submit("dee", to="cem")

    assert answer.errors == {"to": "That person has left. Choose somebody else."}


def test_a_guest_cannot_be_offered_an_incident(tuesday: Story) -> None:
    tuesday.slack.add_person("gus", is_restricted=True)
    tuesday.command("dee", "/sev2 acme: push of apps fails")
    tuesday.more("dee", "Hand off")

    answer = tuesday.submit("dee", to="gus")

    assert answer.errors == {
        "to": "That person is no full member here and can take nothing. Choose "
        "somebody else."
    }


def test_an_offer_under_a_plan_that_is_gone_holds_nothing_up(offered: Story) -> None:
    offered.command("dee", "/sev2 globex: sync is slow")
    offered.take("cem", 2)
    plans = offered.policy().plans
    offered.use_policy(plans=tuple(plan for plan in plans if plan.id != "premium"))

    # Not `advance`, which waits for the end of the offer.
    offered.clock.travel(pacific("2026-11-25 10:00"))
    offered.settle()

    assert not any("is over" in one for one in offered.phone("ana"))
    assert any("INC-2 Globex (🔶 Sev2)" in one for one in offered.heard("cem"))

    offered.use_policy(plans=plans)
    offered.settle()

    assert "the offer of INC-1 Acme (🔶 Sev2) is over" in offered.phone("ana")[-1]


def test_an_older_offer_does_not_come_back_with_the_next(offered: Story) -> None:
    offered.press("ben", "Decline", offered.slack.dm("ben")[-1])
    offered.take("dee")

    offered.more("dee", "Hand off")
    offered.submit("dee", to="ben")

    asked = [
        said
        for said in (offered.read(one, "ben") for one in offered.slack.dm("ben"))
        if "asks you to take it" in said
    ]
    assert len(asked) == 1
    assert "@dee asks you" in asked[0]
