"""People: their names and zones as last seen, and who may use the bot."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from bot.business_time.schedules import Span
from bot.errors import Fate, SlackError
from bot.incidents import recipients
from bot.incidents.digest import Gap
from bot.incidents.refusals import (
    NoFullMember,
    NoSuchPerson,
    NotAdmitted,
    PersonLeft,
    Refusal,
    SeveralPeople,
)
from bot.policy.names import folded
from bot.policy.on_call import Role
from bot.policy.policies import Policy
from bot.slack.client import MembersPage, Slack
from bot.slack.identities import Identity, Member, member_of
from bot.slack.readers import Person
from bot.slack.reasons import UNREACHABLE
from bot.store.database import Row, Transaction
from bot.triage import leavers
from bot.triage.accounts import quiet_of, zone_of
from bot.triage.context import Context

logger = logging.getLogger(__name__)


EVERY = timedelta(hours=12)
# users.list is in tier 2: 20 calls a minute, of 1,000 people at most.
# https://docs.slack.dev/apis/web-api/rate-limits and /pagination
PAGE_EVERY = timedelta(seconds=3)
_LARGEST_PAGE, _SMALLEST_PAGE = 1000, 100


class People:
    """The people of one workspace. Reading them never waits for Slack.

    `failure` is why Slack did not list them the last time, in a sentence.
    """

    def __init__(
        self,
        context: Context,
        slack: Slack,
        identity: Identity,
    ) -> None:
        self._context = context
        self._slack = slack
        self._identity = identity
        self._is_listing = False
        self._page_size = _LARGEST_PAGE
        self.failure: str | None = None

    def person(self, id: str) -> Person:
        """Return a person; an unknown one has their id as name, and the team's zone."""
        return _person(self._row(id), self._context.policy(), id)

    def name_of(self, id: str) -> str | None:
        """Return a person's name; `None` for an unknown id."""
        row = self._row(id)
        return row["name"] if row else None

    def quiet_hours(self, id: str) -> Span | None:
        """Return a person's own quiet hours, by their clock, if they have any."""
        row = self._row(id)
        return quiet_of(row) if row else None

    def ids(self) -> Callable[[str], str | None]:
        """Return what finds the id of the one active person with a name.

        Names are compared as readers see them. Everybody is read once, for the first
        name: there may be tens of thousands, and a command asks for several names. It
        raises Refusal if several people have the name.
        """

        @cache
        def by_name() -> Mapping[str, Collection[str]]:
            found: dict[str, list[str]] = {}
            with self._context.database.reading() as tx:
                people = tx.ask("people")
            for row in people():
                if row["is_active"]:
                    found.setdefault(folded(row["name"]), []).append(row["id"])
            return found

        def id_of(name: str) -> str | None:
            found = sorted(by_name().get(folded(name), ()))
            if len(found) > 1:
                raise Refusal(SeveralPeople(tuple(found)))
            return found[0] if found else None

        return id_of

    def admit(self, id: str, team: str | None) -> None:
        """Raise Refusal unless this is a full member of our own company.

        `team` is what Slack says beside their id. People of other companies see cards
        in shared channels, and guests see them in the channels they were invited to.
        Neither may do anything. If Slack does not answer who an unknown person is, it
        lets those in who are named on call, and raises SlackError for the others.
        """
        is_here = team in (None, self._context.workspace)
        # In an organisation `team` is the home workspace or the organisation, so it
        # says nothing about the person. Outside of one it settles the matter.
        if not is_here and self.home().enterprise is None:
            raise Refusal(NotAdmitted())
        try:
            known = self._known(id) or self._learned(id)
        except SlackError:
            if is_here and id in self._on_call():
                return
            raise
        if known is None or not (known.is_member and known.is_active):
            raise Refusal(NotAdmitted())

    def is_ours(self, id: str, team: str | None) -> bool:
        """Return whether this is a person of our own company, a guest included.

        `team` is what Slack says beside their id. In an organisation it may be any of
        its workspaces, so there their account decides.
        """
        home = self.home()
        if team in (None, *home.places):
            return True
        if home.enterprise is None:
            return False
        known = self._known(id) or self._learned(id)
        return known is not None and known.is_member

    def must_be_member(self, id: str) -> None:
        """Raise Refusal for a person who could not accept an incident.

        If the person is unknown and Slack does not answer, assume that they could.
        """
        try:
            known = self._known(id) or self._learned(id)
        except SlackError as error:
            logger.warning("cannot look a person up", extra={"error": error.code})
            return
        if known is None:
            raise Refusal(NoSuchPerson())
        if not known.is_active:
            raise Refusal(PersonLeft())
        if not known.is_member:
            raise Refusal(NoFullMember())

    def note(self, user: Mapping[str, Any], places: Collection[str]) -> None:
        """Remember one of our people as an event describes them.

        Somebody who is gone loses their work. `places` are the workspaces and
        organisations that Slack sends the event for. An event for others, or about
        somebody in another company, is ignored.
        """
        home = self.home()
        if home.places & set(places) and home.includes(user):
            self._learn(member_of(user, home))

    def home(self) -> Identity:
        """Return where we are; a bot that started while Slack was away asks now."""
        if not self._identity.user:
            self._identity = self._slack.identity(is_quick=True)
        return self._identity

    def site(self) -> str:
        """Return the workspace's address, empty until Slack has said it."""
        return self._identity.url

    def _on_call(self) -> Collection[str]:
        return self._context.policy().on_call.everybody()

    def _row(self, id: str) -> Row | None:
        with self._context.database.reading() as tx:
            found = tx.ask("person", id=id)
        return next(iter(found()), None)

    def _known(self, id: str) -> Member | None:
        row = self._row(id)
        if row is None:
            return None
        is_member, is_active = bool(row["is_member"]), bool(row["is_active"])
        return Member(id, row["name"], row["zone"], is_member, is_active)

    def _learned(self, id: str) -> Member | None:
        """Ask Slack who this is, and remember it; `None` if nobody has this id."""
        try:
            member = self._slack.member(id, self.home())
        except SlackError as error:
            if error.fate is Fate.REFUSED:
                return None
            raise
        self._learn(member)
        return member

    def read_page(self) -> timedelta:
        """Read the next page of everybody in the workspace, and remember them.

        Return how long to wait for the next. The cursor is in the record, so that a
        restart goes on from there and replicas share the work. People on call are
        looked up first. Raises SlackError; then the same page has to be read again.
        """
        cursor = self._next_page()
        if cursor is None:
            return EVERY
        try:
            page = self._slack.members(self._identity, cursor, self._page_size)
        except SlackError as error:
            if error.retry_after is not None:
                return max(error.retry_after, PAGE_EVERY)
            self._reading_fails(error, cursor)
            raise
        self.failure = None
        self._remember(page, cursor)
        return PAGE_EVERY if page.cursor else EVERY

    def _next_page(self) -> str | None:
        """Return where to read on; `None` if another replica has read the last page."""
        is_first = not self._is_listing
        if is_first:
            # A workspace can join an organisation at any time.
            self._identity = self._slack.identity()
            self._learn_who_is_on_call()
        with self._context.database.transaction() as tx:
            if is_first:
                tx.write("begin_listing")
            listing = tx.one("listing")
        self._is_listing = listing is not None
        return listing["next_page"] if listing else None

    def _learn_who_is_on_call(self) -> None:
        for who in sorted(self._on_call()):
            try:
                self._learned(who)
            except SlackError as error:
                logger.warning("cannot look a person up", extra={"error": error.code})

    def _remember(self, page: MembersPage, cursor: str) -> None:
        with self._context.database.transaction() as tx:
            # Write the rows in one order, as another replica may write the same ones at
            # this moment: in different orders the two could deadlock.
            for member in sorted(page.members, key=lambda one: one.id):
                self._save(tx, member)
            tx.write("mark_leavers", now=self._context.clock())
            if page.cursor:
                tx.write("continue_listing", page=cursor, next_page=page.cursor)
            else:
                tx.write("end_listing", page=cursor)
                self._is_listing = False

    def _reading_fails(self, error: SlackError, cursor: str) -> None:
        self.failure = f"not everybody can be read from Slack: {error.code}"
        if error.code == "invalid_cursor":  # It was valid for a while only.
            with self._context.database.transaction() as tx:
                tx.write("end_listing", page=cursor)
            self._is_listing = False
        elif not error.is_away:
            # Slack may fail on a page that is too large for it.
            # https://docs.slack.dev/reference/methods/users.list
            self._page_size = max(self._page_size // 2, _SMALLEST_PAGE)

    def _learn(self, member: Member) -> None:
        with self._context.database.transaction() as tx:
            self._save(tx, member)
            leavers.mark(tx, member.id, self._context.clock())

    def _save(self, tx: Transaction, member: Member) -> None:
        tx.write(
            "save_person",
            id=member.id,
            name=member.name,
            zone=member.zone,
            is_member=int(member.is_member),
            is_active=int(member.is_active),
            updated=member.updated,
            seen_at=self._context.system_clock(),
        )


def person(tx: Transaction, policy: Policy, id: str) -> Person:
    """Return a person as last seen, with the team's zone if theirs is unknown."""
    return _person(tx.one("person", id=id), policy, id)


def _person(row: Row | None, policy: Policy, id: str) -> Person:
    if row is None:
        return Person(id, id, policy.team_hours.zone)
    return Person(id, row["name"], zone_of(row, policy))


def has_left(tx: Transaction, id: str) -> bool:
    """Return whether a person's account is deactivated, as far as is known."""
    row = tx.one("person", id=id)
    return row is not None and not row["is_active"]


def gaps(tx: Transaction, policy: Policy, now: datetime) -> tuple[Gap, ...]:
    """Return who is on call but has left, or did not get the last message."""
    roles: dict[str, tuple[Role, ...]] = {}
    for role, who in recipients.on_call(policy, now).named():
        roles[who] = (*roles.get(who, ()), role)
    found = []
    for who, held in roles.items():
        last = tx.one("last_outcome", place=who)
        if has_left(tx, who):
            found.append(Gap(who, held))
        elif last is not None and last["last_error"] in UNREACHABLE:
            found.append(Gap(who, held, last["last_error"]))
    return tuple(found)
