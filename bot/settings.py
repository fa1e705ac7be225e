"""What the environment and `.env` say. Nothing else reads them."""

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
    """Slack's client appends the name of a method to it."""
    return url if url.endswith("/") else f"{url}/"


class Settings(BaseModel):
    """The settings, each under the name of its variable."""

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
    # The same variable once more: a host that sets it wants to reach us there.
    host_port: _Port | None = Field(default=None, validation_alias="PORT")
    clock: Path | None = Field(default=None, validation_alias="SEVBOT_CLOCK")
    backups: Path | None = Field(default=None, validation_alias="SEVBOT_BACKUPS")

    @property
    def is_port_set(self) -> bool:
        """Tell whether somebody named a port, so that they mean to ask us there."""
        return "port" in self.model_fields_set

    @property
    def is_out_of_reach(self) -> bool:
        """Tell whether a host routes to `PORT` while we listen on this machine only."""
        return self.host_port is not None and "host" not in self.model_fields_set


def read_settings() -> Settings:
    """Read them from `.env` and the environment, which comes first.

    An empty variable is not set. Raises BotError naming each that cannot be used.
    """
    try:
        written = {**dotenv_values(_ENV_FILE, encoding="utf-8"), **os.environ}
        return Settings.model_validate({k.upper(): v for k, v in written.items() if v})
    except ValidationError as error:
        # The value is left out: it may be a secret.
        found = (f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
        raise BotError("; ".join(found)) from error
    except UnicodeDecodeError as error:
        raise BotError(".env is not UTF-8; save it in that encoding") from error


def clock_of(settings: Settings, system_clock: Clock = system_clock) -> Clock:
    """Return the clock of obligations: the machine's, or a trial's."""
    if settings.clock is None:
        return system_clock
    if "slack.com" in settings.slack_api_url:
        raise BotError("SEVBOT_CLOCK is for trials; it is refused with the real Slack.")
    return TrialClock(settings.clock)


def is_env_file_open() -> bool:
    """Tell whether others on this machine than its user and group can read `.env`."""
    try:
        return bool(Path(_ENV_FILE).stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
