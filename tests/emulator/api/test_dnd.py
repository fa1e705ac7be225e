"""dnd.info of the local Slack, and the scope it needs."""

from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.emulator.driver import LocalSlack
from tests.emulator.world import INCIDENTS, refusal

NIGHT = (datetime(2026, 11, 20, 22, tzinfo=UTC), datetime(2026, 11, 21, 8, tzinfo=UTC))


def test_dnd_info_shows_a_nightly_silence(slack: LocalSlack, client: WebClient) -> None:
    slack.silence("ana", *NIGHT)

    answer = client.dnd_info(user="U0ANA").data

    assert answer == {
        "ok": True,
        "dnd_enabled": True,
        "next_dnd_start_ts": int(NIGHT[0].timestamp()),
        "next_dnd_end_ts": int(NIGHT[1].timestamp()),
    }


def test_dnd_info_shows_no_silence_for_others(client: WebClient) -> None:
    assert client.dnd_info(user="U0BEN")["dnd_enabled"] is False


@pytest.mark.parametrize(
    ("method", "argument", "needed"),
    [
        ("dnd.info", {"user": "U0ANA"}, "dnd:read"),
        ("conversations.info", {"channel": INCIDENTS}, "channels:read"),
    ],
    ids=["dnd.info", "conversations.info"],
)
def test_without_the_scope_it_is_refused_with_its_name(
    slack: LocalSlack,
    client: WebClient,
    method: str,
    argument: dict[str, str],
    needed: str,
) -> None:
    slack.workspace.scopes -= {needed}

    with pytest.raises(SlackApiError) as refused:
        client.api_call(method, params=argument)

    assert refusal(refused) == "missing_scope"
    assert refused.value.response["needed"] == needed
