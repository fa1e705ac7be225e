"""No case of a `match` and no exception is silently dropped."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

BOT = Path(__file__).parent.parent / "bot"
PATHS = sorted(BOT.rglob("*.py"))
OF_THE_BOT = [
    path for path in PATHS if path.relative_to(BOT).parts[0] not in ("emulator", "demo")
]
BROAD = ("Exception", "BaseException")

# One pass of a background thread, the rendering of one message, the firing of one
# reminder, the release of what leavers owned, and what follows an acknowledgement: each
# in a loop that must go on. And an answer of Slack, which may be anything, and what is
# said of an act that was recorded.
LOOPS = {
    "slack/calls.py": 1,
    "delivery/outbox.py": 1,
    "delivery/rings.py": 1,
    "triage/tick.py": 2,
    "running/record_checks.py": 1,
    "running/scheduler.py": 1,
    "inbound/failures.py": 1,
    "inbound/replies.py": 1,
    "inbound/socket_mode.py": 1,
}


def parsed(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def where(path: Path, node: ast.Match | ast.ExceptHandler | ast.expr) -> str:
    return f"{path.relative_to(BOT)}:{node.lineno}"


def is_catch_all(case: ast.match_case) -> bool:
    pattern = case.pattern
    is_open = isinstance(pattern, ast.MatchAs) and pattern.pattern is None
    return is_open and case.guard is None


def is_over_members(match: ast.Match) -> bool:
    """Return whether a pattern names a member of an enum."""
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


def names(caught: ast.expr | None) -> set[str]:
    """Return what a handler catches; without a name it is everything."""
    if caught is None:
        return {"BaseException"}
    return {node.id for node in ast.walk(caught) if isinstance(node, ast.Name)}


def handlers(path: Path, name: str) -> list[ast.ExceptHandler]:
    return [
        node
        for node in parsed(path)
        if isinstance(node, ast.ExceptHandler) and name in names(node.type)
    ]


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


def test_only_long_running_loops_catch_every_exception() -> None:
    broad = Counter(
        str(path.relative_to(BOT))
        for path in OF_THE_BOT
        for _ in handlers(path, "Exception")
    )

    assert broad == LOOPS


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_that_catches_everything_explains_why_and_logs_the_traceback(
    name: str,
) -> None:
    lines = (BOT / name).read_text(encoding="utf-8").splitlines()

    for handler in handlers(BOT / name, "Exception"):
        above, line = lines[handler.lineno - 2 : handler.lineno]
        assert "  # " in line or above.lstrip().startswith("# ")
        assert "logger.exception" in calls(handler.body)


def test_cleanup_after_any_error_reraises_it() -> None:
    swallowed = [
        where(path, handler)
        for path in OF_THE_BOT
        for handler in handlers(path, "BaseException")
        if not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    ]

    assert swallowed == []


def test_no_exception_is_suppressed_without_its_name() -> None:
    suppressed = [
        where(path, node)
        for path in OF_THE_BOT
        for node in parsed(path)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and any(names(one) & set(BROAD) for one in node.args)
    ]

    assert suppressed == []
