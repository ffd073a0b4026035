"""The page that says what runs where is what the engines say today."""

from pathlib import Path

from experiments.benchmarks.features import document

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"


def test_the_page_is_what_its_command_makes():
    assert PAGE.read_text(encoding="utf-8") == document()
