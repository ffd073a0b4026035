"""How an answer came about: each neuron on the way, what drove it, and what it needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arguments import batch, match_arguments
from ..calls import evaluate_places
from ..layering import layers_of
from ..populations import VETO

if TYPE_CHECKING:
    from ..circuit import Circuit

MOST_ENTRIES = 1 << 20  # synapses of a circuit that are looked through
SHOWN = 12  # neurons that are told


def trace(circuit: Circuit, inputs: Mapping[str, Any], places: Iterable[int]) -> list[str]:
    """Return a sentence for each neuron that some values depend on, in the order of layers.

    Parameters
    ----------
    circuit
        It has no cycle.
    inputs
        One trial, by name.
    places
        The values' places in the circuit.

    Returns
    -------
    Sentences such as ``neuron 'both' got E = 2, needs 2: fires``.  Where there are more than 12
    neurons, those nearest to the values, after a line that says how many are left out; none for a
    circuit of more than 2^20 synapses.
    """
    counts = (
        p.connection.entry_count(circuit.population_at(p.target).shape) for p in circuit.projections
    )
    if sum(counts) > MOST_ENTRIES:
        return []
    _, arrays = batch(circuit, match_arguments(circuit, (), dict(inputs)))
    values = evaluate_places(circuit, arrays, np.arange(circuit.size))[0]
    heard = _synapses(circuit)
    layer = layers_of(circuit)

    def rank(place: int) -> tuple[int, int]:
        return layer[circuit.position_at(place)], place

    way = sorted(_behind(circuit, heard, places), key=rank)
    left_out = len(way) - SHOWN
    told = [_told(circuit, place, heard[place], values) for place in way[-SHOWN:]]
    if left_out > 0:
        told.insert(0, f"… {left_out} neuron{'s' * (left_out > 1)} before these")
    return told


Synapse = tuple[str, int, float]  # channel, source's place, weight


def _synapses(circuit: Circuit) -> Mapping[int, list[Synapse]]:
    """Return what each neuron hears, by its place."""
    heard: dict[int, list[Synapse]] = defaultdict(list)
    for projection in circuit.projections:
        target = circuit.population_at(projection.target)
        connection = projection.connection
        sources = circuit.undelayed(connection.source.index).ravel()
        weights, rows, columns = connection.entries(target.shape)
        for weight, row, column in zip(weights, rows, columns, strict=True):
            synapse = projection.channel, int(sources[column]), float(weight)
            heard[target.start + int(row)].append(synapse)
    return heard


def _behind(
    circuit: Circuit, heard: Mapping[int, list[Synapse]], places: Iterable[int]
) -> set[int]:
    """Return the neurons that some values depend on, themselves included."""
    waiting = [int(p) for p in circuit.undelayed(np.array(list(places), dtype=np.int64))]
    found: set[int] = set()
    while waiting:
        place = waiting.pop()
        if place in found or circuit.population_at(circuit.position_at(place)).role != "neurons":
            continue
        found.add(place)
        waiting += [source for _, source, _ in heard[place]]
    return found


def _told(circuit: Circuit, place: int, synapses: list[Synapse], values: np.ndarray) -> str:
    """Return what one neuron got, what it needed, and what it did."""
    population = circuit.population_at(circuit.position_at(place))
    assert population.neurons is not None
    parameters = {
        name: float(np.broadcast_to(value, population.shape).ravel()[place - population.start])
        for name, value in population.neurons.parameters().items()
    }
    sums = dict.fromkeys(("E", "S", "D"), 0.0)
    hears: set[str] = set()
    vetoed = False
    for channel, source, weight in synapses:
        name = {"excite": "E", "subtract": "S", "divide": "D"}.get(channel, "E")
        if channel == VETO:
            vetoed |= values[source] > 0
            continue
        if channel == "drive" and weight < 0:
            name, weight = "S", -weight
        hears.add(name)
        sums[name] += weight * values[source]
    excited, subtracted, divided = sums.values()
    net, pool = parameters["bias"] + excited - subtracted, parameters["semi_saturation"] + divided
    u = net / pool if pool else 0.0
    got = [f"{name} = {sums[name]:g}" for name in sums if name in hears]
    got += [f"bias = {parameters['bias']:g}"] if parameters["bias"] else []
    simple = got == [f"E = {u:g}"]
    told = f"neuron {circuit.name_of(place)!r} got {', '.join(got) or 'nothing'}"
    told += "" if simple else f", so u = {u:g}"
    if vetoed:
        return f"{told}, and is vetoed: stays silent"
    if population.is_binary:
        did = "fires" if values[place] > 0 else "stays silent"
        return f"{told}, needs {parameters['threshold']:g}: {did}"
    return f"{told}: answers {values[place]:.4g}"
