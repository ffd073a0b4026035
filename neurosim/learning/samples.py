"""Samples that neurons learn from: patterns, and the labels or targets beside them, checked."""

from __future__ import annotations

from contextlib import suppress
from reprlib import repr as shortened
from typing import Any

import numpy as np

from ..errors import InputError
from ..exactness import LARGEST, magnitude

SHOWN = 4  # values that an error tells
ROUNDING = 1e-12  # of the largest value: an input that varies less is taken for constant


def reals(values: Any, name: str) -> np.ndarray:
    """Return real numbers as floats; truth values are 0 and 1.

    Parameters
    ----------
    name
        What they are: what the error begins with.
    """
    array = in_one_array(values, name, "real numbers")
    if array.dtype.kind in "biufO":
        with suppress(TypeError, ValueError, OverflowError), np.errstate(over="ignore"):
            return array.astype(float, copy=False)  # of long doubles may be ∞: whoever asks refuses
    raise InputError(no_numbers(values, name))


def in_one_array(values: Any, name: str, kind: str) -> np.ndarray:
    """Return values in an array, those in an array of Python's objects as what they are.

    Raises
    ------
    InputError
        Rows of several lengths; masked values, whose numbers would be taken for good.
    """
    if np.ma.is_masked(values):
        raise InputError(f"{name} must not be masked; leave out such samples")
    try:
        array = np.asarray(values)
        return np.asarray(array.tolist()) if array.dtype.kind == "O" else array
    except ValueError:
        told = f"{name} must be {kind} in one array (got rows of several lengths)"
        raise InputError(told) from None


def patterns_of(patterns: Any, rule: str) -> np.ndarray:
    """Return patterns as floats in rows, (samples, inputs), or raise InputError.

    Parameters
    ----------
    patterns
        (samples, inputs): at least one of each, finite, at most 1e90 either way.
    rule
        Who asks: what errors begin with.
    """
    array = reals(patterns, f"{rule}: patterns")
    if array.ndim != 2 or not array.size:
        raise InputError(
            f"{rule}: patterns must be of shape (samples, inputs), one of each at least (got shape "
            f"{array.shape})"
        )
    check_finite(array, rule)
    return np.ascontiguousarray(array)


def check_finite(rows: np.ndarray, rule: str) -> None:
    """Raise InputError unless patterns in rows are finite, at most 1e90 either way."""
    wrong = _first_wrong(rows)
    if wrong:
        row, column = wrong
        raise InputError(
            f"{rule}: patterns must be finite, at most {LARGEST:g} either way (got "
            f"{rows[row, column]:g} in row {row}, column {column}); leave out such samples"
        )


def labels_of(labels: Any, samples: int, rule: str) -> np.ndarray:
    """Return what binary neurons should answer as −1 and +1, or raise InputError.

    Parameters
    ----------
    labels
        (samples,) for one neuron, or (samples, neurons): 0 and 1, −1 and +1, or truth values; each
        neuron has both.
    samples
        How many patterns there are.
    rule
        Who asks: what errors begin with.

    Returns
    -------
    Floats, of the shape of the labels.
    """
    array = in_one_array(labels, f"{rule}: labels", "whole numbers")
    if array.dtype.kind not in "biuf":
        label = array.reshape(-1).tolist()[0] if array.size else labels
        raise InputError(
            f"{rule}: labels must be 0 and 1, or −1 and 1 (got {label!r}); a classifier takes "
            "classes of any name"
        )
    array = _one_a_sample(array, "labels", samples, rule)
    values = np.unique(array)  # of which NaN is one
    if not (np.isin(values, (0, 1)).all() or np.isin(values, (-1, 1)).all()):
        told = ", ".join(f"{value:g}" for value in values[:SHOWN])
        more = ", …" if len(values) > SHOWN else ""
        raise InputError(f"{rule}: labels must be 0 and 1, or −1 and 1 (got {told}{more})")
    wanted = np.where(array > 0, 1.0, -1.0)
    alike = np.flatnonzero((wanted == wanted[0]).reshape(samples, -1).all(axis=0))
    if alike.size:
        whose = f" of neuron {alike[0]}" if wanted.ndim == 2 else ""
        label = array.reshape(samples, -1)[0, alike[0]]
        raise InputError(
            f"{rule}: labels{whose} are {int(label)} for all {samples} samples; a neuron learns to "
            "tell two classes apart, so give samples of both"
        )
    return wanted


def targets_of(targets: Any, samples: int, rule: str) -> np.ndarray:
    """Return what neurons should answer as floats, or raise InputError.

    Parameters
    ----------
    targets
        (samples,) for one neuron, or (samples, neurons): finite, at most 1e90 either way.
    samples
        How many patterns there are.
    rule
        Who asks: what errors begin with.

    Returns
    -------
    Floats, of the shape of the targets.
    """
    array = _one_a_sample(reals(targets, f"{rule}: targets"), "targets", samples, rule)
    wrong = _first_wrong(array)
    if wrong:
        whose = f" for neuron {wrong[1]}" if array.ndim == 2 else ""
        raise InputError(
            f"{rule}: targets must be finite, at most {LARGEST:g} either way (got "
            f"{array[wrong]:g} in row {wrong[0]}{whose}); leave out such samples"
        )
    return np.ascontiguousarray(array)


def no_numbers(values: Any, name: str) -> str:
    """Say that values are no array of real numbers, and what stands where one should."""
    told = shortened(values)
    try:
        items = np.asarray(values, dtype=object).ravel().tolist()
    except ValueError:
        items = [[]]
    for item in items:
        if isinstance(item, list | tuple | np.ndarray):
            told = "rows of several lengths"
            break
        if not isinstance(item, int | float | np.integer | np.floating | np.bool_):
            told = shortened(item)
            break
    return f"{name} must be real numbers in one array (got {told})"


def standard_units(patterns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each input's mean over patterns and its standard deviation, (inputs,) both.

    What varies by rounding alone has the deviation ∞: in these units it is 0, not noise as large
    as what the others say.

    Parameters
    ----------
    patterns
        (samples, inputs), all inputs in one unit.
    """
    mean, deviation = patterns.mean(axis=0), patterns.std(axis=0)
    deviation[deviation <= ROUNDING * np.abs(patterns).max()] = np.inf
    return mean, deviation


def _one_a_sample(array: np.ndarray, name: str, samples: int, rule: str) -> np.ndarray:
    if array.ndim not in (1, 2) or len(array) != samples or not array.size:
        raise InputError(
            f"{rule}: {name} must be of shape ({samples},), or ({samples}, neurons), one a sample "
            f"(got shape {array.shape})"
        )
    return array


def _first_wrong(array: np.ndarray) -> tuple[int, ...]:
    """Return where the first value is that is not finite or too large; () where none is."""
    if magnitude(array) <= LARGEST:  # NaN is not
        return ()
    return tuple(np.argwhere(~(np.abs(array) <= LARGEST))[0].tolist())
