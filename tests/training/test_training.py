"""The weights are what the labelled messages make of them."""

import json
from collections import Counter

import pytest

from bot.classification.weights import LABELS
from tests.training.labelled import FOLDER, SHOWN, messages, read


def test_many_authors_wrote_many_messages_with_every_label() -> None:
    seen = messages()

    assert len(seen) >= 500
    assert len({one.author for one in seen}) >= 5
    assert min(Counter(one.right[0] for one in seen)[label] for label in LABELS) >= 100
    assert len({one.text for one in seen}) == len(seen)


def test_nothing_is_learned_from_the_shown_examples() -> None:
    assert not {one.text for one in messages()} & {one.text for one in read(SHOWN)}


def test_each_file_is_sorted_by_its_ids() -> None:
    for path in FOLDER.glob("*.json"):
        ids = [row["id"] for row in json.loads(path.read_text(encoding="utf-8"))]

        assert ids == sorted({*ids})


@pytest.mark.timeout(600)
def test_training_again_gives_the_same_file() -> None:
    pytest.importorskip("sklearn", reason="needs the group training")
    from tests.training.weights import FILE, trained  # noqa: PLC0415

    assert FILE.read_text(encoding="utf-8") == trained()
