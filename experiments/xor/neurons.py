"""What was learned, as a circuit of neurons that is proved on all four patterns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurosim import Circuit, stack
from neurosim.networks import Sequential
from neurosim.result import Result

from .training import TWO, Hidden, Outcome


def as_neurons(network: Sequential, threshold: bool = False) -> Circuit:
    """Return the network as neurons that hear 0 or 1: hidden cells, and an output that decides.

    The output fires where the network answers ½ or more.

    Parameters
    ----------
    threshold
        Whether the hidden cells are threshold neurons, too, that fire where a tanh cell is not
        below 0: tanh u becomes 2·[u ≥ 0] − 1.
    """
    circuit = Circuit("learned xor")
    x, y = circuit.inputs("x", "y", real=False)
    heard = stack([x, y])
    pairs = zip(network.get_weights()[::2], network.get_weights()[1::2], strict=True)
    layers = [(kernel.T, bias) for kernel, bias in pairs]
    for number, (weights, bias) in enumerate(layers):
        if threshold and number:
            weights, bias = 2 * weights, bias - weights.sum(axis=1)
        if number == len(layers) - 1:
            circuit.output(circuit.binary("z", drive=weights[0] @ heard, threshold=-bias[0]))
        elif threshold:
            heard = circuit.binary(f"h{number + 1}", drive=weights @ heard, threshold=-bias)
        else:
            heard = circuit.rate(f"h{number + 1}", drive=weights @ heard, bias=bias,
                                 transfer="tanh")  # fmt: skip
    return circuit


def prove(result: Result, outcomes: Mapping[Hidden, Outcome]) -> Sequential:
    """Claim that what was learned is XOR as neurons; return one that is so by thresholds alone."""
    learned = [
        model
        for outcome in outcomes.values()
        for model, right in zip(outcome.networks, outcome.learned, strict=True)
        if right
    ]
    proofs = [bool(as_neurons(model).check(lambda x, y: x ^ y)) for model in learned]
    result.claim(
        f"the {len(learned)} networks that learned it, as circuits of neurons, are XOR, proved on "
        "all 4 patterns",
        sum(proofs), len(learned),
    )  # fmt: skip
    two = outcomes[TWO]
    ways = [model for model, right in zip(two.networks, two.learned, strict=True) if right]
    binary = [
        model for model in ways
        if as_neurons(model, threshold=True).check(lambda x, y: x ^ y)
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
