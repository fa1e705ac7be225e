"""The JSON Schema of policies.yaml, with which an editor helps to write it."""

from typing import Any

from bot.policy.parsing.models import PolicyFile


def policy_schema() -> dict[str, Any]:
    """Return the schema; what the bot's own reader checks besides, it cannot say."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_closed(PolicyFile.model_json_schema()),
    }


def _closed(node: Any) -> Any:
    """Refuse every key that a pattern for keys does not match, at any depth."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    closed = {key: _closed(value) for key, value in node.items()}
    if "patternProperties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
