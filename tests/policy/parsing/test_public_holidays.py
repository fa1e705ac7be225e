"""Public holidays by country: their dates, their names, and unknown places."""

from datetime import date

import pytest

from bot.policy.parsing.public_holidays import public_holidays

YEARS = range(2026, 2028)


def test_us_federal_holidays_include_their_observed_days() -> None:
    days = public_holidays("US", None, YEARS)

    assert days[date(2026, 11, 26)] == "Thanksgiving Day"
    assert days[date(2026, 7, 3)] == "Independence Day (observed)"
    assert days[date(2027, 12, 31)] == "New Year's Day (observed)"
    assert {day.year for day in days} <= {2026, 2027, 2028}


def test_a_subdivision_has_holidays_of_its_own() -> None:
    whole, bavaria = (public_holidays("DE", code, YEARS) for code in (None, "BY"))

    assert date(2026, 1, 6) not in whole
    assert bavaria[date(2026, 1, 6)] == "Epiphany"


def test_holiday_names_are_english_in_any_locale(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANGUAGE", "th")

    assert public_holidays("US", None, YEARS)[date(2026, 12, 25)] == "Christmas Day"
    assert public_holidays("DE", None, YEARS)[date(2026, 1, 1)] == "New Year's Day"


@pytest.mark.parametrize(
    ("country", "sentence"),
    [
        ("USA", '"USA" is no country; write an ISO code such as US; did you mean US'),
        ("us", '"us" is no country; write an ISO code such as US; did you mean US?'),
        ("UK", '"UK" is no country; write an ISO code such as US; did you mean GB?'),
        ("DEU", '"DEU" is no country; write an ISO code such as US; did you mean DE?'),
        ("XX", '"XX" is no country; write an ISO code such as US'),
        ("", '"" is no country; write an ISO code such as US'),
    ],
)
def test_an_unknown_country_is_refused(country: str, sentence: str) -> None:
    with pytest.raises(ValueError, match="is no country") as caught:
        public_holidays(country, None, YEARS)

    assert str(caught.value).startswith(sentence)


def test_an_unknown_subdivision_is_refused_with_the_existing_ones() -> None:
    with pytest.raises(ValueError, match="is no subdivision") as caught:
        public_holidays("GB", "ENGL", YEARS)

    assert str(caught.value) == (
        '"ENGL" is no subdivision of GB; write ENG, NIR, SCT or WLS; did you mean ENG?'
    )


def test_a_country_without_subdivisions_says_so() -> None:
    with pytest.raises(ValueError, match='SG has no subdivisions; leave "N" out'):
        public_holidays("SG", "N", YEARS)
