"""What lies beyond the border of images, as the simulator's convolutions have it."""

from __future__ import annotations

import numpy as np

from ...errors import InputError, unknown
from ...kernels import rules
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
    taken = [
        np.array([rules.folded(at, n, BORDERS[border]) for at in range(-before, n + after)])
        for n, (before, after) in zip(x.shape[1:3], (rows, columns), strict=True)
    ]
    whole = x[:, on.take(taken[0])][:, :, on.take(taken[1])]
    for axis, places in enumerate(taken):
        whole[(slice(None),) * (axis + 1) + (on.take(np.flatnonzero(places < 0)),)] = 0

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        across = on.xp.zeros((x.shape[1], *g.shape[:1], *g.shape[2:]), g.dtype)
        for place, from_ in zip(taken[0].tolist(), np.moveaxis(g, 1, 0), strict=True):
            if place >= 0:
                across[place] += from_
        found = on.xp.zeros((x.shape[2], *x.shape[:2], x.shape[3]), g.dtype)
        for place, from_ in zip(taken[1].tolist(), np.moveaxis(across, 2, 0), strict=True):
            if place >= 0:
                found[place] += np.moveaxis(from_, 0, 1)
        return (np.moveaxis(found, 0, 2),)

    return whole, vjp
