"""Tests of bot.slack.messages.answers."""

from bot.slack.messages import answers
from tests.factories import incident, shipped_policy
from tests.slack.reading import buttons, elements, paragraphs


def test_the_same_text_twice_is_asked_about() -> None:
    message = answers.same_again(
        incident(), shipped_policy(), "/sev2", "acme: push of apps fails"
    )

    assert message.text == (
        "INC-42 was opened from the same text just now. Nothing new was opened."
    )
    assert buttons(message) == ["Open another"]


def test_an_error_gives_the_text_back_as_it_was_typed() -> None:
    message = answers.user_error(
        "There is no option foo=.", "/sev2 <@U0ANA|ana> &lt;!channel&gt; foo=1"
    )

    assert message.text == ("There is no option foo=. Nothing was recorded.")
    assert paragraphs(message)[1] == "Your text: /sev2 @ana <!channel> foo=1"


def test_ten_thousand_characters_are_given_back_whole() -> None:
    text = "word " * 2000

    message = answers.user_error("The title is too long.", text)

    given_back = " ".join(paragraphs(message)[1:]).removeprefix("Your text: ")
    assert given_back.split() == text.split()


def test_the_worst_text_is_given_back_as_far_as_it_fits() -> None:
    message = answers.user_error("The title is too long.", "&amp;" * 20_000)

    assert paragraphs(message)[-1].endswith("…")


def test_a_failed_write_says_not_recorded_and_can_be_tried_again() -> None:
    message = answers.not_recorded(
        "the database is locked", "/sev2", "acme: checkout is down"
    )

    assert message.text == (
        "NOT recorded (the database is locked). "
        "Your text: “acme: checkout is down”. Try again."
    )
    assert [element["value"] for element in elements(message)] == [
        "/sev2 acme: checkout is down"
    ]


def test_a_text_too_long_for_a_button_is_only_given_back() -> None:
    message = answers.not_recorded("the disk is full", "/sev2", "z" * 3000)

    assert buttons(message) == []
    assert "".join(paragraphs(message)).count("z") == 3000


def test_an_unconfirmed_text_too_long_for_a_button_advises_checking_first() -> None:
    message = answers.in_doubt("it is away", "/sev2", "z" * 3000, "1337.42.ab")

    assert buttons(message) == []
    assert message.text.startswith(
        "It is NOT KNOWN whether this was recorded (it is away). Your text: “zzz"
    )
    assert message.text.endswith("If no card of it appears, type it again.")
