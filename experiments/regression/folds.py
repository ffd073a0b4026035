"""Folds of originals: all copies of a digit are learned, or none is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..held_out import fold


class Fold(NamedTuple):
    """Which originals are learned from, all copies of each, and which held out: (originals,)."""

    learned: np.ndarray
    held_out: np.ndarray


def by_original(digits: np.ndarray, folds: int, seed: int) -> list[Fold]:
    """Return folds of originals, each with nearly as many of every digit.

    What is held out was never learned, not even at another angle.

    Parameters
    ----------
    digits
        What each original shows, (originals,).
    folds
        Parts that are held out in turn, from 3 to 10.
    seed
        Of the division.

    Raises
    ------
    InputError
        A number of folds that cannot be.
    """
    parts = fold(np.arange(len(digits)), digits, folds, seed)
    return [Fold(part.x, part.x_held_out) for part in parts]
