"""The settings from the environment and `.env`. Nothing else reads those."""

import os
import stat
from pathlib import Path
from typing import Annotated

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.clock import Clock, TrialClock, system_clock
from bot.errors import BotError

_ENV_FILE = ".env"

_Port = Annotated[int, Field(ge=0, le=65535)]


def _ending_in_slash(url: str) -> str:
    """Return a URL to which Slack's client can append the name of a method."""
    return url if url.endswith("/") else f"{url}/"


class Settings(BaseModel):
    """The settings, each named like its environment variable."""

    model_config = ConfigDict(alias_generator=str.upper, validate_by_name=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: Annotated[str, AfterValidator(_ending_in_slash)] = (
        "https://slack.com/api/"
    )
    # A PostgreSQL URL holds a password.
    database_url: str = Field(default="sqlite:///sevbot.db", repr=False)
    policies: Path | None = Field(default=None, validation_alias="SEVBOT_POLICIES")
    host: str = Field(default="127.0.0.1", validation_alias="SEVBOT_HOST")
    port: _Port = Field(
        default=3000, validation_alias=AliasChoices("SEVBOT_PORT", "PORT")
    )
    # PORT once more: a hosting platform that sets it expects us to listen there.
    host_port: _Port | None = Field(default=None, validation_alias="PORT")
    clock: Path | None = Field(default=None, validation_alias="SEVBOT_CLOCK")
    backups: Path | None = Field(default=None, validation_alias="SEVBOT_BACKUPS")

    @property
    def is_port_set(self) -> bool:
        """Return whether a port was set, and so is meant to be used."""
        return "port" in self.model_fields_set

    @property
    def is_out_of_reach(self) -> bool:
        """Return whether a host routes to `PORT` while we listen on 127.0.0.1 only."""
        return self.host_port is not None and "host" not in self.model_fields_set


def read_settings() -> Settings:
    """Read the settings from `.env` and the environment; the environment wins.

    An empty variable counts as unset. Raises BotError naming each invalid one.
    """
    try:
        written = {**dotenv_values(_ENV_FILE, encoding="utf-8"), **os.environ}
        return Settings.model_validate({k.upper(): v for k, v in written.items() if v})
    except ValidationError as error:
        # Without the values, which may be secrets.
        found = (f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
        raise BotError("; ".join(found)) from error
    except UnicodeDecodeError as error:
        raise BotError(".env is not UTF-8; save it in that encoding") from error


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
