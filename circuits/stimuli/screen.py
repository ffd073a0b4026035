"""The screen on which stimuli are shown: its pixels in degrees, its mean luminance, its frames."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np

from neurosim import InputError
from neurosim.timing import positive, real, whole

P = ParamSpec("P")
T = TypeVar("T")
MOST_PIXELS = 1 << 24  # of which one frame takes 128 MB


@dataclass(frozen=True)
class Screen:
    """A rectangle of the visual field, in front of a sheet of cells, one pixel each.

    A stimulus is a pattern s(x, y) from −1 to 1 and a contrast c from 0 to 1.  Its frames show
    the contrast c·s itself, (L − L̄)/L̄, or, where the screen has a mean luminance L̄, the
    luminance L = L̄·(1 + c·s).  Of a grating c is the Michelson contrast, of a spot on a
    background the Weber contrast.  Patterns are averaged over each pixel.

    x goes to the right and y up, from the screen's middle; orientations are degrees of the
    stripes' own direction, counterclockwise from the horizontal: 90° is vertical.

    Attributes
    ----------
    shape : rows and columns
    pixel : degrees a pixel
    frame : seconds a frame of a movie
    luminance : L̄ in the units that the circuit takes; None shows contrast
    """

    shape: tuple[int, int]
    pixel: float = 0.1
    frame: float = 0.01
    luminance: float | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.shape, tuple | list) and len(self.shape) == 2):
            raise InputError(f"a screen's shape is its rows and columns (got {self.shape!r})")
        rows, columns = (
            whole(n, f"the screen's {what}", 1)
            for n, what in zip(self.shape, ("rows", "columns"), strict=True)
        )
        if rows * columns > MOST_PIXELS:
            raise InputError(
                f"a screen of {rows:,} × {columns:,} pixels is too large: take {MOST_PIXELS:,} "
                "pixels at most"
            )
        object.__setattr__(self, "shape", (rows, columns))
        object.__setattr__(self, "pixel", positive(self.pixel, "pixel", "degrees"))
        object.__setattr__(self, "frame", positive(self.frame, "frame", "seconds"))
        if self.luminance is not None:
            positive(self.luminance, "luminance")

    @classmethod
    def reaching(
        cls, right: float, up: float | None = None, *, pixel: float = 0.1, frame: float = 0.01
    ) -> Screen:
        """Return the smallest screen with a pixel in its middle that reaches so far from there.

        Parameters
        ----------
        right, up
            Degrees from the middle to the rims; left out, `up` is as far as `right`.

        Raises
        ------
        InputError
            Degrees or seconds that cannot be.
        """
        pixel = positive(pixel, "pixel", "degrees")
        right = number(right, "right", "degrees", least=0)
        up = right if up is None else number(up, "up", "degrees", least=0)
        rows, columns = (2 * math.ceil(reach / pixel) + 1 for reach in (up, right))
        return cls((rows, columns), pixel, frame)

    @property
    def height(self) -> float:
        """Degrees from the bottom to the top."""
        return self.shape[0] * self.pixel

    @property
    def width(self) -> float:
        """Degrees from the left to the right."""
        return self.shape[1] * self.pixel

    @cached_property
    def x(self) -> np.ndarray:
        """Degrees of each pixel's middle to the right of the screen's: (rows, columns)."""
        columns = self.shape[1]
        return np.broadcast_to((np.arange(columns) - (columns - 1) / 2) * self.pixel, self.shape)

    @cached_property
    def y(self) -> np.ndarray:
        """Degrees of each pixel's middle above the screen's: (rows, columns)."""
        rows = self.shape[0]
        up = ((rows - 1) / 2 - np.arange(rows)) * self.pixel
        return np.broadcast_to(up[:, None], self.shape)

    def around(self, at: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y of each pixel's middle from a point in degrees."""
        right, up = point(at)
        return self.x - right, self.y - up

    def fits(self, size: float, what: str) -> float:
        """Return a size in degrees that fits on the screen, or raise."""
        size = number(size, what, "degrees", least=0)
        room = min(self.height, self.width)
        if size > room * (1 + 1e-12):
            raise InputError(
                f"{what} of {size:g}° is larger than the screen, {self.width:g}° × "
                f"{self.height:g}°: give it more pixels, or larger ones than {self.pixel:g}°"
            )
        return size

    def shown(self, pattern: Any, contrast: float = 1.0) -> np.ndarray:
        """Return what the screen shows of a pattern s from −1 to 1: c·s, or L̄·(1 + c·s)."""
        seen = checked_contrast(contrast) * np.asarray(pattern, dtype=float)
        return seen if self.luminance is None else self.luminance * (1 + seen)


def on_screen(make: Callable[P, T]) -> Callable[P, T]:
    """Say what is wrong where a stimulus is asked for on something else than a screen."""

    @wraps(make)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        given = args[0] if args else kwargs.get("screen")
        if not isinstance(given, Screen):
            raise InputError(f"screen must be a Screen, Screen((rows, columns)) (got {given!r})")
        return make(*args, **kwargs)

    return checked


def checked_contrast(contrast: float, most: float = 1.0) -> float:
    """Return a contrast from 0 to 1, or raise."""
    value = number(contrast, "contrast")
    if not 0 <= value <= most:
        raise InputError(
            f"contrast must be from 0 to {most:g} (got {value:g}): a screen cannot be darker than "
            "black; a dark pattern has dark=True"
        )
    return value


def point(at: tuple[float, float]) -> tuple[float, float]:
    """Return degrees right and up of the screen's middle, or raise."""
    right, up = pair(at, "at", "degrees right and up")
    return right, up


def pair(values: tuple[float, float], what: str, unit: str) -> tuple[float, float]:
    """Return two finite numbers, or raise."""
    try:
        first, second = values
    except (TypeError, ValueError):
        raise InputError(f"{what} must be two numbers, {unit} (got {values!r})") from None
    return number(first, what, unit), number(second, what, unit)


def number(value: float, what: str, unit: str = "", least: float = -math.inf) -> float:
    """Return a finite number, not below `least`, or raise."""
    try:
        found = real(value)
    except (TypeError, ValueError):
        raise InputError(
            f"{what} must be a number{unit and ' of ' + unit} (got {value!r})"
        ) from None
    if not (math.isfinite(found) and found >= least):
        rule = "finite" if math.isinf(least) else f"finite and at least {least:g}"
        raise InputError(f"{what} must be {rule} (got {found:g})")
    return found
