"""People who type commands while the primary is lost."""

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
_OPENED = re.compile(r"INC-(\d+) · ")


class Fate(StrEnum):
    """The answer to a command."""

    RECORDED = "recorded"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Typed:
    """A command, its answer, and when it came."""

    title: str
    by: str
    fate: Fate
    at: float
    number: int | None = None
    answer: Message | None = None


class Typists:
    """A few people, each of whom waits for an answer before typing again."""

    def __init__(self, slack: LocalSlack) -> None:
        self.typed: list[Typed] = []
        self._slack = slack
        self._numbers = count(1)
        self._over = Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Type in the background. Raises the error that made one of them give up."""
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
        """Return when the first "recorded" came after that."""
        told = [one.at for one in self.typed if one.fate is Fate.RECORDED]
        return min((at for at in told if at > instant), default=None)

    def try_again(self) -> list[Typed]:
        """Press the retry button of each unconfirmed command; return the outcomes."""
        unconfirmed = [one for one in self.typed if one.fate is Fate.UNCONFIRMED]
        return [self._tried(one) for one in unconfirmed]

    def _type(self, who: str) -> None:
        while not self._over.wait(_PAUSE_S):
            title = f"fault {next(self._numbers):05}."
            answer = self._slack.as_(who).command(
                "/sev3", f"acme: {title}", channel="support"
            )
            self.typed.append(_heard(Typed(title, who, Fate.SILENCE, 0), answer))

    def _tried(self, one: Typed) -> Typed:
        assert one.answer is not None, "an unconfirmed command was answered as such"
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
        return replace(heard, fate=Fate.UNCONFIRMED)
    assert not said, f"nobody knows what this means: {said}"
    return replace(heard, fate=Fate.SILENCE)
