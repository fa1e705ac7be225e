"""Values that are built by the ten thousand."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Kind = TypeVar("_Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(kind: type[_Kind]) -> type[_Kind]:
    """Make a class a frozen dataclass, which only the type check keeps from changing.

    A frozen dataclass calls `object.__setattr__` for each field, so building one takes
    ten times as long. Source: https://docs.python.org/3/library/dataclasses.html
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
