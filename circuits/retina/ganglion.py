"""Ganglion cells that sum linearly and then rectify: ON and OFF sheets, and one cell alone."""

from __future__ import annotations

from neurosim import Circuit, CircuitError, convolve

from ..checking import parameter, record_or, sheet
from .fields import DifferenceOfGaussians


def ganglion_cells(
    shape: tuple[int, int],
    field: DifferenceOfGaussians | None = None,
    *,
    pixel: float = 0.1,
    border: str = "reflect",
) -> Circuit:
    """Return a retina: an image in, a sheet of ON and a sheet of OFF ganglion cells out.

    Graded bipolar cells carry the difference center − surround; ON cells answer where it is
    positive, OFF cells where it is negative.

    Parameters
    ----------
    shape
        Rows and columns of the image and of each sheet.
    field
        The receptive field; left out, the standard one (`DifferenceOfGaussians`).
    pixel
        Degrees a pixel.
    border
        What lies beyond the image, as `neurosim.convolve`.

    Raises
    ------
    CircuitError
        A shape, a field or a pixel that is not possible; a surround not wider than the center; a
        pixel wider than the center's radius.
    """
    center, surround = _seen_by_cells(field, pixel).kernels(pixel)
    retina = Circuit("retina")
    image = retina.inputs("image", shape=shape, real=True)
    bipolar = retina.rate(
        "bipolar",
        excite=convolve(image, center, border=border),
        subtract=convolve(image, surround, border=border),
        transfer="identity",
    )
    retina.output(retina.rate("on", excite=bipolar))
    retina.output(retina.rate("off", subtract=bipolar))
    return retina


def ganglion_cell(
    shape: tuple[int, int],
    field: DifferenceOfGaussians | None = None,
    *,
    pixel: float = 0.1,
    transfer: str = "identity",
) -> Circuit:
    """Return one cell that looks at the middle of an image: what an electrode would record.

    With transfer "identity" its activity is the linear response, also below 0.

    Parameters
    ----------
    shape
        Rows and columns of the image, both odd, so that there is a middle.
    field, pixel
        As `ganglion_cells`.
    transfer
        A transfer function's name; "threshold-linear" makes it an ON cell.

    Raises
    ------
    CircuitError
        An even side; otherwise as `ganglion_cells`.
    """
    rows, columns = sheet(shape, "ganglion_cell")
    if rows % 2 == 0 or columns % 2 == 0:
        raise CircuitError(
            f"ganglion_cell: the image needs a middle pixel, so odd sides (got {rows} × {columns})"
        )
    radius = max(rows, columns) // 2
    center, surround = _seen_by_cells(field, pixel).kernels(pixel, radius)
    top, left = radius - rows // 2, radius - columns // 2
    seen = (slice(top, top + rows), slice(left, left + columns))
    circuit = Circuit("ganglion cell")
    image = circuit.inputs("image", shape=shape, real=True)
    cell = circuit.rate(
        "cell",
        excite=center[seen].ravel() @ image,
        subtract=surround[seen].ravel() @ image,
        transfer=transfer,
    )
    circuit.output(cell)
    return circuit


def _seen_by_cells(field: DifferenceOfGaussians | None, pixel: float) -> DifferenceOfGaussians:
    """Return the field, the standard one if none is given, if such pixels can show it."""
    field = record_or(field, DifferenceOfGaussians(), "receptive field")
    center, surround = field.center, field.surround
    if field.surround_gain and surround <= center:
        raise CircuitError(
            f"the surround must be wider than the center (got a surround of {surround:g}°, a "
            f"center of {center:g}°)"
        )
    if parameter(pixel, "pixel", "degrees", above=0) > center:
        raise CircuitError(
            f"the pixels of {pixel:g}° are too coarse for a center of {center:g}°: take "
            f"{center:g}° at most, {center / 10:g}° for responses within 1%"
        )
    return field
