"""V1: Gabor fields, simple cells, complex cells and their normalization.

A `Gabor` is a field and its closed forms, a `bank` of them a list.  The functions return a
`neurosim.Circuit`: cells at one place of a `stimuli.Screen`, or sheets of them over an image.
"""

from .complex import complex_cells
from .gabor import Gabor, bank
from .normalization import (
    Normalization,
    normalization_pool,
    normalized_cells,
    normalized_sheets,
)
from .simple import Row, hubel_wiesel_cells, simple_cells

__all__ = [
    "Gabor",
    "Normalization",
    "Row",
    "bank",
    "complex_cells",
    "hubel_wiesel_cells",
    "normalization_pool",
    "normalized_cells",
    "normalized_sheets",
    "simple_cells",
]
