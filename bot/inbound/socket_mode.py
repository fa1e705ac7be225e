"""The bot's ear: Slack's Socket Mode, connected as soon as Slack can be reached."""

import logging
import socket
from contextlib import suppress
from select import select
from threading import Event, Thread

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import BotError

logger = logging.getLogger(__name__)

_TRY_AGAIN_S = 5
_CONCURRENCY = 20
_PING_EVERY_S = 2
_LOOK_EVERY_S = 0.2
# What asking again does not mend: somebody must.
REFUSALS = frozenset({
    "invalid_auth", "not_authed", "not_allowed_token_type", "missing_scope",
    "token_revoked", "account_inactive",
})  # fmt: skip


class SocketMode:
    """A connection that is opened in the background and kept by Bolt's own handler."""

    def __init__(self, app: App, app_token: str, api_url: str) -> None:
        web_client = WebClient(token=app_token, base_url=api_url, timeout=10)
        self._handler = SocketModeHandler(
            app,
            app_token,
            web_client=web_client,
            ping_interval=_PING_EVERY_S,
            concurrency=_CONCURRENCY,
        )
        self._stopping = Event()
        self._thread = Thread(target=self._connect, name="socket-mode", daemon=True)
        self.failure: str | None = None

    def start(self) -> None:
        """Begin to connect; a Slack that is away is asked again every few seconds."""
        self._thread.start()

    def is_connected(self) -> bool:
        """Tell whether commands can arrive."""
        return bool(self._handler.client.is_connected())

    def stop(self) -> None:
        """Hang up, after what is being acknowledged; what comes meanwhile comes again.

        Bolt's own `close` hangs up first, so that what is in flight could not be
        acknowledged any more, and waits for reads to time out.
        """
        self._stopping.set()
        client = self._handler.client
        client.closed = True
        client.auto_reconnect_enabled = False
        client.message_queue.put(None)  # Wakes whoever waits for a message.
        client.message_processor.shutdown()  # type: ignore[no-untyped-call]
        client.message_workers.shutdown(wait=True)
        if self._thread.is_alive():
            self._thread.join(_TRY_AGAIN_S)
        self._hang_up()
        self._handler.close()  # type: ignore[no-untyped-call]

    def _hang_up(self) -> None:
        """Break the connection, which ends a read that waits for Slack."""
        client = self._handler.client
        with client.connect_operation_lock:  # A reconnection may be under way.
            client.auto_reconnect_enabled = False
            client.current_session_state.terminated = True
            session = client.current_session
            if session is not None and session.sock is not None:
                with suppress(OSError):
                    session.sock.shutdown(socket.SHUT_RDWR)
        runner = client.current_session_runner
        runner.event.set()
        while runner.is_alive():
            # Whoever begins to read just now takes it back that this is the end.
            client.current_session_state.terminated = True
            runner.thread.join(_LOOK_EVERY_S)

    def _connect(self) -> None:
        while not self._stopping.is_set():
            try:
                self._handler.connect()  # type: ignore[no-untyped-call]
            except SlackApiError as error:
                self.failure = str(error.response.get("error", "unknown_error"))
                logger.error(  # noqa: TRY400  # The code says it all.
                    "slack refuses the socket", extra={"error": self.failure}
                )
                if self.failure in REFUSALS:
                    return
            except (OSError, SlackClientError, BotError) as error:
                logger.warning(
                    "slack cannot be reached", extra={"error": type(error).__name__}
                )
            else:
                self.failure = None
                logger.info("connected to slack")
                self._watch()
                return
            self._stopping.wait(_TRY_AGAIN_S)

    def _watch(self) -> None:
        """Connect anew as soon as the connection breaks, until we are to stop.

        Bolt's own handler would go on reading the end of it for five pings.
        """
        client = self._handler.client
        while not self._stopping.wait(_LOOK_EVERY_S):
            session = client.current_session
            if session is None or session.sock is None or not _is_over(session.sock):
                continue
            logger.warning("the socket broke")
            session.disconnect()
            try:
                client.connect_to_new_endpoint()
            except (OSError, SlackClientError) as error:
                # The handler tries again at each ping.
                logger.warning(
                    "slack cannot be reached", extra={"error": type(error).__name__}
                )


def _is_over(connection: socket.socket) -> bool:
    """Tell whether the other side has hung up, without taking what it sent."""
    try:
        readable, _, _ = select([connection], [], [], 0)
        if not readable:
            return False
        # An SSLSocket knows no flags, and what it would decrypt is of no interest.
        return not socket.socket.recv(connection, 1, socket.MSG_PEEK)
    except TimeoutError:  # Somebody has read it meanwhile.
        return False
    except (OSError, ValueError):  # It is closed.
        return True
