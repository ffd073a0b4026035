"""The idx format of MNIST's files: a magic number, the lengths of the axes, then the values."""

from __future__ import annotations

import struct
from os import PathLike

import numpy as np

from .reading import opened

UNSIGNED_BYTE = 8  # the type of values: the third byte of the magic number; its fourth, the axes
MOST_AXES = 4


def load_idx(path: str | PathLike[str]) -> np.ndarray:
    """Return the values of an idx file of bytes, packed by gzip or not, as uint8.

    The format is that of LeCun, Cortes & Burges, "The MNIST database of handwritten digits":
    magic number 0x00000803 for images, 0x00000801 for labels, big-endian.

    Parameters
    ----------
    path
        Of the file.

    Raises
    ------
    FileError
        No such file; one of another format or other values than bytes; one whose length is not
        what its header says.
    """
    with opened(path) as source:
        zeros, kind, axes = struct.unpack(">HBB", source.take(4))
        if zeros or kind != UNSIGNED_BYTE or not 0 < axes <= MOST_AXES:
            magic = f"0x{zeros << 16 | kind << 8 | axes:08x}"
            source.fail(
                f"it begins with {magic}; an idx file of bytes begins with 0x00000803 (images) or "
                "0x00000801 (labels)"
            )
        shape = struct.unpack(f">{axes}I", source.take(4 * axes))
        values = source.array(shape, np.dtype(np.uint8))
        source.end()
    return values
