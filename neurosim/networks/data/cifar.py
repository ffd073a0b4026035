"""CIFAR-10's files, as `keras.datasets.cifar10.load_data` returns them."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FileError
from ...wording import short, shown
from . import pickles
from .mnist import Parts
from .reading import existing, opened

SIDE, CHANNELS, CLASSES = 32, 3, 10
PIXELS = CHANNELS * SIDE * SIDE
RECORD = 1 + PIXELS  # bytes: the label, then the red, the green and the blue plane
TRAIN, TEST = tuple(f"data_batch_{number}" for number in range(1, 6)), ("test_batch",)


def load_cifar10(folder: str | PathLike[str]) -> Parts:
    """Return CIFAR-10 (Krizhevsky 2009) from the folder that its archive unpacks to.

    Parameters
    ----------
    folder
        ``cifar-10-batches-bin``, with ``data_batch_1.bin`` to ``data_batch_5.bin`` and
        ``test_batch.bin``; or ``cifar-10-batches-py``, whose files are pickles and have the same
        names without ``.bin``.  The pickles are read, not executed.

    Returns
    -------
    (x_train, y_train), (x_test, y_test)
        Images, uint8, (images, 32, 32, 3), red, green, blue; and their classes from 0 to 9, uint8,
        (images, 1).

    Raises
    ------
    FileError
        A file that is missing, or holds anything but images and their labels.
    """
    place = existing(folder)
    binary = (place / f"{TEST[0]}.bin").exists()
    read, ending = (_records, ".bin") if binary else (_pickled, "")
    for name in (*TRAIN, *TEST):
        if not (place / (name + ending)).is_file():
            raise FileError(
                f"{shown(folder)} has no file {name + ending}; give the folder that CIFAR-10's "
                "archive unpacks to, cifar-10-batches-bin or cifar-10-batches-py"
            )
    train, test = (
        [read(place / (name + ending)) for name in names] for names in (TRAIN, TEST)
    )  # fmt: skip
    return _joined(train), _joined(test)


def _joined(batches: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return batches as one, channels last."""
    planes = np.concatenate([pixels for pixels, _ in batches])
    images = planes.reshape(-1, CHANNELS, SIDE, SIDE).transpose(0, 2, 3, 1)
    labels = np.concatenate([labels for _, labels in batches])
    return np.ascontiguousarray(images), labels[:, None]


def _records(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with opened(path) as source:
        count, rest = divmod(source.most, RECORD)
        if rest or not count:
            source.fail(f"its {source.most} bytes are no whole number of records of {RECORD} bytes")
        records = source.array((count, RECORD), np.dtype(np.uint8))
    return records[:, 1:], _checked(records[:, 0], str(path))


def _pickled(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with opened(path) as source:
        batch = pickles.loads(source)
        if not isinstance(batch, dict):
            source.fail("it is no batch of CIFAR-10's, which is a dict with data and labels")
        data, labels = (_entry(batch, key) for key in ("data", "labels"))
        is_image = isinstance(data, np.ndarray) and data.dtype == np.uint8 and data.ndim == 2
        if not is_image or data.shape[1] != PIXELS:
            source.fail(f"its data must be uint8 of shape (images, {PIXELS})")
        whole = isinstance(labels, list) and all(type(label) is int for label in labels)
        if not whole or len(labels) != len(data):
            source.fail(f"its labels must be a list of {len(data)} whole numbers")
        numbers = _checked(labels, source.name)
    return data, numbers


def _entry(batch: dict[Any, Any], key: str) -> Any:
    """Return an entry whose key Python 2 wrote, as bytes, or Python 3, as text."""
    return batch.get(key.encode(), batch.get(key))


def _checked(labels: np.ndarray | list[int], name: str) -> np.ndarray:
    """Return labels as uint8, or raise where one is no class."""
    wrong = [label for label in labels if not 0 <= label < CLASSES]
    if wrong:
        raise FileError(
            f"{shown(name)}: the label {short(int(wrong[0]))} is no class from 0 to {CLASSES - 1}"
        )
    return np.array(labels, np.uint8)
