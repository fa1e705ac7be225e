"""A record read beside the bot: nothing blocks, nothing changes."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import StorageError
from bot.store.engines.sqlite import SqliteDatabase, reading
from tests.paths import ROOT

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_WRITER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from bot.store.engines.sqlite import SqliteDatabase

database = SqliteDatabase(Path(sys.argv[1]), "T1")
with database.transaction() as tx:
    tx.one("set_mark", name="tick", at=datetime(2026, 11, 24, 12, tzinfo=UTC))
with database.transaction() as tx:
    tx.one("set_mark", name="tick", at=datetime(2026, 11, 24, 13, tzinfo=UTC))
    print("half way", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sevbot.db"


def noted(path: Path) -> object:
    with reading(path, "T1") as tx:
        row = tx.one("mark", name="tick")
    return row["at"] if row else None


def test_a_reader_sees_committed_rows_while_another_writes(path: Path) -> None:
    with closing(SqliteDatabase(path, "T1")) as database:
        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON)

        with database.transaction() as tx:
            tx.one("set_mark", name="tick", at=NOON + timedelta(hours=1))
            meanwhile = noted(path)

        assert meanwhile == NOON
        assert noted(path) == NOON + timedelta(hours=1)


def test_a_reader_sees_committed_rows_after_a_writer_is_killed(
    path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        beside = noted(path)

        writer.send_signal(signal.SIGKILL)

    assert beside == NOON
    assert noted(path) == NOON


def test_a_reader_changes_nothing(path: Path) -> None:
    SqliteDatabase(path, "T1").close()

    with pytest.raises(StorageError), reading(path, "T1") as tx:
        tx.one("set_mark", name="tick", at=NOON)

    assert noted(path) is None


def test_a_reader_creates_no_record(path: Path) -> None:
    with pytest.raises(StorageError):
        noted(path)

    assert not path.exists()
