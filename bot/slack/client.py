"""The calls to Slack's Web API that the bot makes.

The library's retries are switched off: a hidden retry of a post is a hidden duplicate.
The outbox decides whether and when to try again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import Fate, SlackError
from bot.slack.blocks import Message, View
from bot.slack.call_deadlines import PromptClient
from bot.slack.calls import Answer, called, page, pages, refusal, understood
from bot.slack.identities import Identity, Member, id_of, identity_of, member_of
from bot.slack.standing import Standing, keyed, metadata_of, placed, ts_of

CALL_WITHIN = timedelta(seconds=10)
PAGE_WITHIN = timedelta(seconds=3)
# Within a command, which has to be acknowledged within three seconds.
ASK_WITHIN = timedelta(seconds=1)
_ANSWER_WITHIN = timedelta(seconds=2)
_EXCHANGED = "exchanged_trigger_id"


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Some of the people of a workspace. `cursor` leads on; it is empty at the end."""

    members: tuple[Member, ...]
    cursor: str


class Slack:
    """The calls that the bot makes. Each raises SlackError and has a deadline."""

    def __init__(self, token: str, api_url: str) -> None:
        self.web = _client(token, api_url, CALL_WITHIN)
        self._urgent = _client(token, api_url, PAGE_WITHIN)
        self._quick = _client(token, api_url, ASK_WITHIN)
        self._answering = _client(token, api_url, _ANSWER_WITHIN)

    def identity(self, *, is_quick: bool = False) -> Identity:
        """Ask who the token belongs to."""
        client = self._quick if is_quick else self._urgent
        return called(client.auth_test, identity_of)

    def app(self) -> str | None:
        """Ask which app the bot is; `None` if Slack does not say."""
        me = called(self._urgent.auth_test, lambda answer: str(answer["bot_id"]))

        def read(answer: Answer) -> str | None:
            app = answer["bot"].get("app_id")
            return None if app is None else id_of(app)

        return called(self._urgent.bots_info, read, bot=me)

    def date(self) -> datetime:
        """Return what time it is by Slack's clock, to the second."""
        with understood():
            try:
                answer = self._quick.auth_test()
            except SlackApiError as error:
                raise refusal("auth.test", error) from error
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return parsedate_to_datetime(headers["date"])

    def post(  # noqa: PLR0913  # Each travels with the message.
        self,
        channel: str,
        message: Message,
        *,
        key: str,
        also: Sequence[str] = (),
        thread_ts: str | None = None,
        is_urgent: bool = False,
    ) -> str:
        """Post a message and return its ts.

        It carries its key twice, in its metadata and in a block_id, so that a look-up
        recognizes it. `also` are the keys of the reminders in it; the first few hundred
        are marked. A reply whose parent is gone is refused as `thread_not_found`.
        """
        client = self._urgent if is_urgent else self.web
        ts, is_astray = called(
            client.chat_postMessage,
            lambda answer: (
                ts_of(answer),
                thread_ts is not None and not answer["message"].get("thread_ts"),
            ),
            channel=channel,
            text=message.text,
            blocks=keyed(message, key),
            thread_ts=thread_ts,
            metadata=metadata_of(key, also),
            unfurl_links=False,
            unfurl_media=False,
        )
        if is_astray:
            self._take_back(client, channel, ts)
        return ts

    def _take_back(self, client: WebClient, channel: str, ts: str) -> None:
        """Delete a reply that Slack posted at the top level, since its parent is gone.

        If we die before that, or Slack does not delete it now, a look-up finds it. One
        that may never be deleted stays where it is.
        Source: https://github.com/slack-go/slack/issues/1571
        """
        try:
            called(client.chat_delete, _nothing, channel=channel, ts=ts)
        except SlackError as error:
            if error.fate is Fate.REFUSED:
                return
            if error.fate is not Fate.GONE:
                raise SlackError(error.code, Fate.UNKNOWN) from error
        raise SlackError("thread_not_found", Fate.GONE)

    def update(
        self,
        channel: str,
        ts: str,
        message: Message,
        *,
        key: str,
        also: Sequence[str] = (),
    ) -> None:
        """Replace the content of a message that was posted before."""
        called(
            self.web.chat_update,
            _nothing,
            channel=channel,
            ts=ts,
            text=message.text,
            blocks=keyed(message, key),
            metadata=metadata_of(key, also),
        )

    def delete(self, channel: str, ts: str) -> None:
        """Delete one of the bot's own messages."""
        called(self.web.chat_delete, _nothing, channel=channel, ts=ts)

    def has_replies(self, channel: str, ts: str) -> bool:
        """Return whether people replied below a message of the bot's own."""
        replies = called(
            self.web.conversations_history,
            lambda answer: [one.get("reply_count", 0) for one in answer["messages"]],
            channel=channel,
            oldest=ts,
            latest=ts,
            inclusive=True,
            limit=1,
        )
        return any(replies)

    def quiet_time(self, person: str) -> tuple[datetime, datetime]:
        """Return when somebody is not disturbed now or next; long ago if never."""

        def read(answer: Answer) -> tuple[datetime, datetime]:
            names = ("next_dnd_start_ts", "next_dnd_end_ts")
            start, end = (float(answer.get(name) or 0) for name in names)
            is_on = bool(answer.get("dnd_enabled"))
            return (
                datetime.fromtimestamp(start, UTC),
                datetime.fromtimestamp(end if is_on else 0, UTC),
            )

        return called(self.web.dnd_info, read, user=person)

    def group_members(self, group: str) -> frozenset[str]:
        """Return who is in a user group; a disabled one is refused."""
        return called(
            self.web.usergroups_users_list,
            lambda answer: frozenset(id_of(one) for one in answer["users"]),
            usergroup=group,
        )

    def put_in_group(self, group: str, person: str) -> None:
        """Put one person in the place of everybody in a user group."""
        called(
            self.web.usergroups_users_update, _nothing, usergroup=group, users=[person]
        )

    def standing(
        self,
        channel: str,
        *,
        oldest: datetime,
        thread_ts: str | None = None,
        is_urgent: bool = False,
    ) -> Iterator[Standing]:
        """Yield the app messages in a conversation since `oldest`.

        Reads the top level, without the replies that were also sent there, or the
        thread under `thread_ts`. Needs the history scope for that kind of conversation.
        """
        client = self._urgent if is_urgent else self.web
        read: Callable[..., Any] = client.conversations_history
        if thread_ts is not None:
            read = client.conversations_replies
        for is_reply, found in pages(
            read,
            "messages",
            placed,
            channel=channel,
            ts=thread_ts,
            oldest=f"{oldest.timestamp():.6f}",
            include_all_metadata=True,
        ):
            if found is not None and is_reply == (thread_ts is not None):
                yield found

    def message(self, channel: str, ts: str, *, is_quick: bool = False) -> Answer:
        """Return a message, in a thread or not, with the emoji on it."""
        client = self._quick if is_quick else self.web
        return called(
            client.reactions_get,
            lambda answer: dict(answer["message"]),
            channel=channel,
            timestamp=ts,
            full=True,
        )

    def open_conversation(self, person: str) -> str:
        """Return the id of the bot's conversation with a person."""
        return called(
            self._urgent.conversations_open,
            lambda answer: id_of(answer["channel"]["id"]),
            users=person,
        )

    def open_view(self, trigger_id: str, view: View) -> None:
        """Show a form to the person who caused a trigger, within its three seconds.

        A trigger opens one form. So without an answer we ask once more: if the form
        opened after all, or opens late, one of the two is told that it was exchanged.
        """
        try:
            self._exchange(trigger_id, view)
        except SlackError as error:
            if error.fate is not Fate.UNKNOWN:
                raise
            try:
                self._exchange(trigger_id, view)
            except SlackError:
                raise error from None

    def _exchange(self, trigger_id: str, view: View) -> None:
        try:
            called(
                self._urgent.views_open,
                _nothing,
                trigger_id=trigger_id,
                view=dict(view),
            )
        except SlackError as error:
            if error.code != _EXCHANGED:
                raise

    def replace_view(self, view_id: str, trigger_id: str, view: View) -> None:
        """Replace the form in which a person caused a trigger.

        If that fails, say because it was closed meanwhile, the trigger opens another.
        """
        try:
            self.update_view(view_id, view)
        except SlackError:
            self.open_view(trigger_id, view)

    def update_view(self, view_id: str, view: View) -> None:
        """Replace a form that is on somebody's screen."""
        called(self._urgent.views_update, _nothing, view_id=view_id, view=dict(view))

    def whisper(
        self, channel: str, person: str, message: Message, thread_ts: str | None
    ) -> None:
        """Post what one member of a channel sees; in a channel that the bot is in."""
        called(
            self._answering.chat_postEphemeral,
            _nothing,
            channel=channel,
            user=person,
            text=message.text,
            blocks=list(message.blocks),
            thread_ts=thread_ts,
        )

    def parent(self, channel: str, ts: str) -> Answer:
        """Return the message above a thread. Needs the history scope of its kind."""
        return called(
            self._quick.conversations_replies,
            lambda answer: dict(answer["messages"][0]),
            channel=channel,
            ts=ts,
            limit=1,
        )

    def answer(self, response_url: str, body: Mapping[str, Any]) -> None:
        """Answer a command or a press through its response URL."""
        with understood():
            status = self._answering.post(response_url, body)
        if status != 200:
            raise SlackError(f"http_{status}", Fate.UNKNOWN)

    def member(self, person: str, home: Identity) -> Member:
        """Look one person up."""
        return called(
            self._quick.users_info,
            lambda answer: member_of(answer["user"], home),
            user=person,
        )

    def members(self, home: Identity, cursor: str, most: int) -> MembersPage:
        """Return the next people who are there; an empty cursor is the beginning.

        Where the app is in a whole organisation, workspace after workspace.
        """
        if home.team != home.enterprise:
            return self._members(home, cursor, most)
        teams = [
            *pages(self.web.auth_teams_list, "teams", lambda one: id_of(one["id"]))
        ]
        if not teams:
            return MembersPage((), "")
        team, _, rest = cursor.partition(" ")
        if team not in teams:  # At the beginning, or it has left.
            team, rest = teams[0], ""
        page = self._members(home, rest, most, team)
        if page.cursor:
            return replace(page, cursor=f"{team} {page.cursor}")
        after = teams[teams.index(team) + 1 :]
        return replace(page, cursor=f"{after[0]} " if after else "")

    def _members(
        self, home: Identity, cursor: str, most: int, team: str | None = None
    ) -> MembersPage:
        found, cursor = called(
            self.web.users_list,
            page("members", lambda user: member_of(user, home)),
            limit=most,
            cursor=cursor,
            team_id=team,
        )
        return MembersPage(tuple(found), cursor)


def _client(token: str, api_url: str, within: timedelta) -> PromptClient:
    return PromptClient(
        token=token,
        base_url=api_url,
        timeout=int(within.total_seconds()),
        retry_handlers=[],
    )


def _nothing(answer: Answer) -> None:
    """Read no more."""
