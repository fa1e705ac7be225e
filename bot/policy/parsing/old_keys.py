"""Keys of policies.yaml that used to have other names.

The database stores accepted policies as text, and the bot reads the last one again. So
a stored text may use old keys. A file may not; the problem then names the new key.
"""

from dataclasses import replace

from bot.policy.parsing.yaml_lines import Document, Path, Tree

_SECTIONS = {"ladder": "escalation", "readings": "interpretations"}
_WITHIN = {"escalation": {"rungs": "steps", "heartbeat": "repeat"}}


def renamed(document: Document) -> tuple[Document, dict[Path, str]]:
    """Return a document with today's keys, and each old key in it with the new one.

    A section that occurs under both names keeps both, so that the reader refuses it.
    """
    found: dict[Path, str] = {}
    tree = _renamed(document.tree, _SECTIONS, (), found)
    for section, keys in _WITHIN.items():
        if isinstance(tree, dict) and section in tree:
            tree = {**tree, section: _renamed(tree[section], keys, (section,), found)}
    lines = {_path(path, found): line for path, line in document.lines.items()}
    return replace(document, tree=tree, lines=lines), found


def _renamed(
    tree: Tree, keys: dict[str, str], within: Path, found: dict[Path, str]
) -> Tree:
    if not isinstance(tree, dict):
        return tree
    old = {key: new for key, new in keys.items() if key in tree and new not in tree}
    found |= {(*within, new): key for key, new in old.items()}
    return {old.get(key, key): value for key, value in tree.items()}


def _path(path: Path, found: dict[Path, str]) -> Path:
    """Return a path in the text with today's keys."""
    for new, old in found.items():
        depth = len(new)
        if path[:depth] == (*new[:-1], old):
            path = (*new, *path[depth:])
    return path
