"""NumPy's archives of arrays, read without trusting what they announce.

`numpy.load` takes memory for any shape that a header names, and executes pickles where arrays hold
objects.  Here every member's header is compared with the bytes that the archive can hold, and the
pickle of an object array is read by `pickles`, which executes nothing.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from os import PathLike
from typing import Any, cast

import numpy as np

from ...errors import FileError
from ...wording import short, shown
from . import pickles
from .reading import MOST_UNFOLDED, Source, existing, told

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MAGIC = b"\x93NUMPY\x01\x00"  # and the version that NumPy writes for all but tables
# An array of at most 8 dimensions; Python 2 wrote an L after a length.
HEADER = re.compile(
    rb"\{'descr': '([<>|=]?(?:b1|[iu][1248]|f[248]|O8?))', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]{1,18}L?(?:, ?|(?=\)))){0,8})\),? ?\} *\n?"
)
ENCRYPTED = 1  # the flag's bit


def load_npz(
    path: str | PathLike[str], names: Sequence[str], *, objects: bool = False
) -> list[Any]:
    """Return some arrays of an archive; where objects are taken, one of them as their list.

    Raises
    ------
    FileError
        No such file; one that is no archive of NumPy's; an array that is missing, or not what its
        header says; objects other than numbers, text, bytes, lists, dicts and arrays of them.
    """
    name = shown(path)
    with told(name), existing(path).open("rb") as file:
        try:
            with zipfile.ZipFile(file) as archive:
                return [_array(archive, name, member, objects) for member in names]
        except FileError:
            raise
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as error:
            raise FileError(
                f"{name} is no archive of arrays, or a damaged one ({short(str(error))})"
            ) from None


def _array(archive: zipfile.ZipFile, name: str, member: str, objects: bool) -> Any:
    with _opened(archive, name, member) as source:
        shape, in_columns, dtype = _header(source)
        if dtype.hasobject:
            if not objects:
                source.fail("it holds objects; here numbers are needed")
            if len(shape) != 1:
                source.fail(f"its objects of shape {short(shape)} are no row")
            entries = pickles.loads(source)
            if not isinstance(entries, list) or len(entries) != shape[0]:
                source.fail(f"it is no list of the {shape[0]} objects that its header announces")
            return entries
        values = source.array(shape[::-1] if in_columns else shape, dtype)
        source.end()
    return values.T if in_columns else values


@contextmanager
def _opened(archive: zipfile.ZipFile, name: str, member: str) -> Iterator[Source]:
    listed = [info for info in archive.infolist() if info.filename == f"{member}.npy"]
    if len(listed) != 1:
        found = ", ".join(sorted({info.filename for info in archive.infolist()})[:8]) or "nothing"
        raise FileError(f"{name}: the array {member!r} is needed once; it holds {short(found)}")
    info = listed[0]
    if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
        raise FileError(f"{name}: {member!r} is encrypted or packed by another method than deflate")
    most = min(info.file_size, info.compress_size * MOST_UNFOLDED)
    with archive.open(info) as stream:
        yield Source(f"{name}, array {member!r}", cast(BufferedIOBase, stream), most)


def _header(source: Source) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Return shape, whether columns come first, and the values' kind, or raise."""
    if source.take(len(MAGIC)) != MAGIC:
        source.fail("it does not begin as NumPy's arrays of numbers do")
    text = source.take(int.from_bytes(source.take(2), "little"))
    found = header_of(text)
    if found is None:
        source.fail(
            f"its header {short(text[:80].decode('latin-1'))} is none of an array of numbers"
        )
    return found


def header_of(text: bytes) -> tuple[tuple[int, ...], bool, np.dtype] | None:
    """Return shape, whether columns come first, and the values' kind; None where it tells none."""
    written = HEADER.fullmatch(text)
    if not written:
        return None
    code, in_columns, lengths = (part.decode() for part in written.groups())
    shape = tuple(int(length) for length in re.findall(r"[0-9]+", lengths))
    return shape, in_columns == "True", np.dtype(code)
