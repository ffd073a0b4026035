"""Photographs and movies from files, as grey values."""

from __future__ import annotations

import warnings
from os import PathLike
from typing import Any

import numpy as np

from neurosim import FileError
from neurosim.timing import whole


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
