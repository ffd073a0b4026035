"""Still shapes: spots, rings, bars and edges.

Each pixel holds the part of it that the shape covers, so that a response does not jump when an
edge crosses a pixel's middle.
"""

from __future__ import annotations

import math

import numpy as np

from neurosim import InputError

from .screen import Screen, number, on_screen

FINER = 8  # points a side that a pixel is divided into at a curved edge
UPRIGHT = 1e-6  # of a pixel: an edge that leans no more than that is vertical or horizontal


@on_screen
def spot(
    screen: Screen, diameter: float, *, at: tuple[float, float] = (0.0, 0.0),
    contrast: float = 1.0, dark: bool = False,
) -> np.ndarray:  # fmt: skip
    """Return a disk of this diameter in degrees, around a point: (rows, columns).

    Raises
    ------
    InputError
        A diameter larger than the screen, a contrast outside [0, 1].
    """
    return screen.shown(sign(dark) * disk(screen, screen.fits(diameter, "diameter"), at), contrast)


@on_screen
def annulus(
    screen: Screen, inner: float, outer: float, *, at: tuple[float, float] = (0.0, 0.0),
    contrast: float = 1.0, dark: bool = False,
) -> np.ndarray:  # fmt: skip
    """Return a ring between two diameters in degrees, around a point.

    Raises
    ------
    InputError
        As `spot`; an inner diameter above the outer one.
    """
    outer, inner = screen.fits(outer, "outer diameter"), number(inner, "inner diameter", least=0)
    if inner > outer:
        raise InputError(
            f"the inner diameter is above the outer one (got {inner:g}° and {outer:g}°)"
        )
    ring = disk(screen, outer, at) - disk(screen, inner, at)
    return screen.shown(sign(dark) * ring, contrast)


@on_screen
def edge(
    screen: Screen, position: float = 0.0, *, orientation: float = 90.0, contrast: float = 1.0,
    dark: bool = False,
) -> np.ndarray:  # fmt: skip
    """Return an edge: bright up to `position` degrees from the middle, at background beyond.

    A vertical one (90°) is bright on its left; the others are that one turned counterclockwise.
    """
    position = number(position, "position", "degrees")
    covered = half_plane(screen, position, orientation)
    return screen.shown(sign(dark) * covered, contrast)


@on_screen
def bar(
    screen: Screen, width: float, length: float = math.inf, *, orientation: float = 90.0,
    at: tuple[float, float] = (0.0, 0.0), contrast: float = 1.0, dark: bool = False,
) -> np.ndarray:  # fmt: skip
    """Return a bar of this width and length in degrees (left out: as long as the screen).

    Raises
    ------
    InputError
        A width or a length larger than the screen, a contrast outside [0, 1].
    """
    width = screen.fits(width, "width")
    across = _strip(screen, width, orientation, at)
    if length != math.inf:
        length = screen.fits(length, "length")
        across = across * _strip(screen, length, orientation + 90, at)
    return screen.shown(sign(dark) * across, contrast)


def disk(screen: Screen, diameter: float, at: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Return how much of each pixel a disk covers, 0 to 1."""
    x, y = screen.around(at)
    distance = np.hypot(x, y)
    image = (distance <= diameter / 2).astype(float)
    rim = np.abs(distance - diameter / 2) <= screen.pixel  # only here is a pixel partly covered
    offsets = ((np.arange(FINER) + 0.5) / FINER - 0.5) * screen.pixel
    dx, dy = np.meshgrid(offsets, offsets)
    fine = np.hypot(x[rim][:, None] + dx.ravel(), y[rim][:, None] + dy.ravel())
    image[rim] = (fine <= diameter / 2).mean(axis=1)
    return image


def half_plane(
    screen: Screen, position: float, orientation: float, at: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """Return how much of each pixel lies on the bright side of a straight edge, 0 to 1.

    Exactly: the area of a square cut by a line at distance d is that of a trapezoid-shaped
    density from d on, which is one box over the pixel's height folded with one over its width.
    """
    normal_x, normal_y = normal(orientation)
    x, y = screen.around(at)
    d = position - (normal_x * x + normal_y * y)
    wide, narrow = sorted((abs(normal_x), abs(normal_y)), reverse=True)
    a, b = wide * screen.pixel, narrow * screen.pixel
    if narrow < UPRIGHT:
        return np.clip(d / a + 0.5, 0, 1)
    outer, inner = (a + b) / 2, (a - b) / 2

    def beyond(edge: float) -> np.ndarray:
        return np.square(np.maximum(d + edge, 0)) / 2

    area = beyond(outer) - beyond(inner) - beyond(-inner) + beyond(-outer)
    return np.clip(area / (a * b), 0, 1)


def normal(orientation: float) -> tuple[float, float]:
    """Return x and y of the unit vector across stripes of an orientation in degrees.

    It points a quarter turn clockwise from them: to the right of vertical ones (90°).
    """
    turned = math.radians(number(orientation, "orientation", "degrees") - 90)
    return math.cos(turned), math.sin(turned)


def _strip(screen: Screen, width: float, orientation: float, at: tuple[float, float]) -> np.ndarray:
    """Return how much of each pixel a strip without ends covers."""
    return half_plane(screen, width / 2, orientation, at) - half_plane(
        screen, -width / 2, orientation, at
    )


def sign(dark: bool) -> int:
    """Return −1 for a dark pattern, 1 for a bright one."""
    return -1 if dark else 1
