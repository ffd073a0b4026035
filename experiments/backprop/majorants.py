"""How steep and how bent E can be along a line in weight space: bounds by the chain rule."""

from __future__ import annotations

import numpy as np

from .example import Example

# The most that |f′|, |f″| and |f‴| are anywhere.
STEEPEST = {
    "sigmoid": (1 / 4, 1 / (6 * np.sqrt(3)), 1 / 8),
    "tanh": (1.0, 4 / (3 * np.sqrt(3)), 2.0),
}


def majorize(
    example: Example, direction: list[np.ndarray], reach: float
) -> tuple[float, float, float]:
    """Return bounds of E′, E″ and E‴ along weights that move straight.

    Each layer's bounds follow from those below by the chain rule's formula for higher derivatives
    (Faà di Bruno), with absolute values throughout.

    Parameters
    ----------
    direction
        How fast each array of weights moves, in the order of the network's.
    reach
        How far at most, from where they are, either way.
    """
    first, second, third = STEEPEST[example.activation]
    size = np.abs(example.x[0])
    a1, a2, a3 = (np.zeros_like(size) for _ in range(3))
    moved = list(zip(direction[::2], direction[1::2], strict=True))
    for (kernel, _), (turn, shift) in zip(example.weights, moved, strict=True):
        way, push = np.abs(turn), np.abs(shift)
        most = np.abs(kernel) + reach * way
        h1 = size @ way + push + a1 @ most
        h2 = 2 * a1 @ way + a2 @ most
        h3 = 3 * a2 @ way + a3 @ most
        a1 = first * h1
        a2 = second * h1**2 + first * h2
        a3 = third * h1**3 + 3 * second * h1 * h2 + first * h3
        size = np.ones_like(h1)  # no activity is larger
    off = 1 + abs(example.target)
    y1, y2, y3 = float(a1[0]), float(a2[0]), float(a3[0])
    return 2 * off * y1, 2 * y1**2 + 2 * off * y2, 6 * y1 * y2 + 2 * off * y3


def toward_bias(example: Example, layer: int, unit: int) -> list[np.ndarray]:
    """Return the direction of one cell's bias alone."""
    direction = [np.zeros_like(array) for array in example.network.get_weights()]
    direction[2 * layer + 1][unit] = 1.0
    return direction
