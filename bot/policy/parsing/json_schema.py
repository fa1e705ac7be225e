"""The JSON Schema of policies.yaml, for completion and checks in an editor."""

from typing import Any

from bot.policy.parsing.models import PolicyFile


def policy_schema() -> dict[str, Any]:
    """Return the schema. The bot's own reader checks more than a schema can express."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_closed(PolicyFile.model_json_schema()),
    }


def _closed(node: Any) -> Any:
    """Refuse keys that no pattern matches, at any depth."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if "patternProperties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
