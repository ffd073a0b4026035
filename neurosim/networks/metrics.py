"""Metrics by Keras's names: what is told of a network beside its loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from ..errors import InputError, unknown
from .engines import engine, to_host
from .graph import Shape
from .losses import Loss
from .tensor import real_numbers

# Of activities and targets of a batch, a number for each sample.
Judged = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Metric:
    """A mean over samples, or over those steps of theirs that count.

    Attributes
    ----------
    name : as it was asked for, and stands in the history
    of : of activities (batch, …) and targets, a number for each sample or each of its places
    """

    name: str
    of: Judged

    def total(
        self, activities: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
    ) -> tuple[Any, Any]:
        """Return the sum over a batch, and of how many; a mask (batch, time) says which count.

        On a card both stay there.
        """
        judged = self.of(activities, targets)
        count: Any = judged.size
        if mask is not None and judged.shape[: mask.ndim] == mask.shape:
            judged = np.where(
                mask.reshape(*mask.shape, *[1] * (judged.ndim - mask.ndim)), judged, 0
            )
            count = mask.sum() * (count // max(mask.size, 1))
        return judged.sum(dtype=np.float64), count


def binary_accuracy(activities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """1 where an activity is over a half and its target is 1, or neither and it is 0.

    A target between counts for nothing, as in Keras.
    """
    right: np.ndarray = (activities > 0.5) == targets
    return right


def categorical_accuracy(activities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """1 where the most active cell is that of the class."""
    right: np.ndarray = activities.argmax(axis=-1) == targets.argmax(axis=-1)
    return right


def sparse_categorical_accuracy(activities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """As `categorical_accuracy`, of whole numbers."""
    right: np.ndarray = activities.argmax(axis=-1) == targets.reshape(activities.shape[:-1])
    return right


def mean_squared_error(activities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(activity − target)²."""
    return np.square(activities - targets)


def mean_absolute_error(activities: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """|activity − target|."""
    return np.abs(activities - targets)


ACCURACIES: dict[str, Judged] = {
    "binary_accuracy": binary_accuracy,
    "categorical_accuracy": categorical_accuracy,
    "sparse_categorical_accuracy": sparse_categorical_accuracy,
}
ERRORS: dict[str, Judged] = {
    "mse": mean_squared_error,
    "mean_squared_error": mean_squared_error,
    "mae": mean_absolute_error,
    "mean_absolute_error": mean_absolute_error,
}
NAMES = ("accuracy", "acc", *ACCURACIES, *ERRORS)


def check_names(given: Sequence[Any], who: str) -> None:
    """Raise InputError for what is no metric, or a name that none has."""
    for name in given:
        if not isinstance(name, str | Metric) and not callable(name):
            raise InputError(f"{who}: metrics are names or functions (got {name!r})")
        if isinstance(name, str) and name.lower() not in NAMES:
            raise InputError(f"{who}: {unknown('metric', name, NAMES, most=len(NAMES))}")


def chosen(given: Sequence[Any], loss: Loss, output: Shape, who: str) -> list[Metric]:
    """Return metrics as `get` does, each with a name of its own: ``mae``, then ``mae_1``.

    Raises
    ------
    InputError
        As `get`.
    """
    found: list[Metric] = []
    taken = {"loss"}
    for one in given:
        metric = get(one, loss, output, who)
        numbered = (f"{metric.name}_{k}" for k in count(1))
        name = (
            metric.name if metric.name not in taken else next(n for n in numbered if n not in taken)
        )
        taken.add(name)
        found.append(replace(metric, name=name))
    return found


def get(given: Any, loss: Loss, output: Shape, who: str) -> Metric:
    """Return a metric by its name, for a loss and an output; or of a function.

    A function is given targets and activities, arrays, as Keras's metrics are.

    Raises
    ------
    InputError
        A name that none has; one that does not fit the targets that the loss takes.
    """
    if isinstance(given, Metric):
        return given
    if callable(given):
        name = getattr(given, "__name__", "metric")

        def judged_by(activities: np.ndarray, targets: np.ndarray) -> np.ndarray:
            found = given(to_host(targets), to_host(activities))
            return engine().take(real_numbers(found, f"{who}: metric '{name}'"))

        return Metric(name, judged_by)
    check_names([given], who)
    name = given.lower()
    if name in ("accuracy", "acc"):
        return Metric(given, _accuracy(loss, output))
    judged = ACCURACIES.get(name) or ERRORS[name]
    of_classes = name == "sparse_categorical_accuracy"
    if of_classes != (loss.targets == "classes"):
        raise InputError(
            f"{who}: metric '{given}' does not go with loss '{loss.name}', whose targets are "
            + ("whole numbers" if loss.targets == "classes" else "of the output's shape")
            + "; there is 'accuracy', which fits each"
        )
    return Metric(given, judged)


def _accuracy(loss: Loss, output: Shape) -> Judged:
    """Return the accuracy that fits, as Keras resolves the word."""
    if loss.targets == "classes":
        return sparse_categorical_accuracy
    return binary_accuracy if output[-1] == 1 else categorical_accuracy
