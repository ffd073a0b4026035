"""What this machine can do at best, measured: bytes read, multiplications, values gathered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic

from neurosim.kernels.vectors import BYTES, WIDE, Writer

REORDER = {"reassoc", "contract", "arcp", "nsz"}  # so that a sum uses vector registers
FLAGS = {"nogil": True, "error_model": "numpy"}

SECONDS = 1.0  # that each rate is measured for: others may share the cores
SUMS = 24 if WIDE else 5  # vectors that are added to side by side, all in registers


@numba.njit(**FLAGS, fastmath=REORDER)
def _read(values: np.ndarray, rounds: int) -> np.float32:
    """Add up all values, again and again."""
    total = np.float32(0)
    for _ in range(rounds):
        for i in range(values.size):
            total += values[i]
    return total


@intrinsic
def _multiply_adds(typing: Any, factor: Any, rounds: Any, out: Any) -> Any:
    """Multiply `SUMS` vectors by a factor and add it, again and again; write their sum."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        factor, rounds, out = arguments
        write = Writer(context, builder, signature.args[0])
        spread = write.spread(factor, write.lanes)
        begun = [write.zeros(write.lanes)] * SUMS
        sums = write.loop(
            0, rounds, 1, begun, lambda _, totals: [write.add(spread, t, spread) for t in totals]
        )
        total = sums[0]
        for vector in sums[1:]:
            total = builder.fadd(total, vector)
        write.store(write.folded(total), write.start(signature.args[2], out, 0), 0, 1)
        return context.get_dummy_value()

    return types.none(factor, rounds, out), generate


@numba.njit(**FLAGS)
def _multiply_add(factor: np.float32, rounds: int, out: np.ndarray) -> None:
    """As `_multiply_adds`; nothing is read or written meanwhile."""
    _multiply_adds(factor, rounds, out)


@numba.njit(**FLAGS)
def _gather(values: np.ndarray, places: np.ndarray, rounds: int) -> np.float32:
    """Add up the values at the places; unsigned places, which need no check for the sign."""
    one, four = np.uintp(1), np.uintp(4)
    a = b = c = d = np.float32(0)
    for _ in range(rounds):
        k = np.uintp(0)
        end = np.uintp(places.size) // four * four
        while k < end:
            a += values[places[k]]
            b += values[places[k + one]]
            c += values[places[k + one + one]]
            d += values[places[k + one + one + one]]
            k += four
    return a + b + c + d


def threads() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def read_rate(nbytes: float) -> float:
    """Return bytes a second at which a float32 array of this size, split over threads, is read."""
    parts = np.array_split(np.ones(int(nbytes) // 4, dtype=np.float32), threads())
    rounds = max(1, int(2e8 / max(nbytes, 1)))
    return nbytes * rounds / _fastest([partial(_read, part, rounds) for part in parts])


def multiply_add_rate() -> float:
    """Return float32 multiply–adds a second, over all threads."""
    rounds = 1_000_000
    outs = [np.empty(1, dtype=np.float32) for _ in range(threads())]
    work = [partial(_multiply_add, np.float32(0.5), rounds, out) for out in outs]
    return threads() * rounds * SUMS * (BYTES // 4) / _fastest(work)


def gather_rate(sources: int) -> float:
    """Return values a second read at random places of `sources` float32 values, all threads."""
    count, rounds = 100_000, 50
    generator = np.random.default_rng(0)
    values = np.ones(sources, dtype=np.float32)
    places = generator.integers(sources, size=(threads(), count), dtype=np.uint32)
    work = [partial(_gather, values, part, rounds) for part in places]
    return threads() * count * rounds / _fastest(work)


def _fastest(work: Sequence[Callable[[], object]]) -> float:
    """Return the least time in seconds in which one thread for each item does all of them."""
    work[0]()  # compiles
    best = np.inf
    with ThreadPoolExecutor(len(work)) as pool:
        stop = time.perf_counter() + SECONDS
        while time.perf_counter() < stop:
            begin = time.perf_counter()
            for future in [pool.submit(item) for item in work]:
                future.result()
            best = min(best, time.perf_counter() - begin)
    return float(best)
