"""Watch policies.yaml and the customers' file beside it for changes."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.errors import PolicyError, UnopenedError
from bot.policy.parsing import policy_file
from bot.policy.parsing.fields import HolidaySource
from bot.policy.parsing.policy_file import DEFAULT_NAME
from bot.policy.policies import Policy


class PolicySource:
    """Where the policy comes from: the file at `path`, or `policies.yaml` here.

    Without a file the bot's default policy applies, unless there was a file before
    (`was_file`). `last_read` is the hash of the content that was read last.
    """

    def __init__(
        self, path: Path | None, holidays: HolidaySource, *, was_file: bool = False
    ) -> None:
        self.path = path or Path(DEFAULT_NAME)
        self.holidays = holidays
        self._was_file = path is not None or was_file
        self._main, self._beside = b"", list[str]()
        self.last_read = ""

    def read(self, today: date) -> Policy:
        """Read the policy. Raises PolicyError with everything that is wrong."""
        self.last_read = self.content()
        if self._was_file or self.path.exists():
            self._was_file = True
            return policy_file.load(self.path, holidays=self.holidays, today=today)
        return policy_file.load_or_default(None, holidays=self.holidays, today=today)

    def content(self) -> str:
        """Return a hash of what the files contain now.

        The modification time is not enough: copying a file over it may keep an old one.
        Raises UnopenedError if one cannot be opened just now.
        """
        main = _bytes(self.path)
        # Reading YAML takes a while, and the bot looks every few seconds.
        if main != self._main:
            text = main.decode("utf-8-sig", "replace")
            self._main, self._beside = main, policy_file.files_beside(text)
        parts = (main, *(_bytes(self.path.parent / name) for name in self._beside))
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def read_stored(
    texts: Mapping[str, str], holidays: HolidaySource, today: date
) -> Policy:
    """Read a policy from the stored texts of an accepted one.

    Raises PolicyError if this version of the bot no longer accepts it.
    """
    name, text = next(iter(texts.items()))

    def beside(file: str) -> str:
        if file not in texts:
            raise PolicyError((f"{file} was not stored",))
        return texts[file]

    return policy_file.read(
        text,
        name=name,
        holidays=holidays,
        today=today,
        read_file=beside,
        is_stored=True,
    )


def _bytes(path: Path) -> bytes:
    try:
        return policy_file.read_bytes(path)
    except UnopenedError:
        raise
    except PolicyError as error:
        return str(error).encode()
