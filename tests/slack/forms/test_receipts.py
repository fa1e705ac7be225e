"""Tests of bot.slack.forms.receipts."""

from bot.slack.blocks import Message
from bot.slack.forms import receipts
from bot.slack.messages.answers import same_again
from tests.factories import incident, shipped_policy
from tests.slack.reading import form_text


def test_a_receipt_shows_a_sentence_or_an_answer() -> None:
    assert form_text(receipts.view(Message("Logged."))) == "Logged."
    answer = same_again(incident(), shipped_policy(), "/sev2", "acme: push fails")
    assert receipts.view(answer)["blocks"] == list(answer.blocks)
