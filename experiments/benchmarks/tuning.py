"""An energy cell's tuning to orientation, spatial frequency and phase: 16 × 12 × 8 gratings.

Each grating drifts for 64 frames over 64 × 64 pixels; the cell is a quadrature pair of Gabors,
half-squared for either sign.  Both sides keep the mean and the first harmonic of each answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from circuits.physiology import tuning
from circuits.stimuli import Screen
from neurosim import Circuit, power

from .floors import multiply_add_rate
from .timing import Benchmark, Floor, Side

SCREEN = Screen((64, 64), pixel=0.1, frame=1 / 256)  # a cycle of 4 Hz in 64 frames
FRAMES = 64
FREQUENCY, ORIENTATION, SIZE = 1.0, 30.0, 0.5  # cycles per degree, degrees, degrees
PHASES = (0, 90, 180, 270)


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer gratings where `quick`."""
    counts = (4, 3, 2) if quick else (16, 12, 8)
    orientations, phases = (180 * np.arange(counts[0]) / counts[0], 45.0 * np.arange(counts[2]))
    ranges = [orientations, np.linspace(0.25, 3, counts[1]), phases]
    title = " × ".join(map(str, counts))
    return [
        Benchmark(
            f"Tuning of an energy cell: {title} gratings of {FRAMES} frames on 64 × 64",
            ours=lambda: our_side(ranges),
            peers={
                "NumPy": lambda: numpy_side(ranges),
                "NumPy, two still gratings mixed": lambda: mixing_side(ranges),
            },
            floor=lambda: floor(math.prod(counts)),
            rounds=5,
        )
    ]


def floor(gratings: int) -> Floor:
    """Return the time of the multiplications: two patterns mixed, and two Gabors, at each pixel."""
    pixels, rate = gratings * FRAMES * SCREEN.x.size, multiply_add_rate()
    reason = f"{pixels / 1e6:.3g}M pixels × 4 multiply–adds at {rate / 1e9:.0f}/ns"
    return Floor(4 * pixels / rate, reason)


def gabor(phase: float) -> np.ndarray:
    """Return a Gabor's weights, flat."""
    window = np.exp(-(np.square(SCREEN.x) + np.square(SCREEN.y)) / (2 * SIZE**2))
    wave = np.cos(2 * np.pi * FREQUENCY * across(ORIENTATION) - np.radians(phase))
    return np.ravel(window * wave)


def across(orientation: float) -> np.ndarray:
    """Return degrees across stripes of an orientation, at each pixel."""
    turned = math.radians(orientation - 90)
    return math.cos(turned) * SCREEN.x + math.sin(turned) * SCREEN.y


def our_side(ranges: list[np.ndarray]) -> Side:
    """Build the cell, as a user would; answers F0 and F1 of each grating."""
    circuit = Circuit("energy")
    image = circuit.inputs("image", shape=SCREEN.shape, real=True)
    simple = [
        circuit.rate(f"simple {phase}", drive=gabor(phase) @ image, transfer=power(2))
        for phase in PHASES
    ]
    cell = circuit.rate("complex", excite=simple[0] + simple[1] + simple[2] + simple[3])
    circuit.output(cell)

    def run() -> np.ndarray:
        found = tuning(
            cell, ["orientation", "spatial frequency", "phase"], ranges, screen=SCREEN,
            stimulus="drifting grating", dtype="float32",
        )  # fmt: skip
        return np.stack([found.f0, found.f1])

    return Side(run)


def numpy_side(ranges: list[np.ndarray]) -> Side:
    """A cosine at every pixel of every frame, as the formula of a drifting grating stands."""
    turn = 2 * np.pi * np.arange(FRAMES) / FRAMES

    def frames(u: np.ndarray, frequency: float, phase: float, seen: float) -> np.ndarray:
        angle = 2 * np.pi * frequency * u.ravel() - np.radians(phase)
        return seen * np.cos(angle.astype(np.float32) - turn[:, None].astype(np.float32))

    return _by_grating(ranges, frames)


def mixing_side(ranges: list[np.ndarray]) -> Side:
    """Each frame mixed of a cosine and a sine grating, by one matrix product."""
    turn = 2 * np.pi * np.arange(FRAMES) / FRAMES

    def frames(u: np.ndarray, frequency: float, phase: float, seen: float) -> np.ndarray:
        angle = 2 * np.pi * frequency * u.ravel()
        pair = seen * np.stack([np.cos(angle), np.sin(angle)]).astype(np.float32)
        start = turn + np.radians(phase)
        return np.stack([np.cos(start), np.sin(start)], axis=1).astype(np.float32) @ pair

    return _by_grating(ranges, frames)


def _by_grating(ranges: list[np.ndarray], frames: Callable[..., np.ndarray]) -> Side:
    """Answer grating after grating with two Gabors, squared and added."""
    pair = np.stack([gabor(0), gabor(90)], axis=1).astype(np.float32)
    wave = np.exp(-2j * np.pi * np.arange(FRAMES) / FRAMES) * (2 / FRAMES)

    def run() -> np.ndarray:
        found = np.empty((2, *(len(r) for r in ranges)))
        for i, orientation in enumerate(ranges[0]):
            u = across(orientation)
            turned = math.radians(orientation - 90)
            for j, frequency in enumerate(ranges[1]):
                seen = np.sinc(frequency * math.cos(turned) * SCREEN.pixel)
                seen *= np.sinc(frequency * math.sin(turned) * SCREEN.pixel)
                for k, phase in enumerate(ranges[2]):
                    answers = np.square(frames(u, frequency, phase, seen) @ pair).sum(axis=1)
                    found[:, i, j, k] = answers.mean(), abs(wave @ answers)
        return found

    return Side(run)
