"""Quiet hours of one's own: `/oncall quiet 22:00-07:00`."""

import re

import pytest

from tests.field import ROOT, read_policy
from tests.stories.conftest import Tell
from tests.story import Story, pacific

NIGHT = "/oncall quiet 22:00-07:00"


def said(story: Story, text: str, who: str = "ana") -> str:
    """Return the first line of the private answer to a command."""
    return story.read(story.command(who, text).private, who).splitlines()[0]


def test_they_are_said_until_they_are_over(tuesday: Story) -> None:
    line = (
        "Your quiet hours: 22:00 to 07:00. Reminders and offers wait then, unless they "
        "wake people: reminders come in your next list, offers at 07:00. What somebody "
        "does to what is yours still comes at once. `/oncall quiet off` ends them."
    )

    assert said(tuesday, "/incident oncall quiet 22-7") == line
    assert said(tuesday, "/oncall") == line
    assert said(tuesday, "/oncall", "ben").startswith("Primary: ")
    assert said(tuesday, "/oncall quiet off") == "You have no quiet hours."
    assert said(tuesday, "/oncall").startswith("Primary: ")


@pytest.mark.parametrize("asked", ["/oncall quiet", "/incident oncall Quiet."])
def test_without_hours_it_says_which_are_set(tuesday: Story, asked: str) -> None:
    before = said(tuesday, asked)
    tuesday.command("ana", NIGHT)

    assert before == "You have no quiet hours."
    assert said(tuesday, asked).startswith("Your quiet hours: 22:00 to 07:00. ")


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("/oncall Quiet: 22-7", "Your quiet hours: 22:00 to 07:00. "),
        ("/oncall quiet 10pm to 7am.", "Your quiet hours: 22:00 to 07:00. "),
        ("/incident oncall quiet off.", "You have no quiet hours."),
    ],
)
def test_it_is_read_as_people_type_it(tuesday: Story, written: str, line: str) -> None:
    tuesday.command("ana", "/oncall quiet 12:00-13:30")

    assert said(tuesday, written).startswith(line)


@pytest.mark.parametrize("hours", [" at night", " 22:00-22:00"])
def test_what_is_no_span_is_refused_and_changes_nothing(
    tuesday: Story, hours: str
) -> None:
    tuesday.command("ana", NIGHT)

    refused = said(tuesday, f"/oncall quiet{hours}")

    assert refused == (
        f"“{hours[1:]}” is not a span of hours. Type `/oncall quiet 22:00-07:00`, by "
        "your own clock, or `/oncall quiet off`."
    )
    assert said(tuesday, "/oncall").startswith("Your quiet hours: 22:00 to 07:00")


def test_hours_that_cover_a_whole_day_leave_pages_and_one_list(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    answer = said(told, "/oncall quiet 08:00-18:00")
    told.command("ana", "/sev2 acme: push fails owner=@ana")
    told.command("dee", "/sev1 acme: checkout is down")

    told.advance(hours=9)

    assert "in a list at 18:00, for that is your whole working day, " in answer
    heard = [line for line in told.heard("ana") if "INC-2 Acme: checkout" not in line]
    assert [line[:9] for line in heard] == ["Tue 18:00"]
    assert "INC-1" in " ".join(map(told.read, told.slack.dm("ana")))


def test_what_is_held_over_lunch_comes_as_that_ends(tell: Tell) -> None:
    told = tell("2026-11-24 09:00")
    told.command("ana", "/oncall quiet 12:00-13:30")
    told.command("ana", "/sev2 acme: push fails owner=@ana")

    told.travel(pacific("2026-11-24 14:00"))

    assert [line[:9] for line in told.heard("ana")] == ["Tue 13:30", "Tue 14:00"]
    assert told.bot.triage.receipts(1)[1].why == "in the morning list"


def test_what_others_do_to_what_is_yours_comes_at_once(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-18:00")
    told.command("ana", "/sev3 acme: printing is slow owner=@ana")

    told.take("ben", 1)

    (took,) = told.heard("ana")
    assert took.startswith("Tue 10:00 INC-1 Acme (🔵 Sev3): @ben took it from @ana.")


def offer_to_ana(told: Story, severity: str = "sev3") -> None:
    """Let ben open an incident of his own and offer it to ana."""
    told.command("ben", f"/{severity} globex: exports fail owner=@ben")
    told.more("ben", "Hand off")
    told.submit("ben", to="ana")


def test_an_offer_waits_for_the_end_of_quiet_hours_and_its_giver_knows(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-12:30")

    offer_to_ana(told)
    said = told.receipt("ben")
    told.advance(hours=2, minutes=29)
    before = told.heard("ana")
    told.advance(minutes=3)

    # Ben reads it in New York.
    assert said == (
        "@ana will be asked to take it at 15:30, when their quiet hours end. @ben "
        "keeps it until they accept."
    )
    assert before == []
    (asks,) = told.heard("ana")
    assert asks.startswith("Tue 12:30 @ben asks you to take INC-1 Globex")
    request = told.read(told.slack.dm("ana")[-1], "ana")
    assert "the offer stands until 12:45" in request


def test_an_offer_in_quiet_hours_can_be_accepted_once_they_are_over(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-12:30")
    offer_to_ana(told)
    told.advance(hours=2, minutes=40)

    told.press("ana", "Accept", told.slack.dm("ana")[-1])
    told.advance(minutes=10)

    assert "@ana" in told.read(told.card()).splitlines()[2]
    assert "did not answer" not in " ".join(told.heard("ben"))


def test_an_offer_that_is_over_before_quiet_hours_end_never_comes(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-12:30")
    offer_to_ana(told)

    told.take("dee")
    told.advance(hours=3)

    assert told.heard("ana") == []


def test_an_incident_offered_as_it_is_opened_waits_as_well(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-12:30")

    answer = told.command("ben", "/sev3 globex: exports fail owner=@ana")

    said = "@ana will be asked to take it at 15:30, when their quiet hours end."
    assert said in told.read(answer.private, "ben")
    assert told.heard("ana") == []


def test_an_offer_is_called_held_only_in_quiet_hours(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.clock.travel(told.now, speed=1)

    answer = told.command("ben", "/sev3 globex: exports fail owner=@ana")

    assert "@ana is asked to take it." in told.read(answer.private, "ben")


def test_an_offer_that_waited_through_an_outage_stands_from_when_it_is_made(
    tell: Tell,
) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-12:30")
    told.command("ben", "/sev3 globex: exports fail owner=@ana")

    told.clock.travel(pacific("2026-11-24 13:00"))
    told.settle()

    asked = [line for line in told.heard("ana") if "asks you" in line]
    assert [line[:9] for line in asked] == ["Tue 13:00"]
    assert "stands until 13:15" in told.read(told.slack.dm("ana")[0], "ana")


def test_an_offer_of_what_wakes_people_comes_in_quiet_hours(tell: Tell) -> None:
    told = tell("2026-11-24 10:00")
    told.command("ana", "/oncall quiet 08:00-12:30")

    offer_to_ana(told, "sev1")

    assert told.receipt("ben").startswith("@ana is asked to take it. ")
    assert any("@ben asks you to take INC-1" in one for one in told.heard("ana"))


@pytest.mark.parametrize("changed", ["off", "12:00-14:00", "9-10"])
def test_what_is_held_comes_in_time_where_quiet_hours_are_cut_short(
    tell: Tell, changed: str
) -> None:
    told = tell("2026-11-24 09:00")
    told.command("ana", "/oncall quiet 12:00-16:30")
    told.command("ana", "/sev2 acme: push fails owner=@ana")
    told.travel(pacific("2026-11-24 13:45"))

    told.command("ana", f"/oncall quiet {changed}")
    told.travel(pacific("2026-11-24 16:31"))

    assert told.heard("ana")[-1].startswith("Tue 16:30 Tue 24 Nov: 1 owed")
    assert told.bot.triage.receipts(1)[1].why == "in the morning list"


@pytest.mark.parametrize("changed", ["off", "22:00-09:30"])
@pytest.mark.parametrize("before", ["22:00-10:30", "08:00-18:00"])
def test_a_morning_list_comes_as_quiet_hours_are_cut_short(
    tell: Tell, before: str, changed: str
) -> None:
    told = tell("2026-11-24 19:00")
    told.command("ana", f"/oncall quiet {before}")
    told.command("ana", "/sev3 acme: printing is slow owner=@ana")
    told.travel(pacific("2026-11-25 09:40"))

    told.command("ana", f"/oncall quiet {changed}")
    told.command("ana", f"/oncall quiet {changed}")
    told.travel(pacific("2026-11-25 11:00"))

    lists = [line for line in told.heard("ana") if "Wed 25 Nov" in line]
    assert [line[:9] for line in lists] == ["Wed 09:40"]
    assert "INC-1" in told.read(told.slack.dm("ana")[-1])


@pytest.mark.parametrize("changed", ["off", "22-7"])
def test_quiet_hours_over_the_whole_of_a_short_day_can_be_changed(
    tell: Tell, changed: str
) -> None:
    week, short = "mon-fri: 09:00-17:00", "{mon-thu: 09:00-17:00, fri: 09:00-13:00}"
    text = (ROOT / "policies.yaml").read_text(encoding="utf-8")
    policy = read_policy(re.sub(rf"\n *{week}", f" {short}", text, count=1))
    told = tell("2026-12-04 10:00", policy=policy)
    told.command("ana", "/oncall quiet 06:00-14:00")

    assert "NOT recorded" not in said(told, f"/oncall quiet {changed}")


def test_other_quiet_hours_bring_no_second_list(tell: Tell) -> None:
    told = tell("2026-11-24 09:00")
    told.command("ana", "/sev3 acme: printing is slow owner=@ana")
    told.travel(pacific("2026-11-25 06:00"))

    told.command("ana", "/oncall quiet 22-9:30")
    told.travel(pacific("2026-11-25 09:45"))
    told.command("ana", "/oncall quiet off")
    told.advance(minutes=10)

    assert [line[:9] for line in told.heard("ana")[1:]] == ["Wed 09:30"]


def test_what_is_held_waits_for_the_end_of_longer_quiet_hours(tell: Tell) -> None:
    told = tell("2026-11-24 09:00")
    told.command("ana", "/oncall quiet 12:00-14:00")
    told.command("ana", "/sev2 acme: push fails owner=@ana")
    told.travel(pacific("2026-11-24 13:45"))

    told.command("ana", "/oncall quiet 12:00-16:30")
    told.travel(pacific("2026-11-24 17:30"))

    assert [line[:9] for line in told.heard("ana")] == ["Tue 16:30"]
