"""Stories: the whole bot on a local Slack, with a clock that a test moves."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.story import Story, story

Tell = Callable[..., Story]


@pytest.fixture
def tell(tmp_path: Path) -> Iterator[Tell]:
    """Begin a story at a local time of the team: `tell("2026-11-24 09:30")`."""
    with ExitStack() as stack:
        yield lambda at, **more: stack.enter_context(story(tmp_path, at, **more))


@pytest.fixture
def tuesday(tell: Tell) -> Story:
    """A story that begins on a Tuesday in November, at ten in the morning."""
    return tell("2026-11-24 10:00")
