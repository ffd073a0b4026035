"""What experiments accept: the ends of a range, and what lies beyond it."""

import math

import pytest

from experiments.parameters import check_cell, check_range
from neurosim import InputError


def test_both_ends_of_a_range_are_accepted():
    check_range("tone", 100, 100, 3000, " Hz")
    check_range("tone", 3000, 100, 3000, " Hz")
    check_cell(1e-3, 1e3)
    check_cell(1e4, 1e-9)


@pytest.mark.parametrize("value", [99.9, 3000.1, math.nan, math.inf])
def test_what_lies_outside_a_range_is_named_with_its_unit(value):
    with pytest.raises(InputError, match=rf"^tone must be from 100 to 3000 Hz \(got {value:g}\)$"):
        check_range("tone", value, 100, 3000, " Hz")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ((9e-4, 1.0), r"^center must be from 0.001° to 10000° \(got 0.0009°\)$"),
        ((math.nan, 1.0), "^center must be"),
        ((1.0, 0.0), r"^strength must be above 0, at most 1000 \(got 0\)$"),
        ((1.0, math.inf), "^strength must be above 0"),
    ],
)
def test_cells_that_there_are_not_are_refused(cell, message):
    with pytest.raises(InputError, match=message):
        check_cell(*cell)
