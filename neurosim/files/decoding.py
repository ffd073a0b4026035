"""JSON text → names, numbers and arrays; sizes are checked before anything is made."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import unicodedata
from collections.abc import Collection
from typing import Any, NoReturn

import numpy as np

from ..errors import FileError, unknown
from ..wording import one_line, short
from .schema import FLOATS, INTEGERS

MOST_MARKS = 5_000_000  # strings, brackets and commas: what costs memory beyond the file's own size
MOST_DEPTH = 40  # brackets in brackets
MOST_DIMENSIONS = 32
MOST_ENTRIES = 2**31  # of an array, as if no side of it were 0
LONGEST_NAME = 1000
LONGEST_MESSAGE = 2000
# A string, closed or not, or a mark between values; linear in the text whatever it holds.
MARKS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)


class Decoder:
    """One file's values: every problem becomes a `FileError` that begins with the file's name."""

    def __init__(self, file: str):
        self.file = file
        self.where = ""  # the record that is being read

    def fail(self, problem: str) -> NoReturn:
        """Raise the error for a problem with the record that is being read."""
        message = one_line(f"{self.file}: {self.where}{problem}")
        raise FileError(message[:LONGEST_MESSAGE])

    def _parsed(self, text: str) -> Any:
        depth = 0
        for count, mark in enumerate(MARKS.finditer(text)):
            first = text[mark.start()]
            depth += (first in "[{") - (first in "]}")
            if depth > MOST_DEPTH:
                self.fail(f"brackets are nested deeper than {MOST_DEPTH}: that is no saved circuit")
            if count >= MOST_MARKS:
                self.fail(f"it holds more than {MOST_MARKS} values: larger arrays go into base64")
        try:
            return json.loads(text, object_pairs_hook=self._object, parse_constant=self._constant)
        except FileError:
            raise
        except json.JSONDecodeError as error:
            self.fail(
                f"line {error.lineno}, column {error.colno}: {error.msg}; a saved circuit is JSON, "
                "write one with circuit.save(path)"
            )
        except (ValueError, RecursionError) as error:  # an integer of thousands of digits
            self.fail(f"it cannot be read as JSON ({error})")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record: dict[str, Any] = {}
        for key, value in pairs:
            if key in record:
                self.fail(f"the key {short(key)} is given twice in one record; keep one of them")
            record[key] = value
        return record

    def _constant(self, token: str) -> NoReturn:
        self.fail(f"{token} is no number that a circuit takes; write finite numbers")

    def _keys(
        self, record: dict[str, Any], required: Collection[str], optional: Collection[str] = ()
    ) -> None:
        for key in record:
            if key not in required and key not in optional:
                self.fail(unknown("key", short(key)[1:-1], [*required, *optional]))
        for key in required:
            if key not in record:
                self.fail(f'the key "{key}" is missing')

    def _name(self, name: Any) -> str:
        if not isinstance(name, str) or not name or len(name) > LONGEST_NAME:
            self.fail(f"a name must be text of 1 to {LONGEST_NAME} characters (got {short(name)})")
        if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name):
            self.fail(f"a name must have no line breaks or control characters (got {short(name)})")
        return name

    @staticmethod
    def _is_whole(value: Any) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def _whole(self, value: Any, key: str, least: int, most: int) -> int:
        if not self._is_whole(value) or not least <= value <= most:
            self.fail(f'"{key}" must be a whole number from {least} to {most} (got {short(value)})')
        return int(value)

    def _number(self, value: Any, key: str) -> float:
        array = self._floats(value, key)
        if array.ndim:
            self.fail(f'"{key}" must be one number (got shape {array.shape})')
        return float(array)

    def _dimensions(self, shape: Any) -> tuple[int, ...]:
        if not isinstance(shape, list) or len(shape) > MOST_DIMENSIONS:
            self.fail(
                f'"shape" must be a list of at most {MOST_DIMENSIONS} whole numbers (got '
                f"{short(shape)})"
            )
        sides = tuple(self._whole(n, "shape", 0, 2**31 - 1) for n in shape)
        # An empty array takes no room, but NumPy multiplies its other sides all the same.
        if 0 in sides and math.prod(n or 1 for n in sides) > MOST_ENTRIES:
            self.fail(f'"shape" is empty, and its other sides are too long (got {short(shape)})')
        return sides

    def _floats(self, value: Any, key: str) -> np.ndarray:
        return self._decoded(value, key, FLOATS).astype(np.float64, copy=False)

    def _integers(self, value: Any, key: str) -> np.ndarray:
        return self._decoded(value, key, INTEGERS)

    def _decoded(self, value: Any, key: str, kinds: dict[str, str]) -> np.ndarray:
        """Return an array of finite numbers from its JSON, its size checked before it is made."""
        if not isinstance(value, dict):
            return self._listed(value, key, kinds)
        self._keys(value, ("dtype", "shape", "base64"))
        kind = value["dtype"]
        if not isinstance(kind, str) or kind not in kinds:
            self.fail(f'"{key}": dtype must be {" or ".join(kinds)} (got {short(kind)})')
        shape = self._dimensions(value["shape"])
        dtype = np.dtype(kinds[kind])
        size = math.prod(shape) * dtype.itemsize
        text = value["base64"]
        if not isinstance(text, str) or len(text) != 4 * -(-size // 3):
            got = f"{len(text)} characters" if isinstance(text, str) else short(text)
            self.fail(
                f'"{key}": shape {short(list(shape))} of {kind} takes {short(4 * -(-size // 3))} '
                f"characters of base64 (got {got})"
            )
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            data = b""
        if len(data) != size:
            self.fail(f'"{key}" is no base64 of {size} bytes; the file is damaged')
        array = np.frombuffer(data, dtype).reshape(shape).astype(dtype.newbyteorder("="))
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            self.fail(f'"{key}" must be finite; a veto is a projection of its own channel')
        return array

    def _listed(self, value: Any, key: str, kinds: dict[str, str]) -> np.ndarray:
        """Return an array from a number or lists in lists."""
        shape: list[int] = []
        level = [value]
        while level and isinstance(level[0], list):
            if len(shape) == MOST_DIMENSIONS:
                self.fail(f'"{key}" has more than {MOST_DIMENSIONS} dimensions')
            width = len(level[0])
            if not all(isinstance(part, list) and len(part) == width for part in level):
                self.fail(f'"{key}": lists in one list must have the same length')
            shape.append(width)
            level = [entry for part in level for entry in part]
        whole = kinds is INTEGERS
        what = "whole numbers" if whole else "finite numbers"
        for entry in level:
            if not (self._is_whole(entry) or (isinstance(entry, float) and not whole)):
                self.fail(f'"{key}" takes {what} (got {short(entry)})')
        try:
            array = np.array(level, dtype=np.int64 if whole else np.float64).reshape(shape)
        except OverflowError:
            self.fail(f'"{key}" takes {what} that fit into 64 bits (got {short(max(level))})')
        if not np.isfinite(array).all():
            self.fail(f'"{key}" takes {what}')
        return array
