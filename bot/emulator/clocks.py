"""The clock of the local Slack: the system clock, or one that travels."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class FileClock:
    """A clock in a small file, so that Slack and the app share one time.

    The file is JSON: `at` (ISO 8601 with an offset), `since` (the Unix time at which it
    was `at`) and `speed`, where 0 stands still. Replacing the file makes time jump.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        """Return the simulated now in UTC."""
        course = json.loads(self._path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(course["at"]).astimezone(UTC)
        passed = timedelta(seconds=time.time() - course["since"])
        return at + passed * float(course["speed"])
