"""The form that asks somebody, or everybody, to be on call in a person's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.policy.covers import CoverRequest
from bot.slack.blocks import View, context, mention
from bot.slack.forms.inputs import Entered, field, modal, person_input
from bot.slack.messages.on_call import cover_of
from bot.slack.payloads import Submission
from bot.slack.phrases import Voice

ID = "cover_form"

SINCE = "since"
UNTIL = "until"
OF = "of"
INSTEAD_OF = "instead_of"


@dataclass(frozen=True, slots=True)
class CoverEntry:
    """From when to when, and who is asked to cover whom; `None` is everybody, or you.

    `since` is `None` for now.
    """

    since: datetime | None
    until: datetime
    of: str | None
    instead_of: str | None


def view() -> View:
    """Return the form."""
    return modal(
        "Cover for me",
        [
            field(SINCE, "From", _picker(), hint="Empty: now.", optional=True),
            field(UNTIL, "To", _picker()),
            field(
                OF,
                "Who is asked?",
                person_input(),
                hint="Empty: everybody on call at any time; the first counts.",
                optional=True,
            ),
            field(
                INSTEAD_OF,
                "Who is covered?",
                person_input(),
                hint="Empty: you. A lead can ask for somebody who is ill.",
                optional=True,
            ),
            context("The shift stays as it is until somebody accepts."),
        ],
        callback_id=ID,
        submit="Ask",
    )


def read(form: Submission, now: datetime) -> CoverEntry:
    """Read what was entered. Raises FieldErrors for all that must be corrected."""
    entered = Entered(form)
    since, until = entered.moment(SINCE), entered.moment(UNTIL)
    if until is None:
        entered.correct(UNTIL, "Choose until when.")
    elif until <= now:
        entered.correct(UNTIL, "That has passed. Choose a time to come.")
    elif since is not None and until <= since:
        entered.correct(UNTIL, "It ends before it begins. Choose a later time.")
    entered.must_be_right()
    return CoverEntry(
        since, until or now, entered.person(OF), entered.person(INSTEAD_OF)
    )


def receipt(asked: Sequence[CoverRequest], voice: Voice) -> str:
    """Say who is asked for what."""
    whose = "you" if asked[0].asked_by == asked[0].instead_of else ""
    people = asked[0].asked_of.split()
    is_one = len(people) == 1
    who = f"{mention(people[0])} is" if is_one else f"{len(people)} people are"
    return (
        f"{who} asked to cover {cover_of(asked, voice, whose)} "
        "Until somebody accepts nothing changes."
    )


def _picker() -> dict[str, object]:
    return {"type": "datetimepicker"}
