"""Bytes of files that others wrote: plain or packed by gzip, and never more than was announced.

A packed kilobyte may unfold to a megabyte, and a header may announce what no file holds.  So a size
is compared with what the file can hold at most before memory is taken for it, and reading stops
there.
"""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import NoReturn

import numpy as np

from ...errors import FileError
from ...wording import one_line, short, shown

MOST_UNFOLDED = 1032  # bytes that deflate makes of one (Deutsch 1996, RFC 1951: 258 of 2 bits)
GZIP = b"\x1f\x8b"
CHUNK = 2**20  # bytes


@dataclass(frozen=True)
class Source:
    """What is read: a file, or a member of an archive.

    Attributes
    ----------
    name : as errors call it
    stream : its bytes, unpacked
    most : no more bytes than these can follow
    """

    name: str
    stream: io.BufferedIOBase
    most: int

    def fail(self, problem: str) -> NoReturn:
        """Raise the error for a problem with what is read."""
        raise FileError(f"{self.name}: {problem}")

    def take(self, count: int) -> bytes:
        """Return the next bytes, or raise where the file ends before them."""
        if count > self.most:
            self._ends(count)
        read = self.stream.read(count)
        if len(read) < count:
            self._ends(count)
        return read

    def array(self, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """Return the next values, in C order, or raise where the file ends before them."""
        count = math.prod(shape) * dtype.itemsize
        if count > self.most:
            self._ends(count)
        try:
            values = np.empty(shape, dtype)
        except ValueError:  # of an empty array, NumPy still multiplies the other sides
            self.fail(f"no array has the shape {short(shape)} that it announces")
        into = values.reshape(-1).view(np.uint8)
        done = 0
        while done < count:
            read = self.stream.read(min(CHUNK, count - done))
            if not read:
                self._ends(count)
            into[done : done + len(read)] = np.frombuffer(read, np.uint8)
            done += len(read)
        return values

    def rest(self, most: int) -> bytes:
        """Return the bytes up to the end, or raise where there are more than `most`."""
        read = bytearray()
        while chunk := self.stream.read(CHUNK):
            read += chunk
            if len(read) > most:
                self.fail(f"it is longer than {most} bytes")
        return bytes(read)

    def end(self) -> None:
        """Raise unless all is read."""
        if self.stream.read(1):
            self.fail("bytes follow after its last value: its header does not fit it")

    def _ends(self, count: int) -> NoReturn:
        self.fail(
            f"it ends before the {count} bytes that it announces: it is damaged or no such file"
        )


@contextmanager
def opened(path: str | PathLike[str]) -> Iterator[Source]:
    """Open a file, unpacked where it begins as gzip files do, whatever it is called.

    Raises
    ------
    FileError
        No such file; one that cannot be read or unpacked, also while it is read inside the block.
    """
    name = shown(path)
    place = existing(path)
    if not place.is_file():
        raise FileError(f"{name} is no file; give the path of one")
    with told(name), place.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        packed = file.read(2) == GZIP
        file.seek(0)
        if packed:
            with gzip.open(file, "rb") as stream:
                yield Source(name, stream, size * MOST_UNFOLDED)
        else:
            yield Source(name, file, size)


def existing(path: str | PathLike[str]) -> Path:
    """Return the path of a file or folder that is there, or raise."""
    try:
        place = Path(path).expanduser()
        found = place.exists()
    except (TypeError, ValueError, OSError, RuntimeError):
        raise FileError(f"a path must be text or a Path (got {short(path)})") from None
    if not found:
        raise FileError(f"{shown(path)} does not exist; nothing is downloaded, give a file's path")
    return place


@contextmanager
def told(name: str) -> Iterator[None]:
    """Raise what goes wrong in reading as an error with the file's name."""
    try:
        yield
    except FileError:
        raise
    except MemoryError:
        raise FileError(f"{name}: it does not fit into this machine's memory") from None
    except (OSError, EOFError, zlib.error) as error:
        why = one_line(getattr(error, "strerror", None) or error)
        raise FileError(
            f"{name} cannot be read ({why}); it is damaged, or may not be read"
        ) from None
