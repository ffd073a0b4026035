"""What this machine can do at best, measured: bytes read, multiplications, values gathered."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numba
import numpy as np

REORDER = {"reassoc", "contract", "arcp", "nsz"}  # so that a sum uses vector registers
FLAGS = {"nogil": True, "error_model": "numpy"}

SECONDS = 1.0  # that each rate is measured for: others may share the cores
TERMS = 16  # multiply–adds for each value read and written, so that memory does not count


@numba.njit(**FLAGS, fastmath=REORDER)
def _read(values: np.ndarray, rounds: int) -> np.float32:
    """Add up all values, again and again."""
    total = np.float32(0)
    for _ in range(rounds):
        for i in range(values.size):
            total += values[i]
    return total


@numba.njit(**FLAGS, fastmath={"contract"})
def _multiply_add(values: np.ndarray, out: np.ndarray, rounds: int) -> None:
    """Take a polynomial of degree `TERMS` of every value, again and again."""
    for _ in range(rounds):
        for i in range(values.size):
            x = values[i]
            y = x
            for _ in range(TERMS):
                y = y * x + np.float32(0.5)
            out[i] = y


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
    size, rounds = 1024, 5_000
    values = np.linspace(0, 0.5, size, dtype=np.float32)
    outs = [np.empty_like(values) for _ in range(threads())]
    work = [partial(_multiply_add, values, out, rounds) for out in outs]
    return threads() * size * rounds * TERMS / _fastest(work)


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
