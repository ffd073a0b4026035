"""The order in which a static call computes populations: layer by layer, each from those before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .errors import CircuitError

if TYPE_CHECKING:
    from .circuit import Circuit


def layers_of(circuit: Circuit) -> dict[int, int]:
    """Return each neuron population's layer, by its position: the longest path to it.

    Raises
    ------
    CircuitError
        A recurrent circuit; the message names one cycle.
    """
    drivers = {i: _drivers(circuit, arriving) for i, arriving in _arriving(circuit).items()}
    layer: dict[int, int] = {}
    waiting = {i: len(d) for i, d in drivers.items()}
    followers: dict[int, list[int]] = {i: [] for i in drivers}
    for i, sources in drivers.items():
        for source in sources:
            followers[source].append(i)
    ready = [i for i in drivers if not waiting[i]]
    for i in ready:  # grows while it is walked through
        layer[i] = 1 + max((layer[s] for s in drivers[i]), default=-1)
        for follower in followers[i]:
            waiting[follower] -= 1
            if not waiting[follower]:
                ready.append(follower)
    if len(layer) < len(drivers):
        raise CircuitError(_cycle(circuit, {i: drivers[i] for i in drivers if i not in layer}))
    return layer


def _arriving(circuit: Circuit) -> dict[int, list[np.ndarray]]:
    """Return the places that each neuron population hears, by its position."""
    found: dict[int, list[np.ndarray]] = {
        i: [] for i, p in enumerate(circuit.populations) if p.role == "neurons"
    }
    for projection in circuit.projections:
        found[projection.target].append(projection.connection.source.index)
    return found


def _drivers(circuit: Circuit, heard: list[np.ndarray]) -> set[int]:
    """Return which neuron populations stand at these places, through delay lines too."""
    found: set[int] = set()
    walk = list(heard)
    while walk:
        for i in circuit.positions_of(walk.pop()):
            population = circuit.population_at(i)
            if population.delayed is not None:
                walk.append(population.delayed)
            elif population.role == "neurons":
                found.add(i)
    return found


def _cycle(circuit: Circuit, drivers: dict[int, set[int]]) -> str:
    """Return the sentence that names one cycle among populations that all lie behind one."""
    path = [next(iter(drivers))]
    while path.count(path[-1]) == 1:
        path.append(next(d for d in sorted(drivers[path[-1]]) if d in drivers))
    cycle = path[path.index(path[-1]) :][::-1]
    names = " → ".join(circuit.population_at(i).name for i in cycle)
    return (
        f"{circuit} is recurrent ({names}), so its outputs follow from its past too, not "
        "from its inputs alone: use simulate(…) to run it in time, or settle(…) for its steady "
        "state"
    )
