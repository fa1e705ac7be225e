"""Senders survive errors, and only one of them polls an empty outbox."""

from threading import Event, Thread
from typing import cast

from bot.delivery.outbox import Outbox
from bot.errors import StorageError
from bot.inbound.health import Claims
from bot.running.senders import Senders
from tests.running.test_scheduler import WITHIN_S, Runs


class CountingOutbox:
    """An outbox that only counts its sends."""

    def __init__(self, *failures: Exception) -> None:
        self.send_one = Runs(*failures)

    def has_work(self) -> bool:
        return True


def test_a_sender_that_fails_goes_on() -> None:
    outbox = CountingOutbox(*[KeyError("x")] * 4)
    senders = Senders(cast("Outbox", outbox))

    senders.start()
    failed = outbox.send_one.happen(4)
    senders.wake()
    went_on = outbox.send_one.happen(5)
    senders.stop()

    assert (failed, went_on) == (True, True)


def test_a_refused_claim_is_not_forgotten_when_nothing_is_sent() -> None:
    outbox = CountingOutbox(*[StorageError("the disk is full")] * 4)
    claims = Claims()
    senders = Senders(cast("Outbox", outbox), claims.fails)

    senders.settle()
    failed = claims.failure
    for _ in range(4):
        senders.settle()

    assert failed == "the disk is full"
    assert claims.failure == "the disk is full"


class SlowOutbox:
    """An outbox with one message, whose send takes until a test lets go."""

    def __init__(self) -> None:
        self.is_taken = Event()
        self.lets_go = Event()
        self.is_sent = False

    def has_work(self) -> bool:
        return not self.is_taken.is_set()

    def send_one(self) -> bool:
        if self.is_taken.is_set():
            return False
        self.is_taken.set()
        self.lets_go.wait(WITHIN_S)
        self.is_sent = True
        return True


def test_settling_waits_for_another_senders_message() -> None:
    outbox = SlowOutbox()
    senders = Senders(cast("Outbox", outbox))
    was_sent: list[bool] = []

    def settle() -> None:
        senders.settle()
        was_sent.append(outbox.is_sent)

    senders.start()
    assert outbox.is_taken.wait(WITHIN_S)
    settling = Thread(target=settle)
    settling.start()
    settling.join(0.1)
    too_early = list(was_sent)
    outbox.lets_go.set()
    settling.join(WITHIN_S)
    senders.stop()

    assert too_early == []
    assert was_sent == [True]


class EmptyOutbox:
    """An empty outbox."""

    def __init__(self) -> None:
        self.looks = Runs()
        self.send_one = Runs()

    def has_work(self) -> bool:
        self.looks()
        return False


def test_with_an_empty_outbox_only_one_thread_looks() -> None:
    outbox = EmptyOutbox()
    senders = Senders(cast("Outbox", outbox))

    senders.start()
    looked = outbox.looks.happen(2)
    senders.stop()

    assert looked
    assert outbox.send_one.count == 0


def test_a_bot_that_may_not_send_claims_nothing() -> None:
    outbox = SlowOutbox()
    senders = Senders(cast("Outbox", outbox), may_send=lambda: False)

    senders.settle()

    assert not outbox.is_taken.is_set()
