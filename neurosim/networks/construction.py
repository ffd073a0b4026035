"""Networks made from configurations, Keras's and our own, which are believed in nothing.

A class is found in a table by its name: nothing is imported, evaluated or opened because a
configuration names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from ..errors import InputError, NeurosimError, nearest, unknown
from .calls import (
    Call,
    Heard,
    Steps,
    calls_of,
    is_mask,
    mask_of,
    steps_after,
    steps_before,
)
from .configuration import KERAS_LAYERS, LAYERS, NETWORKS
from .graph import Input, Symbol
from .layers.layer import Layer
from .model import Model
from .sequential import Sequential

MOST_NESTED = 16  # networks in networks
MOST_LAYERS = 10_000  # of one network

# Settings of Keras's layers that there are not here, and where they are without effect.
IDLE: dict[str, tuple[Any, ...]] = {
    "activity_regularizer": (None,),
    "axis": (-1,),
    "data_format": ("channels_last", None),
    "dilation_rate": (1, [1, 1]),
    "go_backwards": (False,),
    "groups": (1,),
    "implementation": (1, 2),
    "keepdims": (False,),
    "lora_alpha": (None,),
    "lora_rank": (None,),
    "noise_shape": (None,),
    "quantization_config": (None,),
    "renorm": (False,),
    "return_state": (False,),
    "stateful": (False,),
    "synchronized": (False,),
    "time_major": (False,),
    "zero_output_for_mask": (False,),
    **{
        f"{part}_{kind}": (None,)
        for part in ("beta", "bias", "embeddings", "gamma", "kernel", "recurrent")
        for kind in ("constraint", "regularizer")
    },
}
# Those that change no answer: the network's own seed is the only one.
IGNORED = ("autocast", "renorm_clipping", "renorm_momentum", "seed", "unroll")

IN_CODE = "build the network in code, then load_weights(path)"


def sequential_of(
    config: Mapping[str, Any], seed: int | None = None, nested: int = 0
) -> Sequential:
    """Return layers in a row, with first weights of their own.

    Raises
    ------
    InputError
        What is no such configuration: the layer is named.
    """
    name = _name_of(config, "Sequential")
    entries = _entries(config, f"Sequential {name!r}")
    dtype = _dtype_of(config, entries)
    layers = [
        _input_of(entry, np.dtype(dtype))
        if entry["class_name"] == "InputLayer"
        else layer_of(entry, nested)
        for entry in entries
    ]
    model = Sequential(layers, name=name, seed=seed, dtype=dtype)
    if model.output is None and config.get("build_input_shape") and model.layers:
        model.build(config["build_input_shape"])
    return _trainable(model, config)


def functional_of(config: Mapping[str, Any], seed: int | None = None, nested: int = 0) -> Model:
    """Return a network that may branch, with first weights of its own.

    Raises
    ------
    InputError
        What is no such configuration: the layer is named.
    """
    name = _name_of(config, "Model")
    who = f"Model {name!r}"
    entries = {}
    for entry in _entries(config, who):
        if not isinstance(entry.get("name"), str) or entry["name"] in entries:
            raise InputError(f"{who}: each layer has a name of its own (got {entry.get('name')!r})")
        entries[entry["name"]] = entry
    dtype = _dtype_of(config, list(entries.values()))
    heard: dict[Call, Heard] = {}
    for key, entry in entries.items():
        if entry["class_name"] == "InputLayer":
            heard[key, 0] = Heard()
        else:
            for number, one in enumerate(calls_of(entry, f"{who}: layer {key!r}")):
                heard[key, number] = one
    for call, one in heard.items():
        for source in one.ahead:
            if source not in heard:
                raise InputError(f"{who}: layer {call[0]!r} hears {source}, which there is not")
    try:
        order = list(TopologicalSorter({c: one.ahead for c, one in heard.items()}).static_order())
    except CycleError:
        raise InputError(f"{who}: its layers hear one another in a circle") from None
    made: dict[str, Layer] = {}
    symbols: dict[Call, Symbol] = {}
    steps: dict[Call, Steps] = {}
    masks: set[Call] = set()
    for call in order:
        key, one = call[0], heard[call]
        entry, told = entries[key], f"{who}: layer {key!r}"
        if entry["class_name"] == "InputLayer":
            symbols[call], steps[call] = _input_of(entry, np.dtype(dtype)), None
        elif is_mask(entry):
            steps[call] = mask_of(entry, one, steps, masks, told)
            masks.add(call)
        else:
            given = steps_before(entry, one, steps, masks, told)
            if key not in made:
                made[key] = layer_of(entry, nested)
            symbols[call] = _called(made[key], [symbols[source] for source in one.sources])
            steps[call] = steps_after(made[key], one, given)
    ins = _ends(config.get("input_layers"), symbols, made, f"{who}: input_layers")
    outs = _ends(config.get("output_layers"), symbols, made, f"{who}: output_layers")
    if len(outs) != 1:
        raise InputError(f"{who}: a network here has one output (got {len(outs)})")
    model = Model(ins, outs[0], name=name, seed=seed, dtype=dtype)
    idle = set(made) - {layer.name for layer in model.layers}
    if idle:
        raise InputError(f"{who}: layer {min(idle)!r} does not lead to the output")
    return _trainable(model, config)


def network_of(entry: Any, seed: int | None = None, nested: int = 0) -> Model:
    """Return a network of what `serialized` returned, or Keras wrote.

    Raises
    ------
    InputError
        What is none, or holds what is not made from a file.
    """
    entry = _entry(entry, "a network's configuration")
    kind = entry["class_name"]
    if nested > MOST_NESTED:
        raise InputError(f"networks stand in networks {MOST_NESTED} deep at most")
    if kind not in NETWORKS or _stranger(entry):
        raise InputError(
            f"{_told(entry)} is made by code that stands in no file; {IN_CODE}"
            if kind not in LAYERS
            else f"{_told(entry)} is a layer, not a network"
        )
    try:
        if kind == "Sequential":
            return sequential_of(entry["config"], seed, nested)
        return functional_of(entry["config"], seed, nested)
    except (TypeError, AttributeError, LookupError, ArithmeticError) as error:
        raise InputError(f"{_told(entry)}: its configuration is none ({error!r})") from None


def layer_of(entry: Any, nested: int = 0) -> Layer:
    """Return a layer, or a network in a network, of what `serialized` returned, or Keras wrote.

    Raises
    ------
    InputError
        A class that is not in the table, code, or settings that a layer does not have.
    """
    entry = _entry(entry, "a layer's configuration")
    kind, config = entry["class_name"], dict(entry["config"])
    if kind in NETWORKS and not _stranger(entry):
        return network_of(entry, nested=nested + 1)
    if kind == "Lambda":
        raise InputError(
            f"{_told(entry)} holds code, which is never run from a file; write it as a Layer of "
            f"your own and {IN_CODE}"
        )
    if kind not in LAYERS or _stranger(entry):
        raise InputError(
            f"{_told(entry)} is none of the layers that are made from a file"
            f"{nearest(kind, LAYERS)}; {IN_CODE}"
        )
    if kind in KERAS_LAYERS:
        config = dict(_settings(kind, config, _told(entry), _last_axis(entry)))
    try:
        return LAYERS[kind].from_config(config)
    except NeurosimError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError) as error:
        raise InputError(f"{_told(entry)}: settings that it does not take ({error})") from None


def _last_axis(entry: Mapping[str, Any]) -> int:
    """Return the place of the channels, counted from the start where that is told, else −1."""
    told = entry.get("build_config")
    shape = told.get("input_shape") if isinstance(told, Mapping) else None
    return len(shape) - 1 if isinstance(shape, list) else -1


def _settings(
    kind: str, config: Mapping[str, Any], who: str, last: int
) -> Iterator[tuple[str, Any]]:
    """Return the settings of Keras's that there are here, or raise InputError for the others."""
    known = LAYERS[kind].settings()
    for key, value in config.items():
        if key in known:
            yield key, value
        elif key in IDLE:
            if value not in IDLE[key] and not (key == "axis" and value in ([-1], last, [last])):
                raise InputError(f"{who}: {key}={value!r} is not supported")
        elif key not in IGNORED:
            raise InputError(f"{who}: {unknown('setting', key, known, most=len(known))}")


# Parts of configurations.


def _input_of(entry: Mapping[str, Any], dtype: np.dtype) -> Symbol:
    config = entry["config"]
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    name, kind = config.get("name"), config.get("dtype")
    if not isinstance(shape, Sequence) or isinstance(shape, str) or not shape:
        raise InputError(f"an input has a batch_shape, as [null, 8] (got {shape!r})")
    if config.get("sparse") or config.get("ragged") or config.get("optional"):
        raise InputError(f"input {name!r}: it is sparse, ragged or optional; none is supported")
    if not isinstance(name, str) or not isinstance(kind, str | None):
        raise InputError(f"an input has a name and a dtype (got {name!r} and {kind!r})")
    return Input(list(shape[1:]), dtype=None if kind == dtype.name else kind, name=name)


def _entry(entry: Any, what: str) -> Mapping[str, Any]:
    """Return an entry with a class and settings, or raise InputError."""
    good = (
        isinstance(entry, Mapping)
        and isinstance(entry.get("class_name"), str)
        and isinstance(entry.get("config"), Mapping)
        and isinstance(entry.get("module", ""), str | None)
        and isinstance(entry.get("registered_name"), str | None)
    )
    if not good:
        raise InputError(f"{what} has a class_name and a config (got {str(entry)[:60]!r})")
    found: Mapping[str, Any] = entry
    return found


def _entries(config: Mapping[str, Any], who: str) -> list[Mapping[str, Any]]:
    entries = config.get("layers")
    if not isinstance(entries, list):
        raise InputError(f"{who}: its configuration has a list of layers (got {entries!r})")
    if len(entries) > MOST_LAYERS:
        raise InputError(f"{who}: it has {len(entries)} layers, more than {MOST_LAYERS}")
    return [_entry(entry, f"{who}: a layer") for entry in entries]


def _stranger(entry: Mapping[str, Any]) -> bool:
    """Return whether a class is not Keras's or neurosim's own, though it may be called like one."""
    kind, module, registered = (entry.get(k) for k in ("class_name", "module", "registered_name"))
    if kind in KERAS_LAYERS or kind in NETWORKS or kind == "InputLayer":
        ours = module is None or module.split(".")[0] == "keras"
        return not ours or registered not in (None, kind)
    return registered != f"neurosim>{kind}"


def _told(entry: Mapping[str, Any]) -> str:
    """Return what a layer is called, and where it is from where that is elsewhere."""
    name, kind = entry["config"].get("name"), entry["class_name"][:60]
    told = f"{kind} {name!r}" if isinstance(name, str) else kind
    origin = str(entry.get("registered_name") or entry.get("module") or "keras")[:80]
    elsewhere = _stranger(entry) and origin.split(".")[0] != "keras" and origin != kind
    return f"{told} of {origin}" if elsewhere else told


def _name_of(config: Mapping[str, Any], kind: str) -> str:
    if not isinstance(config, Mapping) or not isinstance(config.get("name"), str):
        raise InputError(f"{kind}: its configuration has a name (got {str(config)[:60]!r})")
    found: str = config["name"]
    return found


def _dtype_of(config: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Any:
    """Return the network's dtype: its own, or its first layer's."""
    told = [entry["config"].get("dtype") for entry in entries if "units" in entry["config"]]
    others = [entry["config"].get("dtype") for entry in entries]
    dtype = next((d for d in (config.get("dtype"), *told, *others) if d is not None), None)
    if isinstance(dtype, Mapping):
        dtype = (dtype.get("config") or {}).get("name")
    return dtype if dtype in ("float32", "float64") else "float32"


def _trainable(model: Any, config: Mapping[str, Any]) -> Any:
    if config.get("trainable", True) is False:
        model.trainable = False
    return model


# Calls of layers in networks that branch.


def _called(layer: Layer, sources: list[Symbol]) -> Symbol:
    try:
        flow = layer(sources if len(sources) > 1 else sources[0])
    except NeurosimError:
        raise
    except (TypeError, ValueError, LookupError, ArithmeticError) as error:
        raise InputError(f"{layer}: it does not take what it is called on ({error})") from None
    assert isinstance(flow, Symbol)
    return flow


def _ends(
    given: Any, symbols: Mapping[Call, Symbol], made: Mapping[str, Layer], who: str
) -> list[Symbol]:
    """Return the symbols of inputs or outputs: one [layer, call, 0] or a list of them."""
    several = given if isinstance(given, list) and given and isinstance(given[0], list) else [given]
    found = []
    for end in several:
        good = isinstance(end, list) and len(end) == 3 and isinstance(end[0], str)
        if not good or type(end[1]) is not int or end[2] != 0:
            raise InputError(f"{who} is [layer, call, 0], or a list of them (got {given!r})")
        first = type(made.get(end[0])) is Model and end[1] > 0  # see functional_config
        call = end[0], end[1] - first
        if call not in symbols:
            raise InputError(f"{who} names {end[0]!r}, call {end[1]}, which there is not")
        found.append(symbols[call])
    return found
