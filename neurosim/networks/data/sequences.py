"""Sequences of unequal lengths as the rows of one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

from ...errors import InputError
from ...timing import whole
from ...wording import short

Side = Literal["pre", "post"]


def pad_sequences(
    sequences: Sequence[Sequence[Any]], maxlen: int | None = None, dtype: Any = "int32",
    padding: Side = "pre", truncating: Side = "pre", value: Any = 0,
) -> np.ndarray:  # fmt: skip
    """Return sequences as one array of as many steps each, as `keras.utils.pad_sequences` does.

    Parameters
    ----------
    sequences
        One a row; each is a list or an array of steps, whose first axis is time.
    maxlen
        Steps of a row; left out, those of the longest sequence.
    dtype
        Of the array; numbers that it cannot hold are refused.
    padding, truncating
        Where a short sequence is filled and where a long one is cut: "pre" at its beginning, "post"
        at its end.
    value
        What it is filled with.

    Returns
    -------
    numpy.ndarray
        (sequences, maxlen) and the shape of one step.

    Raises
    ------
    InputError
        What is no list of sequences; steps of unequal shapes or of values that the dtype does not
        hold; a side, a length or a value that cannot be.
    """
    for name, side in (("padding", padding), ("truncating", truncating)):
        if not isinstance(side, str) or side not in get_args(Side):
            raise InputError(f"pad_sequences: {name} must be 'pre' or 'post' (got {short(side)})")
    try:
        sequences = list(sequences)
        lengths = [len(sequence) for sequence in sequences]
    except TypeError:
        raise InputError(
            "pad_sequences: sequences must be a list of lists or of arrays, one a row (got "
            f"{short(sequences)})"
        ) from None
    longest = max(lengths, default=0)
    steps = longest if maxlen is None else whole(maxlen, "pad_sequences: maxlen", 0)
    first = next((number for number, length in enumerate(lengths) if length), None)
    shape = () if first is None else _steps(sequences[first], first).shape[1:]
    kind, filler = _kind(dtype), np.asarray(value)
    filled = _held(filler, kind)
    if filled is None or filler.ndim:
        raise InputError(
            f"pad_sequences: the value {short(value)} is no single value of dtype {kind}; give a "
            "value= and a dtype= that fit"
        )
    rows = np.full((len(lengths), steps, *shape), filled, dtype=kind)
    for number, (sequence, length) in enumerate(zip(sequences, lengths, strict=True)):
        kept = min(length, steps)
        if not kept:
            continue
        given = _steps(
            sequence[length - kept :] if truncating == "pre" else sequence[:kept], number
        )
        taken = _held(given, kind)
        if taken is None:
            raise InputError(
                f"pad_sequences: sequence {number} has values that dtype {kind} does not hold (it "
                f"begins {short(given.reshape(-1)[:4].tolist())}); give dtype="
            )
        if taken.shape[1:] != shape:
            raise InputError(
                f"pad_sequences: the steps of sequence {number} have shape {taken.shape[1:]}, "
                f"those before have {shape}; all must be alike"
            )
        rows[number, slice(steps - kept, None) if padding == "pre" else slice(kept)] = taken
    return rows


def _kind(dtype: Any) -> np.dtype:
    try:
        return np.dtype(dtype)
    except TypeError:
        raise InputError(f"pad_sequences: {short(dtype)} is no dtype of NumPy's") from None


def _steps(sequence: Any, number: int) -> np.ndarray:
    try:
        return np.asarray(sequence)
    except ValueError:
        raise InputError(
            f"pad_sequences: the steps of sequence {number} are of unequal shapes"
        ) from None


def _held(given: np.ndarray, dtype: np.dtype) -> np.ndarray | None:
    """Return values as a dtype; None where it does not hold them: no fraction is cut off."""
    try:
        with np.errstate(invalid="ignore"):
            taken = given.astype(dtype)
        exact = dtype.kind not in "iub" or np.array_equal(taken, given)
    except (TypeError, ValueError, OverflowError):
        return None
    return taken if exact else None
