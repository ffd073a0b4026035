"""The textbook's recursion, written plainly, beside the walk back over the record."""

from __future__ import annotations

import math

import numpy as np

from neurosim.result import Result

from .example import EPSILON, TERMS, UNITS, Example, Passed
from .majorants import majorize, toward_bias


def compare_recursion(result: Result, example: Example, passed: Passed) -> None:
    """Claim that activities and error signals are those of the textbook; tell them in a table."""
    activities, signals = by_recursion(example)
    near = rounding(example)
    names = {1: "first hidden layer", 2: "second hidden layer", 3: "output"}
    for layer, name in names.items():
        off = np.abs(passed.activities[layer] - activities[layer]).max()
        result.claim(f"{name}: a = f(Σwa + b), largest difference", float(off), at_most=near)
    for layer, name in reversed(names.items()):
        off = np.abs(passed.signals[layer - 1] - signals[layer - 1]).max()
        rule = "δ = 2(y − t)·f′(h)" if layer == 3 else "δ = f′(h)·Σwδ from the layer above"
        result.claim(f"{name}: the record's {rule}, largest difference", float(off), at_most=near)
    result.table(
        "units",
        ("layer", "unit", "activity", "delta by the record", "delta by the recursion"),
        [
            (layer, unit, passed.activities[layer][unit], passed.signals[layer - 1][unit],
             signals[layer - 1][unit])
            for layer in names
            for unit in range(UNITS[layer])
        ],
    )  # fmt: skip


def by_recursion(example: Example) -> tuple[list[list[float]], list[list[float]]]:
    """Return activities, those of the inputs too, and error signals, cell by cell."""
    weights = example.weights
    activities = [[float(value) for value in example.x[0]]]
    slopes: list[list[float]] = []
    for kernel, bias in weights:
        below = activities[-1]
        drives = [
            sum(below[i] * kernel[i, j] for i in range(len(below))) + bias[j]
            for j in range(len(bias))
        ]
        if example.activation == "sigmoid":
            here = [1 / (1 + math.exp(-h)) for h in drives]
            slopes.append([a * (1 - a) for a in here])
        else:
            here = [math.tanh(h) for h in drives]
            slopes.append([1 - a * a for a in here])
        activities.append(here)
    signals = [[2 * (activities[-1][0] - example.target) * slopes[-1][0]]]
    for layer in range(len(weights) - 1, 0, -1):
        kernel, above = weights[layer][0], signals[0]
        signals.insert(
            0,
            [
                slope * sum(kernel[i, j] * above[j] for j in range(len(above)))
                for i, slope in enumerate(slopes[layer - 1])
            ],
        )
    return activities, signals


def check_gradients(result: Result, example: Example, passed: Passed) -> None:
    """Claim that the slope by a weight is the activity before it times the signal behind it."""
    near = rounding(example)
    for layer, signal in enumerate(passed.signals):
        kernel, bias = passed.slopes[2 * layer : 2 * layer + 2]
        by_hand = np.array([[a * delta for delta in signal] for a in passed.activities[layer]])
        off = max(np.abs(kernel - by_hand).max(), np.abs(bias - signal).max())
        result.claim(
            f"layer {layer + 1}: ∂E/∂w = aδ and ∂E/∂b = δ, largest difference",
            float(off), at_most=near,
        )  # fmt: skip


def rounding(example: Example) -> float:
    """Return how far rounding can put activities and signals off, or a few times as much."""
    steepest = max(
        majorize(example, toward_bias(example, layer, unit), 0.0)[0]
        for layer in range(len(UNITS) - 1)
        for unit in range(UNITS[layer + 1])
    )
    return TERMS * EPSILON * max(1.0, steepest)
