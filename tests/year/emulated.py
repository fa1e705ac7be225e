"""The same days in a local Slack: the real bot, and people who press its buttons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.emulator.records import Message
from bot.incidents.deadlines import Deadline
from bot.incidents.events import Event, EventKind
from bot.incidents.incidents import Incident
from bot.incidents.steps import StepKind
from bot.policy.policies import Policy
from bot.slack.actions import STILL_ON_IT
from bot.store.tables import records
from tests.breaking import by_hand
from tests.story import PACIFIC, Story
from tests.year.people import Year
from tests.year.teams import ACCOUNTS
from tests.year.worlds import Told

_REMINDERS = """
SELECT message.queued_at, message.person, item.incident, item.step
FROM outbox AS message
JOIN outbox_items AS item
  ON item.workspace = message.workspace
  AND item.key = message.key
WHERE message.kind = 'reminder'
  AND message.person IS NOT NULL
ORDER BY message.queued_at, message.person, item.incident, item.step
"""


class Emulated(Story):
    """A story of the year's team, in which its people do what they did in the core."""

    def __init__(self, folder: Path, policy: Policy, begins: datetime) -> None:
        at = f"{begins.astimezone(PACIFIC):%Y-%m-%d %H:%M}"
        super().__init__(folder, at, policy=policy)

    def populate(self) -> None:
        """Add the team and its channels."""
        names = {person: person[2:].lower() for person in ACCOUNTS}
        for person, account in ACCOUNTS.items():
            self.slack.add_person(names[person], tz=str(account.zone))
        for channel in ("incidents", "leads", "support"):
            self.slack.add_channel(channel, members=names.values())

    def settle(self) -> None:
        """Send what is due, also what Slack's limits held back."""
        self.system_clock.advance(minutes=1)
        super().settle()

    def live(self, year: Year) -> None:
        """Let people do what they did in the core, each act at its instant."""
        acts: list[tuple[datetime, Incident, Event | None]] = []
        for one in year.opened:
            acts.append((one.opened_at, one, None))
            acts += [(each.at, one, each) for each in year.events.get(one.number, ())]
        for at, incident, event in sorted(acts, key=lambda act: act[0]):
            self.travel(at)
            if event is None:
                self._open(incident)
            else:
                self._act(incident.number, event)
        self.travel(year.ends)

    def owed(self) -> Iterator[Deadline]:
        """Yield every deadline that the bot recorded."""
        with self.bot.database.reading() as tx:
            for number in range(1, len(self.slack.channel("incidents")) + 1):
                yield from records.deadlines(tx, number)

    def told(self) -> list[Told]:
        """Return the reminders that people got, in the order in which they came."""
        found: dict[tuple[datetime, str], list[tuple[int, StepKind]]] = {}
        for at, person, incident, step in by_hand(self, _REMINDERS):
            instant = (
                at if isinstance(at, datetime) else datetime.fromisoformat(f"{at}")
            )
            within = found.setdefault((instant, f"{person}"), [])
            within.append((int(f"{incident}"), StepKind(f"{step}")))
        return [Told(at, who, tuple(about)) for (at, who), about in found.items()]

    def _open(self, incident: Incident) -> None:
        said = f"/{incident.severity} {incident.customer}: {incident.title}"
        assert self.command(incident.opened_by[2:].lower(), said).ok

    def _act(self, number: int, event: Event) -> None:
        who, card = event.by[2:].lower(), self.card(number)
        if event.kind is EventKind.TAKEN:
            self.take(who, number)
        elif event.kind is EventKind.CHECKED_IN:
            self.press(who, *self._still_on_it(who, number))
        elif event.kind is EventKind.RESOLVED:
            self.fill_in(who, "Resolve", card, note="done", confirmed=["yes"])
        else:
            first = "First response sent" in self.buttons(card)
            button = "First response sent" if first else "Log update"
            self.fill_in(who, button, card, told="so far")

    def _still_on_it(self, who: str, number: int) -> tuple[str, Message]:
        """Return the newest button with which somebody can check in."""
        return next(
            (f"{block['block_id']}/{element['action_id']}", message)
            for message in reversed(self.slack.dm(who))
            for block in message.blocks
            for element in block.get("elements", ())
            if element.get("action_id") == STILL_ON_IT
            and element["value"] == str(number)
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much of what the core said the bot did: reminders to people, deadlines."""

    reminders: tuple[int, int]
    deadlines: tuple[int, int]

    @property
    def is_whole(self) -> bool:
        """Return whether the bot did all of it, and nothing else."""
        return all(same == every for same, every in (self.reminders, self.deadlines))


def likeness(year: Year, policy: Policy) -> Likeness:
    """Let the bot live through the days that the core lived through."""
    with TemporaryDirectory(prefix="sevbot-year-") as folder:
        told = Emulated(Path(folder), policy, year.begins)
        told.start()
        try:
            told.live(year)
            by_bot = set(map(_worded, told.told())), set(map(_ended, told.owed()))
        finally:
            told.stop()
    heard = [one.told for one in year.heard if not one.told.is_list]
    by_core = set(map(_worded, heard)), set(map(_ended, year.owed()))
    reminders, deadlines = (
        (len(one & other), len(one | other))
        for one, other in zip(by_bot, by_core, strict=True)
    )
    return Likeness(reminders, deadlines)


def _worded(told: Told) -> tuple[object, ...]:
    return told.at, told.person, tuple(sorted(told.about))


def _ended(one: Deadline) -> tuple[object, ...]:
    return one.id, one.due_at, one.missed_at, one.closed_at, one.outcome
