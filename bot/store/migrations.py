"""The migrations of schema.sql, in the words of an engine."""

import re
from collections.abc import Mapping

from bot.store.queries import named


def migrations(words: Mapping[str, str]) -> dict[str, list[str]]:
    """Return each migration's statements, oldest first, in an engine's `words`."""
    own = re.compile(rf"\b({'|'.join(words)})\b")
    return {
        name: [own.sub(lambda word: words[word[1]], one) for one in _statements(script)]
        for name, script in named("schema.sql").items()
    }


def _statements(script: str) -> list[str]:
    """Split a script at its semicolons.

    `sqlite3.executescript` would commit first, and a migration has to be one
    transaction: https://docs.python.org/3/library/sqlite3.html
    """
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
