"""Stimuli: spots, rings, bars, edges and gratings in degrees, white noise, photographs.

Each pixel of a drawn one holds the part of it that the shape covers, so that responses do not
jump when an edge crosses a pixel's middle.  Values are contrast: 1 inside the shape, 0 outside.
"""

from __future__ import annotations

import warnings
from os import PathLike
from typing import Any

import numpy as np

from neurosim import FileError, InputError

FINER = 8  # points a side that a pixel is divided into at a curved edge


def coordinates(shape: tuple[int, int], pixel: float) -> tuple[np.ndarray, np.ndarray]:
    """Return x (right) and y (down) of every pixel's middle, in degrees from the image's."""
    rows, columns = shape
    if not (np.isfinite(pixel) and pixel > 0):
        raise InputError(f"pixel must be finite and above 0 degrees (got {pixel})")
    x = (np.arange(columns) - (columns - 1) / 2) * pixel
    y = (np.arange(rows) - (rows - 1) / 2) * pixel
    return np.broadcast_to(x, shape), np.broadcast_to(y[:, None], shape)


def spot(shape: tuple[int, int], pixel: float, diameter: float) -> np.ndarray:
    """Return a centered disk of this diameter in degrees."""
    x, y = coordinates(shape, pixel)
    distance = np.hypot(x, y)
    image = (distance <= diameter / 2).astype(float)
    rim = np.abs(distance - diameter / 2) <= pixel  # only here is a pixel partly covered
    offsets = ((np.arange(FINER) + 0.5) / FINER - 0.5) * pixel
    dx, dy = np.meshgrid(offsets, offsets)
    fine = np.hypot(x[rim][:, None] + dx.ravel(), y[rim][:, None] + dy.ravel())
    image[rim] = (fine <= diameter / 2).mean(axis=1)
    return image


def annulus(shape: tuple[int, int], pixel: float, inner: float, outer: float) -> np.ndarray:
    """Return a centered ring between two diameters in degrees."""
    return spot(shape, pixel, outer) - spot(shape, pixel, inner)


def edge(shape: tuple[int, int], pixel: float, position: float = 0.0) -> np.ndarray:
    """Return a vertical edge: bright left of `position` degrees, dark right of it."""
    x, _ = coordinates(shape, pixel)
    return np.clip((position - x) / pixel + 0.5, 0, 1)


def bar(shape: tuple[int, int], pixel: float, width: float) -> np.ndarray:
    """Return a vertical centered bar of this width in degrees, as long as the image."""
    return edge(shape, pixel, width / 2) - edge(shape, pixel, -width / 2)


def grating(
    shape: tuple[int, int], pixel: float, frequency: float, phase: float = 0.0
) -> np.ndarray:
    """Return cos(2πfx − phase): vertical stripes, f in cycles per degree, averaged over pixels."""
    x, _ = coordinates(shape, pixel)
    return np.cos(2 * np.pi * frequency * x - phase) * np.sinc(frequency * pixel)


def white_noise(shape: tuple[int, int], frames: int, random: np.random.Generator) -> np.ndarray:
    """Return frames of pixels that are +1 or −1 with equal chance: (frames, rows, columns)."""
    return random.integers(0, 2, (frames, *shape), dtype=np.int8) * 2.0 - 1.0


def photograph(path: str | PathLike[str] | None = None, *, longest: int = 512) -> np.ndarray:
    """Return a photograph's luminance, from 0 (black) to 1 (white): (rows, columns).

    Parameters
    ----------
    path
        An image file; left out, the portrait of Grace Hopper that Matplotlib ships.
    longest
        Pixels of the longer side at most; larger images are made smaller.

    Raises
    ------
    FileError
        A file that is not there or is not an image.
    """
    from PIL import Image

    if path is None:
        from matplotlib.cbook import get_sample_data

        path = get_sample_data("grace_hopper.jpg", asfileobj=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return _luminance(image, longest)
    except FileNotFoundError:
        raise FileError(f"{str(path)!r}: there is no such file") from None
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileError(
            f"{str(path)!r} cannot be read as an image ({why}); give a PNG or JPEG file"
        ) from None


def _luminance(image: Any, longest: int) -> np.ndarray:
    image.thumbnail((longest, longest))
    return np.asarray(image.convert("L"), dtype=float) / 255
