"""The log says what happened and where, and never what somebody typed."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from slack_bolt import App
from slack_bolt.logger import get_bolt_logger

from bot.logs import Formatter, to_stderr


def parse(text: str) -> None:
    try:
        int(text)
    except ValueError as error:
        raise RuntimeError(f"cannot use {text!r}") from error


@pytest.fixture(autouse=True)
def root() -> Iterator[None]:
    """Put the root logger back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def logged(text: str) -> str:
    record = logging.makeLogRecord(
        {"name": "bot.outbox", "levelname": "ERROR", "msg": "failed", "created": 0.0}
    )
    try:
        parse(text)
    except RuntimeError:
        record.exc_info = sys.exc_info()
    return Formatter().format(record)


def test_an_event_is_one_line_with_its_facts() -> None:
    record = logging.makeLogRecord(
        {
            "name": "bot.outbox",
            "levelname": "WARNING",
            "msg": "slack did not take a message",
            "created": 0.0,
            "key": "INC-1/card",
            "error": "ratelimited",
        }
    )

    line = Formatter().format(record)

    assert line == (
        "1970-01-01T00:00:00Z WARNING bot.outbox: slack did not take a message "
        "key=INC-1/card error=ratelimited"
    )


def test_an_error_is_logged_with_its_place_and_causes() -> None:
    lines = logged("acme: checkout is down").splitlines()

    assert lines[0] == "1970-01-01T00:00:00Z ERROR bot.outbox: failed"
    assert "ValueError" in lines
    assert lines[-1] == "RuntimeError"
    assert any(Path(__file__).name in line and "in parse" in line for line in lines)


def test_the_words_of_an_error_stay_out_of_the_log() -> None:
    assert "checkout" not in logged("acme: checkout is down")


def test_the_libraries_speak_only_when_something_is_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    to_stderr()

    logging.getLogger("slack_sdk.web").debug("token xoxb-1")
    logging.getLogger("slack_bolt.app").info("body of a command")
    logging.getLogger("slack_bolt.app").warning("something is wrong")

    (line,) = capsys.readouterr().err.splitlines()
    assert "WARNING slack_bolt.app: see test_logs.py line " in line
    assert "wrong" not in line


def test_a_library_that_takes_the_roots_level_is_as_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    to_stderr()

    get_bolt_logger(App).info("a session has been established")

    assert capsys.readouterr().err == ""


def failing(at_s: float, line: int = 1, error: BaseException | None = None) -> str:
    """Return what the log holds of a warning, which may be nothing."""
    record = logging.makeLogRecord(
        {
            "name": "bot.outbox",
            "levelno": logging.WARNING,
            "pathname": "outbox.py",
            "lineno": line,
            "created": at_s,
            "exc_info": (type(error), error, None) if error else None,
        }
    )
    handler = logging.getLogger().handlers[0]
    return handler.format(record) if handler.filter(record) else ""


def test_a_fault_that_repeats_fills_no_disk() -> None:
    to_stderr()

    first = [failing(at_s) for at_s in range(60)]
    later = failing(60)

    assert len(list(filter(None, first))) == 20
    assert later.endswith("left_out=40")
    assert "left_out" not in failing(61)


def test_a_flood_of_one_kind_hides_no_other() -> None:
    to_stderr()

    flood = [failing(0) for _ in range(1_000)]

    assert not flood[-1]
    assert failing(0, line=2)
    assert failing(0, error=OSError())


@pytest.mark.parametrize("library", ["asyncio", "uvicorn.error"])
def test_what_strangers_make_a_library_say_fills_no_disk(
    capsys: pytest.CaptureFixture[str], library: str
) -> None:
    to_stderr()
    uvicorn.Config(str, log_config=None)  # No app at all.

    for _ in range(100):
        logging.getLogger(library).error("socket.accept() out of system resource")

    assert len(capsys.readouterr().err.splitlines()) <= 2 * 20  # Within two minutes.


def test_what_is_no_fault_is_never_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr()

    for _ in range(100):
        logging.getLogger("bot.triage").info("texts erased")

    assert len(capsys.readouterr().err.splitlines()) == 100


def test_a_fact_with_control_characters_stays_one_line_without_effect() -> None:
    record = logging.makeLogRecord(
        {"name": "bot.x", "msg": "failed", "error": "a\nb\x1b[2J\u202e"}
    )

    line = Formatter().format(record)

    assert line.endswith("failed error=a\\u000ab\\u001b[2J\\u202e")
