"""Labels on wires: each on its own wire, where it covers nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .blocks import Point
from .captions import text_size

PLACES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8)
SAMPLES = 40  # points of a wire that a label should not cover


class Rectangle(NamedTuple):
    """A rectangle by its centre."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Rectangle) -> bool:
        """Return whether two rectangles have more than an edge in common."""
        return (
            2 * abs(self.x - other.x) < self.width + other.width
            and 2 * abs(self.y - other.y) < self.height + other.height
        )


def place_labels(
    texts: Sequence[str],
    wires: Sequence[Sequence[Point]],
    taken: Sequence[Rectangle],
    points: float,
) -> list[Point]:
    """Return the centre of each wire's label; wires with an empty text only keep their place.

    Parameters
    ----------
    texts
        The label of each wire, "" for none.
    wires
        The points that each wire runs through.
    taken
        What must not be covered.
    points
        The letters' size.
    """
    sampled = [along(wire, np.linspace(0, 1, SAMPLES)) for wire in wires]
    everything = np.concatenate(sampled) if sampled else np.zeros((0, 2))
    owner = np.repeat(np.arange(len(wires)), SAMPLES)
    placed = list(taken)
    centres: list[Point] = []
    for number, text in enumerate(texts):
        if not text:
            centres.append((0.0, 0.0))
            continue
        others = everything[owner != number]
        width, height = text_size(text, points)
        best: tuple[float, Rectangle] | None = None
        for rank, (x, y) in enumerate(along(wires[number], np.array(PLACES)).tolist()):
            spot = Rectangle(x, y, width + 0.06, height + 0.06)
            cost = rank + 100.0 * sum(spot.overlaps(other) for other in placed)
            cost += 3.0 * _covered(spot, others)
            if best is None or cost < best[0]:
                best = cost, spot
        assert best is not None
        placed.append(best[1])
        centres.append((best[1].x, best[1].y))
    return centres


def along(wire: Sequence[Point], parts: np.ndarray) -> np.ndarray:
    """Return the points at these parts of a polyline's length, (parts, 2)."""
    corners = np.asarray(wire, dtype=float)
    lengths = np.hypot(*np.diff(corners, axis=0).T) if len(corners) > 1 else np.zeros(0)
    reached = np.concatenate([[0.0], np.cumsum(lengths)])
    at = parts * reached[-1]
    return np.column_stack([np.interp(at, reached, corners[:, axis]) for axis in (0, 1)])


def _covered(spot: Rectangle, points: np.ndarray) -> int:
    inside = (abs(points[:, 0] - spot.x) < spot.width / 2) & (
        abs(points[:, 1] - spot.y) < spot.height / 2
    )
    return int(inside.sum())
