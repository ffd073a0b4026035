"""MNIST's files, as `keras.datasets.mnist.load_data` returns them."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError
from ...wording import shown
from .idx import load_idx
from .npz import load_npz
from .reading import existing

Parts = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

SIDE = 28  # pixels
CLASSES = 10
PARTS = {"train": "train", "test": "t10k"}  # as the files call them
ENDINGS = ("-idx{}-ubyte", "-idx{}-ubyte.gz", ".idx{}-ubyte", ".idx{}-ubyte.gz")


def load_mnist(path: str | PathLike[str]) -> Parts:
    """Return MNIST, or a set of the same format such as Fashion-MNIST, from the user's files.

    Parameters
    ----------
    path
        A folder with the four files of LeCun, Cortes & Burges, ``train-images-idx3-ubyte`` and so
        on, packed (``.gz``) or not; or Keras's ``mnist.npz``.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images, uint8 from 0 (paper) to 255 (ink), (images, 28, 28), and their classes from 0 to 9,
        uint8, (images,).

    Raises
    ------
    FileError
        A file that is missing, is of another format, or whose images and labels do not belong
        together.
    """
    place, name = existing(path), shown(path)
    if place.is_dir():
        read: list[Any] = [
            load_idx(_file(place, f"{PARTS[part]}-{what}", axes))
            for part in PARTS
            for what, axes in (("images", 3), ("labels", 1))
        ]
    else:
        read = load_npz(path, ["x_train", "y_train", "x_test", "y_test"])
    x_train, y_train, x_test, y_test = read
    return _checked(x_train, y_train, f"{name}, train"), _checked(x_test, y_test, f"{name}, test")


def _file(folder: Path, stem: str, axes: int) -> Path:
    names = [stem + ending.format(axes) for ending in ENDINGS]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise FileError(f"{shown(folder)} has no file {names[0]} or {names[1]}")


def _checked(images: Any, labels: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    for what, values, shape in (("images", images, (SIDE, SIDE)), ("labels", labels, ())):
        is_array = isinstance(values, np.ndarray) and values.ndim == 1 + len(shape)
        if not is_array or values.dtype != np.uint8 or values.shape[1:] != shape:
            raise FileError(
                f"{name}: the {what} must be uint8 of shape {('n', *shape)} (got "
                f"{getattr(values, 'dtype', 'objects')} of shape {np.shape(values)})"
            )
    if len(images) != len(labels):
        raise FileError(f"{name}: {len(images)} images have {len(labels)} labels")
    if labels.max(initial=0) >= CLASSES:
        raise FileError(f"{name}: the label {labels.max()} is no class from 0 to {CLASSES - 1}")
    return images, labels
