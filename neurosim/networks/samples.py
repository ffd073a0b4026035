"""Samples: inputs, targets and weights as given, checked once and handed out in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from .engines import engine, to_host
from .losses import Loss
from .tensor import Tensor, real_numbers

if TYPE_CHECKING:
    from .network import Network

Batch = tuple[list[Tensor], np.ndarray | None, np.ndarray | None]  # inputs, targets, weights


@dataclass(frozen=True)
class Samples:
    """What a network is trained or judged on.

    Attributes
    ----------
    inputs : an array for each input of the network, (samples, …)
    targets : as the loss takes them, or None
    weights : of each sample, or of each step of each, or None
    dtype : the network's
    """

    inputs: tuple[np.ndarray, ...]
    targets: np.ndarray | None
    weights: np.ndarray | None
    dtype: np.dtype

    def __len__(self) -> int:
        return len(self.inputs[0])

    @property
    def arrays(self) -> list[np.ndarray]:
        """All that there are: inputs, targets, weights."""
        return [a for a in (*self.inputs, self.targets, self.weights) if a is not None]

    @property
    def nbytes(self) -> int:
        """How much memory they take."""
        return sum(array.nbytes for array in self.arrays)

    def kind(self, array: np.ndarray) -> np.dtype:
        """Return as which numbers a network takes an array's, their bytes as cards know them."""
        return self.dtype if array.dtype.kind == "f" else array.dtype.newbyteorder("=")

    def batch(self, which: Any) -> Batch:
        """Return the inputs, targets and weights of some samples, on the device of operations."""
        on = engine()
        with np.errstate(over="ignore"):  # infinity is told of where it is met
            inputs = [
                Tensor.of(on.take(x[which].astype(self.kind(x), copy=False)), None)
                for x in self.inputs
            ]
        targets = on.take(self.targets[which]) if self.targets is not None else None
        return inputs, targets, on.take(self.weights[which]) if self.weights is not None else None

    def changed(self, change: Callable[[np.ndarray], Any]) -> Samples:
        """Return them with each of `arrays`, in that order, changed."""
        return replace(
            self,
            inputs=tuple(change(x) for x in self.inputs),
            targets=change(self.targets) if self.targets is not None else None,
            weights=change(self.weights) if self.weights is not None else None,
        )

    def here(self) -> Samples:
        """Return them on the device where operations run now."""
        return self.changed(engine().take)

    def split(self, fraction: float, who: str) -> tuple[Samples, Samples]:
        """Return the first samples, and the last fraction of them.

        Raises
        ------
        InputError
            A fraction that leaves one of both without samples.
        """
        number = isinstance(fraction, float | int | np.number) and not isinstance(fraction, bool)
        if not number or not 0 < fraction < 1:
            raise InputError(f"{who}: validation_split lies between 0 and 1 (got {fraction!r})")
        at = int(len(self) * (1 - fraction))
        if not 0 < at < len(self):
            raise InputError(
                f"{who}: validation_split {fraction} of {len(self)} samples leaves none to "
                + ("train on" if at == 0 else "validate with")
            )
        return self.changed(lambda a: a[:at]), self.changed(lambda a: a[at:])


def read(
    network: Network,
    x: Any,
    y: Any,
    who: str,
    loss: Loss | None = None,
    sample_weight: Any = None,
    class_weight: Mapping[int, float] | None = None,
) -> Samples:
    """Return samples for a network; it is built for their shape where it is not yet.

    Raises
    ------
    InputError
        No samples, or no targets where there is a loss; shapes that do not fit the network, or
        numbers of samples that differ; weights that are none.
    """
    given = list(x) if isinstance(x, list | tuple) and len(network.inputs) > 1 else [x]
    given, y, sample_weight = [to_host(one) for one in given], to_host(y), to_host(sample_weight)
    arrays = [_numbers(values, f"{who}: x") for values in given]
    for array in arrays:
        if not array.ndim or not len(array):
            raise InputError(f"{who}: x has no samples (got shape {array.shape})")
        if not array.size:
            raise InputError(f"{who}: the samples of x are empty (got shape {array.shape})")
    network.ensure_built(
        [(None, *a.shape[1:]) for a in arrays] if len(arrays) > 1 else (None, *arrays[0].shape[1:])
    )
    if len(arrays) != len(network.inputs):
        raise InputError(f"{who}: takes a list of {len(network.inputs)} arrays (got {len(arrays)})")
    arrays = [_of_rank(a, s.shape) for a, s in zip(arrays, network.inputs, strict=True)]
    for array, symbol in zip(arrays, network.inputs, strict=True):
        fits = array.ndim == len(symbol.shape) and all(
            n is None or n == m for n, m in zip(symbol.shape[1:], array.shape[1:], strict=True)
        )
        if not fits:
            wanted = ", ".join(map(str, ("samples", *symbol.shape[1:])))
            raise InputError(
                f"{who}: {_first(network)} takes x of shape ({wanted}) (got shape {array.shape})"
                + _one_sample(array, symbol.shape)
            )
    count = len(arrays[0])
    if any(len(array) != count for array in arrays):
        raise InputError(
            f"{who}: inputs have {' and '.join(str(len(a)) for a in arrays)} samples; they must "
            "have as many"
        )
    targets = None
    if loss is not None:
        if y is None:
            raise InputError(f"{who}: y is missing, the targets of x")
        output = network.require_built()
        targets = loss.read(y, output.shape, network.dtype, who)
        if getattr(output.layer, "activation", None) == "softmax" and output.shape[-1] == 1:
            raise InputError(
                f"{who}: the last layer is softmax of one unit, which is 1 whatever it hears; for "
                "two classes there is 'sigmoid'"
            )
        if len(targets) != count:
            raise InputError(f"{who}: x has {count} samples and y {len(targets)}")
    weights = _weights(sample_weight, class_weight, targets, count, who)
    if weights is not None:
        with np.errstate(over="ignore"):
            weights = weights.astype(network.dtype)
        if not np.isfinite(weights).all():
            raise InputError(f"{who}: weights of samples are finite numbers as {network.dtype}")
    return Samples(tuple(arrays), targets, weights, network.dtype)


def read_pair(network: Network, given: Any, who: str, loss: Loss) -> Samples:
    """Return samples that come with their targets, and perhaps with weights, in one tuple.

    Raises
    ------
    InputError
        As `read`; no such tuple.
    """
    if not isinstance(given, list | tuple) or len(given) not in (2, 3):
        raise InputError(f"{who} is (x, y) or (x, y, sample_weight)")
    return read(network, given[0], given[1], who, loss, *given[2:])


def _numbers(values: Any, name: str) -> np.ndarray:
    if hasattr(values, "to_numpy"):  # a table of pandas
        values = values.to_numpy()
    if callable(getattr(values, "__next__", None)):
        raise InputError(f"{name} is an array, not a generator: np.stack(list(…)) makes one")
    try:
        array = real_numbers(values, name)
    except InputError as error:
        if _differ_in_length(values):
            raise InputError(f"{error}; pad_sequences makes them of one length") from None
        raise
    return array.astype(np.float32) if array.dtype.kind == "b" else array


def _differ_in_length(values: Any) -> bool:
    """Return whether these are sequences of which some are longer than others."""
    return (
        _has_length(values)
        and all(_has_length(one) for one in values)
        and len({len(one) for one in values}) > 1
    )


def _has_length(value: Any) -> bool:
    return isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _first(network: Network) -> str:
    """Return the layer that data meet first, for messages."""
    return str(network.layers[0]) if network.layers else str(network)


def _of_rank(array: np.ndarray, shape: tuple[int | None, ...]) -> np.ndarray:
    """Return samples with or without a last axis of length 1, as the network has it, like Keras."""
    if array.ndim + 1 == len(shape) and shape[-1] == 1:
        return array[..., None]
    if array.ndim - 1 == len(shape) and array.shape[-1] == 1:
        return array[..., 0]
    return array


def _one_sample(array: np.ndarray, shape: tuple[int | None, ...]) -> str:
    """Return what to do where one sample is given by itself."""
    alone = (None, *array.shape) == shape or array.shape == shape[1:]
    return "; one sample is a batch of one: x[None]" if alone else ""


def _weights(
    sample_weight: Any,
    class_weight: Mapping[int, float] | None,
    targets: np.ndarray | None,
    count: int,
    who: str,
) -> np.ndarray | None:
    """Return how much each sample counts; None where all count 1."""
    if sample_weight is not None and class_weight is not None:
        raise InputError(f"{who}: give sample_weight or class_weight, not both")
    if sample_weight is not None:
        weights = real_numbers(sample_weight, f"{who}: sample_weight").astype(np.float64)
        if weights.shape == (count, 1):
            weights = weights[:, 0]
        steps = (count,)
        if targets is not None:  # a loss for each, along all axes but that of values
            steps = targets.shape[:-1] if targets.dtype.kind == "f" else targets.shape
        if weights.shape not in ((count,), steps):
            steps_too = f", or for each step of them, {steps}" if len(steps) > 1 else ""
            raise InputError(
                f"{who}: sample_weight is a number for each of {count} samples{steps_too} (got "
                f"shape {weights.shape})"
            )
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise InputError(f"{who}: sample_weight takes finite numbers from 0")
        return weights
    if class_weight is None or targets is None:
        return None
    if not isinstance(class_weight, Mapping):
        raise InputError(
            f"{who}: class_weight is a dict from classes to weights, as {{0: 1.0, 1: 5.0}} (got "
            f"{class_weight!r})"
        )
    if targets.dtype.kind == "f" and targets.ndim > 1 and targets.shape[-1] > 1:
        classes = targets.argmax(axis=-1)
    else:
        values = targets[..., 0] if targets.dtype.kind == "f" and targets.ndim > 1 else targets
        classes = np.round(values)  # as Keras does, of shares
    weights = np.ones(classes.shape)
    for label, weight in class_weight.items():
        whole = isinstance(label, int | np.integer) or (
            isinstance(label, float | np.floating) and float(label).is_integer()
        )
        if not whole:
            raise InputError(f"{who}: class_weight: a class is a whole number (got {label!r})")
        if isinstance(weight, bool) or not isinstance(weight, float | int | np.number):
            raise InputError(f"{who}: class_weight of class {label} is no number ({weight!r})")
        if not 0 <= float(weight) < np.inf:
            raise InputError(f"{who}: class_weight takes finite numbers from 0 (got {weight!r})")
        weights[classes == label] = float(weight)
    return weights
