"""The table of a network's layers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .network import Network

HEADS = ("layer", "kind", "output shape", "weights")


def summary(network: Network) -> str:
    """Return the table: a row a layer, and how many weights there are."""
    rows = [
        (layer.name, type(layer).__name__, str(layer.output_shape), f"{layer.count_params():,}")
        for layer in network.layers
    ]
    widths = [max(len(row[k]) for row in (HEADS, *rows)) for k in range(len(HEADS))]
    line = "─" * (sum(widths) + 2 * (len(widths) - 1))
    trained = sum(math.prod(p.shape) for p in network.trainable_weights)
    total = sum(math.prod(p.shape) for p in network.weights)
    return "\n".join(
        [
            str(network),
            line,
            _row(HEADS, widths),
            line,
            *(_row(row, widths) for row in rows),
            line,
            f"{total:,} weights, of which {trained:,} are trained",
        ]
    )


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    *words, number = cells
    aligned = [f"{word:<{width}}" for word, width in zip(words, widths, strict=False)]
    return "  ".join([*aligned, f"{number:>{widths[-1]}}"])
