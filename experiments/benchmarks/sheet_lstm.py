"""The sheet's recurrent network in training."""

from __future__ import annotations

import numpy as np

from neurosim.networks import LSTM, Dense, Embedding, Input, Sequential

from .timing import Benchmark
from .training import Task, benchmark, compiled


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer samples where `quick`."""
    task = words(np.random.default_rng(0), 64 if quick else 320)
    return [benchmark("embedding and LSTM(128), T = 80, batch 32", task, "lstm", ())]


def words(generator: np.random.Generator, count: int) -> Task:
    """Return the sheet's recurrent network, without its dropout, and random words."""
    layers = [Embedding(20_000, 128), LSTM(128), Dense(1, "sigmoid")]
    return Task(
        lambda: compiled(
            Sequential([Input((80,), dtype="int64"), *layers], seed=0), "binary_crossentropy"
        ),
        generator.integers(0, 20_000, (count, 80)),
        generator.integers(0, 2, count),
        32,
        80 * 256 * 512,
    )
