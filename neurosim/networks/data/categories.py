"""Classes as numbers and as one-hot rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...timing import whole
from ...wording import short

MOST_ENTRIES = 2**31  # of the rows made


def to_categorical(labels: Any, num_classes: int | None = None) -> np.ndarray:
    """Return each label as a row of zeros with a 1 at its class, as `keras.utils.to_categorical`.

    Parameters
    ----------
    labels
        Whole numbers from 0, of any shape; a last axis of length 1 is dropped.
    num_classes
        The length of a row; left out, the largest label and one more.

    Returns
    -------
    numpy.ndarray
        float64, the labels' shape and (num_classes,).

    Raises
    ------
    InputError
        Labels that are not whole, negative, or not below `num_classes`; none, where it is left out.
    """
    try:
        given = np.asarray(labels)
        numbers = np.empty(0, np.int64)
        if given.dtype.kind in "iufb":
            with np.errstate(invalid="ignore"):
                numbers = given.astype(np.int64)
        is_whole = given.dtype.kind in "iufb" and bool(np.all(numbers == given))
    except (TypeError, ValueError, OverflowError):
        is_whole = False
    if not is_whole:
        raise InputError(
            f"to_categorical: labels must be whole numbers from 0 (got {short(labels)}); number "
            "the classes first: numpy.unique(labels, return_inverse=True)[1]"
        )
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    if num_classes is None:
        if not numbers.size:
            raise InputError("to_categorical: of no labels, give num_classes=")
        classes = max(int(numbers.max()), 0) + 1
    else:
        classes = whole(num_classes, "to_categorical: num_classes", 1)
    outside = numbers[(numbers < 0) | (numbers >= classes)]
    if outside.size:
        raise InputError(
            f"to_categorical: the label {outside[0]} is none of {classes} classes, which are "
            f"numbered from 0 to {classes - 1}"
        )
    if numbers.size * classes > MOST_ENTRIES:
        raise InputError(
            f"to_categorical: {numbers.size} rows of {classes} classes are too many to be written "
            "out; take the labels themselves with the loss 'sparse_categorical_crossentropy'"
        )
    rows = np.zeros((*numbers.shape, classes))
    np.put_along_axis(rows, numbers[..., None], 1.0, axis=-1)
    return rows
