"""Read a text to triage: its words, and the incident that they would be."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.errors import UserError
from bot.policy.names import folded
from bot.policy.policies import Policy
from bot.slack import typed
from bot.slack.command_text import LONGEST_TITLE, customer_in
from bot.slack.cutting import cut
from bot.slack.payloads import Payload
from bot.slack.typed import Lookup

# What a message is about stands in its first pages; the rest of a longer one is a log.
_LONGEST = 8_000
# Shorter names are words of every text.
_SHORTEST_NAME = 3
_EMOJI = re.compile(r":[\w+'-]+:")
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_OF_ATTACHMENT = ("pretext", "title", "text")
# A quote of another message, or the preview of a link.
_QUOTES = ("is_msg_unfurl", "is_share", "from_url", "original_url")


@dataclass(frozen=True, slots=True)
class TriageText:
    """A text to triage. `link` and `at` are those of the message that it is."""

    words: str
    title: str
    customer: str | None
    channel: str
    link: str | None = None
    at: datetime | None = None


def of_command(raw: str, channel: str, policy: Policy, names: Lookup) -> TriageText:
    """Read a text that was typed after a command. Raises UserError without words."""
    return _read(typed.readable(raw, names), channel, policy)


def of_message(
    message: Payload, channel: str, site: str, policy: Policy, names: Lookup
) -> TriageText:
    """Read a message as Slack describes it. Raises UserError for one without words."""
    if message.get("subtype") == "tombstone":
        raise UserError("That message was deleted.")
    words = typed.readable("\n".join(_texts(message)), names)
    ts, thread = str(message["ts"]), message.get("thread_ts")
    return _read(
        words,
        channel,
        policy,
        link=permalink(site, channel, ts, thread),
        at=datetime.fromtimestamp(float(ts), UTC),
    )


def beside_mention(message: Payload, bot: str) -> str | None:
    """Return what a message says besides the mention of the bot, in Slack's mark-up.

    `None` if the mention stands in code, where somebody only quotes it.
    """
    text = str(message.get("text") or "")
    if f"<@{bot}" not in _CODE.sub("", text):
        return None
    return re.sub(rf"<@{re.escape(bot)}(?:\|[^<>]*)?>", "", text)


def has_words(text: str) -> bool:
    """Return whether a text has any letter or digit besides its emoji."""
    return any(one.isalnum() for one in _EMOJI.sub("", text))


def permalink(site: str, channel: str, ts: str, thread: str | None) -> str:
    """Return the address of a message, which Slack opens in its thread.

    Asking `chat.getPermalink` needs the bot to be in the channel.
    """
    at = f"{site}archives/{channel}/p{ts.replace('.', '')}"
    return f"{at}?thread_ts={thread}&cid={channel}" if thread not in (None, ts) else at


def _read(
    words: str,
    channel: str,
    policy: Policy,
    *,
    link: str | None = None,
    at: datetime | None = None,
) -> TriageText:
    words = typed.clean_lines(words[:_LONGEST])
    if not has_words(words):
        raise UserError(
            "There are no words in it to go by. `/sev2 customer: what is wrong` opens "
            "an incident."
        )
    line = " ".join(words.split())
    known, title, _ = customer_in(line, policy, channel)
    customer = known.name if known else named_in(line, policy)
    return TriageText(
        words, cut(title or line, LONGEST_TITLE), customer, channel, link, at
    )


def named_in(line: str, policy: Policy) -> str | None:
    """Return the one customer whom a text names anywhere; of several it says none."""
    text, found = folded(line), set()
    for customer in policy.customers:
        for name in map(folded, (customer.name, *customer.aliases)):
            if len(name) < _SHORTEST_NAME or name not in text:
                continue
            if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                found.add(customer.name)
    return found.pop() if len(found) == 1 else None


def _texts(message: Payload) -> Iterator[str]:
    """Yield what a message says; in an app's alert `text` may be empty."""
    own = str(message.get("text") or "")
    if own.strip():
        yield own
    else:
        yield from _in_blocks(message.get("blocks"))
    for attachment in message.get("attachments") or ():
        if own.strip() and any(attachment.get(key) for key in _QUOTES):
            continue
        said = [str(attachment[key]) for key in _OF_ATTACHMENT if attachment.get(key)]
        said += [str(one.get("value", "")) for one in attachment.get("fields") or ()]
        said += _in_blocks(attachment.get("blocks"))
        yield from said or [str(attachment.get("fallback") or "")]


def _in_blocks(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _in_blocks(each)
