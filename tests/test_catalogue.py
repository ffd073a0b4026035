"""What each experiment says of itself in its docstring, which the catalogue reads."""

import itertools
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from matplotlib.mathtext import MathTextParser

from experiments.catalogue import LEVELS, catalogue

NUMBERS = itertools.count()
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_every_experiment_says_what_it_is_about(entry):
    assert entry.title
    assert CHINESE.search(entry.chinese)
    assert entry.row in range(1, 24)
    assert entry.question.endswith("?")
    assert entry.question.count("?") == 1
    assert entry.equation.count("$") >= 2
    for line in entry.equation.split("\n"):
        MathTextParser("path").parse(line)  # raises where it cannot be drawn
    assert "\\frac" not in entry.equation  # too small to read
    assert entry.levels
    assert list(entry.levels) == [level for level in LEVELS if level in entry.levels]


def test_every_row_has_an_experiment_and_every_level_has_several():
    entries = catalogue().values()
    assert {entry.row for entry in entries} == set(range(1, 24))
    for level in LEVELS:
        assert sum(level in entry.levels for entry in entries) >= 5


@pytest.mark.parametrize("name", ["mlp-binary", "mlp-multiclass", "mlp-regression"])
def test_a_network_of_the_sheet_has_as_many_layers_as_its_equation(name):
    entry = catalogue()[name]
    weights = set(re.findall(r"[Ww]_\d", entry.equation))
    source = Path(str(find_spec(entry.module).origin)).read_text(encoding="utf-8")
    assert len(weights) == source.count("model.add(Dense(")


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read the one experiment of a new package from its docstring."""
    monkeypatch.syspath_prepend(tmp_path)

    def read(docstring):
        name = f"catalogued_{next(NUMBERS)}"
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        source = f'r"""{docstring}"""\n\ndef run():\n    pass\n'
        (folder / "one.py").write_text(source, encoding="utf-8")
        return catalogue(name)["one"]

    return read


def test_question_equation_and_levels_are_read_over_several_lines(read):
    entry = read(
        "One · 一 · lecture row 1\n\n"
        "Question: Is it long,\n    or not?\n"
        "Equation: $a = b$\n    $c = \\frac{1}{2}$\n"
        "Levels: computation, algorithm\n\n"
        "And more that is not read: ?\n"
    )
    assert (entry.title, entry.chinese, entry.row) == ("One", "一", 1)
    assert entry.question == "Is it long, or not?"
    assert entry.equation == "$a = b$\n$c = \\frac{1}{2}$"
    assert entry.levels == ("computation", "algorithm")


def test_an_experiment_that_says_nothing_is_in_the_catalogue_all_the_same(read):
    entry = read("One")
    assert (entry.question, entry.equation, entry.levels, entry.row) == ("", "", (), None)
