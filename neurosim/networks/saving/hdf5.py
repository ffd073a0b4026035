"""Arrays in HDF5, as Keras keeps weights: read in memory, plain arrays of numbers alone.

h5py is needed here, and only here.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from ...errors import FileError
from .stored import Entry

MOST_OBJECTS = 10**5  # groups and arrays
MOST_NESTED = 64

# What h5py raises on bytes that are no HDF5, or no longer it.
_DAMAGE = (
    OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError,
    MemoryError,
)  # fmt: skip


def h5py_for(name: str) -> ModuleType:
    """Return h5py, or raise FileError where it is not installed."""
    try:
        import h5py
    except ImportError:
        raise FileError(
            f"{name}: files of Keras need h5py: python -m pip install 'neurosim[keras]'; or save "
            "to .npz, which needs nothing"
        ) from None
    found: ModuleType = h5py
    return found


@contextmanager
def opened(name: str, content: bytes) -> Iterator[dict[str, Entry]]:
    """Return the arrays of a file by their paths, which can be read as long as this is open.

    Raises
    ------
    FileError
        No HDF5; links that lead elsewhere, arrays of objects, compressed or kept in other files.
    """
    h5py = h5py_for(name)
    try:
        file = h5py.File(io.BytesIO(content), "r")
    except _DAMAGE as error:
        raise FileError(f"{name}: its weights are no HDF5, or damaged ({error})") from None
    with file:
        try:
            found = _Walk(h5py, name, len(content)).through(file)
        except FileError:
            raise
        except _DAMAGE as error:
            raise FileError(f"{name}: its weights are damaged ({error})") from None
        yield found


class _Walk:
    """Looks at everything in a file, and at nothing outside of it."""

    def __init__(self, h5py: ModuleType, name: str, left: int) -> None:
        self._h5py, self._name, self._left = h5py, name, left
        self._seen: set[int] = set()
        self._found: dict[str, Entry] = {}

    def through(self, group: Any, prefix: str = "", depth: int = 0) -> dict[str, Entry]:
        """Return the arrays in a group and in those within."""
        if depth > MOST_NESTED:
            raise self._refusal(prefix, "groups within groups, too deeply")
        for key in group:
            path = f"{prefix}{key}"
            if not isinstance(group.get(key, getlink=True), self._h5py.HardLink):
                raise self._refusal(path, "a link")
            item = group[key]
            address = self._h5py.h5o.get_info(item.id).addr
            if address in self._seen or len(self._seen) >= MOST_OBJECTS:
                raise self._refusal(path, "one thing in two places, or too many things")
            self._seen.add(address)
            if isinstance(item, self._h5py.Group):
                self.through(item, f"{path}/", depth + 1)
            elif isinstance(item, self._h5py.Dataset):
                self._found[path] = self._entry(path, item)
            else:
                raise self._refusal(path, "neither a group nor an array")
        return self._found

    def _entry(self, path: str, array: Any) -> Entry:
        if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8 or array.shape is None:
            raise self._refusal(path, f"an array of {array.dtype}, not of numbers")
        if array.is_virtual or array.external:
            raise self._refusal(path, "an array that is kept in other files")
        shape = tuple(int(length) for length in array.shape)
        count = math.prod(shape) * array.dtype.itemsize
        self._left -= count
        if array.chunks is not None or array.id.get_storage_size() != count or self._left < 0:
            raise self._refusal(path, "an array that is compressed, or longer than the file")
        return Entry(shape, array.dtype, lambda: self._values(path, array))

    def _values(self, path: str, array: Any) -> np.ndarray:
        try:
            return np.asarray(array[()])
        except _DAMAGE as error:
            raise FileError(f"{self._name}: {path} is damaged ({error})") from None

    def _refusal(self, path: str, what: str) -> FileError:
        return FileError(f"{self._name}: {path[:80]!r} is {what}, which no saved weights are")


def written(
    name: str, arrays: Mapping[str, np.ndarray], groups: Sequence[tuple[str, str]]
) -> bytes:
    """Return a file of arrays by their paths.

    Parameters
    ----------
    groups
        Paths at which there is a group, arrays or not, and what Keras calls whose it is.
    """
    buffer = io.BytesIO()
    with h5py_for(name).File(buffer, "w") as file:
        for path, owner in groups:
            file.create_group(path).attrs["name"] = owner
        for path, array in arrays.items():
            file.create_dataset(path, data=array)
    return buffer.getvalue()
