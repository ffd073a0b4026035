"""Losses: how far answers are from what is wanted, one number to go down on.

Each is weighted and averaged as in Keras 3: a sample's loss is the mean, or the sum over classes,
along the last axis; the whole is Σ weight·loss over the number of those losses.  Targets and
weights have no gradient.  The two from net inputs ("logits") are the last activation and its
cross-entropy in one, which is safe where a probability rounds to 0 or 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...kernels.rules import CLIPPED
from ..engines import engine, to_host
from ..record import Vjp
from ..tensor import REAL, Tensor, real_numbers
from .declaration import operation


@operation
def mean_squared_error(
    predicted: np.ndarray, /, target: Any, weights: Any = None
) -> tuple[np.ndarray, Vjp]:
    """(p − t)², the mean along the last axis.

    Parameters
    ----------
    predicted
        p, (samples, …, values), or (samples,).
    target
        t, of the same shape; (samples, …) where there is one value.
    weights
        Of each loss, (samples, …), or (samples,); left out, all are 1.

    Returns
    -------
    One number.

    Raises
    ------
    InputError
        Shapes that do not fit; no samples.
    """
    p, t, shares = _elementwise("mean_squared_error", predicted, target, weights)
    apart = p - t
    loss = (np.square(apart).mean(axis=-1) * shares).sum()
    return loss, lambda g: (_per_value(g * 2, shares, apart).reshape(predicted.shape),)


@operation
def mean_absolute_error(
    predicted: np.ndarray, /, target: Any, weights: Any = None
) -> tuple[np.ndarray, Vjp]:
    """|p − t|, the mean along the last axis; its slope at 0 is 0.

    Parameters, returns and errors as `mean_squared_error`.
    """
    p, t, shares = _elementwise("mean_absolute_error", predicted, target, weights)
    apart = p - t
    loss = (np.abs(apart).mean(axis=-1) * shares).sum()
    return loss, lambda g: (_per_value(g, shares, np.sign(apart)).reshape(predicted.shape),)


@operation
def binary_cross_entropy(
    predicted: np.ndarray, /, target: Any, weights: Any = None
) -> tuple[np.ndarray, Vjp]:
    """−t·ln p − (1 − t)·ln(1 − p), the mean along the last axis, p kept off 0 and 1 by 10⁻⁷.

    Parameters, returns and errors as `mean_squared_error`.
    """
    p, t, shares = _elementwise("binary_cross_entropy", predicted, target, weights)
    q, inside = _clipped(p)
    losses = -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean(axis=-1)
    slopes = ((1 - t) / (1 - q) - t / q) * inside
    return (losses * shares).sum(), lambda g: (
        _per_value(g, shares, slopes).reshape(predicted.shape),
    )


@operation
def categorical_cross_entropy(
    predicted: np.ndarray, /, target: Any, weights: Any = None
) -> tuple[np.ndarray, Vjp]:
    """−Σ t·ln(p/Σp) over the classes, p/Σp kept off 0 and 1 by 10⁻⁷.

    Parameters
    ----------
    predicted
        p, (samples, …, classes).
    target
        t, of the same shape: 1 for the right class and 0 for the others, or a share of each.
    weights
        As `mean_squared_error`.

    Returns
    -------
    One number.

    Raises
    ------
    InputError
        As `mean_squared_error`.
    """
    name = "categorical_cross_entropy"
    _check_classes(name, predicted.shape)
    t = _same_shape(name, target, predicted)
    shares = _shares(name, weights, predicted.shape[:-1], predicted.dtype)
    whole = predicted.sum(axis=-1, keepdims=True)
    p = predicted / whole
    q, inside = _clipped(p)
    losses = -(t * np.log(q)).sum(axis=-1)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        slopes = -t / q * inside
        slopes -= (slopes * p).sum(axis=-1, keepdims=True)
        return ((g * shares)[..., None] * slopes / whole,)

    return (losses * shares).sum(), vjp


@operation
def sparse_categorical_cross_entropy(
    predicted: np.ndarray, /, target: Any, weights: Any = None
) -> tuple[np.ndarray, Vjp]:
    """As `categorical_cross_entropy`, where the target is the number of the right class.

    Parameters
    ----------
    predicted
        (samples, …, classes).
    target
        (samples, …) or (samples, …, 1), whole numbers from 0.
    weights
        As `mean_squared_error`.

    Returns
    -------
    One number.

    Raises
    ------
    InputError
        As `mean_squared_error`; or a label that is no class.
    """
    name = "sparse_categorical_cross_entropy"
    _check_classes(name, predicted.shape)
    labels = _labels(name, _array(target), predicted.shape)[..., None]
    shares = _shares(name, weights, predicted.shape[:-1], predicted.dtype)
    whole = predicted.sum(axis=-1, keepdims=True)
    on = engine()
    p = np.take_along_axis(predicted, labels, axis=-1) / whole
    q, inside = _clipped(p)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        slope = (g * shares)[..., None] * inside / q / whole
        slopes = np.broadcast_to(slope * p, predicted.shape).copy()
        right = np.take_along_axis(slopes, labels, axis=-1) - slope
        on.xp.put_along_axis(slopes, labels, right, axis=-1)
        return (slopes,)

    return -(np.log(q[..., 0]) * shares).sum(), vjp


def softmax_cross_entropy(
    logits: Any, targets: Any, weights: Any = None
) -> tuple[Tensor, np.ndarray]:
    """−Σ t·ln p over the classes, p = softmax(logits), in one pass forward and one back.

    Parameters
    ----------
    logits
        (samples, …, classes).
    targets
        Of the same shape: 1 for the right class and 0 for the others, or a share of each; or the
        number of the right class, (samples, …) or (samples, …, 1).
    weights
        As `mean_squared_error`.

    Returns
    -------
    The loss, one number; and p as an array.

    Raises
    ------
    InputError
        As `sparse_categorical_cross_entropy`.
    """
    return _with_probabilities(_softmax_cross_entropy, logits, targets, weights)


@operation
def _softmax_cross_entropy(
    logits: np.ndarray, /, targets: Any, weights: Any, probabilities: np.ndarray
) -> tuple[np.ndarray, Vjp]:
    name = "softmax_cross_entropy"
    _check_classes(name, logits.shape)
    shape, dtype = logits.shape, logits.dtype
    rows, classes = math.prod(shape[:-1]), shape[-1]
    shares = _shares(name, weights, shape[:-1], dtype).reshape(rows)
    given = _array(targets)
    on = engine()
    wanted: np.ndarray
    if given.shape == shape:
        wanted = on.xp.ascontiguousarray(given, dtype).reshape(rows, classes)
        forward, back = on.kernels.softmax_cross_entropy, on.kernels.softmax_slopes
    else:
        wanted = _labels(name, given, shape).reshape(rows)
        forward, back = (
            on.kernels.softmax_cross_entropy_by_label,
            on.kernels.softmax_slopes_by_label,
        )
    losses = on.xp.empty(rows, dtype)
    flat = probabilities.reshape(rows, classes)
    forward(on.xp.ascontiguousarray(logits).reshape(rows, classes), wanted, flat, losses)

    def vjp(g: np.ndarray) -> tuple[np.ndarray]:
        slopes = on.xp.empty((rows, classes), dtype)
        back(flat, wanted, g * shares, slopes)
        return (slopes.reshape(shape),)

    return on.dot(losses, shares), vjp


def logistic_cross_entropy(
    logits: Any, targets: Any, weights: Any = None
) -> tuple[Tensor, np.ndarray]:
    """−t·ln p − (1 − t)·ln(1 − p), p = logistic(logits), the mean along the last axis.

    Parameters
    ----------
    logits
        (samples, …, values), or (samples,).
    targets
        t, from 0 to 1, of the same shape; (samples, …) where there is one value.
    weights
        As `mean_squared_error`.

    Returns
    -------
    The loss, one number; and p as an array.

    Raises
    ------
    InputError
        As `mean_squared_error`.
    """
    return _with_probabilities(_logistic_cross_entropy, logits, targets, weights)


@operation
def _logistic_cross_entropy(
    logits: np.ndarray, /, targets: Any, weights: Any, probabilities: np.ndarray
) -> tuple[np.ndarray, Vjp]:
    x, t, shares = _elementwise("logistic_cross_entropy", logits, targets, weights)
    rows, cells = math.prod(x.shape[:-1]), x.shape[-1]
    on = engine()
    t = on.xp.ascontiguousarray(t).reshape(rows, cells)
    p = probabilities.reshape(rows, cells)
    losses = on.xp.empty(rows, x.dtype)
    on.kernels.logistic_cross_entropy(on.xp.ascontiguousarray(x).reshape(rows, cells), t, p, losses)
    each = shares.reshape(rows)
    return on.dot(losses, each), lambda g: (_per_value(g, each, p - t).reshape(logits.shape),)


def _with_probabilities(
    loss: Any, logits: Any, targets: Any, weights: Any
) -> tuple[Tensor, np.ndarray]:
    """Return a loss from net inputs, and the probabilities that it finds on the way."""
    tensor = logits if isinstance(logits, Tensor) else Tensor(logits)
    dtype = tensor.dtype if tensor.dtype.kind == "f" else REAL
    probabilities = engine().xp.empty(tensor.shape, dtype)
    return loss(tensor, targets, weights, probabilities), probabilities


def _array(values: Any) -> np.ndarray:
    """Return targets or weights as an array of the device where operations run now."""
    given = values.array if isinstance(values, Tensor) else real_numbers(values, "a loss")
    return engine().take(given)


def _elementwise(
    name: str, predicted: np.ndarray, target: Any, weights: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is predicted and what is wanted, (samples, …, values), and the shares."""
    wanted = _array(target).astype(predicted.dtype, copy=False)
    if predicted.ndim < 2:
        predicted = predicted.reshape(-1, 1)
        wanted = wanted.reshape(-1, 1) if wanted.ndim < 2 else wanted
    if (*wanted.shape, 1) == predicted.shape:
        wanted = wanted[..., None]
    wanted = _same_shape(name, wanted, predicted)
    if not predicted.shape[-1]:
        raise InputError(f"{name}: there are no values in a prediction of shape {predicted.shape}")
    return predicted, wanted, _shares(name, weights, predicted.shape[:-1], predicted.dtype)


def _same_shape(name: str, target: Any, predicted: np.ndarray) -> np.ndarray:
    """Return a target as an array of the prediction's shape and dtype, or raise InputError."""
    wanted = _array(target).astype(predicted.dtype, copy=False)
    if wanted.shape != predicted.shape:
        raise InputError(
            f"{name}: a target of shape {wanted.shape} does not fit a prediction of shape "
            f"{predicted.shape}; they must be the same"
        )
    return wanted


def _check_classes(name: str, shape: tuple[int, ...]) -> None:
    """Raise InputError unless the last axis is one of classes."""
    if not shape or not shape[-1]:
        raise InputError(
            f"{name}: a prediction of shape {shape} has no classes; it takes (samples, …, classes)"
        )


def _labels(name: str, given: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the numbers of the right classes, int64 of a prediction's shape without classes."""
    if given.shape not in (shape[:-1], (*shape[:-1], 1)):
        raise InputError(
            f"{name}: targets of shape {given.shape} do not fit a prediction of shape {shape}; "
            f"labels have shape {shape[:-1]}"
        )
    given = given.reshape(shape[:-1])
    labels = given.astype(np.int64)
    wrong = labels.view(np.uint64) >= shape[-1]  # those below 0 among them
    if given.dtype.kind == "f":
        wrong |= labels != given
    if engine().doubts(wrong.any()):
        odd = to_host(given)[to_host(wrong)].ravel()[0]
        raise InputError(
            f"{name}: labels of {shape[-1]} classes are whole numbers from 0 to {shape[-1] - 1} "
            f"(got {odd})"
        )
    return labels


def _shares(name: str, weights: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return by how much each of the losses, of some shape, counts: its weight over their number.

    As in Keras, weights with fewer axes are those of the first, and one last axis too many of
    length 1 is dropped.
    """
    count = math.prod(shape)
    if not count:
        raise InputError(f"{name}: there are no samples to average over; give one or more")
    if weights is None:
        return engine().xp.full(shape, 1 / count, dtype)
    given = _array(weights).astype(dtype, copy=False)
    fitting = given
    if fitting.ndim == len(shape) + 1 and fitting.shape[-1] == 1:
        fitting = fitting[..., 0]
    fitting = fitting.reshape(*fitting.shape, *[1] * (len(shape) - fitting.ndim))
    try:
        spread = np.broadcast_to(fitting, shape)
    except ValueError:
        raise InputError(
            f"{name}: weights of shape {given.shape} do not fit losses of shape {shape}; there is "
            "one for each sample"
        ) from None
    return spread / dtype.type(count)


def _clipped(p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities kept off 0 and 1, and where they were."""
    low, high = p.dtype.type(CLIPPED), p.dtype.type(1 - CLIPPED)
    return np.clip(p, low, high), (p >= low) & (p <= high)


def _per_value(g: np.ndarray, shares: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return the slopes of a loss that is the mean along the last axis."""
    return (g * shares / slopes.shape[-1])[..., None] * slopes
