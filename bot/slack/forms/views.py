"""The forms, each with what is chosen or filled in at first.

None of them sends anything to the customer, and those where somebody could believe
it say so. What was entered is read by the functions of `entries`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.incidents.deadlines import Deadline
from bot.incidents.incidents import Incident, Status, VoidReason
from bot.policy.policies import Customer, Plan, Policy, Severity
from bot.slack import actions, buttons
from bot.slack.blocks import (
    LONGEST_BUTTON,
    Block,
    Element,
    Message,
    View,
    context,
    local,
    mention,
    option,
    section,
    shown,
)
from bot.slack.command_text import LONGEST_TITLE
from bot.slack.cutting import cut
from bot.slack.forms.entries import (
    CONFIRMED,
    CUSTOMER,
    NEXT,
    NOTE,
    PLAN,
    REASON,
    SEVERITY,
    TITLE,
    TO,
    TOLD,
    UNKNOWN_CUSTOMER,
    VOID,
    WAITS,
)
from bot.slack.forms.inputs import (
    checkbox,
    choice,
    field,
    link_field,
    modal,
    person_input,
    radio,
    text_input,
    when_field,
)
from bot.slack.messages import explaining
from bot.slack.phrases import NOTHING_SENT, customer_of, headline
from bot.slack.readers import Person

_LONGEST_NEWS = 2000
_LONGEST_NOTE = 250
_MOST_CUSTOMERS = 90
_LONGEST_CUSTOMER = 70
_NOW = "Leave it empty for now."


def open_form(
    policy: Policy, severity: Severity, channel: str, customer: str | None = None
) -> View:
    """Return the form that opens an incident, with the severity chosen."""
    severities = _severities(policy)
    means = [
        f"*{one.label}:* {shown(text.means, 600)}"
        for one, text in policy.severities.items()
    ]
    return modal(
        "Open an incident",
        [
            field(
                SEVERITY,
                "Severity",
                choice(severities, initial=severities[severity.number - 1]),
            ),
            context("\n".join(means)),
            _customer_field(policy, customer, is_unknown_offered=True),
            field(TITLE, "What is wrong?", text_input(LONGEST_TITLE)),
            field(
                PLAN,
                "Support plan",
                choice(_plans(policy.plans)),
                hint="Leave it empty for the customer's own.",
                optional=True,
            ),
            when_field("When did the customer report it?", _NOW),
            link_field(),
            context("This tells your team. Nothing is sent to the customer."),
        ],
        callback_id=actions.OPEN_FORM,
        submit="Open",
        metadata={"channel": channel},
    )


def update_form(
    incident: Incident, policy: Policy, reader: Person, now: datetime
) -> View:
    """Return the form that logs an update or, while none was, the first response."""
    is_first = incident.responded_at is None
    blocks: list[Block] = [
        section(f"{headline(incident)} {_last_heard(incident, reader, now)}"),
        field(TOLD, "What was the customer told?", _news()),
        field(NEXT, "What is next?", _news(), optional=True),
        when_field("When were they told?", _NOW),
        link_field(),
    ]
    if incident.severity in policy.conduct.waiting_pauses:
        box = checkbox("We wait for the customer now, and they know it")
        hint = "No update is due until you press Customer answered."
        blocks.append(field(WAITS, "Waiting", box, hint=hint, optional=True))
    return modal(
        "First response sent" if is_first else "Log update",
        [*blocks, context(NOTHING_SENT)],
        callback_id=actions.UPDATE_FORM,
        submit="Log it",
        metadata={"incident": incident.number},
    )


def resolve_form(incident: Incident, reader: Person, now: datetime) -> View:
    """Return the form that resolves an incident."""
    box = checkbox("The customer was told that it is resolved")
    hint = "Resolving says so, and ends every promise and reminder."
    return modal(
        "Resolve",
        [
            section(f"{headline(incident)} {_last_heard(incident, reader, now)}"),
            field(NOTE, "How did it end?", text_input(_LONGEST_NOTE)),
            field(CONFIRMED, "Confirm", box, hint=hint),
            when_field("When were they told?", _NOW),
            context(NOTHING_SENT),
        ],
        callback_id=actions.RESOLVE_FORM,
        submit="Resolve",
        metadata={"incident": incident.number},
    )


def change_form(incident: Incident, policy: Policy) -> View:
    """Return the form that changes the severity or the plan."""
    severities, plans = _severities(policy), _plans(policy.plans)
    return modal(
        "Severity or plan",
        [
            section(headline(incident)),
            field(
                SEVERITY,
                "Severity",
                choice(severities, initial=_at(severities, incident.severity)),
            ),
            field(
                PLAN, "Support plan", choice(plans, initial=_at(plans, incident.plan))
            ),
            field(REASON, "Why?", text_input(_LONGEST_NOTE)),
            context(
                "What is open is computed anew from its own start; what was kept or "
                "missed stays so. Nothing is sent to the customer."
            ),
        ],
        callback_id=actions.CHANGE_FORM,
        submit="Change",
        metadata={
            "incident": incident.number,
            "severity": incident.severity,
            "plan": incident.plan,
        },
    )


def customer_form(incident: Incident, policy: Policy) -> View:
    """Return the form that corrects the customer."""
    return modal(
        "Correct the customer",
        [
            section(headline(incident)),
            _customer_field(policy, incident.customer, is_unknown_offered=False),
            context(
                "The support plan becomes that customer's, and what is open is "
                "computed anew. Nothing is sent to anybody outside."
            ),
        ],
        callback_id=actions.CUSTOMER_FORM,
        submit="Correct",
        metadata={"incident": incident.number},
    )


def hand_off_form(incident: Incident) -> View:
    """Return the form that offers an incident to somebody."""
    keeper = "Nobody owns it"
    if incident.owner is not None:
        keeper = f"{mention(incident.owner)} keeps it"
    return modal(
        "Hand off",
        [
            section(headline(incident)),
            field(TO, "To whom?", person_input()),
            context(f"{keeper} until they accept."),
        ],
        callback_id=actions.HAND_OFF_FORM,
        submit="Ask them",
        metadata={"incident": incident.number},
    )


def void_form(incident: Incident) -> View:
    """Return the form that takes an incident out of every count."""
    reasons = [
        option(text[:1].upper() + text[1:], reason.name.lower())
        for reason in VoidReason
        for text in (reason.value,)
    ]
    return modal(
        "Mistake or drill",
        [
            section(headline(incident)),
            field(VOID, "What was it?", radio(reasons)),
            context(
                "It is closed, counts in no share, and nobody is reminded of it. It "
                "can be reopened."
            ),
        ],
        callback_id=actions.VOID_FORM,
        submit="Close it",
        metadata={"incident": incident.number},
    )


def more(incident: Incident, policy: Policy) -> View:
    """Return the rarer acts that apply to an incident now, a button each."""
    blocks = [section(headline(incident))]
    for does, element in _acts(incident, policy):
        blocks.append(section(does, accessory=element))
    return modal(
        "More",
        blocks,
        callback_id=actions.MORE_VIEW,
        close="Close",
        metadata={"incident": incident.number},
    )


def why(
    incident: Incident,
    deadlines: Sequence[Deadline],
    policy: Policy,
    reader: Person,
    now: datetime,
) -> View:
    """Return why an incident's times are as they are."""
    return modal(
        "Why these times?",
        explaining.blocks(incident, deadlines, policy, reader, now),
        callback_id=actions.WHY_VIEW,
        close="Close",
        metadata={"incident": incident.number},
    )


def receipt(answer: Message | str) -> View:
    """Return what a form shows once it was sent off; a text is marked up."""
    blocks: Sequence[Block]
    if isinstance(answer, str):
        blocks = [section(answer)]
    else:
        blocks = answer.blocks or [section(answer.text)]
    return modal("sevbot", blocks, callback_id=actions.RECEIPT_VIEW, close="Close")


def _acts(incident: Incident, policy: Policy) -> Iterator[tuple[str, Element]]:
    """Yield what each act does, and its button."""
    if incident.is_open:
        yield (
            "The severity or the support plan is another.",
            buttons.about(incident, "Change", actions.CHANGE),
        )
        yield (
            "It is another customer's.",
            buttons.about(incident, "Correct the customer", actions.CORRECT_CUSTOMER),
        )
        yield "Somebody else should have it.", buttons.hand_off(incident)
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
    yield "How the times came about.", buttons.why(incident)


def _last_heard(incident: Incident, reader: Person, now: datetime) -> str:
    """Return when the customer last heard, and that nothing goes to them by itself."""
    customer = "The customer"
    if incident.customer is not None:
        customer = customer_of(incident)
    if incident.updated_at is None:
        reported = local(incident.reported_at, reader.zone, now)
        return f"{customer} reported it {reported} and has not heard yet."
    return f"{customer} last heard {local(incident.updated_at, reader.zone, now)}."


def _news() -> Element:
    return text_input(_LONGEST_NEWS, multiline=True)


def _severities(policy: Policy) -> list[Element]:
    return [
        option(cut(f"{one.label}: {text.means}", LONGEST_BUTTON), one.value)
        for one, text in policy.severities.items()
    ]


def _plans(plans: Sequence[Plan]) -> list[Element]:
    return [option(cut(plan.name, LONGEST_BUTTON), plan.id) for plan in plans]


def _at(options: Sequence[Element], value: str) -> Element | None:
    return next((one for one in options if one["value"] == value), None)


def _customer_field(
    policy: Policy, customer: str | None, *, is_unknown_offered: bool
) -> Block:
    """Return a menu of the customers; where they are too many, an input for a name."""
    if not _fits_menu(policy.customers):
        known = policy.find_customer(customer) if customer else None
        name = text_input(_LONGEST_NOTE, initial=known.name if known else "")
        hint = "A name or an alias. Leave it empty if nobody knows it yet."
        return field(CUSTOMER, "Customer", name, hint=hint, optional=is_unknown_offered)
    options = [_customer_option(one, policy) for one in policy.customers]
    if is_unknown_offered:
        options.insert(0, option("Not known yet", UNKNOWN_CUSTOMER))
    initial = _at(options, f"={customer}")
    if initial is None and is_unknown_offered:
        initial = options[0]
    return field(CUSTOMER, "Customer", choice(options, initial=initial))


def _fits_menu(customers: Sequence[Customer]) -> bool:
    longest = max((len(one.name) for one in customers), default=0)
    return 0 < len(customers) <= _MOST_CUSTOMERS and longest <= _LONGEST_CUSTOMER


def _customer_option(customer: Customer, policy: Policy) -> Element:
    plan = "" if customer.plan is None else f" ({policy.plan(customer.plan).name})"
    return option(cut(f"{customer.name}{plan}", LONGEST_BUTTON), f"={customer.name}")
