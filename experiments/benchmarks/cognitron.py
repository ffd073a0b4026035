"""A cognitron that learns, four layers of 12 × 12 cells, beside NumPy's array operations.

A presentation is 4 · 144 · 25 synapses, each one multiply–add for e and one addition for v: 28,800
operations.  The cells that learn, about one in ten, change 25 weights each.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim.learning import cognitron_rule

from .floors import multiply_add_rate
from .timing import Benchmark, Floor, Side

LAYERS, SIDE, AREA = 4, 12, 5
Q, Q_SILENT = 16.0, 2.0
ROUNDING = 2.0**-40  # of a value: differences within it decide nothing, as in ours


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer presentations where `quick`."""
    presentations = 50 if quick else 1000
    patterns = strokes(presentations)
    return [
        Benchmark(
            f"Cognitron, {LAYERS} layers of {SIDE} × {SIDE}, {presentations:,} presentations",
            ours=partial(our_side, patterns),
            peers={"NumPy": partial(numpy_side, patterns)},
            floor=partial(floor, presentations),
            tolerance=1e-9,
            rounds=7,
            builds=False,
        )
    ]


def strokes(count: int) -> np.ndarray:
    """Return images of two bars each, anywhere: (count, rows, columns), from 0 to 1."""
    random = np.random.default_rng(0)
    images = np.zeros((count, SIDE, SIDE))
    for image in images:
        row, column, top, left = random.integers(0, SIDE - 6, 4)
        image[row, left : left + 7] = 1
        image[top : top + 7, column + 6] = random.uniform(0.5, 1)
    return images


def floor(presentations: int) -> Floor:
    """Return the time of the sums alone."""
    synapses, rate = presentations * LAYERS * (SIDE * AREA) ** 2, multiply_add_rate() / 2
    reason = f"{synapses / 1e6:.3g}M synapses × 2 operations at {rate / 1e9:.0f}/ns, in float64"
    return Floor(2 * synapses / rate, reason)


def our_side(patterns: np.ndarray) -> Side:
    """Learn, as a user would."""

    def run() -> np.ndarray:
        learned = cognitron_rule(patterns, LAYERS, q=Q, q_silent=Q_SILENT)
        return np.concatenate([learned.excitatory.ravel(), learned.inhibitory.ravel()])

    return Side(run)


def numpy_side(patterns: np.ndarray) -> Side:
    """Learn with a whole layer an operation; only cells that learn have their weights changed."""
    margin = AREA // 2
    near = np.indices((AREA, AREA)) - margin
    diamond = np.abs(near).sum(axis=0) <= margin
    wide = SIDE + 2 * margin

    def areas(padded: np.ndarray) -> np.ndarray:
        seen = np.lib.stride_tricks.sliding_window_view(padded, (AREA, AREA))
        return seen.reshape(SIDE**2, AREA**2)

    def run() -> np.ndarray:
        a = np.zeros((LAYERS, SIDE**2, AREA**2))
        b = np.zeros((LAYERS, SIDE**2))
        sheet = np.zeros((wide, wide))  # the margin stays 0
        inside = sheet[margin:-margin, margin:-margin]
        for pattern in patterns:
            inside[:] = pattern
            heard = areas(sheet)
            for n in range(LAYERS):
                e, v = np.einsum("ij,ij->i", a[n], heard), heard.mean(axis=1)
                h = b[n] * v
                u = np.where(e - h > ROUNDING * h, (e - h) / (1 + h), 0)
                inside[:] = u.reshape(SIDE, SIDE)
                next_heard = areas(sheet)
                largest = next_heard[:, diamond.ravel()].max(axis=1)
                active = np.flatnonzero((u > 0) & (largest - u <= ROUNDING * u))
                silent = np.flatnonzero((largest == 0) & (v > 0))
                a[n, active] += Q / AREA**2 * heard[active]
                powers = np.square(heard[active]).mean(axis=1)
                b[n, active] += Q * powers / (2 * v[active])
                a[n, silent] += Q_SILENT / AREA**2 * heard[silent]
                b[n, silent] += Q_SILENT * v[silent]
                heard = next_heard
        return np.concatenate([a.ravel(), b.ravel()])

    return Side(run)
