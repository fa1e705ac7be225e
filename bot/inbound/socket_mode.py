"""Receive from Slack over Socket Mode, as soon as Slack can be reached.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import logging
import random
import socket
from collections.abc import Callable
from contextlib import suppress
from select import select
from threading import Event, Thread

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk.errors import (
    SlackApiError,
    SlackClientError,
    SlackClientNotConnectedError,
)

from bot.errors import Fate, SlackError
from bot.inbound.sessions import Client
from bot.slack.call_deadlines import PromptClient
from bot.slack.calls import refusal
from bot.slack.error_codes import fate_of
from bot.slack.identities import two_apps

logger = logging.getLogger(__name__)

_METHOD = "apps.connections.open"
_TRY_AGAIN_S = 5
# Slack allows one call a minute: https://docs.slack.dev/apis/web-api/rate-limits
_LONGEST_WAIT_S = 60
_CONCURRENCY = 20
_PING_EVERY_S = 2
_LOOK_EVERY_S = 0.2
# A connection that breaks sooner was as good as none.
_STEADY_AFTER_LOOKS = 50
_COMPARED_AFTER_LOOKS = 300


def is_hopeless(failure: str | None) -> bool:
    """Return whether Slack refuses the app-level token until a person repairs it."""
    return failure is not None and fate_of(_METHOD, failure) is Fate.INSTALLATION


def wait_after(failures: int, share: float) -> float:
    """Return how many seconds to wait after so many failed attempts in a row.

    `share`, from 0 to 1 and drawn at random, shortens the wait by up to a half, so that
    replicas do not all ask at once.
    """
    wait = min(_TRY_AGAIN_S << min(failures - 1, 10), _LONGEST_WAIT_S)
    return wait * (1 - share / 2)


class _Handler(SocketModeHandler):
    """Bolt's handler, with a client that it has not made itself."""

    client: Client

    def __init__(self, app: App, client: Client) -> None:
        self.app, self.client = app, client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]


class SocketMode:
    """A connection that is opened in the background, and replaced when it breaks.

    Bolt's handler would ask for another one every two seconds while Slack refuses, so
    this does it. `failure` is why no command arrives. `own_app` asks Slack which app
    the bot is, `pause` waits some seconds and returns whether to stop, and `share`
    spreads the waits.
    """

    def __init__(  # noqa: PLR0913  # What a test replaces.
        self,
        app: App,
        app_token: str,
        api_url: str,
        own_app: Callable[[], str | None],
        *,
        pause: Callable[[float], bool] | None = None,
        share: Callable[[], float] = random.random,
    ) -> None:
        self._web = PromptClient(
            token=app_token, base_url=api_url, timeout=10, retry_handlers=[]
        )
        client = Client(
            app_token=app_token,
            logger=app.logger,
            web_client=self._web,
            proxy=app.client.proxy,
            ping_interval=_PING_EVERY_S,
            concurrency=_CONCURRENCY,
        )
        self._handler = _Handler(app, client)
        # The library's own waits out a 429 inside, holding the lock that `stop` needs.
        self._handler.client.issue_new_wss_url = self._address  # type: ignore[method-assign]
        self._own_app = own_app
        self._two_apps: str | None = None
        self._is_compared, self._is_ours = False, False
        self._stopping = Event()
        self._pause = pause or self._stopping.wait
        self._share = share
        # How often in a row asking led to no steady connection, and how long this one
        # has stood.
        self._vain = 0
        self._looks = 0
        self._thread = Thread(target=self._keep, name="socket-mode", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        """Start connecting; go on trying while Slack is away or refuses."""
        self._thread.start()

    def is_connected(self) -> bool:
        """Return whether commands can arrive: whether Slack answered a ping lately."""
        return self._is_ours and self._handler.client.is_answered()

    def note(self) -> str | None:
        """Return nothing: a connection that is open brings commands."""
        return None

    def stop(self) -> None:
        """Disconnect after acknowledging what is in flight; Slack resends the rest.

        Bolt's own `close` disconnects first, so that nothing in flight can be
        acknowledged, and then waits for reads to time out.
        """
        self._stopping.set()
        client = self._handler.client
        client.closed = True
        client.auto_reconnect_enabled = False
        # The processor waits for a message for up to a second; this wakes it at once.
        client.message_queue.put(None)
        client.message_processor.shutdown()  # type: ignore[no-untyped-call]
        client.message_workers.shutdown(wait=True)
        if self._thread.is_alive():
            self._thread.join(_TRY_AGAIN_S)
        self._hang_up()
        self._handler.close()  # type: ignore[no-untyped-call]

    def _hang_up(self) -> None:
        """Break the connection, which ends a read that waits for Slack."""
        client = self._handler.client
        # Without the lock a reconnection that is under way could finish after this and
        # leave an open connection.
        with client.connect_operation_lock:
            client.auto_reconnect_enabled = False
            client.current_session_state.terminated = True
            session = client.current_session
            if session is not None and session.sock is not None:
                with suppress(OSError):
                    session.sock.shutdown(socket.SHUT_RDWR)
        runner = client.current_session_runner
        runner.event.set()
        while runner.is_alive():
            # A session that starts reading right now resets the flag, so set it again.
            client.current_session_state.terminated = True
            runner.thread.join(_LOOK_EVERY_S)

    def _keep(self) -> None:
        """Connect, and again as soon as the connection breaks, until the bot stops.

        Bolt's own handler takes five pings to notice that the other side has hung up.
        """
        client = self._handler.client
        while not self._stopping.is_set():
            session = client.current_session
            if session is not None and session.sock and _is_over(session.sock):
                logger.warning("the socket connection broke")
                session.disconnect()
            stands = client.is_connected() and not client.must_leave.is_set()
            self._pause(self._stood() if stands else self._connect())

    def _stood(self) -> float:
        """Count a look at a connection; return how many seconds until the next one."""
        self._looks += 1
        if not self._is_compared and self._looks % _COMPARED_AFTER_LOOKS == 0:
            self._compare()
            session = self._handler.client.current_session
            if self._two_apps is not None and session is not None:
                session.disconnect()
        if self._looks > _STEADY_AFTER_LOOKS:
            self._vain = 0
        return _LOOK_EVERY_S

    def _connect(self) -> float:
        """Try to connect; return how many seconds to wait before the next look."""
        if self._looks:
            self._looks, self._vain = 0, self._vain + 1
            if self._vain > 1:  # The first one that breaks is replaced at once.
                return wait_after(self._vain - 1, self._share())
        if not self._is_compared:
            self._compare()
        if self._two_apps is not None:
            # Slack would give us part of the other app's commands.
            self.failure = self._two_apps
            return _LONGEST_WAIT_S
        try:
            self._handler.client.connect_to_new_endpoint()
        except SlackApiError as error:
            refused = refusal(_METHOD, error)
            wait = self._in_vain(refused.code)
            if refused.retry_after is not None:
                wait = max(wait, refused.retry_after.total_seconds())
            extra = {"error": refused.code, "again_in_s": round(wait)}
            logger.error(  # noqa: TRY400  # A traceback adds nothing to the code.
                "slack refuses the socket", extra=extra
            )
            return wait
        except SlackClientNotConnectedError as error:
            logger.warning("slack cannot be reached", extra={"error": str(error)})
            return self._in_vain(str(error))
        except (OSError, SlackClientError) as error:
            failure = type(error).__name__
            if failure != self.failure:
                logger.warning("slack cannot be reached", extra={"error": failure})
            self.failure = failure
            return _TRY_AGAIN_S
        except Exception as error:  # The loop must go on, whatever failed this time.
            logger.exception("slack cannot be reached")
            return self._in_vain(type(error).__name__)
        logger.info("connected to slack")
        self.failure, self._looks = None, 1
        return _LOOK_EVERY_S

    def _compare(self) -> None:
        """Note if the connection would be another app's, whose commands it would take.

        Until Slack says which app the bot is, the connection is taken for its own.
        """
        try:
            self._two_apps = two_apps(self._web.token or "", self._own_app())
            self._is_compared = True
        except SlackError as error:
            if self.failure is None:  # Else that is in the log already.
                extra = {"error": error.code}
                logger.warning("slack does not name the app", extra=extra)
        self._is_ours = self._two_apps is None
        if not self._is_ours:
            logger.error("the tokens are of two apps", extra={"why": self._two_apps})

    def _in_vain(self, failure: str) -> float:
        self.failure, self._vain = failure, self._vain + 1
        return wait_after(self._vain, self._share())

    def _address(self) -> str:
        """Ask Slack once for the address of a new connection."""
        answer = self._web.apps_connections_open(
            app_token=self._handler.client.app_token
        )
        return str(answer["url"])


def _is_over(connection: socket.socket) -> bool:
    """Return whether the other side has hung up, without consuming what it sent."""
    try:
        readable, _, _ = select([connection], [], [], 0)
        if not readable:
            return False
        # `SSLSocket.recv` allows no flags. The plain one peeks at the encrypted bytes,
        # and that there are none is all we need to know.
        # https://docs.python.org/3/library/ssl.html#ssl.SSLSocket
        return not socket.socket.recv(connection, 1, socket.MSG_PEEK)
    except TimeoutError:  # Bolt's thread has read it between the two calls.
        return False
    except (OSError, ValueError):  # We have closed it.
        return True
