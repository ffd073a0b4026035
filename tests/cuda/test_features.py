"""The page that says what runs where is what the engines say today."""

from pathlib import Path

from experiments.benchmarks import operation_features
from experiments.benchmarks.features import document
from neurosim.networks import operations

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"


def test_the_page_is_what_its_command_makes():
    assert PAGE.read_text(encoding="utf-8") == document()


def test_every_operation_of_networks_is_on_it():
    assert sorted(operation_features.examples()) == sorted(operations.__all__)
