"""Stories: the whole bot on a local Slack, with a clock that a test moves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.forwarder import Forwarder
from tests.story import IS_POSTGRES, Story, story

Tell = Callable[..., Story]


# These are told on both engines in every run: two bots share the record in PostgreSQL.
ON_BOTH = (
    "test_covers",
    "test_hand_off",
    "test_leavers",
    "test_races",
    "test_shifts",
    "test_standing_down",
    "test_user_group",
)
TWO_ON_POSTGRES = {"is_postgres": True, "replicas": 2}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell the stories of some modules twice."""
    module = metafunc.module.__name__.rpartition(".")[2]
    if "setting" in metafunc.fixturenames and module in ON_BOTH and not IS_POSTGRES:
        ids = ["one bot", "two bots on PostgreSQL"]
        metafunc.parametrize("setting", [{}, TWO_ON_POSTGRES], ids=ids)


@pytest.fixture
def setting() -> dict[str, Any]:
    """Overrides of the environment's transport, engine and replicas."""
    return {}


@pytest.fixture
def tell(tmp_path: Path, setting: dict[str, Any]) -> Iterator[Tell]:
    """Begin a story at a local time of the team: `tell("2026-11-24 09:30")`."""
    with ExitStack() as stack:
        yield lambda at, **more: stack.enter_context(
            story(tmp_path, at, **(setting | more))
        )


@pytest.fixture
def way(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forwarder]:
    """The forwarder before a record in PostgreSQL; a test may name its statement."""
    of = getattr(request, "param", b"INSERT INTO events")
    folder = tmp_path_factory.mktemp("way")
    server = postgres.shared().folder
    with closing(Forwarder(folder, server, of=of)) as way:
        yield way


@pytest.fixture
def far(tmp_path: Path, way: Forwarder) -> Iterator[Story]:
    """A story on a Tuesday at ten whose bot is behind the forwarder."""
    told = Story(tmp_path, "2026-11-24 10:00", is_postgres=True, replicas=1)
    told.database_url = postgres.through(told.database_url, way.folder)
    told.start()
    yield told
    told.stop()


@pytest.fixture
def tuesday(tell: Tell) -> Story:
    """A story that begins on a Tuesday in November, at ten in the morning."""
    return tell("2026-11-24 10:00")
