"""Composition: calling a circuit with another circuit's sources builds it there.

Y = g(f(X)) is `g(f(x))`.  The copy is independent of the circuit it came from, and is named
`xor`, `xor_2`, … or as asked; its neurons become `xor.both`, `xor_2.both`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .connections import OneToOne
from .errors import CircuitError
from .populations import Population, Projection
from .sources import Drive, Source, stack
from .wiring import check_divisor

if TYPE_CHECKING:
    from .building import Builder
    from .circuit import Circuit


def inline(circuit: Circuit, given: Mapping[str, Any], name: str | None) -> Any:
    """Build `circuit` inside the one whose sources are given; returns its outputs there.

    Parameters
    ----------
    given
        For each input its source, a list of sources, or a constant.

    Raises
    ------
    CircuitError
        No output; sources of two circuits, or of the circuit itself; a shape or width that does
        not fit; a source that can be other than 0 and 1, or negative, where the circuit cannot
        take it.
    """
    host = _host(circuit, given)
    if not circuit.outputs:
        raise CircuitError(f"{circuit} has no output: declare one with output(…)")
    with host.all_or_nothing():
        return _built(circuit, host, given, name)


def _built(circuit: Circuit, host: Builder, given: Mapping[str, Any], name: str | None) -> Any:
    instance = host.claim_instance(name or circuit.name, numbered=name is None)
    places = np.full(circuit.size, -1, dtype=np.int64)
    for population in circuit.input_populations:
        bound = _bound(circuit, host, population, given[population.name], instance)
        places[population.start : population.stop] = bound.index.ravel()
    others = [p for p in circuit.populations if p.role != "input"]
    for population in others:  # all first: a connection may point forward
        added = host.adopt(population, f"{instance}.{population.name}", places)
        places[population.start : population.stop] = added.index.ravel()
    for projection in circuit.projections:
        target = f"{instance}.{circuit.population_at(projection.target).name}"
        position = host.position(host.population(target))
        connection = host.adopted(projection.connection, places)
        made = Projection(position, projection.channel, connection)
        check_divisor(host, made)
        host.add_projection(made)
    for population in circuit.input_populations:
        if circuit.takes_binary(population):
            host.declare_binary(places[population.start : population.stop])
    host.note_terminals(instance, circuit, places)
    answers = [Source(host, places[output.index]) for output in circuit.outputs]
    return circuit.answer(answers)


def _host(circuit: Circuit, given: Mapping[str, Any]) -> Builder:
    hosts: dict[int, Builder] = {}
    for value in given.values():
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, Source):
                hosts[id(part.circuit)] = part.circuit
            elif isinstance(part, Drive):
                part = _relayed(circuit, part)
                hosts[id(part.circuit)] = part.circuit
    if len(hosts) > 1:
        names = " and ".join(repr(h.name) for h in hosts.values())
        raise CircuitError(f"{circuit}: its inputs are sources of different circuits: {names}")
    host = next(iter(hosts.values()))
    if host is circuit:
        raise CircuitError(f"{circuit}: a circuit cannot be built inside itself")
    return host


def _relayed(circuit: Circuit, drive: Drive) -> Source:
    """Return the source of a drive that is just one source of weight 1; refuse a weighted one."""
    if len(drive.connections) == 1:
        only = drive.connections[0]
        if isinstance(only, OneToOne) and np.all(only.weight == 1):
            return only.source
    raise CircuitError(
        f"{circuit}: an input takes a source, not a weighted sum; put a neuron in between"
    )


def _bound(
    circuit: Circuit, host: Builder, population: Population, value: Any, instance: str
) -> Source:
    """Return the host's source that stands for one input of the circuit."""
    from .arguments import input_values

    label = f"{circuit}, input {population.name!r}"
    if isinstance(value, Drive):
        value = _relayed(circuit, value)
    if isinstance(value, list | tuple) and any(isinstance(v, Source) for v in value):
        name = f"{instance}.{population.name}"
        parts = [v if isinstance(v, Source) else host.add_constant(v, name) for v in value]
        value = stack(parts)
    if isinstance(value, Source):
        if value.shape != population.shape:
            raise CircuitError(
                f"{label}: {value} has shape {value.shape}, the input has {population.shape}"
            )
        if circuit.takes_binary(population):
            binary = host.binary_at(value.index.ravel(), unknown=True)
            if not binary.all():
                graded = host.name_of(value.index.ravel()[~binary][0])
                raise CircuitError(
                    f"{label} takes only 0 and 1, but {graded} can have other values; put a "
                    "binary neuron in between"
                )
        return value
    values = input_values(circuit, population, value)
    if values.shape != population.shape:
        raise CircuitError(
            f"{label}: a constant of shape {np.shape(value)} does not fit the input's shape "
            f"{population.shape}"
        )
    return host.add_constant(values, f"{instance}.{population.name}")
