"""A local Slack in another process, driven as if it were here.

with slack_process() as slack:
    slack.add_person("ana")
    slack.faults.by_chance("chat.postMessage", {Fault.FAIL_AFTER: 0.1}, seed=7)
    ...  # start the app with slack.api_url, slack.bot_token, slack.app_token
    slack.wait_for_socket()
    slack.as_("ana").command("/sev2", "acme: push fails")

Nothing is decided here: each call goes to `control` in that process.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from bot.emulator.control import RAISED, VOCABULARY
from bot.emulator.driver import LocalSlack
from bot.emulator.values import from_json, to_json

T = TypeVar("T")

_ENDS_WITHIN_S = 10
_ANSWERS_WITHIN_S = 120
_LOOK_EVERY_S = 0.02


class _Twin:
    """A proxy for one object of the driver, with the names that it offers."""

    def __init__(self, control: str, on: str) -> None:
        # Not through our own `__setattr__`, which sets attributes of the remote object.
        vars(self).update(_control=control, _on=on)

    def __getattr__(self, name: str) -> Any:
        words = VOCABULARY[self._on.partition(":")[0]]
        if name in words.called:
            return partial(self._ask, "call", name)
        if name in words.read:
            return self._ask("get", name)
        raise AttributeError(f"another process is not told {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask("set", name, value)

    def _ask(self, do: str, name: str, /, *given: Any, **named: Any) -> Any:
        asked = {
            "on": self._on,
            "do": do,
            "name": name,
            "given": to_json(list(given)),
            "named": {key: to_json(value) for key, value in named.items()},
        }
        answer = _posted(self._control, asked)
        if "raised" in answer:
            raise RAISED[answer["raised"]](answer["said"])
        return from_json(answer["returned"])


class _SlackTwin(_Twin):
    """The proxy for LocalSlack itself."""

    def as_(self, name: str) -> Any:
        return _Twin(self._control, f"person:{name}")

    @property
    def faults(self) -> Any:
        return _Twin(self._control, "faults")

    @property
    def tiers(self) -> Any:
        return _Twin(self._control, "tiers")

    def wait_until(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        until = time.monotonic() + timeout
        while not (found := condition()):
            if time.monotonic() > until:
                raise AssertionError(f"it did not happen within {timeout} s")
            time.sleep(_LOOK_EVERY_S)
        return found


def connected(control: str) -> LocalSlack:
    """Return a proxy of the LocalSlack whose control has this address.

    It offers the names in `control.VOCABULARY`, and `as_`, `faults`, `tiers` and
    `wait_until`. What cannot leave its process (`workspace`, `on_change`, `sight`)
    raises AttributeError. Records are values, as of the time of the call.
    """
    return cast("LocalSlack", _SlackTwin(control, "slack"))


@contextmanager
def slack_process(*options: str) -> Iterator[LocalSlack]:
    """Run a local Slack in its own process, and always end it.

    `options` are those of `python -m bot.emulator`.
    """
    command = [sys.executable, "-m", "bot.emulator", "--until-eof", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603
        command, stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the local Slack did not start")
        try:
            yield connected(json.loads(line)["control"])
        finally:
            process.stdin.close()
            try:
                process.wait(_ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _posted(control: str, asked: dict[str, Any]) -> dict[str, Any]:
    connection = HTTPConnection(urlsplit(control).netloc, timeout=_ANSWERS_WITHIN_S)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/", json.dumps(asked), headers)
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return answer
