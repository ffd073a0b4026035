"""Photographs from files: as grey values, or as they fill a screen."""

from __future__ import annotations

import struct
import tokenize
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from neurosim import FileError
from neurosim.timing import whole

from .screen import Screen, on_screen

# What Pillow and NumPy raise over a broken file; the last is of an array's header.
BROKEN = (
    OSError, EOFError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError,
    struct.error, zlib.error, tokenize.TokenError,
)  # fmt: skip


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
    longest = whole(longest, "longest", 1)
    return opened(path, longest).shrunk(longest)


@on_screen
def natural_image(
    screen: Screen, path: str | PathLike[str] | None = None, *, contrast: float = 1.0
) -> np.ndarray:
    """Return a photograph that fills a screen, around its mean luminance: (rows, columns).

    Its grey values are taken for the luminance L, and the pattern is s = (L − L̄)/L̄, with L̄ their
    mean over what is seen; what is brighter than 2·L̄ is shown as 2·L̄, so that s stays from −1 to
    1.  As much of the photograph is seen as has the screen's proportions, around its middle; each
    pixel shows the mean of those of the photograph that fall on it.

    Parameters
    ----------
    path
        As `photograph`.
    contrast
        c of the c·s that is shown.

    Raises
    ------
    FileError
        As `photograph`; an image that is black all over.
    InputError
        A contrast outside [0, 1].
    """
    seen = opened(path, max(screen.shape)).filling(screen.shape)
    mean = lit(float(seen.mean()), str(path))
    return screen.shown(around_mean(seen, mean), contrast)


def lit(mean: float, name: str) -> float:
    """Return a mean luminance that is not 0, or raise."""
    if mean == 0:
        raise FileError(f"{name!r} is black all over: there is no mean to have a contrast with")
    return mean


def around_mean(seen: np.ndarray, mean: float) -> np.ndarray:
    """Return grey values as a pattern from −1 to 1 around their mean."""
    return np.minimum(seen / mean - 1, 1)


class GreyImage:
    """An upright image without colours or transparent parts.

    Attributes
    ----------
    image : Pillow's, of one number a pixel
    white : the number that is white
    """

    def __init__(self, image: Any, white: float):
        self.image = image
        self.white = white

    @classmethod
    def of(cls, image: Any) -> GreyImage:
        """Return an opened image's copy in grey."""
        from PIL import Image, ImageOps

        sixteen_bits = image.mode.startswith("I;16") or (
            image.mode == "I" and image.format in ("PNG", "PPM")  # which Pillow has no 32 bits of
        )
        image = ImageOps.exif_transpose(image)
        if sixteen_bits:
            return cls(Image.fromarray(np.asarray(image, dtype=np.float32)), 65535)
        if image.mode in ("I", "F"):
            raise ValueError(f"no number in it is known to be white: mode {image.mode}")
        return cls(_opaque(image).convert("L"), 255)

    def shrunk(self, longest: int) -> np.ndarray:
        """Return its values from 0 to 1, at most so many pixels long."""
        smaller = self.image.copy()
        smaller.thumbnail((longest, longest))
        return self._values(smaller)

    def filling(self, shape: tuple[int, int]) -> np.ndarray:
        """Return the values of the most of its middle that has a shape's proportions: (shape)."""
        from PIL import Image, ImageOps

        rows, columns = shape
        return self._values(ImageOps.fit(self.image, (columns, rows), Image.Resampling.BOX))

    def _values(self, image: Any) -> np.ndarray:
        # Resizing may overshoot.
        return np.clip(np.asarray(image, dtype=float) / self.white, 0, 1)


def file_path(path: str | PathLike[str]) -> Path:
    """Return a file's path, or raise."""
    if not isinstance(path, str | PathLike):
        raise FileError(f"a file's path is text or a Path (got {path!r})")
    return Path(path)


@contextmanager
def reading(
    name: str, what: str = "an image", give: str = "give a PNG or JPEG file"
) -> Iterator[None]:
    """Raise one clear FileError for whatever Pillow or NumPy meets in a file."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except FileError:
        raise
    except FileNotFoundError:
        raise FileError(f"{name!r}: there is no such file") from None
    except (*BROKEN, Warning, Image.DecompressionBombError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise FileError(f"{name!r} cannot be read as {what} ({why}); {give}") from None


def opened(path: str | PathLike[str] | None, longest: int) -> GreyImage:
    """Return a photograph in grey, no smaller than twice so many pixels where it is larger."""
    from PIL import Image

    if path is None:
        from matplotlib.cbook import get_sample_data

        path = get_sample_data("grace_hopper.jpg", asfileobj=False)
    path = file_path(path)
    with reading(str(path)), Image.open(path) as image:
        image.draft(None, (2 * longest, 2 * longest))  # a large JPEG is decoded at part of its size
        return GreyImage.of(image)


def _opaque(image: Any) -> Any:
    """Return an image on white where it has transparent parts, else as it is."""
    from PIL import Image

    if image.mode[-1] not in "Aa" and "transparency" not in image.info:
        return image
    above = image.convert("RGBA")
    paper = Image.new("RGBA", above.size, "white")
    return Image.alpha_composite(paper, above)
