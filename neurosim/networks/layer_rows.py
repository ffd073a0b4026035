"""A small network as a table of rows, which `kernels.epochs` trains without compiling it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..kernels import layer_table as table
from . import losses, metrics
from .activations import TRANSFERS
from .graph import Shape, Symbol, in_order
from .layers.activation import Activation
from .layers.dense import Dense
from .layers.dropout import Dropout
from .layers.layer import Layer
from .layers.shaping import Flatten
from .losses import Loss
from .metrics import Metric
from .network import Network
from .operations.dense import ACTIVATIONS
from .parameters import Parameter

# A loss of an output, and of what drives it where both are one.
LOSSES = {
    "mean_squared_error": (table.SQUARED, table.SQUARED),
    "mean_absolute_error": (table.ABSOLUTE, table.ABSOLUTE),
    "binary_crossentropy": (table.BINARY, table.LOGISTIC_BINARY),
    "categorical_crossentropy": (table.CATEGORICAL, table.SOFTMAX_CATEGORICAL),
    "sparse_categorical_crossentropy": (table.SPARSE, table.SOFTMAX_SPARSE),
}
METRICS: dict[metrics.Judged, int] = {
    metrics.binary_accuracy: table.BINARY_ACCURACY,
    metrics.categorical_accuracy: table.CATEGORICAL_ACCURACY,
    metrics.sparse_categorical_accuracy: table.SPARSE_ACCURACY,
    metrics.mean_absolute_error: table.ABSOLUTE_ERROR,
    metrics.mean_squared_error: table.SQUARED_ERROR,
}


@dataclass(frozen=True)
class Plan:
    """A network as rows, and where its parameters lie.

    Attributes
    ----------
    network : what the kernel takes
    parameters : in the order in which they lie, those that learn first
    inputs, units : how many values a sample has, and with it all layers
    products : multiplications a sample, forward and back
    widest, largest : the inputs of a dense layer and the weights of one, at most
    drops : whether cells drop out
    """

    network: table.Network
    parameters: Sequence[Parameter]
    inputs: int
    units: int
    products: int
    widest: int
    largest: int
    drops: bool


def plan(network: Network, loss: Loss, judged: Sequence[Metric]) -> Plan | None:
    """Return a network's rows; None where there is in it what a row cannot say."""
    chain = _chain(network)
    learning = [p for p in network.weights if p.trainable]
    if chain is None or not learning or losses.LOSSES.get(loss.name) != loss:
        return None
    if any(metric.of not in METRICS for metric in judged):
        return None
    if any(p.array.dtype != network.dtype or p.constraint is not None for p in network.weights):
        return None
    parameters = [*learning, *(p for p in network.weights if not p.trainable)]
    starts = np.cumsum([0, *(p.array.size for p in parameters)]).tolist()
    begins = dict(zip(parameters, starts, strict=False))
    last = chain[-1].layer
    closing = getattr(last, "activation", None)
    together = closing is not None and closing == loss.closing
    inputs = units = math.prod(_known(network.inputs[0].shape))
    rows: list[list[int]] = []
    rates: list[float] = []
    before, source = inputs, 0
    for symbol in chain:
        after = math.prod(_known(symbol.shape))
        for row, rate in _rows(symbol.layer, begins, together and symbol.layer is last):
            places = {
                table.INPUTS: before, table.OUTPUTS: after, table.SOURCE: source,
                table.PLACE: units,
            }  # fmt: skip
            rows.append(
                [{**places, **row}.get(column, -1) for column in range(table.LAYER_COLUMNS)]
            )
            rates.append(rate)
            before, source, units = after, units, units + after
    layers = np.array(rows, dtype=np.int64)
    dense = layers[layers[:, table.KIND] == table.DENSE]
    weights = dense[:, table.INPUTS] * dense[:, table.OUTPUTS]
    described = table.Network(
        layers, np.array(rates), sum(p.array.size for p in learning),
        LOSSES[loss.name][together],
        np.array([METRICS[metric.of] for metric in judged], dtype=np.int64),
    )  # fmt: skip
    return Plan(
        described, parameters, inputs, units, 3 * int(weights.sum()),
        int(dense[:, table.INPUTS].max()), int(weights.max()),
        bool((layers[:, table.KIND] == table.DROPOUT).any()),
    )  # fmt: skip


def _chain(network: Network) -> list[Symbol] | None:
    """Return the network's symbols from first to last; None where they are no row of layers."""
    if len(network.inputs) != 1:
        return None
    first, *rest = in_order([network.require_built()])
    layers = [symbol.layer for symbol in rest]
    alone = len(set(layers)) == len(layers) and all(len(s.sources) == 1 for s in rest)
    if first is not network.inputs[0] or not alone or None in first.shape[1:]:
        return None
    fits = all(
        layer is not None and _fits(layer, network, source.shape)
        for layer, source in zip(layers, (first, *rest), strict=False)
    )
    return rest if fits else None


def _fits(layer: Layer, network: Network, shape: Shape) -> bool:
    """Return whether rows can say what a layer does with inputs of a shape."""
    flat = len(shape) == 2
    if type(layer) is Dense or type(layer) is Activation:
        if layer.activation == "softmax":
            return flat
        return layer.activation in TRANSFERS and (flat or type(layer) is Activation)
    if type(layer) is Dropout:
        return layer.random() is network.streams
    return type(layer) is Flatten


def _known(shape: Shape) -> list[int]:
    """Return the lengths of one sample."""
    return [length for length in shape[1:] if length is not None]


def _rows(
    layer: Layer | None, begins: dict[Parameter, int], stops: bool
) -> list[tuple[dict[int, int], float]]:
    """Return a layer's rows, and the rate of dropout in each; `stops` before its activation."""
    rows: list[tuple[dict[int, int], float]] = []
    if isinstance(layer, Dropout) and layer.rate:
        rows.append(({table.KIND: table.DROPOUT, table.NUMBER: layer.number}, layer.rate))
    if not isinstance(layer, Dense | Activation):
        return rows
    transfer = TRANSFERS.get("linear" if stops else layer.activation)
    code = ACTIVATIONS[transfer or "identity"]
    if isinstance(layer, Dense):
        row = {table.KIND: table.DENSE, table.TRANSFER: code, table.WEIGHTS: begins[layer.kernel]}
        if layer.bias is not None:
            row[table.BIAS] = begins[layer.bias]
        rows.append((row, 0.0))
    elif transfer is not None and not stops:
        rows.append(({table.KIND: table.ACTIVATION, table.TRANSFER: code}, 0.0))
    if transfer is None:
        rows.append(({table.KIND: table.SOFTMAX}, 0.0))
    return rows
