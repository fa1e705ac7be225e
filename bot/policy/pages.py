"""The tables of a page: HTML, Markdown, or text with tabs as a browser copies it."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import cycle, zip_longest

_WIDEST = 60
_LEVELS = ("", "h1", "h2", "h3", "h4", "h5", "h6")
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")
_IS_HTML = re.compile(r"<(?:table|html|body)[\s>]", re.IGNORECASE)
# The parser of the standard library takes time that is quadratic in what never ends,
# so ends are found first, each in one pass.
_UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template)\b.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_NO_TAG = re.compile(r"<(?![^<>]*>)")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
# Not a star alone: that is a footnote's mark.
_EMPHASIS = re.compile(r"(?<![\w*])(\*\*|__|\*|_|`)(?=\S)([^*_`]+)(?<=\S)\1(?![\w*])")
_NEXT_CELL = re.compile(r"(?<=\S)[ \n]*\n\t(?![ \t]*\|)(?: *\n+)?")
_HEADING_LINE = re.compile(r"^( *#{1,6}[ \t]+\S.*\n)", re.MULTILINE)
_ROW_BELOW_ROW = re.compile(r"\t[^\n\t]*\n[^\n\t]*\t")
_EMPTY_LINES = re.compile(r"(\t[^\n\t]*\n) *\n+(?=[^\n\t]*\t)")
_MARKS = re.compile(r"[\\<*_`\[&]")
_LINK = re.compile(r"!?\[([^\[\]^]+)\]\([^()\[\]]*\)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table. One that is merged stands at each place that it covers.

    What it promises is then not clear; nor is it below a footnote's mark.
    """

    text: str
    is_clear: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and what stands above it.

    `headings` has those that it is below, outermost first, its caption last. `lines`
    is the plain text since the table before it.
    """

    rows: tuple[tuple[Cell, ...], ...]
    headings: tuple[str, ...]
    lines: tuple[str, ...]


def tables(text: str) -> list[Table]:
    """Return the tables of a page, in order."""
    text = _UNSEEN.sub("", text)
    if _IS_HTML.search(text) is None:
        return _Page().of_lines(_joined(text.splitlines()))
    reader = _Html()
    reader.feed(_DECLARATION.sub("", _NO_TAG.sub("&lt;", text)))
    reader.close()
    return reader.finished()


@dataclass(slots=True)
class _Page:
    """What was read of a page so far."""

    tables: list[Table] = field(default_factory=list)
    headings: dict[int, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def heading(self, level: int, text: str) -> None:
        """Begin a section, which ends those of its level and below."""
        self.headings = {n: said for n, said in self.headings.items() if n < level}
        self.headings[level] = text
        self.lines = []

    def table(self, rows: list[tuple[Cell, ...]], caption: str = "") -> None:
        """Add a table. One without rows, as around other tables, is none."""
        # A single cell over the whole width is a caption.
        if len(rows) > 1 and len(rows[0]) > 1 and _is_one(rows[0]):
            caption, rows = f"{caption} {rows[0][0].text}".strip(), rows[1:]
        if not rows:
            return
        above = (*self.headings.values(), *filter(None, (caption,)))
        self.tables.append(Table(tuple(rows), above, tuple(self.lines)))
        self.lines = []

    def of_lines(self, lines: list[str]) -> list[Table]:
        """Return the tables in Markdown, and in text with tabs."""
        rows: list[list[str]] = []
        # An empty line at the end ends what stands above it.
        for line, after in zip_longest([*lines, ""], lines[1:], fillvalue=""):
            is_markdown = "|" in line and (rows or _RULE.fullmatch(after.strip()))
            if is_markdown or ("\t" in line.strip(" ") and line.strip()):
                if not _RULE.fullmatch(line.strip()):
                    rows.append(_split(line) if is_markdown else line.split("\t"))
                continue
            if rows:
                self.table(_even(rows))
                rows = []
            if heading := _HEADING.fullmatch(line.strip()):
                self.heading(len(heading[1]), _plain(heading[2].rstrip("# ")))
            elif line.strip():
                self.lines.append(_plain(line))
        return self.tables


def _joined(lines: list[str]) -> list[str]:
    """Return lines with each row of cells on one, as browsers copy most tables.

    Where a cell holds paragraphs they put an empty line behind it, and the tab to the
    next one on a line below.
    """
    parts = _HEADING_LINE.split("\n".join(lines))
    text = "".join(
        part if is_heading else _NEXT_CELL.sub("\t", part)
        for part, is_heading in zip(parts, cycle((False, True)))
    )
    if _ROW_BELOW_ROW.search(text) is None:
        text = _EMPTY_LINES.sub(r"\1", text)
    return text.split("\n")


def _is_one(row: tuple[Cell, ...]) -> bool:
    return not row[0].is_clear and len(set(row)) == 1


def _split(line: str) -> list[str]:
    """Return the cells of a row in Markdown."""
    row = line.strip().removeprefix("|")
    cells = re.split(r"(?<!\\)\|", row)
    return cells[:-1] if not cells[-1].strip() else cells


def _even(rows: list[list[str]]) -> list[tuple[Cell, ...]]:
    """Return rows as cells; one that is longer or shorter than the head is merged.

    Where a browser copies merged cells the others move to the left, so that what is
    below them is not clear either.
    """
    width, is_even, found = len(rows[0]), True, []
    for row in rows:
        is_even = is_even and len(row) == width
        found.append(tuple(Cell(_plain(text), is_even) for text in row[:_WIDEST]))
    return found


def _plain(text: str) -> str:
    """Return the text of a cell in Markdown without its marks."""
    if _MARKS.search(text) is None:
        return " ".join(text.split())
    text = _LINK.sub(r"\1", re.sub(r"<br\s*/?>", " ", text, flags=re.IGNORECASE))
    text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text.strip()))
    return " ".join(unescape(re.sub(r"\\([^\w\s])", r"\1", text)).split())


@dataclass(slots=True)
class _Grid:
    """A table of HTML that is being read; a cell may reach into later rows."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    row: list[Cell] = field(default_factory=list)
    below: dict[int, tuple[int, Cell]] = field(default_factory=dict)
    is_in_row: bool = False
    cell: list[str] | None = None
    spans: tuple[int, int] = (1, 1)
    caption: str = ""
    is_caption: bool = False

    def begin_cell(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.cell, self.is_caption = [], tag == "caption"
        across, down = attributes.get("colspan"), attributes.get("rowspan")
        # A rowspan of 0 reaches to the end of its group of rows.
        self.spans = _span(across), _WIDEST if down == "0" else _span(down)

    def end_cell(self) -> None:
        if self.cell is None:
            return
        text, (across, down) = " ".join("".join(self.cell).split()), self.spans
        self.cell = None
        if self.is_caption:
            self.caption = text
            return
        self._fill()
        cell = Cell(text, across * down == 1)
        for _ in range(min(across, _WIDEST - len(self.row))):
            if down > 1:
                self.below[len(self.row)] = (down, cell)
            self.row.append(cell)

    def begin_row(self) -> None:
        self.end_row()
        self.is_in_row = True

    def end_row(self) -> None:
        self.end_cell()
        if not self.is_in_row and not self.row:
            return
        self._fill()
        if self.row:
            self.rows.append(tuple(self.row))
        left = {at: (n - 1, cell) for at, (n, cell) in self.below.items()}
        self.below = {at: one for at, one in left.items() if one[0] > 0}
        self.row, self.is_in_row = [], False

    def end_group(self) -> None:
        """No cell reaches from the head of a table into its body."""
        self.end_row()
        self.below = {}

    def _fill(self) -> None:
        """Take over the cells that reach down from the rows above."""
        while len(self.row) in self.below and self.below[len(self.row)][0] > 0:
            self.row.append(self.below[len(self.row)][1])


class _Html(HTMLParser):
    """Reads the tables of a page, one in another on their own."""

    def __init__(self) -> None:
        super().__init__()
        self._page = _Page()
        self._open: list[_Grid] = []
        self._text: list[str] = []

    def finished(self) -> list[Table]:
        """Return the tables, those without an end as well."""
        while self._open:
            self.handle_endtag("table")
        self._end_text()
        return self._page.tables

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        grid = self._open[-1] if self._open else _Grid()
        match tag:
            case "table":
                if not self._open:
                    self._end_text()
                self._open.append(_Grid())
            case "tr":
                grid.begin_row()
            case "thead" | "tbody" | "tfoot":
                grid.end_group()
            case "td" | "th" | "caption":
                grid.end_cell()
                grid.begin_cell(tag, dict(attrs))
            case "sup":
                self.handle_data("[")
            case _ if tag in _LEVELS and not self._open:
                self._end_text()
            case "del" | "s" | "strike":
                self.handle_data("~~")
            case "br" | "p" | "div" | "li":
                self.handle_data("\n")
            case _:
                return  # Other tags only say how their text looks.

    def handle_endtag(self, tag: str) -> None:
        grid = self._open[-1] if self._open else _Grid()
        match tag:
            case "table" if self._open:
                grid.end_row()
                self._open.pop()
                self._page.table(grid.rows, grid.caption)
            case "tr":
                grid.end_row()
            case "thead" | "tbody" | "tfoot":
                grid.end_group()
            case "td" | "th" | "caption":
                grid.end_cell()
            case "sup":
                self.handle_data("]")
            case "del" | "s" | "strike":
                self.handle_data("~~")
            case _ if tag in _LEVELS and not self._open:
                text = " ".join("".join(self._text).split())
                self._page.heading(_LEVELS.index(tag), text)
                self._text = []
            case "p" | "div" | "li":
                self.handle_data("\n")
            case _:
                return  # Other tags only say how their text looks.

    def handle_data(self, data: str) -> None:
        if not self._open:
            self._text.append(data)
        elif self._open[-1].cell is not None:
            self._open[-1].cell.append(data)

    def _end_text(self) -> None:
        """Read what stands between tables: it may be Markdown around HTML."""
        lines = "".join(self._text).replace("\t", " ").splitlines()
        self._page.of_lines(lines)
        self._text = []


def _span(written: str | None) -> int:
    """Return how many columns or rows a cell covers."""
    number = (written or "").strip()
    return (
        min(max(int(number), 1), _WIDEST) if re.fullmatch("[0-9]{1,5}", number) else 1
    )
