"""The words of targets: read as companies publish them, and written."""

import csv
import re
from dataclasses import replace

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from bot.policy import wording
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
from tests.paths import ROOT

BUSINESS = Interpretations(hours=BareHours.BUSINESS_HOURS)
CALENDAR_DAYS = Interpretations(every_day=EveryDay.CALENDAR_DAYS)
READ = {"first_response": wording.first_response, "follow_up": wording.follow_up}

FIRST_RESPONSES = {
    "4 business hours": Target(Shape.WITHIN, 4, Unit.BUSINESS_HOUR),
    "1 business hour": Target(Shape.WITHIN, 1, Unit.BUSINESS_HOUR),
    "1 business day": Target(Shape.WITHIN, 1, Unit.BUSINESS_DAY),
    "3 business days": Target(Shape.WITHIN, 3, Unit.BUSINESS_DAY),
    "15 minutes": Target(Shape.WITHIN, 15, Unit.MINUTE),
    "1 hour": Target(Shape.WITHIN, 1, Unit.HOUR),
    "30 business minutes": Target(Shape.WITHIN, 30, Unit.BUSINESS_MINUTE),
    "2 weeks": Target(Shape.WITHIN, 2, Unit.WEEK),
    "next business day": Target(Shape.END_OF, 1, Unit.BUSINESS_DAY),
    "same business day": Target(Shape.END_OF, 0, Unit.BUSINESS_DAY),
    "1 hour or as agreed": Target(Shape.WITHIN, 1, Unit.HOUR, or_agreed=True),
    "none": NOTHING,
}
FOLLOW_UPS = {
    "continuous": CONTINUOUS,
    "twice per business day": Target(Shape.TIMES_PER, 2, Unit.BUSINESS_DAY),
    "3 times per business day": Target(Shape.TIMES_PER, 3, Unit.BUSINESS_DAY),
    "once per week": Target(Shape.TIMES_PER, 1, Unit.WEEK),
    "twice per week": Target(Shape.TIMES_PER, 2, Unit.WEEK),
    "every day": Target(Shape.EVERY, 1, Unit.DAY),
    "every two days": Target(Shape.EVERY, 2, Unit.DAY),
    "every two business days": Target(Shape.EVERY, 2, Unit.BUSINESS_DAY),
    "every business hour": Target(Shape.EVERY, 1, Unit.BUSINESS_HOUR),
    "every 4 hours": Target(Shape.EVERY, 4, Unit.HOUR),
    "every 30 minutes": Target(Shape.EVERY, 30, Unit.MINUTE),
    "weekly": Target(Shape.EVERY, 1, Unit.WEEK),
    "every two weeks": Target(Shape.EVERY, 2, Unit.WEEK),
    "monthly": Target(Shape.EVERY, 1, Unit.MONTH),
    "next business day": Target(Shape.END_OF, 1, Unit.BUSINESS_DAY),
    "every day or as agreed": Target(Shape.EVERY, 1, Unit.DAY, or_agreed=True),
    "none": NOTHING,
}


@pytest.mark.parametrize(("words", "target"), FIRST_RESPONSES.items())
def test_the_words_of_a_first_response_read_and_write_back(
    words: str, target: Target
) -> None:
    assert wording.first_response(words) == target
    assert wording.words(target) == words


@pytest.mark.parametrize(("words", "target"), FOLLOW_UPS.items())
def test_the_words_of_a_follow_up_read_and_write_back(
    words: str, target: Target
) -> None:
    assert wording.follow_up(words) == target
    assert wording.words(target) == words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("four hours", "4 hours"),
        ("Within four (4) business hours", "4 business hours"),
        ("up to 90 min", "90 minutes"),
        ("< 1 Hour", "1 hour"),
        ("≤2hrs", "2 hours"),
        ("15 Minutes or Less", "15 minutes"),
        ("twenty-four hours", "24 hours"),
        ("2 working days", "2 business days"),
        ("1 hour (24x7)", "1 hour"),
        ("2 hours (24×7)", "2 hours"),  # noqa: RUF001
        ("4 hours (business hours)", "4 business hours"),
        ("1 business hour(s).", "1 business hour"),
        ("1 day", "1 day"),
        ("1 fortnight", "2 weeks"),
        ("by the end of the next business day", "next business day"),
        ("8 hours, or as agreed", "8 hours or as agreed"),
        ("4 Business Hours", "4 business hours"),
        ("No target", "none"),
        ("Best-effort", "none"),
        ("N/A", "none"),
    ],
)
def test_a_first_response_is_read_as_companies_publish_it(
    written: str, meant: str
) -> None:
    assert wording.words(wording.first_response(written)) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("every week", "weekly"),
        ("every 2 business days", "every two business days"),
        ("two times per week", "twice per week"),
        ("every one month", "monthly"),
        ("  Every   DAY ", "every day"),
        ("every 1 days", "every day"),
        ("daily", "every day"),
        ("Hourly (24x7)", "every hour"),
        ("fortnightly", "every two weeks"),
        ("every other day", "every two days"),
        ("once every 3 business days", "every three business days"),
        ("once a day", "every day"),
        ("once an hour", "every hour"),
        ("1 time per business hour", "every business hour"),
        ("once per month", "monthly"),
        ("Daily updates", "every day"),
        ("Weekly status updates until resolved", "weekly"),
        ("twice a day", "twice per business day"),
        ("three times daily", "3 times per business day"),
        ("twice a week", "twice per week"),
        ("4 business hours", "every four business hours"),
        ("Update within 1 month", "monthly"),
        ("Status updates every day", "every day"),
        ("hourly until resolved", "every hour"),
        ("Continuous work until resolution", "continuous"),
        ("Continuous effort", "continuous"),
        ("daily, or as agreed", "every day or as agreed"),
        ("updates as needed", "none"),
    ],
)
def test_a_follow_up_is_read_as_companies_publish_it(written: str, meant: str) -> None:
    assert wording.words(wording.follow_up(written)) == meant


@pytest.mark.parametrize(
    ("table", "written", "interpretations", "meant"),
    [
        ("first_response", "1 hr", BUSINESS, "1 business hour"),
        ("first_response", "30 minutes", BUSINESS, "30 business minutes"),
        ("first_response", "1 hour (24x7)", BUSINESS, "1 hour"),
        ("follow_up", "hourly", BUSINESS, "every business hour"),
        ("follow_up", "every 4 hours (24x7)", BUSINESS, "every 4 hours"),
        ("follow_up", "twice a day", CALENDAR_DAYS, "every 12 hours"),
        ("follow_up", "5 times a day", CALENDAR_DAYS, "every 288 minutes"),
    ],
)
def test_the_interpretations_settle_what_words_leave_open(
    table: str, written: str, interpretations: Interpretations, meant: str
) -> None:
    target = READ[table](written, interpretations)

    assert wording.words(target) == meant
    assert wording.published(target) == written


@pytest.mark.parametrize(
    "words",
    ["", "4", "0 hours", "-1 hours", "continuous", "1.5 hours", "weekly", "24x7",
     "12345 minutes", "1 hour or so", "٤ hours", "four (5) hours", "1 business week",
     "4 business hours (24x7)", "1 day (24x7)", "1 day (business hours)", "4 hours1",
     "immediate", "every day", "4 hours (4)", "4 (4) hours"],
)  # fmt: skip
def test_other_words_are_no_first_response(words: str) -> None:
    with pytest.raises(ValueError, match='write "4 business hours"'):
        wording.first_response(words)


@pytest.mark.parametrize(
    "words",
    ["", "every", "every 0 days", "0 times per week", "twice per month",
     "thrice per week", "same business day", "daily (24x7)", "every day and night",
     "every business week", "almost daily", "twice a fortnight", "twice an hour"],
)  # fmt: skip
def test_other_words_are_no_follow_up(words: str) -> None:
    with pytest.raises(ValueError, match='write "continuous"'):
        wording.follow_up(words)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("4 hours*", "footnote"),
        ("4 Business Hours †", "footnote"),
        ("1 hour¹", "footnote"),
        ("1 hour [2]", "footnote"),
        ("1 hour 24/7", '"24/7"'),
        ("1 hour (24/7)", '"24/7"'),
        ("bi-weekly", '"twice per week" or "every two weeks"'),
        ("biweekly", '"twice per week" or "every two weeks"'),
        ("15m", "minutes or months"),
        ("2-4 hours", "write the later one"),
        ("2 to 4 hours", "write the later one"),
    ],
)
def test_what_can_mean_two_things_is_refused_with_what_to_write(
    words: str, why: str
) -> None:
    for read in READ.values():
        with pytest.raises(ValueError, match=re.escape(why)):
            read(words)


@given(
    st.sampled_from(list(READ)),
    st.sampled_from((wording.PLAIN, BUSINESS, CALENDAR_DAYS)),
    st.data(),
)
def test_what_any_form_is_published_as_reads_back_the_same(
    table: str, interpretations: Interpretations, data: st.DataObject
) -> None:
    pattern = getattr(wording, f"{table.upper()}_PATTERN")
    written = data.draw(st.from_regex(pattern, fullmatch=True))
    try:
        target = READ[table](written, interpretations)
    except ValueError:
        reject()

    shown = wording.published(target)

    assert READ[table](shown, interpretations) == target
    assert wording.published(READ[table](shown, interpretations)) == shown
    meant = wording.words(target)
    assert target.shape is Shape.NONE or READ[table](meant) == target


def test_nine_in_ten_published_cells_read_as_they_stand() -> None:
    cells = published_cells()

    refused = [cell["words"] for cell in cells if not reads(cell)]

    assert len(cells) > 228
    assert len(refused) * 10 < len(cells), sorted(set(refused))


def published_cells() -> list[dict[str, str]]:
    """Return cells of published support policies, each with where it was found."""
    path = ROOT / "tests" / "data" / "published_cells.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reads(cell: dict[str, str]) -> bool:
    try:
        READ[cell["table"]](cell["words"])
    except ValueError:
        return False
    return True


within = st.builds(
    Target,
    st.just(Shape.WITHIN),
    st.integers(1, 9999),
    st.sampled_from(list(Unit)),
)
repeating = st.one_of(
    st.builds(
        Target, st.just(Shape.EVERY), st.integers(1, 999), st.sampled_from(list(Unit))
    ),
    st.builds(
        Target,
        st.just(Shape.TIMES_PER),
        st.integers(1, 999),
        st.sampled_from((Unit.BUSINESS_DAY, Unit.WEEK)),
    ),
    st.sampled_from((CONTINUOUS, NOTHING)),
)


@pytest.mark.parametrize("unit", Unit)
def test_only_a_single_week_or_month_is_written_in_one_word(unit: Unit) -> None:
    written = [
        wording.words(Target(Shape.EVERY, count, unit)) for count in range(1, 32)
    ]

    single = [words for words in written if not words.startswith("every ")]
    assert single == {Unit.WEEK: ["weekly"], Unit.MONTH: ["monthly"]}.get(unit, [])


@given(within)
def test_every_first_response_reads_back_as_it_was_written(target: Target) -> None:
    for one in (target, replace(target, or_agreed=True)):
        assert wording.first_response(wording.words(one)) == one
        assert wording.first_response(wording.published(one)) == one


@given(repeating)
def test_every_follow_up_reads_back_as_it_was_written(target: Target) -> None:
    assert wording.follow_up(wording.words(target)) == target


@pytest.mark.parametrize(
    ("target", "published"),
    [
        (wording.first_response("4 business hours"), "4 Business Hours"),
        (wording.first_response("1 business day"), "1 Business Day"),
        (wording.first_response("none"), "No target"),
        (wording.first_response("Best  effort"), "Best effort"),
        (wording.first_response("4 hrs (24x7)"), "4 hrs (24x7)"),
        (wording.first_response("1 hour or as agreed"), "1 Hour or as agreed"),
        (wording.first_response("next business day"), "Next Business Day"),
        (wording.follow_up("daily"), "daily"),
        (CONTINUOUS, "Continuous work until resolution"),
        (wording.follow_up("every day"), "Status updates every day"),
        (wording.follow_up("weekly"), "Status updates weekly"),
    ],
)
def test_a_cell_is_published_in_the_wording_of_a_plan(
    target: Target, published: str
) -> None:
    assert wording.published(target) == published
