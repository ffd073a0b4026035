"""The cells that divide one another, what a grating drives them by, and their equation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from circuits import stimuli
from circuits.cortex import Gabor, Normalization, bank, normalized_cells
from neurosim import Circuit

FIELD = Gabor(frequency=1.0, orientation=90.0, width=0.4, length=0.6)
ORIENTATIONS = 16  # so near one another that the pool hears all orientations alike
SCREEN = stimuli.Screen((75, 75), pixel=0.05)
ERROR = 0.01  # of the largest response, what such pixels cost
CONTRASTS = np.geomspace(0.01, 1, 21)


class Pool(NamedTuple):
    """The cells, their equation, and how much of a grating's contrast drives the pool."""

    cells: Circuit
    fields: tuple[Gabor, ...]
    rule: Normalization


def pool_of(c50: float, exponent: float) -> Pool:
    """Return the cells, with σ and γ such that a cell has that c50, and 1 as its maximum."""
    fields = bank(FIELD, ORIENTATIONS, phases=4)
    drives = np.maximum(linear_drives(fields, 1.0, FIELD.orientation, 0.0), 0)
    powers = drives**exponent
    rule = Normalization(
        maximum=powers.sum() / powers[0],
        semi_saturation=c50 * powers.sum() ** (1 / exponent),
        exponent=exponent,
    )
    return Pool(normalized_cells(SCREEN, fields, rule), fields, rule)


def linear_drives(
    fields: tuple[Gabor, ...], contrast: float, orientation: float, phase: ArrayLike
) -> np.ndarray:
    """Return how a grating drives cells of these fields, by the closed form: (…, cells)."""
    answers = np.array([field.grating(FIELD.frequency, orientation) for field in fields])
    return contrast * np.real(answers * np.exp(-1j * np.radians(phase))[..., None])


def expected_responses(pool: Pool, linear: np.ndarray) -> np.ndarray:
    """Return the first cell's response by the equation, of linear drives (…, cells)."""
    return np.asarray(pool.rule.response(np.maximum(linear, 0)))[..., 0]


def grating(contrast: float, orientation: float, phase: float) -> np.ndarray:
    """Return a grating of the field's frequency on the screen."""
    return stimuli.grating(
        SCREEN, FIELD.frequency, orientation=orientation, phase=phase, contrast=contrast
    )
