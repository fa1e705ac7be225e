"""What the environment and `.env` say, read in one place."""

from pathlib import Path

import pytest

from bot.errors import BotError
from bot.settings import Settings, read_settings

VARIABLES = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "DATABASE_URL",
    "SEVBOT_POLICIES",
    "SEVBOT_HOST",
    "SEVBOT_PORT",
    "PORT",
    "SEVBOT_CLOCK",
    "SEVBOT_BACKUPS",
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave no variable set, and no `.env` in the working folder."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_nothing_set_means_the_documented_defaults() -> None:
    settings = read_settings()

    assert settings.slack_bot_token is None
    assert settings.slack_app_token is None
    assert settings.slack_signing_secret is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url == "sqlite:///sevbot.db"
    assert settings.policies is None
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.clock is None
    assert settings.backups is None


def test_every_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(
        VARIABLES,
        ("xoxb-1", "xapp-1", "s3cret", "http://127.0.0.1:9/api", "sqlite:///x.db",
         "p.yaml", "::1", "4000", "5000", "clock.json", "/backups"),
        strict=True,
    ):  # fmt: skip
        monkeypatch.setenv(name, value)

    settings = read_settings()

    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert settings.slack_app_token is not None
    assert settings.slack_app_token.get_secret_value() == "xapp-1"
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == "s3cret"
    assert settings.database_url == "sqlite:///x.db"
    assert settings.policies == Path("p.yaml")
    assert (settings.host, settings.port) == ("::1", 4000)
    assert settings.clock == Path("clock.json")
    assert settings.backups == Path("/backups")


def test_port_counts_when_sevbot_port_is_not_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PORT", "5000")

    assert read_settings().port == 5000


def test_the_url_of_slack_ends_in_a_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api")

    assert read_settings().slack_api_url == "http://127.0.0.1:9/api/"


def test_a_file_named_env_is_read_and_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("SEVBOT_PORT=4000\nDATABASE_URL=sqlite:///env.db\nFOO=1\n")
    monkeypatch.setenv("SEVBOT_PORT", "4001")

    settings = read_settings()

    assert settings.port == 4001
    assert settings.database_url == "sqlite:///env.db"


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")
    monkeypatch.setenv("SEVBOT_PORT", "")

    settings = read_settings()

    assert settings.slack_bot_token is None
    assert settings.port == 3000


@pytest.mark.parametrize("name", ["SEVBOT_PORT", "PORT"])
@pytest.mark.parametrize("port", ["abc", "70000", "-1"])
def test_an_invalid_port_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, port: str
) -> None:
    monkeypatch.setenv(name, port)

    with pytest.raises(BotError, match=rf"\b{name}: "):
        read_settings()


def test_an_env_file_in_another_encoding_is_refused() -> None:
    Path(".env").write_bytes(b"SEVBOT_HOST=\xff\n")

    with pytest.raises(BotError, match="UTF-8"):
        read_settings()


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:hidden@db/bot")

    assert "hidden" not in repr(read_settings())


def test_values_may_be_handed_in_by_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEVBOT_PORT", "4001")

    assert Settings(port=1, policies=Path("p.yaml")).port == 1
