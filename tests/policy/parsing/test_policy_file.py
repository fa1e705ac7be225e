"""Reading policies.yaml: what it says, and where it is looked for."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.business_time.schedules import ShortDay
from bot.errors import PolicyError
from bot.policy.digests import DailyDigest, WhenNothing
from bot.policy.parsing import policy_file
from bot.policy.parsing.policy_file import default_text, load, load_or_default
from bot.policy.policies import Reopening, UpdateClock
from bot.policy.severities import Severity
from bot.policy.targets import EveryDay, ShareOf, WhenClosed
from tests.policy_texts import NO_SEV4, SMALL, changed, holidays, policy_of, problems_of

TODAY = date(2026, 11, 22)


def test_values_stay_what_was_written() -> None:
    text = changed(
        ("basic: Basic", "basic: NO"),
        ("means: down", "means: 10:30"),
        ("means: odd", "means: 1e3"),
    )

    policy = policy_of(text)

    assert policy.plan("basic").name == "NO"
    assert policy.severities[Severity.SEV1].means == "10:30"
    assert policy.severities[Severity.SEV3].means == "1e3"


def test_every_alternative_reading_can_be_written() -> None:
    policy = policy_of(
        changed(
            ("every_day: business days", "every_day: calendar days"),
            ("day: the actual length", "day: the nominal length"),
            ("per_week: the nominal length", "per_week: the actual length"),
            ("the closing before", "the opening after"),
            ("continuous_news_as: sev2", "continuous_news_as: none"),
            ("waiting_pauses: [sev2, sev3, sev4]", "waiting_pauses: []"),
            (
                "reopened_owes: an update",
                "reopened_owes: a first response\n  update_clock: from the last due",
            ),
            ("unknown_customer: the best plan", "unknown_customer: basic"),
        )
    )

    assert policy.interpretations.every_day is EveryDay.CALENDAR_DAYS
    assert policy.interpretations.per_business_day is ShareOf.NOMINAL
    assert policy.interpretations.per_week is ShareOf.ACTUAL
    assert policy.interpretations.week_ends_closed is WhenClosed.OPENING_AFTER
    assert policy.conduct.continuous_news_as is None
    assert policy.conduct.waiting_pauses == frozenset()
    assert policy.conduct.reopened_owes is Reopening.FIRST_RESPONSE
    assert policy.conduct.update_clock is UpdateClock.LAST_DUE
    assert policy.conduct.unknown_customer_plan == "basic"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[gold, basic]", {(Severity.SEV1, "gold"), (Severity.SEV1, "basic")}),
        (
            "{sev1: [gold], sev2: [gold]}",
            {(Severity.SEV1, "gold"), (Severity.SEV2, "gold")},
        ),
        ("{sev2: [basic]}", {(Severity.SEV2, "basic")}),
        ("[]", set()),
    ],
)
def test_who_is_woken_is_a_list_for_sev1_or_a_list_for_each_severity(
    written: str, meant: set[tuple[Severity, str]]
) -> None:
    policy = policy_of(changed(("wakes: [gold]", f"wakes: {written}")))

    assert policy.escalation.wakes == meant


def test_the_best_plan_is_the_first_one() -> None:
    assert policy_of(SMALL).conduct.unknown_customer_plan == "gold"


def test_the_leads_channel_defaults_to_the_digests() -> None:
    assert policy_of(SMALL).channels.leads == "C0LEADS"


def test_a_digest_stands_alone_or_in_a_list_of_them() -> None:
    several = """digest:
  - {at: "09:15"}
  - {at: "08:30", channel: C0GOLD, plans: [gold], when_nothing: leave out}
  - {at: "16:00", channel: C0GOLD, customers: [Acme]}
"""

    policy = policy_of(changed(('digest: {at: "09:15"}\n', several)))

    leads = DailyDigest(time(9, 15), "C0LEADS", "C0LEADS")
    assert policy_of(SMALL).digests == (leads,)
    assert policy.digests == (
        leads,
        DailyDigest(
            time(8, 30),
            "C0GOLD",
            "C0GOLD",
            plans=("gold",),
            when_nothing=WhenNothing.LEAVE_OUT,
        ),
        DailyDigest(time(16), "C0GOLD", "C0GOLD/2", customers=("Acme",)),
    )


def test_a_digest_is_known_by_its_channel_wherever_it_stands() -> None:
    leads, gold = '  - {at: "09:15"}\n', '  - {at: "10:00", channel: C0GOLD}\n'

    one, other = (
        policy_of(changed(('digest: {at: "09:15"}\n', f"digest:\n{both}")))
        for both in (leads + gold, gold + leads)
    )

    assert other.digests == one.digests[::-1]
    assert other.leads_digest == one.digest("C0GOLD")


def test_a_week_may_begin_on_any_day_and_have_breaks_and_nights() -> None:
    policy = policy_of(
        changed(
            (
                "{mon-fri: 09:00-17:00}",
                "{sun-tue: [13:00-18:00, 9:00-12:30], wed: closed, fri: 22:00-06:00}",
            )
        )
    )

    weekly = policy.team_hours.home.weekly
    lunch = [(span.opens, span.closes) for span in weekly[6]]
    assert lunch == [
        (timedelta(hours=9), timedelta(hours=12, minutes=30)),
        (timedelta(hours=13), timedelta(hours=18)),
    ]
    assert weekly[0] == weekly[1] == weekly[6]
    assert [len(spans) for spans in weekly] == [2, 2, 0, 0, 1, 0, 2]
    assert weekly[4][0].closes == timedelta(hours=30)


def test_a_dash_is_a_hyphen_between_two_days_or_two_times() -> None:
    dashes = "{mon–fri: 09:00 – 17:00}"  # noqa: RUF001

    policy = policy_of(changed(("{mon-fri: 09:00-17:00}", dashes)))

    assert policy.team_hours.home.weekly == policy_of(SMALL).team_hours.home.weekly


def test_holidays_are_a_countrys_with_dates_added_and_taken_away() -> None:
    policy = policy_of(
        changed(
            (
                "{country: XY}",
                (
                    "{country: XY, subdivision: N, dates: {2026-12-24: Christmas Eve}, "
                    "except: [Founding Day, 2027-01-01]}"
                ),
            )
        )
    )

    days = policy.team_hours.home.holidays
    assert days[date(2026, 12, 24)] == "Christmas Eve"
    assert days[date(2026, 1, 1)] == "New Year"
    assert date(2027, 1, 1) not in days
    assert "Founding Day" not in days.values()


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("2026-12-24", ["2026-12-24"]),
        ("2026-12-30 to 2027-01-02",
         ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]),
        ("12-24", ["2026-12-24", "2027-12-24", "2028-12-24"]),
        ("12-31 to 01-01",
         ["2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01",
          "2028-12-31"]),
        ("02-29", ["2028-02-29"]),
        ("02-28 to 02-29", ["2026-02-28", "2027-02-28", "2028-02-28", "2028-02-29"]),
    ],
)  # fmt: skip
def test_own_holidays_may_be_yearly_and_ranges(written: str, days: list[str]) -> None:
    policy = policy_of(changed(("{country: XY}", f"{{dates: {{{written}: Closed}}}}")))

    closed = policy.team_hours.home.holidays
    assert [f"{day}" for day in closed if day.year in (2026, 2027, 2028)] == days


def test_a_day_off_may_be_half_a_day_even_on_a_countrys_holiday() -> None:
    eve = '12-24: {closes: "12:00", name: Eve}, 2027-01-01: {opens: 13:00, name: Late}'
    policy = policy_of(changed(("{country: XY}", f"{{country: XY, dates: {{{eve}}}}}")))

    home = policy.team_hours.home
    noon, one = timedelta(hours=12), timedelta(hours=13)
    assert home.short_days[date(2026, 12, 24)] == ShortDay("Eve", closes=noon)
    assert home.short_days[date(2027, 1, 1)] == ShortDay("Late", opens=one)
    assert date(2027, 1, 1) not in home.holidays
    assert date(2028, 1, 1) in home.holidays


@pytest.mark.parametrize(
    "written",
    ["02-30", "2026-12-24 to 2026-12-23", "2026-12-24 to 12-31", "12-24 to 2026-12-31",
     "2026-01-01 to 2027-01-02", "2026-12-24 - 2026-12-31", "24-12"],
)  # fmt: skip
def test_dates_that_are_no_range_within_a_year_are_refused(written: str) -> None:
    (problem,) = problems_of(
        changed(("{country: XY}", f"{{dates: {{{written}: Closed}}}}"))
    )

    assert f'"{written}" is n' in problem


def test_an_exception_long_past_does_not_break_the_file() -> None:
    policy = policy_of(
        changed(("{country: XY}", "{country: XY, except: [2015-01-02]}"))
    )

    assert policy.team_hours.home.holidays


def test_the_mildest_severities_may_be_left_out() -> None:
    policy = policy_of(changed(*NO_SEV4))

    assert list(policy.severities) == [Severity.SEV1, Severity.SEV2, Severity.SEV3]
    assert {severity for severity, _ in policy.follow_ups} == set(policy.severities)


def test_a_calendar_may_have_no_holidays() -> None:
    policy = policy_of(changed(("{country: XY}", "none")))

    assert policy.team_hours.home.holidays == {}


def test_a_union_is_open_with_any_part_and_its_home_comes_first() -> None:
    tokyo = "  tokyo: {zone: Asia/Tokyo, hours: {mon-fri: 9:00-17:00}, holidays: none}"
    world = "  world: {union: [tokyo, office], home: office}"
    policy = policy_of(
        changed(
            ("calendars:\n", f"calendars:\n{tokyo}\n{world}\n"),
            ("team: office", "team: world\n  plans: {gold: tokyo}"),
        )
    )

    hours = policy.team_hours
    assert hours.zone.key == "Europe/Berlin"
    assert [part.zone.key for part in hours.parts] == ["Europe/Berlin", "Asia/Tokyo"]
    assert policy.calendar_name(Severity.SEV1, "gold", None) == "tokyo"


def test_sections_that_may_be_empty_may_be_left_empty() -> None:
    policy = policy_of(
        changed(
            ("customers:\n", "customers:\n  Initech:\n"),
            ("team: office", "team: office\n  plans:\n  severities:"),
        )
    )

    assert [customer.name for customer in policy.customers] == [
        "Initech", "Acme", "Globex",
    ]  # fmt: skip
    assert policy.customers[0].plan is None


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("off", None),
        ('"off"', None),
        ("90 days", 90),
        ("1 week", 7),
        ("18 months", 540),
        ("2 years", 730),
    ],
)
def test_texts_are_kept_for_as_long_as_is_written(words: str, days: int | None) -> None:
    text = f"{SMALL}retention: {{erase_texts_after: {words}}}\n"

    kept_for = policy_of(text).erase_texts_after

    assert kept_for == (None if days is None else timedelta(days=days))


@pytest.mark.parametrize(
    ("written", "channels"),
    [
        ("", ()),
        ("intake: []", ()),
        ("intake: [C0INTAKE, G0OTHER]", ("C0INTAKE", "G0OTHER")),
    ],
)
def test_no_channel_is_an_intake_unless_it_is_named(
    written: str, channels: tuple[str, ...]
) -> None:
    assert policy_of(f"{SMALL}{written}\n").intake == channels


@pytest.mark.parametrize(
    ("written", "emoji"),
    [
        ("", None),
        ("update_emoji: off", None),
        ('update_emoji: "off"', None),
        ("update_emoji: telephone_receiver", "telephone_receiver"),
        ('update_emoji: ":+1:"', "+1"),
    ],
)
def test_an_emoji_is_named_with_or_without_colons(
    written: str, emoji: str | None
) -> None:
    assert policy_of(f"{SMALL}{written}\n").update_emoji == emoji


@pytest.mark.parametrize("section", ["", "retention:\n", "retention: {}\n"])
def test_texts_are_never_erased_by_default(section: str) -> None:
    assert policy_of(SMALL + section).erase_texts_after is None


def test_the_version_follows_the_text_the_customers_and_the_holidays() -> None:
    with_file = changed(("customers:\n", "customers_file: c.csv\ncustomers:\n"))
    one, other = {"c.csv": "name\nWayne\n"}, {"c.csv": "name\nStark\n"}

    def moved(country: str, subdivision: str | None, years: range) -> dict[date, str]:
        return {**holidays(country, subdivision, years), date(2027, 5, 3): "Moved Day"}

    moved_version = policy_file.read(
        SMALL, name="policies.yaml", holidays=moved, today=TODAY
    ).version

    versions = [
        policy_of(SMALL).version,
        policy_of(changed(("basic: Basic", "basic: Basics"))).version,
        policy_of(with_file, one).version,
        policy_of(with_file, other).version,
        moved_version,
    ]
    assert len(set(versions)) == 5
    assert policy_of(SMALL).version == versions[0]
    assert all(len(version) == 8 for version in versions)


def test_the_texts_are_kept_with_the_policy() -> None:
    text = changed(("customers:\n", "customers_file: c.csv\ncustomers:\n"))
    files = {"c.csv": "name\nWayne\n"}

    assert policy_of(text, files).texts == {"policies.yaml": text, **files}


def test_a_file_is_read_with_the_customers_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(changed(("customers:\n", "customers_file: c.csv\ncustomers:\n")))
    (tmp_path / "c.csv").write_text("name,plan\nWayne,basic\n")

    policy = load(path, holidays=holidays, today=TODAY)

    wayne = policy.find_customer("wayne")
    assert wayne is not None
    assert wayne.plan == "basic"


@pytest.mark.parametrize("marks", ["\ufeff", "\ufeff\ufeff"], ids=["one", "two"])
def test_a_byte_order_mark_does_no_harm(tmp_path: Path, marks: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(marks + SMALL, encoding="utf-8")

    assert load(path, holidays=holidays, today=TODAY).plan("gold").name == "Gold"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_utf_16_is_refused_as_such(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(SMALL, encoding=encoding)

    with pytest.raises(PolicyError, match="line 1: this is not UTF-8; save the file"):
        load(path, holidays=holidays, today=TODAY)


def test_an_unreadable_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    folder, latin = tmp_path / "folder", tmp_path / "latin.yaml"
    folder.mkdir()
    latin.write_bytes(b"plans:\n  gold: G\xf6ld\n")
    below = latin / "p.yaml"

    told = {}
    for path in (folder, latin, tmp_path / "none.yaml", below):
        with pytest.raises(PolicyError) as caught:
            load(path, holidays=holidays, today=TODAY)
        told[path] = str(caught.value)

    assert told == {
        folder: f"{folder} is a folder; name a file",
        latin: "latin.yaml line 2: this is not UTF-8; save the file in that encoding",
        tmp_path / "none.yaml": f"{tmp_path / 'none.yaml'} does not exist",
        below: f"{below} cannot be read: Not a directory",
    }


@contextmanager
def without_rights() -> Iterator[None]:
    """Run without root's rights, since root may read everything."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_without_read_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(SMALL)
    path.chmod(0)

    with (
        without_rights(),
        pytest.raises(PolicyError, match="cannot be read: Permission denied"),
    ):
        load(path, holidays=holidays, today=TODAY)


def test_without_a_file_the_shipped_policy_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def us(_country: str, _subdivision: str | None, _years: range) -> dict[date, str]:
        return {date(2026, 11, 26): "Thanksgiving Day"}

    policy = load_or_default(None, holidays=us, today=TODAY)

    assert policy.plan("premium").name == "Premium Support"
    assert list(policy.texts.values()) == [default_text()]


def test_policies_yaml_in_the_working_folder_counts_before_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "policies.yaml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)

    policy = load_or_default(None, holidays=holidays, today=TODAY)

    assert policy.plan("gold").name == "Gold"


def test_a_missing_named_file_is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(PolicyError, match="does not exist"):
        load_or_default(tmp_path / "p.yaml", holidays=holidays, today=TODAY)
