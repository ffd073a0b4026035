"""Edges: zero crossings of a difference of Gaussians, found by neurons (Marr & Hildreth 1980).

Beside a step of brightness ON cells answer on the bright side and OFF cells on the dark side, and
between them the response goes through 0: an edge is where an ON cell is active next to an OFF cell.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurosim import Circuit, Source, convolve
from neurosim.sources import Drive

from .checking import parameter, sheet
from .retina import DifferenceOfGaussians, ganglion_cells

RATIO = 1.6  # of the Gaussians' widths, with which they come nearest to ∇²G
# Where the dark side lies: rows down, columns to the right.
SIDES = {"above": (-1, 0), "below": (1, 0), "left": (0, -1), "right": (0, 1)}


def marr_hildreth(center: float = 0.5, pixel: float = 0.25) -> DifferenceOfGaussians:
    """Return the receptive field: two Gaussians of equal volume, their widths as 1 to 1.6.

    Parameters
    ----------
    center
        1/e radius of the narrower one in degrees.
    pixel
        Degrees a pixel, over which the volumes are made equal, so that a uniform image has no
        response whose sign could count.

    Raises
    ------
    CircuitError
        A radius or a pixel that is not possible.
    """
    center = parameter(center, "center", "degrees", above=0)
    field = DifferenceOfGaussians(center, RATIO * center, 1.0, 1.0)
    narrow, wide = (float(kernel.sum()) for kernel in field.kernels(pixel))
    return replace(field, surround_gain=narrow / wide)


def edge_cells(
    shape: tuple[int, int],
    center: float = 0.5,
    *,
    pixel: float = 0.25,
    threshold: float = 1e-6,
    border: str = "reflect",
) -> Circuit:
    """Return a sheet of cells that mark edges: an image in, 1 on every edge and 0 elsewhere out.

    Behind the retina, binary cells say where ON and where OFF cells answer with `threshold` or
    more.  An edge cell stands on the bright side: it is the AND of an active ON cell and an active
    OFF cell above, below, left or right of it.  Where a cell answers nothing, right on the edge,
    it is the AND of an ON cell on one side and an OFF cell on the other.  On a straight step the
    response is 0 along the step whatever its contrast, and so the marks are the bright pixels that
    border on dark ones; around a curve they lie a little beside it.

    Parameters
    ----------
    shape, pixel, border
        As `circuits.retina.ganglion_cells`; the image is in contrast.
    center
        1/e radius of the receptive field's center in degrees, as `marr_hildreth`.
    threshold
        What is noise, in the units of the image: weaker responses beside an edge do not count.
        White noise of standard deviation s makes responses of s·`noise_gain(center, pixel)`.  The
        default is beneath any contrast, and above rounding.

    Returns
    -------
    Output "edges", 0 or 1, of the image's shape.

    Raises
    ------
    CircuitError
        A threshold that is not above 0; otherwise as `circuits.retina.ganglion_cells`.
    """
    threshold = parameter(threshold, "edge_cells: threshold", above=0)
    circuit = Circuit("edges")
    image = circuit.inputs("image", shape=shape, real=True)
    retina = ganglion_cells(shape, marr_hildreth(center, pixel), pixel=pixel, border=border)
    on, off = (
        circuit.binary(name, excite=cells, threshold=threshold)
        for name, cells in zip(("on", "off"), retina(image), strict=True)
    )
    crossings = []
    for side, (down, right) in SIDES.items():
        dark, bright = _neighbour(off, down, right), _neighbour(on, -down, -right)
        beside = circuit.binary(f"beside_{side}", excite=on + dark, threshold=2)
        across = circuit.binary(
            f"across_{side}", excite=bright + dark, subtract=on + off, threshold=2
        )
        crossings += [beside, across]
    circuit.output(circuit.binary("edges", excite=sum(crossings), threshold=1))
    return circuit


def difference_cells(shape: tuple[int, int], threshold: float = 1e-6) -> Circuit:
    """Return a sheet of cells that mark edges without a retina: each pixel against its neighbours.

    A binary cell for each side says where a pixel is brighter by `threshold` or more than the one
    above, below, left or right of it; an edge cell is the OR of the four.  It finds the same edges
    as `edge_cells` in a clean image of a straight step; and every grain of noise in others, since
    nothing is blurred.

    Parameters
    ----------
    shape
        Rows and columns of the image.
    threshold
        In the units of the image, above 0.

    Returns
    -------
    Output "edges", 0 or 1, of the image's shape.

    Raises
    ------
    CircuitError
        A threshold that is not above 0; a shape that is none.
    """
    threshold = parameter(threshold, "difference_cells: threshold", above=0)
    circuit = Circuit("difference cells")
    image = circuit.inputs("image", shape=sheet(shape, "difference_cells"), real=True)
    brighter = [
        circuit.binary(
            side,
            excite=image,
            subtract=_neighbour(image, down, right, "reflect"),
            threshold=threshold,
        )
        for side, (down, right) in SIDES.items()
    ]
    circuit.output(circuit.binary("edges", excite=sum(brighter), threshold=1))
    return circuit


def _neighbour(cells: Source, down: int, right: int, border: str = "zero") -> Drive:
    """Return what each place hears of the cell so many rows down and columns to the right."""
    kernel = np.zeros((3, 3))
    kernel[1 + down, 1 + right] = 1
    return convolve(cells, kernel, border=border)


def noise_gain(center: float = 0.5, pixel: float = 0.25) -> float:
    """Return the standard deviation of responses to white noise of standard deviation 1."""
    narrow, wide = marr_hildreth(center, pixel).kernels(pixel)
    reach = (len(wide) - len(narrow)) // 2
    return float(np.sqrt(np.square(np.pad(narrow, reach) - wide).sum()))
