"""Somebody reports that a customer is in trouble: `/sev1` to `/sev4`."""

from dataclasses import replace

import pytest

from bot.emulator.faults import Fault
from tests.stories.conftest import Tell
from tests.story import Story


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_each_command_opens_an_incident_of_its_severity(
    tuesday: Story, number: int
) -> None:
    tuesday.command("dee", f"/sev{number} acme: push of apps fails")

    card = tuesday.read(tuesday.card())
    assert card.startswith(f"{'🔺🔶🔵⬜'[number - 1]} Sev{number} · INC-1 · Acme\n")
    assert "Premium Support. Opened" in card


def test_the_typist_reads_what_was_understood_and_who_is_paged(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev1 acme: checkout is down")

    assert tuesday.read(answer.private, "dee") == (
        "*INC-1 · 🔺 Sev1 · Acme (Premium Support).*\n"
        "First response due today 14:00, in 4 h. Then continuous work until "
        "resolution; our own aim, outside the contract: news twice per business "
        "day. @ana is paged now; @ben is paged today 10:10 if nobody takes it. The "
        "card is in #incidents.\n"
        "[Take it]"
    )


def test_the_answer_can_be_read_aloud_in_the_typists_own_time(tuesday: Story) -> None:
    answer = tuesday.command("ben", "/sev2 acme: push of apps fails")

    assert answer.private
    assert tuesday.slack.notice(answer.private, "ben") == (
        "INC-1 · 🔶 Sev2 · Acme (Premium Support). First response due 17:00, in 4 "
        "h. Then status updates twice per business day. @ana is paged now; @ben is "
        "paged at 13:10 if nobody takes it. The card is in #incidents."
    )


def test_a_sev4_waits_for_the_morning_list(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev4 acme: where is the manual")

    assert "It will be on @ana's morning list" in tuesday.read(answer.private)
    assert tuesday.phone("ana") == []


def test_a_deadline_at_fridays_closing_says_from_when_it_is_late(
    tell: Tell,
) -> None:
    story = tell("2026-11-20 13:00")

    answer = story.command("dee", "/sev2 acme: push of apps fails")

    assert answer.private
    assert (
        "First response due 17:00, in 4 h (late only from Mon 23 Nov 09:00)."
        in answer.private.text
    )


def test_an_acknowledged_command_is_recorded_while_posting_fails(
    tuesday: Story,
) -> None:
    tuesday.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=None)

    answer = tuesday.command("dee", "/sev2 acme: push of apps fails")

    assert "INC-1 · 🔶 Sev2" in tuesday.read(answer.private)
    assert tuesday.slack.channel("incidents") == []
    tuesday.slack.faults.clear()
    tuesday.system_clock.advance(minutes=2)
    tuesday.settle()
    assert len(tuesday.slack.channel("incidents")) == 1


@pytest.mark.parametrize(
    ("text", "channel", "customer", "title"),
    [
        ("acme: push fails", "support", "Acme (Premium Support)", "push fails"),
        ("ACME  Corp: push fails", "support", "Acme (Premium Support)", "push fails"),
        ("Umbrella Labs push", "support", "Umbrella (Standard Support)", "push"),
        ("globex - push fails", "support", "Globex (Standard Support)", "push fails"),
        ("push fails", "acme", "Acme (Premium Support)", "push fails"),
        ("globex: push", "acme", "Globex (Standard Support)", "push"),
        (
            "error 500: login fails",
            "support",
            "customer unknown (Counts as Premium Support)",
            "error 500: login fails",
        ),
    ],
    ids=[
        "before the colon",
        "an alias, however it is typed",
        "the first words",
        "the first words and a dash",
        "the channel",
        "a name beats the channel",
        "a colon without a customer",
    ],
)
def test_the_customer_is_recognized_wherever_people_write_it(
    tuesday: Story, text: str, channel: str, customer: str, title: str
) -> None:
    tuesday.command("dee", f"/sev2 {text}", channel=channel)

    name, _, plan = customer.partition(" (")
    head, typed, *facts = tuesday.read(tuesday.card()).splitlines()
    assert head == f"🔶 Sev2 · INC-1 · {name}"
    assert typed == title
    (origin,) = [fact for fact in facts if ". Opened " in fact]
    assert origin.startswith(f"{plan.removesuffix(')')}. Opened ")


def test_the_answer_says_that_the_channel_named_the_customer(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev2 push fails", channel="acme")

    said = "· Acme (Premium Support), whose channel this is."
    assert said in tuesday.read(answer.private)


def test_options_give_plan_link_and_the_time_of_the_report(tuesday: Story) -> None:
    tuesday.command(
        "dee",
        "/sev2 acme: push fails plan=standard at=09:40 link=https://desk.example/7",
    )

    card = tuesday.read(tuesday.card())
    assert "Standard Support. Opened" in card
    assert "desk.example/7" in card
    assert "due tomorrow 09:40" in card
    assert "Opened today 10:00 by @dee; reported today 09:40." in card


def test_a_time_is_read_in_the_typists_own_zone(tuesday: Story) -> None:
    answer = tuesday.command("ben", "/sev2 acme: push fails at=12:40")

    assert tuesday.read(tuesday.card()).endswith(
        "Opened today 10:00 by @ben; reported today 09:40.\n"
        "[Take it] [First response sent] [Resolve] [More]"
    )
    said = "Reported today 12:40; the clock runs from then."
    assert said in tuesday.read(answer.private, "ben")


def test_a_time_later_than_now_means_yesterday(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: slow at=16:30")

    assert "reported yesterday 16:30" in tuesday.read(tuesday.card())


@pytest.mark.parametrize("typed", ["10:01", "10:05am"])
def test_a_time_by_a_clock_that_is_ahead_means_now(tuesday: Story, typed: str) -> None:
    answer = tuesday.command("dee", f"/sev1 acme: down at={typed}")

    card = tuesday.read(tuesday.card())
    assert "due today 14:00" in card
    assert card.splitlines()[-2].endswith("Opened today 10:00 by @dee.")
    assert "Reported" not in tuesday.read(answer.private, "dee")


def test_naming_oneself_as_owner_makes_one_the_owner(tuesday: Story) -> None:
    answer = tuesday.command("ana", "/sev1 acme: checkout is down owner=@ana")

    assert "It is yours." in tuesday.read(answer.private)
    assert "*Owner:* @ana since today 10:00" in tuesday.read(tuesday.card())
    assert tuesday.phone("ana") == []


def test_somebody_else_is_asked_to_own_it(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev3 acme: slow owner=@cem")

    assert "@cem is asked to take it." in tuesday.read(answer.private)
    assert "nobody yet; offered to @cem, not accepted yet" in tuesday.read(
        tuesday.card()
    )
    assert tuesday.buttons(tuesday.slack.dm("cem")[-1]) == ["Accept", "Decline"]


def test_an_owner_is_named_as_readers_see_the_name(tuesday: Story) -> None:
    rename(tuesday, "cem", "Cem O\N{RIGHT SINGLE QUOTATION MARK}Neil")

    answer = tuesday.command("dee", "/sev3 acme: slow owner=cem o'neil")

    assert answer.private
    assert "<@U0CEM> is asked to take it." in answer.private.text


def test_two_people_of_one_name_are_said_to_be_two(tuesday: Story) -> None:
    rename(tuesday, "cem", "Sam Lee")
    rename(tuesday, "ben", "sam\N{NO-BREAK SPACE}lee")

    answer = tuesday.command("dee", "/sev3 acme: slow owner=Sam Lee")

    assert answer.private
    assert answer.private.text == (
        "Several people have that name: <@U0BEN> and <@U0CEM>. Type "
        "owner=@ and pick one of them from Slack's list, which shows their pictures "
        "and full names. Nothing was recorded."
    )
    assert tuesday.slack.channel("incidents") == []


def test_who_has_left_makes_no_second_person_of_a_name(tuesday: Story) -> None:
    rename(tuesday, "ben", "Sam Lee")
    tuesday.leave("Sam Lee")
    rename(tuesday, "cem", "Sam Lee")

    answer = tuesday.command("dee", "/sev3 acme: slow owner=Sam Lee")

    assert answer.private
    assert "<@U0CEM> is asked to take it." in answer.private.text


def rename(story: Story, who: str, name: str) -> None:
    """Give somebody another display name, and let Slack tell the bot."""
    person = story.slack.change_person(who, name=name)
    story.tell_of("user_change", person.id)


def test_an_unknown_customer_gets_the_best_plan_and_is_called_unknown(
    tuesday: Story,
) -> None:
    answer = tuesday.command("dee", "/sev2 push of apps fails")

    assert tuesday.read(answer.private).startswith(
        "*INC-1 · 🔶 Sev2 · customer unknown.*\n"
        "It counts as Premium Support until somebody says whose it is. First "
    )


def test_a_misspelt_customer_is_suggested_and_corrected_with_a_press(
    tuesday: Story,
) -> None:
    first = tuesday.command("dee", "/sev2 globx: agent is slow").private
    assert first
    assert "Did you mean Globex?" in tuesday.read(first)

    corrected = tuesday.asked("dee", "Yes, it is Globex", first)

    assert "INC-1 · 🔶 Sev2 · Globex (Standard Support)." in corrected
    assert "First response due tomorrow 10:00, in 1 day." in corrected
    assert "🔶 Sev2 · INC-1 · Globex\n" in tuesday.read(tuesday.card())
    assert "Standard Support. Opened" in tuesday.read(tuesday.card())
    assert len(tuesday.slack.private("dee")) == 1


def test_a_command_without_text_opens_a_form_that_explains_the_severities(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev3")

    view = tuesday.slack.as_("dee").wait_for_view("Open an incident")
    chosen = view.values["severity"]["severity"]["selected_option"]
    assert chosen["value"] == "sev3"
    form = tuesday.form("dee")
    assert "*🔺 Sev1:* The service is lost, in full or in part" in form
    assert "*⬜ Sev4:* Information about what the platform can do" in form


def test_the_form_says_before_it_opens_what_will_follow(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3")
    tuesday.slack.as_("dee").wait_for_view("Open an incident")
    assert "Nobody is paged. It will be on @ana's morning list." in tuesday.form("dee")

    tuesday.slack.as_("dee").fill(severity="sev1", title="checkout is down")

    tuesday.slack.wait_until(lambda: "@ana is paged now" in tuesday.form("dee"))
    assert "First response due today 14:00, in 4 h." in tuesday.form("dee")
    tuesday.submit("dee")
    assert "Sev1 INC-1 customer unknown: checkout is down." in tuesday.card().text


def test_the_form_counts_from_the_report_before_it_opens(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1")

    tuesday.slack.as_("dee").wait_for_view("Open an incident")
    tuesday.slack.as_("dee").fill(when=tuesday.ago(minutes=40))

    due = "First response due today 13:20, in 3 h 20."
    tuesday.slack.wait_until(lambda: due in tuesday.form("dee"))
    tuesday.submit("dee", title="checkout is down")
    assert due in tuesday.receipt("dee")


def test_the_form_opens_an_incident_and_shows_what_the_command_would(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2")

    tuesday.submit("dee", customer="Globex (Standard Support)", title="push fails")

    receipt = "INC-1 · 🔶 Sev2 · Globex (Standard Support)."
    assert receipt in tuesday.receipt("dee")
    assert tuesday.read(tuesday.card()).splitlines()[:2] == [
        "🔶 Sev2 · INC-1 · Globex",
        "push fails",
    ]


def test_the_form_takes_the_time_of_the_report_and_a_link(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2")

    tuesday.submit(
        "dee",
        title="push fails",
        when=tuesday.ago(minutes=20),
        link="https://desk.example/7",
    )

    card = tuesday.read(tuesday.card())
    assert "reported today 09:40" in card
    assert "desk.example/7" in card


def test_in_a_customers_channel_the_form_knows_the_customer(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2", channel="acme")

    view = tuesday.slack.as_("dee").wait_for_view()
    chosen = view.values["customer"]["customer"]["selected_option"]
    assert chosen["text"]["text"] == "Acme (Premium Support)"


def test_with_too_many_customers_the_form_takes_a_typed_name(
    tuesday: Story,
) -> None:
    acme = tuesday.policy().find_customer("acme")
    assert acme
    many = tuple(
        replace(acme, name=f"Customer {n}", aliases=(), channel=None)
        for n in range(200)
    )
    tuesday.use_policy(customers=(acme, *many))
    tuesday.command("dee", "/sev2")

    refused = tuesday.submit("dee", title="push fails", customer="acmee")
    tuesday.submit("dee", customer="acme corp")

    assert refused.errors == {
        "customer": "No customer is called “acmee”. Did you mean Acme?"
    }
    assert "🔶 Sev2 · INC-1 · Acme\n" in tuesday.read(tuesday.card())


def test_help_shows_the_syntax_and_each_plans_targets(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev2 help")

    lines = tuesday.read(answer.private).splitlines()
    assert lines[0] == "*Type `/sev2 customer: what is wrong`*"
    assert lines[4].startswith("*Sev2:* Major functionality is broken")
    assert lines[6] == (
        "• Standard Support: first response within 8 business hours, then status "
        "updates every day"
    )
    assert sum(line.startswith("• ") for line in lines) == 12
    assert tuesday.slack.channel("incidents") == []


def test_numbers_count_up(tuesday: Story) -> None:
    for title in ("one", "two", "three"):
        tuesday.command("dee", f"/sev4 acme: {title}")

    cards = [tuesday.read(tuesday.card(number)) for number in (1, 2, 3)]
    assert [card.splitlines()[1] for card in cards] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("acme: pushing apps is failing", True),
        ("acme: Push of apps fails again!", True),
        ("acme: login loops", False),
        ("globex: push of apps fails again", False),
        ("push of apps fails again", False),
    ],
    ids=["other words", "again", "another fault", "another customer", "nobody's"],
)
def test_an_open_incident_that_reads_alike_is_named(
    tuesday: Story, text: str, is_named: bool
) -> None:
    tuesday.command("ana", "/sev2 acme: push of apps fails")

    answer = tuesday.read(tuesday.command("dee", f"/sev3 {text}").private, "dee")

    same = "INC-1 Acme (🔶 Sev2) is open and reads alike: push of apps fails."
    assert (same in answer) is is_named
    assert ("[Same thing]" in answer) is is_named


def test_a_closed_incident_that_reads_alike_is_not_named(tuesday: Story) -> None:
    tuesday.command("ana", "/sev2 acme: push of apps fails")
    tuesday.fill_in("ana", "Resolve", note="done", confirmed=["yes"])

    answer = tuesday.command("dee", "/sev3 acme: push of apps fails again").private

    assert "reads alike" not in tuesday.read(answer)
