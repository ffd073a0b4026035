"""Faces of cats and dogs, drawn by the program: what they share, and what tells them apart."""

from __future__ import annotations

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
DARK, LIGHT = 0.06, 0.62  # of pupils; of fur on a ground that is darker


def cats_and_dogs(
    count: int, *, size: int = 32, pose: float = 1.0, noise: float = 0.05, seed: int = 0
) -> LabelledImages:
    """Return drawn faces of cats, then of as many dogs, no two alike: (2·count, size, size).

    Cats have pointed ears that stand, slit pupils, a small nose and whiskers; dogs ears that hang
    or fold, a long muzzle, a large nose, dark eyes and sometimes a patch or a tongue.  Fur,
    ground, light and proportions vary in both alike, so that brightness says next to nothing.

    Parameters
    ----------
    count
        Of each kind.
    size
        Pixels a side, from 16 to 256.
    pose
        How much faces turn, shift, grow and look aside: 0 not at all; 1, the most, by up to 28°,
        a fourteenth of the image, a fifth of their size.
    noise
        Standard deviation of each pixel's noise, at most 1; values are cut off at 0 and 1.
    seed
        Of everything random.  Neither the size nor the noise changes which animals they are.

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
    streams = np.random.default_rng(whole(seed, "seed", 0)).spawn(3)
    parts = [
        (draw, stream, min(TOGETHER, count - first))
        for draw, stream in ((_cats, streams[0]), (_dogs, streams[1]))
        for first in range(0, count, TOGETHER)
    ]
    images = np.concatenate(
        [draw(stream, some, size, pose) for draw, stream, some in progress(parts, "faces")]
    )
    images += noise * streams[2].standard_normal(images.shape)
    labels = np.repeat((0, 1), count)
    return LabelledImages(np.clip(images, 0, 1), labels, ("cat", "dog"))


class _Faces:
    """What both kinds have: a pose, fur on a ground, and a look aside.

    A face is drawn in units of its own, in which the head reaches to about 1; x goes to the right
    and y up.
    """

    def __init__(self, random: np.random.Generator, count: int, size: int, pose: float):
        self.random, self.count = random, count
        self.fur = self.among(0.35, 0.9)
        away = self.among(0.25, 0.35) * np.where(self.fur < LIGHT, 1, -1)
        self.aside = pose * self.among(-0.16, 0.16)
        self.nose = 1.4 * self.aside  # it is nearer
        stands = Pose(
            pose * self.among(-0.14, 0.14),
            pose * self.among(-0.14, 0.14),
            pose * self.among(-28, 28),
            0.7 * (1 + pose * self.among(-0.2, 0.2)),
        )
        self.canvas = Canvas(self.fur + away, size, stands)

    def among(self, least: float, most: float) -> np.ndarray:
        """Return a number for each face between two: (count,)."""
        return self.random.uniform(least, most, self.count)

    def some(self, part: float, marked: Number, plain: Number) -> np.ndarray:
        """Return one number for that part of the faces, and another for the rest."""
        return np.where(self.random.random(self.count) < part, marked, plain)

    def mouth(self, top: float, bottom: float, wide: float, shade: Number) -> None:
        """Paint what hangs from the nose: a line down, and from its end two that curl up."""
        x = self.nose
        self.canvas.stroke((x, top), (x, bottom), 0.06, shade)
        for side in SIDES:
            corner = x + side * wide, bottom + 0.02
            below = x + side * wide / 2, bottom - 0.08
            self.canvas.stroke((x, bottom), below, 0.06, shade)
            self.canvas.stroke(below, corner, 0.06, shade)

    def lit(self) -> np.ndarray:
        """Return the images, with light that comes from a side."""
        self.canvas.light(self.among(0, 0.15), self.among(0, 2 * np.pi))
        return self.canvas.images


def _cats(random: np.random.Generator, count: int, size: int, pose: float) -> np.ndarray:
    """Return faces of cats: (count, size, size)."""
    face = _Faces(random, count, size, pose)
    canvas, fur, aside, nose = face.canvas, face.fur, face.aside, face.nose
    inside = fur + face.among(-0.25, -0.12)
    tip, apart, wide = face.among(1.05, 1.3), face.among(0.6, 0.8), face.among(0.82, 0.95)
    for side in SIDES:
        canvas.triangle(((side * 0.1, 0.5), (side * 0.86, 0.1), (side * apart, tip)), fur)
        canvas.triangle(((side * 0.32, 0.5), (side * 0.72, 0.3), (side * apart, tip - 0.2)), inside)
    canvas.ellipse(0, -0.08, wide, 0.68, fur)
    stripes = face.some(0.5, fur - 0.22, fur)
    for left in (-0.2, 0, 0.2):
        canvas.stroke((left + aside, 0.34), (0.9 * left + aside, 0.56), 0.09, stripes)
    muzzle = np.minimum(fur + 0.14, 1)
    for side in SIDES:
        canvas.ellipse(side * 0.17 + nose, -0.4, 0.22, 0.17, muzzle)
    iris, slit = face.among(0.8, 1.0), face.among(0.05, 0.09)
    for side in SIDES:
        eye = side * 0.37 + aside
        canvas.ellipse(eye, 0.05, 0.25, 0.2, DARK, lean=12 * side)
        canvas.ellipse(eye, 0.05, 0.2, 0.15, iris, lean=12 * side)
        canvas.ellipse(eye, 0.05, slit, 0.15, DARK)
    canvas.triangle(((nose - 0.12, -0.22), (nose + 0.12, -0.22), (nose, -0.34)), DARK + 0.1)
    face.mouth(-0.3, -0.42, 0.24, DARK)
    hairs = np.where(fur < 0.6, 1.0, 0.0)
    for side in SIDES:
        for root, end in ((-0.32, -0.16), (-0.4, -0.42), (-0.47, -0.68)):
            canvas.stroke((nose + side * 0.3, root), (side * 1.2, end), 0.04, hairs)
    return face.lit()


def _dogs(random: np.random.Generator, count: int, size: int, pose: float) -> np.ndarray:
    """Return faces of dogs: (count, size, size)."""
    face = _Faces(random, count, size, pose)
    canvas, fur, aside, nose = face.canvas, face.fur, face.aside, face.nose
    # Darker than a dark ground too, so that ears do not vanish on it.
    marked = fur - np.where(fur < LIGHT, face.among(0.15, 0.28), face.among(0.42, 0.52))
    canvas.ellipse(0, 0.08, face.among(0.76, 0.88), face.among(0.78, 0.86), fur)
    canvas.ellipse(1.2 * aside, -0.42, 0.55, 0.52, fur)
    canvas.ellipse(aside - 0.32, 0.26, 0.28, 0.32, face.some(0.4, marked, fur))
    hangs = random.random(count) < 0.65  # an ear that does not is folded
    low, length = np.where(hangs, 0.02, 0.42), np.where(hangs, 0.57, 0.32)
    length *= face.among(0.88, 1.12)
    for side in SIDES:
        canvas.ellipse(side * 0.84, low, 0.25, length, marked, lean=12 * side)
        canvas.triangle(((side * 0.42, 0.94), (side * 0.85, 0.6), (side * 0.8, 0.3)), marked)
    hangs_out = face.some(0.5, -0.9, -0.5)  # the muzzle covers a tongue that does not
    canvas.ellipse(nose, hangs_out, 0.15, 0.22, 0.5)
    canvas.ellipse(nose, -0.42, 0.43, 0.42, np.minimum(fur + 0.14, 1))
    for side in SIDES:
        canvas.ellipse(side * 0.32 + aside, 0.22, 0.12, 0.13, DARK)
        canvas.ellipse(side * 0.32 + aside + 0.04, 0.26, 0.04, 0.04, 0.95)
    canvas.ellipse(nose, -0.2, 0.21, 0.15, DARK)
    canvas.ellipse(nose - 0.06, -0.14, 0.06, 0.03, 0.7)
    face.mouth(-0.3, -0.54, 0.26, DARK)
    return face.lit()


def _part(value: float, name: str) -> float:
    """Return a number from 0 to 1, or raise."""
    part = number(value, name)
    if not 0 <= part <= 1:
        raise InputError(f"{name} must be from 0 to 1 (got {part:g})")
    return part
