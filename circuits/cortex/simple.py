"""Simple cells: Gabor cells, and Hubel & Wiesel's, wired from rows of LGN cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import Circuit, CircuitError, power
from neurosim.timing import whole

from .. import lgn
from ..checking import parameter, record, several
from ..retina import DifferenceOfGaussians
from ..stimuli import Screen
from ..stimuli.screen import point
from ..stimuli.shapes import normal
from .gabor import Gabor

MOST = 1 << 10  # ON centers of a row


def simple_cells(
    screen: Screen, fields: Gabor | Sequence[Gabor], *, at: tuple[float, float] = (0.0, 0.0),
    exponent: float = 2.0, threshold: float = 0.0,
) -> Circuit:  # fmt: skip
    """Return simple cells at one place: an image in, [G·image − θ]₊ⁿ of each field G out.

    A power law keeps the tuning's width whatever the contrast; a threshold does not, the
    iceberg effect (Heeger 1992; Finn, Priebe & Ferster 2007).

    Parameters
    ----------
    screen
        What they look at; the image has its shape.
    fields
        One, and the output is one cell; or several, and it has their number.
    at
        Degrees right and up of the screen's middle, where the fields lie.
    exponent
        n: 1 rectifies, 2 half-squares.
    threshold
        θ, in units of a field's response to its own grating of contrast 1.

    Raises
    ------
    CircuitError
        A field that the screen cannot hold, an exponent that is not above 0.
    """
    each = several(fields, Gabor, "simple cells", "field")
    weights = np.stack([field.weights(screen, at).ravel() for field in each])
    if isinstance(fields, Gabor):
        weights = weights[0]
    circuit = Circuit("simple cells")
    image = circuit.inputs("image", shape=screen.shape, real=True)
    cells = circuit.rate(
        "simple", drive=weights @ image, threshold=threshold, transfer=power(exponent)
    )
    circuit.output(cells)
    return circuit


@dataclass(frozen=True)
class Row:
    """Where a simple cell's LGN cells lie: a row of ON centers between two rows of OFF centers.

    The cell prefers bars along the row of ON centers, which is that of Hubel & Wiesel 1962, figure
    19.  LGN cells of the other sign hold its flanks, as Reid & Alonso 1995 found them connected.

    Attributes
    ----------
    cells : how many ON centers, and as many OFF centers on each side
    spacing : degrees between neighbours in a row
    flank : degrees from the row to those beside it
    orientation : degrees of the row, as `stimuli.Screen` counts them: 90 is vertical
    """

    cells: int = 5
    spacing: float = 0.62
    flank: float = 1.5
    orientation: float = 90.0

    def __post_init__(self) -> None:
        whole(self.cells, "a row's cells", 1, MOST)
        for name in ("spacing", "flank"):
            parameter(getattr(self, name), f"row: {name}", "degrees", above=0)
        parameter(self.orientation, "row: orientation")

    @property
    def length(self) -> float:
        """Degrees from the first center to the last."""
        return (self.cells - 1) * self.spacing

    def places(self, offset: float = 0.0) -> np.ndarray:
        """Return x and y in degrees of the row's centers, moved across it: (cells, 2)."""
        across = np.array(normal(self.orientation))
        along = np.array([-across[1], across[0]])
        steps = (np.arange(self.cells) - (self.cells - 1) / 2) * self.spacing
        return offset * across + steps[:, None] * along

    def drive(
        self, field: DifferenceOfGaussians, frequency: ArrayLike, orientation: ArrayLike,
        phase: ArrayLike = 0.0,
    ) -> Any:  # fmt: skip
        """Return what a grating of contrast 1 drives the cell by, before its threshold.

        Each LGN cell answers with the field's response to the frequency, at the phase that the
        grating has where its center lies, rectified.

        Parameters
        ----------
        field
            Of the LGN cells.
        frequency, orientation, phase
            Of the grating: cycles per degree, degrees, degrees; they broadcast.
        """
        across = np.radians(np.subtract(orientation, 90.0))
        turn = 2 * math.pi * np.asarray(frequency)
        total: Any = 0.0
        for offset, sign, share in self._rows():
            for x, y in self.places(offset):
                here = turn * (np.cos(across) * x + np.sin(across) * y) - np.radians(phase)
                answer = np.maximum(sign * field.grating(frequency) * np.cos(here), 0)
                total = total + share / self.cells * answer
        return total

    def weights(self, screen: Screen, at: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights from the sheets of ON and of OFF cells, each (rows, columns).

        Half the weight, 1 in all, comes from the ON centers, and a quarter from the OFF centers of
        either side.  A center between pixels is shared among the four around it.

        Raises
        ------
        CircuitError
            A center that does not lie on the screen.
        """
        at = point(at)
        on, off = np.zeros(record(screen, Screen, "screen").shape), np.zeros(screen.shape)
        for offset, sign, share in self._rows():
            for place in self.places(offset) + at:
                _share(on if sign > 0 else off, screen, place, share / self.cells)
        return on, off

    def _rows(self) -> tuple[tuple[float, int, float], ...]:
        """Return each row's offset in degrees, its sign (1 is ON) and its share of the weight."""
        return (0.0, 1, 0.5), (self.flank, -1, 0.25), (-self.flank, -1, 0.25)


def _share(sheet: np.ndarray, screen: Screen, place: np.ndarray, weight: float) -> None:
    """Add a weight to the pixels around a place, each the more the nearer."""
    column = place[0] / screen.pixel + (screen.shape[1] - 1) / 2
    row = (screen.shape[0] - 1) / 2 - place[1] / screen.pixel
    if not (0 <= row < screen.shape[0] - 1 and 0 <= column < screen.shape[1] - 1):
        raise CircuitError(
            f"row: a center at ({place[0]:.3g}°, {place[1]:.3g}°) lies beyond the screen of "
            f"{screen.width:g}° × {screen.height:g}°: take a larger screen or a shorter row"
        )
    top, left = int(row), int(column)
    down, right = row - top, column - left
    shares = np.outer([1 - down, down], [1 - right, right])
    sheet[top : top + 2, left : left + 2] += weight * shares


def hubel_wiesel_cells(
    screen: Screen, rows: Row | Sequence[Row], field: DifferenceOfGaussians | None = None, *,
    at: tuple[float, float] = (0.0, 0.0), threshold: float = 0.0,
) -> Circuit:  # fmt: skip
    """Return retina, LGN and simple cells that each hear a row of LGN cells: [drive − θ]₊.

    The LGN is built inside by calling `circuits.lgn.sheets`; all cells share it.

    Parameters
    ----------
    screen
        What they look at.  It should reach three radii of the surround beyond the rows.
    rows
        One, and the output is one cell; or several, and it has their number.
    field
        The LGN cells' receptive field; left out, the standard one.
    at
        Degrees right and up of the screen's middle, where the rows' middles lie.
    threshold
        θ: the mean activity of the LGN cells that does not make it fire yet.

    Raises
    ------
    CircuitError
        Rows that leave the screen; as `circuits.lgn.sheets`.
    """
    each = several(rows, Row, "Hubel–Wiesel cells", "row")
    weights = np.array([row.weights(screen, at) for row in each])  # (rows, ON or OFF, *screen)
    from_on, from_off = (weights[:, k].reshape(len(each), -1) for k in (0, 1))
    if isinstance(rows, Row):
        from_on, from_off = from_on[0], from_off[0]
    circuit = Circuit("Hubel–Wiesel cells")
    image = circuit.inputs("image", shape=screen.shape, real=True)
    on, off = lgn.sheets(screen.shape, field, pixel=screen.pixel)(image)
    cells = circuit.rate("simple", excite=from_on @ on + from_off @ off, threshold=threshold)
    circuit.output(cells)
    return circuit
