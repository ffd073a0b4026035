"""Circuit → instructions for words of patterns: every binary neuron as shared gates.

For a call layer by layer, delays dropped; in time every neuron from the step before: as `program`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..connections import Connection, OneToOne
from ..kernels import Prepared, tables
from ..layering import layers_of
from ..scaling import scaled
from .gates import FALSE, TRUE, Gates
from .instructions import Instructions, instructions

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..populations import Population, Projection
    from ..program import Program

# More are not made into gates: each takes 10 to 20 microseconds and 600 bytes a binary digit.
MOST_SYNAPSES = 100_000


@dataclass(frozen=True, eq=False)
class BitProgram:
    """What the bit engine runs for some of a circuit's values.

    Attributes
    ----------
    code, results : as `Instructions`, for the kernel
    instructions, registers, synapses : how many there are
    scratch : what runs leave for the next: registers, aligned, and which plane is read for each
    """

    code: Prepared
    results: Prepared
    instructions: int
    registers: int
    synapses: int
    scratch: list[tuple[Prepared, Prepared]] = field(default_factory=list)


def why_not(circuit: Circuit) -> str | None:
    """Return why the bit engine does not run a circuit's calls; None where it does."""
    for population in circuit.populations:
        name = f"{population.name!r}"
        if population.role == "input" and not circuit.takes_binary(population):
            return f"input {name} takes any number"
        if population.neurons is not None and not population.is_binary:
            return f"{name} is graded"
    synapses = synapses_of(circuit)
    if synapses > MOST_SYNAPSES:
        return f"{synapses:,} synapses are more than {MOST_SYNAPSES:,}"
    return None


def synapses_of(circuit: Circuit) -> int:
    """Return how many weights there are, counted at every target, some of them perhaps 0."""
    return sum(
        p.connection.entry_count(circuit.population_at(p.target).shape) for p in circuit.projections
    )


def compile_bits(circuit: Circuit, places: np.ndarray, *, turned: bool = False) -> BitProgram | str:
    """Return what computes a call's values at `places`, or why the bit engine cannot.

    Parameters
    ----------
    turned
        One more input for each neuron follows the circuit's: where it is 1, the neuron decides
        otherwise than its sum does.

    Raises
    ------
    CircuitError
        A recurrent circuit.
    """
    refusal = why_not(circuit)
    if refusal:
        return refusal
    if not circuit.binary_places()[places].all():  # other constants are part of a neuron's bias
        return "a constant that is neither 0 nor 1 is an output"
    compiler = _Compiler(circuit)
    inputs = 0
    for population in circuit.input_populations:
        own = [compiler.gates.input(inputs + i) for i in range(population.size)]
        compiler.of(population)[:] = own
        inputs += population.size
    turn_of = {}
    for population in circuit.neuron_populations if turned else ():
        turn_of[population.name] = inputs
        inputs += population.size
    layers = layers_of(circuit)
    for position in sorted(layers, key=lambda p: layers[p]):
        compiler.repeat()
        population = circuit.populations[position]
        made = compiler.neurons(population)
        if isinstance(made, str):
            return made
        if turned:
            first, gates = turn_of[population.name], compiler.gates
            made = [gates.xor(gate, gates.input(first + k)) for k, gate in enumerate(made)]
        compiler.of(population)[:] = made
    compiler.repeat()
    roots = compiler.gate_of[places].tolist()
    return _finished(circuit, instructions(compiler.gates, roots))


def compile_steps(circuit: Circuit, program: Program) -> BitProgram | str:
    """Return what computes the next values of all neurons, in order, from the present ones.

    The present ones are in the registers from 2 on, in the order of the Program's state vector.
    """
    refusal = why_not(circuit) or ("its weights learn" if program.learned else None)
    if refusal or program.noisy or not circuit.binary_places().all():
        return refusal or ("it has noise" if program.noisy else "a constant is neither 0 nor 1")
    compiler = _Compiler(circuit)
    for population in circuit.populations:
        if population.values is None:
            places = program.place[population.start : population.stop].tolist()
            compiler.of(population)[:] = [compiler.gates.input(place) for place in places]
    roots: list[int] = []
    for population in circuit.neuron_populations:
        made = compiler.neurons(population)
        if isinstance(made, str):
            return made
        roots += made
    return _finished(circuit, instructions(compiler.gates, roots, held=program.state.size))


def _finished(circuit: Circuit, made: Instructions) -> BitProgram:
    return BitProgram(
        Prepared(made.code), Prepared(made.results), len(made.code), made.registers,
        synapses_of(circuit),
    )  # fmt: skip


class _Compiler:
    """The gates of one circuit's values, as far as they are known: `gate_of` each of them."""

    def __init__(self, circuit: Circuit):
        self.circuit = circuit
        self.gates = Gates()
        self.gate_of = np.full(circuit.size, FALSE, dtype=np.int64)
        self.binary = circuit.binary_places()
        self.arriving: dict[int, list[Projection]] = defaultdict(list)
        for projection in circuit.projections:
            self.arriving[projection.target].append(projection)
        self.lines = [(p, p.delayed.ravel()) for p in circuit.populations if p.delayed is not None]
        for population in circuit.populations:
            if population.values is not None:
                # Of those that are neither 0 nor 1 a gate is read by vetoes alone: they are active.
                active = population.values.ravel() != 0
                self.of(population)[:] = np.where(active, TRUE, FALSE)

    def of(self, population: Population) -> np.ndarray:
        """Return a population's gates, to be written to."""
        return self.gate_of[population.start : population.stop]

    def repeat(self) -> None:
        """Make every delay line what it repeats, as in a call."""
        for line, repeated in self.lines:
            self.of(line)[:] = self.gate_of[repeated]

    def neurons(self, population: Population) -> list[int] | str:
        """Return gates for a population's neurons: bias + E − S ≥ θσ + θD, and no veto."""
        arriving = self.arriving[self.circuit.position(population)]
        one = scaled(population, arriving, self.binary, noisy=False)
        if one.bound is None:
            return f"the weights of {population.name!r} do not fit integer counters"
        heard: dict[int, list[tuple[list[int], list[float]]]] = {
            channel: [([], []) for _ in range(population.size)]
            for channel in (tables.DRIVE, tables.POOL, tables.VETOES)
        }
        for channel, connection in one.connections:
            sources, weights, ends = _rows(connection, population.shape, self.gate_of)
            for row, (found, sizes) in enumerate(heard[channel]):
                found += sources[ends[row] : ends[row + 1]]
                sizes += weights[ends[row] : ends[row + 1]]
        values = {
            name: np.broadcast_to(value, population.shape).ravel().tolist()
            for name, value in one.values.items()
        }
        made = []
        for k in range(population.size):
            bar = values["sigma"][k]
            driven, weights = heard[tables.DRIVE][k]
            pooled, shares = heard[tables.POOL][k]
            gate = self.gates.at_least(
                [*driven, *pooled],
                [*map(int, weights), *(-int(share) for share in shares)],
                int(bar - values["bias"][k]),
            )
            if bar == 0 and values["threshold"][k] > 0:  # 0/0 = 0 < θ
                spoken = self.gates.at_least(pooled, [int(share) for share in shares], 1)
                gate = self.gates.and_(gate, spoken)
            for veto, weight in zip(*heard[tables.VETOES][k], strict=True):
                if weight > 0:
                    gate = self.gates.and_(gate, self.gates.not_(veto))
            made.append(gate)
        return made


def _rows(
    connection: Connection, shape: tuple[int, ...], gate_of: np.ndarray
) -> tuple[list[int], list[float], Sequence[int]]:
    """Return the gates that targets hear and their weights, and where each target's begin."""
    gates = gate_of[connection.source.index]
    if isinstance(connection, OneToOne):
        sources = np.broadcast_to(gates, shape).ravel().tolist()
        weights = np.broadcast_to(connection.weight, shape).ravel().tolist()
        return sources, weights, range(len(sources) + 1)
    matrix = connection.matrix(shape)
    return gates.ravel()[matrix.indices].tolist(), matrix.data.tolist(), matrix.indptr.tolist()
