"""Calls in configurations of networks that branch: what each layer hears, as Keras 3 writes it.

Keras also writes down how it finds which steps of padded sequences count, operation by operation.
Here layers find that by themselves, so that what a file tells is only compared with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..errors import InputError
from .layers import Add, Concatenate, Embedding
from .layers.layer import Layer
from .network import Network

# A layer's name, and which of its calls.
Call: TypeAlias = tuple[str, int]
# The calls whose words say which steps count: those where one of them is not 0.  None: all count.
Steps: TypeAlias = frozenset[Call] | None

ELSEWHERE: Steps = frozenset()  # words that a file does not tell of here

OPERATIONS = "keras.src.ops."  # where Keras's operations on tensors are from, which are no layers
SUM, FOUND = "Add", "NotEqual"
LAST = (-1, 2)  # the axis of features, of sequences
# Those by which it finds masks: from layers, and from masks, with the settings that they have.
OF_LAYERS = (FOUND, "ZerosLike", "OnesLike")
OF_MASKS: dict[str, dict[str, Any]] = {
    "LogicalOr": {},
    "ExpandDims": {"axis": (-1,)},
    "Concatenate": {"axis": LAST},
    "Any": {"axis": (-1,), "keepdims": (False,)},
}


@dataclass(frozen=True)
class Heard:
    """What a layer or an operation is called on.

    Attributes
    ----------
    sources : the calls whose answers it hears
    masks : those that say which steps of each count; None where the layer is to find it
    """

    sources: Sequence[Call] = ()
    masks: Sequence[Call | None] = ()

    @property
    def ahead(self) -> list[Call]:
        """All calls that must be known before."""
        return [*self.sources, *(mask for mask in self.masks if mask is not None)]


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry is one of Keras's operations on tensors, as a + b."""
    return str(entry.get("module")).startswith(OPERATIONS)


def is_mask(entry: Mapping[str, Any]) -> bool:
    """Return whether an entry says which steps count."""
    return is_operation(entry) and entry["class_name"] != SUM


def calls_of(entry: Mapping[str, Any], who: str) -> list[Heard]:
    """Return what a layer or an operation is called on, call by call.

    Raises
    ------
    InputError
        What is no list of calls, or calls with anything that is not read here.
    """
    calls = entry.get("inbound_nodes")
    if not isinstance(calls, list) or not calls:
        raise InputError(f"{who} is called on nothing")
    for call in calls:
        good = isinstance(call, Mapping) and isinstance(call.get("args"), list)
        if not good or not isinstance(call.get("kwargs", {}), Mapping):
            raise InputError(f"{who}: a call has one argument, as Keras 3 writes it")
    if is_operation(entry):
        return [_operands(entry, call, who) for call in calls]
    return [_heard(call, who) for call in calls]


def mask_of(
    entry: Mapping[str, Any], heard: Heard, steps: Mapping[Call, Steps], masks: set[Call], who: str
) -> Steps:
    """Return which steps count, as an operation says it.

    Parameters
    ----------
    steps
        Which steps count of what is ahead.
    masks
        The calls ahead that are such operations.

    Raises
    ------
    InputError
        It compares masks, or joins what is none.
    """
    kind = entry["class_name"]
    if any((source in masks) != (kind in OF_MASKS) for source in heard.sources):
        raise InputError(f"{who} is no mask of an Embedding")
    if kind == FOUND:
        return frozenset(heard.sources)
    if kind not in OF_MASKS:
        return None if kind == "OnesLike" else frozenset()
    return _in_any([steps[source] for source in heard.sources])


def steps_before(
    entry: Mapping[str, Any], heard: Heard, steps: Mapping[Call, Steps], masks: set[Call], who: str
) -> list[Steps]:
    """Return which steps count of each of those that a layer hears.

    Parameters
    ----------
    steps, masks
        As `mask_of` takes them.

    Raises
    ------
    InputError
        It hears a mask; or in Keras it knows of other steps than it would here.
    """
    if any(source in masks for source in heard.sources):
        raise InputError(f"{who} hears a mask, not a layer")
    given = [steps[source] for source in heard.sources]
    for mask, own in zip(heard.masks, given, strict=False):
        if mask is not None and (mask not in masks or steps[mask] != own):
            raise InputError(f"{who} is called with another mask than that of what it hears")
    if is_operation(entry) and None not in given:
        raise InputError(
            f"{who} is an operation, a + b, after which Keras forgets what is padding; Add() does "
            "not"
        )
    return given


def steps_after(layer: Layer, heard: Heard, given: Sequence[Steps]) -> Steps:
    """Return which steps of what a layer answers count, given those of what it hears."""
    if isinstance(layer, Embedding):
        return frozenset(heard.sources) if layer.mask_zero else None
    inside = isinstance(layer, Network) and _finds_padding(layer)
    if not inside and all(steps is None for steps in given):
        return None
    if isinstance(layer, Network) or (isinstance(layer, Concatenate) and layer.axis not in LAST):
        return ELSEWHERE
    if isinstance(layer, Add | Concatenate):
        return _in_any(given)
    return given[0] if layer.keeps_mask else None


def _in_any(given: Sequence[Steps]) -> Steps:
    """Return the steps that count in any of some masks."""
    told = [steps for steps in given if steps is not None]
    return frozenset().union(*told) if len(told) == len(given) else None


def _finds_padding(layer: Layer) -> bool:
    """Return whether a layer finds by itself which steps count, or one inside of it does."""
    if isinstance(layer, Network):
        return any(_finds_padding(inner) for inner in layer.layers)
    return isinstance(layer, Embedding) and layer.mask_zero


def _heard(call: Mapping[str, Any], who: str) -> Heard:
    """Return what a layer is called on."""
    if len(call["args"]) != 1:
        raise InputError(f"{who}: a call has one argument, as Keras 3 writes it")
    masks: list[Call | None] = []
    for key, value in (call.get("kwargs") or {}).items():
        if key == "mask":
            told = value if isinstance(value, list) else [value]
            masks = [None if mask is None else _call_of(mask, who) for mask in told]
        elif value not in (None, False):
            raise InputError(f"{who} is called with {key}=, which is not supported")
    return Heard([_call_of(one, who) for one in _listed(call["args"][0])], masks)


def _operands(entry: Mapping[str, Any], call: Mapping[str, Any], who: str) -> Heard:
    """Return what an operation is called on."""
    kind, config = entry["class_name"], entry["config"]
    operands = [one for argument in call["args"] for one in _listed(argument)]
    numbers = [one for one in operands if not isinstance(one, Mapping)]
    good = kind in (SUM, *OF_LAYERS, *OF_MASKS) and numbers == [0] * (kind == FOUND)
    settings = OF_MASKS.get(kind, {}).items()
    if not good or any(config.get(key) not in known for key, known in settings):
        raise InputError(
            f"{who} is an operation on tensors, {kind}, of which only a + b of two layers is read; "
            "write it as a layer, or build the network in code, then load_weights(path)"
        )
    return Heard([_call_of(one, who) for one in operands if isinstance(one, Mapping)])


def _listed(argument: Any) -> list[Any]:
    return argument if isinstance(argument, list) else [argument]


def _call_of(flow: Any, who: str) -> Call:
    """Return from which call of which layer something flows."""
    history: Any = None
    if isinstance(flow, Mapping) and flow.get("class_name") == "__keras_tensor__":
        history = (flow.get("config") or {}).get("keras_history")
    good = isinstance(history, list) and len(history) == 3 and isinstance(history[0], str)
    if not good or type(history[1]) is not int or history[2] != 0:
        raise InputError(f"{who} is called on what no layer answers ({str(flow)[:60]})")
    return history[0], history[1]
