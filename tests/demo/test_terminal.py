"""The demo: its stories, its time, its policies, and the port of its page."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from rich.console import Console

from bot.demo import in_browser, stories, terminal, tried_policy
from bot.demo.in_browser import Opened
from bot.demo.stories import STORIES, Story
from bot.emulator.faults import Condition
from bot.emulator.page.backstage import Impossible
from bot.policy.parsing.policy_file import default_text
from tests.commands import Run, write


@pytest.fixture
def opened() -> Iterator[Opened]:
    tried = tried_policy.Policies(None)
    with in_browser.opened(tried, port=0, story=None, beat=0) as opened:
        yield opened


def told(story: Story) -> str:
    output = StringIO()
    console = Console(file=output, width=200, highlight=False)
    terminal.run(None, story, is_paced=False, console=console)
    return output.getvalue()


def test_the_friday_night_sev1_escalates_and_is_handed_over() -> None:
    text = told(stories.find("friday-night"))

    assert "Fri 18:10  Ben's phone: 🔺 Sev1 INC-1 Acme" in text
    assert "@lea accepted INC-1" in text
    assert "Came and went: INC-1 Acme (🔺 Sev1), resolved by @lea in 6 h 05." in text


def test_an_update_is_due_before_the_holiday_and_nobody_is_reminded() -> None:
    text = told(stories.find("holiday"))

    assert (
        "Wed 25 Nov 16:45  Dee's phone: INC-1 Acme (⬜ Sev4): update due 17:00" in text
    )
    assert not any(line.startswith("Thu 26 Nov") for line in text.splitlines())


def test_each_reminder_arrives_once_after_slack_was_down() -> None:
    text = told(stories.find("slack-down"))

    back = text[text.index("is well again") :]
    assert back.count("INC-1 Acme (🔶 Sev2): first response due 14:00") == 1
    assert back.count("INC-2 Acme (🔶 Sev2): first response due 17:20") == 1


def test_one_press_makes_a_message_an_incident() -> None:
    text = told(stories.find("from-a-message"))

    assert "Cem writes: nobody at Globex can log in since ten" in text
    assert (
        "Dee alone sees: This reads like 🔺 Sev1 · Globex (Standard Support)." in text
    )
    assert "INC-1 · 🔺 Sev1 · Globex (Standard Support). Reported 10:10" in text
    assert "the message in Slack" in text


def test_one_emoji_on_what_was_written_moves_the_clock() -> None:
    text = told(stories.find("from-a-message"))

    marked = text[text.index("Ana puts: the emoji on it") :]
    assert "Ana alone sees: Logged for INC-1 Globex (🔺 Sev1)" in marked
    assert "Next update due tomorrow 10:40" in marked
    assert "First response logged by @ana: a message of their own." in marked


def test_after_a_cover_was_found_the_page_rings_at_the_right_phone() -> None:
    text = told(stories.find("cover"))

    _, sunday = text.split("Sunday. Acme goes down")
    assert "Ana's phone: 🔺 Sev1 INC-2 Acme: nobody can log in." in sunday
    assert "Dee's phone: 🔺" not in text
    assert text.count("Dee's phone: You came on call (support): 1 incident") == 2


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_story_plays_to_its_end_on_the_page(opened: Opened, story: Story) -> None:
    opened.stage.do("story", {"story": story.id})

    opened.stage.do("autoplay", {})
    opened.stage.listen()

    state = opened.stage.state()["story"]
    assert state["trouble"] == ""
    assert state["over"] is True
    assert state["step"] == state["of"]


def test_every_command_of_the_app_can_be_typed_on_the_page(opened: Opened) -> None:
    offered = {one["command"] for one in opened.live.slack.workspace.commands}

    assert {"/sev1", "/triage", "/incident", "/oncall"} <= offered


def test_time_does_not_go_backwards(opened: Opened) -> None:
    with pytest.raises(Impossible, match="Time does not go backwards"):
        opened.stage.do("to", {"at": "2026-11-20T10:00:00-08:00"})


@pytest.mark.parametrize(
    ("act", "given", "reason"),
    [
        ("to", {"at": "2029-01-01T10:00:00-08:00"}, "more than a year"),
        ("to", {"at": "2026-12-01T10:00:00"}, "no time zone"),
        ("play", {"speed": 7}, "60 or 600"),
        ("story", {"story": "nope"}, "no story 'nope'"),
        ("step", {}, "No story plays"),
        ("dance", {}, "can dance"),
    ],
)
def test_an_impossible_act_is_refused_with_a_reason(
    opened: Opened, act: str, given: dict[str, object], reason: str
) -> None:
    with pytest.raises(Impossible, match=reason):
        opened.stage.do(act, given)


def test_time_stops_at_each_reminder_as_it_travels(opened: Opened) -> None:
    slack = opened.live.slack
    slack.as_("cem").command("/sev1", "acme: down", channel="support")
    began = opened.live.now

    opened.stage.do("forward", {"minutes": 15})
    assert opened.stage.course.arrive()

    ben = slack.wait_until(lambda: slack.dm("ben"))[0]
    posted = datetime.fromtimestamp(float(ben.ts), began.tzinfo)
    assert posted - began == pytest.approx(
        timedelta(minutes=10), abs=timedelta(seconds=5)
    )
    assert opened.live.now - began >= timedelta(minutes=15)


def test_a_killed_bot_sends_nothing_until_it_is_started_again(opened: Opened) -> None:
    slack = opened.live.slack
    slack.as_("cem").command("/sev1", "acme: down", channel="support")
    slack.wait_until(lambda: slack.dm("ana"))
    opened.stage.do("kill", {})

    opened.stage.do("forward", {"minutes": 60})
    opened.stage.course.arrive()
    silent = len(slack.dm("ben"))
    failed = slack.as_("cem").command("/sev2", "acme: down", channel="support")
    opened.stage.do("start", {})

    assert silent == 0
    assert failed.error == "dispatch_failed"
    (late,) = slack.wait_until(lambda: slack.dm("ben"))
    assert "I was down from" in slack.text(late, "ben")


def test_the_panel_shows_what_waits_and_why(opened: Opened) -> None:
    slack = opened.live.slack
    slack.as_("cem").command("/sev2", "acme: down", channel="support")
    slack.wait_for_messages("incidents")
    slack.condition = Condition.FAILING
    opened.stage.do("forward", {"minutes": 15})
    opened.stage.course.arrive()
    broken = opened.stage.state()

    slack.condition = Condition.WELL

    assert broken["waiting"] > 0
    assert "queued" in {one["state"] for one in broken["sent"]}
    assert any(one["about"].startswith("INC-1 Acme") for one in broken["ahead"])


def test_the_ids_of_a_policy_become_people_and_channels(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    text = (
        default_text()
        .replace("U0ANA", "U0OTHER777")
        .replace("C0INCIDENTS", "C0OTHER777")
    )
    file.write_text(text, encoding="utf-8")

    tried = tried_policy.Policies(file)
    with in_browser.opened(tried, port=0, story=None) as opened:
        slack = opened.live.slack
        slack.as_("dee").command("/sev1", "acme: down", channel="support")

        assert slack.wait_for_messages("incidents")[0].channel == "C0OTHER777"
        assert slack.wait_until(lambda: slack.dm("ana"))[0].channel == "D0OTHER777"


def test_a_broken_policy_is_shown_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    broken = default_text().replace("primary: U0ANA", "primary: ana")
    file.write_text(broken, encoding="utf-8")
    tried = tried_policy.Policies(file)
    with in_browser.opened(tried, port=0, story=None) as opened:
        (problem,) = opened.stage.state()["policy"]["problems"]

        file.write_text(default_text(), encoding="utf-8")
        opened.stage.do("reload", {})

        assert "line" in problem["said"]
        assert problem["line"] == "primary: ana"
        assert opened.stage.state()["policy"]["problems"] == []


def test_a_port_in_use_is_skipped_and_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        tried = tried_policy.Policies(None)
        with in_browser.opened(tried, port=port, story=None) as opened:
            assert opened.taken == port
            assert not opened.page.url.endswith(f":{port}/")
            with urlopen(opened.page.url) as answer:
                assert answer.status == 200


def test_a_broken_policy_ends_the_demo_on_a_terminal(run: Run) -> None:
    write("p.yaml", ("primary: U0ANA", "primary: ana"))

    ran = run("demo", "--once", "--policies", "p.yaml")

    assert ran.status == 1
    assert ran.err.startswith("p.yaml line ")


def test_an_unknown_story_is_reported_in_one_line(run: Run) -> None:
    ran = run("demo", "--once", "--story", "nope")

    assert ran.status == 1
    assert ran.err.startswith("sevbot: there is no story 'nope'; there is: two-days")
