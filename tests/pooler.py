"""A real PgBouncer in transaction mode: sessions are not what they seem behind it.

Each transaction gets whichever of few connections is free, so that nothing that is set,
prepared or locked in a session can be relied upon afterwards.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

_WITHIN_S = 10
# Debian keeps it where only an administrator looks.
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
_SETTINGS = """
[databases]
* = host={server} user=sevbot

[pgbouncer]
listen_addr =
listen_port = 5432
unix_socket_dir = {folder}
logfile = {folder}/pgbouncer.log
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 500
server_idle_timeout = 5
ignore_startup_parameters = options
"""


@contextmanager
def pooler(server: Path) -> Iterator[Path]:
    """Run one before a server, and return the folder of its socket."""
    program = shutil.which("pgbouncer", path=_PATH)
    if program is None:
        pytest.skip("there is no PgBouncer here")
    folder = Path(tempfile.mkdtemp(prefix="sevbot-pooler-"))
    try:
        settings = folder / "pgbouncer.ini"
        text = _SETTINGS.format(server=server, folder=folder)
        settings.write_text(text, encoding="utf-8")
        # It refuses to run as root, as the server does.
        user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        if user is not None:
            os.chown(folder, user, -1)
        command = [program, "-q", str(settings)]
        with subprocess.Popen(command, user=user, cwd=folder) as process:
            try:
                _wait_for(process, folder)
                yield folder
            finally:
                process.kill()
    finally:
        shutil.rmtree(folder)


def _wait_for(process: subprocess.Popen[bytes], folder: Path) -> None:
    give_up_at = time.monotonic() + _WITHIN_S
    while True:
        try:
            psycopg.connect(f"postgresql://sevbot@/postgres?host={folder}").close()
        except psycopg.OperationalError:
            assert process.poll() is None, f"it ended; see {folder}"
            assert time.monotonic() < give_up_at, "PgBouncer did not start"
            time.sleep(0.02)
        else:
            return
