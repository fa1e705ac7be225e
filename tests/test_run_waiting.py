"""`sevbot run` as a process of its own while its PostgreSQL is away or stands still."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from bot.emulator.driver import LocalSlack
from bot.inbound.signed_http import PATH
from tests.postgres import Postgres, server
from tests.processes import free_port, sevbot, team_slack, until
from tests.test_run_http import health

WITHIN_S = 20
AWAY = ["the record cannot be used: the database cannot be reached"]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with team_slack() as slack:
        yield slack


@pytest.fixture
def own() -> Iterator[Postgres]:
    """A server that may be stopped and frozen."""
    with server() as started:
        yield started


@pytest.fixture
def mute() -> Iterator[str]:
    """The URL of a server that lets everybody connect and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"postgresql://sevbot@127.0.0.1:{listening.getsockname()[1]}/record"


def reasons(port: int) -> object:
    """Return why the bot is not well; an empty list if it is."""
    try:
        status, told = health(port)
    except (OSError, HTTPException):
        return None  # The health changes hands.
    return told["reasons"] or status


def posted(port: int) -> int:
    """Send what Slack might send, and return the status of the answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)) as slack:
        slack.request("POST", PATH, b"payload={}")
        return slack.getresponse().status


@pytest.mark.parametrize("mode", [(), ("--http",)], ids=["socket", "http"])
@pytest.mark.parametrize(
    ("lose", "back"),
    [(Postgres.stop, Postgres.start), (Postgres.freeze, Postgres.thaw)],
    ids=["away", "frozen"],
)
def test_a_bot_waits_for_its_database_and_its_health_says_so(
    slack: LocalSlack,
    own: Postgres,
    tmp_path: Path,
    mode: tuple[str, ...],
    lose: Callable[[Postgres], None],
    back: Callable[[Postgres], None],
) -> None:
    port, url = free_port(), own.make("template1")
    lose(own)

    with sevbot(
        slack,
        tmp_path,
        "run",
        *mode,
        DATABASE_URL=url,
        SEVBOT_PORT=str(port),
        SLACK_SIGNING_SECRET=slack.signing_secret,
    ) as process:
        waits = until(lambda: reasons(port) == AWAY)
        status, _ = health(port)
        put_off = posted(port)
        back(own)
        is_well = until(lambda: reasons(port) == 200)
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=WITHIN_S)

    assert waits
    assert (status, put_off) == (503, 503)
    assert is_well
    assert process.returncode == 0
    assert "waiting for the database" in log
    assert output.splitlines()[-1] == "sevbot stopped."


def test_a_bot_that_waits_for_its_database_can_be_stopped(
    slack: LocalSlack, mute: str, tmp_path: Path
) -> None:
    with sevbot(slack, tmp_path, "run", DATABASE_URL=mute) as process:
        assert process.stderr is not None
        next(line for line in process.stderr if "waiting for the database" in line)
        process.send_signal(signal.SIGTERM)

        assert process.wait(WITHIN_S) == 0


def test_what_no_waiting_mends_ends_the_bot_with_a_sentence(
    slack: LocalSlack, own: Postgres, tmp_path: Path
) -> None:
    own.say("CREATE ROLE locked LOGIN PASSWORD 'secret'")
    rules = own.folder / "data" / "pg_hba.conf"
    rules.write_text("local all locked scram-sha-256\nlocal all all trust\n")
    own.say("SELECT pg_reload_conf()")
    own.say("CREATE DATABASE odd ENCODING 'SQL_ASCII' TEMPLATE template0")
    where = f"?host={own.folder}"
    said = {}

    for url in (
        f"postgresql://locked:wrong@/postgres{where}",
        f"postgresql://locked@/postgres{where}",
        f"postgresql://sevbot@/nowhere{where}",
        f"postgresql://nobody@/postgres{where}",
        f"postgresql://sevbot@/odd{where}",
    ):
        with sevbot(slack, tmp_path, "run", DATABASE_URL=url) as process:
            _, log = process.communicate(timeout=WITHIN_S)
        said[log.splitlines()[-1].removeprefix("sevbot: ")] = process.returncode

    away = "the database cannot be reached: "
    assert said == {
        f'{away}password authentication failed for user "locked"': 1,
        f"{away}no password supplied": 1,
        f'{away}database "nowhere" does not exist': 1,
        f'{away}role "nobody" does not exist': 1,
        "the database is not in UTF-8; make one with ENCODING 'UTF8'": 1,
    }


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("db", "check"), "sevbot: the database cannot be reached: "),
        (("db", "erase", "--incident", "1"), "sevbot: the database cannot be reached"),
        (("db", "copy"), "sevbot: the database cannot be reached: "),
        (("doctor",), "WRONG  The record cannot be used: the database cannot be rea"),
    ],
    ids=lambda one: one[-1] if isinstance(one, tuple) else "",
)
def test_a_command_on_a_server_that_stands_still_ends_with_a_sentence(
    slack: LocalSlack, mute: str, tmp_path: Path, command: tuple[str, ...], said: str
) -> None:
    places = (mute, f"sqlite:///{tmp_path}/copy.db") if "copy" in command else ()
    began = time.monotonic()

    with sevbot(slack, tmp_path, *command, *places, DATABASE_URL=mute) as process:
        output, log = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 1
    assert any(line.startswith(said) for line in (output + log).splitlines())
    assert time.monotonic() - began < WITHIN_S
