"""Figures: the house style, images and curves, and circuits drawn as on the lecture's slides.

Nothing here uses pyplot: a figure is a plain object, there is no current one, and importing stays
cheap.
"""

from .drawing import draw_circuit
from .style import (
    CHANNEL_COLOURS,
    COLOURS,
    FAINT,
    new_figure,
    plot_curves,
    show_image,
    signed_colours,
    style,
)

__all__ = [
    "CHANNEL_COLOURS",
    "COLOURS",
    "FAINT",
    "draw_circuit",
    "new_figure",
    "plot_curves",
    "show_image",
    "signed_colours",
    "style",
]
