"""The settings from the environment and `.env`. Nothing else reads those."""

import os
import re
import stat
import unicodedata
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.clock import Clock, TrialClock, system_clock
from bot.errors import BotError

_ENV_FILE = ".env"
_QUOTES = "\"'`´‘’‚“”„«»"  # noqa: RUF001  # Those that look alike are meant.

_Port = Annotated[int, Field(ge=0, le=65535)]


@dataclass(frozen=True, slots=True)
class Secret:
    """What a secret is called, what it looks like, and where it is copied."""

    called: str
    begins: str
    looks_like: re.Pattern[str]
    copy: str


@dataclass(frozen=True, slots=True)
class Ring:
    """What makes a noise outside of Slack; without `url` it is PagerDuty's own."""

    key: SecretStr
    url: SecretStr | None = None

    @property
    def is_webhook(self) -> bool:
        return self.key.get_secret_value().startswith(_WEBHOOK)

    @property
    def address(self) -> str:
        """Its address; empty for PagerDuty's own."""
        return text_of(self.url)


_WEBHOOK = "whsec_"
_RING = re.compile(r"SEVBOT_RING_([A-Z][A-Z0-9_]*)_(KEY|URL)")
_ICAL = re.compile(r"SEVBOT_ICAL_([A-Z][A-Z0-9_]*)_URL")
# Base64 comes in fours, the last of them filled up.
_RING_KEY = re.compile(
    r"[0-9A-Za-z]{32}"
    r"|whsec_([0-9A-Za-z+/]{4}){5,}([0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?"
)
_A_RING_KEY = "must be an integration key of PagerDuty, or whsec_ and a key in base64"

SECRETS = {
    "SLACK_BOT_TOKEN": Secret(
        "a bot token (xoxb-…)",
        "xoxb-",
        re.compile(r"xoxb-[0-9A-Za-z-]+"),
        "Copy the Bot User OAuth Token (xoxb-…) from the app's page, OAuth & "
        "Permissions; reinstall the app there if it was revoked.",
    ),
    "SLACK_APP_TOKEN": Secret(
        "an app-level token (xapp-…)",
        "xapp-",
        re.compile(r"xapp-[0-9A-Za-z-]+"),
        "On the app's page, Basic Information, App-Level Tokens, make one with the "
        "scope connections:write and copy it (xapp-…).",
    ),
    "SLACK_SIGNING_SECRET": Secret(
        "a signing secret",
        "",
        re.compile(r"[0-9A-Za-z]{32,}"),
        "Copy the Signing Secret from the app's page, Basic Information.",
    ),
}
OUT_OF_REACH = (
    "PORT is set, so this host wants to reach sevbot there, but sevbot listens on "
    "127.0.0.1 only.",
    "Set SEVBOT_HOST=0.0.0.0 if the host's router comes from outside.",
)
SOCKET_MODE = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
SIGNED_HTTP = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
# What else people copy: https://docs.slack.dev/authentication/tokens
_OTHER_TOKENS = {
    "xoxp-": "a user token (xoxp-…)",
    "xoxe": "a token that expires, as with token rotation (xoxe…)",
}

DATABASE_SHAPE = (
    "must look like sqlite:///sevbot.db or postgresql://user:password@host/name"
)
_A_PORT = "must be a number from 0 to 65535"
_A_PATH = "must be the path of a file"
_SHAPES = {
    "SLACK_API_URL": "must be an http or https address, as https://slack.com/api/",
    "DATABASE_URL": DATABASE_SHAPE,
    "SEVBOT_POLICIES": _A_PATH,
    "SEVBOT_HOST": "must be an address to listen on, as 127.0.0.1, 0.0.0.0 or ::1",
    "SEVBOT_PORT": _A_PORT,
    "PORT": _A_PORT,
    "SEVBOT_CLOCK": _A_PATH,
    "SEVBOT_BACKUPS": "must be the path of a folder",
    "SEVBOT_HEARTBEAT_URL": "must be an http or https address",
    "SEVBOT_RING_<NAME>_KEY": _A_RING_KEY,
    "SEVBOT_ICAL_<NAME>_URL": "must be an http or https address",
    "SEVBOT_PRIVATE_ADDRESSES": (
        "must be addresses or networks, as 10.1.2.3,10.2.0.0/16"
    ),
}
_HOST_NAME = re.compile(r"([0-9A-Za-z_-]{1,63}\.)*[0-9A-Za-z_-]{1,63}", re.ASCII)


def wrong_secret(name: str, value: str) -> str | None:
    """Return why this cannot be that secret, quoting none of it; `None` if it can."""
    wanted = SECRETS[name]
    if not value:
        begins = f" ({wanted.begins}…)" if wanted.begins else ""
        return f"Set {name}{begins} in the environment or in .env."
    if wanted.looks_like.fullmatch(value):
        return None
    if re.search(r"\s", value):
        return f"{name} contains a space or a line break; copy it again."
    if found := _mangled(value):
        return f"{name} {found}."
    others = {one.begins: one.called for one in SECRETS.values() if one.begins}
    for begins, called in (others | _OTHER_TOKENS).items():
        if value.startswith(begins) and begins != wanted.begins:
            return f"{name} holds {called}, and wants {wanted.called}."
    return f"{name} does not look like {wanted.called}; copy it again."


def text_of(secret: SecretStr | None) -> str:
    """Return a secret itself; an empty text if it is not set."""
    return secret.get_secret_value() if secret else ""


def refused(name: str, code: str) -> str:
    """Return what to do about a secret that Slack refuses with an error code."""
    return f"Slack does not accept {name} ({code}). {SECRETS[name].copy}"


def _mangled(value: str) -> str | None:
    """Return what happened to a value on its way here, if that can be seen."""
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return "stands in quotes; write it without them"
    for character in value:
        # Control characters, and those that only change how others look.
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            code = f"U+{ord(character):04X}"
            return f"contains a character that cannot be seen ({code}); remove it"
    return None


def _api_url(url: str) -> str:
    """Return a URL to which Slack's client can append the name of a method."""
    parts = urlsplit(url)
    is_whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    if not is_whole or parts.query or parts.fragment or re.search(r"\s", url):
        raise ValueError
    return url if url.endswith("/") else f"{url}/"


def _web_address(secret: SecretStr) -> SecretStr:
    """Return an address that can be called. It may have a secret in its path."""
    if not _is_web_address(secret):
        raise ValueError
    return secret


def _is_web_address(secret: SecretStr) -> bool:
    url = secret.get_secret_value()
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        return False
    return is_whole and bool(parts.hostname) and not re.search(r"\s", url)


def _networks(written: object) -> object:
    if not isinstance(written, str):
        return written
    return tuple(ip_network(one.strip()) for one in written.split(","))


def _host(host: str) -> str:
    """Return an address or a name that a socket can be bound to."""
    if not _HOST_NAME.fullmatch(host):
        IPv6Address(host)
    return host


class Settings(BaseModel):
    """The settings, each named like its environment variable."""

    model_config = ConfigDict(
        alias_generator=str.upper, validate_by_name=True, hide_input_in_errors=True
    )

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: Annotated[str, AfterValidator(_api_url)] = "https://slack.com/api/"
    # A PostgreSQL URL holds a password.
    database_url: str = Field(
        default="sqlite:///sevbot.db",
        pattern="^(sqlite:///.|postgres(ql)?://)",
        repr=False,
    )
    policies: Path | None = Field(default=None, validation_alias="SEVBOT_POLICIES")
    host: Annotated[str, AfterValidator(_host)] = Field(
        default="127.0.0.1", validation_alias="SEVBOT_HOST"
    )
    port: _Port = Field(
        default=3000, validation_alias=AliasChoices("SEVBOT_PORT", "PORT")
    )
    # PORT once more: a hosting platform that sets it expects us to listen there.
    host_port: _Port | None = Field(default=None, validation_alias="PORT")
    clock: Path | None = Field(default=None, validation_alias="SEVBOT_CLOCK")
    backups: Path | None = Field(default=None, validation_alias="SEVBOT_BACKUPS")
    heartbeat_url: Annotated[SecretStr, AfterValidator(_web_address)] | None = Field(
        default=None, validation_alias="SEVBOT_HEARTBEAT_URL"
    )
    rings: Mapping[str, Ring] = Field(
        default_factory=dict, validation_alias="SEVBOT_RING_<NAME>_KEY"
    )
    icals: Mapping[str, SecretStr] = Field(
        default_factory=dict, validation_alias="SEVBOT_ICAL_<NAME>_URL"
    )
    private_addresses: Annotated[
        tuple[IPv4Network | IPv6Network, ...], BeforeValidator(_networks)
    ] = Field(default=(), validation_alias="SEVBOT_PRIVATE_ADDRESSES")

    @property
    def is_port_set(self) -> bool:
        """Return whether a port was set, and so is meant to be used."""
        return "port" in self.model_fields_set

    @property
    def is_out_of_reach(self) -> bool:
        """Return whether a host routes to `PORT` while we listen on 127.0.0.1 only."""
        return self.host_port is not None and "host" not in self.model_fields_set


def read_settings(*secrets: str) -> Settings:
    """Read the settings from `.env` and the environment; the environment wins.

    White space around a value does not count, and an empty variable is unset. Raises
    BotError with a sentence about each variable that is wrong, and about each of
    `secrets` that is missing or cannot be that secret.
    """
    try:
        written = {**dotenv_values(_ENV_FILE, encoding="utf-8"), **os.environ}
    except UnicodeDecodeError as error:
        raise BotError(".env is not UTF-8; save it in that encoding") from error
    stripped = {name.upper(): (value or "").strip() for name, value in written.items()}
    given = {name: value for name, value in stripped.items() if value}
    wrong = {name: wrong_secret(name, given.get(name, "")) for name in secrets}
    for name in _SHAPES.keys() & given.keys():
        if found := _mangled(given[name]):
            wrong[name] = f"{name} {found}."
    rings = _rings(given, wrong)
    try:
        settings = Settings.model_validate(
            {**given, "rings": rings, "icals": _icals(given, wrong)}
        )
    except ValidationError as error:
        for one in error.errors():
            name = str(one["loc"][0])
            wrong.setdefault(name, f"{name} {_SHAPES[name]}.")
        raise BotError(_together(wrong)) from error
    if sentences := _together(wrong):
        raise BotError(sentences)
    return settings


def _rings(
    given: Mapping[str, str], wrong: MutableMapping[str, str | None]
) -> dict[str, Ring]:
    """Return what may ring by its name, and note what is wrong with the others."""
    found = [(one, name) for name in given if (one := _RING.fullmatch(name))]
    rings: dict[str, Ring] = {}
    for name in sorted({one[1] for one, _ in found}):
        key_name, url_name = (f"SEVBOT_RING_{name}_{end}" for end in ("KEY", "URL"))
        key, url = given.get(key_name, ""), given.get(url_name)
        ring = Ring(SecretStr(key), SecretStr(url) if url else None)
        if not _RING_KEY.fullmatch(key):
            wrong[key_name] = f"{key_name} {_A_RING_KEY}."
        elif ring.is_webhook and url is None:
            wrong[url_name] = f"Set {url_name} in the environment or in .env."
        elif ring.url is not None and not _is_web_address(ring.url):
            wrong[url_name] = f"{url_name} must be an http or https address."
        rings[name.lower()] = ring
    return rings


def _icals(
    given: Mapping[str, str], wrong: MutableMapping[str, str | None]
) -> dict[str, SecretStr]:
    """Return the addresses of calendars by the rotations that they plan."""
    icals: dict[str, SecretStr] = {}
    for name, url in given.items():
        if (found := _ICAL.fullmatch(name)) is None:
            continue
        icals[found[1].lower()] = SecretStr(url)
        if not _is_web_address(icals[found[1].lower()]):
            wrong[name] = f"{name} {_SHAPES['SEVBOT_ICAL_<NAME>_URL']}."
    return icals


def _together(wrong: Mapping[str, str | None]) -> str:
    """Return the sentences, ordered by the variables that they are about."""
    names = dict.fromkeys((*SECRETS, *_SHAPES, *wrong))
    return " ".join(filter(None, map(wrong.get, names)))


def clock_of(settings: Settings, system_clock: Clock = system_clock) -> Clock:
    """Return the clock of obligations: the system clock, or a trial's."""
    if settings.clock is None:
        return system_clock
    if "slack.com" in settings.slack_api_url:
        raise BotError("SEVBOT_CLOCK is for trials; it is refused with the real Slack.")
    return TrialClock(settings.clock)


def is_env_file_open() -> bool:
    """Return whether everybody on this host can read `.env`."""
    try:
        return bool(Path(_ENV_FILE).stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
