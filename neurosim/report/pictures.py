"""Figures as they stand in the page: drawn as SVG where that is smaller than a PNG."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib
from matplotlib.figure import Figure

from ..plotting.moving import gif_of
from ..result import Animation
from .inline_svg import inline_svg

DOTS_PER_INCH = 180  # of a PNG: nearly two to each of the page's pixels
PIXELS_PER_INCH = 96  # of CSS


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, and the words for who does not see it."""

    name: str
    """Unlike any other's on the page."""
    alt: str
    """The figure's own titles."""
    width: int
    """In the page's pixels."""
    height: int
    kind: Literal["svg", "png", "gif"]
    content: str
    """An svg element, or the file in base64."""


def picture_of(figure: Figure, name: str) -> Picture:
    """Draw a figure; the same figure gives the same picture."""
    alt = titles_of(figure) or name.replace("-", " ")
    drawing, image = io.BytesIO(), io.BytesIO()
    # Letters as outlines: no reader needs our font. A salt: names would be random without.
    settings: Any = {"svg.fonttype": "path", "svg.hashsalt": name}
    with _laid_out(figure), matplotlib.rc_context(settings):
        figure.savefig(drawing, format="svg", metadata={"Date": None})
        figure.savefig(image, format="png", dpi=DOTS_PER_INCH, pil_kwargs={"optimize": True})
    svg = inline_svg(drawing.getvalue(), name, alt)
    png = base64.b64encode(image.getvalue()).decode()
    if len(svg) <= len(png):
        return Picture(name, alt, *_size(figure), "svg", svg)
    return Picture(name, alt, *_size(figure), "png", png)


def moving_picture_of(animation: Animation, name: str) -> Picture:
    """Draw an animation as a GIF."""
    gif = gif_of(animation.figure, animation.update, animation.frames, animation.rate)
    alt = titles_of(animation.figure) or name.replace("-", " ")
    return Picture(
        name, alt, *_size(animation.figure), "gif", base64.b64encode(gif).decode()
    )  # fmt: skip


def titles_of(figure: Figure) -> str:
    """Return a figure's titles, its own first, then its panels', as one line."""
    titles = [figure.get_suptitle()]
    titles += [ax.get_title(loc) for ax in figure.axes for loc in ("left", "center", "right")]
    return ". ".join(" ".join(title.split()) for title in titles if title.strip())


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay a figure out once for all that is drawn of it: that takes as long as drawing it."""
    engine, before = figure.get_layout_engine(), figure.get_dpi()
    figure.set_dpi(DOTS_PER_INCH)
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    try:
        yield
    finally:
        figure.set_layout_engine(engine)
        figure.set_dpi(before)


def _size(figure: Figure) -> tuple[int, int]:
    width, height = (round(side * PIXELS_PER_INCH) for side in figure.get_size_inches())
    return width, height
