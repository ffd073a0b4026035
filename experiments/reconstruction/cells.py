"""The brain that is read: 128 LGN cells, or 128 complex cells of V1, and the spikes they fire."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from circuits import cortex, lgn
from neurosim import Circuit

from .digits import MARGIN, SCREEN, SIDE, Digits, on_screen

STEP = 2  # pixels between neighbouring LGN cells
PLACES, ORIENTATIONS = 4, 8  # of complex cells: places a side, cells at each
SPACING = SIDE * SCREEN.pixel / PLACES  # degrees
# The energy is tuned over 1.1 octaves, the macaque's cells over 0.8 to 3 (Foster et al. 1985).
FIELDS = cortex.bank(cortex.Gabor(frequency=0.6, width=0.6, length=0.6), ORIENTATIONS, phases=1)
ANSCOMBE = 3 / 8


def lgn_cells() -> Circuit:
    """Return 64 ON and 64 OFF cells that look at a digit: a screen in, (8, 8) each out."""
    circuit = Circuit("lgn")
    screen = circuit.inputs("screen", shape=SCREEN.shape, real=True)
    kept = slice(MARGIN, MARGIN + SIDE, STEP)
    for name, sheet in zip(
        ("on", "off"), lgn.sheets(SCREEN.shape, pixel=SCREEN.pixel)(screen), strict=True
    ):
        circuit.output(circuit.rate(name, excite=sheet[kept, kept]))
    return circuit


def complex_cells() -> Circuit:
    """Return complex cells of 8 orientations at 4 × 4 places: a screen in, 16 times (8,) out."""
    circuit = Circuit("v1")
    screen = circuit.inputs("screen", shape=SCREEN.shape, real=True)
    steps = (np.arange(PLACES) - (PLACES - 1) / 2) * SPACING
    for row, up in enumerate(steps[::-1].tolist()):
        for column, right in enumerate(steps.tolist()):
            cells = cortex.complex_cells(SCREEN, FIELDS, at=(right, up))(screen)
            circuit.output(cells, f"row {row} column {column}")
    return circuit


BRAINS = {"LGN": lgn_cells, "V1": complex_cells}


@dataclass(frozen=True, eq=False)
class Population:
    """Cells, and what they fire.

    Attributes
    ----------
    expected : spikes of each cell as an image is shown, (images, cells)
    usual : each cell's mean of them over the images that are learned from, (cells,)
    """

    name: str
    expected: np.ndarray
    usual: np.ndarray

    @classmethod
    def shown(cls, name: str, digits: Digits, spikes: float) -> Population:
        """Return what cells answer to all digits; `spikes` is the mean of all of `usual`."""
        answers = BRAINS[name]()(on_screen(digits.images))
        cells = np.concatenate([np.reshape(a, (len(digits.images), -1)) for a in answers], axis=1)
        cells *= spikes / cells[digits.learned].mean()
        return cls(name, cells, cells[digits.learned].mean(axis=0))

    def counts(self, which: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Return the spikes fired as some images are shown once, (len(which), cells).

        They are Poisson's: their variance is their mean, about as in V1 (Tolhurst, Movshon & Dean
        1983).
        """
        return random.poisson(self.expected[which])

    def steadied(self, counts: np.ndarray) -> np.ndarray:
        """Return √(n + ⅜) beside what is usual, which varies about alike whatever the mean.

        Anscombe (1948).
        """
        return np.sqrt(counts + ANSCOMBE) - np.sqrt(self.usual + ANSCOMBE)
