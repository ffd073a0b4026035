"""What drawn faces of any kind have: a pose, a shade on a ground, a look aside, light."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from neurosim import InputError
from neurosim.progress import progress
from neurosim.timing import whole

from .labelled import LabelledImages
from .painting import Canvas, Number, Pose
from .screen import number

SIDES = (-1, 1)
SMALLEST, LARGEST = 16, 256  # pixels a side: of fewer nobody tells them, more are slow to draw
TOGETHER = 32  # faces, whose pixels stay in the processor's cache
NEARER = 1.4  # a nose moves so much farther aside than the eyes
LIGHT = 0.62  # of a face on a ground that is darker

Draw = Callable[[np.random.Generator, int, int, float], np.ndarray]


class Portraits:
    """Faces about to be drawn.

    A face is drawn in units of its own, in which the head reaches to about 1; x goes to the right
    and y up.

    Attributes
    ----------
    canvas : on which they are painted
    shade : of each face, (faces,)
    aside : how far each looks to the right, (faces,)
    """

    def __init__(self, random: np.random.Generator, count: int, size: int, pose: float):
        self.random, self.count = random, count
        self.shade = self.among(0.35, 0.9)
        away = self.among(0.25, 0.35) * np.where(self.shade < LIGHT, 1, -1)
        self.aside = pose * self.among(-0.16, 0.16)
        stands = Pose(
            pose * self.among(-0.14, 0.14),
            pose * self.among(-0.14, 0.14),
            pose * self.among(-28, 28),
            0.7 * (1 + pose * self.among(-0.2, 0.2)),
        )
        self.canvas = Canvas(self.shade + away, size, stands)

    def among(self, least: float, most: float) -> np.ndarray:
        """Return a number for each face between two: (faces,)."""
        return self.random.uniform(least, most, self.count)

    def some(self, part: float, marked: Number, plain: Number) -> np.ndarray:
        """Return one number for that part of the faces, and another for the rest."""
        return np.where(self.random.random(self.count) < part, marked, plain)

    def lit(self) -> np.ndarray:
        """Return the images, with light that comes from a side."""
        self.canvas.light(self.among(0, 0.15), self.among(0, 2 * np.pi))
        return self.canvas.images


def portraits(
    kinds: Mapping[str, Draw], count: int, size: int, pose: float, noise: float, seed: int
) -> LabelledImages:
    """Return so many drawn faces of each kind, the first kind first.

    Parameters
    ----------
    kinds
        What draws each, by its name: from a source of chance, a number of faces, pixels a side and
        a pose it makes images, (faces, size, size).
    count
        Of each kind.
    size
        Pixels a side, from 16 to 256.
    pose
        How much faces turn, shift, grow and look aside, from 0 to 1.
    noise
        Standard deviation of each pixel's noise, at most 1; values are cut off at 0 and 1.
    seed
        Of everything random.  Neither the size nor the noise changes which faces they are.

    Raises
    ------
    InputError
        A count, a size, a pose, a noise or a seed that is not possible.
    """
    count = whole(count, "count", 1)
    size = whole(size, "size", SMALLEST)
    if size > LARGEST:
        raise InputError(f"size must be at most {LARGEST} pixels a side (got {size})")
    pose, noise = _part(pose, "pose"), _part(noise, "noise")
    *streams, of_noise = np.random.default_rng(whole(seed, "seed", 0)).spawn(len(kinds) + 1)
    parts = [
        (draw, stream, min(TOGETHER, count - first))
        for draw, stream in zip(kinds.values(), streams, strict=True)
        for first in range(0, count, TOGETHER)
    ]
    images = np.concatenate(
        [draw(stream, some, size, pose) for draw, stream, some in progress(parts, "faces")]
    )
    images += noise * of_noise.standard_normal(images.shape)
    labels = np.repeat(np.arange(len(kinds)), count)
    return LabelledImages(np.clip(images, 0, 1), labels, tuple(kinds))


def _part(value: float, name: str) -> float:
    """Return a number from 0 to 1, or raise."""
    part = number(value, name)
    if not 0 <= part <= 1:
        raise InputError(f"{name} must be from 0 to 1 (got {part:g})")
    return part
