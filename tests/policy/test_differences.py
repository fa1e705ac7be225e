"""A published page beside the policy: each cell, in whichever form the page has it."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import astuple, replace
from html import escape

import pytest

from bot.policy import differences, tables, wording
from bot.policy.differences import Place, Verdict
from bot.policy.severities import Severity
from tests.factories import shipped_policy
from tests.paths import ROOT

POLICY = shipped_policy()
MARKDOWN = (ROOT / "tests" / "data" / "support-policy.md").read_text(encoding="utf-8")
SEVERITIES = ("sev1", "sev2", "sev3", "sev4")
PLANS = ("premium", "standard", "self_service")
NAMES = ("Premium Support", "Standard Support", "Free Trial / Self-Service")
TABLES = ("first_response", "follow_up")
CELLS = [(table, one, plan) for table in TABLES for one in SEVERITIES for plan in PLANS]

NOT_UNDERSTOOD = Verdict.NOT_UNDERSTOOD

Rows = list[list[str]]


def rows_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def tables_of(page: str) -> dict[str, Rows]:
    """Return the two tables of the page, with their heads."""
    found: dict[str, Rows] = {}
    for table, title in zip(TABLES, ("## First response", "## Follow-up"), strict=True):
        lines = page[page.index(title) :].splitlines()[1:7]
        found[table] = [rows_of(line) for line in lines if "---" not in line]
    return found


def as_markdown(page: str) -> str:
    return page


def as_tabs(page: str) -> str:
    """Return the page as a browser copies it."""
    lines = [line for line in page.splitlines() if not line.startswith("| ---")]
    cells = ("\t".join(rows_of(line)) if "|" in line else line for line in lines)
    return "\r\n".join(line.lstrip("# ") for line in cells)


def as_paragraphs(page: str) -> str:
    """Return the page as a browser copies it where cells hold paragraphs."""
    return as_tabs(page).replace("\t", "\n\n\t").replace("\r\n", "\n\n")


def as_html(page: str) -> str:
    """Return the page in HTML, whose end tags of rows and cells may be left out."""
    body = [""]
    for line in page.splitlines():
        if line.startswith("| ---"):
            continue
        if line.startswith("|"):
            begins = "" if body[-1].endswith("</tr>") else "<table class='wide'>"
            cells = "".join(f"<td>{escape(cell)}" for cell in rows_of(line))
            body.append(f"{begins}<tr>{cells}</tr>")
            continue
        ends = "</table>" * body[-1].endswith("</tr>")
        is_heading = line.startswith("## ")
        tag, text = ("h2", line[3:]) if is_heading else ("p", line)
        body.append(f"{ends}\t<{tag}>{escape(text)}</{tag}>")
    script = "<script>if (1 <2) { document.write('<table><tr><td>') }</script>"
    return f"<!DOCTYPE html><html><!-- <table> -->{script}" + "\n".join(body)


def transposed(page: str) -> str:
    """Return only the two tables, plans down and severities across."""
    return "\n".join(
        f"{title}\n" + "\n".join("\t".join(row) for row in zip(*rows, strict=True))
        for title, rows in zip(
            ("Update frequency", "Initial response time"),
            reversed(tables_of(page).values()),
            strict=True,
        )
    )


def by_plan(page: str) -> str:
    """Return a table for each plan, and in it a column for each of the two."""
    first, then = tables_of(page).values()
    parts = []
    for column, plan in enumerate(NAMES, start=1):
        parts += [f"## {plan}", "| Severity | Updates | First response |", "|-|-|-|"]
        parts += [
            f"| **{one[0]}** | {two[column]} | {one[column]} |"
            for one, two in zip(first[:0:-1], then[:0:-1], strict=True)
        ]
    return "\n".join(parts)


FORMS = [as_markdown, as_tabs, as_paragraphs, as_html, transposed, by_plan]
every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
Form = Callable[[str], str]


def other(page: str) -> list[tuple[Place, str | None, Verdict]]:
    """Return the cells that are not the same."""
    found = differences.found(POLICY, page)
    assert len(found) >= len(CELLS)
    return [
        (one.place, one.page, one.verdict)
        for one in found
        if one.verdict is not Verdict.SAME
    ]


def seeded(cell: tuple[str, str, str], words: str) -> str:
    """Return the page with other words in one cell."""
    table, severity, plan = cell
    title = "## First response" if table == "first_response" else "## Follow-up"
    before, after = MARKDOWN.split(title)
    lines = after.splitlines()
    at = next(
        n for n, line in enumerate(lines) if line.startswith(f"| S{severity[1:]}")
    )
    row = rows_of(lines[at])
    row[PLANS.index(plan) + 1] = words
    lines[at] = f"| {' | '.join(row)} |"
    return before + title + "\n".join(lines)


@every_form
def test_the_page_of_the_shipped_policy_has_no_difference(form: Form) -> None:
    assert other(form(MARKDOWN)) == []


@every_form
@pytest.mark.parametrize("cell", CELLS, ids=".".join)
def test_each_seeded_difference_is_found(
    cell: tuple[str, str, str], form: Form
) -> None:
    words = "12 business hours"

    assert other(form(seeded(cell, words))) == [(Place(*cell), words, Verdict.DIFFERS)]


@every_form
@pytest.mark.parametrize(
    "words",
    ["24/7", "4 Business Hours*", "4 Business Hours [1]", "see contract", "—",
     "4 Business Hours or 8", "4\u200b Business Hours", "bi-weekly"],
)  # fmt: skip
def test_what_is_not_understood_is_never_the_same(words: str, form: Form) -> None:
    cell = ("first_response", "sev1", "standard")

    ((place, page, verdict),) = other(form(seeded(cell, words)))

    assert (place, verdict) == (Place(*cell), NOT_UNDERSTOOD)
    assert page == words


@pytest.mark.parametrize("tag", ["s", "del", "strike"])
def test_what_is_struck_out_is_not_understood(tag: str) -> None:
    page = as_html(MARKDOWN).replace(
        "<td>2 Business Days", f"<td><{tag}>2 Business Days</{tag}>", 1
    )

    ((place, _, verdict),) = other(page)

    assert (place.severity, verdict) == ("sev3", NOT_UNDERSTOOD)


@pytest.mark.parametrize("mark", ["*", " †", " [1]", "²"])
@pytest.mark.parametrize("form", [as_markdown, as_tabs, as_html, by_plan])
def test_a_footnote_on_a_heading_counts_for_its_cells(form: Form, mark: str) -> None:
    page = form(MARKDOWN).replace("First response", f"First response{mark}")

    found = other(page)

    assert [place for place, *_ in found] == [
        Place(*cell) for cell in CELLS if cell[0] == "first_response"
    ]
    assert {verdict for *_, verdict in found} == {NOT_UNDERSTOOD}


@every_form
def test_an_empty_cell_is_missing_on_the_page(form: Form) -> None:
    cell = ("follow_up", "sev4", "premium")

    assert other(form(seeded(cell, ""))) == [(Place(*cell), None, Verdict.MISSING)]


@every_form
def test_other_words_for_the_same_are_the_same(form: Form) -> None:
    page = seeded(("first_response", "sev2", "premium"), "within four (4) working hrs")

    assert other(form(page)) == []


@every_form
def test_a_plan_that_nobody_knows_is_not_understood(form: Form) -> None:
    page = MARKDOWN.replace("| Standard Support |", "| Silver |")
    if form is by_plan:
        page = MARKDOWN

    found = other(form(page).replace("## Standard Support", "## Silver"))

    missing = [place for place, _, verdict in found if verdict is Verdict.MISSING]
    assert missing == [Place(*cell) for cell in CELLS if cell[2] == "standard"]
    unknown = [place for place, _, verdict in found if verdict is NOT_UNDERSTOOD]
    assert sorted(map(astuple, unknown)) == [
        (table, severity, "Silver") for table in TABLES for severity in SEVERITIES
    ]


@pytest.mark.parametrize("form", [as_markdown, as_tabs, as_html])
def test_a_column_without_a_heading_is_not_left_out(form: Form) -> None:
    found = other(form(MARKDOWN.replace("| Standard Support |", "| |")))

    assert [verdict for *_, verdict in found] == [Verdict.MISSING] * 8 + [
        NOT_UNDERSTOOD
    ] * 8


def test_a_title_in_the_first_row_leaves_the_headings_in_the_next() -> None:
    page = (
        "<table><tr><th colspan=3>First response</th></tr><tr><th>Severity</th>"
        "<th>Premium</th><th>Gold</th></tr><tr><td>Sev1</td>"
        "<td>4 Business Hours</td><td>8 Business Hours</td></tr></table>"
    )

    found = [(place, verdict) for place, page, verdict in other(page) if page]

    assert found == [(Place("first_response", "sev1", "Gold"), NOT_UNDERSTOOD)]


def test_the_first_name_in_a_row_and_the_column_say_where_a_cell_stands() -> None:
    page = (
        "First response\nSeverity\tBefore\tKind\tPremium\n"
        "Sev1\tSev2\tStandard\t4 Business Hours\n"
        "Sev2\tSev3\tStandard\t1 Business Day"
    )

    found = {one.place: one.verdict for one in differences.found(POLICY, page)}

    assert found[Place("first_response", "sev1", "premium")] is Verdict.SAME
    assert found[Place("first_response", "sev2", "premium")] is Verdict.DIFFERS


@every_form
def test_a_severity_that_nobody_knows_is_not_understood(form: Form) -> None:
    found = other(form(re.sub(r"\| Sev2 \| (?!Maj)", "| P2 † | ", MARKDOWN)))

    assert {(place.severity, verdict) for place, _, verdict in found} == {
        ("sev2", Verdict.MISSING),
        ("P2 †", NOT_UNDERSTOOD),
    }
    assert len(found) == 12


def test_a_severity_beyond_the_policys_is_not_understood() -> None:
    page = seeded(("first_response", "sev4", "premium"), "2 business days")
    row = "| Sev4 | 2 business days |"

    found = other(page.replace(row, f"| Sev5 | 1 week | 1 week | 1 week |\n{row}"))

    assert [place for place, *_ in found] == [
        Place("first_response", "Sev5", plan) for plan in PLANS
    ]


def test_merged_cells_are_not_understood() -> None:
    first = tables_of(MARKDOWN)["first_response"]
    across = "".join(f"<tr><th>{c}</th>" for c in ["Sev1"]) + (
        "<td colspan=2>4 Business Hours</td><td rowspan='2'>8 Business Hours</td></tr>"
        "<tr><th>Sev2</th><td>4 Business Hours</td><td>8 Business Hours</td></tr>"
    )
    head = "".join(f"<th>{name}</th>" for name in first[0])
    page = f"<h3>First response</h3><table><tr>{head}</tr>{across}</table>"

    found = [one for one in other(page) if one[1] is not None]

    assert found == [
        (Place("first_response", "sev1", plan), words, NOT_UNDERSTOOD)
        for plan, words in zip(
            PLANS, ["4 Business Hours"] * 2 + ["8 Business Hours"], strict=True
        )
    ] + [
        (
            Place("first_response", "sev2", "self_service"),
            "8 Business Hours",
            NOT_UNDERSTOOD,
        )
    ]


def test_from_a_copied_row_that_lacks_merged_cells_on_nothing_is_understood() -> None:
    page = as_tabs(MARKDOWN).replace("Sev2\t4 Business Hours\t", "Sev2\t")

    found = other(page)

    rows = {(place.table, place.severity) for place, *_ in found}
    assert rows == {("first_response", one) for one in ("sev2", "sev3", "sev4")}
    assert {verdict for *_, verdict in found} == {NOT_UNDERSTOOD, Verdict.MISSING}


@pytest.mark.parametrize("end", ["", "</tr>\n"], ids=["open", "closed"])
def test_merged_headings_reach_over_their_columns(end: str) -> None:
    first, then = tables_of(MARKDOWN).values()
    names = "".join(f"<th>{escape(name)}" for name in NAMES)
    rows = "".join(
        end + "<tr>" + "".join(f"<td>{escape(c)}" for c in [*one, *two[1:]])
        for one, two in zip(first[1:], then[1:], strict=True)
    )
    page = (
        "<table><tr><th rowspan=2>Severity<th colspan=3>First response"
        f"<th colspan=3>Updates{end}<tr>{names}{names}{rows}</table>"
    )

    assert other(page) == []


@pytest.mark.parametrize("end", ["", "</tr>\n"], ids=["open", "closed"])
def test_a_severity_may_head_a_row_for_each_table(end: str) -> None:
    first, then = tables_of(MARKDOWN).values()
    names = "".join(f"<th>{escape(name)}" for name in NAMES)
    rows = "".join(
        f"{end}<tr><th rowspan=2>{one[0]}<th>First response"
        + "".join(f"<td>{escape(cell)}" for cell in one[1:])
        + f"{end}<tr><th>Updates"
        + "".join(f"<td>{escape(cell)}" for cell in two[1:])
        for one, two in zip(first[1:], then[1:], strict=True)
    )

    assert other(f"<table><tr><th>Severity<th>Table{names}{rows}</table>") == []


def test_a_merged_cell_reaches_to_the_end_of_its_group_at_most() -> None:
    page = (
        "<h2>First response</h2><table><thead><tr><th rowspan=9>Severity</th>"
        "<th>Premium</th></tr></thead><tbody><tr><td>Sev1</td>"
        "<td rowspan='0'>4 Business Hours</td></tr><tr><td>Sev2</td></tr></tbody>"
        "<tr><td>Sev3</td><td>1 Business Day</td></tr></table>"
    )

    found = [(place, verdict) for place, page, verdict in other(page) if page]

    assert found == [
        (Place("first_response", one, "premium"), NOT_UNDERSTOOD)
        for one in ("sev1", "sev2")
    ]


def test_a_page_copied_with_tabs_on_their_own_lines_is_read() -> None:
    assert other(as_paragraphs(MARKDOWN).replace("\t", "\t\n\n")) == []


def test_a_heading_above_a_copied_table_without_a_corner_is_read() -> None:
    page = as_tabs(MARKDOWN).replace("Severity\t", "\t")

    assert other(page) == []


def test_below_a_shorter_heading_row_nothing_is_clear() -> None:
    page = (
        "First response\n\nSeverity\tFirst response\tFirst response\tFirst response\n"
        "Premium Support\tStandard Support\tFree Trial / Self-Service\n"
        "Sev3\t1 Business Day\t9 Business Days\t2 Business Days\n"
    )

    assert Verdict.SAME not in {one.verdict for one in differences.found(POLICY, page)}


def test_tables_about_other_things_are_left_out() -> None:
    first = MARKDOWN[MARKDOWN.index("## First") : MARKDOWN.index("## Follow-up")]
    resolution = first.replace("## First response: the", "## Resolution: the")

    assert other(MARKDOWN + resolution.replace("4 Business", "6 Business")) == []


def test_resolutions_are_compared_where_the_policy_promises_any() -> None:
    first = MARKDOWN[MARKDOWN.index("## First") : MARKDOWN.index("## Follow-up")]
    page = MARKDOWN + first.replace("## First response: the", "## Resolution: the")
    promised = {**POLICY.first_responses}
    del promised[Severity.SEV2, "standard"]
    promised[Severity.SEV1, "premium"] = wording.first_response("6 business hours")
    policy = replace(POLICY, resolutions=promised)

    found = differences.found(policy, page)

    differs = [one for one in found if one.verdict is not Verdict.SAME]
    assert [(*astuple(one.place)[:2], one.page, one.verdict) for one in differs] == [
        ("resolution", "sev1", "4 Business Hours", Verdict.DIFFERS),
        ("resolution", "sev2", "8 Business Hours", Verdict.MISSING),
    ]
    said = next(differences.as_text(found, policy, "page.md"))
    assert said.startswith("Resolution, Sev1, Premium Support: the page says")


def test_a_page_may_use_the_names_that_the_policy_knows() -> None:
    page = MARKDOWN.replace("| Sev1 |", "| P1  urgent |").replace(
        "| Sev2", "| Severity 2"
    )
    text = replace(POLICY.severities[Severity.SEV1], name="P1 Urgent")
    named = replace(POLICY, severities={**POLICY.severities, Severity.SEV1: text})

    found = differences.found(named, page)

    assert {one.verdict for one in found} == {Verdict.SAME}
    assert {place.severity for place, *_ in other(page)} == {"sev1", "P1 urgent"}
    shown = [row[0] for row in tables.rows(named, "follow_up")]
    assert shown == ["P1 Urgent", "Sev2", "Sev3", "Sev4"]


def test_tables_that_contradict_each_other_are_not_understood() -> None:
    again = seeded(("follow_up", "sev3", "premium"), "weekly")

    ((place, page, verdict),) = other(f"{MARKDOWN}\n\n{again}")

    assert place == Place("follow_up", "sev3", "premium")
    assert page == "Status updates every day / weekly"
    assert verdict is NOT_UNDERSTOOD


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("best effort", Verdict.SAME),
        ("Best-Efforts", Verdict.SAME),
        ("not included", Verdict.DIFFERS),
        ("N/A", Verdict.DIFFERS),
        ("none", Verdict.DIFFERS),
    ],
)
def test_best_effort_is_the_same_as_best_effort_alone(
    words: str, verdict: Verdict
) -> None:
    cell = ("follow_up", "sev4", "premium")
    best_effort = {(Severity.SEV4, "premium"): wording.follow_up("Best effort")}
    policy = replace(POLICY, follow_ups={**POLICY.follow_ups, **best_effort})

    found = differences.found(policy, seeded(cell, words))

    assert {one.place: one.verdict for one in found}[Place(*cell)] is verdict


@pytest.mark.parametrize("page", ["", "no table", "<table></table>", "|", "\t\n\t\t\n"])
def test_all_is_missing_on_a_page_without_tables(page: str) -> None:
    found = other(page)

    assert [verdict for *_, verdict in found] == [Verdict.MISSING] * len(CELLS)
    (*_, why, _) = differences.as_text(differences.found(POLICY, page), POLICY, "a.md")
    assert why.startswith("a.md has no table that is understood.")


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<script>", "<table><tr><td>", "<td colspan=1000 rowspan=99>",
     "[", "[a](", "**", "| a ", "|-", "a\tb\n", "| a |\n|-|\n", "# # ", "<h1>", "&",
     "<table><tr><th>Sev1<td>4 business hours</table>", "four (4) ",
     "\t", "a\n\n\tb", "\n\t", "a\tb\n\n", "a\n\n"],
)  # fmt: skip
def test_the_time_grows_with_the_page_and_not_faster(piece: str) -> None:
    def took(size: int) -> float:
        page = "<table>" * ("<" in piece) + piece * (size // len(piece))
        began = time.process_time()
        differences.found(POLICY, page)
        return time.process_time() - began

    # Ten times the page may take ten times as long, and some more for the noise.
    assert took(200_000) < max(took(20_000), 0.02) * 40


def test_the_answer_for_programs_has_a_row_for_each_cell() -> None:
    cell = ("first_response", "sev1", "standard")

    rows = json.loads(differences.as_json(differences.found(POLICY, seeded(cell, ""))))

    assert [(r["table"], r["severity"], r["plan"]) for r in rows] == CELLS
    assert rows[1] == {
        "table": "first_response",
        "severity": "sev1",
        "plan": "standard",
        "page": None,
        "policy": "4 Business Hours",
        "verdict": "missing",
    }
    assert {row["verdict"] for row in rows[2:]} == {"same"}
