"""The record's shapes, one after another."""

from importlib.resources import files

from sqlite_utils import Database, Migrations

migrations = Migrations("sevbot")


@migrations()
def first_shape(db: Database) -> None:
    """Create every table."""
    script = files("bot.store").joinpath("schema.sql").read_text(encoding="utf-8")
    for statement in _statements(script):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """Split a script at its semicolons; `executescript` would commit by itself."""
    lines = [line for line in script.splitlines() if not line.startswith("--")]
    return [part for part in "\n".join(lines).split(";") if part.strip()]
