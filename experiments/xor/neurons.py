"""What was learned, as a circuit of neurons that is proved on all four patterns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurosim import Circuit
from neurosim.networks import Dense, Input, Sequential
from neurosim.result import Result

from .training import TWO, Hidden, Outcome


def as_neurons(network: Sequential, threshold: bool = False) -> Circuit:
    """Return the network as neurons that hear 0 or 1: hidden cells, and an output that decides.

    The output fires where the network answers ½ or more.

    Parameters
    ----------
    threshold
        Whether the hidden cells are threshold neurons, too, that fire where a tanh cell is not
        below 0: tanh u becomes 2·[u ≥ 0] − 1, and the weights that hear it are changed for that.
    """
    *hidden, output = (
        (layer.units, kernel, bias)
        for layer in network.layers
        if isinstance(layer, Dense)
        for kernel, bias in [layer.get_weights()]
    )
    layers = [Dense(units, "step" if threshold else "tanh") for units, _, _ in hidden]
    decided = Sequential([Input((2,)), *layers, Dense(output[0], "step")], name="learned xor")
    weights = []
    for number, (_, kernel, bias) in enumerate([*hidden, output]):
        halved = threshold and number > 0
        weights += [2 * kernel, bias - kernel.sum(axis=0)] if halved else [kernel, bias]
    decided.set_weights(weights)
    return decided.to_circuit(binary=True)


def exclusive_or(pattern: np.ndarray) -> list[bool]:
    """Return what is to be learned, of one output cell."""
    return [bool(pattern[0] != pattern[1])]


def prove(result: Result, outcomes: Mapping[Hidden, Outcome]) -> Sequential:
    """Claim that what was learned is XOR as neurons; return one that is so by thresholds alone."""
    learned = [
        model
        for outcome in outcomes.values()
        for model, right in zip(outcome.networks, outcome.learned, strict=True)
        if right
    ]
    proofs = [bool(as_neurons(model).check(exclusive_or)) for model in learned]
    result.claim(
        f"the {len(learned)} networks that learned it, as circuits of neurons, are XOR, proved on "
        "all 4 patterns",
        sum(proofs), len(learned),
    )  # fmt: skip
    two = outcomes[TWO]
    ways = [model for model, right in zip(two.networks, two.learned, strict=True) if right]
    binary = [
        model for model in ways
        if as_neurons(model, threshold=True).check(exclusive_or)
    ]  # fmt: skip
    result.claim(
        f"of the {len(ways)} of two hidden cells, those that are XOR still when the hidden cells "
        "become threshold neurons",
        len(binary), at_least=1,
    )  # fmt: skip
    result.table(
        "circuit",
        ("weight", "hidden 1", "hidden 2", "output"),
        _weights(binary[0]) if binary else [],
    )
    return binary[0] if binary else ways[0]


def _weights(network: Sequential) -> list[tuple[str, float, float, float]]:
    """Return the learned weights, a row for what each cell hears."""
    first, bias, second, last = network.get_weights()
    rows = np.column_stack([np.vstack([first, bias]), np.append(second[:, 0], last)])
    names = ("from x, x, hidden 1", "from y, y, hidden 2", "bias")
    return [(name, a, b, c) for name, (a, b, c) in zip(names, rows.tolist(), strict=True)]
