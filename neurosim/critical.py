"""On which input patterns an output hangs on a neuron: its decision turned, and all else as it is.

By the bit engine where that runs the circuit, and else by the sums of the neurons that follow.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .bits.choice import are_worth_making
from .bits.compiler import BitProgram, compile_bits
from .bits.engine import run_enumerated, unpack_planes
from .decisions import Active, BinaryNeuron
from .patterns import Enumerated

if TYPE_CHECKING:
    from .circuit import Circuit

TURNED, LEFT = 61, 60  # bits of a pattern's number, beyond all inputs': 1 and 0


class TurnedGates:
    """By the bit engine: every neuron has one more input, which turns what it decides."""

    def __init__(self, program: BitProgram, patterns: Enumerated, neurons: int):
        self.program, self.patterns = program, patterns
        self.inputs = patterns.shift_of_each.size
        self.shifts = np.concatenate((patterns.shift_of_each, np.full(neurons, LEFT)))
        self.right = self._answers(self.shifts)

    def critical(self, neuron: int) -> np.ndarray:
        """Return on which patterns an output is wrong once a neuron, by number, is."""
        shifts = self.shifts.copy()
        shifts[self.inputs + neuron] = TURNED
        wrong = np.bitwise_or.reduce(self._answers(shifts) ^ self.right, axis=0)
        return unpack_planes(wrong, self.patterns.last)

    def _answers(self, shifts: np.ndarray) -> np.ndarray:
        first = 1 << TURNED
        return run_enumerated(self.program, shifts, first, first + self.patterns.last)


class TurnedSums:
    """By sums: of those neurons that a turned one reaches, where it turns them too.

    Parameters
    ----------
    neurons : in the circuit's order
    values : (places, patterns), whether each value is active
    outputs : the places that are
    """

    def __init__(self, neurons: Sequence[BinaryNeuron], values: np.ndarray, outputs: set[int]):
        self.neurons, self.values, self.outputs = neurons, values, outputs
        self.followers: dict[int, list[BinaryNeuron]] = {}
        for neuron in neurons:
            for place in neuron.heard:
                self.followers.setdefault(place, []).append(neuron)

    def critical(self, neuron: int) -> np.ndarray:
        """Return on which patterns an output is wrong once a neuron, by number, is."""
        start, count = self.neurons[neuron].place, self.values.shape[1]
        critical = np.full(count, start in self.outputs)
        turned = {start: np.ones(count, dtype=bool)}
        waiting: list[tuple[int, int]] = []
        reached: dict[int, BinaryNeuron] = {}

        def reach(place: int) -> None:
            for follower in self.followers.get(place, ()):
                if follower.place not in reached:
                    reached[follower.place] = follower
                    heapq.heappush(waiting, (follower.layer, follower.place))

        reach(start)
        while waiting and not critical.all():
            follower = reached[heapq.heappop(waiting)[1]]
            heard = [turned[place] for place in follower.heard if place in turned]
            at = np.flatnonzero(np.logical_or.reduce(heard) & ~critical)
            now = follower.fires(self._active(turned, at), at.size)
            other = at[now != self.values[follower.place, at]]
            if not other.size:
                continue
            if follower.place in self.outputs:
                critical[other] = True
            turned[follower.place] = np.zeros(count, dtype=bool)
            turned[follower.place][other] = True
            reach(follower.place)
        return critical

    def _active(self, turned: dict[int, np.ndarray], at: np.ndarray) -> Active:
        """Return what is active on the patterns `at` once some places have turned on some."""

        def active(place: int) -> np.ndarray:
            values = self.values[place, at]
            return values ^ turned[place][at] if place in turned else values

        return active


def turned_gates(circuit: Circuit, patterns: Enumerated) -> TurnedGates | None:
    """Return how the bit engine finds critical patterns.

    None for a circuit that it cannot run, or where its gates are not worth making.
    """
    neurons = sum(p.size for p in circuit.neuron_populations)
    if not are_worth_making(circuit, patterns.last * neurons):
        return None
    program = compile_bits(circuit, circuit.output_places, turned=True)
    return None if isinstance(program, str) else TurnedGates(program, patterns, neurons)
