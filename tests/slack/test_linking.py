"""Tests of bot.slack.linking."""

from bot.slack.blocks import Message, say, section
from bot.slack.linking import linked, named
from tests.slack.reading import paragraphs

URL = "https://x.slack.com/archives/C1/p1"


def message(text: str) -> Message:
    return say("INC-1", [section(text)])


def test_each_name_becomes_a_link_where_its_card_is_known() -> None:
    said = message("*INC-1* and INC-22, not INC-3.")

    shown = linked(said, {1: URL, 22: f"{URL}2"})

    assert named(said) == {1, 22, 3}
    assert paragraphs(shown) == [f"*<{URL}|INC-1>* and <{URL}2|INC-22>, not INC-3."]
    assert shown.text == "INC-1"


def test_what_is_a_link_or_code_or_part_of_a_word_stays() -> None:
    said = message(f"<{URL}|INC-1> `INC-1` XINC-1 INC-1st")

    assert named(said) == set()
    assert linked(said, {1: URL}) == said
