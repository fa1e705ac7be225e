"""Messages to people whose DM with the bot is not open yet."""

from datetime import datetime

from bot.store.database import Transaction
from bot.store.tables.outbox_messages import OutboxMessage, message_of


def people(tx: Transaction, system_now: datetime) -> dict[str, int]:
    """Return the people whose DM must be opened first, and how often that was tried."""
    rows = tx.all("unaddressed", system_now=system_now)
    return {row["person"]: row["attempts"] for row in rows}


def address(tx: Transaction, person: str, conversation: str) -> None:
    """Note a person's DM, and address the messages that waited for it."""
    tx.write("save_dm", id=person, dm=conversation)
    tx.write("address", person=person, conversation=conversation)


def claim(tx: Transaction, person: str, token: str) -> list[OutboxMessage]:
    """Lease all messages that wait for the DM of a person."""
    rows = tx.all("claim_unaddressed", person=person, token=token)
    return [message_of(row) for row in rows]
