"""The tables of a policy in the wording of a published support plan."""

import json
from collections.abc import Mapping

from bot.policy import wording
from bot.policy.policies import Policy
from bot.policy.severities import Severity
from bot.policy.targets import NOTHING, Target

TITLES = {
    "first_response": "First response: the longest a customer waits for an answer",
    "follow_up": "Follow-up: how often the customer hears from us until it is resolved",
}
AIMS, RESOLUTION = "aims", "resolution"
# A policy need not have these.
_OWN = {
    AIMS: "Our own aims, where the follow-up promises no time",
    RESOLUTION: "Resolution: the longest until it is resolved",
}
EVERY = (*TITLES, *_OWN)
# Those of a page for customers.
PUBLISHED = (*TITLES, RESOLUTION)


def title(key: str) -> str:
    """Return the title of a table by its key."""
    return {**TITLES, **_OWN}[key]


def titles(policy: Policy) -> Mapping[str, str]:
    """Return the titles of the tables that a policy has, by their keys."""
    return {key: title(key) for key in EVERY if key in TITLES or cells(policy, key)}


def as_markdown(policy: Policy) -> str:
    """Return the tables for a page."""
    head = ["Severity", *(plan.name for plan in policy.plans)]
    blocks = []
    for key, title in titles(policy).items():
        every = [head, ["---"] * len(head), *rows(policy, key)]
        lines = (f"| {' | '.join(map(_escaped, row))} |" for row in every)
        blocks.append("\n".join([f"## {title}", "", *lines]))
    return "\n\n".join(blocks)


def as_json(policy: Policy) -> str:
    """Return the tables by the names that policies.yaml uses."""
    tables = {
        key: {
            severity: {
                plan.id: _cell(policy, key, severity, plan.id) for plan in policy.plans
            }
            for severity in policy.severities
        }
        for key in titles(policy)
    }
    plans = {plan.id: plan.name for plan in policy.plans}
    return json.dumps({"plans": plans, **tables}, indent=2, ensure_ascii=False)


def rows(policy: Policy, key: str) -> list[list[str]]:
    """Return a table's rows: a severity, then the words of each plan."""
    plans = [plan.id for plan in policy.plans]
    return [
        [
            policy.severity_name(severity),
            *(_cell(policy, key, severity, plan) for plan in plans),
        ]
        for severity in policy.severities
    ]


def cells(policy: Policy, key: str) -> Mapping[tuple[Severity, str], Target]:
    """Return the targets of a table, by severity and plan."""
    return {
        "first_response": policy.first_responses,
        "follow_up": policy.follow_ups,
        AIMS: policy.aims,
        RESOLUTION: policy.resolutions,
    }[key]


def _cell(policy: Policy, key: str, severity: Severity, plan: str) -> str:
    return wording.published(cells(policy, key).get((severity, plan), NOTHING))


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
