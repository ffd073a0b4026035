"""What becomes of a computation when its hardware fails: neurons silenced, or noisy.

The specification stays as it is; each implementation is held against it as before, and keeps a
share of its answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from ..circuit import Circuit
from ..description import depth_of, undelayed
from ..errors import InputError
from ..progress import progress
from ..sources import Source
from ..tables import html_table, text_table
from ..timing import real, whole
from ..wording import short
from .agreement import key
from .computation import Case, Computation
from .implementation import Fault, Implementation, has_noise

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .levels import Marr

MOST = 1 << 20  # repeats or cases
MOST_GUESSES = 256  # answers of many parts, each tried against every case


@dataclass(frozen=True, eq=False)
class Curve:
    """How one implementation keeps its answers.

    Attributes
    ----------
    damage : (points,) the share of its neurons that was silenced, or the noise
    right : (points, repeats) the share of the cases that were still answered right
    """

    damage: np.ndarray
    right: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """(points,) of the repeats."""
        mean: np.ndarray = self.right.mean(axis=1)
        return mean

    @property
    def spread(self) -> tuple[np.ndarray, np.ndarray]:
        """(points,) twice: the worst and the best repeat."""
        return self.right.min(axis=1), self.right.max(axis=1)


@dataclass(frozen=True, eq=False)
class Degradation:
    """The curves of all implementations; prints as a table, and draws itself.

    Attributes
    ----------
    name : of the `Marr`
    damage : what was done, with its unit, for an axis
    curves : by the implementations' names
    cases : how many were tried
    guessed : the share that is right if the commonest answer is always given
    """

    name: str
    damage: str
    curves: dict[str, Curve]
    cases: int
    guessed: float

    @property
    def header(self) -> tuple[str, ...]:
        """Of the table's columns."""
        return "circuit", self.damage, "right", "worst", "best"

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Of the table: a row for each circuit and damage; shares of the cases."""
        rows: list[tuple[Any, ...]] = []
        for name, curve in self.curves.items():
            columns = (curve.damage, curve.mean, *curve.spread)
            rows += [(name, *map(float, values)) for values in zip(*columns, strict=True)]
        return rows

    def plot(self, ax: Axes | None = None, *, legend: bool = True) -> Axes:
        """Draw a curve for each circuit, a band from its worst repeat to its best.

        Parameters
        ----------
        ax
            Axes to draw into; left out, those of a new figure.
        legend
            Whether the circuits are named.
        """
        from .drawing import plot_degradation

        return plot_degradation(self, ax, legend=legend)

    def __str__(self) -> str:
        rows = [(row[0], *(f"{value:.3g}" for value in row[1:])) for row in self.rows]
        told = f"{self.name}: share of {self.cases} cases answered right"
        return f"{told}\n{text_table(self.header, rows)}"

    def _repr_html_(self) -> str:
        return html_table(self.header, self.rows)


def lesion(
    marr: Marr, shares: Sequence[float], *, repeats: int = 20, cases: int = 256, seed: int = 0
) -> Degradation:
    """Do what `Marr.lesion` says."""
    silenced = _numbers(marr, "lesion(): shares", shares, 1.0)
    trial = _Trial(marr, "lesion", repeats, cases, seed)
    curves = {}
    for name, implementation in marr.implementations.items():
        circuit = implementation.circuit
        places = _places(circuit)
        counts = np.unique(np.round(silenced * places.size).astype(int))
        right = np.empty((len(counts), trial.repeats))
        known: dict[bytes, float] = {}  # few sets are possible of few neurons
        for i, count in enumerate(trial.shown(counts.tolist(), name)):
            rng = trial.rng(i)
            for j, chosen in enumerate(_choices(places, count, trial.repeats, rng)):
                which = chosen.tobytes()
                if implementation.is_random or which not in known:
                    lesioned = circuit.without(Source(circuit, chosen)) if count else circuit
                    tried = implementation.changed(lesioned).seeded(trial.seed + j)
                    known[which] = trial.share(tried.answers(trial.cases))
                right[i, j] = known[which]
        curves[name] = Curve(counts / max(1, places.size), right)
    return trial.degradation("silenced (share of the neurons)", curves)


def noise(
    marr: Marr, deviations: Sequence[float], *, repeats: int = 20, cases: int = 256, seed: int = 0
) -> Degradation:
    """Do what `Marr.noise` says."""
    given = _numbers(marr, "noise(): deviations", deviations, np.inf)
    trial = _Trial(marr, "noise", repeats, cases, seed)
    steps = {name: _steps(marr, i) for name, i in marr.implementations.items()}
    curves = {}
    for name, implementation in marr.implementations.items():
        right = np.empty((len(given), trial.repeats))
        for i, deviation in enumerate(trial.shown(given.tolist(), name)):
            noisy = implementation.changed(_with_noise(implementation.circuit, deviation))
            stream = int(trial.rng(i).integers(2**63))
            repeats = trial.repeats if has_noise(noisy.circuit) else 1
            repeated = [case for case in trial.cases for _ in range(repeats)]
            answers = noisy.settled(repeated, steps[name], stream)
            right[i] = [trial.share(answers[k::repeats]) for k in range(repeats)]
        curves[name] = Curve(given, right)
    return trial.degradation("noise (standard deviation of u)", curves)


class _Trial:
    """The cases on which all circuits are tried, and what is right of them."""

    def __init__(self, marr: Marr, what: str, repeats: int, cases: int, seed: int):
        if not marr.implementations:
            raise InputError(f"{marr} has no implementation to damage: implementations=[…]")
        self.marr = marr
        self.computation: Computation = marr.computation
        self.repeats = whole(repeats, f"{what}(): repeats", 1, MOST)
        self.seed = whole(seed, f"{what}(): seed", 0, 2**64)
        most = whole(cases, f"{what}(): cases", 1, MOST)
        self.cases: list[Case] = marr.computation.space.some(most, self.seed)
        self.expected = [marr.computation.answer(case) for case in self.cases]

    def share(self, answers: Sequence[Any]) -> float:
        """Return which part of the cases was answered right."""
        return sum(
            not isinstance(answer, Fault) and self.computation.agrees(expected, answer)
            for expected, answer in zip(self.expected, answers, strict=True)
        ) / len(self.cases)

    def rng(self, *which: int) -> np.random.Generator:
        """Return the generator of one point, or repeat: the same whatever else is run."""
        return np.random.default_rng([self.seed, *which])

    def shown(self, points: list[Any], name: str) -> Any:
        return progress(points, f"{self.marr.name}: {name}")

    def degradation(self, damage: str, curves: dict[str, Curve]) -> Degradation:
        return Degradation(self.marr.name, damage, curves, len(self.cases), self._guessed())

    def _guessed(self) -> float:
        """Return which part of the cases the answer gets right that is right most often."""
        tolerance, count = self.computation.tolerance, len(self.expected)
        if not tolerance:
            return max(Counter(map(key, self.expected)).values()) / count
        if all(isinstance(answer, Real) for answer in self.expected):
            values = np.sort(np.array(self.expected, dtype=float))
            upto = np.searchsorted(values, values + tolerance, side="right")
            return float((upto - np.searchsorted(values, values - tolerance)).max()) / count
        different = list({key(answer): answer for answer in self.expected}.values())
        return max(self.share([answer] * count) for answer in different[:MOST_GUESSES])


def _places(circuit: Circuit) -> np.ndarray:
    """Return the places of a circuit's neurons."""
    found = [p.index.ravel() for p in circuit.neuron_populations]
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def _choices(
    places: np.ndarray, count: int, repeats: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Yield sets of so many places; single ones without repetition, as far as there are."""
    singles = rng.permutation(places)
    for turn in range(repeats):
        if count == 1:
            yield singles[turn % len(singles) :][:1]
        else:
            yield np.sort(rng.choice(places, count, replace=False))


def _with_noise(circuit: Circuit, deviation: float) -> Circuit:
    """Return a copy whose neurons have noise besides their own; variances add."""
    changes = {
        p.name: {"noise": np.hypot(p.neurons.noise, deviation)}
        for p in circuit.neuron_populations
        if p.neurons is not None
    }
    return circuit.with_parameters(**changes) if deviation else circuit


def _steps(marr: Marr, implementation: Implementation) -> int:
    """Return after how many steps a circuit that is called has answered, when it runs instead."""
    if implementation.steps is not None:
        return implementation.steps
    circuit = implementation.circuit
    slow = [p.name for p in circuit.neuron_populations if p.neurons and np.any(_tau(p.neurons))]
    if slow or undelayed(circuit)[1].any():
        why = f"neuron {slow[0]!r} has a time constant" if slow else "it has delays"
        raise InputError(
            f"{marr}, {implementation}: noise runs it in time, and {why}; say how long it runs: "
            "Implementation(…, duration=…, dt=…)"
        )
    return depth_of(circuit) or 1


def _tau(neurons: Any) -> Any:
    return getattr(neurons, "tau", 0.0)


def _numbers(marr: Marr, what: str, given: Any, most: float) -> np.ndarray:
    values = given if isinstance(given, Sequence | np.ndarray) else [given]
    try:
        numbers = [real(value) for value in values]
    except (TypeError, ValueError):
        numbers = [np.nan]
    good = len(numbers) and all(0 <= n <= most and n < np.inf for n in numbers)
    if isinstance(given, str) or not good:
        upto = f" to {most:g}" if most < np.inf else ", finite"
        raise InputError(
            f"{marr}, {what} must be one or more numbers from 0{upto} (got {short(given)})"
        )
    return np.array(numbers)
