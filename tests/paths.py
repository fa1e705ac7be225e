"""Where the code lies."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
