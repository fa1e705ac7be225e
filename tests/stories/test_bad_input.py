"""Bad input gets a clear sentence; nothing is stored, no text is lost."""

import pytest

from bot.emulator.records import Message
from tests.story import Story

IN_QUOTES = " If it belongs to the title, put it in double quotes:"


def all_text(message: Message) -> str:
    """Return everything in a message that Slack reads as mark-up.

    What stands in rich text is no mark-up: its text is shown as it is.
    """
    kinds = {block["type"] for block in message.blocks}
    facts = [block for block in message.blocks if block["type"] == "section"]
    assert all("text" not in block for block in facts)
    assert kinds <= {"header", "rich_text", "section", "context", "actions"}
    small = [block for block in message.blocks if block["type"] == "context"]
    return f"{message.text} {small}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "acme: slow since=09:40",
            (
                "There is no option since=; there are plan=, owner=, at= and link=. "
                'If it belongs to the title, put it in double quotes: "since=09:40".'
            ),
        ),
        ("acme: slow plna=standard", "There is no option plna=; did you mean plan=?"),
        (
            "acme: slow plan=gold",
            (
                'No support plan is named "gold". Try one of: premium, standard, '
                "self_service."
                f'{IN_QUOTES} "plan=gold".'
            ),
        ),
        (
            "acme: slow owner=@nobody",
            (
                'Nobody is known here as "@nobody". Type owner=@ and pick the name '
                "from Slack's list."
                f'{IN_QUOTES} "owner=@nobody".'
            ),
        ),
        (
            "acme: slow at=25:99",
            (
                'at="25:99" is not a time of the day. Write a time of the last 24 '
                "hours by your own clock, such as at=09:40."
                f'{IN_QUOTES} "at=25:99".'
            ),
        ),
        (
            "acme: slow at=tomorrow",
            (
                'at="tomorrow" is not a time of the day. Write a time of the last 24 '
                "hours by your own clock, such as at=09:40."
                f'{IN_QUOTES} "at=tomorrow".'
            ),
        ),
        (
            "acme: slow link=ticket7",
            (
                '"ticket7" is no link. Write one with http:// or https://, such as '
                "link=https://example.com/ticket/7."
                f'{IN_QUOTES} "link=ticket7".'
            ),
        ),
        ("acme: slow at=", "at= says nothing. Write for example at=09:40."),
        ("acme: slow plan=premium plan=standard", "plan= stands twice. Write it once."),
        ("acme: plan=standard", "What is wrong? Write a title before the options."),
    ],
    ids=lambda value: value if "=" in value and len(value) < 40 else "",
)
def test_an_unreadable_option_is_refused_with_the_text_given_back(
    tuesday: Story, text: str, sentence: str
) -> None:
    answer = tuesday.command("dee", f"/sev2 {text}")

    said, given_back = tuesday.read(answer.private, "dee").splitlines()
    assert said.startswith(f"{sentence}")
    assert said.endswith("Nothing was recorded.")
    assert given_back == f"Your text: /sev2 {text}"
    assert tuesday.slack.channel("incidents") == []


@pytest.mark.parametrize("text", ["", "   ", "acme:", "acme"])
def test_an_empty_text_opens_a_form(tuesday: Story, text: str) -> None:
    answer = tuesday.command("dee", f"/sev2 {text}")

    assert answer.private is None
    assert tuesday.slack.as_("dee").wait_for_view("Open an incident")
    assert tuesday.slack.channel("incidents") == []


def test_ten_thousand_characters_are_given_back_whole(tuesday: Story) -> None:
    text = "It does not work. " * 556

    answer = tuesday.command("dee", f"/sev2 acme: {text}")

    said, *given_back = tuesday.read(answer.private, "dee").splitlines()
    assert said == (
        "The title has 10007 characters; 250 are the most. Keep "
        "the gist; the rest fits into the thread of the card. Nothing was recorded."
    )
    typed = "".join(given_back).removeprefix("Your text: /sev2 acme: ")
    assert typed.replace(" ", "") == text.replace(" ", "")
    assert tuesday.slack.channel("incidents") == []


@pytest.mark.parametrize("part", ["&", "<b>&lt;", "\u05e9\u05dc\u05d5\u05dd <&> "])
def test_a_title_of_250_characters_is_recorded(tuesday: Story, part: str) -> None:
    title = (part * 250)[:249].strip().ljust(250, ".")

    tuesday.command("dee", f"/sev1 acme: {title}")

    assert tuesday.read(tuesday.card()).splitlines()[1] == title
    (page,) = tuesday.slack.dm("ana")
    assert tuesday.read(page).splitlines()[1].startswith(title[:110])


def test_control_characters_become_spaces(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push\x00 of\x1b[31m\r\napps\u202e fails\ud800")

    title = tuesday.read(tuesday.card()).splitlines()[1]
    assert title == "push of [31m apps fails\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "title",
    [
        "<!channel> is down",
        "<!subteam^S123|@oncall> look",
        "see https://evil.example/?a=1&b=2 now",
        "*bold* _it_ ~gone~ `code` &amp; &lt;",
        "<@U0ANA> did it",
        "> quoted",
        ":fire: on fire",
    ],
)
def test_markup_in_a_title_is_shown_as_typed(tuesday: Story, title: str) -> None:
    tuesday.command("dee", f"/sev1 acme: {title}")
    tuesday.take("ana")

    messages = [tuesday.card(), *tuesday.slack.dm("ana"), *tuesday.slack.private("dee")]
    assert messages
    sent = "".join(map(all_text, messages))
    assert "<!channel" not in sent
    assert "<!here" not in sent
    assert "<!everyone" not in sent
    assert "<!subteam" not in sent
    assert "<https:" not in sent
    assert tuesday.read(tuesday.card()).splitlines()[1] == title


def test_a_mention_of_everybody_in_a_title_notifies_nobody(tuesday: Story) -> None:
    tuesday.command("dee", "/sev1 acme: @channel @here @everyone look")

    answer = tuesday.slack.private("dee")[-1]
    sent = all_text(tuesday.card()) + all_text(answer)
    assert "&lt;!channel&gt; &lt;!here&gt; &lt;!everyone&gt; look" in sent
    assert "<!channel> <!here> <!everyone> look" in tuesday.read(tuesday.card())
    assert "<!channel" not in sent
    assert "<!here" not in sent
    assert "<!everyone" not in sent


def test_a_mention_in_a_title_shows_the_name_and_notifies_nobody(
    tuesday: Story,
) -> None:
    tuesday.command("dee", "/sev2 acme: @ben says push fails")

    assert tuesday.read(tuesday.card()).splitlines()[1] == "@ben says push fails"
    assert "<@U0BEN>" not in all_text(tuesday.card())


def test_markup_before_the_colon_is_no_customer(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev2 <!channel>: push fails")

    assert "customer unknown" in tuesday.read(answer.private)
    assert tuesday.read(tuesday.card()).splitlines()[1] == "<!channel>: push fails"


def test_markup_in_a_form_is_shown_as_typed(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")

    tuesday.fill_in(
        "dee",
        "First response sent",
        told="<!channel> we look & *hurry*",
        next="<@U0ANA>",
    )

    note = tuesday.slack.thread(tuesday.card())[-1]
    assert "“<!channel> we look & *hurry*”" in tuesday.read(note)
    assert "<!channel" not in all_text(note)
    assert "<@U0ANA>" not in all_text(note)


def test_the_longest_update_fits_into_the_thread(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")

    tuesday.fill_in("dee", "First response sent", told="<" * 2000, next="&" * 2000)

    assert tuesday.receipt("dee").startswith("Logged for INC-1.")
    assert len(tuesday.thread()) == 1


def test_the_same_text_within_half_a_minute_is_asked_about(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.system_clock.advance(seconds=29)

    again = tuesday.command("dee", "/sev2 acme: push fails")

    assert tuesday.read(again.private) == (
        "INC-1 was opened from the same text just now. Nothing new "
        "was opened. 🔶 Sev2 INC-1 Acme: push fails.\n"
        "[Open another]"
    )
    assert len(tuesday.slack.channel("incidents")) == 1


def test_open_another_opens_it(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    question = tuesday.command("dee", "/sev2 acme: push fails").private
    assert question

    said = tuesday.asked("dee", "Open another", question)

    assert "INC-2 · 🔶 Sev2 · Acme" in said
    assert len(tuesday.slack.channel("incidents")) == 2
    assert len(tuesday.slack.private("dee")) == 2


@pytest.mark.parametrize(
    ("who", "channel", "text", "seconds"),
    [
        ("dee", "support", "/sev2 acme: push fails", 31),
        ("ben", "support", "/sev2 acme: push fails", 1),
        ("dee", "acme", "/sev2 acme: push fails", 1),
        ("dee", "support", "/sev3 acme: push fails", 1),
    ],
    ids=["later", "another person", "another place", "another severity"],
)
def test_a_later_or_different_command_is_not_asked_about(
    tuesday: Story, who: str, channel: str, text: str, seconds: int
) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.system_clock.advance(seconds=seconds)

    answer = tuesday.command(who, text, channel=channel)

    assert "*INC-2 · " in tuesday.read(answer.private)


def test_the_same_command_delivered_three_times_opens_one_incident(
    tuesday: Story,
) -> None:
    answer = tuesday.slack.as_("dee").command(
        "/sev1", "acme: checkout is down", channel="support", times=3
    )
    tuesday.settle()

    said = [tuesday.read(one.private) for one in (answer, *answer.repeats)]
    assert len(said) == 3
    assert len(set(said)) == 1
    assert len(tuesday.slack.channel("incidents")) == 1
    assert len(tuesday.phone("ana")) == 1


def test_a_repeated_text_redelivered_later_is_still_asked_about(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    slip = tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.system_clock.advance(minutes=5)

    again = tuesday.slack.redeliver(slip)

    assert tuesday.read(again.private) == tuesday.read(slip.private)
    assert len(tuesday.slack.channel("incidents")) == 1


def test_a_press_and_a_form_delivered_twice_count_once(tuesday: Story) -> None:
    tuesday.command("dee", "/sev2 acme: push fails")
    press = tuesday.take("ana")
    form = tuesday.fill_in("ana", "First response sent", told="On it")

    tuesday.slack.redeliver(press)
    tuesday.slack.redeliver(form)
    tuesday.settle()

    assert len(tuesday.thread()) == 2
    (said,) = {tuesday.read(one) for one in tuesday.slack.private("ana")}
    assert said.startswith("Logged for INC-1.")


def test_an_owner_who_has_left_cannot_be_named(tuesday: Story) -> None:
    tuesday.leave("cem")

    answer = tuesday.command("dee", "/sev2 acme: push fails owner=@cem")

    assert tuesday.read(answer.private).startswith(
        "That person has left. Choose somebody else. Nothing was recorded."
    )
    assert tuesday.slack.channel("incidents") == []


def test_a_command_works_in_a_channel_without_the_bot(
    tuesday: Story,
) -> None:
    answer = tuesday.command("dee", "/sev2 push fails", channel="acme")

    assert "INC-1 · 🔶 Sev2 · Acme" in tuesday.read(answer.private)
    assert tuesday.slack.channel("acme") == []


def test_a_channel_without_the_bot_is_reported_to_typist_and_fallback(
    tuesday: Story,
) -> None:
    tuesday.slack.remove("incidents", "sevbot")

    answer = tuesday.command("dee", "/sev2 acme: push fails")
    tuesday.settle()

    assert "INC-1 · 🔶 Sev2 · Acme" in tuesday.read(answer.private)
    assert tuesday.phone("dee") == [
        (
            "INC-1 is recorded, but its card could not be posted in #incidents. Why: "
            "the bot is not in the channel; invite it there. Reminders go out as "
            "usual; `/incident 1` shows it. 🔶 Sev2 INC-1 Acme: push fails."
        )
    ]
    (fallback,) = tuesday.slack.channel("support")
    assert tuesday.slack.notice(fallback, "ana").startswith(
        "Not delivered: the card of INC-1, to #incidents. Why: the bot is not in the "
        "channel; invite it there."
    )
    assert len(tuesday.phone("ana")) == 1


def test_an_unknown_command_is_answered(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/sev5 acme: push fails")

    assert tuesday.read(answer.private) == (
        "sevbot does not know /sev5. Type `/incident help`. Nothing "
        "was recorded.\n"
        "Your text: /sev5 acme: push fails"
    )


def test_a_workspace_may_prefix_the_commands(tuesday: Story) -> None:
    answer = tuesday.command("dee", "/acme-sev2 acme: push fails")

    assert "INC-1 · 🔶 Sev2" in tuesday.read(answer.private)
