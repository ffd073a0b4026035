"""The marks of a drawing: circles, sheets, boxes, wires and their endings, on a canvas in inches.

Every ending has its own shape, so that a drawing is read in grey as well: an arrowhead excites, a
bar subtracts, a crossed circle divides, a filled crossed circle vetoes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path
from matplotlib.patheffects import Normal, Stroke

from .blocks import Point
from .style import CHANNEL_COLOURS, INK

BACK, WIRES, ENDS, NODES, WORDS = 0.0, 1.0, 2.0, 3.0, 4.0  # what is drawn over what
CORNER = 0.14  # radius, in inches
# How far each ending reaches back from what it touches, in inches.
REACH = {
    "excite": 0.125,
    "subtract": 0.035,
    "divide": 0.14,
    "veto": 0.15,
    "signal": 0.09,
    "output": 0.11,
}
HALF_WIDTH = {
    "excite": 0.052,
    "subtract": 0.085,
    "divide": 0.065,
    "veto": 0.07,
    "signal": 0.035,
    "output": 0.045,
}
MOST_CELLS = 64  # a side, of the image on a sheet


@dataclass
class Canvas:
    """Axes whose unit is an inch at scale 1; letters and lines scale with them."""

    ax: Axes
    scale: float = 1.0
    least: float = 0.0  # points; smaller letters are left out

    def add(self, patch: Any, gid: str = "") -> Any:
        """Add a patch whose line width is given at scale 1."""
        patch.set_linewidth(patch.get_linewidth() * self.scale)
        if gid:
            patch.set_gid(gid)
        self.ax.add_artist(patch)  # not add_patch, which looks for the data's limits
        return patch

    def write(self, at: Point, text: str, points: float, halo: str = "", **options: Any) -> Any:
        """Write one line of text, never read as mathematics; a halo keeps it legible on wires."""
        if points * self.scale < self.least * (1 - 1e-9):
            return None
        look = {"color": INK, "ha": "center", "va": "center", "zorder": WORDS, **options}
        look["family"] = "DejaVu Sans"
        written = self.ax.text(*at, text, size=points * self.scale, parse_math=False, **look)
        if halo:
            around = Stroke(linewidth=2.5 * self.scale, foreground=halo)
            written.set_path_effects([around, Normal()])
        return written

    def wire(self, points: Sequence[Point], channel: str, gid: str, **options: Any) -> Any:
        """Draw a line with soft corners through the points."""
        return self._line(rounded(points), channel, gid, options)

    def bow(self, points: Sequence[Point], channel: str, gid: str, **options: Any) -> Any:
        """Draw one bow from the first of four points to the last, drawn to those between."""
        codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
        return self._line(Path(points, codes), channel, gid, options)

    def _line(self, path: Path, channel: str, gid: str, options: dict[str, Any]) -> Any:
        look = {"linewidth": 1.3, "zorder": WIRES, "capstyle": "butt", **options}
        return self.add(
            PathPatch(path, fill=False, edgecolor=CHANNEL_COLOURS[channel], **look), gid
        )

    def end(
        self, tip: Point, angle: float, channel: str, gid: str, size: float = 1.0, **options: Any
    ) -> Any:
        """Draw a wire's ending that touches `tip`, heading along `angle`."""
        path, filled, width = _ENDINGS[channel]
        width *= size
        turned = _placed(path, tip, angle, size)
        colour = CHANNEL_COLOURS[channel]
        look = {"zorder": ENDS, "joinstyle": "miter", "capstyle": "butt", **options}
        if channel in ("divide", "veto"):
            face = colour if channel == "veto" else "white"
            disc = self.add(
                PathPatch(turned, facecolor=face, edgecolor=colour, linewidth=width, **look), gid
            )
            slash = _slash(channel, tip, angle, size)
            ink = "white" if channel == "veto" else colour
            self.add(PathPatch(slash, fill=False, edgecolor=ink, linewidth=width, **look))
            return disc
        face = colour if filled else "none"
        return self.add(
            PathPatch(turned, facecolor=face, edgecolor=colour, linewidth=width, **look), gid
        )

    def circle(self, at: Point, radius: float, gid: str, **options: Any) -> Any:
        """Draw a neuron or an input."""
        look = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.3, "zorder": NODES}
        return self.add(Circle(at, radius, **{**look, **options}), gid)

    def rectangle(
        self, corner: Point, width: float, height: float, gid: str, **options: Any
    ) -> Any:
        """Draw the soft rectangle of an instance."""
        soft = min(0.1, width / 4, height / 4)
        style = f"round,pad=0,rounding_size={soft}"
        return self.add(FancyBboxPatch(corner, width, height, boxstyle=style, **options), gid)

    def sheet(
        self, outline: SheetOutline, gid: str, values: np.ndarray | None, colours: Colormap,
        limits: tuple[float, float],
    ) -> Any:  # fmt: skip
        """Draw a sheet of neurons; with values, their image lies on it."""
        for layer in reversed(range(outline.layers)):
            corners = outline.corners(layer)
            patch = Polygon(corners, facecolor="white", edgecolor=INK, linewidth=1.1, zorder=NODES)
            self.add(patch, gid if layer == 0 else "")
            if values is not None:
                self._image(outline, layer, values[..., layer], colours, limits)
            else:
                self._ruling(outline, layer)
        return patch

    def _image(
        self, outline: SheetOutline, layer: int, values: np.ndarray, colours: Colormap,
        limits: tuple[float, float],
    ) -> None:  # fmt: skip
        steps = [max(1, -(-n // MOST_CELLS)) for n in values.shape]
        shown = values[:: steps[0], :: steps[1]]
        v, u = (np.linspace(0, 1, n + 1) for n in shown.shape)
        x, y = outline.at(*np.meshgrid(u, v), layer)
        self.ax.pcolormesh(
            x, y, shown, cmap=colours, vmin=limits[0], vmax=limits[1], zorder=NODES,
            rasterized=shown.size > 256, edgecolors="none", antialiased=False,
        )  # fmt: skip
        frame = Polygon(outline.corners(layer), fill=False, edgecolor=INK, linewidth=1.1)
        self.add(frame).set_zorder(NODES)

    def _ruling(self, outline: SheetOutline, layer: int) -> None:
        """Rule a sheet like graph paper: it is made of many."""
        moves: list[Point] = []
        for k in range(1, outline.columns):
            moves += [outline.point(k / outline.columns, v, layer) for v in (0, 1)]
        for k in range(1, outline.rows):
            moves += [outline.point(u, k / outline.rows, layer) for u in (0, 1)]
        codes = [Path.MOVETO, Path.LINETO] * (len(moves) // 2)
        look = {"edgecolor": "#C4C4C4", "linewidth": 0.6, "zorder": NODES}
        if moves:
            self.add(PathPatch(Path(moves, codes), fill=False, **look))

    def curve(self, points: Sequence[Point], **options: Any) -> Any:
        """Draw a polyline: the sketch of a transfer function."""
        return self.add(PathPatch(Path(points), fill=False, **options))


@dataclass(frozen=True)
class SheetOutline:
    """The parallelogram that a sheet is drawn as; (u, v) run over it from its upper left."""

    centre: Point
    width: float
    height: float
    slant: float
    rows: int  # of its ruling
    columns: int
    layers: int = 1
    step: float = 0.06

    @staticmethod
    def of(shape: tuple[int, ...], size: float = 0.62) -> SheetOutline:
        """Return the outline for a population of that shape, around the origin."""
        layers = min(shape[2], 3) if len(shape) > 2 else 1
        if len(shape) < 2:
            return SheetOutline((0.0, 0.0), 0.2, 1.9 * size, 0.1, 12, 1, layers)
        rows, columns = (max(n, 1) for n in shape[:2])
        stretch = min(max(math.sqrt(columns / rows), 0.5), 2.0)
        return SheetOutline(
            (0.0, 0.0), 1.25 * size * stretch, size / stretch, 0.32 * size,
            min(rows, 8), min(columns, 8), layers,
        )  # fmt: skip

    @property
    def reach(self) -> tuple[float, float]:
        """Half the width and half the height of all of it."""
        more = self.step * (self.layers - 1)
        return (self.width + self.slant + more) / 2, (self.height + more) / 2

    def at(self, u: Any, v: Any, layer: int = 0) -> tuple[Any, Any]:
        """Return the place of (u, v) on one layer; the first lies in front."""
        back = self.step * (layer - (self.layers - 1) / 2)
        x = self.centre[0] + (u - 0.5) * self.width + (0.5 - v) * self.slant + back
        y = self.centre[1] + (v - 0.5) * self.height - back
        return x, y

    def point(self, u: float, v: float, layer: int = 0) -> Point:
        """As `at`, for one point."""
        x, y = self.at(u, v, layer)
        return float(x), float(y)

    def corners(self, layer: int = 0) -> list[Point]:
        """Return the corners of one layer."""
        return [self.point(u, v, layer) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))]

    def side(self, y: float, right: bool) -> float:
        """Return where the left or right side is at a height."""
        v = min(max((y - self.centre[1]) / self.height + 0.5, 0.0), 1.0)
        return self.point(float(right), v)[0]


def rounded(points: Sequence[Point], radius: float = CORNER) -> Path:
    """Return the path through points, its corners rounded."""
    kept = _without_repeats(points)
    vertices, codes = [kept[0]], [Path.MOVETO]
    for before, corner, after in zip(kept, kept[1:], kept[2:], strict=False):
        into, out = (math.dist(corner, p) for p in (before, after))
        r = min(radius, into / 2, out / 2)
        vertices += [_towards(corner, before, r / into), corner, _towards(corner, after, r / out)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    if len(kept) > 1:
        vertices.append(kept[-1])
        codes.append(Path.LINETO)
    return Path(vertices, codes)


def _without_repeats(points: Sequence[Point]) -> list[Point]:
    kept = [points[0]]
    for point in points[1:]:
        if math.dist(point, kept[-1]) > 1e-6:
            kept.append(point)
    return kept


def _towards(start: Point, goal: Point, part: float) -> Point:
    return start[0] + (goal[0] - start[0]) * part, start[1] + (goal[1] - start[1]) * part


def _placed(path: Path, tip: Point, angle: float, size: float) -> Path:
    """Return an ending, drawn with its tip at the origin heading along x, where it belongs."""
    c, s = math.cos(angle), math.sin(angle)
    turned = np.asarray(path.vertices) * size @ np.array([[c, s], [-s, c]]) + tip
    return Path(turned, path.codes)


def _disc(channel: str) -> Path:
    radius = HALF_WIDTH[channel]
    return Path.circle((-radius - 0.008, 0.0), radius)


def _slash(channel: str, tip: Point, angle: float, size: float) -> Path:
    """Return the stroke through a disc, as in ⊘ whichever way the wire comes."""
    radius = HALF_WIDTH[channel] * size
    back, reach = radius + 0.008 * size, radius * math.sqrt(0.5)
    x, y = tip[0] - back * math.cos(angle), tip[1] - back * math.sin(angle)
    return Path([(x - reach, y + reach), (x + reach, y - reach)])


def _triangle(channel: str) -> Path:
    back, half = -REACH[channel], HALF_WIDTH[channel]
    return Path([(0, 0), (back, half), (back, -half), (0, 0)], closed=True)


# The outline of each ending, whether it is filled, and its line's width in points.
_ENDINGS = {
    "excite": (_triangle("excite"), True, 0.5),
    "subtract": (
        Path([(-0.024, HALF_WIDTH["subtract"]), (-0.024, -HALF_WIDTH["subtract"])]), False, 2.6,
    ),
    "divide": (_disc("divide"), False, 1.3),
    "veto": (_disc("veto"), True, 1.3),
    "signal": (_triangle("signal"), True, 0.5),
    "output": (_triangle("output"), True, 0.5),
}  # fmt: skip
