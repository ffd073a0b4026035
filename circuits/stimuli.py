"""Stimuli: spots, rings, bars, edges and gratings in degrees, white noise, photographs.

Each pixel of a drawn one holds the part of it that the shape covers, so that responses do not
jump when an edge crosses a pixel's middle.  Values are contrast: 1 inside the shape, 0 outside.
"""

from __future__ import annotations

import math
import warnings
from os import PathLike
from typing import Any

import numpy as np

from neurosim import FileError, InputError
from neurosim.timing import whole

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
    diameter = _checked(diameter, "diameter", least=0)
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
    if inner > outer:
        raise InputError(
            f"the inner diameter is above the outer one (got {inner:g}° and {outer:g}°)"
        )
    return spot(shape, pixel, outer) - spot(shape, pixel, inner)


def edge(shape: tuple[int, int], pixel: float, position: float = 0.0) -> np.ndarray:
    """Return a vertical edge: bright left of `position` degrees, dark right of it."""
    position = _checked(position, "position")
    x, _ = coordinates(shape, pixel)
    return np.clip((position - x) / pixel + 0.5, 0, 1)


def bar(shape: tuple[int, int], pixel: float, width: float) -> np.ndarray:
    """Return a vertical centered bar of this width in degrees, as long as the image."""
    width = _checked(width, "width", least=0)
    return edge(shape, pixel, width / 2) - edge(shape, pixel, -width / 2)


def grating(
    shape: tuple[int, int], pixel: float, frequency: float, phase: float = 0.0
) -> np.ndarray:
    """Return cos(2πfx − phase): vertical stripes, f in cycles per degree, averaged over pixels."""
    frequency, phase = _checked(frequency, "frequency"), _checked(phase, "phase")
    x, _ = coordinates(shape, pixel)
    return np.cos(2 * np.pi * frequency * x - phase) * np.sinc(frequency * pixel)


def white_noise(shape: tuple[int, int], frames: int, random: np.random.Generator) -> np.ndarray:
    """Return frames of pixels that are +1 or −1 with equal chance: (frames, rows, columns)."""
    return random.integers(0, 2, (frames, *shape), dtype=np.int8) * 2.0 - 1.0


def photograph(path: str | PathLike[str] | None = None, *, longest: int = 512) -> np.ndarray:
    """Return a photograph's grey values, from 0 (black) to 1 (white): (rows, columns).

    It stands upright as its EXIF orientation says; what is transparent is white.

    Parameters
    ----------
    path
        An image file; left out, the portrait of Grace Hopper that Matplotlib ships.
    longest
        Pixels of the longer side at most; larger images are made smaller.

    Raises
    ------
    FileError
        A file that is not there, is not an image, or whose numbers have no known white.
    InputError
        `longest` is no such number.
    """
    from PIL import Image

    longest = whole(longest, "longest", 1)
    if path is None:
        from matplotlib.cbook import get_sample_data

        path = get_sample_data("grace_hopper.jpg", asfileobj=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                return _grey_values(image, longest)
    except FileNotFoundError:
        raise FileError(f"{str(path)!r}: there is no such file") from None
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        why = getattr(error, "strerror", None) or error
        raise FileError(
            f"{str(path)!r} cannot be read as an image ({why}); give a PNG or JPEG file"
        ) from None


def _grey_values(image: Any, longest: int) -> np.ndarray:
    """Return an opened image's grey values, upright and at most so long."""
    from PIL import Image, ImageOps

    sixteen_bits = image.mode.startswith("I;16") or (
        image.mode == "I" and image.format in ("PNG", "PPM")  # which Pillow has no 32 bits of
    )
    image.draft(None, (2 * longest, 2 * longest))  # a large JPEG is decoded at part of its size
    image = ImageOps.exif_transpose(image)
    if sixteen_bits:
        grey, white = Image.fromarray(np.asarray(image, dtype=np.float32)), 65535
    elif image.mode in ("I", "F"):
        raise ValueError(f"no number in it is known to be white: mode {image.mode}")
    else:
        grey, white = _opaque(image).convert("L"), 255
    grey.thumbnail((longest, longest))
    return np.clip(np.asarray(grey, dtype=float) / white, 0, 1)  # resizing may overshoot


def _opaque(image: Any) -> Any:
    """Return an image on white where it has transparent parts, else as it is."""
    from PIL import Image

    if image.mode[-1] not in "Aa" and "transparency" not in image.info:
        return image
    above = image.convert("RGBA")
    paper = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(paper, above)


def _checked(value: float, what: str, least: float = -math.inf) -> float:
    """Return a number of degrees, finite and not below `least`, or raise."""
    if not (math.isfinite(value) and value >= least):
        rule = "finite" if math.isinf(least) else f"finite and at least {least:g}"
        raise InputError(f"{what} must be {rule} (got {value:g})")
    return value
