"""What lies beyond the border of images, as the simulator's convolutions have it."""

from __future__ import annotations

import numpy as np

from ...errors import InputError, unknown
from ...kernels.tables import REFLECT, WRAP, ZERO
from ..engines import engine
from ..record import Vjp
from .declaration import rearrangement
from .windows import is_pair_of_counts

BORDERS = {"zero": ZERO, "reflect": REFLECT, "wrap": WRAP}


@rearrangement
def extend(
    x: np.ndarray, /, rows: tuple[int, int], columns: tuple[int, int], border: str = "zero"
) -> tuple[np.ndarray, Vjp]:
    """Images with some rows and columns more around them.

    Parameters
    ----------
    x
        (batch, height, width, channels).
    rows, columns
        How many are put before and after.
    border
        ``zero``; ``reflect``, the image in a mirror at its edge; ``wrap``, its other side.

    Raises
    ------
    InputError
        No images, widths that are not two whole numbers from 0 on, or another border.
    """
    if not isinstance(border, str) or border not in BORDERS:
        raise InputError(f"extend: {unknown('border', str(border), BORDERS)}")
    if x.ndim != 4 or 0 in x.shape[1:3]:
        raise InputError(
            f"extend: images have the shape (batch, height, width, channels) (got {x.shape})"
        )
    for what, widths in (("rows", rows), ("columns", columns)):
        if not is_pair_of_counts(widths, least=0):
            raise InputError(
                f"extend: {what} must be two whole numbers, 0 or more: how many are put before and "
                f"after (got {widths!r})"
            )
    on = engine()
    x = on.xp.ascontiguousarray(x)
    shape, code = x.shape, BORDERS[border]
    height, width = (
        n + int(sum(more)) for n, more in zip(shape[1:3], (rows, columns), strict=True)
    )
    frame = (int(rows[0]), int(columns[0]), height, width)
    whole = on.xp.empty((len(x), height, width, shape[3]), x.dtype)
    on.kernels.extend_images(x.reshape(-1), shape, frame, code, whole.reshape(-1))

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        found = on.xp.empty(shape, g.dtype)
        cotangent = on.xp.ascontiguousarray(g).reshape(-1)
        on.kernels.return_to_images(cotangent, shape, frame, code, found.reshape(-1))
        return (found,)

    return whole, vjp
