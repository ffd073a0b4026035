"""Movies from files, one frame at a time: animated images, folders of images, arrays."""

from __future__ import annotations

import re
from collections.abc import Callable
from os import PathLike
from pathlib import Path

import numpy as np

from neurosim import FileError
from neurosim.movies import Movie
from neurosim.timing import positive, whole

from .images import GreyImage, around_mean, file_path, lit, reading
from .screen import Screen, checked_contrast, on_screen

Frames = Callable[[int], GreyImage]  # by their number, from 0
WHITES = {"b": 1, "u1": 255, "u2": 65535, "f": 1}  # of an array's numbers, by their kind
KINDS = (
    "a movie",
    "give an animated GIF, PNG or WebP, a TIFF of pages, a folder of images, or a .npy array",
)


def movie(path: str | PathLike[str], frame: float, *, longest: int = 512) -> Movie:
    """Return a movie's grey values, from 0 (black) to 1 (white), read when they are needed.

    Parameters
    ----------
    path
        An animated GIF, PNG or WebP; a TIFF, whose pages are the frames; a folder of images, in
        the order of their names and the numbers in them (hidden files are left out); or a .npy
        array (frames, rows, columns): of bytes, of 16 bits, or of floats from 0 to 1.
    frame
        Seconds that each frame is shown, whatever the file says.
    longest
        Pixels of the longer side at most; larger frames are made smaller.

    Raises
    ------
    FileError
        A file that is not there, is none of these, or is too large; a folder without images, or
        with something else in it.  When a frame is made: one of another size, or that is broken.
    InputError
        Seconds or a number that cannot be.
    """
    frame, longest = positive(frame, "frame", "seconds"), whole(longest, "longest", 1)
    count, load = _opened(file_path(path))
    shape = load(0).shrunk(longest).shape

    def make(first: int, frames: int) -> np.ndarray:
        made = np.empty((frames, *shape))
        for k in range(frames):
            made[k] = load(first + k).shrunk(longest)
        return made

    return Movie(make, shape, frame, count)


@on_screen
def natural_movie(screen: Screen, path: str | PathLike[str], *, contrast: float = 1.0) -> Movie:
    """Return a movie that fills a screen, around its mean luminance.

    As `natural_image`, with L̄ the mean over all frames, for which the file is read once through.

    Parameters
    ----------
    path
        As `movie`.
    contrast
        c of the c·s that is shown.

    Raises
    ------
    FileError
        As `movie`, all of it at once; a movie that is black all over.
    InputError
        A contrast outside [0, 1].
    """
    contrast = checked_contrast(contrast)
    count, load = _opened(file_path(path))
    total = sum(float(load(k).filling(screen.shape).mean()) for k in range(count))
    mean = lit(total / count, str(path))

    def make(first: int, frames: int) -> np.ndarray:
        made = np.empty((frames, *screen.shape))
        for k in range(frames):
            seen = load(first + k).filling(screen.shape)
            made[k] = screen.shown(around_mean(seen, mean), contrast)
        return made

    return Movie(make, screen.shape, screen.frame, count)


def _opened(path: Path) -> tuple[int, Frames]:
    """Return how many frames a file has, and what reads one, all of the size of the first."""
    with reading(str(path), *KINDS):
        if path.is_dir():
            count, load = _folder(path)
        elif path.suffix.lower() == ".npy":
            count, load = _array(path)
        else:
            count, load = _animation(path)
    size = load(0).image.size

    def checked(number: int) -> GreyImage:
        grey = load(number)
        if grey.image.size != size:
            _refuse(path, number, grey.image.size, size)
        return grey

    return count, checked


def _refuse(path: Path, number: int, size: tuple[int, int], first: tuple[int, int]) -> None:
    raise FileError(
        f"{str(path)!r}: frame {number} is {size[0]} × {size[1]} pixels, frame 0 {first[0]} × "
        f"{first[1]}; give frames of one size"
    )


def _numbered(name: str) -> list[str | int]:
    """Return a name's words and numbers, so that frame2 comes before frame10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _folder(path: Path) -> tuple[int, Frames]:
    from PIL import Image

    known = Image.registered_extensions()
    shown = (file for file in path.iterdir() if not file.name.startswith("."))
    files = sorted(shown, key=lambda file: _numbered(file.name))
    for file in files:
        if not (file.is_file() and file.suffix.lower() in known):
            raise FileError(
                f"{str(path)!r} holds {file.name!r}, which is no image; give a folder of images "
                "alone"
            )
    if not files:
        raise FileError(f"{str(path)!r} holds no images; give a folder with one image a frame")

    def load(number: int) -> GreyImage:
        with reading(str(files[number])), Image.open(files[number]) as image:
            return GreyImage.of(image)

    return len(files), load


def _animation(path: Path) -> tuple[int, Frames]:
    reel = _Reel(path)
    return getattr(reel.image, "n_frames", 1), reel.frame


class _Reel:
    """An animated image that stays open, since going on is quicker than starting anew."""

    def __init__(self, path: Path):
        from PIL import Image

        self._path = path
        self.image = Image.open(path)
        self._size = self.image.size

    def frame(self, number: int) -> GreyImage:
        from PIL import Image

        with reading(f"{self._path}, frame {number}", *KINDS):
            if number < self.image.tell():  # Pillow loses count of an APNG's frames going back
                self.image.close()
                self.image = Image.open(self._path)
            self.image.seek(number)
            if self.image.size != self._size:  # before so many pixels are decoded
                _refuse(self._path, number, self.image.size, self._size)
            return GreyImage.of(self.image)

    def __del__(self) -> None:
        if "image" in vars(self):  # the file could be opened
            self.image.close()


def _array(path: Path) -> tuple[int, Frames]:
    from PIL import Image

    array = np.lib.format.open_memmap(path, mode="r")  # never unpickles, never longer than the file
    kind = array.dtype.kind if array.dtype.kind in "bf" else array.dtype.str[1:]
    if kind not in WHITES or array.ndim != 3 or not array.size:
        raise FileError(
            f"{str(path)!r} is an array of {array.dtype} of shape {array.shape}; give one of "
            "uint8, uint16, bool or float of shape (frames, rows, columns)"
        )
    most = Image.MAX_IMAGE_PIXELS
    if most is not None and array[0].size > most:
        raise FileError(
            f"{str(path)!r} has frames of {array[0].size:,} pixels; give frames of at most {most:,}"
        )

    def load(number: int) -> GreyImage:
        values = np.asarray(array[number], dtype=np.float32)
        low, high = float(values.min()), float(values.max())  # NaN if one is
        if not 0 <= low <= high <= WHITES[kind]:
            wrong = low if not low >= 0 else high
            raise FileError(
                f"{str(path)!r}, frame {number}: floats are grey values, 0 (black) to 1 (white) "
                f"(got {wrong:g})"
            )
        return GreyImage(Image.fromarray(values), WHITES[kind])

    return len(array), load
