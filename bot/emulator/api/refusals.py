"""Slack's refusals."""

from typing import Any

Json = dict[str, Any]


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error of ours.
    """A call that Slack answers with `ok: false` and one of its error codes.

    `messages` are the sentences in `response_metadata.messages`, `more` are further
    fields of the answer.
    """

    def __init__(
        self, code: str, messages: tuple[str, ...] = (), more: Json | None = None
    ) -> None:
        super().__init__(": ".join((code, *messages)))
        self.code = code
        self.messages = messages
        self.more = more or {}

    def as_json(self) -> Json:
        body: Json = {"ok": False, "error": self.code, **self.more}
        if self.messages:
            body["errors"] = list(self.messages)
            body["response_metadata"] = {
                "messages": [f"[ERROR] {message}" for message in self.messages]
            }
        return body


def missing(field: str) -> Refused:
    """Return the refusal of a call that lacks a required argument."""
    return Refused("invalid_arguments", (f"missing required field: {field}",))
