"""What a refusal means that Slack's client reports."""

from datetime import timedelta

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.errors import Fate
from bot.slack.calls import refusal


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30),
        ("300", 300),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30),
        ("-5", 30),
        ("0", 30),
        ("1.5", 30),
        ("301", 30),
        ("9" * 30, 30),
        (None, 30),
    ],
    ids=[
        "seconds",
        "most",
        "a date",
        "negative",
        "none to wait",
        "not whole",
        "too many",
        "far too many",
        "no header",
    ],
)
def test_a_rate_limit_waits_as_long_as_its_header_says(
    header: str | None, seconds: int
) -> None:
    answer = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="chat.postMessage",
        req_args={},
        data={"ok": False, "error": "ratelimited"},
        headers={} if header is None else {"Retry-After": header},
        status_code=429,
    )

    refused = SlackApiError("", answer)  # type: ignore[no-untyped-call]
    error = refusal("chat.postMessage", refused)

    assert (error.fate, error.retry_after) == (
        Fate.NOT_DONE,
        timedelta(seconds=seconds),
    )


@pytest.mark.parametrize(
    "data",
    [
        {"ok": False},
        {"ok": False, "error": ""},
        {"ok": False, "error": None},
        {"ok": False, "error": " "},
        {"ok": False, "error": ["channel_not_found"]},
        {},
        "",
    ],
    ids=str,
)
def test_a_refusal_that_names_no_code_is_no_answer_of_slacks(data: object) -> None:
    answer = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="views.update",
        req_args={},
        data=data,  # type: ignore[arg-type]
        headers={},
        status_code=200,
    )

    error = refusal("views.update", SlackApiError("", answer))  # type: ignore[no-untyped-call]

    assert (error.code, error.fate) == ("not_from_slack", Fate.UNKNOWN)
