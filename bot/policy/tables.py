"""The two tables of a policy in the wording of a published support plan."""

import json
from collections.abc import Mapping

from bot.policy import wording
from bot.policy.policies import Policy, Severity
from bot.policy.targets import Target

TITLES = {
    "first_response": "First response: the longest a customer waits for an answer",
    "follow_up": "Follow-up: how often the customer hears from us until it is resolved",
}


def as_markdown(policy: Policy) -> str:
    """Return both tables for a page."""
    head = ["Severity", *(plan.name for plan in policy.plans)]
    blocks = []
    for key, title in TITLES.items():
        every = [head, ["---"] * len(head), *rows(policy, key)]
        lines = (f"| {' | '.join(map(_escaped, row))} |" for row in every)
        blocks.append("\n".join([f"## {title}", "", *lines]))
    return "\n\n".join(blocks)


def as_json(policy: Policy) -> str:
    """Return both tables by the names that policies.yaml uses."""
    tables = {
        key: {
            severity: {
                plan.id: _cell(policy, key, severity, plan.id) for plan in policy.plans
            }
            for severity in Severity
        }
        for key in TITLES
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
        for severity in Severity
    ]


def cells(policy: Policy, key: str) -> Mapping[tuple[Severity, str], Target]:
    """Return the targets of a table, by severity and plan."""
    return policy.first_responses if key == "first_response" else policy.follow_ups


def _cell(policy: Policy, key: str, severity: Severity, plan: str) -> str:
    return wording.published(cells(policy, key)[severity, plan])


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
