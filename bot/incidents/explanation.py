"""Why a person got a message. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident
from bot.incidents.reach import Why
from bot.incidents.recipients import Because
from bot.incidents.steps import StepKind


class Occasion(StrEnum):
    """What brings a message that holds no reminder, in words."""

    MORNING = (
        "It is your list of the day. It comes as your working day begins, to those who "
        "own something or are on call for what nobody owns."
    )
    REST = (
        "You had your messages of the day (`attention.budget`), so what came later is "
        "in this list."
    )
    YOURS = "The incident is yours, or was, and somebody else did something to it."
    OFFER = "Somebody asks you to take this incident. It stops when you answer."
    OFFER_ANSWERED = "You offered this incident to somebody."
    COVER = "Somebody asks you to be on call instead. It stops when somebody accepts."
    COVERED = (
        "It is about a cover that you asked for or accepted, or that is of your shift."
    )
    SHIFT = "It is about a shift of yours: it began, ended, or was moved."
    ON_CALL = "You lead, or are on call: the bot tells you what it cannot tell others."
    ANSWER = "You wrote to the bot."


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that a person got: of which deadline, as whom, and why it rang.

    `deadlines` are all that the incident ever had. `others` got it at the same moment.
    `next_at` is when the person gets the next one for it, if nobody acts.
    """

    incident: Incident
    deadline: Deadline
    deadlines: tuple[Deadline, ...]
    step: StepKind
    because: Because
    why: Why
    others: tuple[str, ...]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a person got a message: its reminders or, without any, its occasion."""

    occasion: Occasion | None
    reminders: tuple[Reminded, ...] = ()
