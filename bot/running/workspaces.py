"""Find out which workspace this is: from Slack, or else from the record."""

import logging
from collections.abc import Callable
from threading import Event

from bot.errors import BotError, Fate, SlackError
from bot.settings import Settings, refused, text_of
from bot.slack.client import Slack
from bot.slack.identities import Identity
from bot.store import opening

logger = logging.getLogger(__name__)

_ASK_AGAIN_S = 5


def identify(
    settings: Settings,
    stopping: Event,
    waits: Callable[[str], None] = lambda _: None,
) -> Identity | None:
    """Ask Slack which workspace this is; `None` if `stopping` was set meanwhile.

    While Slack is away, use the workspace that the database knows. A new database knows
    none, so then ask until Slack answers; `waits` is called with what it waits for.
    """
    slack = Slack(text_of(settings.slack_bot_token), settings.slack_api_url)
    while not stopping.is_set():
        try:
            return slack.identity()
        except SlackError as error:
            if error.fate is Fate.INSTALLATION:
                raise BotError(refused("SLACK_BOT_TOKEN", error.code)) from error
            logger.warning("slack cannot be reached", extra={"error": error.code})
        team = opening.known_workspace(settings.database_url)
        if team is not None:
            return Identity(team, user="", url="")
        waits("Slack cannot be reached")
        stopping.wait(_ASK_AGAIN_S)
    return None
