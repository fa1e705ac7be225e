"""`sevbot`: find the command that was typed, and run it.

Each public function of a module in `commands` is a command: `sevbot db backup` is
`db.backup`. One that has its module's name is typed alone: `sevbot due` is `due.due`.
Only the module of that command is imported, so that each starts fast; the help of all
commands is read from their source.
"""

import ast
import sys
import textwrap
import warnings
from collections.abc import Iterable, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from bot.cli.printing import say
from bot.errors import BotError, PolicyError
from bot.policy import likeness

_FOLDER = Path(__file__).with_name("commands")
_ABOUT = "Keeps the support plan's promises in business time, in Slack."
_VERSION = {"--version": "Print the version."}
_HELP = {"--help": "Show this message and exit."}


def commands() -> dict[str, str]:
    """Return each command and each group with the first line of its help."""
    found: dict[str, str] = {}
    for path in sorted(_FOLDER.glob("[!_]*.py")):
        tree = ast.parse(path.read_bytes())
        functions = {
            node.name: _first_line(node)
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        }
        found[path.stem] = functions.pop(path.stem, _first_line(tree))
        found |= {f"{path.stem} {name}": line for name, line in functions.items()}
    return found


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command; on failure print one line to stderr and exit non-zero."""
    # A library's warning is for its developers: it names a path and a line of code.
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    rest = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    known, name = commands(), ""
    while rest and f"{name} {rest[0]}".lstrip() in known:
        name = f"{name} {rest.pop(0)}".lstrip()
    split = ((key.rpartition(" "), line) for key, line in known.items())
    inner = {word: line for (group, _, word), line in split if group == name}
    if not inner:
        _run(name, rest)
    options = _HELP if name else _VERSION | _HELP
    match rest:
        case []:
            _fail(f"sevbot: Missing command. Type: sevbot {name} --help", status=2)
        case ["--help", *_]:
            _print_help(name, known.get(name, _ABOUT), options, inner)
        case ["--version", *_] if not name:
            print(f"sevbot {version('sevbot')}")
        case _:
            _fail(f"sevbot: {_unknown(rest[0], options, inner)}", status=2)
    sys.exit(0)


def _run(name: str, arguments: list[str]) -> NoReturn:
    import typer  # noqa: PLC0415  # Not needed for help and version, and slow.

    # The base class of all usage errors has no public name in typer.
    usage_error: Any = typer.BadParameter.__mro__[1]
    module, _, function = name.partition(" ")
    found = import_module(f"bot.cli.commands.{module}")
    act = getattr(found, function or module)
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(act)
    command = typer.main.get_command(app)
    try:
        status = command(arguments, f"sevbot {name}", standalone_mode=False)
    except PolicyError as error:
        _fail("\n".join(error.problems))
    except BotError as error:
        _fail(f"sevbot: {error}")
    except usage_error as error:
        lines = (act.__doc__ or "").splitlines()
        example = [line.strip() for line in lines if "Example: " in line]
        _fail(" ".join([f"sevbot: {error.format_message()}", *example]), status=2)
    except typer.Abort:
        _fail("sevbot: stopped", status=130)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = 1) -> NoReturn:
    say(message, err=True)
    sys.exit(status)


def _unknown(typed: str, options: Iterable[str], commands: Iterable[str]) -> str:
    """Return the error for an unknown word, worded as typer does for options."""
    if typed.startswith("-"):
        near = ", ".join(_near(typed, options))
        return f"No such option: {typed}" + f" (Possible options: {near})" * bool(near)
    near = ", ".join(map(repr, _near(typed, commands)))
    return f"No such command {typed!r}." + f" Did you mean {near}?" * bool(near)


def _near(typed: str, known: Iterable[str]) -> list[str]:
    return likeness.near(typed, known, most=3, cutoff=0.4)


def _print_help(
    name: str, about: str, options: dict[str, str], inner: dict[str, str]
) -> None:
    usage = " ".join(["sevbot", *name.split(), "[OPTIONS] COMMAND [ARGS]..."])
    print(f"Usage: {usage}\n\n  {about}")
    for title, lines in ("Options", options), ("Commands", inner):
        print(f"\n{title}:")
        width = max(map(len, lines)) + 4
        for word, line in lines.items():
            text = textwrap.fill(line, 79 - width).replace("\n", "\n" + " " * width)
            print(f"  {word}".ljust(width) + text)


def _first_line(node: ast.Module | ast.FunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]
