"""What the model sees of a message: words, pairs of them, their parts, and scope.

A feature is its name, and the first and the last of the tokens that it is made of. A
word is its own name, a pair has a space, a part begins with "#", the concept of a word
with "@".
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.classification.concepts import concepts_of
from bot.classification.tokens import Token

Feature = tuple[str, int, int]

# A count matters by its magnitude: one, a handful, a site, a fleet.
_MAGNITUDES = (0, 1, 4, 12, 49, 149, 499, 999, 4999)
_MEANS = {"<=0": "@none", "<=1": "@one", "<=4": "@few", "<=12": "@few"}
_THOUSANDS = re.compile(r"\d{1,3}(?:[ ,.'\u00a0\u202f]\d{3})+")
_OF = {"of", "/", "von", "sur", "de", "su", "van", "z", "out", "se", "из"}
# Most words are short and come again; a long one would take room.
_KEPT = 24
# So many tokens after a "not" are under it, unless a sentence ends before.
_NEGATED = 4


def features(tokens: Sequence[Token]) -> Iterator[Feature]:
    """Return every feature of a message, in the order of its tokens."""
    before, meant = "^", list[tuple[str, int]]()
    concepts: tuple[str, ...] = ()
    negated = 0
    for place, token in enumerate(tokens):
        name = _name(token)
        yield name, place, place
        yield f"{before} {name}", max(place - 1, 0), place
        for concept in concepts[:1]:
            yield f"{concept} {name}", place, place
        concepts = _concepts(token, name)
        for concept in concepts[:1]:
            yield f"{before} {concept}", place, place
        if share := _share(tokens, place):
            yield share, place - 2, place
        before = name
        if token.kind == "word":
            for part in parts(name):
                yield part, place, place
        if name in {".", "!", "?", "。", "\n"}:
            meant, negated = [], 0
            continue
        for concept in concepts:
            yield concept, place, place
            if negated:
                yield f"@not {concept}", place, place
            for other, earlier in meant[-3:]:
                yield f"{other} {concept}", earlier, place
        meant += [(concept, place) for concept in concepts[:1]]
        is_negation = "@not" in concepts or "@none" in concepts
        negated = _NEGATED if is_negation else max(negated - 1, 0)
    if tokens:
        yield f"{before} $", len(tokens) - 1, len(tokens) - 1
        yield f"@length {len(tokens).bit_length()}", 0, 0


def parts(word: str) -> Sequence[str]:
    """Return the parts of a word, three to five characters long, its ends marked."""
    return _kept_parts(word) if len(word) <= _KEPT else _cut(word)


def _cut(word: str) -> tuple[str, ...]:
    edged = f"_{word}_"
    return tuple(
        f"#{edged[start : start + size]}"
        for size in (3, 4, 5)
        for start in range(len(edged) - size + 1)
    )


_kept_parts = lru_cache(maxsize=4096)(_cut)


def _name(token: Token) -> str:
    match token.kind:
        case "word" | "emoji":
            return token.text
        case "number":
            return f"<{_magnitude(token.text)}>"
        case "percent":
            share = int(re.split(r"\D", token.text)[0])
            return "<all%>" if share > 94 else "<many%>" if share > 19 else "<few%>"
        case "measure":
            return f"<{re.sub(r'[^a-z]', '', token.text)[:3]}>"
        case "id":
            return token.text if len(token.text) < 5 else "<id>"
        case "stop" | "other":
            return token.text[0]
        case kind:
            return f"<{kind}>"


def _magnitude(number: str) -> str:
    value = _value(number)
    return next((f"<={bound}" for bound in _MAGNITUDES if value <= bound), "more")


def _value(number: str) -> float:
    digits = number.rstrip("k")
    if _THOUSANDS.fullmatch(digits):
        value = float(re.sub(r"\D", "", digits))
    else:
        value = float(digits.replace(",", "."))
    return value * 1000 if number.endswith("k") else value


def _share(tokens: Sequence[Token], place: int) -> str | None:
    """Return how much "9 of 9" or "0/5" is, where a token ends such a pair."""
    if place < 2 or tokens[place].kind != "number" or tokens[place - 1].text not in _OF:
        return None
    part, whole = tokens[place - 2], tokens[place]
    if part.kind != "number" or not (of := _value(whole.text)):
        return None
    share = _value(part.text) / of
    bounds = (0.0, "none"), (0.1, "few"), (0.9, "many"), (1.0, "all")
    return next((f"@share {name}" for bound, name in bounds if share <= bound), None)


def _concepts(token: Token, name: str) -> tuple[str, ...]:
    match token.kind:
        case "number" | "percent":
            return (_MEANS.get(name[1:-1], f"@{name}"),)
        case "word" | "id" | "other":
            return concepts_of(name)
        case _:
            return ()
