"""Which incident a message was the update of is asked in a menu."""

from bot.slack.messages import message_update
from tests.factories import incident


def test_of_too_many_the_menu_leaves_out_the_oldest() -> None:
    found = [incident(number=number) for number in range(1, 121)]

    asked = message_update.which({one: one.name for one in found})

    options = asked.blocks[-1]["elements"][0]["options"]
    assert [one["value"] for one in options] == [f"INC-{120 - i}" for i in range(100)]
