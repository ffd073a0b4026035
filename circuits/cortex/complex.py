"""Complex cells: the energy model (Adelson & Bergen 1985)."""

from __future__ import annotations

from collections.abc import Sequence

from neurosim import Circuit

from ..checking import several
from ..stimuli import Screen
from .gabor import Gabor
from .simple import simple_cells

PHASES = (0.0, 90.0, 180.0, 270.0)  # a quadrature pair, and the same with the signs turned


def complex_cells(
    screen: Screen, fields: Gabor | Sequence[Gabor], *, at: tuple[float, float] = (0.0, 0.0)
) -> Circuit:
    """Return complex cells at one place: an image in, the energy e² + o² of each field out.

    e and o are what the field and its partner, a quarter cycle on, make of the image.  No cell
    fires below 0, so four half-squared simple cells hold them: e² = [e]₊² + [−e]₊².

    Under a drifting grating the energy stays as it is, but for twice its frequency, as far as
    the correction of the mean makes even and odd fields differ (`Gabor.grating`).

    Parameters
    ----------
    screen, at
        As `simple_cells`.
    fields
        One, and the output is one cell; or several, and it has their number.

    Raises
    ------
    CircuitError
        As `simple_cells`.
    """
    each = several(fields, Gabor, "complex cells", "field")
    phases = [field.shifted(phase) for phase in PHASES for field in each]
    pairs = simple_cells(screen, phases, at=at)
    circuit = Circuit("complex cells")
    image = circuit.inputs("image", shape=screen.shape, real=True)
    simple = pairs(image).reshape(len(PHASES), len(each))
    four = simple[:, 0] if isinstance(fields, Gabor) else simple
    circuit.output(circuit.rate("complex", excite=sum(four)))
    return circuit
