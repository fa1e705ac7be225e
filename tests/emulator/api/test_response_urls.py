"""Response URLs: five uses, thirty minutes, for private answers."""

from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.emulator.driver import LocalSlack
from bot.emulator.records import Message
from tests.emulator.world import (
    INCIDENTS,
    Machine,
    actions,
    button,
    refusal,
    section,
)


class Urls:
    """Gets a response URL by an act of ana's."""

    def __init__(self, slack: LocalSlack, app: App) -> None:
        self._slack = slack
        self._bodies: list[dict[str, Any]] = []

        def listen(ack: Ack, body: dict[str, Any]) -> None:
            self._bodies.append(body)
            ack()

        app.command("/sev2")(listen)
        app.action("take")(listen)

    def of_command(self) -> WebhookClient:
        self._slack.as_("ana").command("/sev2", channel="support")
        return WebhookClient(self._bodies[-1]["response_url"])

    def of_press(self, message: Message) -> WebhookClient:
        self._slack.as_("ana").press("take", message)
        return WebhookClient(self._bodies[-1]["response_url"])


@pytest.fixture
def urls(slack: LocalSlack, app: App) -> Urls:
    return Urls(slack, app)


@pytest.fixture
def card(slack: LocalSlack, client: WebClient) -> Message:
    client.chat_postMessage(
        channel=INCIDENTS, text="card", blocks=[actions(button("Take it", "take"))]
    )
    return slack.channel("incidents")[0]


def error_of(response: WebhookResponse) -> tuple[int, bool]:
    return response.status_code, '"ok":false' in response.body


def test_an_answer_is_private_even_where_the_bot_is_not_a_member(
    slack: LocalSlack, urls: Urls
) -> None:
    response = urls.of_command().send(text="Only you see this")

    assert (response.status_code, response.body) == (200, "ok")
    assert [m.text for m in slack.private("ana")] == ["Only you see this"]
    assert slack.channel("support") == []


@pytest.mark.parametrize(
    "asked",
    [{"response_type": "in_channel"}, {"delete_original": True}, {"thread_ts": "1.0"}],
    ids=str,
)
def test_what_the_bot_never_asks_for_is_refused(
    slack: LocalSlack, urls: Urls, card: Message, asked: dict[str, Any]
) -> None:
    response = urls.of_press(card).send_dict({"text": "x", **asked})

    assert error_of(response) == (400, True)
    assert slack.channel("incidents") == [card]
    assert slack.private("ana") == []


def test_a_url_is_used_up_after_five_posts(slack: LocalSlack, urls: Urls) -> None:
    url = urls.of_command()
    for number in range(5):
        assert url.send(text=str(number)).status_code == 200

    response = url.send(text="six")

    assert response.status_code == 404
    assert "used_url" in response.body
    assert len(slack.private("ana")) == 5


def test_a_url_expires_thirty_minutes_after_the_act(
    urls: Urls, machine: Machine
) -> None:
    url = urls.of_command()
    machine.seconds += 30 * 60

    in_time = url.send(text="x")
    machine.seconds += 1
    late = url.send(text="x")

    assert in_time.status_code == 200
    assert (late.status_code, "expired_url" in late.body) == (404, True)


def test_a_made_up_url_is_not_served(slack: LocalSlack) -> None:
    response = WebhookClient(f"{slack.url}/response/made-up").send(text="x")

    assert response.status_code == 404


def test_a_body_that_slack_refuses_is_a_bad_request(
    slack: LocalSlack, urls: Urls
) -> None:
    url = urls.of_command()

    empty = url.send(text="")
    long = url.send(text="x", blocks=[section("x" * 3001)])

    assert error_of(empty) == (400, True)
    assert error_of(long) == (400, True)
    assert slack.private("ana") == []


def test_the_message_that_was_pressed_can_be_replaced(
    slack: LocalSlack, urls: Urls, card: Message
) -> None:
    urls.of_press(card).send(text="taken", replace_original=True)

    (message,) = slack.channel("incidents")
    assert (message.ts, message.text, message.blocks) == (card.ts, "taken", ())
    assert message.edited


def test_a_private_message_can_be_replaced_only_so(
    slack: LocalSlack, client: WebClient, urls: Urls
) -> None:
    urls.of_command().send(text="x", blocks=[actions(button("Take it", "take"))])
    (private,) = slack.private("ana")

    with pytest.raises(SlackApiError) as error:
        client.chat_update(channel=private.channel, ts=private.ts, text="new")
    urls.of_press(private).send(text="taken", replace_original=True)

    assert refusal(error) == "message_not_found"
    assert [m.text for m in slack.private("ana")] == ["taken"]


def test_the_typed_command_cannot_be_replaced(slack: LocalSlack, urls: Urls) -> None:
    urls.of_command().send(text="x", replace_original=True)

    assert [m.text for m in slack.private("ana")] == ["x"]
