"""Parse the text after a command into an incident to open, a form or the help.

`/sev2 acme: push of apps fails plan=standard at=09:40`
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import NoReturn
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.policy.policies import Customer, Policy
from bot.slack import typed
from bot.slack.blocks import shown
from bot.slack.typed import Lookup

LONGEST_TITLE = 250
OPTIONS = ("plan", "owner", "at", "link")

_QUOTED = r'"[^"]*"|“[^“”]*”'
_PIECE = re.compile(
    rf"(?P<quoted>{_QUOTED})"
    rf"|(?<!\S)(?P<name>{'|'.join(OPTIONS)})=(?P<value>{_QUOTED}|<[^<>]*>|\S*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?<!\S)(?P<name>[^\W\d]\w*)=(?P<value>[^\s=]\S*)\s*$")
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_BETWEEN = frozenset("-:,;\N{EN DASH}\N{EM DASH}")


class CustomerFrom(StrEnum):
    """Where in the command the customer was found."""

    COLON = "before the colon"
    FIRST_WORDS = "the first words"
    CHANNEL = "the channel"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text was understood.

    `suggestions` are customers with names similar to the text where one is expected.
    They were not used.
    """

    customer_from: CustomerFrom = CustomerFrom.NOWHERE
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """An incident to open, as the person described it.

    `customer` is a name from the policy, `plan` an id that was given explicitly, and
    `owner` Slack's id. `reported_at` is in UTC, `None` for now.
    """

    customer: str | None
    plan: str | None
    title: str
    owner: str | None = None
    reported_at: datetime | None = None
    link: str | None = None
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True, slots=True)
class Form:
    """No description was given: open a form, with the customer chosen if known."""

    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """The person asked for help."""


def parse_command(  # noqa: PLR0913  # What the text alone does not tell.
    text: str,
    *,
    policy: Policy,
    channel: str,
    typist_zone: ZoneInfo,
    now: datetime,
    people: Lookup,
    names: Lookup = typed.nobody,
) -> OpenRequest | Help | Form:
    """Read the text of a command as Slack delivers it.

    `people` returns the id of a person's name, `names` the name of an id.

    Raises UserError with a sentence that says what to type instead; what was typed in
    it is escaped.
    """
    raw = " ".join(typed.clean(text).split())
    if raw.casefold() == "help":
        return Help()
    rest, options = _split_options(raw)
    words = " ".join(typed.readable(rest, names).split())
    customer, title, found = _customer_in(words, policy, channel)
    if not title:
        if options:
            raise UserError("What is wrong? Write a title before the options.")
        return Form(customer.name if customer else None)
    if len(title) > LONGEST_TITLE:
        raise UserError(
            f"The title has {len(title)} characters; {LONGEST_TITLE} are the most. "
            "Keep the gist; the rest fits into the thread of the card."
        )
    plan, owner = options.get("plan"), options.get("owner")
    at, link = options.get("at"), options.get("link")
    return OpenRequest(
        customer=customer.name if customer else None,
        plan=None if plan is None else _plan(plan, policy),
        title=title,
        owner=None if owner is None else _owner(owner, people),
        reported_at=None if at is None else _instant(at, typist_zone, now),
        link=None if link is None else _link(link),
        reading=Reading(found, _suggestions(words, found, policy, customer)),
    )


def near_customers(name: str, customers: Iterable[Customer]) -> tuple[str, ...]:
    """Return up to three customers with similar names, nearest first."""
    return _near(name, _names(customers), cutoff=0.7)


def _split_options(raw: str) -> tuple[str, dict[str, str]]:
    """Return the text without its options, and the options' raw values by name."""
    options: dict[str, str] = {}
    kept, masked, end = [], [], 0
    for match in _PIECE.finditer(raw):
        kept.append(raw[end : match.start()])
        masked.append(raw[end : match.start()])
        end = match.end()
        if match["quoted"]:
            kept.append(match["quoted"])
            masked.append("x" * len(match["quoted"]))
            continue
        name, value = match["name"].lower(), _unquoted(match["value"])
        if not value:
            raise UserError(f"{name}= says nothing. {_example(name)}")
        if name in options:
            raise UserError(f"{name}= stands twice. Write it once.")
        options[name] = value
    rest, mask = "".join([*kept, raw[end:]]), "".join([*masked, raw[end:]])
    if unknown := _TRAILING.search(mask):
        _refuse_option(rest[unknown.start() :].strip(), unknown["name"])
    return rest, options


def _unquoted(value: str) -> str:
    return value.strip('"“”').strip()


def _refuse_option(written: str, name: str) -> NoReturn:
    near = get_close_matches(name.lower(), OPTIONS, n=1)
    known = f"did you mean {near[0]}=?" if near else f"there are {_all_options()}."
    raise UserError(
        f"There is no option {shown(name, 60)}=; {known} If it belongs to the title, "
        f'put it in double quotes: "{shown(typed.unescape(written), 120)}".'
    )


def _all_options() -> str:
    *others, last = (f"{name}=" for name in OPTIONS)
    return f"{', '.join(others)} and {last}"


def _example(name: str) -> str:
    value = {
        "plan": "standard",
        "owner": "@ana",
        "at": "09:40",
        "link": "https://example.com/ticket/7",
    }[name]
    return f"Write for example {name}={value}."


def _customer_in(
    words: str, policy: Policy, channel: str
) -> tuple[Customer | None, str, CustomerFrom]:
    """Return the customer, the rest as the title, and where the customer was found."""
    head, colon, tail = words.partition(":")
    if colon and (customer := policy.find_customer(head)) is not None:
        return customer, tail.strip(), CustomerFrom.COLON
    if not colon and (leading := _leading_customer(words, policy)) is not None:
        return *leading, CustomerFrom.FIRST_WORDS
    customer = policy.customer_of_channel(channel)
    return (
        customer,
        words,
        CustomerFrom.NOWHERE if customer is None else CustomerFrom.CHANNEL,
    )


def _leading_customer(words: str, policy: Policy) -> tuple[Customer, str] | None:
    """Return the customer with the longest name or alias at the start of the text."""
    split = words.split()
    most = max(
        (
            len(name.split())
            for customer in policy.customers
            for name in (customer.name, *customer.aliases)
        ),
        default=0,
    )
    for count in range(min(most, len(split)), 0, -1):
        name = " ".join(split[:count]).rstrip(",;")
        if (customer := policy.find_customer(name)) is not None:
            rest = split[count:]
            if rest and set(rest[0]) <= _BETWEEN:
                rest = rest[1:]
            return customer, " ".join(rest)
    return None


def _suggestions(
    words: str, found: CustomerFrom, policy: Policy, customer: Customer | None
) -> tuple[str, ...]:
    """Return the customers that may have been meant if no name matches exactly."""
    if found in (CustomerFrom.COLON, CustomerFrom.FIRST_WORDS):
        return ()
    names = _names(policy.customers)
    head, colon, _ = words.partition(":")
    near = list(_near(head, names, cutoff=0.7)) if colon else []
    split = words.split()
    for count in sorted({len(name.split()) for name in names}):
        alike = {name: of for name, of in names.items() if len(name.split()) == count}
        phrase = " ".join(split[:count]).rstrip(",;:")
        near.extend(_near(phrase, alike, cutoff=0.8))
    chosen = customer.name if customer else None
    return tuple(name for name in dict.fromkeys(near) if name != chosen)[:3]


def _names(customers: Iterable[Customer]) -> dict[str, str]:
    """Return each customer by every name and alias, folded."""
    return {
        " ".join(name.casefold().split()): customer.name
        for customer in customers
        for name in (customer.name, *customer.aliases)
    }


def _near(name: str, names: dict[str, str], *, cutoff: float) -> tuple[str, ...]:
    folded = " ".join(name.casefold().split())
    near: Sequence[str] = get_close_matches(folded, names, n=4, cutoff=cutoff)
    return tuple(dict.fromkeys(names[one] for one in near))[:3]


def _plan(written: str, policy: Policy) -> str:
    wanted = _folded(written)
    for plan in policy.plans:
        if wanted in (_folded(plan.id), _folded(plan.name)):
            return plan.id
    known = ", ".join(plan.id for plan in policy.plans)
    raise UserError(
        f'No support plan is named "{_quote(written)}". Try one of: {known}.'
    )


def _owner(written: str, people: Lookup) -> str:
    if match := _PERSON.fullmatch(written):
        return match[1]
    name = typed.unescape(written).lstrip("@")
    found = people(name) if name else None
    if found is None:
        raise UserError(
            f'Nobody is known here as "{_quote(written)}". Type owner=@ and pick the '
            "name from Slack's list."
        )
    return found


def _instant(written: str, zone: ZoneInfo, now: datetime) -> datetime:
    try:
        return typed.recent_instant(typed.unescape(written), zone, now)
    except ValueError as error:
        raise UserError(
            f'at="{_quote(written)}" is {error}. Write a time of the last 24 hours by '
            "your own clock, such as at=09:40."
        ) from error


def _link(written: str) -> str:
    try:
        return typed.link(written)
    except ValueError as error:
        raise UserError(
            f'"{_quote(written)}" is no link. Write one with http:// or https://, such '
            "as link=https://example.com/ticket/7."
        ) from error


def _quote(written: str) -> str:
    return shown(typed.unescape(written), 80)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
