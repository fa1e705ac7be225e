"""What is wrong with a policies file: key, line, what was read and what is allowed."""

import pytest

from tests.policy_texts import NO_SEV4, SMALL, changed, problems_of

FIRST_RESPONSE = (
    '"4 business hours", "1 business day", "15 minutes", "1 hour" or "none"'
)
FOLLOW_UP = (
    '"continuous", "twice per business day", "every day", "every two business days", '
    '"every 4 hours", "3 times per week", "weekly", "every two weeks", "monthly" or '
    '"none"'
)
CHANNEL = (
    "write a channel's id such as C0INCIDENTS, which Slack shows at the end of the "
    "channel's details"
)


def wrong(old: str, new: str) -> str:
    """Return the only thing that is wrong after a change, without the file's name."""
    (problem,) = problems_of(changed((old, new)))
    return problem.removeprefix("policies.yaml ")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param(
            "sev3: {gold: every day, basic: twice per week}",
            "sev3: {gold: every day, basic: often}",
            f'line 17, follow_up.sev3.basic: "often" is not allowed; write {FOLLOW_UP}',
            id="unknown words",
        ),
        pytest.param(
            "gold: 1 hour (24x7), basic: 4 business hours",
            "gold: 1 hour (24x7), basic: 0 business hours",
            'line 10, first_response.sev1.basic: "0 business hours" is not allowed; '
            f"write {FIRST_RESPONSE}",
            id="nothing within",
        ),
        pytest.param(
            "gold: 1 hour (24x7), basic: 4 business hours",
            "gold: 1 hour (24x7)",
            "line 10, first_response.sev1.basic: nothing is written here; "
            f"write {FIRST_RESPONSE}",
            id="missing cell",
        ),
        pytest.param(
            "on_call: {",
            "on_call: {user_group: U0ANA, ",
            'line 39, on_call.user_group: "U0ANA" is not allowed; write a user '
            "group's id such as S0SUPPORT, which Slack shows in the group's menu under "
            '"Copy group ID"',
            id="a user group that is none",
        ),
        pytest.param(
            "interpretations:\n",
            "aims: {sev4: {basic: often}}\ninterpretations:\n",
            f'line 19, aims.sev4.basic: "often" is not allowed; write {FOLLOW_UP}',
            id="an aim in unknown words",
        ),
        pytest.param(
            "interpretations:\n",
            "resolution: {sev4: {basic: daily}}\ninterpretations:\n",
            'line 19, resolution.sev4.basic: "daily" is not allowed; write '
            f"{FIRST_RESPONSE}",
            id="a resolution in the words of a cadence",
        ),
        pytest.param(
            "  sev4: {gold: weekly, basic: none}\n",
            "",
            "line 14, follow_up.sev4: nothing is written here; write settings below it",
            id="missing row",
        ),
        pytest.param(
            "gold: 1 hour (24x7), basic: 4 business hours",
            "gold: 1 hour (24x7), basic: none, glod: none",
            'line 10, first_response.sev1.glod: "glod" is no plan; write gold or '
            "basic; did you mean gold?",
            id="unknown plan in a cell",
        ),
        pytest.param(
            "sev4: {means: a question}",
            "sev4: {means: a question}\n  sev5: {means: nothing}",
            'line 9, severities.sev5: "sev5" is no severity; write sev1, sev2, sev3 or '
            "sev4; did you mean sev4?",
            id="unknown severity",
        ),
        pytest.param(
            "every_day: business days",
            "every_day: working days",
            'line 20, interpretations.every_day: "working days" is not allowed; write '
            '"business days" or "calendar days"',
            id="unknown reading",
        ),
        pytest.param(
            "waiting_pauses: [sev2, sev3, sev4]",
            "waiting_pauses: sev2",
            'line 25, interpretations.waiting_pauses: "sev2" is no list; write [sev2]',
            id="one value where a list belongs",
        ),
        pytest.param(
            "waiting_pauses: [sev2, sev3, sev4]",
            "waiting_pauses: none",
            'line 25, interpretations.waiting_pauses: "none" is no list; write a list '
            "of severities such as [sev2, sev3, sev4], or [] for none",
            id="none where a list may be empty",
        ),
        pytest.param(
            "tell: [backup]",
            "tell: none",
            'line 44, escalation.steps.2.tell: "none" is no list; write a list of '
            "primary, backup, lead or fallback",
            id="none where a list may not be empty",
        ),
        pytest.param(
            "wakes: [gold]",
            "wakes: {sev1: null}",
            "line 41, escalation.wakes.sev1: nothing is written here; write a list of "
            "plans such as [premium], or [] for none",
            id="nothing where a list of plans belongs",
        ),
        pytest.param(
            "unknown_customer: the best plan",
            "unknown_customer: silver",
            'line 27, interpretations.unknown_customer: "silver" is no plan; write '
            "the best plan, gold or basic",
            id="unknown customers have an unknown plan",
        ),
        pytest.param(
            "basic: Basic",
            'basic: "GOLD"',
            'line 3, plans.basic: "GOLD" already names gold (policies.yaml line 2); '
            "write a name that is free",
            id="two plans of one name",
        ),
        pytest.param(
            "basic: Basic",
            'basic: "\\u200b"',
            'line 3, plans.basic: "\\u200b" shows nothing; write a text',
            id="a plan's name that cannot be seen",
        ),
        pytest.param(
            "  Globex:",
            '  "\\u00ad":',
            'line 37, customers.\u00ad: "\\u00ad" shows nothing; write a text',
            id="a customer's name that cannot be seen",
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "zone: Europe/Berlim",
            'line 30, calendars.office.zone: "Europe/Berlim" is no time zone; write an '
            "IANA time zone such as America/Los_Angeles; did you mean Europe/Berlin?",
            id="unknown zone",
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "zone: PST",
            'line 30, calendars.office.zone: "PST" is no time zone; write an IANA '
            "time zone such as America/Los_Angeles; did you mean America/Los_Angeles?",
            id="a short name of a zone",
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "zone: Mars",
            'line 30, calendars.office.zone: "Mars" is no time zone; write an IANA '
            "time zone such as America/Los_Angeles",
            id="a place without a zone",
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "zone: localtime",
            'line 30, calendars.office.zone: "localtime" is no time zone; write an '
            "IANA time zone such as America/Los_Angeles",
            id="the machine's own zone",
        ),
        pytest.param(
            "zone: Europe/Berlin",
            "zone: right/Europe/Berlin",
            'line 30, calendars.office.zone: "right/Europe/Berlin" is no time zone; '
            "write an IANA time zone such as America/Los_Angeles; did you mean "
            "Europe/Berlin?",
            id="a zone that counts leap seconds",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}",
            "{mon-fri: 9 to 5}",
            'line 31, calendars.office.hours.mon-fri: "9 to 5" is not allowed; write '
            '09:00-17:00, or a list such as [09:00-12:30, 13:30-18:00], or "closed"',
            id="unreadable span",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}",
            "{mon-fri: 09:00-09:00}",
            'line 31, calendars.office.hours.mon-fri: "09:00-09:00" is not allowed; '
            "write 00:00-24:00 for a whole day",
            id="a span that ends where it begins",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}",
            "{mon-fri: [09:00-13:00, 12:00-17:00]}",
            'line 31, calendars.office.hours.mon-fri: ["09:00-13:00", "12:00-17:00"] '
            "overlaps itself; write spans apart",
            id="overlapping spans",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}",
            "{mon-fri: 09:00-17:00, fri: 09:00-13:00}",
            "line 31, calendars.office.hours: fri stands here twice; "
            "write each day's hours once",
            id="a day twice",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}",
            "{weekdays: 09:00-17:00}",
            'line 31, calendars.office.hours.weekdays: "weekdays" is not allowed; '
            "write a day or a range of days, such as fri or mon-fri",
            id="unknown day",
        ),
        pytest.param(
            "{mon-fri: 09:00-17:00}",
            "{mon-fri: closed}",
            "line 31, calendars.office.hours: no day is open; "
            "write hours for one at least",
            id="no open time",
        ),
        pytest.param(
            "{country: XY}",
            "{country: XZ}",
            'line 32, calendars.office.holidays.country: "XZ" is no country; write XY',
            id="unknown country",
        ),
        pytest.param(
            "{country: XY}",
            "{country: XY, subdivision: S}",
            'line 32, calendars.office.holidays.subdivision: "S" is no subdivision of '
            "XY; write N",
            id="unknown subdivision",
        ),
        pytest.param(
            "{country: XY}",
            "{subdivision: N}",
            "line 32, calendars.office.holidays.subdivision: a subdivision needs its "
            "country; write country, too",
            id="subdivision of nowhere",
        ),
        pytest.param(
            "{country: XY}",
            "{country: XY, dates: {2026-02-30: Never}}",
            'line 32, calendars.office.holidays.dates.2026-02-30: "2026-02-30" is not '
            "allowed; write a date such as 2026-12-24, or 12-24 for every year, or a "
            "range such as 2026-12-24 to 2026-12-31",
            id="impossible date",
        ),
        pytest.param(
            "{country: XY}",
            "{dates: {12-24: {closes: noon, name: Eve}}}",
            'line 32, calendars.office.holidays.dates.12-24.closes: "noon" is not '
            'allowed; write a time of the day such as "09:15"',
            id="half a day until no time",
        ),
        pytest.param(
            "{country: XY}",
            '{dates: {12-24: {closes: "12:00"}}}',
            "line 32, calendars.office.holidays.dates.12-24.name: is missing; write "
            "its name, such as Christmas Eve",
            id="half a day without a name",
        ),
        pytest.param(
            "{country: XY}",
            '{dates: {12-24: {opens: "13:00", closes: "12:00", name: Eve}}}',
            "line 32, calendars.office.holidays.dates.12-24: it closes before it "
            "opens; write its opening as the earlier one",
            id="half a day backwards",
        ),
        pytest.param(
            "{country: XY}",
            "{country: XY, except: [New Yaer]}",
            'line 32, calendars.office.holidays.except.1: "New Yaer" is no holiday '
            "there; write the date or the name of one, as in 2026-11-11 or Veterans "
            "Day; did you mean New Year?",
            id="an exception that is no holiday",
        ),
        pytest.param(
            "    holidays: {country: XY}\n",
            "",
            "line 29, calendars.office.holidays: is missing; write a country such as "
            '{country: US}, dates, or "none"',
            id="no word about holidays",
        ),
        pytest.param(
            "team: office",
            "team: offices",
            'line 34, calendar.team: "offices" is no calendar; write office; '
            "did you mean office?",
            id="unknown calendar",
        ),
        pytest.param(
            "calendars:\n",
            "calendars:\n  world: {union: [office]}\n",
            "line 29, calendars.world.home: is missing; write the calendar of the "
            "union whose days count",
            id="a union without a home",
        ),
        pytest.param(
            "calendars:\n",
            "calendars:\n  world: {union: [], home: office}\n",
            "line 29, calendars.world.union: is empty; write one at least",
            id="an empty union",
        ),
        pytest.param(
            "Globex: {plan: basic}",
            "Globex: {plan: platinum}",
            'line 37, customers.Globex.plan: "platinum" is no plan; '
            "write gold or basic",
            id="customer with an unknown plan",
        ),
        pytest.param(
            "Globex: {plan: basic}",
            "Globex: {plan: basic, aliases: [ACME corp]}",
            'line 37, customers.Globex: "ACME corp" already names Acme '
            "(policies.yaml line 36); write a name that is free",
            id="alias used twice",
        ),
        pytest.param(
            "Globex: {plan: basic}",
            "Globex: {plan: basic, aliases: [acme]}",
            'line 37, customers.Globex: "acme" already names Acme '
            "(policies.yaml line 36); write a name that is free",
            id="alias shadowed by a name",
        ),
        pytest.param(
            "Globex: {plan: basic}",
            "Globex: {plan: basic, channel: C0ACME}",
            'line 37, customers.Globex.channel: "C0ACME" already belongs to Acme '
            "(policies.yaml line 36); write another, or none",
            id="channel of two customers",
        ),
        pytest.param(
            "Globex: {plan: basic}",
            "Globex: {plan: basic, channel: C0INCIDENTS}",
            'line 37, customers.Globex.channel: "C0INCIDENTS" already belongs to '
            "channels.incidents; write another, or none",
            id="channel that shows internals",
        ),
        pytest.param(
            "Globex: {plan: basic}",
            "Globex: {plan: basic, channel: '#globex'}",
            'line 37, customers.Globex.channel: "#globex" is not allowed; ' + CHANNEL,
            id="name of a channel",
        ),
        pytest.param(
            "digest: C0LEADS",
            "digest: U0LEA",
            'line 38, channels.digest: "U0LEA" is not allowed; ' + CHANNEL,
            id="person where a channel belongs",
        ),
        pytest.param(
            "primary: U0ANA",
            "primary: '@ana'",
            'line 39, on_call.primary: "@ana" is not allowed; write a member\'s id '
            'such as U0ANA, which Slack shows in a profile under "Copy member ID"',
            id="name of a person",
        ),
        pytest.param(
            "{after: 10m, tell: [backup]}",
            "{after: 30m, tell: [backup]}",
            "line 45, escalation.steps.3.after: this step must come later than the one "
            "above it",
            id="steps out of order",
        ),
        pytest.param(
            "backup: U0BEN, ",
            "",
            'line 44, escalation.steps.2.tell.1: "backup" is told here, but on_call '
            "names nobody for it; write primary, lead or fallback, or add backup to "
            "on_call",
            id="escalation tells a backup that nobody is",
        ),
        pytest.param(
            "tell: [backup]",
            "tell: [boss]",
            'line 44, escalation.steps.2.tell.1: "boss" is no role; '
            "write primary, backup, lead or fallback",
            id="unknown role",
        ),
        pytest.param(
            "tell: [backup]",
            "tell: []",
            "line 44, escalation.steps.2.tell: is empty; write one at least",
            id="a step that tells nobody",
        ),
        pytest.param(
            "wakes: [gold]",
            "wakes: [glod]",
            'line 41, escalation.wakes.1: "glod" is no plan; write gold or basic; '
            "did you mean gold?",
            id="escalation of an unknown plan",
        ),
        pytest.param(
            "wakes: [gold]",
            "wakes: {sev1: [gold], sev2: [glod]}",
            'line 41, escalation.wakes.sev2.1: "glod" is no plan; write gold or basic; '
            "did you mean gold?",
            id="waking for an unknown plan",
        ),
        pytest.param(
            "wakes: [gold]",
            "wakes: {sev3: [gold]}",
            "line 41, escalation.wakes.sev3: Sev3 never escalates; write sev1 or sev2",
            id="waking for what never escalates",
        ),
        pytest.param(
            "wakes: [gold]",
            "wakes: gold",
            'line 41, escalation.wakes: "gold" is not allowed; write a list of plans '
            "whose Sev1 wakes people, such as [premium], or plans by severity, such as "
            "{sev1: [premium], sev2: [premium]}",
            id="waking without a list",
        ),
        pytest.param(
            "  repeat: 15m",
            "  repeat: 0m",
            'line 46, escalation.repeat: "0m" is not allowed; '
            "write a length of time that is not zero, such as 15m",
            id="a repeat of no time",
        ),
        pytest.param(
            "  repeat: 15m",
            "  repeat: 15m\n  repeat_sev2: [15m, 0m]",
            'line 47, escalation.repeat_sev2.2: "0m" is not allowed; '
            "write a length of time that is not zero, such as 15m",
            id="a wait of no time",
        ),
        pytest.param(
            "  repeat: 15m",
            "  repeat: 15m\n  repeat_sev2: 15m",
            'line 47, escalation.repeat_sev2: "15m" is no list; write [15m]',
            id="a Sev2's waits as no list",
        ),
        pytest.param(
            "check_in_every: 60m",
            "check_in_every: 1 hour",
            'line 47, escalation.check_in_every: "1 hour" is not allowed; '
            "write a number with s, m, h or d, such as 15m",
            id="unreadable duration",
        ),
        pytest.param(
            "ahead: 25%",
            "ahead: 0.25",
            'line 49, reminders.ahead: "0.25" is not allowed; '
            "write a share from 1% to 99%, such as 25%",
            id="unreadable share",
        ),
        pytest.param(
            'at: "09:15"',
            'at: "9.15 am"',
            'line 50, digest.at: "9.15 am" is not allowed; '
            'write a time of the day such as "09:15"',
            id="unreadable time of the digest",
        ),
        pytest.param(
            'digest: {at: "09:15"}',
            'digest: [{at: "09:15"}, {at: "16:00", plans: [silver]}]',
            'line 50, digest.2.plans.1: "silver" is no plan; write gold or basic',
            id="unknown plan of a digest",
        ),
        pytest.param(
            'digest: {at: "09:15"}',
            'digest: [{at: "09:15"}, {at: "16:00", when_nothing: shout}]',
            'line 50, digest.2.when_nothing: "shout" is not allowed; '
            'write "say so" or "leave out"',
            id="unknown choice in a list of digests",
        ),
        pytest.param(
            'digest: {at: "09:15"}',
            "digest: [{plans: [gold]}]",
            'line 50, digest.1.at: is missing; write a time of the day such as "09:15"',
            id="digest without a time",
        ),
        pytest.param(
            'digest: {at: "09:15"}',
            "digest: []",
            "line 50, digest: is empty; write one at least",
            id="no digest",
        ),
        pytest.param(
            "  gold: Gold\n  basic: Basic",
            "  gold: Gold\n  basic:",
            "line 3, plans.basic: nothing is written here; write a text",
            id="plan without a name",
        ),
        pytest.param(
            "sev1: {gold: 1 hour (24x7),",
            "sev1: {gold: 1 hour (24x7), gold: 2 hours,",
            "line 10, first_response.sev1.gold: stands here again, after line 10; "
            "keep one of them",
            id="key twice",
        ),
        pytest.param(
            "means: down",
            "means: *down",
            "line 5: a value that begins with & or * needs quotes",
            id="alias of YAML",
        ),
    ],
)
def test_a_problem_names_line_key_value_and_allowed_values(
    old: str, new: str, sentence: str
) -> None:
    assert wrong(old, new) == sentence


def test_a_misspelt_setting_is_refused_with_the_existing_ones() -> None:
    problems = problems_of(changed(("{means: odd}", "{meens: odd}")))

    assert problems == [
        (
            "policies.yaml line 7, severities.sev3.means: is missing; "
            "write a text that says what this severity means"
        ),
        (
            "policies.yaml line 7, severities.sev3.meens: is not a setting here; "
            "write name, means or examples; did you mean means?"
        ),
    ]


def test_a_missing_section_is_named() -> None:
    problems = problems_of(changed(("digest: {at:", "digets: {at:")))

    assert len(problems) == 2
    assert problems[0] == (
        'policies.yaml, digest: is missing; write a time such as {at: "09:15"}, or a '
        "list of digests"
    )
    assert problems[1].startswith(
        "policies.yaml line 50, digets: is not a setting here"
    )
    assert problems[1].endswith("; did you mean digest?")


def test_all_problems_are_reported_in_the_order_of_the_file() -> None:
    text = changed(
        ("means: down", "means:"),
        ("basic: twice per week", "basic: often"),
        ("every_day: business days", "every_day: always"),
        ("Europe/Berlin", "Mars"),
        ("mon-fri: 09:00-17:00", "mon-fri: 17:00-09:00-"),
        ("country: XY", "country: ZZ"),
        ("team: office", "team: home"),
        ("Globex: {plan: basic}", "Globex: {plan: silver, aliases: [acme]}"),
        ("primary: U0ANA", "primary: ana"),
        ("after: 20m", "after: soon"),
        ('"09:15"', "noon"),
    )

    places = [problem.split(":")[0] for problem in problems_of(text)]

    assert places == [
        "policies.yaml line 5, severities.sev1.means",
        "policies.yaml line 17, follow_up.sev3.basic",
        "policies.yaml line 20, interpretations.every_day",
        "policies.yaml line 30, calendars.office.zone",
        "policies.yaml line 31, calendars.office.hours.mon-fri",
        "policies.yaml line 32, calendars.office.holidays.country",
        "policies.yaml line 34, calendar.team",
        "policies.yaml line 37, customers.Globex.plan",
        "policies.yaml line 37, customers.Globex",
        "policies.yaml line 39, on_call.primary",
        "policies.yaml line 45, escalation.steps.3.after",
        "policies.yaml line 50, digest.at",
    ]


def test_a_target_that_its_calendar_cannot_reach_is_refused() -> None:
    text = changed(
        ("mon-fri: 09:00-17:00", "mon: 09:00-09:01"),
        ("basic: 8 business hours", "basic: 9999 business hours"),
    )

    assert problems_of(text) == [
        (
            'policies.yaml line 11, first_response.sev2.basic: "9999 business hours" '
            "never comes in the calendar office; write less"
        )
    ]


@pytest.mark.parametrize("words", ["✅", "a phone", "Phone", "wave::skin-tone-2"])
def test_an_emoji_is_written_by_its_name(words: str) -> None:
    (problem,) = problems_of(f'{SMALL}update_emoji: "{words}"\n')

    assert problem == (
        f'policies.yaml line 51, update_emoji: "{words}" is not allowed; write the '
        'name of an emoji, such as telephone_receiver, or "off"'
    )


@pytest.mark.parametrize("words", ["0", "1", "-3", "1000", "many", "12.5"])
def test_a_budget_is_a_number_of_messages(words: str) -> None:
    (problem,) = problems_of(f"{SMALL}attention: {{budget: {words}}}\n")

    assert problem == (
        f'policies.yaml line 51, attention.budget: "{words}" is not allowed; write a '
        "number of messages from 2 to 999, such as 12"
    )


@pytest.mark.parametrize("words", ["0 days", "2 fortnights", "forever", "2y", "-1 day"])
def test_how_long_texts_are_kept_is_written_in_words(words: str) -> None:
    (problem,) = problems_of(f"{SMALL}retention: {{erase_texts_after: {words}}}\n")

    assert problem == (
        f'policies.yaml line 51, retention.erase_texts_after: "{words}" is not '
        "allowed; write a number of days, weeks, months or years, such as 2 years, or "
        '"off"'
    )


@pytest.mark.parametrize(
    ("first", "second", "place", "sentence"),
    [
        ("P1 Urgent", "p1  urgent", "line 6, severities.sev2", '"p1  urgent" is sev1'),
        ("P1", "Severity 3", "line 6, severities.sev2", '"Severity 3" is sev3'),
        ("Sev2", "P2", "line 5, severities.sev1", '"Sev2" is sev2'),
    ],
)
def test_two_severities_are_never_called_the_same(
    first: str, second: str, place: str, sentence: str
) -> None:
    text = changed(
        ("sev1: {means: down}", f"sev1: {{name: {first}, means: down}}"),
        ("sev2: {means: broken,", f"sev2: {{name: {second}, means: broken,"),
    )

    (problem,) = problems_of(text)

    assert problem == f"policies.yaml {place}.name: {sentence}, too; write another name"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            NO_SEV4[0],
            'line 12, first_response.sev4: "sev4" is no severity; write sev1, sev2 or '
            "sev3; did you mean sev3?",
        ),
        (
            ("  sev3: {means: odd}\n", ""),
            "line 4, severities.sev3: nothing is written here; write name, means and "
            "examples below it",
        ),
        (
            ("  sev1: {means: down}\n", ""),
            "line 4, severities.sev1: nothing is written here; write name, means and "
            "examples below it",
        ),
    ],
)
def test_a_severity_is_left_out_everywhere_and_from_the_bottom(
    change: tuple[str, str], sentence: str
) -> None:
    problems = problems_of(changed(change))

    assert problems[0].removeprefix("policies.yaml ") == sentence


def test_a_name_that_is_the_next_severitys_key_is_refused_once() -> None:
    name = changed(("sev1: {means: down}", "sev1: {name: Sev2, means: down}"))

    assert problems_of(name) == [
        'policies.yaml line 5, severities.sev1.name: "Sev2" is sev2, too; write '
        "another name"
    ]
