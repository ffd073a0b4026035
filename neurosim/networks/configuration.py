"""Configurations: networks without their weights, as Keras 3 writes them in its files.

`construction` makes networks of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import layers
from .depths import by_depth, masked_among
from .graph import Symbol, in_order
from .layers.layer import Layer
from .model import Model
from .network import Network
from .sequential import Sequential

LAYERS: dict[str, type[Layer]] = {
    name: getattr(layers, name) for name in layers.__all__ if name != "Layer"
}
# Those that Keras has under the same name.
KERAS_LAYERS = frozenset(
    (
        "LSTM", "Activation", "Add", "AveragePooling2D", "BatchNormalization", "Concatenate",
        "Conv2D", "Dense", "Dropout", "Embedding", "Flatten", "GlobalAveragePooling2D",
        "MaxPooling2D", "Reshape", "SimpleRNN",
    )
)  # fmt: skip
_NUMBERED = re.compile(r"concatenate(_\d+)?")
NETWORKS = {"Sequential": "keras", "Functional": "keras.src.models.functional"}


def serialized(layer: Layer) -> dict[str, Any]:
    """Return what makes the same layer or network again, as Keras writes it: module, name, config.

    Layers of one's own are written down too; `layer_of` refuses them.
    """
    kind = type(layer)
    name, registered, module = kind.__name__, None, "keras.layers"
    if kind is Model:
        name = registered = "Functional"
        module = NETWORKS[name]
    elif kind is Sequential:
        module = NETWORKS[name]
    elif name not in KERAS_LAYERS or LAYERS[name] is not kind:
        module = kind.__module__
        registered = f"{'neurosim' if LAYERS.get(name) is kind else module}>{name}"
    return {
        "module": module,
        "class_name": name,
        "config": layer.get_config(),
        "registered_name": registered,
    }


def sequential_config(model: Sequential) -> dict[str, Any]:
    """Return the configuration of layers in a row."""
    entries = [serialized(layer) for layer in model.layers]
    shape = model.first_shape
    config: dict[str, Any] = {**_head(model, "sequential"), "dtype": model.dtype.name}
    if shape is not None:
        name = shape.name or _free("input_layer", {layer.name for layer in model.layers})
        entries.insert(0, _input_entry(shape, name, model.dtype))
    config["layers"] = entries
    if model.output is not None and shape is not None:
        config["build_input_shape"] = list(shape.shape)
    return config


def functional_config(model: Network) -> dict[str, Any]:
    """Return the configuration of a network that may branch, with the calls of each layer."""
    output = model.require_built()
    symbols = in_order([output])
    names = _names(model, symbols)
    taken = set(names.values())
    places: dict[Symbol, tuple[str, int]] = {}
    calls: dict[Layer, list[Symbol]] = defaultdict(list)
    for symbol in (*symbols, *model.inputs):
        if symbol in places:
            continue
        if symbol.layer is None:
            name = symbol.name or _free("input_layer", taken)
            taken.add(name)
            places[symbol] = name, 0
        else:
            calls[symbol.layer].append(symbol)
            places[symbol] = names[symbol.layer], len(calls[symbol.layer]) - 1

    def flow(symbol: Symbol) -> dict[str, Any]:
        dtype = symbol.dtype or model.dtype.name
        history = [*places[symbol], 0]
        return {
            "class_name": "__keras_tensor__",
            "config": {"shape": list(symbol.shape), "dtype": dtype, "keras_history": history},
        }

    entries = []
    for place in by_depth(model.inputs, output):
        if isinstance(place, Symbol):
            name = places[place][0]
            entry = {**_input_entry(place, name, model.dtype), "name": name, "inbound_nodes": []}
        else:
            heard = [[flow(source) for source in call.sources] for call in calls[place]]
            made = serialized(place)
            entry = {
                **made,
                "config": {**made["config"], "name": names[place]},
                "name": names[place],
                "inbound_nodes": [
                    {"args": [x if len(x) > 1 else x[0]], "kwargs": {}} for x in heard
                ],
            }
        entries.append(entry)
    ins = [[*places[symbol], 0] for symbol in model.inputs]
    name, number = places[output]
    first = type(output.layer) is Model  # Keras counts how such a one was made as its first call
    return {
        **_head(model, "functional"),
        "dtype": model.dtype.name,
        "layers": entries,
        "input_layers": ins[0] if len(ins) == 1 else ins,
        "output_layers": [name, number + first, 0],
    }


def _names(model: Network, symbols: Sequence[Symbol]) -> dict[Layer, str]:
    """Return what the layers are called in a file.

    Keras concatenates the masks of what is concatenated, and would call that operation as it calls
    such layers.
    """
    names = {layer: layer.name for layer in model.layers}
    for symbol, masked in masked_among(symbols).items():
        layer = symbol.layer
        if masked and isinstance(layer, layers.Concatenate) and _NUMBERED.fullmatch(layer.name):
            others = {name for other, name in names.items() if other is not layer}
            names[layer] = _free(layer.name.replace("concatenate", "concatenate_layer"), others)
    return names


def _head(model: Network, stem: str) -> dict[str, Any]:
    return {"name": model.name or stem, "trainable": model.trainable}


def _free(stem: str, taken: set[str]) -> str:
    """Return a name that no layer has."""
    names = (f"{stem}_{number}" if number else stem for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _input_entry(symbol: Symbol, name: str, dtype: np.dtype) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {
            "batch_shape": list(symbol.shape),
            "dtype": symbol.dtype or dtype.name,
            "name": name,
        },
        "registered_name": None,
    }
