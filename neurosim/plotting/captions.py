"""What is written in, under and between the items of a drawing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from ..neurons import Binary, Neurons, Rate
from .scene import Item, shape_of

SYMBOLS = {"threshold": "θ", "bias": "b", "semi_saturation": "σ", "gain": "g", "noise": "s"}
ORDINARY = {"bias": 0.0, "semi_saturation": 1.0, "gain": 1.0, "noise": 0.0, "tau": 0.0}


@lru_cache(maxsize=4096)
def text_size(text: str, points: float) -> tuple[float, float]:
    """Return the width and height of one line of text, in inches."""
    if not text:
        return 0.0, 0.0
    font = FontProperties(family="DejaVu Sans", size=points)
    width, height, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return width / 72, height / 72


def number(value: float) -> str:
    """Return a number as one writes it by hand: three digits, a true minus sign."""
    text = f"{value:.3g}"
    return text.replace("-", "−")


def seconds(value: float) -> str:
    """Return a time with the unit that fits: 5 ms, 250 µs, 1.5 s."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.4g} {unit}"
    return f"{value / 1e-6:.4g} µs"


def threshold_of(item: Item) -> str:
    """Return a neuron's threshold, as it stands in its circle: θ 1."""
    assert item.population is not None
    return _one(item.population.neurons, "threshold", item.element)


def notes_of(item: Item, with_threshold: bool) -> str:
    """Return what else there is to say of an item: its shape, and parameters out of the ordinary.

    A parameter that varies over a sheet is named with its range.
    """
    if item.kind == "box":
        return f"{item.neurons} neuron{'s' if item.neurons != 1 else ''}"
    population = item.population
    if population is None:
        return ""
    parts = [shape_of(population.shape)] if item.kind == "sheet" else []
    neurons = population.neurons
    if neurons is None:
        return " ".join(parts)
    element = None if item.kind == "sheet" else item.element
    if with_threshold and (isinstance(neurons, Binary) or np.any(neurons.threshold)):
        parts.append(_one(neurons, "threshold", element))
    for name, ordinary in ORDINARY.items():
        value = getattr(neurons, name, ordinary)
        if np.any(_at(value, element) != ordinary):
            parts.append(_one(neurons, name, element))
    unusual = isinstance(neurons, Rate) and neurons.transfer.name != "threshold-linear"
    if item.kind == "sheet" and unusual:
        parts.append(str(neurons.transfer))  # type: ignore[attr-defined]
    return ", ".join(parts)


def wire_label(weight: float | None, channel: str, delay: float, kinds: list[str]) -> str:
    """Return what stands on a wire: its weight where that is not 1, its kind, its delay."""
    parts = list(kinds)
    if channel == "veto":
        parts.insert(0, "∞")
    elif weight is not None and weight != 1 and channel not in ("signal", "output"):
        parts.append(number(weight))
    if delay:
        parts.append(seconds(delay))
    return ", ".join(parts)


def _one(neurons: Neurons | None, name: str, element: int | None) -> str:
    value = np.asarray(getattr(neurons, name), dtype=float)
    at = _at(value, element)
    if name == "tau":
        low, high = (seconds(float(v)) for v in (at.min(), at.max()))
        return f"τ {low}" if low == high else f"τ {low}–{high}"
    low, high = number(float(at.min())), number(float(at.max()))
    return f"{SYMBOLS[name]} {low}" if low == high else f"{SYMBOLS[name]} {low} to {high}"


def _at(value: Any, element: int | None) -> np.ndarray:
    values = np.asarray(value, dtype=float)
    return values if element is None or not values.ndim else values.ravel()[element]
