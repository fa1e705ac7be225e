"""No case of a `match` is dropped in silence."""

import ast
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parent.parent / "bot"
PATHS = sorted(BOT.rglob("*.py"))


def parsed(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def where(path: Path, node: ast.Match) -> str:
    return f"{path.relative_to(BOT)}:{node.lineno}"


def is_catch_all(case: ast.match_case) -> bool:
    pattern = case.pattern
    is_open = isinstance(pattern, ast.MatchAs) and pattern.pattern is None
    return is_open and case.guard is None


def is_over_members(match: ast.Match) -> bool:
    """Tell whether a pattern names a member of an enum."""
    patterns = (one for case in match.cases for one in ast.walk(case.pattern))
    values = (one.value for one in patterns if isinstance(one, ast.MatchValue))
    return any(isinstance(value, ast.Attribute) for value in values)


def calls(nodes: list[ast.stmt]) -> set[str]:
    return {
        ast.unparse(node.func)
        for stmt in nodes
        for node in ast.walk(stmt)
        if isinstance(node, ast.Call)
    }


def test_every_match_ends_in_a_case_for_all_the_rest() -> None:
    matches = [
        (path, node)
        for path in PATHS
        for node in parsed(path)
        if isinstance(node, ast.Match)
    ]

    assert matches
    assert [where(*one) for one in matches if not is_catch_all(one[1].cases[-1])] == []


def test_a_match_over_an_enum_names_every_member() -> None:
    matches = [
        (path, node)
        for path in PATHS
        for node in parsed(path)
        if isinstance(node, ast.Match) and is_over_members(node)
    ]

    assert matches
    assert [
        where(*one)
        for one in matches
        if calls(one[1].cases[-1].body) != {"assert_never"}
    ] == []
