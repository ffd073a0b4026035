"""V1: Gabor fields, simple cells, complex cells and their normalization.

Every function returns a `neurosim.Circuit` that looks at a `stimuli.Screen`.
"""

from .complex import complex_cells
from .gabor import Gabor, bank
from .normalization import Normalization, normalization_pool, normalized_cells
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
    "simple_cells",
]
