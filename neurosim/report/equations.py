"""Equations as SVG in the colour of the text around them."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

import matplotlib
from matplotlib.path import Path
from matplotlib.textpath import TextPath

POINTS = 13  # of a letter
GAP = 8  # points between two lines
PAD = 1  # points around
LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}  # as SVG's


def equation_of(mathtext: str) -> str | None:
    """Return an equation as an svg element; None where it is no mathtext, or nothing to draw.

    Parameters
    ----------
    mathtext
        Lines of Matplotlib's mathtext, one below the other; blank ones are passed over.
    """
    written = [line for line in mathtext.splitlines() if line.strip()]
    if not written:
        return None
    settings: Any = {"mathtext.fontset": "stix", "font.family": "STIXGeneral"}
    with matplotlib.rc_context(settings):
        try:
            lines = [TextPath((0, 0), line, size=POINTS) for line in written]
        except ValueError:  # the parser's word for what it cannot read
            return None
    # As far apart as each is high: fractions need more.
    outlines, bottom, right = [], -GAP, 0.0
    for line in lines:
        (_, low), (end, high) = line.get_extents().get_points()
        outlines.append(_outline(line, bottom + GAP + high))
        bottom += GAP + high - low
        right = max(right, end)
    width, height = right + 2 * PAD, bottom + 2 * PAD
    return (
        f'<svg role="img" aria-label={quoteattr("; ".join(written))} '
        f'viewBox="{-PAD} {-PAD} {width:.2f} {height:.2f}" '
        f'style="width:{width / POINTS:.2f}em;height:{height / POINTS:.2f}em">'
        f'<path fill="currentColor" d="{"".join(outlines)}"/></svg>'
    )


def _outline(path: Path, baseline: float) -> str:
    """Return a path as SVG writes it, whose y goes down, on this baseline."""
    steps = []
    for numbers, code in path.iter_segments(simplify=False):
        if code == Path.CLOSEPOLY:
            steps.append("Z")
            continue
        x, y = numbers[::2], baseline - numbers[1::2]
        places = " ".join(f"{across:.2f} {down:.2f}" for across, down in zip(x, y, strict=True))
        steps.append(LETTERS[code] + places)
    return "".join(steps)
