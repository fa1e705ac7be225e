"""What a simulation foretells of a month, and what the bot then does in it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.incidents.deadlines import Deadline
from bot.incidents.replays import Change, Replay, replayed
from bot.policy import quiet_hours
from bot.store.tables import stories
from bot.triage import simulations
from tests.breaking import by_hand
from tests.changing import Changing
from tests.story import Story, pacific, shipped_policy

BEGINS, ENDS = pacific("2026-11-01 00:00"), pacific("2026-11-13 18:00")
STRICTER = (
    ("    standard: 8 business hours\n", "    standard: 2 business hours\n"),
    ("    standard: 1 business day\n", "    standard: 4 business hours\n"),
    ("    premium: twice per business day\n", "    premium: every 2 business hours\n"),
    ("  Globex:\n    plan: standard\n", "  Globex:\n    plan: premium\n"),
    ("wakes: [premium, standard]", "wakes: [premium]"),
)
# Who does what at which local time; in a form's place, the note to write.
BEFORE = (
    ("10-30 15:00", "dee", "/sev2 globex: login fails"),
    ("10-30 15:20", "ana", "take 1"),
)
AFTER = (
    ("11-02 11:00", "ana", "First response sent 1"),
    ("11-02 14:00", "ben", "/sev3 acme: reports are empty"),
    ("11-03 10:00", "ana", "Log update 1"),
    ("11-03 17:30", "dee", "/sev1 umbrella: all is down"),
    ("11-03 19:05", "ben", "take 3"),
    ("11-03 21:40", "ben", "Resolve 3"),
    ("11-04 16:00", "ana", "Resolve 1"),
    ("11-05 09:00", "cem", "take 2"),
    ("11-05 16:45", "cem", "First response sent 2"),
    ("11-10 15:30", "dee", "/sev2 globex: sync is slow"),
    ("11-12 10:00", "ana", "take 4"),
    ("11-12 10:30", "ana", "First response sent 4"),
    ("11-12 15:00", "cem", "Resolve 2"),
)

# When and who, and each reminder's incident, kind and step.
Queued = list[tuple[str, str, tuple[str, ...]]]
_QUEUED = """
SELECT message.queued_at, message.person, item.incident, item.deadline_kind, item.step
FROM outbox AS message
JOIN outbox_items AS item
  ON item.workspace = message.workspace
  AND item.key = message.key
WHERE message.kind = 'reminder'
  AND message.person IS NOT NULL
ORDER BY message.id, item.position
"""


@contextmanager
def lived(folder: Path, *edits: tuple[str, str]) -> Iterator[Changing]:
    """Live through the month; the policy is edited as it begins."""
    folder.mkdir()
    with Changing(folder, "2026-10-30 14:00") as told:
        act(told, BEFORE)
        told.travel(BEGINS)
        told.write(*edits)
        told.look()
        act(told, AFTER)
        told.travel(ENDS)
        yield told


def act(told: Changing, script: tuple[tuple[str, str, str], ...]) -> None:
    entries = {"Resolve": {"note": "mended", "confirmed": ["yes"]}}
    for at, who, what in script:
        told.travel(pacific(f"2026-{at}"))
        button, _, number = what.rpartition(" ")
        if what.startswith("/"):
            assert told.command(who, what).ok
        elif button == "take":
            told.take(who, int(number))
        else:
            given = entries.get(button, {"told": "we are on it"})
            told.fill_in(who, button, told.card(int(number)), **given)


def owed(told: Changing) -> list[Deadline]:
    with told.bot.database.reading() as tx:
        found = stories.between(tx, pacific("2026-10-01 00:00"), ENDS)
    return [deadline for story in found for deadline in story.deadlines]


def queued(told: Changing) -> Queued:
    """Return each message that reminded a person in the month, as it was queued."""
    found: dict[tuple[str, str], list[str]] = {}
    for at, person, incident, kind, step in by_hand(told, _QUEUED):
        instant = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
        if instant >= BEGINS:
            key = f"{instant.astimezone(UTC):%m-%d %H:%M:%S}", str(person)
            found.setdefault(key, []).append(f"INC-{incident} {kind} {step}")
    return sorted((*key, tuple(sorted(within))) for key, within in found.items())


def said(replay: Replay) -> Queued:
    """Return each message to a person that a replay foretells of the month."""
    return sorted(
        (
            f"{one.at:%m-%d %H:%M:%S}",
            one.place,
            tuple(
                sorted(
                    f"{firing.incident.name} {firing.deadline.kind} {firing.step.kind}"
                    for firing, _ in one.reminders
                )
            ),
        )
        for one in replay.messages
        if one.is_to_person and one.at >= BEGINS
    )


def ends(deadlines: Iterable[Deadline]) -> list[tuple[object, ...]]:
    return sorted(
        (one.id, one.target, one.due_at, one.missed_at, one.closed_at, one.outcome)
        for one in deadlines
    )


def foretold(told: Changing, change: Change | None) -> Replay:
    with told.bot.database.reading() as tx:
        policy = told.in_force()
        return replayed(
            policy,
            stories.between(tx, BEGINS, ENDS),
            simulations.accounts(tx, policy),
            until=ENDS,
            change=change,
        )


def test_what_is_foretold_of_a_policy_is_what_the_bot_then_does(
    tmp_path: Path,
) -> None:
    with lived(tmp_path / "then", *STRICTER) as then:
        then_owed, then_queued = ends(owed(then)), queued(then)
        change = Change(then.in_force(), BEGINS)

    with lived(tmp_path / "now") as now:
        as_it_was, as_it_would_be = foretold(now, None), foretold(now, change)
        now_owed, now_queued = ends(owed(now)), queued(now)

    assert now_owed != then_owed
    assert now_queued != then_queued
    assert (of(as_it_was), said(as_it_was)) == (now_owed, now_queued)
    assert (of(as_it_would_be), said(as_it_would_be)) == (then_owed, then_queued)


def test_a_replay_keeps_peoples_quiet_hours(tuesday: Story) -> None:
    tuesday.command("ana", "/oncall quiet 12:00-13:00")

    with tuesday.bot.database.reading() as tx:
        account_of = simulations.accounts(tx, shipped_policy())

    assert account_of("U0ANA").quiet == quiet_hours.read("12:00-13:00")
    assert account_of("U0BEN").quiet is None


def of(replay: Replay) -> list[tuple[object, ...]]:
    return ends(one for story in replay.stories.values() for one in story.deadlines)
