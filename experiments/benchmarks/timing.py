"""Two sides timed in turn, in a process of their own: medians, their ratio, and the floor."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

PAUSE = 0.1  # seconds before each turn: thread pools spin after their work and would disturb
LEAST = 0.005  # seconds that a turn's counted runs take together, where `Benchmark.warms`
BUDGET = 30.0  # seconds after which no further round is begun
FEWEST = 3  # rounds, however long they take


@dataclass(frozen=True)
class Side:
    """One side of a benchmark, built and ready to run.

    Attributes
    ----------
    run : one whole run; returns its answer, an array that must be that of all sides that have
        one, or None
    compiling : seconds that this model's code took to generate and compile; None: none is
    measured : the amount that the last run took, where that is not its wall time in seconds
    """

    run: Callable[[], Any]
    compiling: float | None = None
    measured: Callable[[], float] | None = None


@dataclass(frozen=True)
class Floor:
    """The amount below which no program gets on this machine, and why."""

    amount: float
    reason: str


@dataclass(frozen=True)
class Benchmark:
    """What is measured, and what with.

    Attributes
    ----------
    title : what every side does, in a few words
    ours, peers : what builds each side; a peer's builder imports the peer
    floor : measures this machine's; None where there is no floor to name
    tolerance : by which answers may differ, relative to their largest value
    rounds : how many turns each side gets, if they fit into the `BUDGET`
    warms : whether each turn begins with a run that does not count, and short runs are repeated, so
        that what counts is a run in a loop: a rest leaves cold caches and slow processors
    builds : whether ours builds a circuit, so that its first run is worth a column
    unit, scale : of the measured amounts: shown is amount · scale
    """

    title: str
    ours: Callable[[], Side]
    peers: Mapping[str, Callable[[], Side]]
    floor: Callable[[], Floor] | None = None
    tolerance: float = 1e-4
    rounds: int = 15
    warms: bool = True
    builds: bool = True
    unit: str = "ms"
    scale: float = 1e3


@dataclass(frozen=True)
class Row:
    """Our side beside one peer's; amounts in the benchmark's unit, `compiling` in seconds.

    Attributes
    ----------
    ours, theirs : medians over the rounds
    ratios : theirs / ours, round by round
    first : what building our circuit anew and running it once takes, all kernels compiled
    """

    title: str
    peer: str
    unit: str
    ours: float
    theirs: float
    ratios: tuple[float, ...]
    first: float | None
    compiling: float | None
    floor: float | None
    reason: str

    @property
    def ratio(self) -> float:
        """How many times ours the peer takes: the median of the rounds' ratios."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The quartiles of the ratio from round to round."""
        low, high = np.quantile(self.ratios, [0.25, 0.75])
        return float(low), float(high)


def load(name: str) -> Any:
    """Import a peer by name, so that one which is absent costs only its own rows."""
    return import_module(name)


def amount(side: Side) -> float:
    """Run one side once and return what it took."""
    begin = time.perf_counter()
    side.run()
    elapsed = time.perf_counter() - begin
    return side.measured() if side.measured else elapsed


def warm_amount(side: Side) -> float:
    """Return what a run takes after a first one, on average over as many as last a while."""
    first = amount(side)
    runs = max(1, math.ceil(LEAST / first))
    return sum(amount(side) for _ in range(runs)) / runs


def difference(one: Any, other: Any) -> float:
    """Return the largest difference of two answers, relative to the larger one's largest value."""
    one, other = np.asarray(one, float), np.asarray(other, float)
    if one.shape != other.shape:
        return np.inf
    # NumPy's max, as Python's may pass over NaN.
    largest = np.max([np.abs(one).max(initial=0), np.abs(other).max(initial=0)])
    return float(np.abs(one - other).max(initial=0) / largest) if largest else 0.0


def compare(benchmark: Benchmark, peer: str) -> Row:
    """Time our side and one peer's in turn.

    Raises
    ------
    ImportError
        The peer is not installed.
    ValueError
        The two sides' answers differ.
    """
    theirs = benchmark.peers[peer]()
    benchmark.ours().run()  # the process's own first call: kernels are linked
    begin = time.perf_counter()
    ours = benchmark.ours()
    answer = ours.run()
    first = time.perf_counter() - begin
    answers = (answer, theirs.run())
    compared = all(one is not None for one in answers)
    if compared and not difference(*answers) <= benchmark.tolerance:
        raise ValueError(f"the answers differ by {difference(*answers):.1e} of their largest value")
    turns: tuple[list[float], list[float]] = ([], [])
    begin = time.perf_counter()
    for done in range(benchmark.rounds):
        if done >= FEWEST and time.perf_counter() - begin > BUDGET:
            break
        for side, amounts in zip((ours, theirs), turns, strict=True):
            time.sleep(PAUSE)
            amounts.append(warm_amount(side) if benchmark.warms else amount(side))
    floor = benchmark.floor() if benchmark.floor else None
    scale = benchmark.scale
    return Row(
        benchmark.title, peer, benchmark.unit,
        statistics.median(turns[0]) * scale, statistics.median(turns[1]) * scale,
        tuple(b / a for a, b in zip(*turns, strict=True)),
        first * scale if benchmark.builds else None, theirs.compiling,
        floor.amount * scale if floor else None, floor.reason if floor else "",
    )  # fmt: skip
