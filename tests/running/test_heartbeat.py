"""An address hears once a minute that the bot is well, and nothing while it is not."""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.errors import BotError
from bot.running.heartbeat import Heartbeat
from bot.settings import Settings, read_settings
from tests.story import Story
from tests.web_target import WebTarget, web_target

HERE = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def target() -> Iterator[WebTarget]:
    with web_target() as target:
        yield target


def test_an_address_hears_while_the_bot_is_well_and_not_else(
    tmp_path: Path, target: WebTarget
) -> None:
    told = Story(tmp_path, "2026-11-24 10:00", is_postgres=False, replicas=1)
    told.start()
    health = told.bot.health
    heartbeat = Heartbeat(target.url, HERE, lambda: health().is_well)

    heartbeat.beat()
    told.bot.claims.fails("the disk is full")
    heartbeat.beat()
    told.bot.claims.fails(None)
    heartbeat.beat()
    told.stop()

    assert [one.path for one in target.asked] == ["/secret-path"] * 2
    assert heartbeat.failure is None


@pytest.mark.parametrize("status", [302, 410, 500])
def test_a_heartbeat_that_is_refused_is_a_note_until_it_works(
    target: WebTarget, status: int
) -> None:
    target.status, target.location = status, "http://127.0.0.1:9/"
    heartbeat = Heartbeat(target.url, HERE, lambda: True)

    heartbeat.beat()
    refused = heartbeat.failure
    target.status = 200
    heartbeat.beat()

    assert refused == f"the heartbeat does not get through: http_{status}"
    assert heartbeat.failure is None


def test_a_private_address_is_called_only_if_it_is_listed(target: WebTarget) -> None:
    heartbeat = Heartbeat(target.url, (), lambda: True)

    heartbeat.beat()

    assert target.asked == []
    assert heartbeat.failure == "the heartbeat does not get through: private_address"


def test_nobody_there_is_a_note_without_the_address(target: WebTarget) -> None:
    heartbeat = Heartbeat("http://127.0.0.1:9/secret", HERE, lambda: True)

    heartbeat.beat()

    assert heartbeat.failure == "the heartbeat does not get through: not_reached"


@pytest.mark.parametrize("url", ["ftp://here/", "http://", "not an address", "x"])
def test_what_is_no_web_address_is_refused_by_the_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEVBOT_HEARTBEAT_URL", url)

    with pytest.raises(BotError) as refused:
        read_settings()

    assert str(refused.value) == (
        "SEVBOT_HEARTBEAT_URL must be an http or https address."
    )


def test_the_settings_keep_the_address_to_themselves(target: WebTarget) -> None:
    settings = Settings.model_validate(
        {
            "SEVBOT_HEARTBEAT_URL": target.url,
            "SEVBOT_PRIVATE_ADDRESSES": "127.0.0.1, 10.0.0.0/8",
        }
    )

    assert "secret-path" not in repr(settings)
    assert [str(one) for one in settings.private_addresses] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
    ]
