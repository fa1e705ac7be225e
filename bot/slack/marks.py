"""The marks of severities and states, each always beside its word.

Their shapes differ, so they are told apart without colour.
"""

from collections.abc import Mapping
from typing import Final

from bot.policy.policies import Policy
from bot.policy.severities import Severity

SEVERITY_MARKS: Final[Mapping[Severity, str]] = {
    Severity.SEV1: "🔺",
    Severity.SEV2: "🔶",
    Severity.SEV3: "🔵",
    Severity.SEV4: "⬜",
}
LATE: Final = "⏰"
RESOLVED: Final = "✅"


def marked(severity: Severity, policy: Policy) -> str:
    """Return a severity as people see it: its mark and its word.

    The word is the name on the published page, if the policy has one.
    """
    return f"{SEVERITY_MARKS[severity]} {policy.severity_name(severity)}"
