"""Structural similarity of images (Wang, Bovik, Sheikh & Simoncelli 2004)."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from neurosim import InputError

DEVIATION, REACH = 1.5, 5  # pixels of the Gaussian window: its deviation, and from middle to rim
LUMINANCE, CONTRAST = 0.01, 0.03  # K₁ and K₂, of the range: they keep off divisions by 0


def structural_similarity(images: np.ndarray, others: np.ndarray, span: float = 1.0) -> np.ndarray:
    """Return how alike images are to others, from −1 to 1, which is the same: (images,).

    The mean over all windows of 11 × 11 pixels of (2μμ′ + c₁)(2σμμ′ + c₂) /
    ((μ² + μ′² + c₁)(σ² + σ′² + c₂)), σμμ′ the covariance, weighted by a Gaussian.

    Parameters
    ----------
    images, others
        (images, rows, columns), 11 rows and columns or more.
    span
        From black to white.

    Raises
    ------
    InputError
        Shapes that differ, or that hold no window; a span that is not above 0.
    """
    images, others = np.asarray(images, dtype=float), np.asarray(others, dtype=float)
    window = 2 * REACH + 1
    if images.shape != others.shape or images.ndim != 3 or min(images.shape[1:]) < window:
        raise InputError(
            "structural similarity: takes two stacks of images of one shape, (images, rows, "
            f"columns), with {window} pixels a side or more (got {images.shape} and "
            f"{others.shape})"
        )
    if not span > 0:
        raise InputError(f"structural similarity: span must be above 0 (got {span:g})")
    c1, c2 = (LUMINANCE * span) ** 2, (CONTRAST * span) ** 2
    mean, other_mean = _windowed(images), _windowed(others)
    variance = _windowed(images * images) - mean**2
    other_variance = _windowed(others * others) - other_mean**2
    covariance = _windowed(images * others) - mean * other_mean
    alike = (2 * mean * other_mean + c1) * (2 * covariance + c2)
    alike /= (mean**2 + other_mean**2 + c1) * (variance + other_variance + c2)
    return np.asarray(alike.mean(axis=(1, 2)))


def _windowed(images: np.ndarray) -> np.ndarray:
    """Return the weighted mean of each window that lies within an image."""
    spread = ndimage.gaussian_filter(images, (0, DEVIATION, DEVIATION), radius=(0, REACH, REACH))
    return np.asarray(spread[:, REACH:-REACH, REACH:-REACH])
