"""Figures: the house style, images and curves, and circuits drawn as on the lecture's slides.

Nothing here uses pyplot: a figure is a plain object, there is no current one, and importing stays
cheap.
"""

from .comparing import mark_zero, numbered_points_over_curve, points_over_curve
from .drawing import draw_circuit
from .scale_bars import scale_bar
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
    "mark_zero",
    "new_figure",
    "numbered_points_over_curve",
    "plot_curves",
    "points_over_curve",
    "scale_bar",
    "show_image",
    "signed_colours",
    "style",
]
