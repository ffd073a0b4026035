"""The benchmarks' report: what is measured stands in it, and what was written around it stays."""

from pathlib import Path

import pytest

from experiments.benchmarks.pairs import NAMES, Missing, Pair
from experiments.benchmarks.table import HEAD, document, report
from experiments.benchmarks.targets import BOUNDS, TARGETS
from experiments.benchmarks.timing import Row

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks.md"
COMMAND = "python -m experiments.benchmarks"


def measured(module, peer, ratio, ours=10.0, quick=False):
    pair = Pair(module, 0, "a task", peer, quick)
    row = Row("a task", peer, "ms", ours, ours * ratio, (ratio,), None, None, None, "")
    return pair, row


def test_each_row_says_whether_its_target_is_reached():
    text = report(
        COMMAND,
        [
            measured("dog_sheets", "SciPy", 3.1),
            measured("adder", "NumPy (units, patterns)", 4.7),
            measured("start", "its imports", 0.3, ours=1900.0),
            measured("start", "the same, compiled", 0.3, ours=10_001.0),
            measured("adder", "NumPy (patterns, units)", 0.1, quick=True),
            measured("dog_sheets", "OpenCV", 0.5),
        ],
    )
    for words in (
        "ratio ≥ 3: reached",
        "ratio ≥ 5: missed",
        "≤ 2,000: reached",
        "≤ 10,000: missed",
    ):
        assert words in text
    (missed,) = (line for line in text.splitlines() if line.startswith("Targets missed: "))
    assert missed.count("a task") == 3
    assert "a task (10001 ms)" in missed
    (faster,) = (line for line in text.splitlines() if line.startswith("Peers faster"))
    assert "OpenCV (0.50)" in faster
    assert "imports" not in faster


def test_a_peer_that_is_absent_keeps_its_row():
    pair = Pair("adder", 0, "a task", "jax", False)
    text = report(COMMAND, [(pair, Missing("jax is not installed", failed=False))])
    (row,) = (line for line in text.splitlines() if line.startswith("| a task"))
    assert row.count("|") == len(HEAD) + 1
    assert row.split("|")[-2].strip() == "jax is not installed"
    assert "Peers faster than ours: none." in text
    assert "Targets" not in text


def test_what_is_measured_again_replaces_its_table_and_nothing_else():
    first = document("", COMMAND, [measured("adder", "A", 1.0)])
    assert first.startswith("# Benchmarks\n\nEach row")
    written = first.replace("Each row", "By hand. Each row") + "\nAfter it.\n"
    both = document(written, f"{COMMAND} adder", [measured("adder", "B", 2.0)])
    assert both.startswith(written.rstrip())
    again = document(both, COMMAND, [measured("adder", "C", 3.0)])
    assert "| A " not in again
    assert [again.count(f"| {peer} ") for peer in "BC"] == [1, 1]
    assert again.index("By hand.") < again.index("| C ") < again.index("After it.")
    assert document(again, COMMAND, [measured("adder", "C", 3.0)]) == again


def test_a_table_whose_end_was_lost_takes_nothing_along():
    broken = f"<!-- begin: {COMMAND} -->\nprecious\n"
    assert "precious" in document(broken, COMMAND, [measured("adder", "A", 1.0)])


def test_the_document_can_be_measured_again_in_its_place():
    text = DOCS.read_text(encoding="utf-8")
    renewed = document(text, COMMAND, [measured("adder", "A", 1.0)])
    assert renewed.partition("<!-- begin")[0] == text.partition("<!-- begin")[0]
    assert renewed.count("<!-- begin") == text.count("<!-- begin")


@pytest.mark.parametrize("module", sorted({module for module, _ in TARGETS} | set(BOUNDS)))
def test_targets_are_of_benchmarks_that_there_are(module):
    assert module in NAMES
