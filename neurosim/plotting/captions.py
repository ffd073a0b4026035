"""What is written in, under and between the items of a drawing."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from ..description import number_text, parameter_text, parameter_texts, seconds_text, shape_text
from ..neurons import Rate
from .scene import Item


@lru_cache(maxsize=4096)
def text_size(text: str, points: float) -> tuple[float, float]:
    """Return the width and height of one line of text, in inches."""
    if not text:
        return 0.0, 0.0
    font = FontProperties(family="DejaVu Sans", size=points)
    width, height, _ = TextToPath().get_text_width_height_descent(text, font, ismath=False)
    return width / 72, height / 72


def value_text(value: float) -> str:
    """Return an activity in few characters, to stand in a circle."""
    return "≈0" if 0 < abs(value) < 0.005 else f"{value:.2g}".replace("-", "−")


def threshold_of(item: Item) -> str:
    """Return a neuron's threshold, as it stands in its circle: θ 1."""
    assert item.population is not None
    assert item.population.neurons is not None
    return parameter_text(item.population.neurons, "threshold", item.element)


def notes_of(item: Item, with_threshold: bool) -> list[str]:
    """Return what else there is to say of an item: its shape, and what is not as usual."""
    if item.kind == "box":
        return [f"{item.neurons:,} neuron{'s' if item.neurons != 1 else ''}"]
    population = item.population
    if population is None:
        return []
    is_sheet = item.kind == "sheet"
    parts = [shape_text(population.shape)] if is_sheet else []
    neurons = population.neurons
    if neurons is None:
        return parts
    parts += parameter_texts(neurons, None if is_sheet else item.element, with_threshold)
    if is_sheet and isinstance(neurons, Rate) and neurons.transfer.name != "threshold-linear":
        parts.append(str(neurons.transfer))
    return parts


def wire_label(weight: float | None, channel: str, delay: float, kinds: list[str]) -> str:
    """Return what stands on a wire: its weight where that is not 1, its kind, its delay."""
    parts = list(kinds)
    if channel == "veto":
        parts.insert(0, "∞")
    elif weight is not None and weight != 1 and channel not in ("signal", "output"):
        parts.append(number_text(weight))
    if delay:
        parts.append(seconds_text(delay))
    return ", ".join(parts)
