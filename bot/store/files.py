"""Write files atomically, and say in a sentence why one could not be written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.errors import BotError, StorageError
from bot.store.engines.refusals import honest

PART = ".part"


@contextmanager
def part_of(to: Path) -> Iterator[Path]:
    """Yield a private temporary file beside `to`: a rename is atomic only there."""
    part = to.with_name(f".{to.name}.{os.getpid()}{PART}")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def put(part: Path, to: Path) -> None:
    """Give a finished file its name, once its content is on the disk."""
    # Without the first fsync a crash may leave the new name on an empty file; without
    # the second, on the folder, it may lose the name. See fsync(2).
    _sync(part)
    part.replace(to)
    _sync(to.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def telling(head: str) -> Iterator[None]:
    """Turn a failure into a BotError that says what could not be done, and why."""
    try:
        with honest():
            yield
    except StorageError as error:
        raise BotError(f"{head}: {error.reason}.") from error
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise BotError(f"{head}: {reason}.") from error
