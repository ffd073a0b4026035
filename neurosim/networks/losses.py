"""Losses by Keras's names: what training makes small, and what it asks of targets and outputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError, unknown
from . import operations
from .graph import Shape
from .tensor import Tensor, real_numbers

Weights = np.ndarray | None


@dataclass(frozen=True)
class Loss:
    """A loss: Σ weight·loss of each sample / number of samples, as Keras 3 reduces it.

    Attributes
    ----------
    name : Keras's name
    of : the loss of an output, targets and weights
    closing : the activation that it goes with, so well that both are one operation; or None
    of_drive : that operation: the loss of what drives the last layer's cells, and their activities
    targets : ``alike`` (numbers of the output's shape), ``binary`` (from 0 to 1), ``one-hot``
        (a row of shares for each sample) or ``classes`` (a whole number for each)
    """

    name: str
    of: Callable[[Tensor, np.ndarray, Weights], Tensor]
    targets: str
    closing: str | None = None
    of_drive: Callable[[Tensor, np.ndarray, Weights], tuple[Tensor, np.ndarray]] | None = None

    def read(self, given: Any, output: Shape, dtype: np.dtype, who: str) -> np.ndarray:
        """Return targets as the loss takes them, for an output of such a shape.

        Raises
        ------
        InputError
            Targets that are no numbers, that do not fit the output, or lie outside its classes.
        """
        try:
            y = real_numbers(given, f"{who}: y")
        except InputError as error:
            listed = given.tolist() if isinstance(given, np.ndarray) else given
            if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
                hint = "np.unique(y, return_inverse=True)[1] numbers such labels"
                raise InputError(f"{error}; {hint}") from None
            raise
        if self.targets == "classes":
            return self._classes(y, output, who)
        if y.ndim == len(output) - 1 and output[-1] == 1:
            y = y[..., None]
        fits = y.ndim == len(output) and all(
            n is None or n == m for n, m in zip(output[1:], y.shape[1:], strict=True)
        )
        if not fits:
            hint = ""
            if self.targets == "one-hot" and (y.ndim == 1 or y.shape[1:] == (1,)):
                hint = (
                    "; for whole numbers there is 'sparse_categorical_crossentropy', or "
                    "to_categorical"
                )
            elif y.ndim == 1 and len(output) == 2 and np.isin(y, np.arange(output[-1] or 0)).all():
                hint = "; of numbers of classes to_categorical makes such rows"
            raise InputError(
                f"{who}: with loss '{self.name}' targets have the output's shape "
                f"{_told(output)} (got shape {y.shape}){hint}"
            )
        if self.targets == "one-hot" and output[-1] == 1:
            raise InputError(
                f"{who}: loss '{self.name}' takes an output of several classes, and this has one "
                "unit; for two classes there is 'binary_crossentropy'"
            )
        if self.targets in ("binary", "one-hot") and y.size and not (y.min() >= 0 and y.max() <= 1):
            worst = y.max() if y.max() > 1 else y.min()
            raise InputError(
                f"{who}: with loss '{self.name}' targets lie from 0 to 1 (got {worst:g})"
            )
        with np.errstate(over="ignore"):  # infinity is told of where it is met
            return np.ascontiguousarray(y, dtype=dtype)

    def _classes(self, y: np.ndarray, output: Shape, who: str) -> np.ndarray:
        count = output[-1]
        places = output[1:-1]
        if y.ndim == len(output) and y.shape[-1] == 1:
            y = y[..., 0]
        elif y.ndim == len(output) and y.shape[-1] == count:
            raise InputError(
                f"{who}: loss '{self.name}' takes a whole number for each sample (got shape "
                f"{y.shape}); for rows of zeros and a one there is 'categorical_crossentropy'"
            )
        if y.ndim != 1 + len(places):
            raise InputError(
                f"{who}: with loss '{self.name}' targets have shape {_told(output[:-1])} (got "
                f"shape {y.shape})"
            )
        if count == 1:
            raise InputError(
                f"{who}: loss '{self.name}' takes an output of several classes, and this has one "
                "unit; for two classes there is 'binary_crossentropy'"
            )
        with np.errstate(invalid="ignore"):  # what no int64 holds is not the same then
            whole = y.astype(np.int64) if y.dtype.kind in "biu" or np.isfinite(y).all() else None
        if whole is None or (y.dtype.kind == "f" and (whole != y).any()):
            raise InputError(f"{who}: classes are whole numbers")
        if whole.size and not (whole.min() >= 0 and whole.max() < (count or 0)):
            worst = whole.max() if whole.max() >= (count or 0) else whole.min()
            raise InputError(
                f"{who}: the output has {count} classes, 0 to {(count or 0) - 1} (got class "
                f"{worst}); the last layer has a unit for each class, and the first class is 0"
            )
        return np.ascontiguousarray(whole)


LOSSES = {
    loss.name: loss
    for loss in (
        Loss("mean_squared_error", operations.mean_squared_error, "alike"),
        Loss("mean_absolute_error", operations.mean_absolute_error, "alike"),
        Loss(
            "binary_crossentropy",
            operations.binary_cross_entropy,
            "binary",
            "sigmoid",
            operations.logistic_cross_entropy,
        ),
        Loss(
            "categorical_crossentropy",
            operations.categorical_cross_entropy,
            "one-hot",
            "softmax",
            operations.softmax_cross_entropy,
        ),
        Loss(
            "sparse_categorical_crossentropy",
            operations.sparse_categorical_cross_entropy,
            "classes",
            "softmax",
            operations.softmax_cross_entropy,
        ),
    )
}
SHORT = {"mse": "mean_squared_error", "mae": "mean_absolute_error"}
CLASSES = {
    "MeanSquaredError": "mean_squared_error",
    "MeanAbsoluteError": "mean_absolute_error",
    "BinaryCrossentropy": "binary_crossentropy",
    "CategoricalCrossentropy": "categorical_crossentropy",
    "SparseCategoricalCrossentropy": "sparse_categorical_crossentropy",
}


def get(given: Any, who: str) -> Loss:
    """Return a loss by its name, or of a function of targets and outputs.

    A function is given targets, an array, and the output, a `Tensor`; it returns a `Tensor` whose
    first axis is the samples'.

    Raises
    ------
    InputError
        A name that none has.
    """
    if isinstance(given, Loss):
        return given
    if isinstance(given, str):
        name = SHORT.get(given.lower(), CLASSES.get(given, given.lower()))
        if name not in LOSSES:
            raise InputError(f"{who}: {unknown('loss', given, [*LOSSES, *SHORT])}")
        return LOSSES[name]
    if callable(given):
        return Loss(getattr(given, "__name__", "loss"), _reduced(given), "alike")
    raise InputError(f"{who}: loss takes a name or a function (got {given!r})")


def _reduced(function: Callable[..., Tensor]) -> Callable[[Tensor, np.ndarray, Weights], Tensor]:
    """Return a loss of one's own, weighted and averaged."""

    def loss(predicted: Tensor, targets: np.ndarray, weights: Weights) -> Tensor:
        each = function(targets, predicted)
        if not isinstance(each, Tensor):
            raise InputError(
                f"{getattr(function, '__name__', 'loss')}: a loss of one's own returns a Tensor, "
                f"computed from the output, which is one (got {type(each).__name__})"
            )
        if weights is not None:
            wider = max(each.ndim - weights.ndim, 0)
            each = each * weights.reshape(*weights.shape, *[1] * wider)
        return each.mean()

    return loss


def _told(output: Shape) -> str:
    """Return a shape as targets have it."""
    lengths = ", ".join(map(str, ("samples", *output[1:])))
    return f"({lengths},)" if len(output) == 1 else f"({lengths})"
