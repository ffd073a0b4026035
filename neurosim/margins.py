"""Safety margins: how far thresholds and weights may move before a truth table breaks.

Each neuron's decision is bias + E − S ≥ θ·(σ + D) on every input pattern.  Moving one of its
numbers turns the decision on single patterns, one after the other and each at a point known in
advance; what the outputs then are does not depend on which number was moved.  So each neuron's
decision is turned once, to see on which patterns an output hangs on it: these are *critical*, and
a number may move until it turns the first of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from .calls import binary_values
from .critical import TurnedSums, turned_gates
from .decisions import BinaryNeuron, Decision, Weight
from .errors import InputError
from .intervals import Interval, decimal
from .layering import layers_of
from .patterns import enumerated, input_bits
from .populations import Population, Projection
from .progress import progress
from .tables import text_table

if TYPE_CHECKING:
    from .circuit import Circuit

MARGIN_BITS = 16  # input bits up to which every pattern is tried
LONG = 1 << 21  # decisions in all from which it shows progress


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
    breaks_at : the smallest relative change with which the numbers of one neuron break the truth
        table (∞: none does); where it is `together`, all of them at once break it no sooner
    """

    circuit: str
    alone: tuple[Margin, ...]
    together: float
    breaks_at: float

    def of(self, neuron: str, parameter: str = "threshold", source: str = "") -> Interval:
        """Return the interval of one threshold, or of the weight from one source.

        Raises
        ------
        InputError
            A number that the circuit does not have, or has more than once: `alone` lists them.
        """
        asked = (neuron, parameter, source)
        found = [m for m in self.alone if (m.neuron, m.parameter, m.source) == asked]
        if len(found) != 1:
            heard = f" from {source!r}" if source else ""
            raise InputError(
                f"Circuit {self.circuit!r}: {neuron!r} has {len(found) or 'no'} numbers "
                f"{parameter!r}{heard}; all are listed in margins().alone"
            )
        return found[0].interval

    def __str__(self) -> str:
        rows = [
            (
                m.neuron,
                m.parameter + (f" from {m.source}" if m.source else ""),
                f"{m.value:g}",
                str(m.interval),
            )
            for m in self.alone
        ]
        table = text_table(("neuron", "number", "value", "may lie in"), rows)
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
        return f"{table}\nall at once: {together}{exact}"


def margins(circuit: Circuit) -> Margins:
    """Do what `Circuit.margins` says."""
    if not circuit.is_binary:
        raise InputError(f"{circuit}: margins() is for circuits of binary neurons")
    bits = input_bits(circuit)
    if bits > MARGIN_BITS:
        raise InputError(f"{circuit} has 2^{bits} input patterns; margins tries 2^{MARGIN_BITS}")
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    return _Search(circuit, 2**bits).margins()


class _Search:
    """A circuit's neurons and what each of its values is on every pattern."""

    def __init__(self, circuit: Circuit, count: int):
        self.circuit = circuit
        self.patterns = enumerated(circuit, 0, count)
        self.root, self.heard = _roots(circuit)
        self.values = self._evaluated()
        self.neurons = list(self._neurons())
        self.turned = turned_gates(circuit, self.patterns) or self._turned_sums()

    def margins(self) -> Margins:
        alone: list[Margin] = []
        changes = []
        numbers: Iterable[int] = range(len(self.neurons))
        if len(self.neurons) * self.patterns.last >= LONG:
            numbers = progress(numbers, f"margins of {self.circuit.name}")
        for number in numbers:
            neuron = self.neurons[number]
            decision = Decision(neuron, self.values, self.turned.critical(number))
            alone += self._alone(neuron, decision)
            changes.append(decision.tolerance())
        together = min((some for some, _ in changes), default=math.inf)  # of no neuron at all
        breaks_at = min((critical for _, critical in changes), default=math.inf)
        if math.isclose(together, breaks_at, rel_tol=1e-12):
            breaks_at = together
        return Margins(self.circuit.name, tuple(alone), together, breaks_at)

    def _alone(self, neuron: BinaryNeuron, decision: Decision) -> Iterator[Margin]:
        name = self.circuit.name_of(neuron.place)
        yield Margin(name, "threshold", "", neuron.threshold, decision.of_threshold())
        for weight in neuron.weights:
            source = self.circuit.name_of(weight.place)
            yield Margin(name, weight.channel, source, weight.value, decision.of_weight(weight))

    def _evaluated(self) -> np.ndarray:
        """Return whether each place is active on each pattern: (places, patterns)."""
        active = np.ones((self.circuit.size, self.patterns.last), dtype=bool)
        varied = np.ones(self.circuit.size, dtype=bool)
        for population in self.circuit.populations:
            if population.values is not None:  # whatever it is: `heard` says what it sends
                varied[population.start : population.stop] = False
        active[varied] = binary_values(self.circuit, self.patterns, np.flatnonzero(varied))
        return active

    def _turned_sums(self) -> TurnedSums:
        outputs = {int(place) for place in self.root[self.circuit.output_places]}
        return TurnedSums(self.neurons, self.values, outputs)

    def _neurons(self) -> Iterator[BinaryNeuron]:
        layers = layers_of(self.circuit)
        arriving: dict[int, list[Projection]] = {}
        for projection in self.circuit.projections:
            arriving.setdefault(projection.target, []).append(projection)
        for position, population in enumerate(self.circuit.populations):
            if population.neurons is None:
                continue
            weights = self._weights(population, arriving.get(position, []))
            for row, own in enumerate(weights):
                yield BinaryNeuron(population, row, own, layers[position])

    def _weights(self, population: Population, arriving: list[Projection]) -> list[list[Weight]]:
        """Return the weights that arrive at each neuron of a population."""
        weights: list[list[Weight]] = [[] for _ in range(population.size)]
        for projection in arriving:
            matrix = projection.connection.matrix(population.shape).tocoo()
            places = projection.connection.source.index.ravel()[matrix.col].tolist()
            entries = zip(matrix.row.tolist(), places, matrix.data.tolist(), strict=True)
            for row, place, value in entries:
                if value != 0:
                    root = int(self.root[place])
                    heard = self.heard.get(root, Fraction(1))
                    weights[row].append(Weight(projection.channel, value, place, root, heard))
        return weights


def _roots(circuit: Circuit) -> tuple[np.ndarray, dict[int, Fraction]]:
    """Return what stands at each place behind any delay lines, and the constants by place."""
    root = np.arange(circuit.size)
    constants: dict[int, Fraction] = {}
    for p in circuit.populations:  # a delay line comes after what it repeats
        if p.delayed is not None:
            root[p.start : p.stop] = root[p.delayed.ravel()]
        elif p.values is not None:
            numbers = map(decimal, p.values.ravel().tolist())
            constants |= dict(zip(range(p.start, p.stop), numbers, strict=True))
    return root, constants
