"""People who use the bot while it is killed again and again; they note what it said."""

import json
import os
import re
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from threading import Event, Lock, Thread
from typing import Any

from bot.demo.trial import TEAM
from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message
from tests.crash.stage import Stage, random

_AT_ONCE = 2
_PAUSE_S = 0.1
_FORM_WITHIN_S = 0.3
_CARDS_KEPT_FOR_S = 1.0
_FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "First response sent": ("told", {}),
    "Log update": ("told", {}),
    "Resolve": ("note", {"confirmed": ["yes"]}),
}
_REFUSED = "NOT recorded"


def forked(stage: Stage, seed: int) -> int:
    """Let people act in a process of their own; return its id."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 70
    try:
        status = _act(stage, seed, parent)
    finally:
        os._exit(status)


def stop(pid: int) -> None:
    """Let them finish; raises AssertionError if they had crashed."""
    os.kill(pid, signal.SIGTERM)
    _, status = os.waitpid(pid, 0)
    assert status == 0, "the people ended in good health"


@dataclass(slots=True)
class _Hand:
    """Some of the team, one act after another. The first hand has the clock, too."""

    stage: Stage
    random: Random
    note: Callable[[dict[str, Any]], None]
    number: int
    names: Sequence[str]
    said: int = 0
    cards: Sequence[Message] = ()
    read_at: float = field(default=float("-inf"))

    def act(self) -> None:
        """Do one random thing, frequent acts more often."""
        kinds = [self.open, self.press, self.fill_in, self.ask]
        weights = [5, 2, 3, 1]
        if self.number == 0:
            kinds, weights = [*kinds, self.wait], [*weights, 6]
        (kind,) = self.random.choices(kinds, weights)
        try:
            self.stage.slack.wait_for_socket(timeout=_FORM_WITHIN_S)
            kind()
        except (LookupError, AssertionError):
            return  # The button is gone, or no form came: the bot was killed.

    def open(self) -> None:
        """Type a command; it may be delivered twice at once, or once more."""
        severity = self.random.choices([1, 2, 3, 4], [1, 5, 3, 1])[0]
        title = f"fault {self._words()}."
        at, who = self.stage.slack_clock(), self.random.choice(self.names)
        times = self.random.choice([1, 1, 1, 2])
        told = {"do": "open", "title": title, "severity": severity, "times": times}
        told |= {"who": who, "at": at.isoformat()}
        actor = self.stage.slack.as_(who)
        answer = actor.command(
            f"/sev{severity}", f"acme: {title}", channel="support", times=times
        )
        answers = [answer, *answer.repeats]
        if not answer.ok or self.random.random() < 0.2:
            answers.append(self.stage.slack.redeliver(answer))
        until = self.stage.slack_clock().isoformat()
        self.note(told | {"until": until} | _heard(answers))

    def press(self) -> None:
        """Take an incident, or take it over."""
        card = self._card()
        who = self.stage.slack.as_(self.random.choice(self.names))
        told = {"do": "press", "card": card.text}
        self.note(told | {"ok": False})
        button = self.random.choice(["Take it", "Take over"])
        answer = who.press(button, card)
        self.note(told | {"ok": answer.ok})
        if self.random.random() < 0.2:
            self.stage.slack.redeliver(answer)

    def fill_in(self) -> None:
        """Answer the customer, tell them news, or resolve; one form may come twice."""
        card = self._card()
        who = self.stage.slack.as_(self.random.choice(self.names))
        button = self.random.choice(list(_FORMS))
        entry, more = _FORMS[button]
        text = f"We say {self._words()}."
        told = {"do": button, "card": card.text, "text": text}
        self.note(told | {"ok": False})
        if who.view() is not None:
            who.close()
        who.press(button, card)
        who.wait_for_view(timeout=_FORM_WITHIN_S)
        answer = who.submit({entry: text, **more})
        self.note(told | {"ok": answer.ok})
        if answer.sent is not None and self.random.random() < 0.3:
            self.stage.slack.redeliver(answer)

    def ask(self) -> None:
        """Look at what is open, or at the history of one incident."""
        who = self.stage.slack.as_(self.random.choice(self.names))
        number = re.search(r"INC-(\d+)", self._card().text)
        text = self.random.choice(["", number[1] if number else ""])
        who.command("/incident", text, channel="support")

    def wait(self) -> None:
        """Let time pass."""
        # Mostly too short for the next bot to see an outage.
        by = timedelta(minutes=self.random.choice([*[1] * 12, 5, 20, 90]))
        self.stage.slack_clock.advance(by)

    def _words(self) -> str:
        """Return a text that is used only once."""
        self.said += 1
        return f"{self.number}{self.said:04}"

    def _card(self) -> Message:
        if time.monotonic() > self.read_at + _CARDS_KEPT_FOR_S:
            self.cards = self.stage.slack.channel("incidents")
            self.read_at = time.monotonic()
        if not self.cards:
            raise LookupError("there is no card yet")
        # The first half is left alone, so that its reminders can be counted.
        return self.random.choice(self.cards[len(self.cards) // 2 :])


def _heard(answers: Sequence[Answer]) -> dict[str, Any]:
    """Return the answers to all deliveries of a command.

    An answer names its own incident first, and may name one that reads alike.
    """
    texts = [one.private.text for one in answers if one.ok and one.private]
    firsts = (re.search(r"INC-(\d+)", text) for text in texts)
    numbers = {int(found[1]) for found in firsts if found}
    refused = sum(text.startswith(_REFUSED) for text in texts) == len(answers)
    return {"ok": bool(numbers), "numbers": sorted(numbers), "refused": refused}


def _act(stage: Stage, seed: int, parent: int) -> int:
    """Act until asked to stop; return the exit status."""
    over, lock, names = Event(), Lock(), list(TEAM)
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    ended: list[int] = []
    with stage.acts.open("a", encoding="utf-8") as file:

        def note(told: dict[str, Any]) -> None:
            with lock:
                file.write(json.dumps(told) + "\n")
                file.flush()

        def go_on(number: int) -> None:
            own, chance = names[number::_AT_ONCE], random(seed, f"hand {number}")
            hand = _Hand(stage, chance, note, number, own)
            while not over.is_set() and os.getppid() == parent:
                hand.act()
                time.sleep(_PAUSE_S)
            ended.append(number)

        threads = [Thread(target=go_on, args=(one,)) for one in range(_AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return 0 if len(ended) == _AT_ONCE else 70
