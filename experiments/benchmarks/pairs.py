"""Which pairs there are to time, each in a process of its own.

Thread pools of several libraries in one process would disturb each other's timing, and a peer that
dies takes only its own row with it.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module

from .timing import Benchmark, Row, compare

NAMES = (
    "rate_network", "trials", "few_neurons", "sparse_network", "adder", "words", "crossover",
    "dog_sheets", "lgn_movie", "tuning", "reverse_correlation", "least_squares", "perceptron",
    "delta_rule", "plastic", "cognitron", "mlp", "sheet_cnn", "sheet_lstm", "residual_network",
    "exclusive_or", "convolution_layers", "recurrent", "training_memory", "start",
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """One row to be: which of a module's benchmarks, beside which peer."""

    module: str
    number: int
    title: str
    peer: str
    quick: bool


@dataclass(frozen=True)
class Missing:
    """Why a pair has no row; `failed`: unlike a peer that is not installed, this is an error."""

    reason: str
    failed: bool


def pairs(names: Sequence[str], quick: bool) -> Iterator[Pair]:
    """Yield every pair that the benchmarks of the modules in `NAMES` have, in order."""
    for name in names:
        for number, benchmark in enumerate(_benchmarks(name, quick)):
            for peer in benchmark.peers:
                yield Pair(name, number, benchmark.title, peer, quick)


def measure(pair: Pair) -> Row | Missing:
    """Return the pair's row, measured in a new process, or why there is none."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(_measure_here, pair).result()
        except ModuleNotFoundError as error:
            return Missing(f"{error.name} is not installed", failed=False)
        except Exception as error:  # whatever one side dies of
            line = str(error).strip().partition("\n")[0]
            return Missing(f"{type(error).__name__}: {line}", failed=True)


def _measure_here(pair: Pair) -> Row:
    with tempfile.TemporaryDirectory(prefix="benchmark", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir = folder  # what the peers generate is gone afterwards
        return compare(_benchmarks(pair.module, pair.quick)[pair.number], pair.peer)


def _benchmarks(name: str, quick: bool) -> list[Benchmark]:
    made: list[Benchmark] = import_module(f".{name}", __package__).benchmarks(quick)
    return made
