"""Arrays in NumPy's archives, which need nothing but NumPy and hold no pickles."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping

import numpy as np

from ...errors import FileError
from ..data.npz import MAGIC, header_of
from .stored import Entry

MEMBER = re.compile(r"\w+(/\w+)*\.npy")


def entry(name: str, path: str, content: bytes) -> Entry:
    """Return the array of a member, its header checked.

    Raises
    ------
    FileError
        No array of numbers, or one that is longer or shorter than its header says.
    """
    start = len(MAGIC) + 2
    start += int.from_bytes(content[len(MAGIC) : start], "little")
    header = header_of(content[len(MAGIC) + 2 : start])
    if not content.startswith(MAGIC) or header is None:
        raise FileError(f"{name}: {path!r} is no array of numbers as NumPy writes it")
    shape, fortran, dtype = header
    if dtype.hasobject or dtype.kind not in "fiu":
        raise FileError(
            f"{name}: {path!r} is an array of {dtype}, not of numbers; no pickles are read"
        )
    count = math.prod(shape)
    if count * dtype.itemsize != len(content) - start:
        raise FileError(
            f"{name}: {path!r} of shape {shape} is not as long as it says; the file is damaged"
        )
    flat = np.frombuffer(content, dtype, count, start) if count else np.empty(0, dtype)
    try:
        values = flat.reshape(shape, order="F" if fortran else "C")
    except ValueError:  # of an empty array, NumPy still multiplies the other sides
        raise FileError(f"{name}: {path!r}: no array has the shape {shape}") from None
    return Entry(shape, dtype, lambda: values)


def written(arrays: Mapping[str, np.ndarray]) -> dict[str, memoryview]:
    """Return the members of an archive for arrays by their paths."""
    found = {}
    for path, array in arrays.items():
        stream = io.BytesIO()
        np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
        found[f"{path}.npy"] = stream.getbuffer()
    return found
