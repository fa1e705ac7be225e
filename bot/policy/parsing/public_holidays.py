"""Public holidays by country, from the `holidays` package."""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.util import find_spec, module_from_spec

import holidays
from holidays.registry import EntityLoader

from bot.policy.parsing.notation import did_you_mean, one_of, quoted

_LANGUAGE = "en_US"
_COUNTRIES = "holidays.countries"


def _leave_countries_out() -> None:
    """Replace the package `holidays.countries` by an empty one.

    Importing it imports all 250 countries, which takes half a second and 10 MB. The
    library finds a single country by the name of its module.
    """
    spec = find_spec(_COUNTRIES)
    if _COUNTRIES not in sys.modules and spec is not None:
        sys.modules[_COUNTRIES] = module_from_spec(spec)


_leave_countries_out()


def public_holidays(
    country: str, subdivision: str | None, years: range
) -> Mapping[date, str]:
    """Return the public holidays of a country in some years, with English names.

    Without English names they have the country's own. The locale of the host does not
    matter, since two replicas must agree.

    Raises ValueError for an unknown country or subdivision.
    """
    known = _country(country)
    if subdivision is not None and subdivision not in known.subdivisions:
        raise ValueError(_unknown(subdivision, country, known.subdivisions))
    has_english = _LANGUAGE in known.supported_languages
    named = holidays.country_holidays(
        country,
        subdiv=subdivision,
        years=years,
        language=_LANGUAGE if has_english else known.default_language,
    )
    return dict(sorted(named.items()))


def _country(code: str) -> holidays.HolidayBase:
    """Return what the library knows about a country, by its two-letter code only."""
    try:
        known = holidays.country_holidays(code)
    except NotImplementedError:
        known = None
    if known is None or known.country != code:
        codes = EntityLoader.get_country_codes(include_aliases=False)
        # UK is no ISO code, and the library reads it as GB.
        near = did_you_mean(code, sorted(codes))
        if known is not None:
            near = f"; did you mean {known.country}?"
        sentence = f"{quoted(code)} is no country; write an ISO code such as US{near}"
        raise ValueError(sentence)
    return known


def _unknown(subdivision: str, country: str, known: Sequence[str]) -> str:
    if not known:
        return f"{country} has no subdivisions; leave {quoted(subdivision)} out"
    near = did_you_mean(subdivision, known)
    return (
        f"{quoted(subdivision)} is no subdivision of {country}; "
        f"write {one_of(known)}{near}"
    )
