"""Faces of cats and dogs, drawn by the program: what they share, and what tells them apart."""

from __future__ import annotations

import numpy as np

from .labelled import LabelledImages
from .painting import Canvas, Number
from .portraits import LIGHT, NEARER, SIDES, Portraits, portraits

DARK = 0.06  # of pupils


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
    return portraits({"cat": _cats, "dog": _dogs}, count, size, pose, noise, seed)


def _cats(random: np.random.Generator, count: int, size: int, pose: float) -> np.ndarray:
    """Return faces of cats: (count, size, size)."""
    face = Portraits(random, count, size, pose)
    canvas, fur, aside, nose = face.canvas, face.shade, face.aside, NEARER * face.aside
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
    _mouth(canvas, nose, (-0.3, -0.42), 0.24)
    hairs = np.where(fur < 0.6, 1.0, 0.0)
    for side in SIDES:
        for root, end in ((-0.32, -0.16), (-0.4, -0.42), (-0.47, -0.68)):
            canvas.stroke((nose + side * 0.3, root), (side * 1.2, end), 0.04, hairs)
    return face.lit()


def _dogs(random: np.random.Generator, count: int, size: int, pose: float) -> np.ndarray:
    """Return faces of dogs: (count, size, size)."""
    face = Portraits(random, count, size, pose)
    canvas, fur, aside, nose = face.canvas, face.shade, face.aside, NEARER * face.aside
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
    _mouth(canvas, nose, (-0.3, -0.54), 0.26)
    return face.lit()


def _mouth(canvas: Canvas, x: Number, line: tuple[float, float], wide: float) -> None:
    """Paint what hangs from the nose: a line down, and from its end two that curl up."""
    top, bottom = line
    canvas.stroke((x, top), (x, bottom), 0.06, DARK)
    for side in SIDES:
        corner = x + side * wide, bottom + 0.02
        below = x + side * wide / 2, bottom - 0.08
        canvas.stroke((x, bottom), below, 0.06, DARK)
        canvas.stroke(below, corner, 0.06, DARK)
