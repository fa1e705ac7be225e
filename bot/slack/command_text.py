"""Parse the text after a command into an incident to open, a form or the help.

`/sev2 acme: push of apps fails plan=standard at=09:40`
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import takewhile
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.incidents.acts import Report
from bot.policy.likeness import PART, near
from bot.policy.names import APOSTROPHES, COLONS, COMMAS, QUOTES, folded
from bot.policy.policies import Customer, Policy
from bot.policy.severities import Severity
from bot.slack import typed
from bot.slack.blocks import shown
from bot.slack.command_options import in_title, split_options
from bot.slack.typed import Lookup

LONGEST_TITLE = 250
# Two dashes are one in a folded text.
_HELP = {"help", "?", "-help", "-h"}

_SIMILAR, _VERY_SIMILAR = 0.6, 0.7
# A first word such as "data" begins the names of many: then it says nothing.
_SHORTEST_PART, _MOST_PARTS = 4, 3

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")
_EMOJI = re.compile(r":[\w+'-]+:")
# As pictures, too: phones type those.
_PICTURES = "[\u2190-\u2bff\ufe0e\ufe0f\u200d\U0001f000-\U0001faff]+"
_EMOJI_FIRST = re.compile(rf"^(?:(?:{_EMOJI.pattern}|{_PICTURES})\s*)+")
# Around a name: quotes, brackets, Slack's formatting, the end of a sentence.
_AROUND = f"{QUOTES}{APOSTROPHES}‹›「」『』()（）[]［］【】*_~.…!?"  # noqa: RUF001
_BEFORE, _BEHIND = f"{_AROUND}#>•-–— ", f"{_AROUND}-–—"  # noqa: RUF001
_POSSESSIVE = re.compile(rf"[{APOSTROPHES}]s$", re.IGNORECASE)
_WIDE = COLONS.replace(":", "")
# Between a word and a smiley or an emoji such as " :fire:" no colon ends a name.
_NAME_END = re.compile(
    rf"(?P<colon>\s*[{_WIDE}]|(?<=\S):(?:[*_~]+(?!\S))?|\s+:(?!\S))"
    rf"|\s*[{COMMAS}]\s*|\s*(?:—|--+)\s*|\s+|$"
)
# A colon that is no part of a time, a link or a path: 10:15, https://x.y, C:\x.
_SEPARATING = re.compile(rf":(?!\S)|(?<!\d)[{_WIDE}]|[{_WIDE}](?!\d)")


_NOTHING = re.compile(rf"[{COLONS}{COMMAS}{QUOTES}{APOSTROPHES}\-–—.\s]+")  # noqa: RUF001


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

    def report(self, severity: Severity, channel: str, typed: str = "") -> Report:
        """Return what is opened, where; `typed` is the command where it was one."""
        return Report(
            severity=severity,
            title=self.title,
            channel=channel,
            customer=self.customer,
            plan=self.plan,
            owner=self.owner,
            reported_at=self.reported_at,
            link=self.link,
            typed=typed,
        )


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
    it is escaped. `people` raises Refusal if several people have a name.
    """
    raw = " ".join(typed.clean(text).split())
    if asks_for_help(raw):
        return Help()
    rest, options = split_options(raw, partial(_is_value, policy, people))
    words = _unquoted(" ".join(typed.readable(rest, names).split()))
    is_named = _leading_customer(words, policy) is not None
    bare = words if is_named else _EMOJI_FIRST.sub("", words)
    customer, title, found = customer_in(bare, policy, channel)
    title = f"{words.removesuffix(bare)}{title}".strip()
    if not title or _NOTHING.fullmatch(title):
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
        reading=Reading(found, _suggestions(bare, found, policy, customer)),
    )


def as_word(text: str) -> str:
    """Return text as one of the words that a command knows: "Mine." is mine."""
    return folded(text).strip(f"{QUOTES}{APOSTROPHES}`. ")


def asks_for_help(text: str) -> bool:
    """Return whether only help is asked for."""
    return as_word(text) in _HELP


def near_customers(name: str, customers: Iterable[Customer]) -> tuple[str, ...]:
    """Return up to three customers with similar names, nearest first."""
    return _near(name, _names(customers), cutoff=_SIMILAR)


def _unquoted(words: str) -> str:
    """Return a text that is in quotes as a whole without them."""
    for marks in (QUOTES, APOSTROPHES):
        quotes = [mark for mark in words if mark in marks]
        if len(quotes) == 2 and words[0] in marks and words[-1] in marks:
            return words[1:-1].strip()
    return words


def _is_value(policy: Policy, people: Lookup, option: str, words: str) -> bool:
    """Return whether words are one value of an option."""
    match option:
        case "plan":
            return policy.find_plan(typed.readable(words)) is not None
        case "owner":
            is_mention = words.startswith(("@", "<@")) and " " not in words
            return is_mention or _person(words, people) is not None
        case "at":
            return typed.is_time(words)
        case _:
            return typed.is_link(words)


def customer_in(
    words: str, policy: Policy, channel: str
) -> tuple[Customer | None, str, CustomerFrom]:
    """Return the customer, the rest as the title, and where the customer was found."""
    if (leading := _leading_customer(words, policy)) is not None:
        return leading
    customer = policy.customer_of_channel(channel)
    found = CustomerFrom.NOWHERE if customer is None else CustomerFrom.CHANNEL
    return customer, words, found


def _leading_customer(
    words: str, policy: Policy
) -> tuple[Customer, str, CustomerFrom] | None:
    """Return the customer with the longest name or alias at the start of the text.

    Without a colon behind it the name does not count if a later colon separates: what
    is before that is somebody else.
    """
    split, lengths = words.split(), _word_counts(_names(policy.customers))
    longest = len(" ".join(split[: max(lengths, default=0)]))
    ends = takewhile(lambda end: end.start() <= longest, _NAME_END.finditer(words))
    for end in reversed(list(ends)):
        customer = _named(words[: end.start()], policy)
        if customer is None:
            continue
        rest = words[end.end() :].split()
        found = CustomerFrom.COLON if end["colon"] else CustomerFrom.FIRST_WORDS
        if not end["colon"] and _SEPARATING.search(_EMOJI.sub("", " ".join(rest))):
            continue
        if rest and set(folded(rest[0])) <= set("-:,;"):
            rest = rest[1:]
        return customer, " ".join(rest), found
    return None


def _named(written: str, policy: Policy) -> Customer | None:
    for name in (written, _POSSESSIVE.sub("", written)):
        bare = name.lstrip(_BEFORE).rstrip(_BEHIND)
        customer = policy.find_customer(name) or policy.find_customer(bare)
        if customer is not None:
            return customer
    return None


def _suggestions(
    words: str, found: CustomerFrom, policy: Policy, customer: Customer | None
) -> tuple[str, ...]:
    """Return the customers that may have been meant if no name matches exactly."""
    if found in (CustomerFrom.COLON, CustomerFrom.FIRST_WORDS):
        return ()
    names = _names(policy.customers)
    head, colon, _ = re.sub(f"[{_WIDE}]", ":", words).partition(":")
    alike = list(_near(head, names, cutoff=_SIMILAR)) if colon else []
    split = words.split()
    for count in sorted(_word_counts(names)):
        some = {name: of for name, of in names.items() if len(name.split()) == count}
        phrase = " ".join(split[:count]).rstrip(f"{COLONS}{COMMAS}")
        alike.extend(_near(phrase, some, cutoff=_VERY_SIMILAR))
    first = split[0] if split else ""
    parts = near(first, names, most=_MOST_PARTS + 1, cutoff=PART)
    if len(first) >= _SHORTEST_PART and len(parts) <= _MOST_PARTS:
        alike.extend(names[one] for one in parts)
    chosen = customer.name if customer else None
    return tuple(name for name in dict.fromkeys(alike) if name != chosen)[:3]


def _names(customers: Iterable[Customer]) -> dict[str, str]:
    """Return each customer by every name and alias."""
    return {
        name: customer.name
        for customer in customers
        for name in (customer.name, *customer.aliases)
    }


def _word_counts(names: Iterable[str]) -> set[int]:
    return {len(name.split()) for name in names}


def _near(name: str, names: Mapping[str, str], *, cutoff: float) -> tuple[str, ...]:
    alike = near(name, names, most=4, cutoff=cutoff)
    return tuple(dict.fromkeys(names[one] for one in alike))[:3]


def _plan(written: str, policy: Policy) -> str:
    plan = policy.find_plan(typed.readable(written))
    if plan is not None:
        return plan.id
    known = ", ".join(plan.id for plan in policy.plans)
    raise UserError(
        f'No support plan is named "{_quote(written)}". Try one of: {known}. '
        f"{in_title('plan', written)}"
    )


def _owner(written: str, people: Lookup) -> str:
    if match := _PERSON.fullmatch(written):
        return match[1]
    found = _person(written, people)
    if found is None:
        raise UserError(
            f'Nobody is known here as "{_quote(written)}". Type owner=@ and pick the '
            f"name from Slack's list. {in_title('owner', written)}"
        )
    return found


def _person(written: str, people: Lookup) -> str | None:
    name = typed.readable(written).lstrip("@").strip()
    return people(name) if name else None


def _instant(written: str, zone: ZoneInfo, now: datetime) -> datetime:
    try:
        return typed.recent_instant(typed.readable(written), zone, now)
    except ValueError as error:
        raise UserError(
            f'at="{_quote(written)}" is {error}. Write a time of the last 24 hours by '
            f"your own clock, such as at=09:40. {in_title('at', written)}"
        ) from error


def _link(written: str) -> str:
    try:
        return typed.link(written)
    except ValueError as error:
        raise UserError(
            f'"{_quote(written)}" is no link. Write one with http:// or https://, such '
            f"as link=https://example.com/ticket/7. {in_title('link', written)}"
        ) from error


def _quote(written: str) -> str:
    return shown(typed.readable(written), 80)
