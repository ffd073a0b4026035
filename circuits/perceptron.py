"""The perceptron: threshold neurons with the weights that they were given, or that they learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurosim import Circuit, CircuitError, stack
from neurosim.exactness import decimals, too_large
from neurosim.learning import PerceptronLearning

from .checking import record

LEAST = 1e-300  # above 0; smaller numbers are stored as 0


def perceptron(
    weights: Any,
    bias: Any = 0.0,
    *,
    inputs: Sequence[str] | Sequence[int] | None = None,
    real: bool = False,
) -> Circuit:
    """Return neurons that fire iff w·x + b > 0 (Rosenblatt 1958).

    A neuron fires at its threshold, not only above it.  With inputs of 0 and 1 the sum has no more
    decimal places than the weights and the bias, and the threshold lies halfway to the smallest
    such sum above 0: at 0.5 for whole numbers.  That is exact where they have at most 15 places; of
    longer ones, and of real inputs, rounded sums decide.

    Parameters
    ----------
    weights
        w, (inputs,) for one neuron, or (neurons, inputs).
    bias
        b, a number, or (neurons,).
    inputs
        Names, one a weight, for inputs to be given one by one; or the shape of the one input "x".
        Left out, (inputs,).
    real
        Whether inputs may be any numbers; else they are 0 or 1.

    Returns
    -------
    Output "z", a single neuron or (neurons,).

    Raises
    ------
    CircuitError
        Weights or biases that are not finite, or whose shapes do not fit; as many names, or an
        input of as many values, as there are no weights for.
    """
    w, b = _finite(weights, "weights"), _finite(bias, "bias")
    if w.ndim not in (1, 2) or not w.size:
        raise CircuitError(
            "perceptron: weights must be of shape (inputs,) or (neurons, inputs), one of each at "
            f"least (got shape {w.shape})"
        )
    if b.shape not in ((), w.shape[:-1]):
        raise CircuitError(
            f"perceptron: bias must be a number, or one a neuron, of shape {w.shape[:-1]} (got "
            f"shape {b.shape})"
        )
    circuit = Circuit("perceptron")
    x = _declared(circuit, w.shape[-1], inputs, real)
    places = None if real else decimals([w, b])
    threshold = LEAST if places is None else float(f"0.5e-{places}")
    circuit.output(circuit.binary("z", drive=w @ x, bias=b, threshold=threshold))
    return circuit


def trained_perceptron(
    learning: PerceptronLearning, *, inputs: Sequence[str] | Sequence[int] | None = None
) -> Circuit:
    """Return the neurons that `neurosim.learning.perceptron_rule` taught.

    Its inputs are real unless all patterns that it learned from were of 0 and 1.

    Parameters
    ----------
    learning
        What it learned.
    inputs
        As of `perceptron`.

    Raises
    ------
    CircuitError
        No result of the rule; inputs as of `perceptron`.
    """
    record(learning, PerceptronLearning, "trained_perceptron: learning")
    real = not np.isin(learning.patterns, (0, 1)).all()
    return perceptron(learning.weights, learning.bias, inputs=inputs, real=bool(real))


def _finite(values: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iuf":
            raise TypeError
        array = array.astype(float)
    except (TypeError, ValueError):
        raise CircuitError(f"perceptron: {name} must be real numbers (got {values!r})") from None
    wrong = too_large(array)
    if wrong:
        raise CircuitError(f"perceptron: {name} {wrong}")
    return array


def _declared(
    circuit: Circuit, count: int, inputs: Sequence[str] | Sequence[int] | None, real: bool
) -> Any:
    """Declare inputs; return them in a row, (count,)."""
    given: Any = (count,) if inputs is None else inputs
    if not isinstance(given, tuple | list):
        raise CircuitError(
            f"perceptron: inputs must be names, or the shape of one input (got {inputs!r})"
        )
    named = all(isinstance(name, str) for name in given)
    size = len(given)
    if not named:
        x = circuit.inputs("x", shape=tuple(given), real=real)
        size = x.size
    if size != count or not given:
        raise CircuitError(
            f"perceptron: there are {count} weights a neuron, so it takes as many inputs (got "
            f"{inputs!r})"
        )
    if not named:
        return x.ravel()
    sources = circuit.inputs(*given, real=real)
    return stack([sources] if count == 1 else sources)
