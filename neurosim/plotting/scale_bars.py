"""Scale bars: how large an image is, where its axes show no ticks."""

from __future__ import annotations

import math

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation


def scale_bar(ax: Axes, columns: int, pixel: float) -> None:
    """Draw a bar of so many degrees under an image: the longest of 1, 2, 5 × 10ⁿ in a third.

    Parameters
    ----------
    ax
        What the image is shown in, a unit of x being a pixel, as `show_image` leaves it.
    columns
        Pixels from the image's left to its right.
    pixel
        Degrees a pixel.
    """
    third = columns * pixel / 3
    decade = 10.0 ** math.floor(math.log10(third))
    degrees = max(step * decade for step in (1, 2, 5) if step * decade <= third)
    below = ax.get_xaxis_transform() + ScaledTranslation(0, -0.08, ax.figure.dpi_scale_trans)
    left = ax.get_xlim()[0]
    reach = left + degrees / pixel
    ax.plot(
        [left, reach], [0, 0], transform=below, clip_on=False, color="black", linewidth=1.5,
        solid_capstyle="butt", scalex=False, scaley=False,
    )  # fmt: skip
    ax.annotate(
        f"{degrees:g}°", (reach, 0), xycoords=below, xytext=(3, 0), textcoords="offset points",
        va="center",
    )  # fmt: skip
