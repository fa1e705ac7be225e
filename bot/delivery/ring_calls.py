"""What is said to a target outside of Slack, so that it makes a noise or stops.

Sources: https://developer.pagerduty.com/docs/send-alert-event and
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.delivery import web_calls
from bot.delivery.web_calls import Networks
from bot.settings import Ring

_PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"


class What(StrEnum):
    """What a target is asked to do. A test wakes nobody."""

    RING = "incident.ring"
    OVER = "incident.taken"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Alert:
    """What rings: `id` is the same for every try, `key` for all about one escalation.

    `details` go to a webhook, and `summary` to PagerDuty as well.
    """

    what: What
    id: str
    key: str
    summary: str
    details: Mapping[str, object]
    link: str | None = None


TEST = Alert(What.TEST, "sevbot/test", "sevbot/test", "A test of sevbot", {})


def send(ring: Ring, alert: Alert, now: datetime, private: Networks) -> None:
    """Call a target about an alert. Raises WebCallError."""
    url, key = ring.address, ring.key.get_secret_value()
    headers = {"Content-Type": "application/json"}
    if ring.is_webhook:
        body = _dumped({"type": alert.what, "data": _data(alert)})
        headers |= _signed(key, alert.id, now, body)
    else:
        body = _dumped(_event(alert, key))
    web_calls.call(url or _PAGERDUTY, private, body=body, headers=headers)


def _data(alert: Alert) -> dict[str, object]:
    return {
        "key": alert.key,
        "summary": alert.summary,
        "link": alert.link,
        **alert.details,
    }


def _event(alert: Alert, key: str) -> dict[str, object]:
    """Return an event of PagerDuty's; to end what is not there does nothing."""
    if alert.what is not What.RING:
        return {
            "routing_key": key,
            "event_action": "resolve",
            "dedup_key": alert.key,
        }
    links = [{"href": alert.link, "text": "Open the card"}] if alert.link else []
    return {
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": alert.key,
        "payload": {
            "summary": alert.summary,
            "source": "sevbot",
            "severity": "critical",
        },
        "links": links,
    }


def _signed(key: str, id: str, now: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that tell who calls, and which tries are one."""
    secret = base64.b64decode(key.removeprefix("whsec_"))
    stamp = str(int(now.timestamp()))
    text = f"{id}.{stamp}.".encode() + body
    signature = base64.b64encode(hmac.digest(secret, text, hashlib.sha256)).decode()
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


def _dumped(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
