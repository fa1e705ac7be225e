"""Read a file of the policy: a regular one, and only so large."""

import errno
import os
import stat
from pathlib import Path

# With these the path or the file is wrong; any other error says nothing about it.
WRONG = {errno.ENOTDIR, errno.EINVAL, errno.EFBIG}
_LARGEST = 5_000_000


def content(path: Path) -> bytes:
    """Return what a file holds. Raises OSError, with a sentence as its `strerror`."""
    # Opening a FIFO would otherwise wait until somebody writes to it.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
        mode = os.fstat(file.fileno()).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        found = file.read(_LARGEST + 1)
    if len(found) > _LARGEST:
        raise OSError(errno.EFBIG, "it has more than 5 MB")
    return found
