"""Which parameters experiments accept: numbers in a range, cells that can be shown stimuli."""

from __future__ import annotations

import numpy as np

from neurosim import InputError

# No cell's center is so narrow or so wide (degrees), no surround so strong.
NARROWEST, WIDEST, STRONGEST = 1e-3, 1e4, 1e3


def check_range(name: str, value: float, least: float, most: float, unit: str = "") -> None:
    """Raise InputError unless least ≤ value ≤ most; `unit` follows the numbers as it stands."""
    if not least <= value <= most:
        raise InputError(f"{name} must be from {least:g} to {most:g}{unit} (got {value:g})")


def check_count(name: str, value: float, least: int, most: int) -> None:
    """Raise InputError unless the value is a whole number and least ≤ value ≤ most."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise InputError(f"{name} must be a whole number from {least} to {most} (got {value!r})")
    check_range(name, value, least, most)


def check_cell(center: float, strength: float) -> None:
    """Raise InputError for a center–surround cell beyond all that there are.

    Parameters
    ----------
    center
        1/e radius of its center in degrees.
    strength
        Volume of its surround, where the center's is 1.
    """
    if not NARROWEST <= center <= WIDEST:
        raise InputError(f"center must be from {NARROWEST:g}° to {WIDEST:g}° (got {center:g}°)")
    if not 0 < strength <= STRONGEST:
        raise InputError(f"strength must be above 0, at most {STRONGEST:g} (got {strength:g})")
