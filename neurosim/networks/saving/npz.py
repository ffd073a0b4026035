"""Arrays in NumPy's archives, which need nothing but NumPy and hold no pickles."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping

import numpy as np

from ...errors import FileError
from .stored import Entry

MEMBER = re.compile(r"\w+(/\w+)*\.npy")


def entry(name: str, path: str, content: bytes) -> Entry:
    """Return the array of a member, its header checked.

    Raises
    ------
    FileError
        No array of numbers, or one that is longer or shorter than its header says.
    """
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"version {version}")
        header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else (np.lib.format.read_array_header_2_0)
        )
        shape, fortran, dtype = header(stream)
    except (ValueError, TypeError, LookupError, SyntaxError, RecursionError, MemoryError) as error:
        raise FileError(f"{name}: {path!r} is no array ({str(error)[:80]})") from None
    if dtype.hasobject or dtype.kind not in "fiu" or dtype.itemsize > 8:
        raise FileError(
            f"{name}: {path!r} is an array of {dtype}, not of numbers; no pickles are read"
        )
    start = stream.tell()
    count = math.prod(shape)
    if any(length < 0 for length in shape) or count * dtype.itemsize != len(content) - start:
        raise FileError(
            f"{name}: {path!r} of shape {shape} is not as long as it says; the file is damaged"
        )
    values = np.frombuffer(content, dtype, count, start) if count else np.empty(0, dtype)
    return Entry(shape, dtype, lambda: values.reshape(shape, order="F" if fortran else "C"))


def written(arrays: Mapping[str, np.ndarray]) -> dict[str, memoryview]:
    """Return the members of an archive for arrays by their paths."""
    found = {}
    for path, array in arrays.items():
        stream = io.BytesIO()
        np.lib.format.write_array(stream, np.asarray(array), allow_pickle=False)
        found[f"{path}.npy"] = stream.getbuffer()
    return found
