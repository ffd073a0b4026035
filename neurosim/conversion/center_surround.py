"""Center and surround: sheets of ON and OFF cells with the same field, turned."""

from __future__ import annotations

import numpy as np

from ..networks.layers import CenterSurround
from ..sources import convolve
from .cells import Cells, Construction, Flow


def center_surround(
    layer: CenterSurround, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return rectified cells: what excites the ON cells is subtracted from the OFF cells."""
    image = construction.neurons(heard[0]).reshape(*shape[:2], 1)
    kernel = layer.kernel.read().astype(np.float64)
    return Cells(
        layer.name, shape, (image,),
        lambda weights: convolve(image, weights, border=layer.border),
        np.concatenate([kernel, -kernel], axis=3), transfer="threshold-linear",
    )  # fmt: skip
