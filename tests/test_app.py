"""What runs in the background waits for nothing else."""

from dataclasses import replace
from pathlib import Path
from threading import Event, Semaphore

from bot import app
from bot.demo.trial import settings_of
from bot.inbound.health import Pulse
from bot.policy.parsing.public_holidays import public_holidays
from bot.policy.parsing.source import PolicySource
from bot.triage.policy_changes import InForce, PolicyWatch
from tests.processes import team_slack


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
