"""The driver's values as JSON, and back again as equal values.

What JSON can express stays as it is. Anything else becomes an object whose key `$`
names its type, as in `{"$": "Message", "channel": ..., ...}` or
`{"$": "timedelta", "seconds": 1.5}`.
"""

from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.emulator.api.endpoints import Call
from bot.emulator.faults import Condition, Fault
from bot.emulator.people.exchanges import Answer, Sent
from bot.emulator.records import Channel, Message, Person, View

_RECORDS = {
    one.__name__: one for one in (Answer, Call, Channel, Message, Person, Sent, View)
}
_WORDS: dict[str, type[StrEnum]] = {one.__name__: one for one in (Condition, Fault)}
_MANY = {"tuple": tuple, "frozenset": frozenset, "set": set}


def to_json(value: Any) -> Any:
    """Return a value as JSON can carry it. Raises TypeError for one it cannot."""
    kind = type(value).__name__
    match value:
        case StrEnum():
            return {"$": kind, "value": value.value}
        case None | bool() | int() | float() | str():
            return value
        case list():
            return [to_json(one) for one in value]
        case tuple() | frozenset() | set():
            return {"$": kind, "of": [to_json(one) for one in value]}
        case dict():
            # As pairs: a key may be a word of ours, or `$`.
            pairs = [[to_json(k), to_json(v)] for k, v in value.items()]
            return {"$": "dict", "of": pairs}
        case datetime():
            return {"$": kind, "at": value.isoformat()}
        case timedelta():
            return {"$": kind, "seconds": value.total_seconds()}
        case _ if kind in _RECORDS and is_dataclass(value):
            told = {
                one.name: to_json(getattr(value, one.name)) for one in fields(value)
            }
            return {"$": kind, **told}
        case _:
            raise TypeError(f"a {kind} cannot be told to another process")


def from_json(told: Any) -> Any:
    """Return the value that was encoded. Raises ValueError for anything else."""
    if isinstance(told, list):
        return [from_json(one) for one in told]
    if not isinstance(told, dict):
        return told
    kind = told.get("$", "")
    match kind:
        case "dict":
            return {from_json(key): from_json(value) for key, value in told["of"]}
        case "datetime":
            return datetime.fromisoformat(told["at"])
        case "timedelta":
            return timedelta(seconds=told["seconds"])
        case _ if kind in _MANY:
            return _MANY[kind](from_json(one) for one in told["of"])
        case _ if kind in _WORDS:
            return _WORDS[kind](told["value"])
        case _ if kind in _RECORDS:
            given = {name: from_json(one) for name, one in told.items() if name != "$"}
            return _RECORDS[kind](**given)
        case _:
            raise ValueError(f"unknown type {kind!r}")
