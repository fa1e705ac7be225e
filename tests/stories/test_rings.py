"""A step of the escalation makes a noise outside of Slack, until somebody takes it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.emulator.faults import Fault
from bot.policy.policies import Policy
from bot.settings import Ring
from tests.story import Story, shipped_policy
from tests.web_target import Asked, WebTarget, web_target

SEV1 = "/sev1 acme: checkout is down"
KEY = "0123456789abcdef0123456789abcdef"
WEBHOOK = "whsec_" + base64.b64encode(b"sixteen bytes and more").decode()
HERE = (ip_network("127.0.0.0/8"),)
KEY_OF_ALL = "sevbot/T0ACME/INC-1/escalation/1"

Begin = Callable[..., Story]


def ringing() -> Policy:
    """Return the shipped policy whose second page, after five minutes, also rings."""
    policy = shipped_policy()
    first, second, *rest = policy.escalation.steps
    steps = (first, replace(second, ring="night"), *rest)
    return replace(policy, escalation=replace(policy.escalation, steps=steps))


@pytest.fixture
def target() -> Iterator[WebTarget]:
    with web_target() as target:
        yield target


@pytest.fixture
def begin(tmp_path: Path, target: WebTarget) -> Iterator[Begin]:
    begun = []

    def begin(key: str = KEY, **settings: Any) -> Story:
        told = Story(tmp_path, "2026-11-24 10:00", policy=ringing(), replicas=1)
        night = Ring(SecretStr(key), SecretStr(target.url))
        told.settings = {"rings": {"night": night}, "private_addresses": HERE}
        told.settings |= settings
        told.start()
        begun.append(told)
        return told

    yield begin
    for told in begun:
        told.stop()


def bodies(asked: list[Asked]) -> list[Any]:
    return [json.loads(one.body) for one in asked]


def fallback(story: Story) -> list[str]:
    return [story.read(one) for one in story.slack.channel("support")]


def test_it_rings_when_its_step_comes_and_stops_when_somebody_takes_it(
    begin: Begin, target: WebTarget
) -> None:
    told = begin()
    told.command("dee", SEV1)
    before = list(target.asked)

    told.advance(minutes=5)
    (rung,) = bodies(target.asked)
    told.take("ana")
    over = bodies(target.asked)[-1]

    assert before == []
    assert rung["routing_key"] == KEY
    assert (rung["event_action"], rung["dedup_key"]) == ("trigger", KEY_OF_ALL)
    assert rung["payload"] == {
        "summary": "🔺 Sev1 INC-1 Acme: checkout is down",
        "source": "sevbot",
        "severity": "critical",
    }
    assert "/archives/" in rung["links"][0]["href"]
    assert over == {
        "routing_key": KEY,
        "event_action": "resolve",
        "dedup_key": KEY_OF_ALL,
    }


def test_a_ring_that_waits_is_given_up_once_somebody_takes_it(
    begin: Begin, target: WebTarget
) -> None:
    told = begin()
    target.status = 503
    told.command("dee", SEV1)
    told.advance(minutes=5)

    told.take("ana")
    target.status = 202
    told.system_clock.advance(seconds=20)
    told.settle()

    done = [one["event_action"] for one in bodies(target.asked)]
    assert done == ["trigger", "resolve"]


def test_the_senders_to_slack_leave_rings_alone(
    begin: Begin, target: WebTarget
) -> None:
    told = begin()
    told.command("dee", SEV1)
    told.clock.travel(told.now + timedelta(minutes=5))
    told.bot.tick()

    told.bot.outbox.drain()
    before = list(target.asked)
    told.bot.rings.send_due()

    assert (len(before), len(target.asked)) == (0, 1)
    assert fallback(told) == []


def test_a_webhook_is_signed_and_each_try_has_the_same_id(
    begin: Begin, target: WebTarget
) -> None:
    told = begin(WEBHOOK)
    target.status = 503
    told.command("dee", SEV1)
    told.advance(minutes=5)

    target.status = 204
    told.system_clock.advance(seconds=20)
    told.settle()

    first, second = target.asked
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    stamp, name = (second.headers[f"webhook-{one}"] for one in ("timestamp", "id"))
    signed = f"{name}.{stamp}.".encode() + second.body
    secret = base64.b64decode(WEBHOOK.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
    assert second.headers["webhook-signature"] == f"v1,{expected}"
    assert bodies(target.asked)[0]["type"] == "incident.ring"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (410, "it answered 410"),
        (401, "it answered 401"),
        (302, "it answered 302"),
    ],
    ids=["gone", "a key that is refused", "a redirect"],
)
def test_a_target_that_refuses_is_reported_at_once(
    begin: Begin, target: WebTarget, status: int, why: str
) -> None:
    told = begin()
    target.status, target.location = status, target.url
    told.command("dee", SEV1)

    told.advance(minutes=5)

    assert len(target.asked) == 1
    assert [one for one in fallback(told) if one.startswith("Not delivered")] == [
        "Not delivered: the alarm about INC-1, or its end, to what rings as “night”. "
        f"Why: {why}. Nobody was told instead.\n[Send again]"
    ]


def test_a_target_that_fails_for_a_minute_is_reported(
    begin: Begin, target: WebTarget
) -> None:
    told = begin()
    target.status = 500
    told.command("dee", SEV1)
    told.advance(minutes=5)

    for _ in range(8):
        told.system_clock.advance(seconds=16)
        told.settle()

    assert len(target.asked) > 2
    assert "it answered 500" in fallback(told)[-1]


def test_trouble_with_slack_holds_up_no_ring(begin: Begin, target: WebTarget) -> None:
    told = begin()
    told.command("dee", SEV1)
    told.slack.faults.add("chat.postMessage", Fault.RATE_LIMITED, times=None)
    told.advance(minutes=4)

    told.advance(minutes=1)

    assert len(target.asked) == 1


def test_a_private_address_that_is_not_listed_is_not_called(
    begin: Begin, target: WebTarget
) -> None:
    told = begin(private_addresses=())
    told.command("dee", SEV1)

    told.advance(minutes=5)

    assert target.asked == []
    assert "SEVBOT_PRIVATE_ADDRESSES does not list it" in fallback(told)[-1]


def test_a_ring_that_the_environment_does_not_have_is_reported(begin: Begin) -> None:
    told = begin(rings={})
    told.command("dee", SEV1)

    told.advance(minutes=5)

    assert "the environment has no SEVBOT_RING_…_KEY for it" in fallback(told)[-1]


def test_a_ring_that_cannot_be_signed_is_reported(
    begin: Begin, target: WebTarget
) -> None:
    told = begin(WEBHOOK.rstrip("="))
    told.command("dee", SEV1)

    told.advance(minutes=5)

    assert target.asked == []
    assert "it could not be called; the bot's log says why" in fallback(told)[-1]


def test_what_became_of_a_ring_is_in_the_incidents_history(begin: Begin) -> None:
    told = begin()
    told.command("dee", SEV1)

    told.advance(minutes=5)

    said = told.read(told.command("ana", "/incident 1").private)
    assert "Today 10:05: page to what rings as “night”: sent." in said


def test_a_first_page_that_makes_no_sound_rings_at_once(
    begin: Begin, target: WebTarget
) -> None:
    told = begin()
    told.slack.silence("ana", told.ago(hours=1), told.now + timedelta(hours=8))
    told.bot.quiet_times.read()

    told.command("dee", SEV1)

    assert [one["event_action"] for one in bodies(target.asked)] == ["trigger"]
    assert told.heard("ben") == []
