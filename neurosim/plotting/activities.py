"""Activities on a drawing: which value every item has, and in which colour it shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import Colormap

from ..errors import InputError
from .scene import Item, Scene, Wire
from .style import INK, activity_colours, limits_of, signed_colours

if TYPE_CHECKING:
    from ..circuit import Circuit

Scale = tuple[Colormap, tuple[float, float]]


def checked_activities(
    circuit: Circuit, inputs: Any, activities: Mapping[str, Any] | None
) -> np.ndarray | None:
    """Return the activities to show, one for each of the circuit's values; NaN for unknown.

    Raises
    ------
    InputError
        Both `inputs` and `activities`; an activity that is not one moment of one trial.
    """
    if inputs is not None:
        if activities is not None:
            raise InputError(f"{circuit}: draw() takes inputs= or activities=, not both")
        if isinstance(inputs, Mapping):
            activities = circuit.activities(**inputs)
        else:
            activities = circuit.activities(*(inputs if isinstance(inputs, tuple) else (inputs,)))
    if activities is None:
        return None
    values = np.full(circuit.size, np.nan)
    for name, given in activities.items():
        population = circuit.population(name)
        array = np.asarray(given, dtype=float)
        if array.shape != population.shape:
            raise InputError(
                f"{circuit}: the activities of {name!r} have shape {array.shape}, one moment of "
                f"one trial has {population.shape}"
            )
        values[population.start : population.stop] = array.ravel()
    return values


class Activities:
    """What a scene's items show; without values, nothing."""

    def __init__(self, scene: Scene, values: np.ndarray | None):
        self.scene = scene
        self.values = values
        circles = [item for item in scene.items if item.kind in ("input", "neuron")]
        self.scales = {}
        for kind in ("input", "neuron"):
            shown = (self.of(item) for item in circles if _kind(item) == kind)
            self.scales[kind] = scale_of([value for value in shown if value is not None])

    def of(self, item: Item) -> float | None:
        """Return the activity of a circle's neuron, if it is known."""
        if self.values is None or item.population is None:
            return None
        return _known(self.values[item.population.start + item.element])

    def of_sheet(self, item: Item) -> np.ndarray | None:
        """Return the activities of a sheet, in its shape, if all are known."""
        population = item.population
        if self.values is None or population is None or not population.size:
            return None
        values = self.values[population.start : population.stop]
        return values.reshape(population.shape) if np.isfinite(values).all() else None

    def of_source(self, wire: Wire) -> float | None:
        """Return what a wire carries, if it is the activity of one neuron, and known."""
        item = self.scene.items[wire.source]
        if item.kind == "box":
            return None if self.values is None else _known(self.values[wire.port])
        return None if item.kind == "sheet" else self.of(item)

    def of_output(self, i: int) -> float | None:
        """Return what the output at item `i` answers, if it is one neuron's activity."""
        wires = [w for w in self.scene.wires if w.target == i]
        return self.of_source(wires[0]) if len(wires) == 1 else None

    def colour(self, item: Item, value: float) -> Any:
        """Return the colour of a circle with that activity."""
        colours, (low, high) = self.scales[_kind(item)]
        return colours((value - low) / (high - low))

    def ink(self, item: Item, value: float) -> str:
        """Return the colour in which letters are read on `colour`."""
        red, green, blue, _ = self.colour(item, value)
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.45 else INK


def scale_of(values: Any) -> Scale:
    """Return the colours for activities, and the values that they span: always with 0."""
    flat = np.append(np.ravel(values), 0.0)
    if (flat < 0).any():
        return signed_colours(), limits_of(flat, signed=True)
    return activity_colours(), (0.0, float(flat.max()) or 1.0)


def _known(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _kind(item: Item) -> str:
    """Return whose colours a circle shares: inputs have another unit than neurons."""
    is_input = item.population is not None and item.population.role == "input"
    return "input" if is_input else "neuron"
