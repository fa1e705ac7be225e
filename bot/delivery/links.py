"""Links to the cards of incidents, from what the record knows: Slack is not asked."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.errors import StorageError
from bot.slack import linking
from bot.slack.blocks import Message
from bot.store.database import Answer, Database, Transaction
from bot.store.tables import outbox_messages

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of cards. `site` is the workspace's, ending in a slash."""

    _site: Callable[[], str]

    def of(self, tx: Transaction, numbers: Iterable[int]) -> dict[int, str]:
        """Return the address of each incident's card that was posted."""
        return self._read(_asked(tx, numbers))

    def one(self, tx: Transaction, number: int) -> str | None:
        return self.of(tx, [number]).get(number)

    def put(self, tx: Transaction, message: Message) -> Message:
        """Return a message that links each incident that it names to its card."""
        numbers = linking.named(message)
        return linking.linked(message, self.of(tx, numbers)) if numbers else message

    def put_in_answer(self, database: Database, message: Message) -> Message:
        """Do the same with an answer, which arrives even if the record does not."""
        numbers = linking.named(message)
        if not numbers:
            return message
        try:
            with database.reading() as tx:
                asked = _asked(tx, numbers)
            return linking.linked(message, self._read(asked))
        except StorageError as error:
            logger.warning("an answer has no links", extra={"error": error.reason})
            return message

    def _read(self, asked: Mapping[int, Answer]) -> dict[int, str]:
        site, found = self._site(), {}
        for number, answer in asked.items():
            for row in answer():
                if site and row["ts"] is not None:
                    ts = row["ts"].replace(".", "")
                    found[number] = f"{site}archives/{row['conversation']}/p{ts}"
        return found


def _asked(tx: Transaction, numbers: Iterable[int]) -> dict[int, Answer]:
    """Ask for the cards together, which is one round trip."""
    return {
        number: tx.ask("message", key=outbox_messages.card_key(number))
        for number in sorted(set(numbers))
    }
