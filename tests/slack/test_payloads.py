"""Payloads of Slack's: which fields count."""

from bot.slack import payloads


def test_an_event_in_a_shared_channel_is_for_those_it_is_authorized_for() -> None:
    body = {
        "team_id": "T0OTHER",
        "authorizations": [{"team_id": "T0ACME", "enterprise_id": None}],
        "event": {"type": "user_change", "user": {"id": "U0ANA"}},
    }

    assert payloads.change_of_person(body).places == {"T0ACME"}
    assert payloads.change_of_person({**body, "authorizations": []}).places == {
        "T0OTHER"
    }
