"""The inputs with choices from the policy: severities, support plans, customers."""

from collections.abc import Iterator, Sequence

from bot.policy.policies import Customer, Policy
from bot.policy.severities import Severity
from bot.slack.blocks import (
    LONGEST_BUTTON,
    Block,
    Element,
    option,
    section,
    shown,
)
from bot.slack.command_text import near_customers
from bot.slack.cutting import cut
from bot.slack.forms.inputs import (
    LONGEST_LINE,
    WHEN,
    Entered,
    choice,
    field,
    radio,
    text_input,
)
from bot.slack.marks import marked
from bot.slack.phrases import joined

SEVERITY = "severity"
PLAN = "plan"
CUSTOMER = "customer"
TITLE = "title"
# A choice in one of these, or Enter, shows anew what the form will lead to.
TOLD = (SEVERITY, PLAN, CUSTOMER, TITLE, WHEN)

_UNKNOWN = "unknown"
_MOST_CUSTOMERS = 90
_LONGEST_CUSTOMER = 70


def severity_fields(policy: Policy, severity: str) -> Iterator[Block]:
    """Yield the severities with one chosen, and below them what they mean."""
    options = [
        option(cut(marked(one, policy), LONGEST_BUTTON), one.value)
        for one in policy.severities
    ]
    buttons = radio(options, initial=_at(options, severity))
    yield field(SEVERITY, "Severity", buttons, is_told=True)
    means = (
        f"*{shown(marked(one, policy), 60)}:* {shown(text.means, 600)}"
        for one, text in policy.severities.items()
    )
    yield section("\n".join(means))


def read_severity(entered: Entered, policy: Policy) -> Severity | None:
    """Return the severity that was chosen, which the policy must still have."""
    chosen = entered.chosen(SEVERITY)
    if chosen is None or chosen in policy.severities:
        return Severity(chosen) if chosen else None
    gone = "The policy does not have this severity any more. Choose another."
    entered.correct(SEVERITY, gone)
    return None


def plan_field(
    policy: Policy,
    plan: str | None,
    *,
    hint: str | None = None,
    optional: bool = False,
) -> Block:
    """Return a menu of the support plans; `plan` is chosen if the policy has it."""
    options = [option(cut(one.name, LONGEST_BUTTON), one.id) for one in policy.plans]
    menu = choice(options, initial=_at(options, plan))
    return field(PLAN, "Support plan", menu, hint=hint, optional=optional, is_told=True)


def read_plan(
    entered: Entered, policy: Policy, unless: str | None = None
) -> str | None:
    """Return the plan that was chosen, `None` if it is none or `unless`.

    The policy must still have it.
    """
    chosen = entered.chosen(PLAN)
    if chosen in (None, unless):
        return None
    if all(plan.id != chosen for plan in policy.plans):
        gone = "The policy does not have this plan any more. Choose another."
        entered.correct(PLAN, gone)
        return None
    return chosen


def customer_field(
    policy: Policy, customer: str | None, *, is_unknown_offered: bool
) -> Block:
    """Return a menu of the customers or, if there are too many, an input for a name."""
    known = policy.find_customer(customer) if customer else None
    if not _fits_menu(policy.customers):
        name = text_input(LONGEST_LINE, initial=known.name if known else "")
        hint = "A name or an alias."
        if is_unknown_offered:
            hint += " Empty: not known yet."
        return field(CUSTOMER, "Customer", name, hint=hint, optional=is_unknown_offered)
    options = [_customer_option(one, policy) for one in policy.customers]
    if is_unknown_offered:
        options.insert(0, option("Not known yet", _UNKNOWN))
    initial = _at(options, f"={known.name}") if known else None
    if initial is None and is_unknown_offered:
        initial = options[0]
    menu = choice(options, initial=initial)
    return field(CUSTOMER, "Customer", menu, is_told=is_unknown_offered)


def read_customer(entered: Entered, policy: Policy) -> str | None:
    """Return the customer that was chosen or typed, `None` if not known yet.

    The policy must have the name.
    """
    chosen = entered.chosen(CUSTOMER)
    written = entered.line(CUSTOMER) if chosen is None else chosen.removeprefix("=")
    if not written or chosen == _UNKNOWN:
        return None
    if (customer := policy.find_customer(written)) is not None:
        return customer.name
    near = near_customers(written, policy.customers)
    meant = f" Did you mean {joined(near)}?" if near else ""
    called = f"No customer is called “{cut(written, 80)}”.{meant}"
    entered.correct(CUSTOMER, called)
    return None


def _fits_menu(customers: Sequence[Customer]) -> bool:
    longest = max((len(one.name) for one in customers), default=0)
    return 0 < len(customers) <= _MOST_CUSTOMERS and longest <= _LONGEST_CUSTOMER


def _customer_option(customer: Customer, policy: Policy) -> Element:
    plan = "" if customer.plan is None else f" ({policy.plan(customer.plan).name})"
    return option(cut(f"{customer.name}{plan}", LONGEST_BUTTON), f"={customer.name}")


def _at(options: Sequence[Element], value: str | None) -> Element | None:
    return next((one for one in options if one["value"] == value), None)
