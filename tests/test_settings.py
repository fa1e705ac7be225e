"""What the environment and `.env` say, read in one place."""

from pathlib import Path
from traceback import format_exception

import pytest

from bot.errors import BotError
from bot.settings import (
    SECRETS,
    SIGNED_HTTP,
    SOCKET_MODE,
    Settings,
    read_settings,
    text_of,
)

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


HEX = "0123456789abcdef" * 2
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "SLACK_SIGNING_SECRET": HEX,
}


def problems(*secrets: str) -> str:
    """Return what is said about the settings; an empty text if nothing is wrong."""
    try:
        read_settings(*secrets)
    except BotError as error:
        return str(error)
    return ""


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


@pytest.mark.parametrize("around", ["{}\n", " {} ", "{}\r\n", "\u00a0{}"])
def test_white_space_around_a_value_does_not_count(
    monkeypatch: pytest.MonkeyPatch, around: str
) -> None:
    for name, value in {**GOOD, "DATABASE_URL": "sqlite:///x.db"}.items():
        monkeypatch.setenv(name, around.format(value))

    settings = read_settings(*SECRETS)

    secrets = settings.slack_bot_token, settings.slack_app_token
    assert [one and one.get_secret_value() for one in secrets] == ["xoxb-1", "xapp-1"]
    assert settings.slack_signing_secret is not None
    assert settings.slack_signing_secret.get_secret_value() == HEX
    assert settings.database_url == "sqlite:///x.db"


WRONG = {
    "straight quotes": ('"{}"', "stands in quotes; write it without them"),
    "curly quotes": ("“{}”", "stands in quotes; write it without them"),
    "one quote": ("{}’", "stands in quotes; write it without them"),  # noqa: RUF001
    "broken": ("{}\n1", "contains a space or a line break; copy it again"),
    "two": ("{0} {0}", "contains a space or a line break; copy it again"),
    "zero width": (
        "{}\u200b",
        "contains a character that cannot be seen (U+200B); remove it",
    ),
    "control": ("{}\x1b", "contains a character that cannot be seen (U+001B)"),
    "not text": ("{}\udcff", "contains a character that cannot be seen (U+DCFF)"),
    "ellipsis": ("{}…", "does not look like a"),
    "user token": ("xoxp-{}", "holds a user token (xoxp-…), and wants a"),
    "rotating": ("xoxe.{}", "holds a token that expires, as with token rotation"),
}


@pytest.mark.parametrize("name", ["BOT_TOKEN", "APP_TOKEN", "SIGNING_SECRET"])
@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_a_mangled_secret_is_named_and_never_printed(
    monkeypatch: pytest.MonkeyPatch, name: str, given: str, said: str
) -> None:
    name = f"SLACK_{name}"
    value = given.format(GOOD[name] + "gE7heim")
    for each, good in GOOD.items():
        monkeypatch.setenv(each, good)
    monkeypatch.setenv(name, value)

    with pytest.raises(BotError) as refused:
        read_settings(*SECRETS)

    assert str(refused.value).startswith(f"{name} {said}")
    assert "gE7heim" not in "".join(format_exception(refused.value))


KINDS = {
    "SLACK_BOT_TOKEN": "a bot token (xoxb-…)",
    "SLACK_APP_TOKEN": "an app-level token (xapp-…)",
    "SLACK_SIGNING_SECRET": "a signing secret",
}


@pytest.mark.parametrize("wanted", KINDS)
@pytest.mark.parametrize("held", KINDS)
def test_a_secret_in_the_place_of_another_is_named(
    monkeypatch: pytest.MonkeyPatch, wanted: str, held: str
) -> None:
    monkeypatch.setenv(wanted, GOOD[held])
    said = f"{wanted} holds {KINDS[held]}, and wants {KINDS[wanted]}."
    if held == "SLACK_SIGNING_SECRET":  # It has no sign of what it is.
        said = f"{wanted} does not look like {KINDS[wanted]}; copy it again."

    found = problems(wanted)

    assert found == ("" if held == wanted else said)


def test_a_verification_token_is_no_signing_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "gIkuvaNzQIHg97ATvDxqgjtO")

    assert problems("SLACK_SIGNING_SECRET").startswith(
        "SLACK_SIGNING_SECRET does not look like a signing secret"
    )


def test_only_the_secrets_that_are_asked_for_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-…")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", HEX)

    assert problems() == ""
    assert problems(*SIGNED_HTTP) == ""
    assert problems(*SOCKET_MODE).startswith("SLACK_APP_TOKEN ")


SHAPES = [
    ("SLACK_API_URL", "slack.com/api", "must be an http or https address"),
    ("SLACK_API_URL", "ftp://slack.com/api", "must be an http or https address"),
    ("SLACK_API_URL", "http://[::1/api", "must be an http or https address"),
    ("SLACK_API_URL", "https://slack.com:x/", "must be an http or https address"),
    ("SLACK_API_URL", "https://slack.com/api?a=1", "must be an http or https address"),
    ("SLACK_API_URL", "https://slack .com/api", "must be an http or https address"),
    ("DATABASE_URL", "mysql://x", "must look like sqlite:///sevbot.db or"),
    ("DATABASE_URL", "sevbot.db", "must look like sqlite:///sevbot.db or"),
    ("DATABASE_URL", "sqlite:///", "must look like sqlite:///sevbot.db or"),
    ("SEVBOT_HOST", "http://0.0.0.0", "must be an address to listen on"),
    ("SEVBOT_HOST", "0.0.0.0:3000", "must be an address to listen on"),
    ("SEVBOT_HOST", "a" * 70, "must be an address to listen on"),
    ("SEVBOT_HOST", "[::1]", "must be an address to listen on"),
    ("SEVBOT_POLICIES", "'p.yaml'", "stands in quotes"),
    ("SEVBOT_BACKUPS", "/back\nups", "contains a character that cannot be seen"),
    ("SEVBOT_CLOCK", "clock.json\u200b", "contains a character that cannot be seen"),
    ("SEVBOT_PORT", "tcp://10.0.0.1:3000", "must be a number from 0 to 65535"),
]


@pytest.mark.parametrize(("name", "value", "said"), SHAPES)
def test_a_setting_that_is_not_of_its_shape_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    assert problems().startswith(f"{name} {said}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "::1", "localhost", "bot.lan"])
def test_every_kind_of_address_may_be_listened_on(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("SEVBOT_HOST", host)

    assert read_settings().host == host


def test_everything_wrong_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "“xoxb-1”")
    monkeypatch.setenv("SEVBOT_PORT", "abc")
    monkeypatch.setenv("DATABASE_URL", "mysql://bot:hidden@db")

    assert problems(*SOCKET_MODE) == (
        "SLACK_BOT_TOKEN stands in quotes; write it without them. "
        "Set SLACK_APP_TOKEN (xapp-…) in the environment or in .env. "
        "DATABASE_URL must look like sqlite:///sevbot.db or "
        "postgresql://user:password@host/name. "
        "SEVBOT_PORT must be a number from 0 to 65535."
    )


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

    assert problems() == f"{name} must be a number from 0 to 65535."


def test_an_env_file_in_another_encoding_is_refused() -> None:
    Path(".env").write_bytes(b"SEVBOT_HOST=\xff\n")

    with pytest.raises(BotError, match="UTF-8"):
        read_settings()


def test_a_refused_setting_is_not_in_the_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://bot:hidden@db/bot")

    with pytest.raises(BotError) as refused:
        read_settings()

    assert "hidden" not in "".join(format_exception(refused.value))


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-hidden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://bot:hidden@db/bot")

    assert "hidden" not in repr(read_settings())


def test_values_may_be_handed_in_by_their_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEVBOT_PORT", "4001")

    assert Settings(port=1, policies=Path("p.yaml")).port == 1


def test_what_rings_is_read_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    webhook = "whsec_" + "Ab9+" * 8
    monkeypatch.setenv("SEVBOT_RING_NIGHT_KEY", "a" * 32)
    monkeypatch.setenv("SEVBOT_RING_HALL_2_KEY", webhook)
    monkeypatch.setenv("SEVBOT_RING_HALL_2_URL", "https://hall.example/ring")

    settings = read_settings()

    night, hall = settings.rings["night"], settings.rings["hall_2"]
    assert (night.is_webhook, night.address) == (False, "")
    assert (hall.is_webhook, hall.address) == (True, "https://hall.example/ring")
    assert webhook not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "SEVBOT_RING_NIGHT_KEY",
            "hidden",
            "SEVBOT_RING_NIGHT_KEY must be an integration key of PagerDuty, or whsec_ "
            "and a key in base64.",
        ),
        (
            "SEVBOT_RING_NIGHT_KEY",
            "whsec_" + "a" * 33,
            "SEVBOT_RING_NIGHT_KEY must be an integration key of PagerDuty, or whsec_ "
            "and a key in base64.",
        ),
        (
            "SEVBOT_RING_NIGHT_URL",
            "https://here.example/",
            "SEVBOT_RING_NIGHT_KEY must be an integration key of PagerDuty, or whsec_ "
            "and a key in base64.",
        ),
        (
            "SEVBOT_RING_NIGHT_KEY",
            "whsec_" + "a" * 32,
            "Set SEVBOT_RING_NIGHT_URL in the environment or in .env.",
        ),
    ],
    ids=["an odd key", "no base64", "no key", "no address"],
)
def test_what_cannot_ring_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    assert problems() == said


def test_where_calendars_are_is_read_by_their_rotations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEVBOT_ICAL_NIGHT_1_URL", "https://cal.example/secret")

    settings = read_settings()

    assert text_of(settings.icals["night_1"]) == "https://cal.example/secret"
    assert "cal.example" not in repr(settings)


def test_what_is_no_address_of_a_calendar_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEVBOT_ICAL_NIGHT_URL", "webcal://cal.example/")

    assert problems() == "SEVBOT_ICAL_NIGHT_URL must be an http or https address."
