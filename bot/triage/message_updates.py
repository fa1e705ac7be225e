"""Updates that were messages in Slack: which incident each is about, and its record."""

from dataclasses import dataclass
from datetime import datetime

from bot.incidents import logged_messages
from bot.incidents.acts import Update
from bot.incidents.incidents import Incident
from bot.store.database import Transaction
from bot.store.tables import records
from bot.triage import same_things
from bot.triage.context import Context
from bot.triage.inbox import Act
from bot.triage.results import Result
from bot.triage.use_cases import Triage


@dataclass(frozen=True, slots=True)
class Written:
    """A message that somebody wrote in Slack.

    `thread` is the stamp of the thread's parent, its own at the top level; `customer`
    is whom its channel or its text names.
    """

    channel: str
    ts: str
    thread: str
    author: str
    at: datetime
    link: str
    customer: str | None = None


class MessageUpdates:
    """Logs messages as updates, and takes that back."""

    def __init__(self, context: Context, triage: Triage) -> None:
        self._context = context
        self._triage = triage

    def candidates(self, written: Written) -> tuple[list[Incident], bool]:
        """Return the incidents that a message may be an update of, and if it is sure.

        It is the thread's incident, else the one of the customer whom the channel or
        the text names. Otherwise somebody has to say which, even of a single one.
        """
        channel, ts = written.channel, written.ts
        with self._context.database.reading() as tx:
            if (logged := self._logged(tx, channel, ts)) is not None:
                return [logged], True
            of_thread = records.incidents_of_thread(tx, channel, ts, written.thread)
            about = list(
                dict.fromkeys(same_things.goes_on(tx, one) for one in of_thread)
            )
            if about:
                standing = [one for one in about if one.is_open] or about[:1]
                return standing, len(standing) == 1
            now = self._context.clock()
            found = [one for one in records.incidents_since(tx, now) if one.is_open]
        whose = written.customer
        theirs = [one for one in found if whose and one.customer == whose]
        return (theirs, len(theirs) == 1) if theirs else (found, False)

    def log(self, act: Act, number: int, written: Written) -> Result:
        """Note that a message was what we told the customer."""
        update = Update(link=written.link, at=written.at, author=written.author)
        return self._triage.act_in_view(
            act,
            number,
            lambda incident, by, now, earlier: logged_messages.message_logged(
                incident, by, now, update, earlier()
            ),
        )

    def logged_by(self, person: str, channel: str, ts: str) -> Incident | None:
        """Return the open incident for which a person logged a message, if any."""
        with self._context.database.reading() as tx:
            return self._logged(tx, channel, ts, person)

    def take_back(
        self, act: Act, number: int, channel: str, ts: str, at: datetime
    ) -> Result:
        """Undo at `at` that the actor logged a message."""
        link = records.message_path(channel, ts)
        return self._triage.act_in_view(
            act,
            number,
            lambda incident, by, now, earlier: logged_messages.update_taken_back(
                incident, by, min(at, now), link, earlier()
            ),
        )

    def _logged(
        self, tx: Transaction, channel: str, ts: str, by: str | None = None
    ) -> Incident | None:
        """Return the open incident of which a message is the update, by anybody."""
        link = records.message_path(channel, ts)
        for incident in records.open_incidents_with_update(tx, channel, ts):
            standing = logged_messages.logged(records.events(tx, incident.number), link)
            if any(by in (None, one.by) for one in standing):
                return incident
        return None
