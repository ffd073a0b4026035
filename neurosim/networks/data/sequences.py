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
    if filler.ndim or _held(filler, kind) is None:
        raise InputError(
            f"pad_sequences: the value {short(value)} is no single value of dtype {kind}; give a "
            "value= and a dtype= that fit"
        )
    cut = [_cut(sequence, steps, truncating) for sequence in sequences]
    pieces = [_steps(sequence, number) for number, sequence in enumerate(cut)]
    for number, piece in enumerate(pieces):
        if len(piece) and piece.shape[1:] != shape:
            raise InputError(
                f"pad_sequences: the steps of sequence {number} have shape {piece.shape[1:]}, "
                f"those before have {shape}; all must be alike"
            )
    # Put together as they are and converted once, which is also when they are checked.
    try:
        rows = np.full((len(pieces), steps, *shape), value, _common([filler, *pieces]))
    except (MemoryError, ValueError):
        raise InputError(
            f"pad_sequences: {len(pieces)} sequences of {steps} steps do not fit into memory; give "
            "a smaller maxlen="
        ) from None
    for row, piece in zip(rows, pieces, strict=True):
        if kept := len(piece):
            row[slice(steps - kept, None) if padding == "pre" else slice(kept)] = piece
    padded = _held(rows, kind)
    if padded is None:
        number = next(n for n, piece in enumerate(pieces) if _held(piece, kind) is None)
        raise InputError(
            f"pad_sequences: sequence {number} has values that dtype {kind} does not hold (it "
            f"begins {short(pieces[number].reshape(-1)[:4].tolist())}); give dtype="
        )
    return padded


def _cut(sequence: Sequence[Any], steps: int, truncating: Side) -> Sequence[Any]:
    longer = len(sequence) - steps
    if longer <= 0:
        return sequence
    return sequence[longer:] if truncating == "pre" else sequence[:steps]


def _common(pieces: list[np.ndarray]) -> np.dtype:
    """Return a dtype that holds all: of numbers where all are, else of objects."""
    dtypes = {piece.dtype for piece in pieces if piece.size}
    if all(dtype.kind in "biuf" for dtype in dtypes):
        return np.result_type(*dtypes)
    return np.dtype(object)


def _kind(dtype: Any) -> np.dtype:
    try:
        return np.dtype(dtype)
    except TypeError:
        raise InputError(f"pad_sequences: {short(dtype)} is no dtype of NumPy's") from None


def _steps(sequence: Any, number: int) -> np.ndarray:
    try:
        steps = np.asarray(sequence)
    except ValueError:
        raise InputError(
            f"pad_sequences: the steps of sequence {number} are of unequal shapes"
        ) from None
    if not steps.ndim:  # text, whose letters are no steps
        raise InputError(
            f"pad_sequences: sequence {number} must be a list or an array (got {short(sequence)})"
        )
    return steps


def _held(given: np.ndarray, dtype: np.dtype) -> np.ndarray | None:
    """Return values as a dtype; None where it does not hold them: nothing is cut off."""
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            taken = given.astype(dtype, copy=False)
        exact = dtype.kind not in "iub" or np.array_equal(taken, given)
        if dtype.kind == "f" and given.dtype.kind in "iuf":
            exact = np.array_equal(np.isinf(taken), np.isinf(given))
    except (TypeError, ValueError, OverflowError):
        return None
    return taken if exact else None
