"""Read Slack's events: what was written, mentioned or marked, and who changed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.slack.payloads import Payload, whole


@dataclass(frozen=True, slots=True)
class Mention:
    """A message in a channel that mentions the bot, as Slack describes it."""

    by: str
    team: str | None
    channel: str
    thread: str | None
    message: Payload


@dataclass(frozen=True, slots=True)
class Posted:
    """A new message at the top level of a channel; `author` is `None` for some apps."""

    channel: str
    author: str | None
    message: Payload


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji that somebody put on a message, or took off it, and when."""

    emoji: str
    by: str
    channel: str
    ts: str
    is_added: bool
    at: datetime
    event: str

    @property
    def key(self) -> str:
        """The key by which a redelivery is known."""
        return f"event:{self.event}"


@whole
def change_of_person(body: Payload) -> tuple[Payload, frozenset[str]]:
    """Return the user of a `user_change` or a `team_join`, as Slack describes them.

    With it come the ids of the workspaces and organisations for which it was sent.
    """
    # The envelope's own `team_id` may be that of another company in a shared channel.
    # https://docs.slack.dev/apis/events-api#authorizations
    places = {
        place
        for sent_for in body.get("authorizations") or [body]
        for place in (sent_for.get("team_id"), sent_for.get("enterprise_id"))
        if place
    }
    return body["event"]["user"], frozenset(places)


@whole
def mention(body: Payload) -> Mention | None:
    """Read an `app_mention`; `None` if it is an app's.

    Source: https://docs.slack.dev/reference/events/app_mention
    """
    event = body["event"]
    if event.get("bot_id") or not event.get("user"):
        return None
    return Mention(
        by=event["user"],
        team=event.get("user_team") or event.get("team"),
        channel=event["channel"],
        thread=event.get("thread_ts"),
        message=event,
    )


@whole
def written(body: Payload) -> tuple[str, str | None] | None:
    """Return who wrote a `message` to the bot, and their team; `None` if nobody did.

    Edits, deletions and joins have a subtype, and so have some bots' messages; a file
    that somebody sent is `file_share`.
    Source: https://docs.slack.dev/reference/events/message
    """
    event = body["event"]
    is_persons = event.get("subtype") in (None, "file_share") and event.get("user")
    if event.get("channel_type") != "im" or event.get("bot_id") or not is_persons:
        return None
    return event["user"], event.get("user_team") or event.get("team")


@whole
def posted(body: Payload) -> Posted | None:
    """Read a `message`; `None` if it is no new one at the top level of a channel."""
    event = body["event"]
    is_new = event.get("subtype") in (None, "file_share", "bot_message")
    is_reply = event.get("thread_ts") not in (None, event.get("ts"))
    if event.get("channel_type") not in ("channel", "group") or is_reply or not is_new:
        return None
    return Posted(event["channel"], event.get("user"), event)


@whole
def reaction(body: Payload) -> Reaction | None:
    """Read a `reaction_added` or `reaction_removed`; `None` if not on a message.

    A skin tone follows the name: `wave::skin-tone-2`.
    Source: https://docs.slack.dev/reference/events/reaction_added
    """
    event = body["event"]
    item = event["item"]
    if item["type"] != "message":
        return None
    return Reaction(
        emoji=event["reaction"].partition("::")[0],
        by=event["user"],
        channel=item["channel"],
        ts=item["ts"],
        is_added=event["type"] == "reaction_added",
        at=instant(event["event_ts"]),
        event=body["event_id"],
    )


def instant(ts: str) -> datetime:
    """Return when the message or event with this stamp was made, to the millisecond.

    That is the resolution of stored instants.
    """
    seconds, _, micros = ts.partition(".")
    at = datetime.fromtimestamp(int(seconds), UTC)
    return at + timedelta(milliseconds=int(micros[:3].ljust(3, "0")))
