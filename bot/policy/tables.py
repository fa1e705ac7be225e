"""The two tables of a policy in the wording of a published support plan."""

import json

from rich.table import Table

from bot.policy import targets
from bot.policy.policies import Policy, Severity

TITLES = {
    "first_response": "First response: the longest a customer waits for an answer",
    "follow_up": "Follow-up: how often the customer hears from us until it is resolved",
}


def as_rich(policy: Policy) -> list[Table]:
    """Return both tables for a terminal."""
    tables = []
    for key, title in TITLES.items():
        table = Table("Severity", title=title, title_justify="left")
        for plan in policy.plans:
            table.add_column(plan.name)
        for row in _rows(policy, key):
            table.add_row(*row)
        tables.append(table)
    return tables


def as_markdown(policy: Policy) -> str:
    """Return both tables for a page."""
    head = ["Severity", *(plan.name for plan in policy.plans)]
    blocks = []
    for key, title in TITLES.items():
        rows = [head, ["---"] * len(head), *_rows(policy, key)]
        lines = (f"| {' | '.join(map(_escaped, row))} |" for row in rows)
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


def _rows(policy: Policy, key: str) -> list[list[str]]:
    plans = [plan.id for plan in policy.plans]
    return [
        [severity.label, *(_cell(policy, key, severity, plan) for plan in plans)]
        for severity in Severity
    ]


def _cell(policy: Policy, key: str, severity: Severity, plan: str) -> str:
    table = policy.first_responses if key == "first_response" else policy.follow_ups
    return targets.published(table[severity, plan])


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
