"""The senders: what fails goes on, and at rest nobody asks the record but one."""

from threading import Event, Thread
from typing import cast

from bot.delivery.outbox import Outbox
from bot.running.senders import Senders
from tests.running.test_scheduler import WITHIN_S, Turns


class Mailbox:
    """An outbox of which only the sending is of interest."""

    def __init__(self, *failures: Exception) -> None:
        self.send_one = Turns(*failures)

    def has_work(self) -> bool:
        return True


def test_a_sender_that_fails_goes_on() -> None:
    mailbox = Mailbox(*[KeyError("x")] * 4)
    senders = Senders(cast("Outbox", mailbox))

    senders.start()
    failed = mailbox.send_one.happen(4)
    senders.wake()
    went_on = mailbox.send_one.happen(5)
    senders.stop()

    assert (failed, went_on) == (True, True)


class SlowMailbox:
    """An outbox with one message, on which somebody works until a test lets go."""

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


def test_settling_waits_for_what_another_sender_is_sending() -> None:
    mailbox = SlowMailbox()
    senders = Senders(cast("Outbox", mailbox))
    was_sent: list[bool] = []

    def settle() -> None:
        senders.settle()
        was_sent.append(mailbox.is_sent)

    senders.start()
    assert mailbox.is_taken.wait(WITHIN_S)
    settling = Thread(target=settle)
    settling.start()
    settling.join(0.1)
    too_early = list(was_sent)
    mailbox.lets_go.set()
    settling.join(WITHIN_S)
    senders.stop()

    assert too_early == []
    assert was_sent == [True]


class EmptyMailbox:
    """An outbox in which nothing waits."""

    def __init__(self) -> None:
        self.looks = Turns()
        self.send_one = Turns()

    def has_work(self) -> bool:
        self.looks()
        return False


def test_at_rest_only_one_thread_looks() -> None:
    mailbox = EmptyMailbox()
    senders = Senders(cast("Outbox", mailbox))

    senders.start()
    looked = mailbox.looks.happen(2)
    senders.stop()

    assert looked
    assert mailbox.send_one.count == 0
