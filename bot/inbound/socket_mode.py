"""Receive from Slack over Socket Mode, as soon as Slack can be reached.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

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
# Trying again does not help against these; a person has to repair the installation.
REFUSALS = frozenset({
    "invalid_auth", "not_authed", "not_allowed_token_type", "missing_scope",
    "token_revoked", "account_inactive",
})  # fmt: skip


class SocketMode:
    """A connection that is opened in the background and kept open by Bolt's handler."""

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
        """Start connecting; try again every few seconds while Slack is away."""
        self._thread.start()

    def is_connected(self) -> bool:
        """Return whether commands can arrive."""
        return bool(self._handler.client.is_connected())

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

    def _connect(self) -> None:
        while not self._stopping.is_set():
            try:
                self._handler.connect()  # type: ignore[no-untyped-call]
            except SlackApiError as error:
                self.failure = str(error.response.get("error", "unknown_error"))
                logger.error(  # noqa: TRY400  # A traceback adds nothing to the code.
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
        """Reconnect as soon as the connection breaks, until the bot stops.

        Bolt's own handler takes five pings to notice that the other side has hung up.
        """
        client = self._handler.client
        while not self._stopping.wait(_LOOK_EVERY_S):
            session = client.current_session
            if session is None or session.sock is None or not _is_over(session.sock):
                continue
            logger.warning("the socket connection broke")
            session.disconnect()
            try:
                client.connect_to_new_endpoint()
            except (OSError, SlackClientError) as error:
                # Bolt's handler will try again at each ping.
                logger.warning(
                    "slack cannot be reached", extra={"error": type(error).__name__}
                )


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
