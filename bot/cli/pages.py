"""A report as one page: HTML that needs nothing else, Markdown, or CSV."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Final

import typer

from bot.errors import BotError

_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
svg { max-width: 100%; height: auto; }
svg text { fill: currentColor; font-size: 13px; }
.bar { fill: #2f6fed; }
.rest { fill: color-mix(in srgb, currentColor 15%, transparent); }
"""
# An underscore inside of a word formats nothing.
_MARKS: Final = re.compile(r"[\\`*\[\]<>|]|\b_|_\b")
_ROW_HEIGHT, _LABELS, _WIDTH = 26, 260, 640


class Format(StrEnum):
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a chart: `value` of at most `most`, and what stands beside it."""

    label: str
    value: float
    most: float
    said: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page: a table with its head, sentences before it, perhaps a chart."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    said: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    said: tuple[str, ...]
    sections: tuple[Section, ...]


def as_html(page: Page) -> str:
    return "\n".join([
        "<!doctype html>",
        '<html lang="en"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(page.title)}</title>",
        f"<style>{_STYLE}</style>",
        f"<h1>{escape(page.title)}</h1>",
        *_paragraphs(page.said),
        *(line for one in page.sections for line in _section(one)),
        "</html>",
        "",
    ])  # fmt: skip


def as_markdown(page: Page) -> str:
    lines = [f"# {_marked(page.title)}", "", *map(_marked, page.said)]
    for one in page.sections:
        lines += ["", f"## {_marked(one.title)}", ""]
        lines += [*(f"{_marked(said)}\n" for said in one.said)]
        if one.rows:
            lines += [_line(one.head), _line(["---"] * len(one.head))]
            lines += map(_line, one.rows)
    return "\n".join(lines) + "\n"


def as_csv(page: Page) -> str:
    """Return the tables one after the other, each row with its table's title."""
    # Imported here: what only names the formats needs no record.
    from bot.store.maintenance.exporting import csv_of  # noqa: PLC0415

    tables = [one for one in page.sections if one.rows]
    return csv_of((one.title, *row) for one in tables for row in (one.head, *one.rows))


def publish(page: Page, kind: Format, to: Path | None) -> None:
    """Print a page, or write it to a file."""
    text = _AS[kind](page)
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BotError(f"{to} cannot be written: {error.strerror}.") from error


_AS: Final = {
    Format.MARKDOWN: as_markdown,
    Format.HTML: as_html,
    Format.CSV: as_csv,
}


def _section(one: Section) -> Iterator[str]:
    yield f"<h2>{escape(one.title)}</h2>"
    yield from _paragraphs(one.said)
    if one.bars:
        yield from _chart(one)
    if one.rows:
        yield "<table>"
        yield _cells("th", one.head)
        yield from (_cells("td", row) for row in one.rows)
        yield "</table>"


def _paragraphs(said: Sequence[str]) -> Iterator[str]:
    return (f"<p>{escape(one)}</p>" for one in said)


def _cells(tag: str, row: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in row)}</tr>"


def _chart(one: Section) -> Iterator[str]:
    height = _ROW_HEIGHT * len(one.bars)
    yield (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(one.title)}">'
    )
    widest = _WIDTH - _LABELS - 90
    for number, bar in enumerate(one.bars):
        top, full = number * _ROW_HEIGHT, round(widest * bar.value / (bar.most or 1))
        yield f'<text x="0" y="{top + 17}">{escape(bar.label)}</text>'
        yield (
            f'<rect class="rest" x="{_LABELS}" y="{top + 4}" width="{widest}" '
            'height="18" rx="3"/>'
        )
        yield (
            f'<rect class="bar" x="{_LABELS}" y="{top + 4}" width="{full}" '
            'height="18" rx="3"/>'
        )
        yield (
            f'<text x="{_LABELS + widest + 8}" y="{top + 17}">{escape(bar.said)}</text>'
        )
    yield "</svg>"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_marked, cells))} |"


def _marked(text: str) -> str:
    """Return a text in which Markdown formats nothing and ends no cell."""
    return " ".join(_MARKS.sub(r"\\\g<0>", text).split())
