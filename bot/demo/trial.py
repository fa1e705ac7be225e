"""What each trial has: a team of five, the settings of its bot, what is not sent."""

from typing import Any

from pydantic import SecretStr

from bot.emulator.driver import LocalSlack
from bot.settings import Settings
from bot.store.database import Transaction

TEAM = {
    "ana": "America/Los_Angeles",
    "ben": "America/New_York",
    "lea": "Europe/Berlin",
    "cem": "Asia/Kolkata",
    "dee": "America/Los_Angeles",
}


def settings_of(slack: LocalSlack, **others: Any) -> Settings:
    return Settings(
        slack_bot_token=SecretStr(slack.bot_token),
        slack_app_token=SecretStr(slack.app_token),
        slack_signing_secret=SecretStr(slack.signing_secret),
        slack_api_url=slack.api_url,
        **others,
    )


def waiting(tx: Transaction) -> int:
    """Return how many messages are not sent yet."""
    row = tx.one("unfinished")
    return int(row["waiting"]) if row else 0
