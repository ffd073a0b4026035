"""Retina to LGN on a movie of 512 × 512: kernels in space and time, ON and OFF, normalization.

Each frame is weighted over the last six by a biphasic kernel and over space by a difference of
Gaussians, then rectified for either sign.  With normalization each relay cell is divided by the
local RMS of two frames ago: so long do the pool's neurons take.

The peers do as pyLGN does (Mobarhan et al. 2018): the whole stimulus is transformed in space and
time, multiplied with the kernel's transform, and transformed back; the transform of the kernel is
not timed.  All sides wrap the image at its borders.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from scipy import fft

from circuits.lgn import sheets
from circuits.retina import (
    Biphasic,
    DifferenceOfGaussians,
    ganglion_cells,
    gaussian,
    tapped_delay_line,
)
from neurosim import Circuit, Movie

from .floors import multiply_add_rate, threads
from .timing import Benchmark, Floor, Side

PIXEL = 0.2  # degrees
FRAME = 1 / 60  # seconds, of a frame and of the taps
POOL, SEMI_SATURATION = 2.0, 0.1  # degrees; RMS
LATE = {False: 2, True: 3}  # steps by which an answer comes later than its frame
POOL_LATE = 2  # steps by which the pool comes later than the cells that it divides


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmarks, smaller where `quick`."""
    count, side = (8, 64) if quick else (32, 512)
    generator = np.random.default_rng(0)
    frames = generator.standard_normal((count + max(LATE.values()), side, side), dtype=np.float32)
    return [
        Benchmark(
            f"Retina → LGN{', normalized' * normalized}, a frame of {side} × {side}",
            ours=partial(our_side, frames, count, normalized),
            peers={
                "NumPy, FFT of all (pyLGN's way)": partial(numpy_side, frames, count, normalized),
                "SciPy, FFT of all, real, both cores": partial(
                    scipy_side, frames, count, normalized
                ),
            },
            floor=partial(floor, frames, count, normalized),
            rounds=5,
            scale=1e3 / count,
        )
        for normalized in (False, True)
    ]


def floor(frames: np.ndarray, count: int, normalized: bool) -> Floor:
    """Return the time of the multiplications: taps, and each kernel's rows and columns."""
    field = DifferenceOfGaussians()
    kernels = [*field.kernels(PIXEL), *([gaussian(POOL, PIXEL)] if normalized else [])]
    each = len(taps()) + sum(2 * len(kernel) for kernel in kernels)
    rate = multiply_add_rate()
    pixels = frames[0].size
    reason = f"{pixels:,} pixels × {each} multiply–adds at {rate / 1e9:.0f}/ns"
    return Floor(count * pixels * each / rate, reason)


def taps() -> np.ndarray:
    """Return the temporal kernel's weights, of the present frame first."""
    kernel = Biphasic()
    count = int(np.ceil(2 * kernel.duration / FRAME))
    return np.diff(kernel.step(np.arange(count + 1) * FRAME))


def our_side(frames: np.ndarray, count: int, normalized: bool) -> Side:
    """Compose the circuit, as a user would; answers (frames, ON and OFF, rows, columns)."""
    shape = frames.shape[1:]
    circuit = Circuit("retina to lgn")
    image = circuit.inputs("image", shape=shape, real=True)
    seen = tapped_delay_line(shape, tap=FRAME)(image)
    options: dict[str, Any] = {"pixel": PIXEL, "border": "wrap"}
    cells = (
        sheets(shape, pool=POOL, semi_saturation=SEMI_SATURATION, **options)
        if normalized
        else ganglion_cells(shape, **options)
    )
    for name, cell in zip(("on", "off"), cells(seen), strict=True):
        circuit.output(cell, name)
    late = LATE[normalized]
    movie = Movie.of(frames, FRAME)

    def run() -> np.ndarray:
        record = circuit.simulate(movie, steps=count + late, dt=FRAME, dtype="float32")
        return np.stack([record["on"][0, late:], record["off"][0, late:]], axis=1)

    return Side(run)


def numpy_side(frames: np.ndarray, count: int, normalized: bool) -> Side:
    """Complex transforms of the whole stimulus, on one core."""
    padded = count + len(taps()) - 1  # or the end would reach round to the beginning
    kernel = np.fft.fftn(_field(frames.shape[1:], padded))

    def linear() -> np.ndarray:
        stimulus = np.fft.fftn(frames[:count], (padded, *frames.shape[1:]), axes=(0, 1, 2))
        return np.fft.ifftn(stimulus * kernel).real[:count]

    return _cells(linear, frames.shape[1:], normalized)


def scipy_side(frames: np.ndarray, count: int, normalized: bool) -> Side:
    """Real transforms in float32, on all cores."""
    padded = fft.next_fast_len(count + len(taps()) - 1, real=True)
    shape = (padded, *frames.shape[1:])
    kernel = fft.rfftn(_field(frames.shape[1:], padded).astype(np.float32))

    def linear() -> np.ndarray:
        stimulus = fft.rfftn(frames[:count], shape, workers=threads())
        stimulus *= kernel
        found: np.ndarray = fft.irfftn(stimulus, shape, workers=threads(), overwrite_x=True)
        return found[:count]

    return _cells(linear, frames.shape[1:], normalized)


def _field(shape: tuple[int, ...], padded: int) -> np.ndarray:
    """Return the kernel in space and time around the first pixel, (frames, rows, columns)."""
    center, surround = DifferenceOfGaussians().kernels(PIXEL)
    field = np.zeros((padded, *shape))
    space = _around_first(center, shape) - _around_first(surround, shape)
    weights = taps()
    field[: len(weights)] = weights[:, None, None] * space
    return field


def _around_first(kernel: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return a kernel's weights around the first pixel, the sheet's borders joined."""
    sheet = np.zeros(shape)
    rows, columns = (np.arange(n) - n // 2 for n in kernel.shape)
    np.add.at(sheet, (rows[:, None] % shape[0], columns[None] % shape[1]), kernel)
    return sheet


def _cells(linear: Any, shape: tuple[int, ...], normalized: bool) -> Side:
    """Rectify what the linear cells answer, and divide by the local RMS."""
    pool = fft.rfftn(_around_first(gaussian(POOL, PIXEL), shape).astype(np.float32))

    def run() -> np.ndarray:
        answers = linear()
        if normalized:
            energy = fft.rfftn(np.square(answers), axes=(1, 2), workers=threads())
            pooled = fft.irfftn(energy * pool, shape, axes=(1, 2), workers=threads())
            divisor = np.full_like(answers, SEMI_SATURATION)  # the pool is silent at first
            divisor[POOL_LATE:] += np.sqrt(np.maximum(pooled[:-POOL_LATE], 0))
            answers = answers / divisor
        return np.stack([np.maximum(answers, 0), np.maximum(-answers, 0)], axis=1)

    return Side(run)
