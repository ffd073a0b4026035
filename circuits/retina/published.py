"""Receptive fields of ganglion cells as they were published, by the cells' name.

Of the macaque's cells Croner & Kaplan (1995) found the surround's gain, integrated, to be 0.55 of
the center's wherever they looked.  Their radii are 1/e radii, as ours.
"""

from __future__ import annotations

from neurosim import CircuitError

from ..checking import parameter
from .fields import DifferenceOfGaussians

ECCENTRICITIES = ((0, 5), (10, 20))  # degrees, for which there are radii here
CENTERS = {"P": (0.03, 0.07), "M": (0.10, 0.18)}  # degrees, at those
WIDER = {"P": 6.7, "M": 4.8}  # the surround's radius over the center's
GAIN = 0.55  # the surround's volume over the center's
CATS = {
    "X": DifferenceOfGaussians(),
    "Y": DifferenceOfGaussians(0.25, 0.5, 1.0, 1.0),
}


def field(cell: str, eccentricity: float | None = None) -> DifferenceOfGaussians:
    """Return the receptive field of a kind of ganglion cell.

    "P" and "M" are the macaque's, which project to the parvo- and magnocellular layers (Croner &
    Kaplan 1995).  "X" is of the order of a cat's X cell: the parameters of pyLGN (Mobarhan et al.
    2018).  "Y" is the field of one subunit of a cat's Y cell (`y_cells`): a center of 0.25° at an
    eccentricity of 10°, and a surround as strong as the center (Enroth-Cugell & Freeman 1987),
    here twice as wide.

    Parameters
    ----------
    cell
        "P", "M", "X" or "Y".
    eccentricity
        Degrees from the fovea, of "P" and "M" only: 0 to 5 or 10 to 20; left out, the former.

    Raises
    ------
    CircuitError
        Another name; an eccentricity for which there is no field here.
    """
    if not isinstance(cell, str) or cell not in (*CENTERS, *CATS):
        raise CircuitError(f"no field is known of a cell {cell!r}: give 'P', 'M', 'X' or 'Y'")
    if cell in CATS:
        if eccentricity is not None:
            raise CircuitError(f"field({cell!r}) takes no eccentricity: only 'P' and 'M' do")
        return CATS[cell]
    what = f"field({cell!r}): eccentricity"
    at = 0.0 if eccentricity is None else parameter(eccentricity, what)
    for (inner, outer), center in zip(ECCENTRICITIES, CENTERS[cell], strict=True):
        if inner <= at <= outer:
            return DifferenceOfGaussians(center, WIDER[cell] * center, 1.0, GAIN)
    known = " or ".join(f"{inner}° to {outer}°" for inner, outer in ECCENTRICITIES)
    raise CircuitError(f"{what} must be {known} (got {at:g})")
