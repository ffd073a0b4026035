"""Human faces, drawn by the program, and the same parts where no face has them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise, permutations

import numpy as np

from .labelled import LabelledImages
from .portraits import NEARER, SIDES, Portraits, portraits

INK, WHITE = 0.06, 0.97  # of pupils, brows and mouths; of eyes
BEND = 5  # points of a mouth's curve

# The parts, and where a face has them: eyes, brows, a nose and a mouth.
PARTS = ("eye", "eye", "brow", "brow", "nose", "mouth")
PLACES = np.array([(-0.34, 0.12), (0.34, 0.12), (-0.34, 0.42), (0.34, 0.42), (0, -0.2), (0, -0.55)])
# Which place each part has where none has one of its own kind: (ways, parts).
SCRAMBLED = np.array(
    [
        way
        for way in permutations(range(len(PARTS)))
        if all(PARTS[part] != PARTS[place] for part, place in enumerate(way))
    ]
)

Place = tuple[np.ndarray, np.ndarray]


def faces_and_scrambled(
    count: int, *, size: int = 32, pose: float = 1.0, noise: float = 0.05, seed: int = 0
) -> LabelledImages:
    """Return drawn faces, then as many scrambled ones, no two alike: (2·count, size, size).

    A face is a head with hair and ears, and on it two eyes that look somewhere, two brows that
    tilt, a nose and a mouth that bends up or down.  A scrambled one is drawn in the same way, but
    each part stands where a face has one of another kind.  So both have the same distribution of
    grey values, and only how the parts stand to one another tells them apart.  Proportions,
    expression, ground and light vary in both alike.

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
        Of everything random.  Neither the size nor the noise changes which faces they are.

    Raises
    ------
    InputError
        A count, a size, a pose, a noise or a seed that is not possible.
    """
    kinds = {"face": partial(_faces, scrambled=False), "scrambled": partial(_faces, scrambled=True)}
    return portraits(kinds, count, size, pose, noise, seed)


def _faces(
    random: np.random.Generator, count: int, size: int, pose: float, scrambled: bool
) -> np.ndarray:
    """Return faces, their parts in place or scrambled: (count, size, size)."""
    face = Portraits(random, count, size, pose)
    _head(face)
    ways = SCRAMBLED[random.integers(len(SCRAMBLED), size=count)]  # drawn for faces too, so that
    if not scrambled:  # what follows from the same seed is the same
        ways = np.tile(np.arange(len(PARTS)), (count, 1))
    right, up = (PLACES[ways] + face.random.uniform(-0.03, 0.03, (count, len(PARTS), 2))).T
    is_nose = np.array(PARTS)[ways.T] == "nose"
    right = right + np.where(is_nose, NEARER, 1.0) * face.aside
    for part, paint in enumerate(_parts(face)):
        paint((right[part], up[part]))
    return face.lit()


def _head(face: Portraits) -> None:
    """Paint hair, ears and the head."""
    hair = np.where(face.random.random(face.count) < 0.5, face.shade - 0.25, face.shade + 0.1)
    wide = face.among(0.72, 0.82)
    face.canvas.ellipse(0, 0.3, wide + 0.1, face.among(0.72, 0.84), hair)
    for side in SIDES:
        face.canvas.ellipse(side * wide, 0.0, 0.12, 0.2, face.shade)
    face.canvas.ellipse(0, -0.08, wide, face.among(0.86, 0.96), face.shade)


def _parts(face: Portraits) -> list[Callable[[Place], None]]:
    """Return what paints each part of the faces at a place, in the order of `PARTS`."""
    look, open_ = face.among(-0.05, 0.05), face.among(0.08, 0.13)
    tilt, smile = face.among(-0.08, 0.08), face.among(-0.14, 0.14)
    wide, long = face.among(0.22, 0.3), face.among(0.13, 0.18)
    canvas = face.canvas

    def eye(place: Place) -> None:
        x, y = place
        canvas.ellipse(x, y, 0.18, open_ + 0.03, INK)
        canvas.ellipse(x, y, 0.15, open_, WHITE)
        canvas.ellipse(x + look, y, 0.08, open_, INK)

    def brow(place: Place, side: int) -> None:
        x, y = place
        canvas.stroke((x - 0.2, y - side * tilt), (x + 0.2, y + side * tilt), 0.09, INK)

    def nose(place: Place) -> None:
        x, y = place
        dark = face.shade - 0.25
        canvas.triangle(((x - 0.12, y - long), (x + 0.12, y - long), (x, y + long)), dark)

    def mouth(place: Place) -> None:
        x, y = place
        along = np.linspace(-1, 1, BEND)
        points = [(x + t * wide, y + smile * (t * t - 0.5)) for t in along]
        for start, end in pairwise(points):
            canvas.stroke(start, end, 0.09, INK)

    left, right = SIDES
    return [eye, eye, partial(brow, side=left), partial(brow, side=right), nose, mouth]
