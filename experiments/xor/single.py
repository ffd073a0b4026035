"""One threshold neuron: which of the sixteen gates of two inputs it computes."""

from __future__ import annotations

import numpy as np

from circuits.perceptron import trained_perceptron
from neurosim.learning import perceptron_rule, separable
from neurosim.result import Result

from .training import PATTERNS

XOR, XNOR = (0, 1, 1, 0), (1, 0, 0, 1)


def check_single(result: Result) -> None:
    """Prove a neuron for every gate that has one; the rest are XOR and XNOR."""
    gates = [tuple(int(b) for b in f"{number:04b}") for number in range(16)]
    mixed = [gate for gate in gates if len(set(gate)) == 2]  # the two constants need no input
    parted = [gate for gate in mixed if separable(PATTERNS, np.array(gate))]
    proved = [gate for gate in parted if _neuron_is(gate)]
    result.claim(
        "of the 14 gates of two inputs that are not constant, a threshold neuron, proved on all 4 "
        "patterns, is",
        len(proved), 12,
    )  # fmt: skip
    result.claim(
        "no line parts the patterns of the other two, XOR and XNOR",
        sorted("".join(map(str, gate)) for gate in mixed if gate not in parted),
        sorted("".join(map(str, gate)) for gate in (XOR, XNOR)),
    )


def _neuron_is(gate: tuple[int, ...]) -> bool:
    learned = perceptron_rule(PATTERNS, np.array(gate))
    neuron = trained_perceptron(learned, inputs=("x", "y"))
    return bool(neuron.check(lambda x, y: gate[2 * x + y]))
