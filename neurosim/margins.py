"""Safety margins: how far thresholds and weights may move before a truth table breaks.

Each neuron's decision is E − S ≥ θ·(σ + D) on every input pattern.  Moving one number shifts the
decision of single patterns, one after the other; between those points nothing changes.  So the
table is computed anew once for every such point, outwards, until an output is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .calls import evaluate_places
from .connections import Sparse
from .errors import InputError
from .patterns import enumerated, input_bits
from .populations import VETO, Population
from .sources import Source

if TYPE_CHECKING:
    from .circuit import Circuit

MARGIN_BITS = 16  # input bits up to which every pattern is tried


@dataclass(frozen=True)
class Interval:
    """Where one number may lie, everything else as it is; `low_open` leaves `low` itself out."""

    low: float
    high: float
    low_open: bool
    high_open: bool

    def __contains__(self, value: float) -> bool:
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self) -> str:
        left = "(" if self.low_open or math.isinf(self.low) else "["
        right = ")" if self.high_open or math.isinf(self.high) else "]"
        return f"{left}{_told(self.low)}, {_told(self.high)}{right}"


@dataclass(frozen=True)
class Margin:
    """One threshold or weight, its value, and where it may lie.

    Attributes
    ----------
    neuron : the neuron's name
    parameter : "threshold", or the channel of a weight
    source : where a weight comes from; empty for a threshold
    """

    neuron: str
    parameter: str
    source: str
    value: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Margins:
    """The margins of a circuit of binary neurons; prints as a table.

    Attributes
    ----------
    alone : a `Margin` for each threshold and each weight, moved alone
    together : the largest relative change that all of them may make at once, in any direction:
        below it no neuron decides differently on any input pattern
    breaks_at : the smallest relative change found with which the truth table breaks (∞: none);
        where it is `together`, that is exact
    """

    circuit: str
    alone: tuple[Margin, ...]
    together: float
    breaks_at: float

    def of(self, neuron: str, parameter: str = "threshold", source: str = "") -> Interval:
        """Return the interval of one threshold, or of the weight from one source."""
        for margin in self.alone:
            if (margin.neuron, margin.parameter, margin.source) == (neuron, parameter, source):
                return margin.interval
        raise InputError(f"no margin of {parameter} of {neuron!r} from {source!r}")

    def __str__(self) -> str:
        rows = [("neuron", "number", "value", "may lie in")]
        rows += [
            (
                m.neuron,
                m.parameter + (f" from {m.source}" if m.source else ""),
                f"{m.value:g}",
                str(m.interval),
            )
            for m in self.alone
        ]
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        lines = [
            "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in rows
        ]
        exact = (
            ""
            if self.breaks_at == self.together
            else f" (a change of {self.breaks_at:.4g} is known to break it)"
        )
        together = (
            f"every relative change below {self.together:.4g} is harmless"
            if self.together
            else "no change is harmless: a neuron decides exactly at its threshold"
        )
        lines.append(f"all at once: {together}{exact}")
        return "\n".join(lines)


def margins(circuit: Circuit) -> Margins:
    """Return how far each threshold and weight may move, alone and all at once.

    Raises
    ------
    InputError
        Neurons that are not binary; more than 2^16 input patterns; no output.
    CircuitError
        A recurrent circuit.
    """
    if not circuit.is_binary:
        raise InputError(f"{circuit}: margins() is for circuits of binary neurons")
    bits = input_bits(circuit)
    if bits > MARGIN_BITS:
        raise InputError(f"{circuit} has 2^{bits} input patterns; margins tries 2^{MARGIN_BITS}")
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    return _Search(circuit, bits).margins()


@dataclass(frozen=True, eq=False)
class _Weight:
    """One synapse: which projection it is in, at which row and column, and its size."""

    projection: int
    channel: str
    row: int
    column: int
    value: float
    place: int


class _Neuron:
    """One neuron's decision on every pattern: `net` = bias + E − S − θ·(σ + D) ≥ 0."""

    def __init__(
        self, population: Population, row: int, weights: list[_Weight], values: np.ndarray
    ):
        assert population.neurons is not None
        self.population, self.row, self.weights = population, row, weights

        def own(name: str) -> float:
            value = getattr(population.neurons, name)
            return float(np.broadcast_to(value, population.shape).ravel()[row])

        self.threshold = own("threshold")
        sums = {c: np.zeros(len(values)) for c in ("excite", "subtract", "divide", VETO)}
        for w in weights:
            channel = w.channel
            if channel == "drive":
                channel = "excite" if w.value >= 0 else "subtract"
            sums[channel] += abs(w.value) * values[:, w.place]
        self.excite, self.subtract = sums["excite"], sums["subtract"]
        self.pool = own("semi_saturation") + sums["divide"]
        self.divide = sums["divide"]
        self.drive = own("bias") + self.excite - self.subtract
        self.net = _clean(self.drive - self.threshold * self.pool)
        # A vetoed cell, and one whose pool is silent, answer alike whatever the weights are.
        self.free = (sums[VETO] == 0) & (self.pool > 0)
        self.fires = np.where(self.pool > 0, self.net >= 0, self.threshold <= 0) & (sums[VETO] == 0)

    def worst(self, r: np.ndarray) -> np.ndarray:
        """Return `net` when every number moves by the fraction r against the decision."""
        sign = np.where(self.fires, 1.0, -1.0)
        theta = self.threshold * (1 + np.sign(self.threshold) * sign * r)
        towards = 1 + np.sign(self.threshold) * sign * r
        pool = (self.pool - self.divide) + self.divide * towards
        bias = self.drive - self.excite + self.subtract
        return bias + self.excite * (1 - sign * r) - self.subtract * (1 + sign * r) - theta * pool

    def tolerance(self) -> np.ndarray:
        """Return for each pattern the relative change at which the decision turns, at most 1."""
        low, high = np.zeros(len(self.net)), np.ones(len(self.net))
        wrong = np.where(self.fires, -1.0, 1.0)
        holds = np.where(self.free, wrong * self.worst(high) < 0, True)
        for _ in range(60):
            middle = (low + high) / 2
            turned = wrong * self.worst(middle) > 0
            high = np.where(turned, middle, high)
            low = np.where(turned, low, middle)
        return np.where(holds, math.inf, _clean(low))


class _Search:
    def __init__(self, circuit: Circuit, bits: int):
        self.circuit = circuit
        self.arrays = enumerated(circuit, 0, 2**bits)
        self.outputs = np.concatenate([o.index.ravel() for o in circuit.outputs])
        self.values = evaluate_places(circuit, self.arrays, np.arange(circuit.size))
        self.table = self.values[:, self.outputs]
        self.neurons = list(self._neurons())

    def margins(self) -> Margins:
        alone = []
        for neuron in self.neurons:
            alone.append(self._threshold(neuron))
            alone += [self._weight(neuron, w) for w in neuron.weights if w.channel != VETO]
        together, breaks_at = self._together()
        return Margins(self.circuit.name, tuple(alone), together, breaks_at)

    def _neurons(self) -> Iterator[_Neuron]:
        for position, population in enumerate(self.circuit.populations):
            if population.neurons is None:
                continue
            weights: list[list[_Weight]] = [[] for _ in range(population.size)]
            for number, projection in enumerate(self.circuit.projections):
                if projection.target != position:
                    continue
                matrix = projection.connection.matrix(population.shape).tocoo()
                places = projection.connection.source.index.ravel()
                entries = zip(matrix.row, matrix.col, matrix.data, strict=True)
                for target, column, value in entries:
                    if value != 0:
                        weights[target].append(
                            _Weight(number, projection.channel, int(target), int(column),
                                    float(value), int(places[column]))
                        )  # fmt: skip
            for row, own in enumerate(weights):
                yield _Neuron(population, row, own, self.values)

    # ------------------------------------------------------------ one at a time

    def _threshold(self, neuron: _Neuron) -> Margin:
        """θ turns a pattern when it passes that pattern's u; between two of them lies nothing."""
        pool = np.where(neuron.pool > 0, neuron.pool, 1)
        u = np.where(neuron.pool > 0, neuron.drive / pool, 0.0)
        unvetoed = neuron.free | (neuron.pool <= 0)
        turning = np.unique(_clean(u[unvetoed]))

        def holds(theta: float) -> bool:
            return self._holds(self._with_threshold(neuron, theta))

        # It fires iff u ≥ θ: the function is one and the same for θ in (turning[k−1], turning[k]].
        low, high = self._walk(turning, neuron.threshold, holds, closed_above=True)
        return Margin(
            self._name(neuron), "threshold", "", neuron.threshold, Interval(low, high, True, False)
        )

    def _weight(self, neuron: _Neuron, weight: _Weight) -> Margin:
        """A weight turns a pattern in which its source is active when `net` passes 0."""
        slope = {"subtract": -1.0, "divide": -neuron.threshold}.get(weight.channel, 1.0)
        active = (self.values[:, weight.place] > 0) & neuron.free
        least = -math.inf if weight.channel == "drive" else 0.0
        source = self.circuit.name_of(weight.place)

        def margin(interval: Interval) -> Margin:
            return Margin(self._name(neuron), weight.channel, source, weight.value, interval)

        if slope == 0:
            return margin(Interval(least, math.inf, False, False))
        turning = np.unique(_clean(weight.value - neuron.net[active] / slope))

        def holds(value: float) -> bool:
            return self._holds(self._with_weight(neuron, weight, value))

        # net ≥ 0 fires: at a turning point itself it does, from above for a positive slope.
        low, high = self._walk(turning, weight.value, holds, closed_above=slope < 0, least=least)
        closed_low = slope > 0
        if low <= least:
            low, closed_low = least, math.isfinite(least) and holds(least)
        return margin(Interval(low, high, not closed_low, slope > 0))

    def _walk(
        self, turning: np.ndarray, value: float, holds: Any, closed_above: bool,
        least: float = -math.inf,
    ) -> tuple[float, float]:  # fmt: skip
        """Return how far down and up a value may go from stretch to stretch of equal function."""
        side: Literal["left", "right"] = "left" if closed_above else "right"
        k = int(np.searchsorted(turning, _clean(np.array(value)), side=side))
        edges = np.concatenate(([-math.inf], turning, [math.inf]))
        low, high = k, k + 1  # the value's own stretch lies between these edges
        while low > 0 and edges[low] > least and holds(max(_between(edges, low - 1), least)):
            low -= 1
        while high < len(edges) - 1 and holds(_between(edges, high)):
            high += 1
        return float(edges[low]), float(edges[high])

    # ------------------------------------------------------------ all at once

    def _together(self) -> tuple[float, float]:
        """Return the change below which no neuron turns, and one that breaks the table."""
        found: list[tuple[float, int, int]] = []
        for number, neuron in enumerate(self.neurons):
            tolerance = neuron.tolerance()
            for r in np.unique(tolerance[np.isfinite(tolerance)]):
                pattern = int(np.flatnonzero(tolerance == r)[0])
                found.append((float(r), number, pattern))
        found.sort()
        if not found:
            return math.inf, math.inf
        for r, number, pattern in found:
            if not self._holds(self._pushed(self.neurons[number], pattern, r + 1e-6)):
                return found[0][0], r
        return found[0][0], math.inf

    def _pushed(self, neuron: _Neuron, pattern: int, r: float) -> Circuit:
        """Return the circuit with one neuron's numbers all moved against one pattern's decision."""
        sign = 1.0 if neuron.fires[pattern] else -1.0
        theta = neuron.threshold
        circuit = self._with_threshold(neuron, theta * (1 + np.sign(theta) * sign * r))
        for weight in neuron.weights:
            if weight.channel == VETO:
                continue
            against = {"subtract": 1.0, "divide": np.sign(theta)}.get(weight.channel, -1.0)
            if weight.channel == "drive" and weight.value < 0:
                against = 1.0
            value = weight.value * (1 + against * sign * r)
            circuit = self._with_weight(neuron, weight, value, circuit)
        return circuit

    # ------------------------------------------------------------ changed circuits

    def _holds(self, circuit: Circuit) -> bool:
        return bool(np.array_equal(evaluate_places(circuit, self.arrays, self.outputs), self.table))

    def _with_threshold(self, neuron: _Neuron, theta: float) -> Circuit:
        population = neuron.population
        assert population.neurons is not None
        thresholds = np.broadcast_to(population.neurons.threshold, population.shape).copy()
        thresholds.ravel()[neuron.row] = theta
        return self.circuit.with_parameters(**{population.name: {"threshold": thresholds}})

    def _with_weight(
        self, neuron: _Neuron, weight: _Weight, value: float, circuit: Circuit | None = None
    ) -> Circuit:
        circuit = circuit or self.circuit
        connection = circuit.projections[weight.projection].connection
        matrix = connection.matrix(neuron.population.shape).tolil()
        matrix[weight.row, weight.column] = value
        source = Source(circuit, connection.source.index.ravel())
        changed = Sparse(source, matrix.tocsr(), neuron.population.shape)
        return circuit.with_connections({weight.projection: changed})

    def _name(self, neuron: _Neuron) -> str:
        return self.circuit.name_of(neuron.population.start + neuron.row)


def _between(edges: np.ndarray, k: int) -> float:
    """Return a number inside the stretch from edge k to edge k + 1."""
    low, high = edges[k], edges[k + 1]
    if math.isinf(low) and math.isinf(high):
        return 0.0
    if math.isinf(low):
        return float(high - 1)
    return float(low + 1) if math.isinf(high) else float((low + high) / 2)


def _clean(values: np.ndarray) -> np.ndarray:
    """Round away what floating point adds to sums of decimals."""
    return np.round(values, 12) + 0.0


def _told(value: float) -> str:
    return ("−∞" if value < 0 else "∞") if math.isinf(value) else f"{value:g}"
