"""Severities, and what each means in the team's words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.policy.names import folded


class Severity(StrEnum):
    """How bad it is; `sev1` is the worst."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"

    @property
    def label(self) -> str:
        """The way people write it: Sev1."""
        return self.value.capitalize()

    @property
    def number(self) -> int:
        """1 to 4; a higher number is less bad."""
        return int(self.value[-1])


def named_severity(name: str) -> Severity | None:
    """Return the severity that everybody would call so: sev1, Sev 1, Severity 1."""
    plain = re.sub("[ -]", "", folded(name)).replace("severity", "sev")
    return next((one for one in Severity if plain == one), None)


@dataclass(frozen=True, slots=True)
class SeverityText:
    """What a severity means, in the team's words; `name` is what its page calls it."""

    means: str
    examples: tuple[str, ...] = ()
    name: str = ""
