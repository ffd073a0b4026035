"""Pickles of data, read without executing anything: numbers, text, bytes, lists, dicts, arrays.

A pickle is a program.  Before Python's own reader runs one, every instruction is compared with
those that data need and every length with the bytes that are there, so that a short file cannot
take much memory; and the names that it calls are those of stand-ins defined here, which only
describe an array.  Nothing of NumPy's or of anyone else's is called by the file.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from typing import Any

import numpy as np

from ...errors import FileError
from ...wording import short
from .reading import Source

MOST_BYTES = 2**26  # of a pickle
MOST_INSTRUCTIONS = 2**20  # beside whole numbers: lists, text, memory places …
MOST_TUPLES = 1000  # nested ones are hashed by recursion; arrays need a handful
MOST_DICTS = 1000

# Whole numbers, by far the most of what data hold: read at one go.
NUMBERS = re.compile(rb"(?:K.|M..|J....)++", re.DOTALL)
TWO_LINES = re.compile(rb"[^\n]{0,100}\n[^\n]{0,100}\n")  # a module's name and a name in it
# Instructions by how many bytes of theirs follow.
FIXED = {
    **dict.fromkeys(b".N\x88\x89(]ae}su)t\x85\x86\x87Rb\x94\x93", 0),
    **dict.fromkeys(b"\x80qh", 1), **dict.fromkeys(b"rj", 4),
}  # fmt: skip
# Instructions by how many bytes of a length stand before the bytes themselves.
COUNTED = {**dict.fromkeys(b"U\x8cC", 1), **dict.fromkeys(b"TXB", 4), **dict.fromkeys(b"\x8e", 8)}
FRAME, GLOBAL, PLACE, STOP = b"\x95cr."
TUPLES, DICTS = b")t\x85\x86\x87", b"}su"
MOST_PLACES = 2**21

KINDS = {"b1", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"}
LATIN_1 = ("latin1", b"latin1")
LONGEST_LATIN = 16  # of the bytes that old pickles write as text: type codes
OBJECTS = {"O", "O8", "O4"}


def loads(source: Source) -> Any:
    """Return what the rest of a source describes, arrays of objects as lists.

    Raises
    ------
    FileError
        Instructions that data do not need, names other than those of arrays, lengths and shapes
        that do not fit, more than 64 MiB.
    """
    raw = source.rest(MOST_BYTES)
    _check(raw, source)
    try:
        found = _Reader(io.BytesIO(raw), encoding="bytes").load()
        if isinstance(found, dict):
            return {key: _values(entry) for key, entry in found.items()}
        return _values(found)
    except FileError as error:
        source.fail(str(error))
    except MemoryError:
        raise
    # What Python's reader raises over instructions in a wrong order is not only its own error.
    except Exception as error:
        source.fail(f"its pickle cannot be read ({short(str(error))})")


def _values(found: Any) -> Any:
    return found.values() if isinstance(found, _Array) else found


def _check(raw: bytes, source: Source) -> None:
    """Raise unless every instruction is one that data need, and its bytes are there."""
    place = instructions = tuples = dicts = 0
    code = None
    while code != STOP:
        if run := NUMBERS.match(raw, place):
            place = run.end()
        if place >= len(raw):
            source.fail("its pickle ends before it should")
        code = raw[place]
        place += 1
        if code in FIXED:
            operands = FIXED[code]
            number = int.from_bytes(raw[place : place + operands], "little") if operands else 0
            if code == PLACE and number >= MOST_PLACES:
                source.fail("its pickle uses a memory place that no data need")
            place += operands
        elif code in COUNTED:
            start = place + COUNTED[code]
            place = start + int.from_bytes(raw[place:start], "little")
        elif code == FRAME:
            place += 8
            if int.from_bytes(raw[place - 8 : place], "little") > len(raw) - place:
                source.fail("its pickle ends before it should")
        elif code == GLOBAL:
            lines = TWO_LINES.match(raw, place)
            place = lines.end() if lines else len(raw) + 1
        else:
            source.fail(f"its pickle has the instruction {bytes([code])!r}, which data do not need")
        instructions += 1
        tuples += code in TUPLES
        dicts += code in DICTS
        if instructions > MOST_INSTRUCTIONS or tuples > MOST_TUPLES or dicts > MOST_DICTS:
            source.fail("its pickle has more parts than data need")
        if place > len(raw):
            source.fail("its pickle ends before it should")
    if place < len(raw):
        source.fail("bytes follow after its pickle")


class _Kind:
    """Stands in for `numpy.dtype`."""

    __slots__ = ("code", "order")

    def __init__(self, code: Any, *_: Any):
        self.code = code.decode("latin-1") if isinstance(code, bytes) else code
        if self.code not in KINDS | OBJECTS:
            raise FileError(f"its pickle has an array of dtype {short(self.code)}, not of numbers")
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = state[1].decode("latin-1") if isinstance(state[1], bytes) else state[1]
        if order not in ("<", ">", "|", "="):
            raise FileError(f"its pickle has an array of byte order {short(order)}")
        self.order = order


class _Array:
    """Stands in for `numpy.ndarray`, whose state is version, shape, dtype, order and values."""

    __slots__ = ("data", "in_columns", "kind", "shape")

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, self.shape, self.kind, self.in_columns, self.data = state

    def values(self) -> np.ndarray | list[Any]:
        """Return a view of the values, or the list of objects; raise where they do not fit."""
        shape, kind = self.shape, self.kind
        fits = isinstance(shape, tuple) and all(type(n) is int and n >= 0 for n in shape)
        if not fits or not isinstance(kind, _Kind):
            raise FileError("its pickle has an array without shape or dtype")
        if kind.code in OBJECTS:
            if not isinstance(self.data, list) or (len(self.data),) != shape:
                raise FileError(f"its pickle has no row of objects of the shape {short(shape)}")
            return self.data
        dtype = np.dtype(kind.order + kind.code)
        if not isinstance(self.data, bytes) or len(self.data) != math.prod(shape) * dtype.itemsize:
            raise FileError(f"its pickle has an array whose bytes do not fit shape {short(shape)}")
        values = np.frombuffer(self.data, dtype)
        return values.reshape(shape[::-1]).T if self.in_columns is True else values.reshape(shape)


class _Call:
    """What a name in the file stands for: it makes a stand-in and can be changed by nothing."""

    __slots__ = ("make",)

    def __init__(self, make: Any):
        self.make = make

    def __call__(self, *words: Any) -> Any:
        return self.make(*words)

    def __setstate__(self, state: Any) -> None:
        raise FileError("its pickle would change a function")


def _latin(text: Any, encoding: Any) -> bytes:
    """Return the bytes that Python 3 writes as text in the oldest pickles."""
    if not isinstance(text, str) or len(text) > LONGEST_LATIN or encoding not in LATIN_1:
        raise FileError("its pickle has bytes that are written as no data's are")
    return text.encode("latin-1")


ARRAY, KIND, LATIN = _Call(lambda *_: _Array()), _Call(_Kind), _Call(_latin)
NAMES = {
    ("numpy.core.multiarray", "_reconstruct"): ARRAY,
    ("numpy._core.multiarray", "_reconstruct"): ARRAY,
    ("numpy", "ndarray"): ARRAY,
    ("numpy", "dtype"): KIND,
    ("_codecs", "encode"): LATIN,
}


class _Reader(pickle.Unpickler):
    """Python's reader, to which only the stand-ins' names are known."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in NAMES:
            called = short(f"{module}.{name}")
            raise FileError(f"its pickle calls {called}; data are numbers, text and arrays alone")
        return NAMES[module, name]
