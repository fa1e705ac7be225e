"""The form behind More, with the rarer acts on an incident."""

from collections.abc import Iterator

from bot.incidents.incidents import Incident, Status
from bot.policy.policies import Policy
from bot.slack import actions, buttons
from bot.slack.blocks import Element, View, beside, section, shown
from bot.slack.forms.inputs import modal
from bot.slack.phrases import LONGEST_NAME, headline

ID = "more_view"


def view(incident: Incident, policy: Policy) -> View:
    """Return the rarer acts that apply to an incident now, with a button each."""
    blocks = [section(headline(incident, policy))]
    for does, element in _acts(incident, policy):
        blocks.append(beside(does, element))
    return modal(
        "More",
        blocks,
        callback_id=ID,
        close="Close",
        metadata={"incident": incident.number},
    )


def _acts(incident: Incident, policy: Policy) -> Iterator[tuple[str, Element]]:
    """Yield what each act does, and its button."""
    if incident.is_open:
        yield (
            "The severity or the support plan is wrong.",
            buttons.about(incident, "Change", actions.CHANGE),
        )
        yield (
            "The customer is wrong.",
            buttons.about(incident, "Correct the customer", actions.CORRECT_CUSTOMER),
        )
        yield "Somebody else should have it.", buttons.hand_off(incident)
        if incident.rotation is not None and incident.owner is not None:
            rotation = shown(incident.rotation, LONGEST_NAME)
            yield (
                f"It goes to who comes on call next ({rotation}).",
                buttons.about(incident, "Keep it after my shift", actions.KEEP),
            )
        if incident.waiting_since is not None:
            pauses = incident.severity in policy.conduct.waiting_pauses
            goes_on = " The update clock goes on." if pauses else ""
            yield f"They answered.{goes_on}", buttons.resume(incident)
        yield (
            "It was opened by mistake, or as a drill.",
            buttons.about(incident, "Mistake or drill", actions.VOID),
        )
    else:
        how = "resolved" if incident.status is Status.RESOLVED else "void"
        yield f"It is {how}, and should not be.", buttons.reopen(incident)
    yield "How the due times were counted.", buttons.why(incident)
