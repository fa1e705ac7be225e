"""What users read: the README and the pages of the manual."""

import re
import shlex
from pathlib import Path

from tests.paths import ROOT

README = ROOT / "README.md"
PAGES = {path.stem: path for path in sorted((ROOT / "bot" / "manual").glob("*.md"))}
READ = {path: path.read_text(encoding="utf-8") for path in (README, *PAGES.values())}
ALL = "\n".join(READ.values())

_FENCED = re.compile(r"^```.*?^```$", re.S | re.M)
# `sevbot check`, perhaps after a setting, another command and `uv run`.
_SEVBOT = re.compile(r"(?:\S+=\S+ )?(?:.*uv run )?sevbot (.*)", re.S)


def blocks(path: Path, language: str) -> list[str]:
    """Return what stands in the blocks of a language."""
    # In pairs, for a block's end looks like the start of one without a language.
    found = re.findall(r"^```(\w*)\n(.*?)^```$", READ[path], re.S | re.M)
    return [text for named, text in found if named == language]


def lines(text: str) -> list[str]:
    """Return the lines that say something, without their margins."""
    return [line.strip() for line in text.splitlines() if line.strip(" …\n")]


def links(path: Path) -> list[str]:
    """Return where a document links to, pictures too."""
    return re.findall(r"\]\(([^)\s]+)\)", READ[path])


def typed_commands() -> list[list[str]]:
    """Return each command of `sevbot` that a document shows, as it is typed."""
    shown = [one for path in READ for text in blocks(path, "sh") for one in lines(text)]
    shown += re.findall(r"`([^`]+)`", _FENCED.sub("", ALL))
    found = {
        tuple(shlex.split(typed[1].partition(" > ")[0], comments=True))
        for one in shown
        if (typed := _SEVBOT.match(one)) and typed[1] != "…"
    }
    return [list(words) for words in sorted(found)]
