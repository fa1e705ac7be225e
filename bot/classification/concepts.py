"""Words of several languages that mean the same to a triage, under one name each.

A small model sees few of the world's words. Through these it learns "nobody", "keiner"
and "personne" from one another. What a concept counts for is learned from the labelled
messages. In concepts.json a star ends a stem.
"""

import json
from functools import cache, lru_cache
from importlib.resources import files

_LONGEST_STEM, _SHORTEST_STEM = 16, 1
# A German compound is of the kind of its last part, of five letters or more.
_TAIL_FROM, _TAIL_TO, _SHORTEST_TAIL = 3, 20, 5

Concepts = dict[str, tuple[str, ...]]


@lru_cache(maxsize=4096)
def concepts_of(word: str) -> tuple[str, ...]:
    """Return the concepts that a folded word belongs to; most words have none."""
    words, stems = _tables()
    if found := words.get(word):
        return found
    for length in range(min(len(word), _LONGEST_STEM), _SHORTEST_STEM - 1, -1):
        if found := stems.get(word[:length]):
            return found
    for start in range(_TAIL_FROM, min(len(word) - _SHORTEST_TAIL + 1, _TAIL_TO)):
        if found := words.get(word[start:]) or stems.get(word[start:]):
            return found
    return ()


@cache
def _tables() -> tuple[Concepts, Concepts]:
    """Return the concepts of each word, and of each stem."""
    text = files(__package__).joinpath("concepts.json").read_text(encoding="utf-8")
    words: Concepts = {}
    stems: Concepts = {}
    for concept, written in json.loads(text).items():
        for word in written:
            table = stems if word.endswith("*") else words
            key = word.rstrip("*")
            table[key] = (*table.get(key, ()), f"@{concept}")
    return words, stems
