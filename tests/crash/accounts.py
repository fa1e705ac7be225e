"""What was owed after a round, and what Slack shows of it.

Twice over: by the bot's own record, each message of which must stand in Slack once; and
without it, from what people were told and what the policy's numbers say was due.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.emulator.records import Message
from bot.slack.standing import mark_of
from tests.crash.stage import BEGINS, OutboxMessage

ANA, BEN, LEA, SUPPORT = "U0ANA", "U0BEN", "U0LEA", "C0SUPPORT"
# The shipped policy's first response for a premium customer, in hours.
_FIRST_RESPONSE = {1: 4, 2: 4, 3: 24, 4: 48}
_STEPS = (0, 5, 10, 20)
_REPEATS = {1: (15,), 2: (15, 30, 60)}
# Each digest of the day: what ends its key, its channel, and how long after `BEGINS`.
_DIGESTS = (
    ("/C0LEADS", "C0LEADS", timedelta(minutes=1)),
    ("/C0SUPPORT", "C0SUPPORT", timedelta(minutes=1)),
    ("/C0LEADS/2", "C0LEADS", timedelta(minutes=3)),
)
_UNFINISHED = ("queued", "sending", "unconfirmed", "dead")
_TOLD = ((ANA,), (ANA,), (BEN,), (LEA, SUPPORT))
_REMINDER = re.compile(r"INC-\d+/(first_response|update|check_in)/")
_MORE = re.compile(r"And \d+ more")
# Reminders so close together may go out as one, the later one early.
_TOGETHER = timedelta(minutes=2)


@dataclass(slots=True)
class Verdict:
    """How many messages were owed, and in words which are lost or stand there twice.

    An act that came twice has been `answered` twice if it did something twice, or if
    what people were told of it is not one and the same. A superseded message that
    landed late is a `stray` while it has buttons, and so is one that a newer one about
    the same incident replaced.
    """

    obligations: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    stray: list[str] = field(default_factory=list)

    def add(self, other: "Verdict") -> None:
        self.obligations += other.obligations
        self.lost += other.lost
        self.doubled += other.doubled
        self.answered += other.answered
        self.stray += other.stray

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.answered or self.stray)


def verdict(
    messages: Sequence[OutboxMessage],
    shown: Sequence[Message],
    told: Sequence[dict[str, Any]],
    happened: Sequence[str],
    now: datetime,
) -> Verdict:
    """Compare what was owed with what is shown, once the bot is idle."""
    found = Verdict()
    found.add(_by_record(messages, shown))
    found.add(_by_eye(shown))
    found.add(_by_place(shown))
    found.add(_by_words(shown, told))
    found.add(_by_policy(shown, told, now))
    found.add(_by_day(shown, now))
    found.add(_by_answers(shown, told, happened))
    return found


def _by_record(messages: Sequence[OutboxMessage], shown: Sequence[Message]) -> Verdict:
    """Exactly the messages that the record calls sent are shown, each once.

    What was deleted counts by what replaced it.
    """
    posts = [one for one in messages if one.kind != "edit"]
    counted = Counter(map(_key, shown))
    owed = [one for one in posts if one.state not in ("superseded", "merged")]
    found = Verdict(len(owed))
    for message in owed:
        if message.deleted_at is not None:
            if counted[message.key]:
                found.stray.append(f"{message.key} is deleted, and in Slack")
        elif message.state != "sent":
            found.lost.append(f"{message.key} is {message.state}: {message.last_error}")
        elif not counted[message.key]:
            found.lost.append(f"{message.key} is sent, and not in Slack")
    over = {one.key for one in posts} - {one.key for one in owed}
    for one in shown:
        if _key(one) in over and any(
            block["type"] == "actions" for block in one.blocks
        ):
            found.stray.append(f"{_key(one)} is superseded, and has buttons")
    for key in counted.keys() - {one.key for one in posts}:
        found.lost.append(f"{key} is in Slack, and not in the record")
    for message in messages:
        is_anew = message.state == "dead" and message.last_error == "message_not_found"
        if message.kind == "edit" and not is_anew and message.state in _UNFINISHED:
            found.lost.append(f"{message.key} is {message.state}: {message.last_error}")
    return found


def _by_eye(shown: Sequence[Message]) -> Verdict:
    """No key, reminder or text is shown twice in a conversation."""
    found = Verdict()
    names = {mark_of(_key(one)): _key(one) for one in shown}
    for mark, times in Counter(_marks(shown)).items():
        if times > 1:
            said = names.get(mark, mark)
            found.doubled.append(f"{said} is said {times} times")
    # Reminders of different hours may all be edited to "ended, resolved by Ana".
    read: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for message in shown:
        if message.edited is None:
            read[_looks(message)].append(_key(message))
    for keys in read.values():
        if len(keys) > 1:
            found.doubled.append(f"{', '.join(keys)} read the same")
    return found


def _by_place(shown: Sequence[Message]) -> Verdict:
    """No place holds two reminders about one incident."""
    found = Verdict()
    told: Counter[tuple[str, str, str]] = Counter()
    for message in shown:
        if _REMINDER.match(_key(message)):
            place = message.channel, message.thread_ts or ""
            names = set(re.findall(r"INC-\d+", _said(message)))
            told.update((*place, name) for name in names)
    for (channel, thread, name), times in told.items():
        if times > 1:
            found.stray.append(f"{name} is told {times} times in {channel} {thread}")
    return found


def _by_words(shown: Sequence[Message], told: Sequence[dict[str, Any]]) -> Verdict:
    """Each command that was answered has one card, all others at most one.

    The numbers have no gap, and what was resolved says so.
    """
    cards = [one for one in shown if _key(one).endswith("/card")]
    found = Verdict()
    for act in told:
        if act["do"] != "open":
            continue
        found.obligations += act["ok"]
        times = sum(act["title"] in one.text for one in cards)
        if times < act["ok"]:
            found.lost.append(f"{act['title']} was answered and has no card")
        if times > 1:
            found.doubled.append(f"{act['title']} has {times} cards")
    numbers = sorted(map(_number, cards))
    if numbers != list(range(1, len(numbers) + 1)):
        found.lost.append(f"the numbers are {numbers}")
    resolved = {_in_text(a["card"]) for a in told if a["do"] == "Resolve" and a["ok"]}
    for card in cards:
        if _number(card) in resolved and "esolved" not in card.text:
            found.lost.append(f"the card of INC-{_number(card)} does not say resolved")
    return found


def _by_policy(
    shown: Sequence[Message], told: Sequence[dict[str, Any]], now: datetime
) -> Verdict:
    """Everybody got the newest reminder of each untouched incident, or a newer one."""
    touched = {_in_text(act["card"]) for act in told if act["do"] != "open"}
    numbers = {_title(one): _number(one) for one in shown if _key(one)[-4:] == "card"}
    # A long list names the first of its incidents; its own may be among the others.
    cut = {mark_of(_key(one)) for one in shown if _MORE.search(_said(one))}
    said, found = {*_marks(shown), *cut}, Verdict()
    newest = list(_newest(shown))
    for act in told:
        number = numbers.get(act.get("title", ""))
        if number is None or number in touched or not act["ok"]:
            continue
        if act["at"] != act["until"]:
            continue  # Time passed while it was typed, by an unknown amount.
        opened = datetime.fromisoformat(act["at"])
        due = dict(_due(number, act["severity"], now - opened))
        soon = dict(_due(number, act["severity"], now + _TOGETHER - opened))
        found.obligations += len(due)
        told_at = {place: at - opened for (of, place), at in newest if of == number}
        unsaid = _unsaid(due, said, told_at)
        if unsaid and _unsaid(soon, said, told_at):
            found.lost.append(f"nobody was told {sorted(unsaid)}")
    return found


def _by_day(shown: Sequence[Message], now: datetime) -> Verdict:
    """Each digest of the day came once to its channel, if its time has come."""
    found = Verdict()
    for name, channel, after in _DIGESTS:
        if now.date() != BEGINS.date() or now < BEGINS + after:
            continue
        key = f"digest/{now:%Y-%m-%d}{name}"
        found.obligations += 1
        # One that came too early, by a clock that was ahead, comes again.
        if not any(
            re.sub("(/again)+$", "", _key(one)) == key and one.channel == channel
            for one in shown
        ):
            found.lost.append(f"{key} did not come")
    return found


def _unsaid(
    due: Mapping[str, timedelta],
    said: Collection[str],
    told_at: Mapping[str, timedelta],
) -> set[str]:
    """Return the keys that nothing says, nor a newer message at the same place."""
    return {
        key
        for key, after in due.items()
        if mark_of(key) not in said
        and told_at.get(key.rpartition("/")[2], after) <= after
    }


def _by_answers(
    shown: Sequence[Message], told: Sequence[dict[str, Any]], happened: Sequence[str]
) -> Verdict:
    """Each duplicate delivery acted once; each refused command did nothing."""
    found = Verdict()
    cards = [one.text for one in shown if _key(one).endswith("/card")]
    for act in told:
        if len(act.get("numbers", ())) > 1:
            found.answered.append(f"{act['title']} was told to be {act['numbers']}")
        if act.get("refused") and any(act["title"] in text for text in cards):
            found.answered.append(f"{act['title']} was refused, and has a card")
    for text in {act["text"] for act in told if "text" in act}:
        if (times := sum(text in one for one in happened)) > 1:
            found.answered.append(f"{text!r} is recorded {times} times")
    return found


def _due(
    number: int, severity: int, passed: timedelta
) -> Iterator[tuple[str, timedelta]]:
    """Yield the newest reminders of an incident that nobody touched.

    Each is a key, and how long after the opening it was due.
    """
    minutes = passed / timedelta(minutes=1)
    length = _FIRST_RESPONSE[severity] * 60
    quarter = length / 4
    after = (length + quarter, length + 2 * quarter)
    steps = (length, after[0]) if severity > 2 else (length - quarter, length, *after)
    if fired := sum(at <= minutes for at in steps):
        key, at = f"INC-{number}/first_response/1/{fired}/", steps[fired - 1]
        yield key + ANA, timedelta(minutes=at)
        if severity <= 2 and fired > 1:
            yield key + "thread", timedelta(minutes=at)
        if fired == 4:
            yield key + LEA, timedelta(minutes=at)
    if severity <= 2:
        beats = _beats(severity, minutes - _STEPS[-1])
        fired = sum(at <= minutes for at in _STEPS) + len(beats)
        # Of the repeats the channel's message is an edit.
        places = _TOLD[fired - 1] if not beats else (ANA, BEN, LEA)
        at = _STEPS[-1] + beats[-1] if beats else _STEPS[fired - 1]
        for place in places:
            yield f"INC-{number}/check_in/1/{fired}/{place}", timedelta(minutes=at)


def _beats(severity: int, minutes: float) -> list[int]:
    """Return after how many minutes from the last step each repeat so far was due."""
    beats, waits = list[int](), _REPEATS[severity]
    at = waits[0]
    while at <= minutes:
        beats.append(at)
        at += waits[min(len(beats), len(waits) - 1)]
    return beats


def _newest(shown: Iterable[Message]) -> Iterator[tuple[tuple[int, str], datetime]]:
    """Yield when the reminder was posted that stands for an incident at a place.

    A place is named as in a key: a person, a channel, or `thread`.
    """
    for message in shown:
        if _REMINDER.match(_key(message)):
            place = "thread" if message.thread_ts else message.channel
            posted = datetime.fromtimestamp(float(message.ts), UTC)
            for number in map(int, re.findall(r"INC-(\d+)", _said(message))):
                yield (number, re.sub("^D", "U", place)), posted


def _said(message: Message) -> str:
    return json.dumps([{**one, "block_id": None} for one in message.blocks])


def _marks(shown: Iterable[Message]) -> Iterator[str]:
    """Yield a mark of all that is said: of messages, and of what they say besides.

    A list that keeps its key no longer says what newer messages tell of.
    """
    for message in shown:
        payload = (message.metadata or {}).get("event_payload", {})
        key, also = _key(message), set(str(payload.get("with", "")).split())
        if not also or not _REMINDER.match(key) or _names(message, _in_text(key)):
            yield mark_of(key)
        yield from also - {mark_of(key)}


def _names(message: Message, number: int) -> bool:
    """Return whether a message tells of an incident."""
    return re.search(rf"INC-{number}\b", _said(message)) is not None


def _key(message: Message) -> str:
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("key", message.text))


def _looks(message: Message) -> tuple[str, ...]:
    blocks = [{**one, "block_id": None} for one in message.blocks]
    thread = message.thread_ts or ""
    return message.channel, thread, message.text, json.dumps(blocks)


def _number(card: Message) -> int:
    return _in_text(_key(card))


def _in_text(text: str) -> int:
    found = re.search(r"INC-(\d+)", text)
    return int(found[1]) if found else 0


def _title(card: Message) -> str:
    found = re.search(r"fault \d+\.", card.text)
    return found[0] if found else ""
