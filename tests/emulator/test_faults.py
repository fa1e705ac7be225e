"""Faults by hand: what the bot's client sees, and whether it was done."""

import http.client
import threading
import time
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from bot.emulator.faults import Fault
from tests.emulator.world import INCIDENTS, refusal


def posted(slack: LocalSlack) -> int:
    return len(slack.channel("incidents"))


def test_a_rate_limit_says_when_to_come_back(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.faults.add(
        "chat.postMessage", Fault.RATE_LIMITED, wait_for=timedelta(seconds=30)
    )

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x")

    assert error.value.response.status_code == 429
    assert error.value.response.headers["Retry-After"] == "30"
    assert refusal(error) == "ratelimited"
    assert posted(slack) == 0


def test_a_call_can_be_refused_with_any_code(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.faults.refuse("chat.postMessage", "is_inactive")

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x")

    assert error.value.response.status_code == 200
    assert refusal(error) == "is_inactive"
    assert posted(slack) == 0


@pytest.mark.parametrize(
    ("fault", "count"), [(Fault.FAIL_BEFORE, 0), (Fault.FAIL_AFTER, 1)]
)
def test_a_server_error_comes_before_or_after_the_effect(
    slack: LocalSlack, client: WebClient, fault: Fault, count: int
) -> None:
    slack.faults.add("chat.postMessage", fault)

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x")

    assert error.value.response.status_code == 500
    assert posted(slack) == count


@pytest.mark.parametrize(
    ("fault", "count"), [(Fault.DROP_BEFORE, 0), (Fault.DROP_AFTER, 1)]
)
def test_a_connection_drops_before_or_after_the_effect(
    slack: LocalSlack, client: WebClient, fault: Fault, count: int
) -> None:
    slack.faults.add("chat.postMessage", fault)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        client.chat_postMessage(channel=INCIDENTS, text="x")

    assert posted(slack) == count
    assert slack.calls("chat.postMessage")[0].fault == fault


def test_a_hidden_retry_of_the_client_is_a_hidden_duplicate(slack: LocalSlack) -> None:
    retrying = WebClient(slack.bot_token, base_url=slack.api_url)
    slack.faults.add("chat.postMessage", Fault.DROP_AFTER)

    retrying.chat_postMessage(channel=INCIDENTS, text="x")

    assert posted(slack) == 2


def test_a_slow_call_is_done_at_once_and_answered_late(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.faults.add(
        "chat.postMessage", Fault.SLOW_AFTER, wait_for=timedelta(seconds=0.3)
    )
    started = time.monotonic()
    call = threading.Thread(
        target=client.chat_postMessage, kwargs={"channel": INCIDENTS, "text": "x"}
    )

    call.start()
    slack.wait_for_messages("incidents")
    seen_after = time.monotonic() - started
    call.join()

    assert seen_after < 0.3 <= time.monotonic() - started


def test_a_late_call_lands_after_the_client_gave_up(
    slack: LocalSlack,
) -> None:
    impatient = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
    impatient.timeout = 0.1  # type: ignore[assignment]
    slack.faults.add(
        "chat.postMessage", Fault.SLOW_BEFORE, wait_for=timedelta(seconds=0.3)
    )

    with pytest.raises(TimeoutError):
        impatient.chat_postMessage(channel=INCIDENTS, text="x")
    before = posted(slack)

    slack.wait_for_messages("incidents")
    assert before == 0


def test_a_dropped_call_lands_later(slack: LocalSlack, client: WebClient) -> None:
    slack.faults.add(
        "chat.postMessage", Fault.LANDS_LATE, wait_for=timedelta(seconds=0.3)
    )

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        client.chat_postMessage(channel=INCIDENTS, text="x")
    before = posted(slack)

    slack.wait_for_messages("incidents")
    assert before == 0


def drawn(slack: LocalSlack, seed: int, rates: dict[Fault, float]) -> list[Any]:
    slack.faults.clear()
    wait = timedelta(seconds=3)
    slack.faults.by_chance("chat.postMessage", rates, seed=seed, wait_for=wait)
    found = []
    for _ in range(400):
        assert slack.faults.take("chat.update") is None
        rule = slack.faults.take("chat.postMessage")
        found.append(rule and (rule.fault, rule.wait_for))
    return found


def test_chance_is_replayed_by_its_seed_and_keeps_its_rates(slack: LocalSlack) -> None:
    rates = {Fault.RATE_LIMITED: 0.1, Fault.LANDS_LATE: 0.2, Fault.FAIL_AFTER: 0.2}

    one, again, other = (drawn(slack, seed, rates) for seed in (7, 7, 8))

    assert one == again
    assert one != other
    hit = Counter(each[0] for each in one if each is not None)
    assert hit[Fault.RATE_LIMITED] / 400 == pytest.approx(0.1, abs=0.05)
    assert hit[Fault.LANDS_LATE] / 400 == pytest.approx(0.2, abs=0.06)
    assert hit[Fault.FAIL_AFTER] / 400 == pytest.approx(0.2, abs=0.06)
    waits = {each[1] for each in one if each and each[0] is Fault.RATE_LIMITED}
    assert waits <= {timedelta(seconds=number) for number in (1, 2, 3)}
    with pytest.raises(ValueError, match="at most 1"):
        slack.faults.by_chance("*", {Fault.FAIL_AFTER: 1.1}, seed=7)


def test_a_rule_counts_its_calls_and_leaves_other_methods_alone(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.faults.add("chat.postMessage", Fault.FAIL_BEFORE, times=2)

    client.auth_test()
    for _ in range(2):
        with pytest.raises(SlackApiError):
            client.chat_postMessage(channel=INCIDENTS, text="x")
    client.chat_postMessage(channel=INCIDENTS, text="x")

    assert posted(slack) == 1


def test_a_rule_without_a_count_holds_until_it_is_cleared(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.faults.add("*", Fault.FAIL_BEFORE, times=None)

    for _ in range(3):
        with pytest.raises(SlackApiError):
            client.auth_test()
    slack.faults.clear()

    assert client.auth_test()["ok"]


def test_an_answer_by_response_url_can_fail_too(slack: LocalSlack, app: App) -> None:
    slack.faults.add("response_url", Fault.FAIL_BEFORE)

    @app.command("/sev2")
    def listen(ack: Ack, respond: Respond) -> None:
        ack()
        respond("hello")
        respond("hello again")

    answer = slack.as_("ana").command("/sev2", wait_private=True)

    assert answer.private == slack.private("ana")[0]
    assert [call.ok for call in slack.calls("response_url")] == [False, True]


def test_offline_refuses_connections_and_comes_back_on_the_same_port(
    slack: LocalSlack, client: WebClient, app: App
) -> None:
    slack.offline = True

    with pytest.raises(URLError) as error:
        client.auth_test()
    command = slack.as_("ana").command("/sev2")
    slack.offline = False

    assert isinstance(error.value.reason, ConnectionRefusedError)
    assert command.error == "dispatch_failed"
    assert client.auth_test()["ok"]
    slack.wait_for_socket()


def test_a_local_slack_that_is_offline_can_be_stopped() -> None:
    with LocalSlack() as slack:
        port = slack.port
        slack.offline = True

    with LocalSlack(port=port) as again:
        assert again.api_url == f"http://127.0.0.1:{port}/api/"


@pytest.mark.parametrize(("is_done", "count"), [(False, 0), (True, 1)])
def test_any_error_code_may_be_answered(
    slack: LocalSlack, client: WebClient, *, is_done: bool, count: int
) -> None:
    slack.faults.refuse(
        "chat.postMessage", "access_denied", is_done=is_done, needed="x:read"
    )

    with pytest.raises(SlackApiError) as error:
        client.chat_postMessage(channel=INCIDENTS, text="x")

    assert (error.value.response.status_code, refusal(error)) == (200, "access_denied")
    assert error.value.response["needed"] == "x:read"
    assert posted(slack) == count
    assert client.chat_postMessage(channel=INCIDENTS, text="x")["ok"]


def test_any_body_may_be_answered_with_any_status(slack: LocalSlack) -> None:
    page = "<html><title>Blocked</title></html>"
    slack.faults.reply("auth.test", page, 403, content_type="text/html")
    request = Request(f"{slack.api_url}auth.test", method="POST")

    with pytest.raises(HTTPError) as error:
        urlopen(request)

    assert error.value.code == 403
    assert error.value.headers["content-type"] == "text/html; charset=utf-8"
    assert error.value.read().decode() == page
