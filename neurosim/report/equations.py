"""Equations as SVG in the colour of the text around them."""

from __future__ import annotations

import io
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from .inline_svg import inline_svg

POINTS = 13
PAD = 0.02  # inches around
INK = "#010203"  # a colour that nothing else in the drawing has


def equation_of(mathtext: str, name: str) -> str | None:
    """Return an equation as an svg element; None where it is no mathtext.

    Parameters
    ----------
    mathtext
        Lines of Matplotlib's mathtext, one below the other.
    name
        Unlike that of any other drawing on the page.
    """
    drawing = io.BytesIO()
    settings: Any = {
        "svg.fonttype": "path", "svg.hashsalt": name, "mathtext.fontset": "stix",
        "font.family": "STIXGeneral",
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(0.1, 0.1))
        figure.text(0, 0, mathtext, fontsize=POINTS, color=INK, linespacing=1.7)
        try:
            figure.savefig(
                drawing, format="svg", bbox_inches="tight", pad_inches=PAD, transparent=True,
                metadata={"Date": None},
            )  # fmt: skip
        except ValueError:  # the parser's word for what it cannot read
            return None
    label = "; ".join(mathtext.split("\n"))
    svg = inline_svg(drawing.getvalue(), name, label, points_per_em=POINTS)
    return svg.replace(INK, "currentColor")
