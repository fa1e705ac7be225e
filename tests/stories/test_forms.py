"""Forms: updates, resolving, changes, and the ledger of due times."""

import pytest

from bot.emulator.records import Message
from tests.stories.conftest import Tell
from tests.story import Story


@pytest.fixture
def opened(tuesday: Story) -> Story:
    """A Sev2 of Acme's since ten o'clock, which dee owns; it is eleven now."""
    tuesday.command("dee", "/sev2 acme: push of apps fails owner=@dee")
    tuesday.advance(hours=1)
    return tuesday


def test_the_update_form_shows_the_last_contact_and_sends_nothing(
    opened: Story,
) -> None:
    opened.open_form("dee", "First response sent", opened.card())

    assert opened.form("dee").splitlines()[0] == (
        "🔶 Sev2 INC-1 Acme: push of apps fails. Acme reported it 10:00 and has not "
        "heard yet."
    )
    assert "Nothing is sent to the customer by this form." in opened.form("dee")


def test_the_first_update_counts_as_the_response(opened: Story) -> None:
    opened.fill_in("dee", "First response sent", told="We are on it", next="A patch")

    assert opened.receipt("dee") == (
        "Logged for INC-1. Nothing was sent to Acme. Next update due 15:00, in 4 h."
    )
    assert opened.thread() == [
        (
            "First response logged by @dee: “We are on it”. Next: “A patch”. Nothing "
            "was sent to Acme by the bot."
        )
    ]
    assert "*First response:* sent today 11:00, in time" in opened.read(opened.card())


def test_a_late_log_can_say_when_the_customer_was_told(opened: Story) -> None:
    opened.fill_in(
        "dee", "First response sent", told="On it", when=opened.ago(minutes=40)
    )

    assert "First response logged by @dee for today 10:20" in opened.thread()[-1]
    card = opened.read(opened.card())
    assert "*First response:* sent today 10:20, in time" in card
    assert "*Next update:* due today 14:20 (twice per business day)" in card


def test_a_late_log_of_a_timely_response_is_kept(opened: Story) -> None:
    opened.advance(hours=4)
    assert "late since" in opened.read(opened.card())

    opened.fill_in("dee", "First response sent", told="On it", when=opened.ago(hours=2))

    assert "sent today 13:00, in time" in opened.read(opened.card())


def test_an_update_carries_a_link(opened: Story) -> None:
    opened.fill_in(
        "dee", "First response sent", told="On it", link="https://desk.example/7"
    )

    assert "desk.example/7" in opened.thread()[-1]


@pytest.mark.parametrize(
    ("entries", "errors"),
    [
        ({"told": "   "}, {"told": "Say what the customer was told."}),
        (
            {"told": "On it", "link": "desk.example"},
            {"link": "Write a link that begins with http:// or https://."},
        ),
    ],
    ids=["only spaces", "no link"],
)
def test_each_error_in_a_form_is_shown_under_its_input(
    opened: Story, entries: dict[str, str], errors: dict[str, str]
) -> None:
    opened.open_form("dee", "First response sent", opened.card())

    answer = opened.submit("dee", **entries)

    assert answer.errors == errors
    assert opened.thread() == []


def test_a_form_that_was_corrected_is_accepted(opened: Story) -> None:
    opened.open_form("dee", "First response sent", opened.card())
    opened.submit("dee", told="On it", when=opened.ago(hours=-2))

    opened.submit("dee", when=None)

    assert opened.receipt("dee").startswith("Logged for INC-1.")
    assert len(opened.thread()) == 1


def test_an_instant_in_the_future_is_refused_under_the_input(opened: Story) -> None:
    opened.open_form("dee", "First response sent", opened.card())

    answer = opened.submit("dee", told="On it", when=opened.ago(hours=-2))

    assert answer.errors == {
        "when": "That has not come yet. Choose when it was. Empty: now.",
    }


def test_an_instant_before_the_report_is_refused_and_the_text_stays(
    opened: Story,
) -> None:
    opened.open_form("ben", "First response sent", opened.card())

    answer = opened.submit("ben", told="On it", when=opened.ago(hours=2))

    assert answer.errors == {"when": "That is before the customer reported it, 13:00."}
    assert answer.view
    assert answer.view.values["told"]["told"]["value"] == "On it"


def test_the_minute_of_the_report_is_not_before_the_report(tell: Tell) -> None:
    story = tell("2026-11-24 10:00")
    story.advance(seconds=40)
    story.command("dee", "/sev2 acme: push of apps fails")
    story.advance(seconds=30)

    # The menu of instants knows no seconds: this is 10:00:00.
    story.fill_in(
        "dee", "First response sent", told="On it", when=story.ago(seconds=70)
    )

    assert story.receipt("dee").startswith("Logged for INC-1.")
    assert "sent today 10:00, in time" in story.read(story.card())


def test_an_instant_before_the_last_update_is_refused(opened: Story) -> None:
    opened.fill_in("dee", "First response sent", told="On it")
    opened.advance(hours=1)
    opened.open_form("dee", "Log update", opened.card())

    answer = opened.submit("dee", told="Nearly", when=opened.ago(minutes=90))

    assert answer.errors == {
        "when": "That is before the last update, or the reopening, 11:00."
    }


def test_an_update_starts_the_next_one(opened: Story) -> None:
    opened.fill_in("dee", "First response sent", told="On it")
    opened.advance(hours=3)

    opened.fill_in("dee", "Log update", told="A patch is being tested")

    assert "*Next update:* due tomorrow 10:00" in opened.read(opened.card())
    assert opened.thread()[-1].startswith("Update logged by @dee: “A patch is")


def test_resolving_needs_confirmation_that_the_customer_was_told(opened: Story) -> None:
    opened.open_form("dee", "Resolve", opened.card())

    unconfirmed = opened.submit("dee", note="Rolled back")
    opened.submit("dee", confirmed=["yes"])

    assert unconfirmed.errors == {"confirmed": "Please complete this required field."}
    assert opened.receipt("dee") == (
        "INC-1 is resolved. Every reminder of it has ended. Nothing was sent to Acme."
    )


def test_resolving_closes_deadlines_at_the_time_the_customer_was_told(
    opened: Story,
) -> None:
    opened.advance(hours=4)

    opened.fill_in(
        "dee",
        "Resolve",
        note="Rolled back",
        confirmed=["yes"],
        when=opened.ago(hours=2),
    )

    assert (
        "Resolved today 13:00 by @dee, 3 h after it was reported: “Rolled back”. "
        "First response in time."
    ) in opened.read(opened.card())


def test_no_reminder_follows_a_resolution(opened: Story) -> None:
    opened.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])
    before = opened.phone("dee")

    opened.advance(days=3)

    assert opened.phone("dee") == before


def test_a_form_to_change_says_before_what_follows_from_each_choice(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev3 acme: push of apps fails")
    tuesday.advance(hours=1)
    form = tuesday.more("dee", "Change")
    assert "*As it is:* First response due tomorrow 10:00, in 23 h." in tuesday.form(
        "dee"
    )

    tuesday.slack.as_("dee").fill(severity="sev1", reason="All of them")

    tuesday.slack.wait_until(lambda: tuesday.slack.as_("dee").view() != form)
    tuesday.slack.wait_until(lambda: "If you change it now" in tuesday.form("dee"))
    assert (
        "First response was due tomorrow 10:00. First response due today 14:00, in "
        "3 h. 1 h of 4 h used. @ana is paged now."
    ) in tuesday.form("dee")
    tuesday.submit("dee")
    assert "🔺 Sev1 · INC-1 · Acme" in tuesday.read(tuesday.card())
    assert "“All of them”" in tuesday.thread()[-1]


def test_a_form_that_cannot_show_what_follows_opens_no_other(opened: Story) -> None:
    opened.more("dee", "Change")
    opens = len(opened.slack.calls("views.open"))
    opened.slack.faults.refuse("views.update", "not_found")

    opened.slack.as_("dee").fill(severity="sev1")
    opened.slack.wait_until(
        lambda: [one for one in opened.slack.calls("views.update") if not one.ok]
    )
    opened.idle()

    assert len(opened.slack.calls("views.open")) == opens


def test_lowering_the_severity_moves_the_deadline_and_says_so(opened: Story) -> None:
    opened.more("dee", "Change")

    opened.submit("dee", severity="sev3", reason="Only one device")

    assert opened.receipt("dee") == (
        "INC-1 is changed. Next first response due tomorrow 10:00, in 23 h."
    )
    assert "🔵 Sev3 · INC-1 · Acme" in opened.read(opened.card())
    assert "*First response:* due tomorrow 10:00" in opened.read(opened.card())
    assert opened.thread() == [
        (
            "@dee changed the severity from 🔶 Sev2 to 🔵 Sev3: “Only one device”. "
            "First "
            "response is now due tomorrow 10:00."
        )
    ]


def test_a_change_that_makes_a_deadline_late_reminds_at_once(tuesday: Story) -> None:
    tuesday.command("dee", "/sev3 acme: push of apps fails owner=@dee")
    tuesday.advance(hours=5)
    assert tuesday.phone("dee") == []

    tuesday.more("dee", "Change")
    tuesday.submit("dee", severity="sev2", reason="Every device")

    assert tuesday.phone("dee") == [
        (
            "INC-1 Acme (🔶 Sev2): first response ⏰ late since 14:00 (1 h of "
            "business time). A change of severity, plan, customer or policy moved "
            "it here. Yours since 10:00. Acme reported it 10:00 and has not heard "
            "yet. Stops when the first response is logged."
        ),
    ]


def test_the_plan_can_be_changed(opened: Story) -> None:
    opened.more("dee", "Change")

    opened.submit("dee", plan="standard", reason="They moved down")

    assert "Standard Support. Opened" in opened.read(opened.card())
    assert "*First response:* due tomorrow 10:00" in opened.read(opened.card())


def test_changing_nothing_is_refused(opened: Story) -> None:
    opened.more("dee", "Change")

    answer = opened.submit("dee", reason="No idea")

    assert answer.errors == {"severity": "Choose another severity or another plan."}


def test_the_customer_can_be_corrected(opened: Story) -> None:
    opened.more("dee", "Correct the customer")

    opened.submit("dee", customer="Globex (Standard Support)")

    assert opened.receipt("dee") == (
        "INC-1 is Globex's now. Next first response due tomorrow 10:00, in 23 h."
    )
    assert "🔶 Sev2 · INC-1 · Globex" in opened.read(opened.card())
    assert opened.thread() == [
        (
            "@dee corrected the customer from Acme to Globex (Standard Support). First "
            "response is now due tomorrow 10:00."
        )
    ]


@pytest.mark.parametrize("what", ["opened by mistake", "drill"])
def test_a_mistake_or_a_drill_counts_nowhere(opened: Story, what: str) -> None:
    opened.more("dee", "Mistake or drill")

    opened.submit("dee", void=what[:1].upper() + what[1:])

    assert opened.receipt("dee") == f"INC-1 is closed ({what}). It counts nowhere."
    ending = f"Closed today 11:00 by @dee: {what}. It counts nowhere."
    assert ending in opened.read(opened.card())
    assert ending in opened.read(opened.command("dee", "/incident 1").private)
    assert opened.thread() == [
        f"Closed as void by @dee: {what}. It counts nowhere; reminders stop."
    ]
    opened.advance(days=1)
    assert opened.phone("dee") == []


def test_a_reopened_void_incident_still_owes_its_first_response(
    opened: Story,
) -> None:
    opened.more("dee", "Mistake or drill")
    opened.submit("dee", void="drill")

    opened.open_form("dee", "More", opened.card())
    opened.open_form("dee", "Reopen")
    opened.settle()

    assert opened.form("dee") == "INC-1 is open again."
    assert "*First response:* due today 14:00" in opened.read(opened.card())


def test_why_these_times_is_a_private_ledger(opened: Story) -> None:
    opened.more("ben", "Why these times?")

    assert opened.form("ben").splitlines() == [
        "🔶 Sev2 INC-1 Acme: push of apps fails.",
        (
            "*First response: the policy says “4 business hours” (calendar office, "
            "America/Los_Angeles)*"
        ),
        "Tue 24 Nov 10:00 to 14:00: 4 h counted",
        "= 4 h, due Tue 24 Nov 14:00",
        "In your zone it is due Tue 24 Nov 17:00.",
    ]


def test_the_ledger_names_the_holiday(tell: Tell) -> None:
    story = tell("2026-11-25 15:00")
    story.command("dee", "/sev2 acme: push of apps fails")

    story.more("dee", "Why these times?")

    assert story.form("dee").splitlines()[2:5] == [
        "Wed 25 Nov 15:00 to 17:00: 2 h counted",
        "Wed 25 Nov 17:00 to Fri 09:00: holiday: Thanksgiving Day",
        "Fri 27 Nov 09:00 to 11:00: 2 h counted",
    ]


def test_customer_answered_is_behind_more_too(opened: Story) -> None:
    opened.fill_in("dee", "First response sent", told="Logs?", waits=["yes"])

    opened.more("dee", "Customer answered")
    opened.settle()

    assert opened.form("dee") == "INC-1 does not wait for the customer any more."
    assert "Customer answered" not in opened.buttons(opened.card())


def test_a_form_for_an_incident_resolved_meanwhile_returns_the_text(
    opened: Story,
) -> None:
    opened.open_form("ben", "First response sent", opened.card())
    opened.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])

    opened.submit("ben", told="We found the cause, a bad rollout")

    assert opened.form("ben").splitlines() == [
        ("INC-1 was already resolved today 14:00 by @dee. Nothing was recorded."),
        "Your text: We found the cause, a bad rollout",
    ]


def test_a_refused_form_stays_with_all_that_was_chosen(opened: Story) -> None:
    opened.more("dee", "Hand off")
    opened.submit("dee", to="dee")
    first = opened.slack.as_("dee").wait_for_view()

    opened.submit("dee", to="ben")

    assert opened.read(Message("", "", "", "", tuple(first.blocks[:1]))) == (
        "@dee owns INC-1 already. Nothing was recorded."
    )
    assert first.values["to"]["to"]["selected_user"] == "U0DEE"
    assert first.blocks[2]["element"]["initial_user"] == "U0DEE"
    assert "@ben is asked" in opened.receipt("dee")


def test_a_form_that_is_over_gives_back_what_was_chosen_too(opened: Story) -> None:
    opened.open_form("ben", "Resolve", opened.card())
    opened.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])

    at = opened.ago(minutes=5)
    opened.submit("ben", note="<@U0ANA> &amp; *me*", confirmed=["yes"], when=at)

    assert opened.form("ben").splitlines()[1:] == [
        "Your text: <@U0ANA> &amp; *me*",
        "Confirm: The customer was told that it is resolved",
        "When were they told?: Today 13:55",
    ]


def test_an_outdated_choice_behind_more_says_so_in_its_place(
    opened: Story,
) -> None:
    opened.open_form("ben", "More", opened.card())
    opened.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])

    opened.open_form("ben", "Hand off")

    assert opened.form("ben") == "INC-1 was already resolved today 14:00 by @dee."


def test_more_offers_different_acts_once_an_incident_is_resolved(opened: Story) -> None:
    opened.open_form("dee", "More", opened.card())
    while_open = opened.form("dee")
    opened.fill_in("dee", "Resolve", note="Rolled back", confirmed=["yes"])

    opened.open_form("dee", "More", opened.card())

    assert while_open.splitlines()[1:] == [
        "The severity or the support plan is wrong. [Change]",
        "The customer is wrong. [Correct the customer]",
        "Somebody else should have it. [Hand off]",
        "It was opened by mistake, or as a drill. [Mistake or drill]",
        "How the due times were counted. [Why these times?]",
    ]
    assert opened.form("dee").splitlines()[1:] == [
        "It is resolved, and should not be. [Reopen]",
        "How the due times were counted. [Why these times?]",
    ]


def test_the_hand_off_form_says_who_keeps_it(opened: Story) -> None:
    opened.more("dee", "Hand off")

    assert opened.form("dee").endswith(
        "@dee keeps it until they accept. Without an answer in 15 min the offer is "
        "over, and you are told. Who has quiet hours is asked as these end."
    )
