"""Read YAML with every value as a string, and with the line of every key.

YAML 1.1 turns `10:30` into 630 and `NO` into false (https://yaml.org/type/int.html,
https://yaml.org/type/bool.html), and PyYAML silently takes the last of two equal keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from bot.policy.parsing.notation import unprintable

Tree = str | None | list["Tree"] | dict[str, "Tree"]
Path = tuple[str | int, ...]

_EMPTY = ("", "~", "null")
_DEEPEST = 50
# A customer takes about 30.
_MOST_TOKENS = 200_000
_BEGINS = (
    yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken,
)  # fmt: skip
_ENDS = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a YAML text; `lines` has the line of each path, from 1.

    An empty value is `None`; every other scalar is a string.
    """

    tree: Tree
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int | None:
        """Return the line of a path, or of the nearest path above it."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return None


@dataclass(frozen=True, slots=True)
class Fault:
    """A syntax problem in a text; `line` may be unknown."""

    line: int | None
    path: Path
    sentence: str


class YamlError(Exception):
    """The text is not valid YAML."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(fault.sentence for fault in faults))
        self.faults = faults


def read(text: str) -> Document:
    """Read a text. Raises YamlError with every syntax problem."""
    # PyYAML refuses the first one without its line, and takes some for line ends.
    if faults := [Fault(line, (), said) for line, said in unprintable(text)]:
        raise YamlError(*faults)
    try:
        _refuse_too_much(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        what = " ".join(filter(None, (error.context, error.problem)))
        raise YamlError(Fault(line, (), f"this is not YAML: {what}")) from error
    except (ValueError, OverflowError) as error:
        sentence = "an escape such as \\U0001F600 names no character"
        raise YamlError(Fault(None, (), sentence)) from error
    return _document(root)


def _refuse_too_much(text: str) -> None:
    """Refuse aliases, and what would take minutes to read."""
    depth = 0
    for count, token in enumerate(yaml.scan(text, Loader=yaml.SafeLoader)):
        depth += isinstance(token, _BEGINS) - isinstance(token, _ENDS)
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            said = "a value that begins with & or * needs quotes"
        elif depth > _DEEPEST:
            said = "this is nested too deeply"
        elif count > _MOST_TOKENS:
            said = "this is too long; put the customers into a customers_file"
        else:
            continue
        raise YamlError(Fault(token.start_mark.line + 1, (), said))


def _document(root: yaml.Node | None) -> Document:
    if root is None:
        return Document(None, {})
    lines: dict[Path, int] = {}
    faults: list[Fault] = []
    for path, line in _walk(root, ()):
        if path in lines:
            sentence = f"stands here again, after line {lines[path]}; keep one of them"
            faults.append(Fault(line, path, sentence))
        lines.setdefault(path, line)
    if faults:
        raise YamlError(*faults)
    return Document(_plain(root), lines)


def _walk(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    """Yield every path below a node with its line; a repeated key comes twice."""
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*path, number), item.start_mark.line + 1
            yield from _walk(item, (*path, number))
    elif isinstance(node, yaml.MappingNode):
        names = set[str]()
        for key, value in node.value:
            name = _key(key)
            yield (*path, name), key.start_mark.line + 1
            if name not in names:
                yield from _walk(value, (*path, name))
            names.add(name)


def _plain(node: yaml.Node) -> Tree:
    if isinstance(node, yaml.MappingNode):
        return {_key(key): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and node.style is not None:
        return _text(node)
    return None if node.value in _EMPTY else _text(node)


def _key(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return _text(node)
    line = node.start_mark.line + 1
    raise YamlError(Fault(line, (), "a key must be a single name, not a list"))


def _text(node: yaml.Node) -> str:
    """Return a scalar. Raises YamlError if an escape made it unprintable: "\\0"."""
    for _, said in unprintable(node.value):
        raise YamlError(Fault(node.start_mark.line + 1, (), said))
    return str(node.value)
