"""How near reconstructions come to what was shown: four measures, image by image."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from .digits import on_screen
from .similarity import structural_similarity


class Measures(NamedTuple):
    """Of each image held out, (images,).

    Attributes
    ----------
    correlation : Pearson's, over pixels
    similarity : structural, on the screen
    identified : to which part of the other images the reconstruction is less alike than to its
        own, by correlation; ½ by chance
    sharpness : how steep it is, over how steep the image is; 1 is as sharp
    error : mean squared, over pixels
    """

    correlation: np.ndarray
    similarity: np.ndarray
    identified: np.ndarray
    sharpness: np.ndarray
    error: np.ndarray

    @classmethod
    def of(cls, made: np.ndarray, images: np.ndarray) -> Self:
        """Return them of reconstructions of images, both (images, rows, columns)."""
        alike = correlations(made, images)
        own = np.diagonal(alike)
        fewer = (alike < own[:, None]).sum(axis=1) + ((alike == own[:, None]).sum(axis=1) - 1) / 2
        return cls(
            own,
            structural_similarity(on_screen(made), on_screen(images)),
            fewer / (len(images) - 1),
            steepness(made) / steepness(images),
            np.square(made - images).mean(axis=(1, 2)),
        )


def correlations(made: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the correlation of each reconstruction (rows) with each image (columns)."""
    first, second = (_standardized(stack) for stack in (made, images))
    return first @ second.T


def steepness(images: np.ndarray) -> np.ndarray:
    """Return the root mean square of each image's slope, from pixel to pixel, (images,)."""
    down, across = np.diff(images, axis=1)[:, :, :-1], np.diff(images, axis=2)[:, :-1]
    return np.asarray(np.sqrt(np.mean(down**2 + across**2, axis=(1, 2))))


def _standardized(stack: np.ndarray) -> np.ndarray:
    """Return rows of mean 0 and length 1; of a uniform image zeros, which correlate with none."""
    rows = stack.reshape(len(stack), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
