"""Divisive normalization: each cell's drive over that of all (Heeger 1992)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from neurosim import Circuit, convolve, power
from neurosim.timing import whole

from ..checking import parameter, record_or, several
from ..retina import gaussian
from ..stimuli import Screen
from .gabor import Gabor
from .simple import simple_cells

MOST = 1 << 24  # cells of a pool


@dataclass(frozen=True)
class Normalization:
    """Rⱼ = γ·Dⱼⁿ/(σⁿ + Σₖ Dₖⁿ) (Heeger 1992; Carandini & Heeger 2012).

    Attributes
    ----------
    maximum : γ, what a cell that is alone in its pool approaches
    semi_saturation : σ, in units of the drive D
    exponent : n
    """

    maximum: float = 1.0
    semi_saturation: float = 0.3
    exponent: float = 2.0

    def __post_init__(self) -> None:
        for name in ("maximum", "semi_saturation", "exponent"):
            parameter(getattr(self, name), f"normalization: {name}", above=0)

    def response(self, drives: ArrayLike) -> Any:
        """Return what all cells of a pool answer to their drives, along the last axis."""
        powers = np.asarray(drives, dtype=float) ** self.exponent
        pool = self.semi_saturation**self.exponent + powers.sum(axis=-1, keepdims=True)
        return self.maximum * powers / pool

    def c50(self, mask: ArrayLike = 0.0) -> Any:
        """Return the drive that is answered by half the maximum beside a mask's drive.

        (σⁿ + maskⁿ)^(1/n): a mask shifts the contrast response, and leaves its maximum.
        """
        return (self.semi_saturation**self.exponent + np.asarray(mask) ** self.exponent) ** (
            1 / self.exponent
        )


def normalization_pool(cells: int, rule: Normalization | None = None) -> Circuit:
    """Return cells that divide one another: their drives D ≥ 0 in, their responses R out.

    Each drive is raised to the power n; one interneuron adds these up, and divides all cells.

    Parameters
    ----------
    cells
        How many.
    rule
        γ, σ and n; left out, `Normalization()`.

    Raises
    ------
    InputError
        A number of cells below 1, or not below 2^24.
    """
    rule = record_or(rule, Normalization(), "rule")
    circuit = Circuit("normalization")
    drive = circuit.inputs("drive", shape=(whole(cells, "cells", 1, MOST),), real=True)
    powers = circuit.rate("powers", excite=drive, transfer=power(rule.exponent))
    pool = circuit.rate("pool", excite=np.ones(cells) @ powers)
    responses = circuit.rate(
        "normalized", excite=rule.maximum * powers, divide=pool,
        semi_saturation=rule.semi_saturation**rule.exponent,
    )  # fmt: skip
    circuit.output(responses)
    return circuit


def normalized_cells(
    screen: Screen, fields: Sequence[Gabor], rule: Normalization | None = None, *,
    at: tuple[float, float] = (0.0, 0.0),
) -> Circuit:  # fmt: skip
    """Return simple cells at one place that divide one another: an image in, responses out.

    Their drives are their rectified linear responses, D = [G·image]₊.  A `bank` of all
    orientations and four phases makes a pool that follows the contrast, whatever moves.

    Parameters
    ----------
    screen, at
        As `simple_cells`.
    fields
        Of all cells of the pool.
    rule
        γ, σ and n; left out, `Normalization()`.

    Raises
    ------
    CircuitError
        As `simple_cells`.
    """
    fields = several(fields, Gabor, "normalized cells", "field")
    cells = simple_cells(screen, fields, at=at, exponent=1.0)
    circuit = Circuit("normalized cells")
    image = circuit.inputs("image", shape=screen.shape, real=True)
    circuit.output(normalization_pool(len(fields), rule)(cells(image)))
    return circuit


def normalized_sheets(
    shape: tuple[int, int], fields: Sequence[Gabor], rule: Normalization | None = None, *,
    pixel: float = 0.1, pool: float = 1.0, border: str = "reflect",
) -> Circuit:  # fmt: skip
    """Return sheets of simple cells that divide one another: an image in, responses out.

    At each place of the image there is a cell of each field, whose power is divided by those of
    all fields in the surroundings.  What lies beside a cell's field then suppresses it, as in
    the cortex (Cavanaugh, Bair & Movshon 2002).

    Parameters
    ----------
    shape
        Rows and columns of the image and of each sheet.
    fields
        Of the sheets; the output is (rows, columns, fields).
    rule
        γ, σ and n; left out, `Normalization()`.
    pixel
        Degrees a pixel.
    pool
        Standard deviation in degrees of the Gaussian, of volume 1, that weighs the surroundings.
    border
        What lies beyond the image, as `neurosim.convolve`.

    Raises
    ------
    CircuitError
        No field, a pool that is not possible, pixels that are too coarse for a field.
    """
    fields = several(fields, Gabor, "normalized sheets", "field")
    pool = parameter(pool, "pool", "degrees", above=0)
    rule = record_or(rule, Normalization(), "rule")
    circuit = Circuit("normalized sheets")
    image = circuit.inputs("image", shape=shape, real=True)
    powers = circuit.rate(
        "powers", drive=convolve(image, _side_by_side(fields, pixel), border=border),
        transfer=power(rule.exponent),
    )  # fmt: skip
    powers = powers.reshape(*powers.shape[:2], len(fields))  # of one field there is no third axis
    sheets = [powers[:, :, k] for k in range(len(fields))]
    local = circuit.rate("local", excite=sum(sheets))
    pooled = circuit.rate("pool", excite=convolve(local, gaussian(pool, pixel), border=border))
    responses = circuit.rate(
        "normalized", excite=rule.maximum * powers, divide=pooled[:, :, None],
        semi_saturation=rule.semi_saturation**rule.exponent,
    )  # fmt: skip
    circuit.output(responses)
    return circuit


def _side_by_side(fields: Sequence[Gabor], pixel: float) -> np.ndarray:
    """Return the fields' kernels as one: (side, side, 1, fields), the smaller within 0s."""
    kernels = [field.kernel(pixel) for field in fields]
    side = max(len(kernel) for kernel in kernels)
    widened = [np.pad(kernel, (side - len(kernel)) // 2) for kernel in kernels]
    return np.stack(widened, axis=-1)[:, :, None, :]
