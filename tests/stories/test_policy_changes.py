"""A change of policy in mid-story moves the right deadlines and no others."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.errors import PolicyError
from bot.policy.parsing.policy_file import default_text
from bot.policy.parsing.public_holidays import public_holidays
from bot.triage.policy_changes import InForce, PolicyWatch, at_start
from tests.breaking import by_hand
from tests.changing import Changing
from tests.story import Story, shipped_policy

TODAY = date(2026, 11, 24)
SLOWER = ("    standard: 8 business hours\n", "    standard: 2 business days\n")
BROKEN = ("    standard: 8 business hours\n", "    standard: soon\n")


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Changing]:
    with Changing(tmp_path) as told:
        yield told


def test_a_changed_target_moves_only_the_open_deadlines_under_it(
    told: Changing,
) -> None:
    told.command("dee", "/sev2 globex: push fails")
    told.command("dee", "/sev2 acme: also")
    acme = told.read(told.card(2))

    told.write(SLOWER)
    told.look()

    assert told.leads() == [
        (
            "policies.yaml was changed and counts since 10:00 PST. 1 open deadline "
            "moved:\n"
            "• INC-1 first response was due tomorrow 10:00 PST, now due Fri 27 Nov "
            "10:00 PST"
        ),
    ]
    assert "*First response:* due Friday, November 27th 10:00" in told.read(
        told.card(1)
    )
    assert told.read(told.card(2)) == acme


def without_sev4() -> str:
    """Return the shipped file without its mildest severity."""
    return re.sub(r"^  sev4:\n(    .*\n)+", "", default_text(), flags=re.MULTILINE)


PREMIUM = ("  Globex:\n    plan: standard\n", "  Globex:\n    plan: premium\n")
NO_GLOBEX = ("  Globex:\n    plan: standard\n", "")
NOON = (
    "calendars:\n",
    "calendars:\n  noon:\n    zone: America/New_York\n    hours: {mon-fri: 12:00-20:00}"
    "\n    holidays: {country: US}\n",
)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (PREMIUM, "its customer has Premium Support now"),
        (NO_GLOBEX, "its customer is not listed any more"),
        (
            ("  Globex:\n    plan: standard\n", "  Globex:\n"),
            "its customer has Premium Support now",
        ),
    ],
    ids=["another plan", "removed", "without a plan"],
)
@pytest.mark.parametrize("is_at_a_start", [False, True], ids=["running", "at a start"])
def test_an_incident_keeps_its_plan_and_the_leads_hear_of_it(
    told: Changing, edit: tuple[str, str], why: str, *, is_at_a_start: bool
) -> None:
    told.command("dee", "/sev2 globex: push fails")
    told.command("dee", "/sev2 umbrella: push fails")
    card = told.read(told.card(1))

    told.write(edit)
    if is_at_a_start:
        told.restart()
    told.look()

    assert told.leads() == [
        "policies.yaml was changed and counts since 10:00 PST. 1 open incident keeps "
        "its plan; *More* changes it:\n"
        f"• INC-1 goes on under Standard Support; {why}"
    ]
    assert told.read(told.card(1)) == card


def test_incidents_of_a_customers_file_are_named_too(told: Changing) -> None:
    (told.folder / "c.csv").write_text("name,plan\nWayne,standard\n")
    told.file.write_text(default_text() + "\ncustomers_file: c.csv\n")
    told.look()
    told.command("dee", "/sev2 wayne: push fails")
    (told.folder / "c.csv").write_text("name,plan\nWayne,premium\n")
    told.look()

    assert "INC-1 goes on under Standard Support" in told.leads()[-1]


def test_a_customer_that_is_listed_later_is_named(told: Changing) -> None:
    told.command("dee", "/sev2 hooli: push fails")
    told.command("dee", "/sev2 initrode: push fails")

    told.write((NO_GLOBEX[0], "  Hooli:\n    plan: standard\n"))
    told.look()

    assert told.leads()[-1].splitlines()[1:] == [
        "• INC-1 goes on under Premium Support; it may be about a customer listed now, "
        "with Standard Support"
    ]


def test_a_plan_that_was_set_by_hand_before_the_file_is_no_news(
    told: Changing,
) -> None:
    told.command("dee", "/sev2 globex: push fails plan=premium")
    told.write(PREMIUM)
    told.look()

    assert told.leads() == [
        "policies.yaml was changed and counts since 10:00 PST. No open deadline moved."
    ]


def test_another_calendar_of_a_customer_moves_its_deadlines(told: Changing) -> None:
    told.command("dee", "/sev2 globex: push fails owner=@dee")
    told.command("dee", "/sev2 umbrella: push fails owner=@dee")
    own = (PREMIUM[0], PREMIUM[0] + "    calendar: noon\n")
    lines = []

    for zone in "Denver", "Chicago":
        told.write((NOON[0], NOON[1].replace("New_York", zone)), own)
        told.look()
        lines += told.leads()[-1].splitlines()[1:]

    assert lines == [
        "• INC-1 first response was due tomorrow 10:00 PST, now due 19:00 PST",
        "• INC-1 first response was due 19:00 PST, now due 18:00 PST",
    ]


def test_a_notice_names_all_that_moved_and_all_that_kept_its_plan(
    told: Changing,
) -> None:
    told.command("dee", "/sev2 globex: push fails")
    told.command("dee", "/sev2 umbrella: push fails")

    told.write(SLOWER, PREMIUM)
    told.look()

    assert told.leads() == [
        (
            "policies.yaml was changed and counts since 10:00 PST. 2 open deadlines "
            "moved:\n"
            "• INC-1 first response was due tomorrow 10:00 PST, now due Fri 27 Nov "
            "10:00 PST\n"
            "• INC-2 first response was due tomorrow 10:00 PST, now due Fri 27 Nov "
            "10:00 PST\n"
            "1 open incident keeps its plan; *More* changes it:\n"
            "• INC-1 goes on under Standard Support; its customer has Premium "
            "Support now"
        ),
    ]


def test_a_policy_that_adds_a_cadence_reaches_what_owed_nothing(
    told: Changing,
) -> None:
    first = "  sev4:\n    premium: 2 business days", "  sev4:\n    premium: none"
    told.write(first, ("    premium: weekly", "    premium: none"))
    told.look()
    told.command("dee", "/sev4 acme: where is the manual")
    told.take("dee")

    told.write(first)
    told.look()

    assert told.leads()[-1].endswith(
        "• INC-1 update was not owed, now due Tue 1 Dec 10:00 PST"
    )
    assert "*Next update:* due Tuesday, December 1st 10:00 (weekly)" in told.read(
        told.card()
    )


def test_a_notice_of_a_refused_file_goes_to_the_leads_channel(
    told: Changing,
) -> None:
    channels = replace(told.in_force().channels, leads="C0SUPPORT")
    told.in_force.put(replace(told.in_force(), channels=channels))

    told.write(BROKEN)
    told.look()

    said = told.slack.channel("support")
    assert told.leads() == []
    assert "policies.yaml was not loaded" in said[-1].text


def test_a_change_is_seen_though_the_system_clock_was_set_back(
    told: Changing,
) -> None:
    told.look()
    told.system_clock.advance(hours=-1)

    told.write(SLOWER)
    told.look()

    assert len(told.leads()) == 1


def test_the_next_incident_is_opened_under_the_new_policy(told: Changing) -> None:
    told.write(SLOWER)
    told.look()

    assert "First response due Fri 27 Nov 10:00" in told.opening_answer()


def test_a_change_that_moves_no_deadline_says_so(told: Changing) -> None:
    told.write(('at: "09:15"', 'at: "09:30"'))
    told.look()

    assert told.leads() == [
        "policies.yaml was changed and counts since 10:00 PST. No open deadline moved."
    ]


def test_kept_and_missed_deadlines_are_never_rewritten(told: Changing) -> None:
    told.command("dee", "/sev2 globex: push fails")
    told.take("ana")
    told.advance(days=1, hours=1)
    before = missed(told)

    told.write(SLOWER)
    told.look()

    assert before != []
    assert missed(told) == before
    assert "No open deadline moved." in told.leads()[-1]


def test_a_deadline_made_late_by_the_policy_is_reminded_at_once(
    told: Changing,
) -> None:
    told.command("dee", "/sev2 globex: push fails owner=@dee")
    told.advance(hours=3)
    heard = len(told.phone("dee"))

    told.write(("    standard: 8 business hours\n", "    standard: 2 business hours\n"))
    told.look()

    (reminder,) = told.phone("dee")[heard:]
    assert "first response ⏰ late since 12:00 (1 h of business time)" in reminder
    assert "A change of severity, plan, customer or policy moved it here." in reminder


def test_a_broken_file_is_refused_and_reported_with_its_line(
    told: Changing,
) -> None:
    told.write(BROKEN)
    told.look()

    (notice,) = told.leads()
    assert notice.startswith(
        'policies.yaml was not loaded: line 72, first_response.sev2.standard: "soon" '
    )
    assert notice.endswith("The version of 10:00 PST stays in force.")
    assert "First response due tomorrow 10:00" in told.opening_answer()


def test_the_same_broken_file_is_reported_once(told: Changing) -> None:
    told.write(BROKEN)
    told.look(times=10)
    told.restart()

    assert len(told.leads()) == 1


def test_a_file_that_is_still_being_written_is_waited_for(told: Changing) -> None:
    told.file.write_text(default_text()[:3000], encoding="utf-8")
    told.look(times=1)
    told.write(SLOWER)
    told.look()

    assert len(told.leads()) == 1
    assert "was changed and counts since" in told.leads()[0]


def test_a_corrected_file_is_loaded(told: Changing) -> None:
    told.write(BROKEN)
    told.look()
    told.write(SLOWER)
    told.look()

    assert "was changed and counts since" in told.leads()[-1]


def test_health_notes_a_broken_file_until_it_is_corrected(
    told: Changing,
) -> None:
    told.write(BROKEN)
    told.look()
    broken = told.in_force.note()
    told.restart()
    restarted = told.in_force.note()
    told.write(SLOWER)
    told.look()

    assert broken == "policies.yaml is broken: the policy before it counts"
    assert restarted == broken
    assert told.in_force.note() is None


def test_a_file_that_cannot_be_opened_is_noted_and_nobody_is_told(
    told: Changing,
) -> None:
    told.write(SLOWER)
    away = told.file.rename(told.folder / "away.yaml")
    told.file.symlink_to(told.file)  # Not even root can open it.
    told.look()
    shut = told.in_force.note()
    told.restart()
    told.look()
    restarted, quiet = told.in_force.note(), told.leads()
    told.file.unlink()
    away.rename(told.file)
    told.look()

    assert shut == "policies.yaml cannot be opened: the policy before it counts"
    assert restarted == shut
    assert quiet == []
    assert told.in_force.note() is None
    assert "was changed and counts since" in told.leads()[-1]


def test_a_touched_file_is_no_change(told: Changing) -> None:
    told.write()
    told.look()

    assert told.leads() == []


def test_a_fifo_in_place_of_the_file_is_refused_at_once(told: Changing) -> None:
    told.file.unlink()
    os.mkfifo(told.file)

    told.look()

    (notice,) = told.leads()
    assert "cannot be read: it is no regular file" in notice


def test_a_file_that_does_not_come_is_noted_while_the_old_policy_counts() -> None:
    seconds = 0.0
    in_force = InForce(shipped_policy(), lambda: seconds)

    with in_force.reading("policies.yaml"):
        at_first = in_force.note()
        seconds = 31.0
        later = in_force.note()

    assert at_first is None
    assert later == (
        "policies.yaml could not be read within 30 s: the policy before it counts"
    )
    assert in_force.note() is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "policies.yaml is empty; sevbot policy init writes a whole one"),
        (b"plans: \xff", "line 1: this is not UTF-8; save the file in that encoding"),
        (b"plans: [\n", "line "),
        (b"#" * 5_000_001, "cannot be read: it has more than 5 MB"),
        (None, "does not exist"),
    ],
    ids=["empty", "not utf-8", "half written", "too large", "gone"],
)
def test_an_unusable_file_leaves_the_old_policy_in_force(
    told: Changing, content: bytes | None, why: str
) -> None:
    if content is None:
        told.file.unlink()
    else:
        told.file.write_bytes(content)
    told.look()

    (notice,) = told.leads()
    assert "policies.yaml was not loaded" in notice
    assert why in notice
    assert told.command("dee", "/sev2 globex: push fails").ok


def test_a_file_replaced_by_a_folder_is_reported_as_such(told: Changing) -> None:
    told.file.unlink()
    told.file.mkdir()
    told.look()

    assert "is a folder; name a file" in told.leads()[0]


def test_a_severity_in_use_cannot_be_removed_and_then_its_command_says_so(
    told: Changing,
) -> None:
    told.command("dee", "/sev4 umbrella: how do I print?")
    told.file.write_text(without_sev4(), encoding="utf-8")
    told.look()
    (refused,) = told.leads()

    told.fill_in("dee", "Resolve", note="Told them", confirmed=["yes"])
    told.file.write_text(f"{without_sev4()}\n", encoding="utf-8")
    told.look()
    answer = told.read(told.command("dee", "/sev4 umbrella: how do I scan?").private)

    assert "severities: sev4 is gone, but INC-1 is open under it" in refused
    assert "The policy has no Sev4. There is `/sev1`, `/sev2` and `/sev3`." in answer
    assert "umbrella: how do I scan?" in answer
    assert "has no Sev4 any more" in told.asked_now("dee", "Reopen", told.card())


def test_a_plan_in_use_cannot_be_removed(told: Changing) -> None:
    told.command("dee", "/sev2 umbrella: push fails")
    without = default_text().replace("standard", "silver").replace("Standard", "Silver")

    told.file.write_text(without, encoding="utf-8")
    told.look()

    assert told.leads() == [
        (
            "policies.yaml was not loaded: plans: standard is gone, but INC-1 is "
            "open under it; put it back, or give them another plan first. The "
            "version of 10:00 PST stays in force."
        ),
    ]


def test_once_nothing_is_open_under_it_a_plan_may_go(told: Changing) -> None:
    told.command("dee", "/sev2 umbrella: push fails")
    told.fill_in("dee", "Resolve", note="fixed", confirmed=["yes"])
    without = default_text().replace("standard", "silver").replace("Standard", "Silver")

    told.file.write_text(without, encoding="utf-8")
    told.look()

    assert "was changed and counts since" in told.leads()[-1]


@pytest.mark.parametrize("button", [None, "Change"])
def test_a_form_with_a_plan_that_is_gone_keeps_what_was_entered(
    told: Changing, button: str | None
) -> None:
    told.command("dee", "/sev2 acme: push fails")
    entries = {"title": "apps fail"}
    if button is None:
        told.slack.as_("dee").command("/sev2")
    else:
        told.more("dee", button)
        entries = {"reason": "they moved"}
    without = default_text().replace("standard", "silver").replace("Standard", "Silver")
    told.file.write_text(without, encoding="utf-8")
    told.look()

    refused = told.submit("dee", plan="standard", **entries)
    told.submit("dee", plan="self_service")

    said = "The policy does not have this plan any more. Choose another."
    assert refused.errors == {"plan": said}
    assert "Free Trial / Self-Service" in told.read(told.card(2 - bool(button)))


def test_an_incident_whose_plan_is_gone_cannot_be_reopened_and_says_why(
    told: Changing,
) -> None:
    told.command("dee", "/sev2 umbrella: push fails")
    told.fill_in("dee", "Resolve", note="fixed", confirmed=["yes"])
    without = default_text().replace("standard", "silver").replace("Standard", "Silver")
    told.file.write_text(without, encoding="utf-8")
    told.look()

    said = told.asked("dee", "Reopen", told.card())

    assert "The policy has no plan “standard” any more" in said


def test_starting_with_a_broken_file_keeps_the_last_good_policy(
    told: Changing,
) -> None:
    told.write(SLOWER)
    told.look()
    told.write(BROKEN)

    told.restart()

    assert "policies.yaml was not loaded: line 72" in told.leads()[-1]
    assert "First response due Fri 27 Nov 10:00" in told.opening_answer()


def test_starting_with_a_changed_file_recomputes_open_deadlines(
    told: Changing,
) -> None:
    told.command("dee", "/sev2 globex: push fails")
    told.write(SLOWER)

    told.restart()

    assert (
        "INC-1 first response was due tomorrow 10:00 PST, now due Fri 27 Nov 10:00 PST"
        in told.leads()[-1]
    )


def test_a_plan_in_use_cannot_be_removed_at_a_start(told: Changing) -> None:
    told.command("dee", "/sev2 umbrella: push fails")
    without = default_text().replace("standard", "silver").replace("Standard", "Silver")
    told.file.write_text(without, encoding="utf-8")

    told.restart()

    assert "standard is gone, but INC-1 is open under it" in told.leads()[-1]
    assert told.take("ana").ok


def test_starting_with_the_same_file_announces_nothing(told: Changing) -> None:
    told.restart()

    assert told.leads() == []


def test_a_first_start_with_a_broken_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "policies.yaml"
    file.write_text("plans: soon\n", encoding="utf-8")

    with pytest.raises(PolicyError):
        at_start(file, f"sqlite:///{tmp_path}/sevbot.db", public_holidays, TODAY)


def test_a_policy_that_comes_back_is_the_last_good_one(told: Changing) -> None:
    told.write(SLOWER)
    told.look()
    told.system_clock.advance(minutes=1)
    told.clock.travel(told.ago(minutes=-1))
    told.write()
    told.look()
    told.write(BROKEN)

    told.restart()

    assert "First response due tomorrow 10:01" in told.opening_answer()


@pytest.mark.parametrize(
    ("key", "file"),
    [
        ("customers_file: c.csv", "c.csv"),
        ("customers_file : 'c.csv'  # ours", "c.csv"),
        ('"customers_file": "c#1.csv"', "c#1.csv"),
        ("? customers_file\n:\n  c.csv", "c.csv"),
        ("customers_file: >-\n  c.csv", "c.csv"),
        (r'"customers\x5ffile": "our\x20customers.csv"', "our customers.csv"),
    ],
)
def test_a_changed_customers_file_is_loaded(
    told: Changing, key: str, file: str
) -> None:
    (told.folder / file).write_text("name,plan\nWayne,standard\n")
    told.file.write_text(default_text() + f"\n{key}\n")
    told.look()
    (told.folder / file).write_text("name,plan\nWayne,premium\n")
    told.look()

    answer = told.command("dee", "/sev2 wayne: push fails")

    assert "· Wayne (Premium Support)" in told.read(answer.private, "dee")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "c.csv line 1, name is wrong: sevbot check says why"),
        (b"name,plan\nWayne,pre", "c.csv line 2, plan is wrong: sevbot check says why"),
        (b"name,plan\nW\xe4yne,premium\n", "c.csv line 2: this is not UTF-8"),
        (None, "c.csv does not exist"),
        ("folder", "c.csv is a folder; name a file"),
    ],
    ids=["empty", "half written", "not utf-8", "gone", "a folder"],
)
def test_an_unusable_customers_file_leaves_the_old_one_in_force(
    told: Changing, content: bytes | str | None, why: str
) -> None:
    file = told.folder / "c.csv"
    file.write_text("name,plan\nWayne,standard\n")
    told.file.write_text(default_text() + "\ncustomers_file: c.csv\n")
    told.look()
    file.unlink()
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        file.mkdir()
    told.look(times=4)

    answer = told.command("dee", "/sev2 wayne: push fails")

    assert len(told.leads()) == 2
    assert "policies.yaml was not loaded" in told.leads()[-1]
    assert why in told.leads()[-1]
    assert "· Wayne (Standard Support)" in told.read(answer.private, "dee")


def test_a_customers_file_that_comes_back_as_it_was_is_in_force(
    told: Changing,
) -> None:
    file = told.folder / "c.csv"
    file.write_text("name,plan\nWayne,standard\n")
    told.file.write_text(default_text() + "\ncustomers_file: c.csv\n")
    told.look()
    file.rename(told.folder / "away.csv")
    told.look()
    missing = told.in_force.note()
    (told.folder / "away.csv").rename(file)
    told.look()

    assert missing is not None
    assert told.in_force.note() is None


def missed(told: Story) -> list[tuple[object, ...]]:
    """Return the missed deadlines in the record."""
    query = """
        SELECT due_at, late_at, missed_at, policy
        FROM deadlines
        WHERE missed_at IS NOT NULL
    """
    return by_hand(told, query)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name,plan\nSECRET,SECRET\n", "customers.csv line 2, plan"),
        ("name,SECRET,SECRET\n", "customers.csv line 1"),
        ('name\n"SECRET\n', "customers.csv line 2"),
    ],
    ids=["a plan", "columns", "no csv"],
)
def test_nothing_of_a_customers_file_is_quoted_outside_the_terminal(
    told: Changing, caplog: pytest.LogCaptureFixture, text: str, where: str
) -> None:
    (told.file.parent / "customers.csv").write_text(text)
    told.write(("plans:\n", "customers_file: customers.csv\nplans:\n"))

    told.look()

    (notice,) = told.leads()
    assert f"{where} is wrong" in notice
    assert "sevbot check" in notice
    said = [notice, told.in_force.note(), *(f"{vars(one)}" for one in caplog.records)]
    assert "SECRET" not in f"{said}"


def beside(told: Changing, *pairs: tuple[str, str]) -> tuple[InForce, PolicyWatch]:
    """Start the watch of another bot that shares the record, on a file of its own."""
    folder = told.folder / "other"
    folder.mkdir()
    text = default_text()
    for old, new in pairs:
        text = text.replace(old, new)
    (folder / "policies.yaml").write_text(text, encoding="utf-8")
    source, policy, problems = at_start(
        folder / "policies.yaml", told.database_url, public_holidays, TODAY
    )
    in_force = InForce(policy)
    watch = PolicyWatch(source, in_force, replace(told.bot.context, policy=in_force))
    watch.begin(problems)
    return in_force, watch


def pass_minutes(told: Changing, *watches: PolicyWatch, minutes: int = 5) -> None:
    for _ in range(minutes):
        for seconds in (5, 55):
            told.system_clock.advance(seconds=seconds)
            for watch in (told.watch, *watches):
                watch.look()
    told.settle()


def differing(told: Changing) -> list[str]:
    said = [told.slack.notice(one, "lea") for one in told.slack.channel("leads")]
    return [one for one in said if "different policies" in one]


def test_bots_with_different_policies_tell_the_leads_once_and_the_health(
    told: Changing,
) -> None:
    other, watch = beside(told, SLOWER)

    pass_minutes(told, watch)
    pass_minutes(told, watch)

    (said,) = differing(told)
    here, there = told.in_force().version, other().version
    assert here in said
    assert there in said
    assert told.in_force.note() == (
        "another sevbot goes by another policy, so promised times differ: version "
        f"{there} there, {here} here"
    )
    assert f"{here} there, {there} here" in f"{other.note()}"
    assert told.bot.health().is_well


def test_a_bot_that_was_given_the_same_policy_is_noted_no_more(
    told: Changing,
) -> None:
    other, watch = beside(told, SLOWER)
    pass_minutes(told, watch)

    told.write(SLOWER)
    pass_minutes(told, watch)

    assert told.in_force().version == other().version
    assert (told.in_force.note(), other.note()) == (None, None)


@pytest.mark.parametrize("pairs", [(), (SLOWER,)], ids=["the same", "one after other"])
def test_bots_that_get_the_same_file_within_a_minute_differ_in_nothing(
    told: Changing, pairs: tuple[tuple[str, str], ...]
) -> None:
    other, watch = beside(told)
    pass_minutes(told, watch)
    (told.folder / "other" / "policies.yaml").write_text(told.file.read_text())

    told.write(*pairs)
    told.look()
    pass_minutes(told, watch, minutes=1)
    (told.folder / "other" / "policies.yaml").write_text(told.file.read_text())
    pass_minutes(told, watch, minutes=8)

    assert told.in_force().version == other().version
    assert differing(told) == []
    assert (told.in_force.note(), other.note()) == (None, None)


def test_a_bot_that_has_stopped_differs_from_nobody(told: Changing) -> None:
    beside(told, SLOWER)

    pass_minutes(told)

    assert differing(told) == []
    assert told.in_force.note() is None
