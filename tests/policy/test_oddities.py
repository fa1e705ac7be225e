"""Warnings about settings that are allowed but can hardly be meant."""

from datetime import UTC, datetime

import pytest

from bot.policy.contradictions import warnings
from tests.policy_texts import SMALL, changed, policy_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)  # Sunday
STEPS = "    - {after: 0m, tell: [primary]}\n    - {after: 10m, tell: [backup]}\n"
HOURS = "    hours: {mon-fri: 09:00-17:00}\n    holidays: {country: XY}\n"
FIRST = "sev2: {gold: 4 business hours, basic: 8 business hours}"
TEAM = "  team: office\n"


def told(*pairs: tuple[str, str]) -> list[str]:
    return list(warnings(policy_of(changed(*pairs)), NOW))


def hours(words: str, holidays: str = "{country: XY}") -> tuple[str, str]:
    return HOURS, f"    hours: {words}\n    holidays: {holidays}\n"


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (
            "digest: C0LEADS",
            "digest: C0INCIDENTS",
            [
                "channels.digest: is the channel for incidents, too; the messages of "
                "one are lost among those of the other"
            ],
        ),
        (
            "waiting_pauses: [sev2, sev3, sev4]",
            "waiting_pauses: [sev1, sev2]",
            [
                "interpretations.waiting_pauses: includes sev1; while a Sev1 waits for "
                "its customer nobody is reminded of an update"
            ],
        ),
        (
            "Globex: {plan: basic}",
            "Globex:\n  Hooli: {aliases: [h]}",
            ["customers: without a plan, so with Gold: Globex, Hooli"],
        ),
        (
            "  Acme: {plan: gold, aliases: [acme corp], channel: C0ACME}\n"
            "  Globex: {plan: basic}",
            "  {}",
            ["customers: nobody is listed, so everybody counts as Gold"],
        ),
        (
            "backup: U0BEN",
            "backup: U0ANA",
            ["on_call.backup: is the primary, too; nobody stands behind them"],
        ),
        (
            "lead: U0LEA",
            "lead: U0BEN",
            ["on_call.lead: is the backup, too; nobody stands behind them"],
        ),
        (
            "tell: [lead, fallback]",
            "tell: [fallback]",
            ["on_call.lead: no step of the escalation tells them"],
        ),
        (
            "after: 10m",
            "after: 1s",
            [
                "escalation.steps.2.after: comes 1s after the step above it; nobody "
                "can take the incident in between"
            ],
        ),
        (
            "after: 20m",
            "after: 3d",
            [
                "escalation.steps.3.after: for 4310m nobody else hears, the whole time "
                'for first_response.sev1.gold "1 hour", first_response.sev1.basic '
                '"4 business hours", first_response.sev2.gold "4 business hours" and '
                "1 more"
            ],
        ),
        (
            "repeat: 15m\n  check_in_every",
            "repeat: 30s\n  check_in_every",
            ["escalation.repeat: everybody is paged every 30s"],
        ),
        (
            "repeat: 15m\n  check_in_every",
            "repeat: 15m\n  repeat_sev2: [2h, 10m]\n  check_in_every",
            [
                "escalation.repeat_sev2: the waits get shorter, from 2h to 10m",
                "escalation.repeat_sev2: a Sev2 pages everybody after 10m, a Sev1 only "
                "every 15m",
            ],
        ),
        (
            "check_in_every: 60m",
            "check_in_every: 5m",
            [
                "escalation.check_in_every: the owner is asked every 5m",
                "escalation.check_in_repeat: 15m is not shorter than check_in_every, "
                "5m; the next check-in would be due first",
            ],
        ),
        (
            "check_in_every: 60m",
            "check_in_every: 1d",
            ["escalation.check_in_every: nobody notices for 1d that an owner is gone"],
        ),
        (
            "check_in_repeat: 15m",
            "check_in_repeat: 60s",
            ["escalation.check_in_repeat: the owner has 1m to answer"],
        ),
        (
            "before_closing: 15m",
            "before_closing: 10s",
            [
                "reminders.before_closing: a reminder for the end of the day leaves "
                "10s to act"
            ],
        ),
        (
            "together: 2m",
            "together: 2h",
            ["reminders.together: a reminder can come 2h too early, with another one"],
        ),
        (
            'at: "09:15"',
            'at: "17:00"',
            [
                "digest.at: 17:00 is outside the hours of the calendar office on some "
                "of its days; nobody is there to read it"
            ],
        ),
        (
            "repeat: 15m\n  check_in_every",
            "repeat: 15m\n  repeat_sev2: [15m, 2d]\n  check_in_every",
            [
                "escalation.repeat_sev2: for 2d nobody is paged again, though nobody "
                "has taken a Sev2"
            ],
        ),
        (
            "before_closing: 15m",
            "before_closing: 8h",
            [
                "reminders.before_closing: 8h is a whole business day; its end is "
                "reminded of in the morning"
            ],
        ),
        (
            'digest: {at: "09:15"}\n',
            'digest: {at: "09:15"}\nintake: [C0INTAKE, C0SUPPORT]\n',
            [
                "intake.2: is the channel for fallback, too; the messages of one are "
                "lost among those of the other"
            ],
        ),
        (
            'digest: {at: "09:15"}\n',
            'digest: {at: "09:15"}\nupdate_emoji: eyes\n',
            [
                "update_emoji: people put eyes on messages for other reasons; each of "
                "them counts as an answer to the customer"
            ],
        ),
        (
            'digest: {at: "09:15"}\n',
            'digest: [{at: "09:15"}, {at: "09:20"}, {at: "09:15"}]\n',
            ["digest.3: is the same as digest.1; it comes twice"],
        ),
        (
            "sev3: {means: odd}",
            "sev3: {means: odd, examples: [odd, “Slow for all.”, odd]}",
            [
                'severities.sev3.examples: "“Slow for all.”" stands under '
                "severities.sev2.examples, too; such a message is either"
            ],
        ),
        (
            'digest: {at: "09:15"}\n',
            'digest: {at: "09:15"}\nnot_an_incident: [Slow for all]\n',
            [
                'severities.sev2.examples: "slow for all" stands under '
                "not_an_incident, too; such a message is either"
            ],
        ),
        (
            'digest: {at: "09:15"}\n',
            'digest: {at: "09:15"}\nretention: {erase_texts_after: 1 day}\n',
            [
                "retention.erase_texts_after: 1d after an incident was closed nobody "
                "can read any more what it was about"
            ],
        ),
    ],
)
def test_an_odd_setting_is_warned_of(old: str, new: str, sentences: list[str]) -> None:
    assert told((old, new)) == sentences


@pytest.mark.parametrize(
    ("wakes", "sentences"),
    [
        (
            "{sev1: [gold], sev2: [gold, basic]}",
            ["a Sev2 of basic wakes people, a Sev1 does not"],
        ),
        (
            "{sev1: [gold, basic], sev2: [basic]}",
            ["a Sev2 of basic wakes people, one of gold, the better plan, does not"],
        ),
    ],
)
def test_waking_for_the_lesser_alone_is_warned_of(
    wakes: str, sentences: list[str]
) -> None:
    found = told(("wakes: [gold]", f"wakes: {wakes}"))

    assert found == [f"escalation.wakes: {one}" for one in sentences]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("waiting_pauses: [sev2, sev3, sev4]", "waiting_pauses: []"),
        ("after: 10m", "after: 1m"),
        ("after: 20m", "after: 69m"),
        ("wakes: [gold]", "wakes: {sev1: [gold, basic], sev2: [gold]}"),
        ("repeat: 15m\n  check_in_every", "repeat: 5m\n  check_in_every"),
        ("check_in_every: 60m", "check_in_every: 12h"),
        (
            "check_in_every: 60m\n  check_in_repeat: 15m",
            "check_in_every: 10m\n  check_in_repeat: 5m",
        ),
        ("check_in_repeat: 15m", "check_in_repeat: 2m"),
        ("before_closing: 15m", "before_closing: 5m"),
        ("before_closing: 15m", "before_closing: 7h"),
        (
            "repeat: 15m\n  check_in_every",
            "repeat: 15m\n  repeat_sev2: [15m, 8h]\n  check_in_every",
        ),
        ("together: 2m", "together: 10m"),
        ('at: "09:15"', 'at: "08:00"'),
        ('at: "09:15"', 'at: "16:59"'),
        (
            'digest: {at: "09:15"}\n',
            'digest: {at: "09:15"}\nretention: {erase_texts_after: 1 week}\n',
        ),
        ("zone: Europe/Berlin", "zone: Asia/Tokyo"),
        ("zone: Europe/Berlin", "zone: UTC"),
        hours("{mon-fri: 17:00-09:00}"),
        hours("{mon-sun: 00:00-24:00}", "none"),
        hours("{mon-sun: 00:00-24:00}"),
        hours("{mon-thu: 09:00-17:00, fri: 09:00-13:00}"),
        hours("{tue: 09:00-17:00}"),
        ("gold: 1 hour (24x7), basic: 4", "gold: 16 minutes (24x7), basic: 4"),
    ],
)  # fmt: skip
def test_what_may_be_meant_is_not_warned_of(old: str, new: str) -> None:
    both = (old, new), ('at: "09:15"', 'at: "16:00"')
    pairs = both if "17:00-09:00" in new else both[:1]

    assert [one for one in told(*pairs) if "can be due later" not in one] == []


def test_an_escalation_of_nobody_is_warned_of() -> None:
    nobody = told(
        (STEPS, "    - {after: 0m, tell: [fallback]}\n"),
        ("lead: U0LEA}", "}"), ("backup: U0BEN, ", ""),
        ("tell: [lead, fallback]", "tell: [fallback]"),
    )  # fmt: skip
    one_alone = told(
        (STEPS, "    - {after: 0m, tell: [primary]}\n"),
        ("lead: U0LEA}", "}"), ("backup: U0BEN, ", ""),
        ("tell: [lead, fallback]", "tell: [primary]"),
    )  # fmt: skip

    assert nobody == [
        "on_call.primary: no step of the escalation tells them",
        "escalation.steps: tell no person; nobody is woken for a Sev1",
    ]
    assert one_alone == [
        "escalation.steps: tell one person alone; nobody hears if they sleep"
    ]


def steps(count: int, every: int, tell: str, last: int = 70) -> tuple[str, str]:
    """Return a change to this many steps, this many minutes apart, before the last."""
    lines = [
        f"    - {{after: {number * every}m, tell: [{tell}]}}\n"
        for number in range(count)
    ]
    return f"{STEPS}    - {{after: 20m", "".join(lines) + f"    - {{after: {last}m"


@pytest.mark.parametrize(
    ("escalation", "backup", "figures"),
    [
        (steps(30, 1, "primary"), "U0BEN", {"primary": 30}),
        (steps(14, 1, "primary, backup"), "U0BEN", {"primary": 14, "backup": 14}),
        (steps(14, 1, "primary, backup"), "U0ANA", {"primary": 14}),
        (steps(10, 1, "primary", last=10), "U0BEN", {"primary": 13}),
        (steps(12, 1, "primary"), "U0BEN", {}),
        (steps(13, 5, "primary"), "U0BEN", {}),
    ],
    ids=["many", "two people", "one in two roles", "with repeats", "few", "slow"],
)
def test_an_escalation_that_floods_somebody_is_warned_of(
    escalation: tuple[str, str], backup: str, figures: dict[str, int]
) -> None:
    found = told(escalation, ("backup: U0BEN", f"backup: {backup}"))

    assert [one for one in found if "times within" in one] == [
        f"escalation.steps: page the {role} {count} times within an hour; above 12 "
        "people mute the bot, and miss what is new"
        for role, count in figures.items()
    ]


@pytest.mark.parametrize(
    ("digests", "sentences"),
    [
        ('[{at: "09:15", plans: [gold]}, {at: "09:15"}]', []),
        ('[{at: "09:15", plans: [gold, basic]}]', []),
        (
            '{at: "09:15", plans: [gold]}',
            [
                "digest: none is for all, and none tells of the plans basic",
                "digest: none is for all, and none tells of the customers Globex",
            ],
        ),
        (
            '[{at: "09:15", plans: [gold]}, {at: "09:15", customers: [globex inc]}]',
            [
                "digest.2.customers: no customers of yours: globex inc",
                "digest: none is for all, and none tells of the plans basic",
                "digest: none is for all, and none tells of the customers Globex",
            ],
        ),
        (
            '[{at: "09:15"}, {at: "20:00", customers: [acme]}]',
            [
                "digest.2.at: 20:00 is outside the hours of the calendar office on "
                "some of its days; nobody is there to read it"
            ],
        ),
    ],
)
def test_digests_that_leave_somebody_out_are_warned_of(
    digests: str, sentences: list[str]
) -> None:
    assert told(('digest: {at: "09:15"}', f"digest: {digests}")) == sentences


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        ("EST", "EST keeps no summer time; did you mean America/New_York?"),
        ("MST", "MST keeps no summer time; did you mean America/Denver?"),
        ("HST", "HST keeps no summer time; did you mean Pacific/Honolulu?"),
        ("GMT", "GMT keeps no summer time; did you mean Europe/London?"),
        ("Etc/GMT+8", "Etc/GMT+8 is 8 hours behind UTC, not ahead of it, and keeps no"),
        ("Etc/GMT-1", "Etc/GMT-1 is 1 hour ahead of UTC, not behind it, and keeps no"),
    ],
)
def test_a_zone_without_summer_time_is_warned_of(zone: str, sentence: str) -> None:
    (warning,) = told(("Europe/Berlin", zone))

    assert warning.startswith(f"calendars.office.zone: {sentence}")


@pytest.mark.parametrize(
    ("calendar", "sentences"),
    [
        (
            hours("{mon-fri: 09:00-05:00}"),
            [
                f"{day} 09:00-05:00 lasts 20h, into the next day; is the afternoon "
                "meant?"
                for day in ("mon", "tue", "wed", "thu", "fri")
            ],
        ),
        (
            hours("{mon-fri: 09:00-10:00}"),
            ["only 5h a week; few targets are due within days"],
        ),
        (
            hours("{mon-thu: 00:00-24:00, fri: 00:00-23:59}"),
            ["closes at 23:59, a minute before the end of the day; is 24:00 meant?"],
        ),
        (
            hours("{sun: 18:00-24:00, mon-thu: 00:00-24:00, fri: 00:00-17:00}"),
            [
                "sun has 6h of open time, the longest day 1d; it counts as a whole "
                "business day all the same"
            ],
        ),
    ],
)
def test_odd_hours_are_warned_of(
    calendar: tuple[str, str], sentences: list[str]
) -> None:
    found = [one for one in told(calendar) if one.startswith("calendars.office.hours")]

    assert found == [f"calendars.office.hours: {one}" for one in sentences]


def test_a_short_day_matters_only_where_business_days_are_counted() -> None:
    counted = SMALL[SMALL.index("first_response:") : SMALL.index("interpretations:")]
    cells = "{gold: 4 business hours, basic: 4 business hours}"
    rows = "".join(f"  sev{number}: {cells}\n" for number in range(1, 5))
    every = rows.replace("4 b", "every 4 b")
    by_hour = f"first_response:\n{rows}follow_up:\n{every}"
    sunday = hours("{sun: 21:00-24:00, mon-fri: 00:00-24:00}")

    assert any("whole business day" in one for one in told(sunday))
    assert not any(
        "whole business day" in one for one in told(sunday, (counted, by_hour))
    )


@pytest.mark.parametrize(
    ("holidays", "sentence"),
    [
        ("none", "none within a year; public holidays count as business days"),
        (
            "{dates: {2026-01-01: a, 2026-05-01: b, 2026-10-03: c, 2026-12-25: d}}",
            "1 within a year, after 3 in the last; are all written?",
        ),
        (
            "{country: XY, dates: {2062-12-24: Eve}}",
            "2062-12-24 is far away; is its year right?",
        ),
        (
            '{country: XY, dates: {12-24: {closes: "20:00", name: Eve}}}',
            "Eve changes nothing; those hours are closed anyway",
        ),
        (
            '{country: XY, dates: {12-24: {closes: "09:00", name: Eve}}}',
            "Eve leaves nothing open; write its name alone for a holiday",
        ),
    ],
)
def test_days_off_that_cannot_be_meant_are_warned_of(
    holidays: str, sentence: str
) -> None:
    assert told(hours("{mon-fri: 09:00-17:00}", holidays)) == [
        f"calendars.office.holidays: {sentence}"
    ]


def test_a_calendar_that_is_closed_for_weeks_is_warned_of() -> None:
    days = ", ".join(f"2026-12-{day}: Closed" for day in range(14, 32))

    assert (
        "calendars.office: is closed from Fri 11 Dec 2026 to Mon 04 Jan 2027; no "
        "business time passes, and nobody is reminded"
    ) in told(hours("{mon-fri: 09:00-17:00}", f"{{country: XY, dates: {{{days}}}}}"))


def test_a_calendar_that_counts_for_nobody_is_warned_of() -> None:
    tokyo = f"calendars:\n  tokyo:\n    zone: Asia/Tokyo\n{HOURS}"
    both = f"{tokyo}  sun:\n    union: [tokyo, office]\n    home: office\n"

    assert told(("calendars:\n", tokyo)) == [
        "calendars.tokyo: is used nowhere; choose it under `calendar` or for customers"
    ]
    assert told(("calendars:\n", both), (TEAM, "  team: sun\n")) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "gold: 1 hour (24x7), basic: 4",
            "gold: 15 minutes, basic: 4",
            (
                "reminders.at_least: 15m is all the time there is; no reminder comes "
                'before these are due: first_response.sev1.gold "15 minutes"'
            ),
        ),
        (
            "sev3: {gold: 1 business day, basic",
            "sev3: {gold: 15 business minutes, basic",
            (
                "reminders.at_least: 15m is all the time there is; no reminder comes "
                'before these are due: first_response.sev3.gold "15 '
                'business minutes"'
            ),
        ),
        (
            "interpretations:\n",
            "resolution:\n  sev2: {basic: 10 business minutes}\ninterpretations:\n",
            (
                "reminders.at_least: 15m is all the time there is; no reminder comes "
                'before these are due: resolution.sev2.basic "10 business minutes"'
            ),
        ),
        (
            "at_least: 15m",
            "at_least: 4h",
            (
                "reminders.at_least: 4h is all the time there is; no reminder comes "
                'before these are due: first_response.sev1.gold "1 hour", '
                'first_response.sev1.basic "4 business hours", '
                'first_response.sev2.gold "4 business hours" and 2 more'
            ),
        ),
        (
            STEPS,
            "    - {after: 1h, tell: [primary, backup]}\n",
            (
                "escalation.steps.1.after: the first page comes after 1h, when these "
                'are due: first_response.sev1.gold "1 hour"'
            ),
        ),
        (
            "repeat: 15m\n  check_in_every",
            "repeat: 90m\n  check_in_every",
            (
                "escalation.repeat: between two pages pass 90m, the whole time for "
                'first_response.sev1.gold "1 hour"'
            ),
        ),
        (
            "sev3: {gold: every day",
            "sev3: {gold: continuous",
            (
                "follow_up.sev3.gold: check-ins watch over continuous work on a Sev1 "
                "alone; here it is only how often news is due"
            ),
        ),
    ],
)
def test_a_misfit_of_targets_is_warned_of(old: str, new: str, sentence: str) -> None:
    pairs = [(old, new)]
    if "1h" in new:
        pairs.append(("after: 20m", "after: 2h"))

    assert sentence in told(*pairs)


def test_a_first_page_after_an_hour_is_warned_of() -> None:
    late = "    - {after: 90m, tell: [primary, backup]}\n"

    assert "escalation.steps.1.after: for the first 90m nobody is paged" in told(
        (STEPS, late), ("after: 20m", "after: 2h")
    )


def test_a_grave_incident_on_which_nothing_is_owed_is_warned_of() -> None:
    found = told(
        (FIRST, "sev2: {gold: 4 business hours, basic: none}"),
        ("sev2: {gold: every 4 hours (24x7), basic: every day}",
         "sev2: {gold: every 4 hours (24x7), basic: none}"),
    )  # fmt: skip

    assert (
        "first_response.sev2.basic: is none, and no update is ever due; nobody is "
        "reminded of the customer"
    ) in found


def test_bare_hours_that_run_over_a_closed_weekend_are_warned_of() -> None:
    bare = ("gold: 1 hour (24x7), basic", "gold: 1 hour, basic")

    (sentence,) = told(bare)

    assert sentence == (
        "interpretations.hours: these count by day and night, also while office is "
        'closed at weekends; write "(24x7)" behind them if that is meant, or choose '
        '"business hours": first_response.sev1.gold'
    )
    assert told(bare, ("every_day:", "hours: business hours\n  every_day:")) == []
    assert told(bare, hours("{mon-sun: 09:00-17:00}")) == []


def test_zones_of_customers_that_cannot_be_meant_are_warned_of() -> None:
    far = "  far: {zone: UTC, hours: {mon-fri: 9:00-17:00}, holidays: none}\n"
    world = "  world: {union: [far, office], home: office}\n"
    customers = "Globex: {zone: EST}\n  Wayne: {calendar: world, zone: UTC}"
    sentences = told(
        ("calendars:\n", f"calendars:\n{far}{world}"),
        ("Globex: {plan: basic}", customers),
    )

    assert [one for one in sentences if ".zone:" in one] == [
        "customers.Globex.zone: EST keeps no summer time; did you mean "
        "America/New_York?",
        "customers.Wayne.zone: does not count in world, whose teams keep their zones",
    ]


def test_aims_that_count_for_nothing_are_warned_of() -> None:
    aims = "aims: {sev1: {gold: continuous}, sev4: {gold: daily, basic: daily}}\n"
    sentences = told(("interpretations:\n", f"{aims}interpretations:\n"))

    assert [one for one in sentences if one.startswith("aims.")] == [
        "aims.sev1.gold: names no time to remind anybody of",
        'aims.sev4.gold: does not count, since follow_up promises "weekly" there',
    ]
