"""Retina: photoreceptors that adapt, ganglion cells of four kinds, and their temporal kernels.

`ganglion_cells` and `y_cells` take an image and hand on an ON and an OFF sheet; `field` gives
published receptive fields by the cells' name.  `photoreceptors`, `tapped_delay_line` and `cascade`
stand before or behind them: circuits compose by calling.
"""

from .fields import RADII, DifferenceOfGaussians, erf, gaussian
from .ganglion import ganglion_cell, ganglion_cells
from .photoreceptors import photoreceptors
from .published import field
from .temporal import AdelsonBergen, Biphasic, cascade, tapped_delay_line
from .y_cells import y_cells

__all__ = [
    "RADII",
    "AdelsonBergen",
    "Biphasic",
    "DifferenceOfGaussians",
    "cascade",
    "erf",
    "field",
    "ganglion_cell",
    "ganglion_cells",
    "gaussian",
    "photoreceptors",
    "tapped_delay_line",
    "y_cells",
]
