"""Drawing a circuit as on the lecture's slides: inputs at the left, outputs at the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..description import ONE_TO_ONE, SYMBOLS, number_text
from ..errors import InputError, spelled
from ..neurons import Rate
from ..timing import whole
from .activities import Activities, checked_activities, scale_of
from .blocks import Point
from .captions import text_size, value_text
from .labels import Rectangle, place_labels
from .marks import BACK, NODES, REACH, WORDS, Canvas, SheetOutline
from .plan import COMPACT, FULL, Plan, line_of, outline_at, plan_for
from .scene import Item, Wire
from .style import (
    BOLDER,
    CHANNEL_COLOURS,
    FAINT,
    INK,
    HouseFigure,
    activity_colours,
    style,
)
from .tracks import Track, branch, tracks_of

if TYPE_CHECKING:
    from ..circuit import Circuit

MARGIN = 0.15  # inches around a drawing
LARGEST = 40.0  # inches, of a drawing; a larger one is drawn smaller
LEADING = 0.17  # between the lines below a drawing
NOTES = 2.0  # inches that such a line may always have
DEEPEST = 3  # levels of inlined circuits that are tried to be opened in a small room
LEGIBLE = 6.0  # points, of the smallest letters in a small room
SILENT = 0.22  # opacity of wires from silent neurons
WORDS_OF = {
    "excite": "excites",
    "subtract": "subtracts",
    "divide": "divides",
    "veto": "vetoes",
    "signal": "goes into a box",
}
MEANINGS = {"semi_saturation": "semi-saturation", "tau": "time constant"}
SKETCH = "curve: transfer f"


@spelled
def draw_circuit(
    circuit: Circuit,
    *,
    ax: Axes | None = None,
    inputs: Any = None,
    activities: Mapping[str, Any] | None = None,
    depth: int | None = None,
    title: str | None = None,
    legend: bool = True,
) -> Figure:
    """Do what `Circuit.draw` says."""
    if ax is not None and not isinstance(ax, Axes):
        raise InputError(f"{circuit}: draw(ax=) takes Matplotlib's Axes (got {ax!r})")
    depth = None if depth is None else whole(depth, "draw(): depth", 0)
    values = checked_activities(circuit, inputs, activities)
    plan = plan_for(circuit, depth, values is not None)
    title = circuit.name if title is None else title
    return _Drawing(plan, values, title, legend).on(ax)


@dataclass(frozen=True)
class Vignette:
    """A circuit drawn into a room: as much of it as is legible there, and what is not left out.

    Attributes
    ----------
    width, height : inches, at the smallest scale at which its letters are legible, or at which it
        fits
    named : whether inputs and outputs have their names
    """

    width: float
    height: float
    _drawing: _Drawing
    named: bool = True

    def draw(self, ax: Axes) -> None:
        """Draw it into axes, as large as they allow."""
        self._drawing.on(ax)


def vignette(
    circuit: Circuit, room: tuple[float, float], activities: Mapping[str, Any] | None = None
) -> Vignette:
    """Return the most that can be shown of a circuit in a room.

    Names, thresholds and inner circuits opened; else its shape with the names of inputs and
    outputs; else its shape alone.  No letter is smaller than 6 points.

    Parameters
    ----------
    room
        Width and height in inches.
    activities
        By population, as `Circuit.activities` returns them.
    """
    values = checked_activities(circuit, None, activities)
    levels = max((p.name.count(".") for p in circuit.neuron_populations), default=0)
    for look, letters in ((FULL, FULL.notes), (COMPACT, COMPACT.names)):
        least = LEGIBLE / letters
        for depth in range(min(levels, DEEPEST), -1, -1):
            plan = plan_for(circuit, depth, values is not None, look)
            drawing = _Drawing(plan, values, "", False, LEGIBLE)
            if min(room[0] / drawing.width, room[1] / drawing.height) >= least:
                return Vignette(drawing.width * least, drawing.height * least, drawing)
    scale = min(room[0] / drawing.width, room[1] / drawing.height)
    return Vignette(drawing.width * scale, drawing.height * scale, drawing, named=False)


class _Drawing:
    """One drawing: a plan, and the activities that it shows."""

    def __init__(
        self, plan: Plan, values: np.ndarray | None, title: str, legend: bool, least: float = 0.0
    ):
        self.plan = plan
        self.least = least  # points, of letters that are written
        self.items = plan.scene.items
        self.look = plan.look
        self.activities = Activities(plan.scene, values)
        self.title = title
        used = dict.fromkeys(w.channel for w in plan.scene.wires if w.channel in WORDS_OF)
        self.channels = [c for c in WORDS_OF if c in used] if legend else []
        self.top = 0.34 if title else 0.0
        entries = sum(self._entry_width(c) for c in self.channels)
        self.symbols = self._symbols(max(plan.layout.width, entries, NOTES)) if legend else []
        self.foot = (0.36 if self.channels else 0.16 if self.symbols else 0.0) + LEADING * len(
            self.symbols
        )
        wide = max(plan.layout.width, BOLDER * text_size(title, 10)[0], entries, 0.5)
        self.width = wide + 2 * MARGIN
        self.height = max(plan.layout.height, 0.3) + self.top + self.foot + 2 * MARGIN

    def on(self, ax: Axes | None) -> Figure:
        """Draw into axes, or a new figure."""
        with style():
            if ax is None:
                small = min(1.0, LARGEST / max(self.width, self.height))
                room = self.width * small, self.height * small
                figure: Figure = HouseFigure(figsize=room)
                ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
            else:
                # None is for axes that were removed from their figure
                figure = ax.get_figure(root=True)  # type: ignore[assignment]
                ax.set_axis_off()
                room = _room(figure, ax)
            scale = min(1.0, room[0] / self.width, room[1] / self.height)
            self.canvas = Canvas(ax, scale, self.least)
            self._draw()
            self._set_limits(ax, room[0] / scale, room[1] / scale)
        return figure

    def _set_limits(self, ax: Axes, width: float, height: float) -> None:
        """Let axes show the drawing in the middle of so many inches, y downward."""
        middle = self.plan.layout.width / 2
        bottom = (self.height + height) / 2 - self.top - MARGIN
        ax.set_axis_off()
        ax.set_xlim(middle - width / 2, middle + width / 2)
        ax.set_ylim(bottom, bottom - height)
        ax.set_aspect("equal", adjustable="box")

    # ------------------------------------------------------------ parts

    def _draw(self) -> None:
        self._draw_title()
        for frame in sorted(self.plan.layout.frames, key=lambda f: len(f.path)):
            self.canvas.rectangle(
                (frame.x, frame.y), frame.width, frame.height, f"instance {'.'.join(frame.path)}",
                facecolor=_ground(frame.path), edgecolor="#BDBDBD", linewidth=0.8,
                zorder=BACK + 0.01 * len(frame.path),
            )  # fmt: skip
            if self.look.inner:
                self.canvas.write(
                    (frame.x + 0.08, frame.y + 0.13), frame.path[-1], 8.0, ha="left", color=FAINT,
                    style="italic",
                )  # fmt: skip
        self._draw_wires()
        for i in range(len(self.items)):
            self._draw_item(i)
        self._draw_legend()

    def _draw_title(self) -> None:
        if self.title:
            left = (self.plan.layout.width - self.width) / 2 + MARGIN
            self.canvas.write(
                (left, -self.top / 2 - 0.02), self.title, 10, ha="left", gid="title",
                weight="bold",
            )  # fmt: skip

    def _entry_width(self, channel: str) -> float:
        return 0.6 + text_size(WORDS_OF[channel], 8)[0] + 0.25

    def _symbols(self, width: float) -> list[str]:
        """Return what the letters and curves in the drawing mean, in lines of that width."""
        words = [*self.plan.inside.values()]
        words += [note for lines in self.plan.captions.values() for note in lines[1:]]
        letters = {part.strip()[:2] for text in words for part in text.split(",")}
        told = [f"{s} {MEANINGS.get(w, w)}" for w, s in SYMBOLS.items() if f"{s} " in letters]
        if self.look.inner and any(self._is_sketched(i) for i in range(len(self.items))):
            told.append(SKETCH)
        if self.plan.scene.one_to_one and self.look.inner:
            told.append(f"wires without a label: {ONE_TO_ONE}")
        lines: list[str] = []
        for part in told:
            if lines and text_size(f"{lines[-1]}   {part}", self.look.notes)[0] <= width:
                lines[-1] += f"   {part}"
            else:
                lines.append(part)
        return lines

    def _draw_legend(self) -> None:
        x = (self.plan.layout.width - self.width) / 2 + MARGIN
        y = self.height - self.top - 2 * MARGIN - 0.1
        for line in reversed(self.symbols):
            self.canvas.write((x, y), line, self.look.notes, ha="left", color=FAINT, gid="legend")
            y -= LEADING
        for channel in self.channels:
            self.canvas.wire([(x, y), (x + 0.42 - REACH[channel], y)], channel, "legend")
            self.canvas.end((x + 0.42, y), 0.0, channel, "legend")
            self.canvas.write((x + 0.5, y), WORDS_OF[channel], 8, ha="left", gid="legend")
            x += self._entry_width(channel)

    # ------------------------------------------------------------ items

    def _draw_item(self, i: int) -> None:
        item, at = self.items[i], self.plan.layout.anchors[i]
        draw = {
            "output": self._draw_output,
            "box": self._draw_box,
            "sheet": self._draw_sheet,
        }.get(item.kind, self._draw_circle)
        draw(i, item, at)

    def _draw_output(self, i: int, item: Item, at: Point) -> None:
        value = self.activities.of_output(i)
        text = item.name if value is None else f"{item.name} = {number_text(value)}"
        self.canvas.write(
            (at[0] + 0.06, at[1]), text, self.look.names, ha="left", gid=f"output {item.name}"
        )

    def _draw_box(self, i: int, item: Item, at: Point) -> None:
        shape = self.plan.shapes[i]
        half, high = shape.half_width, shape.half_height
        self.canvas.rectangle(
            (at[0] - half, at[1] - high), 2 * half, 2 * high, f"box {_full_name(item)}",
            facecolor="#F3F3F3", edgecolor=INK, linewidth=1.1, zorder=NODES,
        )  # fmt: skip
        notes = self.plan.captions.get(i, [])
        up = 0.085 if notes else 0.0
        self.canvas.write((at[0], at[1] - up), self.plan.inside[i], self.look.names)
        for text in notes:
            self.canvas.write((at[0], at[1] + up), text, self.look.notes, color=FAINT)

    def _draw_sheet(self, i: int, item: Item, at: Point) -> None:
        outline = outline_at(item, at)
        values = self.activities.of_sheet(item)
        captions = list(self.plan.captions.get(i, []))
        picture, colours, limits = None, activity_colours(), (0.0, 1.0)
        if values is not None:
            picture = _as_layers(values, outline)
            colours, limits = scale_of(values)
            if captions:
                captions[-1] = " to ".join(value_text(float(f(values))) for f in (np.min, np.max))
        self.canvas.sheet(outline, f"sheet {_full_name(item)}", picture, colours, limits)
        self._write_captions(item, captions, (at[0], at[1] + outline.reach[1] + 0.06))

    def _draw_circle(self, i: int, item: Item, at: Point) -> None:
        radius = self.plan.shapes[i].half_width
        look: dict[str, Any] = {"linewidth": self.look.line}
        if item.kind == "constant":
            look |= {"edgecolor": FAINT, "linewidth": 0.9}
        elif item.kind == "input":
            look |= {"facecolor": "#F0F0F0", "linewidth": 0.9}
        value = self.activities.of(item)
        if value is not None and item.kind != "constant":
            look["facecolor"] = self.activities.colour(item, value)
        self.canvas.circle(at, radius, f"{item.kind} {_full_name(item)}", **look)
        self._fill(i, item, at, value)
        captions = self.plan.captions.get(i, [])
        if item.kind != "input":
            self._write_captions(item, captions, (at[0], at[1] + radius + 0.03))
        elif captions:
            left = (at[0] - radius - 0.05, at[1])
            self.canvas.write(left, captions[0], self.look.names, ha="right")

    def _fill(self, i: int, item: Item, at: Point, value: float | None) -> None:
        """Write into a circle its activity, its threshold or its name; or sketch its transfer."""
        if not self.look.inner:
            return
        if value is not None and item.kind != "constant":
            ink = self.activities.ink(item, value)
            self.canvas.write(at, value_text(value), 8.5, color=ink)
        elif i in self.plan.inside:
            small = item.kind != "input"
            colour = FAINT if item.kind == "constant" else INK
            points = self.look.notes if small else self.look.names
            self.canvas.write(at, self.plan.inside[i], points, color=colour)
        elif item.population is not None and isinstance(item.population.neurons, Rate):
            self._sketch(item.population.neurons, at)

    def _is_sketched(self, i: int) -> bool:
        """Return whether a circle shows its transfer function, having nothing else to show."""
        item = self.items[i]
        if item.kind != "neuron" or i in self.plan.inside or item.population is None:
            return False
        return isinstance(item.population.neurons, Rate) and self.activities.of(item) is None

    def _sketch(self, neurons: Rate, at: Point) -> None:
        """Draw the transfer function's shape into a neuron."""
        x = np.linspace(-1.0, 1.0, 33)
        y = np.asarray(neurons.transfer(3.0 * x))
        low, high = min(float(y.min()), 0.0), float(y.max())
        half = 0.52 * self.look.radius
        rise = (y - low) / ((high - low) or 1.0) * 2 - 1
        points = [(at[0] + half * u, at[1] - half * v) for u, v in zip(x, rise, strict=True)]
        self.canvas.curve(points, edgecolor=FAINT, linewidth=1.1, zorder=NODES)

    def _write_captions(self, item: Item, captions: list[str], top: Point) -> None:
        """Write a name and the notes under it."""
        for line, text in enumerate(captions):
            y = top[1] + self.look.leading * (line + 0.5)
            size, colour = (self.look.names, INK) if line == 0 else (self.look.notes, FAINT)
            self.canvas.write((top[0], y), text, size, _ground(item.path), color=colour)

    # ------------------------------------------------------------ wires

    def _draw_wires(self) -> None:
        """Draw every wire with its ending, then the labels where there is room."""
        tracks = tracks_of(self.plan)
        weights = self.plan.scene.weights
        heaviest = max((w for w in weights.values() if w), default=1.0)
        drawn: dict[Any, list[list[Point]]] = {}
        for wire, track in tracks.items():
            look: dict[str, Any] = {"linewidth": self.look.line}
            if self.plan.crowded and wire.channel != "output":
                look["linewidth"] *= 0.25 + 0.95 * (weights[wire] or 0.0) / heaviest
            fade = {"alpha": SILENT} if self.activities.of_source(wire) == 0 else {}
            gid = self._gid(wire)
            if track.bowed:
                self.canvas.bow(track.points, wire.channel, f"wire {gid}", **look, **fade)
            else:
                earlier = drawn.setdefault(line_of(wire).bundle, [])
                points = branch(track.points, earlier)
                earlier.append(track.points)
                self.canvas.wire(points, wire.channel, f"wire {gid}", **look, **fade)
            (tip, angle, size), size_of_all = track.end, self.look.ends
            self.canvas.end(tip, angle, wire.channel, f"end {gid}", size * size_of_all, **fade)
        self._draw_labels(tracks)

    def _draw_labels(self, tracks: dict[Wire, Track]) -> None:
        wires = list(tracks)
        texts = [self.plan.labels[w] for w in wires]
        if not any(texts):
            return
        paths = [tracks[w].points for w in wires]
        centres = place_labels(texts, paths, self._taken(), self.look.notes)
        for wire, text, centre in zip(wires, texts, centres, strict=True):
            if text:
                self._write_label(centre, text, wire.channel)

    def _write_label(self, at: Point, text: str, channel: str) -> None:
        box = {"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none"}
        points = self.look.notes * (1.4 if text == "∞" else 1.0)
        self.canvas.write(
            at, text, points, color=CHANNEL_COLOURS[channel], bbox=box, gid="label",
            zorder=WORDS - 0.5,
        )  # fmt: skip

    def _taken(self) -> list[Rectangle]:
        """Return what labels must not cover: items, their captions, instances' names."""
        taken = []
        for i, shape in enumerate(self.plan.shapes):
            (x, y), high = shape.centre, shape.half_height
            taken.append(Rectangle(x, y, 2 * shape.half_width + 0.1, 2 * high + 0.1))
            captions = self.plan.captions.get(i, [])
            if captions and self.items[i].kind not in ("input", "box"):
                width = max(text_size(c, self.look.names)[0] for c in captions)
                tall = self.look.leading * len(captions)
                taken.append(Rectangle(x, y + high + tall / 2, width, tall))
        for frame in self.plan.layout.frames:
            width = text_size(frame.path[-1], 8.0)[0]
            taken.append(Rectangle(frame.x + 0.08 + width / 2, frame.y + 0.13, width, 0.14))
        return taken

    def _gid(self, wire: Wire) -> str:
        source, target = (_full_name(self.items[i]) for i in (wire.source, wire.target))
        return f"{wire.channel} {source} → {target}"


def _room(figure: Figure, ax: Axes) -> tuple[float, float]:
    """Return the size of axes in inches, as they are laid out now."""
    figure.draw_without_rendering()
    box = ax.get_window_extent()
    return box.width / figure.get_dpi(), box.height / figure.get_dpi()


def _ground(path: tuple[str, ...]) -> str:
    """Return the colour that things in an instance stand on."""
    return ("#FFFFFF", "#F3F3F3", "#E9E9E9")[2 - len(path) % 2 if path else 0]


def _full_name(item: Item) -> str:
    return ".".join([*item.path, item.name])


def _as_layers(values: np.ndarray, outline: SheetOutline) -> np.ndarray:
    """Return a sheet's values as (rows, columns, layers drawn)."""
    if values.ndim < 2:
        return values.reshape(-1, 1, 1)
    flat = values.reshape(*values.shape[:2], -1)
    return flat[:, :, : outline.layers]
