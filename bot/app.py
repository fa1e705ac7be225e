"""Wire a bot from its settings. Only this module knows all others."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from threading import Event

from slack_bolt import App

from bot.clock import Clock, SteadyClock, system_clock
from bot.delivery.links import Links
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pace
from bot.delivery.recovery import Recovery
from bot.delivery.rendering import Renderer
from bot.delivery.rings import Rings
from bot.feeds import reading as feed_reading
from bot.feeds.watch import Feeds
from bot.inbound.bolt import bolt_app
from bot.inbound.commands import Commands
from bot.inbound.customer_updates import CustomerUpdates
from bot.inbound.health import Claims, Health, Pulse, Unsent, health
from bot.inbound.intake_channels import IntakeChannels
from bot.inbound.listeners import Listeners
from bot.inbound.presses import Presses
from bot.inbound.questions import Questions
from bot.inbound.replies import Replies
from bot.inbound.socket_mode import SocketMode
from bot.inbound.starting import Starting
from bot.inbound.submissions import Forms
from bot.inbound.transports import Transport
from bot.inbound.triages import Triages
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.policies import Policy
from bot.running import housekeeping, workspaces
from bot.running.clock_checks import ClockCheck
from bot.running.daily_backups import DailyBackups, backups_of
from bot.running.heartbeat import Heartbeat, heartbeat_of
from bot.running.quiet_times import QuietTimes
from bot.running.reading import Reading
from bot.running.record_checks import RecordCheck
from bot.running.scheduler import TICK_EVERY_S, Scheduler, Wake, guarded
from bot.running.senders import Senders
from bot.running.user_groups import UserGroups
from bot.settings import Settings, clock_of, text_of
from bot.slack import actions
from bot.slack.client import Slack
from bot.slack.identities import Identity
from bot.store import opening
from bot.store.database import Database
from bot.triage import policy_changes
from bot.triage.context import Context
from bot.triage.covers import CoveredPolicy, Covers
from bot.triage.message_updates import MessageUpdates
from bot.triage.people import People
from bot.triage.policy_changes import InForce, PolicyWatch
from bot.triage.retention import Retention
from bot.triage.tick import Reminders
from bot.triage.triaging import Triaging
from bot.triage.use_cases import Triage

_LISTENER_THREADS = 20


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot, wired but not running."""

    app: App
    context: Context
    people: People
    triage: Triage
    reminders: Reminders
    outbox: Outbox
    transport: Transport
    executor: ThreadPoolExecutor
    recovery: Recovery
    retention: Retention
    record_check: RecordCheck
    clock_check: ClockCheck
    rings: Rings
    quiet_times: QuietTimes
    user_groups: UserGroups
    intake: IntakeChannels
    feeds: Feeds
    backups: DailyBackups | None = None
    heartbeat: Heartbeat | None = None
    policy_note: Callable[[], str | None] = lambda: None
    claims: Claims = field(default_factory=Claims)
    pulse: Pulse = field(default_factory=lambda: Pulse(TICK_EVERY_S))

    @property
    def database(self) -> Database:
        return self.context.database

    def tick(self) -> None:
        """Queue the reminders that are due, unless the clock may be wrong."""
        if not self.clock_check.holds():
            self.recovery.read_numbers()
            self.reminders.tick()
        self.pulse.beat()

    def health(self) -> Health:
        found, calls = self.record_check.look(), self.outbox.failed_calls
        unsent = None
        if found.page is not None:
            queued_at, error = found.page
            # It waits by the clock that people go by.
            waits_for = max(self.context.clock() - queued_at, timedelta(0))
            unsent = Unsent(waits_for, error)
        return health(
            trouble=calls.trouble,
            storage=found.refused or self.claims.failure,
            silent_for=self.pulse.silent_for(),
            hears=self.transport.is_connected(),
            clock=self.clock_check.refused(),
            deaf_because=self.transport.failure,
            unsent=unsent,
            waits=found.waits,
            unreported=calls.dead_letters.unreported,
            notes=(
                self.backups.note() if self.backups else None,
                self.heartbeat.failure if self.heartbeat else None,
                self.policy_note(),
                self.clock_check.note(),
                self.transport.note(),
                self.people.failure,
                self.feeds.note(),
                calls.dead_letters.note(),
            ),
        )

    def housekeeping(self) -> None:
        """Delete what is no longer needed."""
        housekeeping.run(self.context)
        self.retention.run()

    def back_up(self) -> None:
        """Make the day's backup, if one is wanted and due."""
        if self.backups is not None:
            self.backups.look()

    def settle(self) -> None:
        """Queue what is due, and send everything that may go now."""
        self.tick()
        self.rings.send_due()
        self.outbox.drain()

    def close(self) -> None:
        self.transport.stop()
        self.executor.shutdown(wait=True)
        self.database.close()


def build(  # noqa: PLR0913  # What a trial or a test replaces is handed in here.
    settings: Settings,
    policy: Callable[[], Policy],
    identity: Identity,
    *,
    clock: Clock,
    system_clock: Clock = system_clock,
    pace: Pace | None = None,
    wake: Callable[[], None] = lambda: None,
    is_http: bool = False,
    policy_note: Callable[[], str | None] = lambda: None,
    database: Database | None = None,
) -> Bot:
    """Wire a bot without starting it."""
    slack = Slack(text_of(settings.slack_bot_token), settings.slack_api_url)
    database = database or opening.opened(settings.database_url, identity.team)
    policy = covered = CoveredPolicy(policy, clock)
    context = Context(
        database, covered, clock, system_clock, identity.team, covered.read
    )
    people, triage = People(context, slack, identity), Triage(context)
    links = Links(people.site)
    outbox = Outbox(context, slack, Renderer(policy, clock, links), pace)
    executor = ThreadPoolExecutor(_LISTENER_THREADS, thread_name_prefix="listener")
    app = bolt_app(settings, slack, identity, executor)
    replies = Replies(slack, partial(links.put_in_answer, database), executor)
    listeners = _listeners(context, triage, people, slack, outbox, replies, wake)
    listeners.register(app)
    bot = Bot(
        app=app,
        context=context,
        people=people,
        triage=triage,
        reminders=Reminders(context),
        outbox=outbox,
        transport=_transport(
            settings,
            app,
            slack,
            lambda: bot.health(),  # noqa: PLW0108
            is_http=is_http,
        ),
        executor=executor,
        recovery=Recovery(context, slack),
        retention=Retention(context),
        record_check=RecordCheck(context),
        clock_check=ClockCheck(system_clock, slack, _server(settings, database)),
        rings=Rings(
            context,
            outbox.failed_calls,
            settings.rings,
            settings.private_addresses,
            links.one,
        ),
        quiet_times=QuietTimes(context, slack),
        user_groups=UserGroups(context, slack),
        intake=listeners.intake,
        feeds=Feeds(context, feed_reading.sources_of(settings)),
        backups=backups_of(settings, context),
        heartbeat=heartbeat_of(settings, lambda: bot.health().is_well),
        policy_note=policy_note,
    )
    return bot


def _listeners(  # noqa: PLR0913  # What an act may touch.
    context: Context,
    triage: Triage,
    people: People,
    slack: Slack,
    outbox: Outbox,
    replies: Replies,
    wake: Callable[[], None],
) -> Listeners:
    covers, triaging = Covers(context), Triaging(context, triage)
    questions = Questions(context, triage, people, covers)
    triages = Triages(context, triage, triaging, people, slack)
    changes = MessageUpdates(context, triage)
    updates = CustomerUpdates(context, changes, people, slack, replies)
    shortcuts = {
        actions.TRIAGE_MESSAGE: triages.shortcut,
        actions.WAS_UPDATE: updates.of_shortcut,
        actions.WHY_TOLD: questions.why_told,
    }
    return Listeners(
        Commands(context, triage, people, questions, triages),
        Presses(context, triage, people, outbox, questions, triages, updates, covers),
        Forms(context, triage, people, covers),
        shortcuts,
        triages,
        updates,
        IntakeChannels(context, triages, triaging, people, slack, replies.linked),
        people,
        replies,
        triage,
        wake,
    )


def _server(settings: Settings, database: Database) -> Database | None:
    """Return the database if it is a server, which has a clock of its own."""
    return database if opening.is_postgres(settings.database_url) else None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A bot that is ready to run, and the watch on its policy's file."""

    bot: Bot
    wake: Wake
    watch: PolicyWatch


def prepared(
    settings: Settings,
    stopping: Event,
    *,
    system_clock: Clock = system_clock,
    pace: Pace | None = None,
    is_http: bool = False,
) -> Prepared | None:
    """Wire the bot that the settings describe; `None` if `stopping` was set meanwhile.

    While the database or Slack is away it waits, and the health says so. Raises
    PolicyError if there is no usable policy, and BotError for what waiting does not
    mend.
    """
    wake = Wake()
    port = settings.port if is_http or settings.is_port_set else None
    steady = SteadyClock(system_clock)
    with Starting(settings.host, port) as starting:
        begun = starting.until_works(
            lambda: _begun(settings, stopping, steady, starting.waits), stopping
        )
    if begun is None:
        return None
    context, watch, in_force, identity = begun
    bot = build(
        settings,
        in_force,
        identity,
        clock=context.clock,
        system_clock=steady,
        pace=pace,
        wake=wake,
        is_http=is_http,
        policy_note=in_force.note,
        database=context.database,
    )
    watch.prepare = lambda policy: guarded(partial(bot.feeds.look, policy))()
    return Prepared(bot, wake, watch)


def _begun(
    settings: Settings,
    stopping: Event,
    system_clock: Clock,
    waits: Callable[[str], None],
) -> tuple[Context, PolicyWatch, InForce, Identity] | None:
    """Do all of a start that needs the database; `None` if it should stop."""
    url, clock = settings.database_url, clock_of(settings, system_clock)
    source, policy, problems = policy_changes.at_start(
        settings.policies, url, public_holidays, clock().date()
    )
    identity = workspaces.identify(settings, stopping, waits)
    if identity is None:
        return None
    in_force, database = InForce(policy), opening.opened(url, identity.team)
    try:
        context = Context(database, in_force, clock, system_clock, identity.team)
        slack = Slack(text_of(settings.slack_bot_token), settings.slack_api_url)
        # Before the first instant is noted.
        guarded(ClockCheck(system_clock, slack, _server(settings, database)).look)()
        watch = PolicyWatch(source, in_force, context)
        watch.begin(problems)
        # Before anything is sent or opened: all of that has to know whether the
        # database may be older than what Slack shows.
        Recovery(context, slack).begin()
    except BaseException:
        database.close()
        raise
    return context, watch, in_force, identity


@contextmanager
def running(prepared: Prepared) -> Iterator[Senders]:
    """Run a bot in the background: its transport, tick, senders and policy watch."""
    bot = prepared.bot
    senders = Senders(bot.outbox, bot.claims.fails, bot.clock_check.may_send)

    def tick() -> None:
        bot.tick()
        senders.wake()

    scheduler = Scheduler(tick, bot.housekeeping, bot.back_up)
    readings = [
        Reading("people", bot.people.read_page),
        Reading("policy", prepared.watch.look),
        Reading("clock", bot.clock_check.look),
        Reading("rings", bot.rings.send_due),
        Reading("quiet times", bot.quiet_times.read),
        Reading("user groups", bot.user_groups.look),
        Reading("intake", bot.intake.read_held),
        Reading("feeds", bot.feeds.look),
    ]
    if bot.heartbeat is not None:
        readings.append(Reading("heartbeat", bot.heartbeat.beat))
    prepared.wake.call = scheduler.wake
    guarded(bot.feeds.look)()  # Before the first tick asks who is on call.
    scheduler.start()
    senders.start()
    for reading in readings:
        reading.start()
    bot.transport.start()
    try:
        yield senders
    finally:
        # The senders stop claiming first. Commands are answered while the database is
        # still open, and the messages they queue wait for the next start.
        senders.hold()
        bot.transport.stop()
        for reading in readings:
            reading.stop()
        scheduler.stop()
        senders.stop()
        bot.close()


def _transport(
    settings: Settings,
    app: App,
    slack: Slack,
    health: Callable[[], Health],
    *,
    is_http: bool,
) -> Transport:
    if not is_http:
        token = text_of(settings.slack_app_token)
        return SocketMode(app, token, settings.slack_api_url, slack.app)
    # Imported here: Socket Mode needs no web server, which takes 10 MB.
    from bot.inbound.signed_http import SignedHttp  # noqa: PLC0415

    secret = text_of(settings.slack_signing_secret)
    return SignedHttp(app, secret, health, host=settings.host, port=settings.port)
