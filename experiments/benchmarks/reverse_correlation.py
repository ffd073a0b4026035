"""A receptive field recovered from 100,000 frames of white noise, 32 × 32 pixels each.

Each side draws the frames block by block, answers them with one linear cell and weights them with
the answers; none holds more than a block.  The sides draw different noise, so that their fields
agree as closely as so many frames allow.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from circuits.stimuli import Screen, grating, white_noise
from neurosim import Circuit
from neurosim.measuring import reverse_correlation

from .floors import multiply_add_rate
from .timing import Benchmark, Floor, Side

SCREEN = Screen((32, 32), pixel=0.1)
BLOCK = 512  # frames that NumPy draws at a time: of those tried the fastest


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer frames where `quick`."""
    frames = 2_000 if quick else 100_000
    weights = grating(SCREEN, 1.0, orientation=30) * np.exp(-2 * (SCREEN.x**2 + SCREEN.y**2))
    return [
        Benchmark(
            f"Reverse correlation, {frames:,} frames of 32 × 32",
            ours=partial(our_side, weights, frames, dtype),
            peers={f"NumPy, {dtype}": partial(numpy_side, weights, frames, dtype)},
            floor=partial(floor, frames),
            tolerance=1.0 if quick else 0.2,
            rounds=7,
        )
        for dtype in ("float64", "float32")
    ]


def floor(frames: int) -> Floor:
    """Return the time of the multiplications: each pixel is answered and weighted."""
    pixels, rate = frames * SCREEN.x.size, multiply_add_rate()
    reason = f"{pixels / 1e6:.3g}M pixels × 2 multiply–adds at {rate / 1e9:.0f}/ns"
    return Floor(2 * pixels / rate, reason)


def our_side(weights: np.ndarray, frames: int, dtype: str) -> Side:
    """Build the cell, as a user would, and recover its field."""
    circuit = Circuit("cell")
    image = circuit.inputs("image", shape=SCREEN.shape, real=True)
    cell = circuit.rate("cell", drive=weights.ravel() @ image, transfer="identity")
    circuit.output(cell)
    noise = white_noise(SCREEN, count=frames)
    return Side(lambda: reverse_correlation(cell, noise, dtype=dtype).spatial)


def numpy_side(weights: np.ndarray, frames: int, dtype: str) -> Side:
    """Draw, answer and weight with NumPy alone."""
    flat = weights.ravel().astype(dtype)

    def run() -> np.ndarray:
        random = np.random.default_rng(0)
        total = np.zeros(flat.size)
        for first in range(0, frames, BLOCK):
            size = min(BLOCK, frames - first), flat.size
            noise = random.integers(0, 2, size, dtype=np.int8).astype(dtype)
            noise *= 2
            noise -= 1
            total += (noise @ flat) @ noise
        return total.reshape(SCREEN.shape) / frames

    return Side(run)
