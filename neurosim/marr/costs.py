"""What each level costs, in its own terms: cases and axioms, steps, neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..circuit import Circuit
from ..description import depth_of, number_text, synapses_of, undelayed
from ..patterns import input_bits
from ..tables import html_table, text_table
from .algorithm import Algorithm, AlgorithmError
from .domains import Space
from .implementation import Implementation, has_noise

if TYPE_CHECKING:
    from .levels import Marr

CASES = 256  # on which an algorithm's steps are counted, all where there are no more
SLOW_BITS = 12  # input bits up to which margins and ticks are searched for


@dataclass(frozen=True)
class AlgorithmCost:
    """What an algorithm costs.

    Attributes
    ----------
    steps : the most that a case took; 0 where none came to an answer
    mean_steps : of all cases that were tried
    cases : how many these were
    """

    steps: int
    mean_steps: float
    cases: int


@dataclass(frozen=True)
class CircuitCost:
    """What a circuit costs.

    Attributes
    ----------
    units : neurons
    synapses : weights that are not 0
    depth : the most neurons that a signal passes; None in a recurrent circuit
    weights : the smallest and the largest that is not 0, in absolute value; None without any
    ticks : steps until the answer is right for good: of the slowest input pattern where all can
        be tried, the steps of its run where it runs in time, else its depth and delays
    margin : the relative change of all thresholds and weights at once that is harmless (see
        `Circuit.margins`); None where it cannot be searched for
    """

    units: int
    synapses: int
    depth: int | None
    weights: tuple[float, float] | None
    ticks: int | None
    margin: float | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """The levels' costs; prints as a table.

    Attributes
    ----------
    name : of the `Marr`
    cases : of the computation; None for infinitely many
    axioms : how many it has
    algorithms, implementations : the costs, by name
    """

    name: str
    cases: int | None
    axioms: int
    algorithms: dict[str, AlgorithmCost]
    implementations: dict[str, CircuitCost]

    @property
    def header(self) -> tuple[str, ...]:
        """Of the table's columns."""
        return (
            "level", "name", "cases", "axioms", "steps", "units", "synapses", "depth", "weights",
            "ticks", "margin",
        )  # fmt: skip

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """Of the table: what a level does not have is empty."""
        cases: Any = "infinitely many" if self.cases is None else self.cases
        rows: list[tuple[Any, ...]] = [
            ("computation", self.name, cases, self.axioms, *[""] * 7),
        ]
        for name, cost in self.algorithms.items():
            rows.append(("algorithm", name, "", "", cost.steps if cost.cases else "", *[""] * 6))
        for name, circuit in self.implementations.items():
            weights = "" if circuit.weights is None else _range_text(*circuit.weights)
            rest = (circuit.units, circuit.synapses, circuit.depth, weights, circuit.ticks)
            margin = "" if circuit.margin is None else f"{circuit.margin:.3g}"
            rows.append(
                ("circuit", name, *[""] * 3, *("" if r is None else r for r in rest), margin)
            )
        return rows

    def __str__(self) -> str:
        return text_table(self.header, self.rows)

    def _repr_html_(self) -> str:
        return html_table(self.header, self.rows)


def compare(marr: Marr) -> Comparison:
    """Do what `Marr.compare` says."""
    space = marr.computation.space
    return Comparison(
        marr.computation.name,
        space.size,
        len(marr.computation.axioms),
        {name: _of_algorithm(a, space) for name, a in marr.algorithms.items()},
        {name: _of_circuit(i) for name, i in marr.implementations.items()},
    )


def _of_algorithm(algorithm: Algorithm, space: Space) -> AlgorithmCost:
    counts = []
    for case in space.some(CASES):
        try:
            counts.append(algorithm.run(case)[1])
        except AlgorithmError:  # `check` says so; a run that comes to nothing has no cost
            continue
    if not counts:
        return AlgorithmCost(0, 0.0, 0)
    return AlgorithmCost(max(counts), float(np.mean(counts)), len(counts))


def _of_circuit(implementation: Implementation) -> CircuitCost:
    circuit = implementation.circuit
    weights = [np.abs(p.connection.weights).ravel() for p in circuit.projections]
    heard = np.concatenate([np.zeros(0), *weights])
    heard = heard[heard > 0]
    small = _is_small(circuit)
    return CircuitCost(
        sum(p.size for p in circuit.neuron_populations),
        sum(synapses_of(circuit, p) for p in circuit.projections),
        depth_of(circuit),
        (float(heard.min()), float(heard.max())) if heard.size else None,
        _ticks(implementation, small),
        circuit.margins().together if small and not implementation.runs_in_time else None,
    )


def _is_small(circuit: Circuit) -> bool:
    """Return whether a circuit is binary, and of so few inputs that every pattern is tried."""
    if not circuit.is_binary or not all(map(circuit.takes_binary, circuit.input_populations)):
        return False
    return input_bits(circuit) <= SLOW_BITS


def _ticks(implementation: Implementation, small: bool) -> int | None:
    if implementation.runs_in_time:
        return implementation.steps
    circuit = implementation.circuit
    if small and not has_noise(circuit):
        return circuit.settling_time(dt=implementation.dt).steps
    depth = depth_of(circuit)
    if depth is None:
        return None
    _, seconds = undelayed(circuit)
    return depth + round(float(seconds.max(initial=0.0)) / implementation.dt)


def _range_text(low: float, high: float) -> str:
    return number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"
