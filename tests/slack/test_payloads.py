"""Payloads of Slack's: which fields count."""

from typing import Any

from bot.slack import events


def test_an_event_in_a_shared_channel_is_for_those_it_is_authorized_for() -> None:
    body = {
        "team_id": "T0OTHER",
        "authorizations": [{"team_id": "T0ACME", "enterprise_id": None}],
        "event": {"type": "user_change", "user": {"id": "U0ANA"}},
    }

    assert events.change_of_person(body)[1] == {"T0ACME"}
    assert events.change_of_person({**body, "authorizations": []})[1] == {"T0OTHER"}


def reaction(name: str = "wave", kind: str = "message") -> dict[str, Any]:
    item = {"type": kind, "channel": "C0ACME", "ts": "1764000000.123456"}
    event = {
        "type": "reaction_added",
        "user": "U0ANA",
        "reaction": name,
        "item": item,
        "event_ts": "1764000060.000100",
    }
    return {"event": event, "event_id": "Ev1"}


def test_an_emoji_in_another_skin_tone_is_the_same() -> None:
    read = events.reaction(reaction("wave::skin-tone-4"))

    assert read is not None
    assert (read.emoji, read.key) == ("wave", "event:Ev1")


def test_an_emoji_on_a_file_is_on_no_message() -> None:
    assert events.reaction(reaction(kind="file")) is None


def test_a_stamp_is_an_instant_to_the_millisecond() -> None:
    at = events.instant("1764000000.123456")

    assert at.isoformat() == "2025-11-24T16:00:00.123000+00:00"
