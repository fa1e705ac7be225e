"""The menu *Whose is it?*, which searches the customers while somebody types.

Slack takes up to 100 options, within three seconds.
Source: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
"""

from bot.incidents.incidents import Incident
from bot.policy import likeness
from bot.policy.names import folded
from bot.policy.policies import Policy
from bot.slack import actions
from bot.slack.blocks import (
    LONGEST_BUTTON,
    LONGEST_OPTION_VALUE,
    Block,
    Element,
    option,
    plain,
)
from bot.slack.blocks import actions as row
from bot.slack.cutting import cut
from bot.slack.payloads import Search

_MOST_OPTIONS = 100
_SIMILAR = 0.6


def menu(incident: Incident) -> Block:
    """Return the row with the menu; its block id says about which incident it is."""
    element: Element = {
        "type": "external_select",
        "action_id": actions.WHOSE,
        "placeholder": plain("Whose is it?", 150),
        "min_query_length": 1,
    }
    return row([element], block_id=f"{incident.name}/whose")


def options(search: Search, policy: Policy) -> list[Element]:
    """Return the customers that may be meant, the likeliest first."""
    number = int(search.block.removeprefix("INC-").partition("/")[0])
    found = []
    for customer in policy.customers:
        names = (customer.name, *customer.aliases)
        how = max(likeness.names(search.text, name) for name in names)
        if how >= _SIMILAR:
            found.append((-how, folded(customer.name), customer.name))
    values = [
        (cut(name, LONGEST_BUTTON), actions.value(number, name))
        for *_, name in sorted(found)
    ]
    fitting = [one for one in values if len(one[1]) <= LONGEST_OPTION_VALUE]
    return [option(*one) for one in fitting[:_MOST_OPTIONS]]
