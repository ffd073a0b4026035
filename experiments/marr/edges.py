"""Edge detection (Marr & Hildreth 1980): where brightness changes, by two ways and two circuits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.ndimage import correlate, gaussian_filter

from circuits.edges import SIDES, difference_cells, edge_cells, marr_hildreth
from neurosim.marr import Algorithm, Computation, Implementation, Marr

SIDE = 10  # pixels of an image
CONTRASTS = (1.0, 0.5, 0.25)
PIXEL = 0.25  # degrees
CENTER = 0.5  # degrees, 1/e radius
FAINTEST = 1e-6  # of what counts as a difference
CROSSINGS = "zero crossings"
PEAKS = "peaks of the gradient"


def edge_detection() -> Marr:
    """Return edge detection on images of one straight step at three levels."""
    images = list(_steps())
    return Marr(
        "edge detection",
        computation=Computation(
            "edges",
            brighter_than_a_neighbour,
            domain={"image": images},
            axioms={
                "contrast does not matter": lambda f, image: (f(image / 2), f(image)),
                "a mirror image has mirrored edges": lambda f, image: (
                    f(image[:, ::-1]), f(image)[:, ::-1],
                ),
                "turned images have turned edges": lambda f, image: (f(image.T), f(image).T),
            },
            formula="the pixels that are brighter than one beside, above or below them",
        ),
        algorithms=[_zero_crossings(), _peaks()],
        implementations=[
            Implementation(
                edge_cells((SIDE, SIDE), CENTER, pixel=PIXEL), realizes=CROSSINGS,
                reads={"signs": lambda activities: activities["on"] - activities["off"]},
                name="center–surround cells",
            ),
            difference_cells((SIDE, SIDE), FAINTEST),
        ],
    )  # fmt: skip


def brighter_than_a_neighbour(image: np.ndarray) -> np.ndarray:
    """Return 1 where a pixel is brighter than one of its four neighbours, else 0."""
    framed = np.pad(image, 1, mode="edge")
    rows, columns = image.shape
    return np.any(
        [
            image > framed[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
            for down, right in SIDES.values()
        ],
        axis=0,
    ).astype(int)


def _steps() -> Iterator[np.ndarray]:
    """Yield images of a step: each place, either way up and round, three contrasts."""
    for contrast in CONTRASTS:
        for place in sorted(range(2, SIDE - 1), key=lambda p: abs(p - SIDE // 2)):
            bright = np.where(np.arange(SIDE) < place, -contrast / 2, contrast / 2)
            row = np.tile(bright, (SIDE, 1))
            yield from (row, row[:, ::-1], row.T, row.T[::-1])


class Crossings(NamedTuple):
    """An image, blurred twice, and the signs of the difference."""

    image: np.ndarray
    narrow: Any = None
    wide: Any = None
    signs: Any = None
    edges: Any = None


def _zero_crossings() -> Algorithm:
    """Marr & Hildreth's way: blur, take ∇² (by two blurs), find where the sign changes."""
    narrow, wide = marr_hildreth(CENTER, PIXEL).kernels(PIXEL)

    def signs(s: Crossings) -> Crossings:
        difference = s.narrow - s.wide
        return s._replace(signs=np.sign(np.where(np.abs(difference) < FAINTEST, 0, difference)))

    return Algorithm(
        CROSSINGS,
        representation="images of real numbers",
        encode=lambda image: Crossings(image),
        steps=[
            ("blur narrowly", lambda s: s._replace(narrow=correlate(s.image, narrow))),
            ("blur widely", lambda s: s._replace(wide=correlate(s.image, wide))),
            ("take the sign of the difference", signs),
            ("mark + beside −", lambda s: s._replace(edges=brighter_than_a_neighbour(s.signs))),
        ],
        decode=lambda s: s.edges,
        quantities={"signs": lambda s: s.signs},
    )  # fmt: skip


class Slopes(NamedTuple):
    """A blurred image, and how steep it is towards the right and downwards."""

    image: np.ndarray
    slopes: Any = None
    steepest: Any = None
    edges: Any = None


def _peaks() -> Algorithm:
    """Canny's (1986) way: blur, take the gradient, keep its peaks."""

    def slopes(s: Slopes) -> Slopes:
        return s._replace(slopes=tuple(np.diff(s.image, axis=axis) for axis in (0, 1)))

    def steepest(s: Slopes) -> Slopes:
        return s._replace(
            steepest=tuple(_is_peak(slope, axis) for axis, slope in enumerate(s.slopes))
        )

    def mark(s: Slopes) -> Slopes:
        edges = np.zeros(s.image.shape, dtype=int)
        for axis, (slope, peak) in enumerate(zip(s.slopes, s.steepest, strict=True)):
            along, found = np.moveaxis(edges, axis, 0), np.moveaxis(peak, axis, 0)
            rises = np.moveaxis(slope, axis, 0) > 0
            along[1:][found & rises] = 1
            along[:-1][found & ~rises] = 1
        return s._replace(edges=edges)

    sigma = CENTER / np.sqrt(2) / PIXEL
    return Algorithm(
        PEAKS,
        representation="images of real numbers",
        encode=lambda image: Slopes(gaussian_filter(image, sigma, mode="reflect")),
        steps=[
            ("take the slope along rows and columns", slopes),
            ("keep where it is steepest", steepest),
            ("mark the brighter side", mark),
        ],
        decode=lambda s: s.edges,
    )


def _is_peak(slope: np.ndarray, axis: int) -> np.ndarray:
    """Return where a slope is steeper than before and after it along an axis."""
    steep = np.abs(slope)
    padding = [(0, 0), (0, 0)]
    padding[axis] = (1, 1)
    framed = np.moveaxis(np.pad(steep, padding), axis, 0)
    here = np.moveaxis(steep, axis, 0)
    peak = (here > FAINTEST) & (here > framed[:-2]) & (here > framed[2:])
    return np.moveaxis(peak, 0, axis)
