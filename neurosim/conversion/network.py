"""A network becomes a circuit: its layers one after the other, in the order they are passed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..networks.graph import Symbol, in_order
from ..networks.layers.layer import snake_case
from ..networks.network import Network
from .cells import Construction, Flow, undotted
from .table import CONVERTERS

if TYPE_CHECKING:
    from ..circuit import Circuit


def to_circuit(network: Network, name: str | None = None, binary: bool = False) -> Circuit:
    """Do what `Model.to_circuit` says."""
    output = network.require_built()
    own = network.name or snake_case(type(network).__name__)
    construction = Construction(undotted(own) if name is None else name)
    circuit = construction.circuit
    flows: dict[Symbol, Flow] = {}
    for symbol in network.inputs:
        if None in symbol.shape[1:]:
            raise InputError(
                f"{network}: to_circuit: an input of shape {symbol.shape} has an open length, and "
                "a circuit a number of neurons: give all lengths in Input(shape)"
            )
        called = construction.free_name(symbol.name or "input")
        flows[symbol] = circuit.inputs(called, shape=_lengths(symbol), real=not binary)
    ordered = in_order([output])
    heard_by = Counter(source for symbol in ordered for source in symbol.sources)
    heard_by[output] += 1
    for symbol in ordered:
        if symbol.layer is None:
            continue
        heard = [flows[source] for source in symbol.sources]
        flow = _converted(network, symbol, heard, construction)
        # Cells that are heard once may still be changed by what hears them.
        flows[symbol] = flow if heard_by[symbol] == 1 else construction.neurons(flow)
    neurons = construction.neurons(flows[output])
    # A network without layers answers what comes in.
    circuit.output(neurons, undotted(output.layer.name) if output.layer else "output")
    return circuit


def _converted(
    network: Network, symbol: Symbol, heard: list[Flow], construction: Construction
) -> Flow:
    """Return what flows out of a symbol's layer."""
    layer: Any = symbol.layer
    if isinstance(layer, Network):
        sources = [construction.neurons(flow) for flow in heard]
        binary = all(construction.circuit.binary_at(source.index).all() for source in sources)
        inlined: Flow = to_circuit(layer, binary=binary)(*sources)
        return inlined
    if type(layer) not in CONVERTERS:
        known = ", ".join(sorted(kind.__name__ for kind in CONVERTERS))
        raise InputError(
            f"{network}: to_circuit: {layer} cannot become neurons; layers that can are {known}, "
            "and models of these"
        )
    return CONVERTERS[type(layer)](layer, heard, _lengths(symbol), construction)


def _lengths(symbol: Symbol) -> tuple[int, ...]:
    """Return the shape of one sample, where no length is open."""
    return tuple(length for length in symbol.shape[1:] if length is not None)
