"""Any input from outside gets an answer or a refusal, never a crash or a leak."""

import copy
import http.client
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import logs
from bot.emulator.api.deliveries import signature
from bot.errors import PolicyError, UserError
from bot.inbound.signed_http import SignedHttp
from bot.slack import actions
from bot.slack.command_text import Form, Help, OpenRequest, parse_command
from bot.slack.forms import (
    change,
    customer,
    hand_off,
    opening,
    resolving,
    update,
    voiding,
)
from tests.factories import PACIFIC, pacific, shipped_policy
from tests.policy_texts import SMALL, policy_of
from tests.story import Story, story

# What no log may hold: a customer's words wherever they may stand.
WORDS = "pomegranate"

PIECES = [
    "acme:", "acme corp", "Globex", ":", "=", "plan=", "plan=premium", "plan=gold",
    "owner=", "owner=@ana", "owner=<@U0ANA|ana>", "owner=<@", "at=09:40", "at=25:99",
    "at=yesterday 9pm", "at=-1:-1", "link=", "link=<https://a.example/1|here>",
    "link=javascript:1", "link=<http://[>", "<!channel>", "<@U0ANA>", "<#C1|x>", "&lt;",
    '"', "“", "”", "'", "`", "*", "_", "```", "\0", "\x1b[31m", "\r\n", "\t", "\u202e",
    "\ud800", "\U0001f525", "İ", "ß", "x" * 10_000, "help", "9" * 400, "colour=red",
]  # fmt: skip
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=8).map(
    " ".join
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(TYPED)
def test_any_typed_text_is_understood_or_refused_in_a_sentence(text: str) -> None:
    try:
        found: object = parse_command(
            text,
            policy=shipped_policy(),
            channel="C0SUPPORT",
            typist_zone=PACIFIC,
            now=pacific(24, "10:00"),
            people={"ana": "U0ANA"}.get,
        )
    except UserError as error:
        found = error

    assert isinstance(found, OpenRequest | Form | Help | UserError)
    assert str(found).strip()


@st.composite
def edited(draw: st.DrawFn) -> str:
    """Return a policies file after a few careless edits."""
    lines = SMALL.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        column = draw(st.integers(0, len(line)))
        new = draw(
            st.sampled_from([":", "- ", "{", "}", "[", "'", "&a", "*a", "!!int ", "  "])
            | st.text(max_size=12)
        )
        lines[at] = draw(
            st.sampled_from(
                [
                    "",
                    line[:column] + new + line[column:],
                    line.partition(":")[0] + ": " + new,
                    line + "\n" + line,
                    line.replace("hour", "day").replace("0", "99999999999"),
                ]
            )
        )
    return "\n".join(lines)


@settings(max_examples=200)
@given(edited())
def test_an_edited_policy_is_read_or_refused_with_problems(
    text: str,
) -> None:
    problems: tuple[str, ...] = ("it was read",)
    try:
        policy_of(text)
    except PolicyError as error:
        problems = error.problems

    assert all(problem.strip() for problem in problems)
    assert problems


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with story(
        tmp_path_factory.mktemp("fuzz"), "2026-11-24 10:00", is_http=True
    ) as told:
        told.command("dee", "/sev2 acme: push fails")
        yield told


COMMON: dict[str, Any] = {
    "user": {"id": "U0DEE", "username": "dee", "team_id": "T0ACME"},
    "team": {"id": "T0ACME", "domain": "acme"},
    "api_app_id": "A0SEVBOT",
    "trigger_id": "1.2",
}
PRESS: dict[str, Any] = COMMON | {
    "type": "block_actions",
    "channel": {"id": "C0INCIDENTS", "name": "incidents"},
    "container": {"type": "message", "message_ts": "1.0", "channel_id": "C0INCIDENTS"},
    "message": {"ts": "1.0", "text": WORDS, "blocks": []},
    "response_url": "http://127.0.0.1:9/",
    "actions": [
        {
            "type": "button",
            "action_id": actions.TAKE,
            "block_id": "b",
            "value": "1",
            "action_ts": "1.1",
        }
    ],
}
SUBMISSION: dict[str, Any] = COMMON | {
    "type": "view_submission",
    "view": {
        "id": "V1",
        "type": "modal",
        "hash": "1.a",
        "callback_id": resolving.ID,
        "private_metadata": "1",
        "title": {"type": "plain_text", "text": WORDS},
        "blocks": [],
        "state": {
            "values": {
                "note": {"note": {"type": "plain_text_input", "value": WORDS}},
                "confirmed": {"confirmed": {"selected_options": []}},
            }
        },
    },
}
EVENT: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T0ACME",
    "api_app_id": "A0SEVBOT",
    "event_id": "Ev1",
    "event_time": 1,
    "event": {"type": "user_change", "user": {"id": "U0DEE", "name": WORDS}},
}
_FORMS = (change, customer, hand_off, opening, resolving, update, voiding)
_NAMES = [value for name, value in vars(actions).items() if name.isupper()]
_NAMES += [form.ID for form in _FORMS]
_VALUES = ["", "0", "-1", "1", "1|U0ANA", "1|INC-1/update/1|1 hour", "9" * 500, "1|x|y"]
IDS = st.sampled_from([str(name) for name in _NAMES]) | st.text(max_size=300)


@st.composite
def mutated(draw: st.DrawFn, template: dict[str, Any]) -> dict[str, Any]:
    """Return a payload of which some parts are missing, or are something else."""
    payload = copy.deepcopy(template)
    for _ in range(draw(st.integers(0, 3))):
        place = payload
        while True:
            key = draw(st.sampled_from(sorted(place)))
            inner = place[key]
            if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                inner = inner[0]
            if not isinstance(inner, dict) or not inner or draw(st.booleans()):
                break
            place = inner
        if draw(st.booleans()):
            del place[key]
        else:
            place[key] = draw(JSON)
        if not payload:
            break
    return payload


@st.composite
def presses(draw: st.DrawFn) -> dict[str, Any]:
    payload = draw(mutated(PRESS))
    pressed = payload.get("actions")
    first = pressed[0] if isinstance(pressed, list) and pressed else None
    if isinstance(first, dict) and draw(st.booleans()):
        first["action_id"] = draw(IDS)
        first["value"] = draw(st.sampled_from(_VALUES) | st.text(max_size=50))
    return payload


@st.composite
def submissions(draw: st.DrawFn) -> dict[str, Any]:
    payload = draw(mutated(SUBMISSION))
    view = payload.get("view")
    if isinstance(view, dict) and draw(st.booleans()):
        view["callback_id"] = draw(IDS)
        view["private_metadata"] = draw(st.sampled_from(_VALUES))
    return payload


@settings(max_examples=100)
@given(payload=presses() | submissions())
def test_no_press_or_submission_breaks_or_leaks_anything(
    told: Story, payload: dict[str, Any]
) -> None:
    body = urlencode({"payload": json.dumps(payload)}).encode()

    _stands(told, body, "application/x-www-form-urlencoded")


@settings(max_examples=40)
@given(payload=mutated(EVENT))
def test_no_event_breaks_or_leaks_anything(
    told: Story, payload: dict[str, Any]
) -> None:
    _stands(told, json.dumps(payload).encode(), "application/json")


@settings(max_examples=60)
@given(
    text=TYPED,
    command=st.sampled_from(["/sev1", "/sev4", "/incident", "/x", ""]),
    missing=st.sampled_from(["", "user_id", "channel_id", "trigger_id", "text"]),
)
def test_no_command_breaks_or_leaks_anything(
    told: Story, text: str, command: str, missing: str
) -> None:
    fields = {
        "command": command,
        "text": f"{text} {WORDS}".replace("\ud800", "?"),
        "user_id": "U0DEE",
        "team_id": "T0ACME",
        "channel_id": "C0SUPPORT",
        "trigger_id": f"{time.monotonic_ns()}.1",
        "response_url": "http://127.0.0.1:9/",
    }
    fields.pop(missing, None)
    body = urlencode(fields, errors="replace").encode()

    _stands(told, body, "application/x-www-form-urlencoded")


@settings(max_examples=60)
@given(
    body=st.binary(max_size=200)
    | st.sampled_from([b"", b"{", b"[]", b"null", b"payload=", b"payload={", b"1"])
    | JSON.map(lambda value: json.dumps(value).encode()),
    kind=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain; charset=nonsense",
            "",
        ]
    ),
)
def test_any_signed_body_is_answered_without_a_crash(
    told: Story, body: bytes, kind: str
) -> None:
    _stands(told, body, kind)


@settings(max_examples=40)
@given(
    at=st.sampled_from(["", "0", "-1", "9" * 30, "1e9", "now", "²"])
    | st.text("0123456789", max_size=12),
    sign=st.sampled_from(["", "v0=", "v0=" + "0" * 64, "v1=x", "ö", "=" * 5000]),
)
def test_a_forged_signature_is_refused(told: Story, at: str, sign: str) -> None:
    reply = _asked(told, b"payload={}", at=at, sign=sign)

    assert reply[0] == 401


def _stands(told: Story, body: bytes, kind: str) -> None:
    """Deliver a signed body; fail if the bot crashed or leaked."""
    with _logged() as log:
        status, said = _asked(told, body, kind=kind)
        told.settle()

    shown = [*told.slack.all_messages(), *told.slack.private("dee")]
    assert status < 500, (status, said, log.getvalue())
    for text in (said, *(f"{one.text} {one.blocks}" for one in shown)):
        assert "Traceback" not in text
        assert 'File "' not in text
    for secret in (WORDS, told.slack.bot_token, told.slack.signing_secret):
        assert secret not in log.getvalue()


def _asked(
    told: Story,
    body: bytes,
    *,
    kind: str = "application/x-www-form-urlencoded",
    at: str | None = None,
    sign: str | None = None,
) -> tuple[int, str]:
    transport = told.bot.transport
    assert isinstance(transport, SignedHttp)
    now = str(int(time.time())) if at is None else at
    if sign is None:
        sign = signature(told.slack.signing_secret, now, body)
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": now.encode().decode("latin-1"),
        "X-Slack-Signature": sign,
    }
    connection = http.client.HTTPConnection("127.0.0.1", transport.port, timeout=10)
    try:
        connection.request("POST", "/slack/events", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@contextmanager
def _logged() -> Iterator[StringIO]:
    """Collect what the bot's own process would write into its log."""
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logs.Formatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
