"""What runs in the background waits for nothing else, and begins in order."""

from dataclasses import replace
from pathlib import Path
from threading import Event, Semaphore

from bot import app
from bot.demo.trial import settings_of
from bot.emulator.driver import LocalSlack
from bot.inbound.health import Pulse
from bot.policy.parsing.policy_file import default_text
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import PolicySource
from bot.store.tables import feeds
from bot.triage.policy_changes import InForce, PolicyWatch
from tests import icals
from tests.processes import team_slack

WEEKLY = icals.event("Ana", "20260105", "20260112", "RRULE:FREQ=WEEKLY")


class Hanging(PolicySource):
    """A file on a network drive that is gone, until `back` is set."""

    def __init__(self) -> None:
        super().__init__(None, public_holidays)
        self.asked, self.back = Event(), Event()

    def content(self) -> str:
        self.asked.set()
        self.back.wait()
        return ""


class Ticks(Pulse):
    """Counts the ticks, too."""

    def __init__(self) -> None:
        super().__init__(every_s=1)
        self.came = Semaphore(0)

    def beat(self) -> None:
        super().beat()
        self.came.release()


def test_the_tick_goes_on_while_the_policys_file_hangs(tmp_path: Path) -> None:
    source, ticks = Hanging(), Ticks()
    with team_slack() as slack:
        settings = settings_of(slack, database_url=f"sqlite:///{tmp_path}/sevbot.db")
        prepared = app.prepared(settings, Event())
        assert prepared is not None
        bot = replace(prepared.bot, pulse=ticks)
        watch = PolicyWatch(source, InForce(bot.context.policy()), bot.context)

        with app.running(replace(prepared, bot=bot, watch=watch)):
            is_asked = source.asked.wait(5)
            came = [ticks.came.acquire(timeout=5) for _ in range(3)]
            source.back.set()

    assert is_asked
    assert came == [True, True, True]


def begun(slack: LocalSlack, folder: Path, text: str) -> app.Prepared:
    """Return a bot on this policy, ready to run, with a calendar beside the file."""
    file = folder / "policies.yaml"
    file.write_text(text, encoding="utf-8")
    (folder / "support.ics").write_text(icals.calendar(WEEKLY), encoding="utf-8")
    url = f"sqlite:///{folder}/sevbot.db"
    prepared = app.prepared(
        settings_of(slack, database_url=url, policies=file), Event()
    )
    assert prepared is not None
    return prepared


def read_of(bot: app.Bot) -> list[str]:
    """Return the calendars of which the record has a copy."""
    with bot.database.reading() as tx:
        return [*feeds.stretches(tx)]


def test_calendars_are_read_before_anything_runs(tmp_path: Path) -> None:
    with team_slack() as slack:
        prepared = begun(slack, tmp_path, icals.planned("ical: support.ics"))

        with app.running(prepared):
            read = read_of(prepared.bot)

    assert read == ["support"]


def test_calendars_of_a_changed_file_are_read_before_it_counts(tmp_path: Path) -> None:
    with team_slack() as slack:
        prepared = begun(slack, tmp_path, default_text())
        file = tmp_path / "policies.yaml"
        file.write_text(icals.planned("ical: support.ics"), encoding="utf-8")

        prepared.watch.look()
        prepared.watch.look()
        read, policy = read_of(prepared.bot), prepared.bot.context.policy()
        prepared.bot.close()

    assert [one.name for one in policy.on_call.feeds] == read == ["support"]
