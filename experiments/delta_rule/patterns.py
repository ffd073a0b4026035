"""Patterns and targets whose means and correlations are exactly those wanted of them."""

from __future__ import annotations

import numpy as np


def white(random: np.random.Generator, samples: int, columns: int) -> np.ndarray:
    """Return random columns of mean 0 and mean square 1 that are orthogonal to one another.

    (samples, columns); the correlations of samples from such a source would only be near to these.
    """
    drawn = random.standard_normal((samples, columns))
    drawn -= drawn.mean(axis=0)
    orthonormal, _ = np.linalg.qr(drawn)
    return np.asarray(orthonormal * np.sqrt(samples))
