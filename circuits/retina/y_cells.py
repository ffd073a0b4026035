"""Y cells: they sum over a wide field what small subunits have rectified."""

from __future__ import annotations

from neurosim import Circuit, convolve
from neurosim.neurons import power
from neurosim.timing import positive

from .fields import DifferenceOfGaussians, gaussian
from .ganglion import ganglion_cells
from .published import field


def y_cells(
    shape: tuple[int, int],
    subunit: DifferenceOfGaussians | None = None,
    *,
    pixel: float = 0.05,
    pool: float = 1.0,
    exponent: float = 1.5,
    border: str = "reflect",
) -> Circuit:
    """Return a retina with Y cells: an image in, a sheet of ON and a sheet of OFF Y cells out.

    Each sums an array of center–surround subunits, each rectified for itself (Hochstein & Shapley
    1976; Enroth-Cugell & Freeman 1987).  So it answers to both reversals of a fine grating,
    wherever the grating lies, and has no null position as an X cell has.  The subunits lie
    all over the pool, whose width is our choice.

    Parameters
    ----------
    shape
        Rows and columns of the image and of each sheet.
    subunit
        A subunit's receptive field; left out, ``field("Y")``.
    pixel
        Degrees a pixel.
    pool
        Standard deviation in degrees of the Gaussian, of volume 1, over which a cell sums them.
    exponent
        Of the subunits' rectifier [x]₊ⁿ; 1.4 or 1.5 in most cells (Enroth-Cugell & Freeman 1987).
    border
        What lies beyond the image, as `neurosim.convolve`.

    Raises
    ------
    CircuitError
        As `ganglion_cells`; an exponent that is not above 0.
    InputError
        A pool that is not above 0.
    """
    circuit = Circuit("Y cells")
    image = circuit.inputs("image", shape=shape, real=True)
    sheets = ganglion_cells(
        shape, field("Y") if subunit is None else subunit, pixel=pixel, border=border
    )(image)
    weights = gaussian(positive(pool, "pool", "degrees"), pixel)
    for name, sheet in zip(("on", "off"), sheets, strict=True):
        rectified = circuit.rate(f"{name} subunits", excite=sheet, transfer=power(exponent))
        summed = convolve(rectified, weights, border=border)
        circuit.output(circuit.rate(name, excite=summed))
    return circuit
