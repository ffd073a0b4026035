"""States of callbacks in a file: numbers, words and lists as JSON, arrays beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...errors import FileError, InputError


def packed(value: Any, arrays: list[np.ndarray], who: str) -> Any:
    """Return what JSON can hold of a value; its arrays are added to a list.

    Raises
    ------
    InputError
        What is no number, word, array, None, list or dict of such; `who` says whose it is.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):  # JSON has no word for what is not finite
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiu" and value.itemsize <= 8:
        arrays.append(value.copy())
        return {"array": len(arrays) - 1}
    if isinstance(value, list | tuple):
        return [packed(item, arrays, who) for item in value]
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"dict": {key: packed(item, arrays, who) for key, item in value.items()}}
    raise InputError(
        f"{who}: state() holds numbers, words, arrays of numbers, lists and dicts of them (got "
        f"{type(value).__name__})"
    )


def unpacked(value: Any, array: Callable[[int], np.ndarray], name: str) -> Any:
    """Return what was packed, or raise FileError where a file holds something else.

    Parameters
    ----------
    array
        Returns an array by its number.
    name
        The file's, for messages.
    """
    if isinstance(value, list):
        return [unpacked(item, array, name) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((kind, held),) = value.items()
        if kind == "float" and held in ("inf", "-inf", "nan"):
            return float(held)
        if kind == "array" and type(held) is int:
            return array(held)
        if kind == "dict" and isinstance(held, dict):
            return {key: unpacked(item, array, name) for key, item in held.items()}
    raise FileError(f"{name}: what it says of a callback is damaged")
