"""What the environment and `.env` say. Nothing else reads them."""

import stat
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import BotError

_ENV_FILE = ".env"


def _ending_in_slash(url: str) -> str:
    """Slack's client appends the name of a method to it."""
    return url if url.endswith("/") else f"{url}/"


class Settings(BaseSettings):
    """The settings, each under the name of its variable; an empty one is not set."""

    model_config = SettingsConfigDict(
        env_file=_ENV_FILE, env_ignore_empty=True, extra="ignore", validate_by_name=True
    )

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
    port: int = Field(
        default=3000,
        validation_alias=AliasChoices("SEVBOT_PORT", "PORT"),
        ge=0,
        le=65535,
    )
    # The same variable once more: a host that sets it wants to reach us there.
    host_port: int | None = Field(default=None, validation_alias="PORT")
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
    """Read them. Raises BotError naming each variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        # The value is left out: it may be a secret.
        found = (f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
        raise BotError("; ".join(found)) from error
    except UnicodeDecodeError as error:
        raise BotError(".env is not UTF-8; save it in that encoding") from error


def is_env_file_open() -> bool:
    """Tell whether others on this machine than its user and group can read `.env`."""
    try:
        return bool(Path(_ENV_FILE).stat().st_mode & stat.S_IROTH)
    except OSError:
        return False
