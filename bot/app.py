"""The composition root: settings in, a bot out. Only this module knows all others."""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from bot.clock import Clock, TrialClock, machine
from bot.errors import BotError, Fate, SlackError
from bot.outbox import Outbox, Pace
from bot.policies import Policy
from bot.reminders import Reminders
from bot.rendering import Renderer
from bot.roster import Roster
from bot.scheduler import Scheduler, Senders
from bot.settings import Settings
from bot.slack.client import Identity, Slack
from bot.slack.commands import Commands
from bot.slack.forms import Forms
from bot.slack.listeners import Listeners
from bot.slack.presses import Presses
from bot.socket_mode import SocketMode
from bot.store.sqlite import SqliteDatabase, known_workspace
from bot.triage import Triage

logger = logging.getLogger(__name__)

_LISTENER_THREADS = 20
_ASK_AGAIN_S = 5
_KEEP_INBOX_FOR = timedelta(days=3)
_KEEP_EDITS_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Bot:
    """A whole bot, wired and at rest. `clock` is that of obligations."""

    app: App
    database: SqliteDatabase
    roster: Roster
    triage: Triage
    reminders: Reminders
    outbox: Outbox
    socket: SocketMode
    clock: Clock
    machine: Clock
    executor: ThreadPoolExecutor

    def housekeeping(self) -> None:
        """Learn who is who anew, and forget what no redelivery can ask for."""
        now = self.machine()
        with self.database.transaction() as tx:
            tx.all("forget_inbox", before=now - _KEEP_INBOX_FOR)
            tx.all("forget_messages", before=self.clock() - _KEEP_EDITS_FOR)
        self.roster.refresh()

    def remember(self, policy: Policy) -> None:
        """Keep the policy in force, with its holidays as dates, under its version.

        The workspace is known from then on, so that the next start needs no Slack.
        """
        calendars = {
            name: [
                {f"{day}": why for day, why in part.holidays.items()}
                for part in hours.parts
            ]
            for name, hours in policy.calendars.items()
        }
        with self.database.transaction() as tx:
            tx.one("set_mark", name="start", at=self.clock())
            tx.one(
                "save_policy",
                version=policy.version,
                text=json.dumps(policy.texts, ensure_ascii=False),
                holidays=json.dumps(calendars, ensure_ascii=False),
                accepted_at=self.clock(),
            )

    def settle(self) -> None:
        """Do now what is due now: fire, and send all that may go."""
        self.reminders.tick()
        self.outbox.drain()

    def close(self) -> None:
        """Hang up and let go of everything."""
        self.socket.stop()
        self.executor.shutdown(wait=True)
        self.database.close()


def build(  # noqa: PLR0913  # What a trial or a test replaces is handed in here.
    settings: Settings,
    policy: Callable[[], Policy],
    identity: Identity,
    *,
    clock: Clock,
    machine: Clock = machine,
    pace: Pace | None = None,
    wake: Callable[[], None] = lambda: None,
) -> Bot:
    """Wire a bot; nothing runs yet."""
    bot_token, app_token = tokens(settings)
    slack = Slack(bot_token, settings.slack_api_url)
    database = SqliteDatabase(sqlite_path(settings.database_url), identity.team)
    roster = Roster(database, slack, policy, machine, identity.team)
    triage = Triage(database, policy, clock, machine, identity.team)
    renderer = Renderer(policy, clock, lambda: identity.url)
    outbox = Outbox(
        database, slack, renderer, policy, clock=clock, machine=machine, pace=pace
    )
    executor = ThreadPoolExecutor(_LISTENER_THREADS, thread_name_prefix="listener")
    app = _bolt_app(settings, slack, identity, executor)
    Listeners(
        Commands(triage, roster, policy, clock),
        Presses(triage, roster, outbox, policy, clock),
        Forms(triage, roster, policy, clock),
        roster,
        slack,
        triage.recorded,
        wake,
    ).register(app)
    return Bot(
        app=app,
        database=database,
        roster=roster,
        triage=triage,
        reminders=Reminders(database, policy, clock, machine),
        outbox=outbox,
        socket=SocketMode(app, app_token, settings.slack_api_url),
        clock=clock,
        machine=machine,
        executor=executor,
    )


def tokens(settings: Settings) -> tuple[str, str]:
    """Return the bot's and the app's token. Raises BotError naming what is missing."""
    bot_token, app_token = settings.slack_bot_token, settings.slack_app_token
    missing = [
        name
        for name, token in (
            ("SLACK_BOT_TOKEN (xoxb-…)", bot_token),
            ("SLACK_APP_TOKEN (xapp-…)", app_token),
        )
        if token is None
    ]
    if bot_token is None or app_token is None:
        raise BotError(f"Set {' and '.join(missing)} in the environment or in .env.")
    return bot_token.get_secret_value(), app_token.get_secret_value()


def clock_of(settings: Settings) -> Clock:
    """Return the clock of obligations: the machine's, or a trial's."""
    if settings.clock is None:
        return machine
    if "slack.com" in settings.slack_api_url:
        raise BotError("SEVBOT_CLOCK is for trials; it is refused with the real Slack.")
    return TrialClock(settings.clock)


def sqlite_path(url: str) -> Path:
    """Return the file of a `sqlite:///…` URL. Raises BotError for another engine."""
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path:
        raise BotError("DATABASE_URL must look like sqlite:///sevbot.db.")
    return Path(path)


def identify(settings: Settings, stopping: Event) -> Identity | None:
    """Learn which workspace this is; `None` if we were told to stop meanwhile.

    While Slack is away the workspace that the database knows will do; a new database
    has none, so there we ask until Slack answers.
    """
    slack = Slack(tokens(settings)[0], settings.slack_api_url)
    while not stopping.is_set():
        try:
            return slack.identity()
        except SlackError as error:
            if error.fate is Fate.INSTALLATION:
                raise BotError(
                    f"Slack does not accept SLACK_BOT_TOKEN ({error.code})."
                ) from error
            logger.warning("slack cannot be reached", extra={"error": error.code})
        team = known_workspace(sqlite_path(settings.database_url))
        if team is not None:
            return Identity(team, user="", url="https://slack.com/")
        stopping.wait(_ASK_AGAIN_S)
    return None


@contextmanager
def running(bot: Bot, wake: "Wake") -> Iterator[None]:
    """Let a bot run by itself: its socket, its tick and its senders."""
    senders = Senders(bot.outbox)

    def tick() -> None:
        bot.reminders.tick()
        senders.wake()

    scheduler = Scheduler(tick, bot.housekeeping)
    wake.call = scheduler.wake
    scheduler.start()
    senders.start()
    bot.socket.start()
    try:
        yield
    finally:
        bot.socket.stop()
        scheduler.stop()
        senders.stop()
        bot.close()


class Wake:
    """A call that is known before whom it wakes."""

    def __init__(self) -> None:
        self.call: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        """Wake whoever listens by now."""
        self.call()


def _bolt_app(
    settings: Settings, slack: Slack, identity: Identity, executor: ThreadPoolExecutor
) -> App:
    """Return Bolt's app with an answer of our own to who it is.

    Bolt would ask Slack on the first command, and that one has only three seconds.
    """
    result = AuthorizeResult(
        enterprise_id=None,
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
        raise_error_for_unhandled_request=True,
    )
