"""Bolt's app, for this workspace alone."""

from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.settings import Settings
from bot.slack.client import Slack
from bot.slack.identities import Identity


def bolt_app(
    settings: Settings, slack: Slack, identity: Identity, executor: ThreadPoolExecutor
) -> App:
    """Return Bolt's app, with the bot's identity filled in.

    Otherwise Bolt would call auth.test on the first command, within its three seconds.
    A listener runs where its request came in: in a thread of its own Bolt would look
    every 10 ms whether it has answered (slack_bolt's ThreadListenerRunner).
    """
    result = AuthorizeResult(
        enterprise_id=identity.enterprise,
        team_id=identity.team,
        bot_user_id=identity.user,
        bot_token=slack.web.token,
    )
    secret = settings.slack_signing_secret
    return App(
        name="sevbot",
        client=WebClient(base_url=settings.slack_api_url),
        signing_secret=secret.get_secret_value() if secret else "",
        authorize=lambda **_: result,
        listener_executor=executor,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
    )
