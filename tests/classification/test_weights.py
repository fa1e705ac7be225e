"""The weights that come with the bot."""

import subprocess
import sys
import tracemalloc
from importlib.resources import files
from time import process_time

from bot.classification import weights
from bot.classification.weights import LABELS, shipped


def test_the_file_is_smaller_than_a_megabyte() -> None:
    text = files(weights.__package__).joinpath("weights.json").read_bytes()

    assert len(text) < 1_000_000


def test_each_feature_has_a_weight_for_each_label() -> None:
    assert len(shipped().biases) == len(LABELS)
    assert {len(row) for row in shipped().features.values()} == {1 + len(LABELS)}


def test_the_weights_are_read_fast_and_are_small() -> None:
    def taken() -> float:
        start = process_time()
        shipped.__wrapped__()
        return process_time() - start

    # 50 ms on a quiet machine; tests run on busy ones.
    assert min(taken() for _ in range(3)) < 0.15
    tracemalloc.start()
    kept = shipped.__wrapped__()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.features
    assert size < 10_000_000


def test_a_start_of_the_bot_reads_no_weights() -> None:
    code = (
        "import bot.app; from bot.classification import concepts, weights; "
        "print(weights.shipped.cache_info().currsize, "
        "concepts._tables.cache_info().currsize)"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == ["0", "0"]
