"""Tell an address once a minute that the bot is well; it goes quiet when it is not."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery import web_calls
from bot.delivery.web_calls import Networks, WebCallError
from bot.settings import Settings, text_of

logger = logging.getLogger(__name__)

_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class Heartbeat:
    """Calls `url` while `is_well`. `failure` is why the last call failed."""

    _url: str
    _private: Networks
    _is_well: Callable[[], bool]
    failure: str | None = None

    def beat(self) -> timedelta:
        """Call the address if the bot is well; return how long to wait."""
        if not self._is_well():
            logger.warning("no heartbeat: the bot is not well")
            return _EVERY
        try:
            web_calls.call(self._url, self._private)
        except WebCallError as error:
            logger.warning("the heartbeat failed", extra={"error": str(error)})
            self.failure = f"the heartbeat does not get through: {error}"
        else:
            self.failure = None
        return _EVERY


def heartbeat_of(settings: Settings, is_well: Callable[[], bool]) -> Heartbeat | None:
    """Return the heartbeat of the settings; `None` if they name no address for it."""
    if settings.heartbeat_url is None:
        return None
    return Heartbeat(
        text_of(settings.heartbeat_url), settings.private_addresses, is_well
    )
