"""The forecast names each reminder as the tick will send it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import panel
from bot.demo.forecast import Ahead, Coming, forecast
from bot.policy.on_call import Role
from bot.triage.accounts import Rings
from tests.factories import on_call
from tests.story import Story, pacific, story


def foreseen(told: Story) -> list[Ahead]:
    with told.bot.database.transaction() as tx:
        rings = Rings(tx, told.policy()).of
        return forecast(told.policy(), panel.cases(tx, told.now), told.now, rings)


def lines(told: Story) -> list[tuple[str, str, list[str]]]:
    return [
        (f"{one.at:%d %H:%M}" if one.at else "-", one.what, list(one.to))
        for one in foreseen(told)
    ]


def test_an_owned_sev2_lists_its_deadline_and_each_reminder(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 10:00") as told:
        told.command("ana", "/sev2 acme: push fails")
        told.press("ana", "Take it", told.slack.dm("ana")[-1])

        assert lines(told) == [
            ("24 21:00", "Reminder: the first response is due soon", ["U0ANA"]),
            ("24 22:00", "First response is due", []),
            ("24 22:00", "Reminder: the first response is due now", ["U0ANA"]),
            ("24 23:00", "Reminder: the first response is late", ["U0ANA"]),
            (
                "25 00:00",
                "Last reminder: the first response is late, and the lead hears of it",
                ["U0ANA"],
            ),
        ]


def test_a_sev1_lists_its_escalation_up_to_the_first_repeat(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 02:40") as told:
        told.command("cem", "/sev1 acme: down")

        pages = [one for one in foreseen(told) if one.kind is Coming.PAGE]

    assert [list(one.to) for one in pages] == [
        ["U0ANA"],
        ["U0BEN"],
        ["U0LEA", "C0SUPPORT"],
        ["U0ANA", "U0BEN", "U0LEA", "C0SUPPORT"],
    ]
    assert (
        pages[-1].why == "Everybody in the escalation, every 15 min until somebody acts"
    )


def test_a_late_deadline_says_so_and_comes_first(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 10:00") as told:
        told.command("ana", "/sev3 globex: odd")
        told.travel(pacific("2026-11-25 10:30"))

        first = foreseen(told)[0]

    assert (first.kind, first.what) == (Coming.LATE, "First response is late")
    assert first.at == pacific("2026-11-25 10:00")


def test_a_paused_update_comes_last_and_has_no_time(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 10:00") as told:
        told.command("ana", "/sev2 acme: push fails")
        told.press("ana", "First response sent", told.card())
        waits = ["We wait for the customer now, and they know it"]
        told.submit("ana", told="Please send a log", waits=waits)

        last = foreseen(told)[-1]

    assert (last.at, last.kind) == (None, Coming.PAUSED)


@pytest.mark.parametrize("severity", ["sev1", "sev2", "sev3", "sev4"])
def test_the_next_reminder_ahead_is_the_one_the_tick_sends(
    tmp_path: Path, severity: str
) -> None:
    with story(tmp_path, "2026-11-24 10:00") as told:
        told.command("cem", f"/{severity} acme: down")
        told.press("ana", "Take it", told.card())
        ahead = foreseen(told)
        first = min(one.at for one in ahead if one.to and one.at)
        told.travel(first - timedelta(minutes=1))
        before = len(told.heard("ana"))

        told.travel(first)

        assert len(told.heard("ana")) == before + 1


def test_without_a_lead_only_the_owner_is_reminded(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 10:00") as told:
        told.command("ana", "/sev2 acme: push fails")
        told.press("ana", "Take it", told.slack.dm("ana")[-1])
        told.use_policy(on_call=on_call(Role.LEAD).on_call)

        assert lines(told)[-1][2] == ["U0ANA"]


def test_what_will_be_held_says_why(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 12:00") as told:
        told.command("ben", "/sev2 acme: push fails owner=@ben")

        held = next(one for one in foreseen(told) if one.what.endswith("is late"))

    assert held.why == (
        "Held (it is outside their working day): it comes in the morning list when "
        "their day begins"
    )


def test_an_incident_of_nobody_known_is_named_as_on_its_card(tmp_path: Path) -> None:
    with story(tmp_path, "2026-11-24 12:00") as told:
        told.command("ben", "/sev2 push fails")

        assert {one.about for one in foreseen(told)} == {
            "INC-1 customer unknown (Sev2)"
        }
