"""Train the model: `uv run --group training python -m tests.training.weights`."""

from pathlib import Path

from tests.paths import ROOT
from tests.training.fitting import as_json, fitted
from tests.training.labelled import messages

FILE = ROOT / "bot" / "classification" / "weights.json"


def trained() -> str:
    """Return the text of the file, from the messages alone."""
    return as_json(fitted(messages()))


if __name__ == "__main__":
    Path(FILE).write_text(trained(), encoding="utf-8")
