"""The words of targets: reading those in which companies publish them, and writing.

A first response says how long a customer waits at most ("4 business hours"). A
follow-up says how often the customer hears from us ("twice per business day").
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import assert_never

from bot.policy.targets import (
    CONTINUOUS,
    NOTHING,
    BareHours,
    EveryDay,
    Interpretations,
    Shape,
    Target,
    Unit,
)

PLAIN = Interpretations()

_ONES = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = (
    {word: number for number, word in enumerate(_ONES, start=1)}
    | {word: number * 10 for number, word in enumerate(_TENS, start=2)}
    | {
        f"{ten}{between}{one}": tens * 10 + ones
        for tens, ten in enumerate(_TENS, start=2)
        for ones, one in enumerate(_ONES[:9], start=1)
        for between in "- "
    }
)
_NAMES = dict(zip(range(1, 13), _ONES, strict=False))
_SHORT = {"min": "minute", "hr": "hour", "h": "hour", "d": "day"}
_SINGLE = {
    "hourly": (1, Unit.HOUR), "daily": (1, Unit.DAY), "weekly": (1, Unit.WEEK),
    "fortnightly": (2, Unit.WEEK), "monthly": (1, Unit.MONTH),
}  # fmt: skip
_BUSINESS = {
    Unit.MINUTE: Unit.BUSINESS_MINUTE,
    Unit.HOUR: Unit.BUSINESS_HOUR,
    Unit.DAY: Unit.BUSINESS_DAY,
}

_WORD = rf"(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES[:9])}))?|{'|'.join(_ONES)}"
_NUMBER = rf"(?P<number>[0-9]{{1,4}}|{_WORD})(?: ?\((?P<figure>[0-9]{{1,4}})\))?"
_UNIT = (
    r"(?P<business>(?:business|working) )?"
    r"(?P<unit>minute|min|hour|hr|h|day|d|week|month|fortnight)(?:s|\(s\))?"
)
_BEFORE = r"(?:within |up to |less than |[<≤] ?)?"
_RUNS = r"(?: ?\((?P<runs>24x7(?:x365)?|(?:during )?(?:business|working) hours)\))?"
_AGREED = r"(?P<agreed>,? or as agreed)?"
_NEWS = r"(?:(?:status )?updates?:? )?"
_UNTIL = r"(?:,? until (?:resolution|resolved))?"
_LENGTH = rf"{_BEFORE}{_NUMBER} ?{_UNIT}(?: or less)?{_RUNS}"
_END_OF = (
    r"(?:by |within )?(?:the )?(?:end of )?(?:the )?(?P<which>{}) (?:business|working) "
    rf"day{_AGREED}"
)
# No due time. Each is shown as it was written.
_NONE = (
    "none|no target|no sla|n/a|not applicable|best[- ]efforts?|as needed|not included"
)
_FIRST_RESPONSE = (
    rf"{_LENGTH}{_AGREED}",
    _END_OF.format("next|same"),
    rf"(?P<none>{_NONE})",
)
_FOLLOW_UP = (
    rf"{_NEWS}{_LENGTH}{_AGREED}{_UNTIL}",
    rf"{_NEWS}(?:once )?(?:every|each) (?:(?P<other>other) |{_NUMBER} ?)?{_UNIT}"
    rf"{_RUNS}{_AGREED}{_UNTIL}",
    rf"{_NEWS}(?:once )?(?P<single>{'|'.join(_SINGLE)})(?: (?:status )?updates?)?"
    rf"{_RUNS}{_AGREED}{_UNTIL}",
    rf"{_NEWS}(?:(?P<often>once|twice)|{_NUMBER} times?) "
    rf"(?:(?:per|an?|every|each) {_UNIT}"
    rf"|(?P<single>daily|weekly)){_AGREED}{_UNTIL}",
    rf"{_NEWS}{_END_OF.format('next')}{_UNTIL}",
    rf"(?P<continuous>continuous)(?: work| effort| updates)?{_UNTIL}",
    rf"{_NEWS}(?P<none>{_NONE})",
)


def _pattern(forms: Iterable[str]) -> str:
    """Return forms for an editor, whose dialect has no switch for upper case."""
    either = re.sub(r"\(\?P<\w+>", "(", "|".join(forms))
    return f"^({re.sub('[a-z]', lambda one: f'[{one[0]}{one[0].upper()}]', either)})$"


FIRST_RESPONSE_PATTERN = _pattern(_FIRST_RESPONSE)
FOLLOW_UP_PATTERN = _pattern(_FOLLOW_UP)
_READ_FIRST = tuple(map(re.compile, _FIRST_RESPONSE))
_READ_FOLLOW_UP = tuple(map(re.compile, _FOLLOW_UP))

FIRST_RESPONSE_WORDS = (
    '"4 business hours", "1 business day", "15 minutes", "1 hour" or "none"'
)
FOLLOW_UP_WORDS = (
    '"continuous", "twice per business day", "every day", "every two business days", '
    '"every 4 hours", "3 times per week", "weekly", "every two weeks", "monthly" '
    'or "none"'
)
# What readers may take for one thing or for another, and what to write instead.
_AMBIGUOUS = {
    r"[*†‡§¶⁰¹²³⁴-⁹#^]|\[.*\]": "has a footnote's mark, which can change what is "
    "promised; write what the footnote says, or leave the mark out",
    r"\b24/7\b": 'says "24/7", which can be when somebody answers or how time is '
    'counted; write "(24x7)" after a figure',
    r"\b(bi|semi)-?(weekly|monthly|daily)\b": "can mean twice in one or once in two; "
    'write "twice per week" or "every two weeks"',
    r"[0-9] ?m\b": 'says "m", which can be minutes or months; write the word',
    r"[0-9] ?(-|–|to) ?[0-9]": "names two times; write the later one",  # noqa: RUF001
}


@lru_cache(maxsize=4096)
def first_response(words: str, interpretations: Interpretations = PLAIN) -> Target:
    """Read a first-response target. Raises ValueError saying what is allowed."""
    return _read(
        words, _READ_FIRST, Shape.WITHIN, interpretations, FIRST_RESPONSE_WORDS
    )


@lru_cache(maxsize=4096)
def follow_up(words: str, interpretations: Interpretations = PLAIN) -> Target:
    """Read a follow-up cadence. Raises ValueError saying what is allowed."""
    return _read(words, _READ_FOLLOW_UP, Shape.EVERY, interpretations, FOLLOW_UP_WORDS)


READ = {
    "first_response": first_response,
    "follow_up": follow_up,
    "resolution": first_response,
}


def says_the_same(one: Target, other: Target) -> bool:
    """Return whether two cells promise the same; best effort is not "not included"."""
    return one == other and _effort(one) == _effort(other)


def _effort(target: Target) -> str:
    effort = re.search("effort|as needed|not included", target.written.lower())
    return effort[0] if effort and target.shape is Shape.NONE else ""


@cache
def words(target: Target) -> str:
    """Return what a target means, in words that read back as the same.

    They hold however the policy reads bare hours: these are by day and night.
    """
    return _meant(target) + " or as agreed" * target.or_agreed


def published(target: Target) -> str:
    """Return a target as the policy words it, or else as a support plan would."""
    if target.written:
        return target.written
    match target.shape:
        case Shape.WITHIN | Shape.END_OF:
            return _meant(target).title() + " or as agreed" * target.or_agreed
        case Shape.EVERY | Shape.TIMES_PER:
            return f"Status updates {words(target)}"
        case Shape.CONTINUOUS:
            return "Continuous work until resolution"
        case Shape.NONE:
            return "No target"
        case _:
            assert_never(target.shape)


def within_a_sentence(target: Target) -> str:
    """Return it as published, without the capital of a beginning; N/A stays."""
    text = published(target)
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _meant(target: Target) -> str:
    count, unit = target.count, target.unit
    match target.shape:
        case Shape.NONE:
            return "none"
        case Shape.CONTINUOUS:
            return "continuous"
        case Shape.END_OF:
            return "next business day" if count else "same business day"
        case Shape.WITHIN:
            return f"{count} {unit}{'s' * (count != 1)}"
        case Shape.TIMES_PER:
            times = {1: "once", 2: "twice"}.get(count, f"{count} times")
            return f"{times} per {unit}"
        case Shape.EVERY if count == 1:
            return {Unit.WEEK: "weekly", Unit.MONTH: "monthly"}.get(
                unit or Unit.DAY, f"every {unit}"
            )
        case Shape.EVERY:
            number = count if target.is_clock_time else _NAMES.get(count, count)
            return f"every {number} {unit}s"
        case _:
            assert_never(target.shape)


def _read(
    written: str,
    forms: Iterable[re.Pattern[str]],
    bare: Shape,
    interpretations: Interpretations,
    allowed: str,
) -> Target:
    text = " ".join(written.replace("×", "x").lower().split()).removesuffix(".")  # noqa: RUF001
    for form in forms:
        if match := form.fullmatch(text):
            target = _target(match.groupdict(), bare, interpretations)
            if target is None:
                break
            is_ours = text in (words(target), published(target).lower())
            shown = "" if is_ours else " ".join(written.split())
            return replace(target, written=shown)
    for pattern, sentence in _AMBIGUOUS.items():
        if re.search(pattern, text):
            raise ValueError(sentence)
    raise ValueError(f"is not allowed; write {allowed}")


def _target(
    parts: Mapping[str, str | None], bare: Shape, interpretations: Interpretations
) -> Target | None:
    """Return the target in the parts of a form; `None` if they mean nothing exactly.

    `bare` is the shape of a length alone.
    """
    if parts.get("none"):
        return NOTHING
    if parts.get("continuous"):
        return CONTINUOUS
    or_agreed = parts.get("agreed") is not None
    if which := parts.get("which"):
        days = int(which == "next")
        return Target(Shape.END_OF, days, Unit.BUSINESS_DAY, or_agreed=or_agreed)
    count, unit = _count(parts), _unit(parts, interpretations)
    if not count or unit is None:
        return None
    is_fortnight = parts.get("unit") == "fortnight"
    if "often" in parts:
        if is_fortnight:
            return None
        return _times(count, unit, interpretations, or_agreed=or_agreed)
    count *= 2 if is_fortnight else 1
    is_cadence = "single" in parts or "other" in parts
    shape = Shape.EVERY if is_cadence else bare
    return Target(shape, count, unit, or_agreed=or_agreed)


def _count(parts: Mapping[str, str | None]) -> int:
    """Return the number, 1 without one; 0 if two are written and differ."""
    number, figure = parts.get("number"), parts.get("figure")
    if parts.get("other") or parts.get("often") == "twice":
        return 2
    if number is None:
        is_single = "often" not in parts and parts.get("single")
        return _SINGLE[is_single][0] if is_single else 1
    if number.isdecimal():
        # Behind a figure it is a footnote's mark.
        return int(number) if figure is None else 0
    count = _NUMBERS[number]
    return count if figure is None or int(figure) == count else 0


def _unit(
    parts: Mapping[str, str | None], interpretations: Interpretations
) -> Unit | None:
    name, runs = parts.get("unit") or "", parts.get("runs")
    if single := parts.get("single"):
        unit = _SINGLE[single][1]
    elif name == "fortnight":
        unit = Unit.WEEK
    else:
        unit = Unit(_SHORT.get(name, name))
    is_bare = unit in (Unit.MINUTE, Unit.HOUR)
    by_night = (runs or "").startswith("24x7")
    if parts.get("business"):
        return None if by_night else _BUSINESS.get(unit)
    if runs is not None and not is_bare:
        return None
    in_business = interpretations.hours is BareHours.BUSINESS_HOURS
    if is_bare and not by_night and (runs or in_business):
        return _BUSINESS[unit]
    return unit


def _times(
    count: int, unit: Unit, interpretations: Interpretations, *, or_agreed: bool
) -> Target | None:
    """Return a share of a day or a week, as "twice per business day" is one."""
    if count == 1 and unit not in (Unit.BUSINESS_DAY, Unit.WEEK):
        return Target(Shape.EVERY, 1, unit, or_agreed=or_agreed)
    if unit is Unit.DAY and interpretations.every_day is EveryDay.BUSINESS_DAYS:
        unit = Unit.BUSINESS_DAY
    if unit in (Unit.BUSINESS_DAY, Unit.WEEK):
        return Target(Shape.TIMES_PER, count, unit, or_agreed=or_agreed)
    minutes, rest = divmod(24 * 60, count)
    if unit is not Unit.DAY or rest:
        return None
    hours, rest = divmod(minutes, 60)
    every = (minutes, Unit.MINUTE) if rest else (hours, Unit.HOUR)
    return Target(Shape.EVERY, *every, or_agreed=or_agreed)
