"""The record is far away: what people do asks it few times, as each takes long.

Counted on the wire, from the payload to its acknowledgement.
"""

from collections.abc import Callable

import pytest

from bot.doctor.host import TRIPS_OF_A_COMMAND
from tests.forwarder import Forwarder
from tests.story import Story

Act = Callable[[Story], object]


def declare(story: Story) -> object:
    return story.slack.as_("dee").command("/sev1", "acme: checkout is gone")


def take(story: Story) -> object:
    return story.slack.as_("ana").press("Take it", story.card())


def ask_for_a_form(story: Story) -> object:
    return story.slack.as_("ana").press("First response sent", story.card())


def list_incidents(story: Story) -> object:
    return story.slack.as_("dee").command("/incident", "")


@pytest.mark.parametrize(
    ("act", "trips"),
    [(declare, 5), (take, 5), (ask_for_a_form, 3), (list_incidents, 6)],
    ids=["/sev1", "Take it", "a form", "/incident"],
)
def test_an_act_waits_for_the_record_so_many_times(
    far: Story, way: Forwarder, act: Act, trips: int
) -> None:
    for number in range(3):  # It has connected, and there is something to list.
        far.command("dee", f"/sev1 acme: fault {number}")
    before = way.trips

    act(far)

    assert way.trips - before == trips


def test_the_doctor_counts_on_what_a_command_really_asks(
    far: Story, way: Forwarder
) -> None:
    far.command("dee", "/sev1 acme: push fails")
    before = way.trips

    declare(far)

    assert way.trips - before == TRIPS_OF_A_COMMAND
