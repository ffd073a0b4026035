"""Illusions of brightness: equal lights that look unequal.

Mach bands, the Hermann grid, simultaneous contrast, White's illusion.  Each pixel holds the
pattern's mean over it, exactly at straight edges.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from neurosim import InputError
from neurosim.timing import positive

from .screen import Screen, number, on_screen
from .shapes import disk, half_plane, sign


@on_screen
def mach_bands(screen: Screen, ramp: float, *, contrast: float = 1.0) -> np.ndarray:
    """Return a luminance ramp between a dark plateau on the left and a bright one: (rows, columns).

    A dark line is seen at the ramp's foot and a bright one at its head, where there are none
    (Mach 1865).

    Parameters
    ----------
    ramp
        Degrees from the dark plateau, −c, to the bright one, +c; its middle is the screen's.
    contrast
        Michelson contrast of the plateaus.

    Raises
    ------
    InputError
        A ramp that is not above 0 or as wide as the screen, a contrast outside [0, 1].
    """
    ramp = positive(ramp, "ramp", "degrees")
    if ramp >= screen.width * (1 - 1e-12):
        raise InputError(
            f"ramp of {ramp:g}° leaves no plateaus on a screen {screen.width:g}° wide: take a "
            "shorter ramp, or more pixels"
        )
    half = ramp / 2

    def area(x: np.ndarray) -> np.ndarray:
        away = np.abs(x)
        return np.where(away < half, np.square(x) / ramp, away - half / 2)

    return screen.shown(_mean(area, screen.x, screen.pixel), contrast)


@on_screen
def hermann_grid(
    screen: Screen, street: float, period: float = math.inf, *,
    at: tuple[float, float] = (0.0, 0.0), contrast: float = 1.0, dark: bool = False,
) -> np.ndarray:  # fmt: skip
    """Return bright streets between blocks at background: (rows, columns).

    Grey smudges are seen where streets cross (Hermann 1870).

    Parameters
    ----------
    street
        Degrees from one side of a street to the other.
    period
        Degrees from one street's middle to the next one's; left out, two streets cross once.
    at
        Degrees right and up: the middle of a crossing.
    dark
        Dark streets between brighter blocks: the Hering grid.

    Raises
    ------
    InputError
        A street or a period larger than the screen, streets that leave no blocks, a contrast
        outside [0, 1].
    """
    street = screen.fits(positive(street, "street", "degrees"), "street")
    if period != math.inf:
        period = screen.fits(period, "period")
        if period <= street:
            raise InputError(
                f"streets of {street:g}° every {period:g}° leave no blocks: take a longer period"
            )

    def area(x: np.ndarray) -> np.ndarray:
        x = x + street / 2
        if math.isinf(period):
            return np.clip(x, 0, street)
        whole = np.floor(x / period)
        return whole * street + np.minimum(x - whole * period, street)

    x, y = screen.around(at)
    blocks = (1 - _mean(area, x, screen.pixel)) * (1 - _mean(area, y, screen.pixel))
    return screen.shown(sign(dark) * (1 - blocks), contrast)


@on_screen
def simultaneous_contrast(screen: Screen, diameter: float, *, contrast: float = 1.0) -> np.ndarray:
    """Return equal grey disks on a dark left half and a bright right half: (rows, columns).

    The disk on the dark half looks brighter (Chevreul 1839; Heinemann 1955).

    Parameters
    ----------
    diameter
        Degrees of each disk, which is in the middle of its half.
    contrast
        The halves are at −c and +c, the disks at 0.

    Raises
    ------
    InputError
        A diameter larger than half the screen, a contrast outside [0, 1].
    """
    diameter = screen.fits(diameter, "diameter")
    if diameter > screen.width / 2 * (1 + 1e-12):
        raise InputError(
            f"diameter of {diameter:g}° is larger than half the screen, {screen.width / 2:g}° "
            "wide: take smaller disks, or more pixels"
        )
    quarter = screen.width / 4
    dark, bright = (disk(screen, diameter, (side * quarter, 0.0)) for side in (-1, 1))
    halves = 1 - 2 * half_plane(screen, 0.0, 90.0)
    return screen.shown(halves + dark - bright, contrast)


@on_screen
def white_illusion(
    screen: Screen, stripe: float, patch: float, *, at: tuple[float, float] = (0.0, 0.0),
    contrast: float = 1.0,
) -> np.ndarray:  # fmt: skip
    """Return equal grey patches in a dark and in a bright stripe: (rows, columns).

    The patch in the dark stripe looks brighter, although bright stripes flank its long sides
    (White 1979).

    Parameters
    ----------
    stripe
        Degrees across a vertical stripe, which are a patch's too.  The first to the right of the
        middle is bright; the third on the left, a dark one, and the third on the right hold the
        patches.
    patch
        Degrees from a patch's lower end to its upper.
    at
        Degrees right and up: the middle between the patches.
    contrast
        The stripes are at −c and +c, the patches at 0.

    Raises
    ------
    InputError
        Six stripes that are wider than the screen, a patch that is higher, a contrast outside
        [0, 1].
    """
    stripe = positive(stripe, "stripe", "degrees")
    if 6 * stripe > screen.width * (1 + 1e-12):
        raise InputError(
            f"stripes of {stripe:g}°: the six with both patches are wider than the screen, "
            f"{screen.width:g}°: take narrower ones, or more pixels"
        )
    patch = number(patch, "patch", "degrees", least=0)
    if patch > screen.height * (1 + 1e-12):
        raise InputError(
            f"patch of {patch:g}° is higher than the screen, {screen.height:g}°: take a shorter "
            "one, or more pixels"
        )

    def area(x: np.ndarray) -> np.ndarray:
        x = x % (2 * stripe)
        return np.minimum(x, 2 * stripe - x)

    def between(low: float, high: float, x: np.ndarray) -> np.ndarray:
        return _mean(lambda x: np.clip(x, low, high), x, screen.pixel)

    x, y = screen.around(at)
    dark, bright = between(-3 * stripe, -2 * stripe, x), between(2 * stripe, 3 * stripe, x)
    patches = (dark - bright) * between(-patch / 2, patch / 2, y)
    return screen.shown(_mean(area, x, screen.pixel) + patches, contrast)


def _mean(area: Callable[[np.ndarray], np.ndarray], x: np.ndarray, pixel: float) -> np.ndarray:
    """Return a function's mean over each pixel, from the area under it up to any x."""
    return (area(x + pixel / 2) - area(x - pixel / 2)) / pixel
