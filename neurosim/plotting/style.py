"""The house style: one look for every figure, legible when printed at a column's width.

Colours are Okabe & Ito's (2008), which the colour-blind tell apart; nothing is told by colour
alone.  A figure has the size at which it is printed, a column of 8.5 cm or a page of 17 cm, and
no letter in it is smaller than 7 points.
"""

from __future__ import annotations

import io
import string
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
from matplotlib.text import Text

from ..errors import InputError

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
WIDTHS = {"column": 8.5 / 2.54, "page": 17 / 2.54}  # inches
DOTS_PER_INCH = 300
LETTER = 0.52  # width of a letter, in its size: a little more than most take
BOLDER = 1.18  # how much wider bold ones are

_STYLE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.prop_cycle": cycler(color=[COLOURS[c] for c in COLOURS if c != "yellow"]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlepad": 4,
    "axes.titlesize": 8.5,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "figure.titlesize": 10,
    "figure.titleweight": "bold",
    "font.size": 8,
    "image.interpolation": "nearest",
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "legend.title_fontsize": 7.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 3,
    "savefig.dpi": DOTS_PER_INCH,
    "xtick.color": INK,
    "xtick.labelsize": 7.5,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.labelsize": 7.5,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}


def style() -> AbstractContextManager[None]:
    """Return a context in which whatever Matplotlib makes has the house style."""
    return matplotlib.rc_context(_STYLE)


class HouseFigure(Figure):
    """A figure of the house's resolution that shows itself in a notebook without pyplot."""

    def suptitle(self, t: str, **options: Any) -> Any:
        """As `Figure.suptitle`, bold at the left; a long one is broken into even lines."""
        with style():
            width = self.bbox.width / self.dpi * 72 / (10 * BOLDER * LETTER)
            place = {"x": 0.005, "ha": "left", "color": INK, **options}
            return super().suptitle(even_lines(t, int(width)), **place)

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

    def show(self, warn: bool = True) -> None:
        """Raise: a figure without pyplot has no window."""
        raise InputError(
            "this figure has no window to show itself in: figure.savefig('figure.png') writes it "
            "to a file; in a notebook it shows itself as the last line of a cell"
        )

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        image = io.BytesIO()
        self.savefig(image, format="png")
        width, height = (round(side * 100) for side in self.get_size_inches())
        return image.getvalue(), {"width": width, "height": height}


class HouseAxes(Axes):
    """Axes whose titles stand at the left, wrapped to the panel, and whose legends are bare.

    Attributes
    ----------
    letter : what a panel is called in a figure of several: a, b, c …; else ""
    """

    letter = ""
    _lettered: Text | None = None

    def set_title(self, label: str, *args: Any, **options: Any) -> Any:
        """As `Axes.set_title`, in the house style; a long title is broken into even lines."""
        with style():
            alone = not self.letter  # then it is the figure's own title, and looks so
            wrapped = self._wrapped(label, LETTER * (BOLDER if alone else 1.0))
            if not alone and label:
                self._write_letter(wrapped.count("\n"))
            look = {"fontweight": "bold" if alone else "normal", **options}
            return super().set_title(wrapped, *args, **look)

    def _write_letter(self, below: int) -> None:
        """Write the panel's letter, bold, before the first line of its title."""
        if self._lettered is not None:
            self._lettered.remove()
        self._lettered = self.annotate(
            self.letter + "\n" * below, (0, 1), xycoords="axes fraction", xytext=(-5, 4),
            textcoords="offset points", ha="right", va="baseline", weight="bold", color=INK,
            size=9, annotation_clip=False, gid="letter",
        )  # fmt: skip

    def legend(self, *args: Any, **options: Any) -> Any:
        """As `Axes.legend`, in the house style; a title stands at the left."""
        with style():
            return super().legend(*args, **{"alignment": "left", **options})

    def plot(self, *args: Any, **options: Any) -> Any:
        """As `Axes.plot`, in the house style."""
        with style():
            return super().plot(*args, **options)

    def annotate(self, *args: Any, **options: Any) -> Any:
        """As `Axes.annotate`, in the house style."""
        with style():
            return super().annotate(*args, **options)

    def _wrapped(self, label: str, letter: float) -> str:
        spec = self.get_subplotspec()
        figure = self.get_figure()
        if spec is None or figure is None:
            return label
        _, columns, first, last = spec.get_geometry()
        taken = (last - first) % columns + 1
        inches = figure.bbox.width / figure.get_dpi() * taken / columns - 0.45
        width = max(16, int(inches * 72 / (8.5 * letter)))
        return "\n".join(even_lines(line, width) for line in label.split("\n"))


def even_lines(text: str, width: int) -> str:
    """Return text in as few lines of at most so many letters as there must be, about as long."""
    lines = textwrap.wrap(text, width)
    while len(lines) > 1 and width > 1:
        width -= 1
        narrower = textwrap.wrap(text, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return "\n".join(lines)


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
        Of the figure where it is printed: "column" (8.5 cm), "page" (17 cm), or inches.
    height
        Inches; left out, panels a little wider than high.
    options
        As `matplotlib.figure.Figure.subplots` takes them: sharex, squeeze, width_ratios …

    Returns
    -------
    The figure, and one axes, or an array of them: (rows, columns), without axes of length 1.
    Panels of a figure of several have their letter, a, b, c …, beside their title.

    Examples
    --------
    >>> figure, ax = new_figure()
    >>> _ = ax.plot([0, 1], [0, 1])
    >>> _ = ax.set(xlabel="drive", ylabel="rate (spikes/s)", title="The rate follows the drive")
    """
    across = WIDTHS[width] if isinstance(width, str) else float(width)
    if height is None:
        height = rows * max(0.72 * across / columns, 1.5) + 0.2
    panel = {"axes_class": HouseAxes, **options.pop("subplot_kw", {})}
    if "projection" in panel or "polar" in panel:
        panel.pop("axes_class")
    with style():
        figure = HouseFigure(figsize=(across, height), layout="constrained")
        axes = figure.subplots(rows, columns, subplot_kw=panel, **options)
        panels = [ax for ax in figure.axes if isinstance(ax, HouseAxes)]
        if len(panels) > 1:
            for ax, letter in zip(panels, string.ascii_lowercase, strict=False):
                ax.letter = letter
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
            "linewidth": 1.2,
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
    ax.set_anchor("NW")  # titles of images of different shapes stand at one height
    if bar and values.ndim == 2 and figure is not None:
        with style():
            beside = ax.inset_axes((1.04, 0.0, 0.06, 1.0))  # as high as the image
            drawn = figure.colorbar(image, cax=beside)
            drawn.set_label(label)
        drawn.outline.set_linewidth(0.6)
    return image
