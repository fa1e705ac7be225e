"""People who type commands while the record is lost, and believe what they are told."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import count
from threading import Event

from bot.emulator.driver import LocalSlack
from bot.emulator.people.exchanges import Answer
from bot.emulator.records import Message

_PAUSE_S = 0.05
_WHO = ("ana", "ben", "lea", "cem", "dee", "ana")
_OPENED = re.compile(r"INC-(\d+) opened")


class Fate(StrEnum):
    """What a person was told of a command."""

    RECORDED = "recorded"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, what its typist was told of it, and when."""

    title: str
    by: str
    fate: Fate
    at: float
    number: int | None = None
    answer: Message | None = None


class Typists:
    """A few people who each wait for an answer before they type again."""

    def __init__(self, slack: LocalSlack) -> None:
        self.typed: list[Typed] = []
        self._slack = slack
        self._numbers = count(1)
        self._over = Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them type meanwhile. Raises what made one of them give up."""
        self._over.clear()
        with ThreadPoolExecutor(len(_WHO)) as threads:
            typing = [threads.submit(self._type, who) for who in _WHO]
            try:
                yield
            finally:
                self._over.set()
        for one in typing:
            one.result()

    def first_after(self, instant: float) -> float | None:
        """Return when somebody was told "recorded" for the first time after that."""
        told = [one.at for one in self.typed if one.fate is Fate.RECORDED]
        return min((at for at in told if at > instant), default=None)

    def try_again(self) -> list[Typed]:
        """Let whoever was left in doubt press the button; return what came of it."""
        unconfirmed = [one for one in self.typed if one.fate is Fate.IN_DOUBT]
        return [self._tried(one) for one in unconfirmed]

    def _type(self, who: str) -> None:
        while not self._over.wait(_PAUSE_S):
            title = f"fault {next(self._numbers):05}."
            answer = self._slack.as_(who).command(
                "/sev3", f"acme: {title}", channel="support"
            )
            self.typed.append(_heard(Typed(title, who, Fate.SILENCE, 0), answer))

    def _tried(self, one: Typed) -> Typed:
        assert one.answer is not None, "whoever is in doubt was told so"
        actor = self._slack.as_(one.by)
        try:
            answer = actor.press("Try again", one.answer, wait_private=True)
        except AssertionError:  # No answer came.
            return replace(one, fate=Fate.SILENCE)
        return _heard(one, answer)


def _heard(one: Typed, answer: Answer) -> Typed:
    said = answer.private.text if answer.private else ""
    heard = replace(one, at=time.monotonic(), answer=answer.private)
    if found := _OPENED.search(said):
        return replace(heard, fate=Fate.RECORDED, number=int(found[1]))
    if said.startswith("NOT recorded"):
        return replace(heard, fate=Fate.REFUSED)
    if said.startswith("It is NOT KNOWN"):
        return replace(heard, fate=Fate.IN_DOUBT)
    assert not said, f"nobody knows what this means: {said}"
    return replace(heard, fate=Fate.SILENCE)
