"""What stands above a panel of a drawing: a name in bold, and lines of text below it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from ..plotting import FAINT
from ..plotting.captions import text_size
from ..plotting.style import BOLDER, INK

LINE = 0.155  # inches from one line of text to the next
PAD = 0.07  # inches between text and what is beside it
TEXT = 7.5  # points
NAME = 8.5  # points, of a name


@dataclass(frozen=True)
class Heading:
    """A name and lines of text, broken to fit a width."""

    name: tuple[str, ...]
    lines: tuple[str, ...] = ()
    faint: bool = True

    @property
    def height(self) -> float:
        """Inches."""
        return 0.05 + LINE * (1.15 * len(self.name) + len(self.lines)) + PAD

    @classmethod
    def of(cls, name: str, lines: Iterable[str], width: float, faint: bool = True) -> Heading:
        """Return a heading for a panel of a width in inches."""
        parts = [part for line in lines for part in wrapped(line, width)]
        bold = wrapped(name, width, NAME, bold=True) if name else []
        return cls(tuple(bold), tuple(parts), faint)

    def draw(self, ax: Axes, at: tuple[float, float] = (0.0, 0.0), math: bool = False) -> None:
        """Write it into axes whose unit is an inch, y downward; `math` where $ is mathematics."""
        x, y = 0.02 + at[0], 0.13 + at[1]
        for line in self.name:
            _write(ax, x, y, line, color=INK, weight="bold", size=NAME)
            y += 1.15 * LINE
        look = {"color": FAINT, "style": "italic"} if self.faint else {"color": INK}
        for line in self.lines:
            _write(ax, x, y, line, parse_math=math, **look)
            y += LINE


def wrapped(text: str, width: float, size: float = TEXT, bold: bool = False) -> list[str]:
    """Return the lines of a text that fit into a width in inches."""
    long = text_size(text, size)[0] * (BOLDER if bold else 1)
    if long <= width:
        return [text]
    letters = max(4, int(0.93 * len(text) * width / long))
    return textwrap.wrap(text, letters) or [text]


def _write(ax: Axes, x: float, y: float, text: str, **options: Any) -> None:
    ax.text(x, y, text, va="center", **{"size": TEXT, "parse_math": False, **options})
