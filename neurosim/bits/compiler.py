"""Circuit → instructions for words of patterns: every binary neuron as shared gates.

Static calls only: layer by layer, delays dropped, as `program`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..connections import Connection, Convolution, OneToOne
from ..kernels import Prepared, tables
from ..layering import layers_of
from ..scaling import Scaled, scaled
from .gates import FALSE, TRUE, Gates
from .instructions import instructions

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..populations import Population, Projection

LARGEST = 2.0**62  # what a neuron's weights may add up to
MOST_SYNAPSES = 300_000  # more are not made into gates, which takes 5 microseconds each


@dataclass(frozen=True, eq=False)
class BitProgram:
    """What the bit engine runs for some of a circuit's values.

    Attributes
    ----------
    code, results : as `Instructions`, for the kernel
    instructions, registers, inputs : how many there are
    """

    code: Prepared
    results: Prepared
    instructions: int
    registers: int
    inputs: int


def why_not(circuit: Circuit) -> str | None:
    """Return why the bit engine does not run a circuit's calls; None where it does."""
    for population in circuit.populations:
        name = f"{population.name!r}"
        if population.role == "input" and not circuit.takes_binary(population):
            return f"input {name} takes any number"
        if population.values is not None and not np.isin(population.values, (0, 1)).all():
            return f"constant {name} is neither 0 nor 1"
        if population.neurons is not None and not population.is_binary:
            return f"{name} is graded"
    synapses = sum(_synapses(circuit, p) for p in circuit.projections)
    if synapses > MOST_SYNAPSES:
        return f"{synapses:,} synapses are more than {MOST_SYNAPSES:,}"
    return None


def _synapses(circuit: Circuit, projection: Projection) -> int:
    """Return how many weights reach a projection's targets, some of them perhaps 0."""
    connection = projection.connection
    targets = circuit.populations[projection.target].size
    if isinstance(connection, OneToOne):
        return targets
    if isinstance(connection, Convolution):
        return targets * math.prod(connection.weights.shape[:3])
    return connection.weights.size


def compile_bits(circuit: Circuit, places: np.ndarray) -> BitProgram | str:
    """Return what computes the circuit's values at `places`, or why the bit engine cannot.

    Raises
    ------
    CircuitError
        A recurrent circuit.
    """
    refusal = why_not(circuit)
    if refusal:
        return refusal
    gates = Gates()
    gate_of = np.full(circuit.size, FALSE, dtype=np.int64)
    inputs = 0
    for population in circuit.populations:
        own = gate_of[population.start : population.stop]
        if population.role == "input":
            own[:] = [gates.input(inputs + i) for i in range(population.size)]
            inputs += population.size
        elif population.values is not None:
            own[:] = np.where(population.values.ravel() == 1, TRUE, FALSE)
    arriving: dict[int, list[Projection]] = defaultdict(list)
    for projection in circuit.projections:
        arriving[projection.target].append(projection)
    binary = circuit.binary_places()
    layers = layers_of(circuit)
    lines = [(p, p.delayed.ravel()) for p in circuit.populations if p.delayed is not None]
    for position in sorted(layers, key=lambda p: layers[p]):
        for line, repeated in lines:  # in a call a delay line is what it repeats
            gate_of[line.start : line.stop] = gate_of[repeated]
        population = circuit.populations[position]
        one = scaled(population, arriving[position], binary, noisy=False)
        if one.bound is None or one.bound >= LARGEST:
            return f"the weights of {population.name!r} do not fit integer counters"
        gate_of[population.start : population.stop] = _neurons(gates, population, one, gate_of)
    for line, repeated in lines:
        gate_of[line.start : line.stop] = gate_of[repeated]
    made = instructions(gates, gate_of[places].tolist())
    return BitProgram(
        Prepared(made.code), Prepared(made.results), len(made.code), made.registers, inputs
    )


def _neurons(gates: Gates, population: Population, one: Scaled, gate_of: np.ndarray) -> list[int]:
    """Return the gates of a population's neurons: bias + E − S ≥ θσ + θD, and no veto."""
    size = population.size
    heard: dict[int, list[tuple[list[int], list[float]]]] = {
        channel: [([], []) for _ in range(size)]
        for channel in (tables.DRIVE, tables.POOL, tables.VETOES)
    }
    for channel, connection in one.connections:
        sources, weights, ends = _rows(connection, population.shape, gate_of)
        for row, (found, sizes) in enumerate(heard[channel]):
            found += sources[ends[row] : ends[row + 1]]
            sizes += weights[ends[row] : ends[row + 1]]
    values = {
        name: np.broadcast_to(value, population.shape).ravel().tolist()
        for name, value in one.values.items()
    }
    made = []
    for k in range(size):
        driven, weights = heard[tables.DRIVE][k]
        pooled, shares = heard[tables.POOL][k]
        gate = gates.at_least(
            [*driven, *pooled],
            [*map(int, weights), *(-int(share) for share in shares)],
            int(values["sigma"][k] - values["bias"][k]),
        )
        if values["sigma"][k] == 0 and values["threshold"][k] > 0:  # 0/0 = 0 < θ
            gate = gates.and_(gate, gates.at_least(pooled, [int(s) for s in shares], 1))
        for veto, weight in zip(*heard[tables.VETOES][k], strict=True):
            if weight > 0:
                gate = gates.and_(gate, gates.not_(veto))
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
