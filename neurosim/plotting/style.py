"""The house style: one look for every figure, legible when printed at a column's width.

Colours are Okabe & Ito's (2008), which the colour-blind tell apart; nothing is told by colour
alone.  A figure is laid out in inches at about 1.4 times its printed size, so that Matplotlib's
ordinary 10 points print as 7.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Literal

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

COLOURS = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
INK = "#222222"
FAINT = "#767676"  # the lightest grey that is still read on white (WCAG AA)
CHANNEL_COLOURS = {
    "excite": COLOURS["vermillion"],
    "subtract": COLOURS["blue"],
    "divide": COLOURS["green"],
    "veto": COLOURS["black"],
    "signal": FAINT,
    "output": INK,
}
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
WIDTHS = {"column": 5.0, "page": 9.0}  # inches
DOTS_PER_INCH = 200

_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 10,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=[COLOURS[c] for c in COLOURS if c != "yellow"]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "image.interpolation": "nearest",
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.dpi": DOTS_PER_INCH,
    "xtick.color": INK,
    "xtick.labelsize": 9,
    "ytick.color": INK,
    "ytick.labelsize": 9,
}


def style() -> AbstractContextManager[None]:
    """Return a context in which whatever Matplotlib makes has the house style."""
    return matplotlib.rc_context(_STYLE)


class HouseFigure(Figure):
    """A figure of the house's resolution that shows itself in a notebook without pyplot."""

    def savefig(self, fname: Any, *, dpi: float = DOTS_PER_INCH, **options: Any) -> None:
        """As `Figure.savefig`, with enough dots an inch for print, in half the time.

        Matplotlib lays a figure out and draws it twice, the first time to nowhere; here it is laid
        out and then drawn.
        """
        engine, before = self.get_layout_engine(), self.get_dpi()
        try:
            if engine is not None:
                self.set_dpi(dpi)
                engine.execute(self)
                self.set_layout_engine(None)
            super().savefig(fname, dpi=dpi, **options)
        finally:
            self.set_dpi(before)
            if engine is not None:
                self.set_layout_engine(engine)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        image = io.BytesIO()
        self.savefig(image, format="png")
        width, height = (round(side * 100) for side in self.get_size_inches())
        return image.getvalue(), {"width": width, "height": height}


class HouseAxes(Axes):
    """Axes whose titles stand at the left, wrapped to the panel, and whose legends are bare."""

    def set_title(self, label: str, *args: Any, **options: Any) -> Any:
        """As `Axes.set_title`, in the house style; a long title is broken into lines."""
        with style():
            return super().set_title(self._wrapped(label), *args, **options)

    def legend(self, *args: Any, **options: Any) -> Any:
        """As `Axes.legend`, in the house style."""
        with style():
            return super().legend(*args, **options)

    def _wrapped(self, label: str) -> str:
        spec = self.get_subplotspec()
        figure = self.get_figure()
        if spec is None or figure is None:
            return label
        _, columns, first, last = spec.get_geometry()
        taken = (last - first) % columns + 1
        inches = figure.bbox.width / figure.get_dpi() * taken / columns - 0.7
        width = max(16, int(inches * 72 / 6))  # a letter of 11 points is about 6 wide
        return "\n".join(textwrap.fill(line, width) for line in label.split("\n"))


def new_figure(
    rows: int = 1,
    columns: int = 1,
    *,
    width: Literal["column", "page"] | float = "column",
    height: float | None = None,
    **options: Any,
) -> tuple[HouseFigure, Any]:
    """Return a new figure in the house style, and its axes.

    Parameters
    ----------
    rows, columns
        Of panels.
    width
        "column" (5 inches), "page" (9 inches), or inches.
    height
        Inches; left out, panels a little wider than high.
    options
        As `matplotlib.figure.Figure.subplots` takes them: sharex, squeeze, width_ratios …

    Returns
    -------
    The figure, and one axes, or an array of them: (rows, columns), without axes of length 1.

    Examples
    --------
    >>> figure, ax = new_figure()
    >>> _ = ax.plot([0, 1], [0, 1])
    >>> _ = ax.set(xlabel="drive", ylabel="rate (spikes/s)", title="The rate follows the drive")
    """
    across = WIDTHS[width] if isinstance(width, str) else float(width)
    if height is None:
        height = rows * max(0.72 * across / columns, 1.8) + 0.2
    panel = {"axes_class": HouseAxes, **options.pop("subplot_kw", {})}
    if "projection" in panel or "polar" in panel:
        panel.pop("axes_class")
    with style():
        figure = HouseFigure(figsize=(across, height), layout="constrained")
        axes = figure.subplots(rows, columns, subplot_kw=panel, **options)
    return figure, axes


def plot_curves(
    ax: Axes, x: Any, curves: Mapping[str, Any], *, legend: bool = True, **options: Any
) -> list[Any]:
    """Plot named curves, each told apart by its colour and by its dashes.

    Parameters
    ----------
    x
        What they have in common, (points,).
    curves
        Their values by name, each (points,).
    legend
        Whether the names are shown.
    options
        As `Axes.plot` takes them.
    """
    names = [name for name in COLOURS if name != "yellow"]
    lines = []
    for number, (label, values) in enumerate(curves.items()):
        look = {
            "color": COLOURS[names[number % len(names)]],
            "linestyle": DASHES[number % len(DASHES)],
            "linewidth": 1.6,
        }
        lines += ax.plot(x, values, label=label, **{**look, **options})
    if legend:
        ax.legend()
    return lines


@cache
def signed_colours() -> Colormap:
    """Return the map for signed values: blue below 0, white at 0, vermillion above."""
    stops = ["#003A5D", COLOURS["blue"], "#FFFFFF", COLOURS["vermillion"], "#6B2F00"]
    return LinearSegmentedColormap.from_list("signed", stops)


@cache
def activity_colours() -> Colormap:
    """Return the map for activities from 0, light enough for black letters on it."""
    return LinearSegmentedColormap.from_list("activity", ["#FFFFFF", "#F7D98B", "#F0AD1E"])


def limits_of(values: np.ndarray, signed: bool) -> tuple[float, float]:
    """Return what a colour map spans: symmetric about 0 for signed values; NaN is left out."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (-1.0, 1.0) if signed else (0.0, 1.0)
    if signed:
        reach = float(np.abs(finite).max()) or 1.0
        return -reach, reach
    low, high = float(finite.min()), float(finite.max())
    return (low, high) if high > low else (min(low, 0.0), max(high, 1.0))


def show_image(
    ax: Axes,
    array: Any,
    title: str | None = None,
    *,
    signed: bool | None = None,
    limits: tuple[float, float] | None = None,
    label: str = "",
    bar: bool = True,
    extent: tuple[float, float, float, float] | None = None,
    colours: str | Colormap | None = None,
) -> AxesImage:
    """Show an array as an image, with a colour bar.

    Parameters
    ----------
    array
        (rows, columns), or (rows, columns, 3) for colours in [0, 1].
    signed
        Whether 0 is the middle, white; left out: whether there are values below 0.
    limits
        The values of the first and the last colour; left out: from the array, symmetric if
        signed.
    label
        Of the colour bar: the quantity and its unit.
    bar
        Whether there is a colour bar.
    extent
        Left, right, bottom, top in the axes' units; left out, the axes show no ticks.
    colours
        A Matplotlib colour map; left out: blue–white–vermillion for signed values, else greys.
    """
    values = np.asarray(array, dtype=float)
    if signed is None:
        signed = bool((values < 0).any())
    low, high = limits_of(values, signed) if limits is None else limits
    image = ax.imshow(
        values,
        cmap=colours or (signed_colours() if signed else "gray"),
        norm=Normalize(low, high),
        interpolation="nearest",
        extent=extent,
    )
    if extent is None:
        ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(True)
    if title is not None:
        ax.set_title(title)
    figure = ax.get_figure()
    if bar and values.ndim == 2 and figure is not None:
        drawn = figure.colorbar(image, ax=ax, label=label, shrink=0.85)
        drawn.outline.set_linewidth(0.6)
        drawn.ax.tick_params(labelsize=9)
    return image
