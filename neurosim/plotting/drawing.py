"""Drawing a circuit as on the lecture's slides: inputs at the left, outputs at the right."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..errors import InputError
from ..neurons import Rate
from .captions import number, text_size
from .labels import Rectangle, place_labels
from .layers import Point
from .marks import BACK, HALF_WIDTH, NODES, REACH, WORDS, Canvas, SheetOutline
from .plan import Plan, line_of, outline_at, plan_for
from .scene import Item, Wire
from .style import (
    CHANNEL_COLOURS,
    FAINT,
    INK,
    HouseFigure,
    activity_colours,
    limits_of,
    signed_colours,
    style,
)

if TYPE_CHECKING:
    from ..circuit import Circuit

MARGIN = 0.15  # inches around a drawing
WORDS_OF = {
    "excite": "excites",
    "subtract": "subtracts",
    "divide": "divides",
    "veto": "vetoes",
}


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
    """Draw a circuit: excitation →, subtraction ⊣, division ⊘, and a veto ⊘ filled, ∞.

    Parameters
    ----------
    ax
        Axes to draw into; left out, a new figure as large as the circuit needs.
    inputs
        Values of a static call (one, a tuple, or a mapping by name): the neurons show their
        activities, and wires from silent ones fade.
    activities
        The same from values of your own, by population, as `Circuit.activities` returns them.
    depth
        How many levels of inlined circuits are opened, 0 for none; deeper ones are boxes.  Left
        out: as many as are still legible.
    title
        Left out, the circuit's name; "" for none.
    legend
        Whether the endings are explained below.

    Returns
    -------
    The figure.  A circuit of very many neurons is drawn small, with the names of its inputs and
    outputs only.

    Raises
    ------
    InputError
        Activities that do not fit, or of several trials; both `inputs` and `activities`.
    CircuitError
        `inputs` for a recurrent circuit: settle it, and give its `activities`.
    """
    values = _values(circuit, inputs, activities)
    plan = plan_for(circuit, depth, values is not None)
    title = circuit.name if title is None else title
    return _Drawing(plan, values, title, legend).on(ax)


def _values(
    circuit: Circuit, inputs: Any, activities: Mapping[str, Any] | None
) -> dict[str, np.ndarray] | None:
    """Return the activities to show by population, checked."""
    if inputs is not None:
        if activities is not None:
            raise InputError(f"{circuit}: draw() takes inputs= or activities=, not both")
        if isinstance(inputs, Mapping):
            activities = circuit.activities(**inputs)
        else:
            given = inputs if isinstance(inputs, tuple | list) else (inputs,)
            activities = circuit.activities(*given)
    if activities is None:
        return None
    values = {}
    for name, given in activities.items():
        population = circuit.population(name)
        array = np.asarray(given, dtype=float)
        if array.shape != population.shape:
            raise InputError(
                f"{circuit}: the activities of {name!r} have shape {array.shape}, one moment of "
                f"one trial has {population.shape}"
            )
        values[name] = array
    return values


class _Drawing:
    """One drawing: a plan, and the activities that it shows."""

    def __init__(
        self, plan: Plan, values: dict[str, np.ndarray] | None, title: str, legend: bool
    ):
        self.plan = plan
        self.items = plan.scene.items
        self.look = plan.look
        self.values = values
        self.title = title
        used = dict.fromkeys(w.channel for w in plan.scene.wires if w.channel in WORDS_OF)
        self.channels = [c for c in WORDS_OF if c in used] if legend else []
        if self.channels == ["excite"] and len(plan.scene.wires) == 0:
            self.channels = []
        self.top = 0.34 if title else 0.0
        self.foot = 0.36 if self.channels else 0.0
        entries = sum(self._entry_width(c) for c in self.channels)
        wide = max(plan.layout.width, text_size(title, 11)[0], entries, 0.5)
        self.width = wide + 2 * MARGIN
        self.height = max(plan.layout.height, 0.3) + self.top + self.foot + 2 * MARGIN
        self.scales = self._scales()

    def on(self, ax: Axes | None) -> Figure:
        """Draw into axes, or a new figure."""
        with style():
            if ax is None:
                figure: Figure = HouseFigure(figsize=(self.width, self.height))
                ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
                scale = 1.0
            else:
                figure = ax.get_figure(root=True)  # type: ignore[assignment]
                scale = self._fitting(figure, ax)
            ax.set_axis_off()
            self.canvas = Canvas(ax, scale)
            self._draw()
            left = (self.plan.layout.width - self.width) / 2
            ax.set_xlim(left, left + self.width)
            ax.set_ylim(self.height - self.top - MARGIN, -self.top - MARGIN)
            ax.set_aspect("equal", adjustable="datalim")
        return figure

    def _fitting(self, figure: Figure, ax: Axes) -> float:
        """Return the scale at which the drawing fits into axes, as they are laid out now."""
        ax.set_axis_off()
        figure.draw_without_rendering()
        box = ax.get_window_extent()
        return min(box.width / self.width, box.height / self.height) / figure.get_dpi()

    # ------------------------------------------------------------ parts

    def _draw(self) -> None:
        self._draw_title()
        for frame in sorted(self.plan.layout.frames, key=lambda f: len(f.path)):
            shade = "#F3F3F3" if len(frame.path) % 2 else "#E9E9E9"
            self.canvas.rectangle(
                (frame.x, frame.y), frame.width, frame.height, f"instance {'.'.join(frame.path)}",
                facecolor=shade, edgecolor="#BDBDBD", linewidth=0.8,
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
                (left, -self.top / 2 - 0.02), self.title, 11, ha="left", weight="bold", gid="title"
            )

    def _entry_width(self, channel: str) -> float:
        return 0.6 + text_size(WORDS_OF[channel], 8)[0] + 0.25

    def _draw_legend(self) -> None:
        x = (self.plan.layout.width - self.width) / 2 + MARGIN
        y = self.height - self.top - 2 * MARGIN - 0.1
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
        value = self._output_value(i)
        text = item.name if value is None else f"{item.name} = {number(value)}"
        self.canvas.write(
            (at[0] + 0.06, at[1]), text, self.look.names, ha="left", gid=f"output {item.name}"
        )

    def _draw_box(self, i: int, item: Item, at: Point) -> None:
        shape = self.plan.shapes[i]
        half = shape.side(at[1], True) - at[0]  # type: ignore[attr-defined]
        high = shape.half_height  # type: ignore[attr-defined]
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
        values = self._of(item)
        colours, limits = self.scales[_scale_of(item)]
        picture = None if values is None else _as_layers(values, outline)
        self.canvas.sheet(outline, f"sheet {_full_name(item)}", picture, colours, limits)
        captions = list(self.plan.captions.get(i, []))
        self._write_captions(captions, (at[0], at[1] + outline.reach[1] + 0.06))

    def _draw_circle(self, i: int, item: Item, at: Point) -> None:
        radius = self.plan.shapes[i].radius  # type: ignore[attr-defined]
        look: dict[str, Any] = {"linewidth": self.look.line}
        if item.kind == "constant":
            look |= {"edgecolor": FAINT, "linewidth": 0.9}
        elif item.kind == "input":
            look |= {"facecolor": "#F0F0F0", "linewidth": 0.9}
        values = self._of(item)
        value = None if values is None else float(values.ravel()[item.element])
        if value is not None and item.kind != "constant":
            look["facecolor"] = self._colour(item, value)
        self.canvas.circle(at, radius, f"{item.kind} {_full_name(item)}", **look)
        self._fill(i, item, at, value)
        captions = self.plan.captions.get(i, [])
        if item.kind != "input":
            self._write_captions(captions, (at[0], at[1] + radius + 0.03))
        elif captions:
            left = (at[0] - radius - 0.05, at[1])
            self.canvas.write(left, captions[0], self.look.names, ha="right")

    def _fill(self, i: int, item: Item, at: Point, value: float | None) -> None:
        """Write into a circle its activity, its threshold or its name; or sketch its transfer."""
        if not self.look.inner:
            return
        if value is not None and item.kind != "constant":
            self.canvas.write(at, _short(value), 8.5, color=self._contrast(item, value))
        elif i in self.plan.inside:
            small = item.kind != "input"
            colour = FAINT if item.kind == "constant" else INK
            points = self.look.notes if small else self.look.names
            self.canvas.write(at, self.plan.inside[i], points, color=colour)
        elif item.population is not None and isinstance(item.population.neurons, Rate):
            self._sketch(item.population.neurons, at)

    def _sketch(self, neurons: Rate, at: Point) -> None:
        """Draw the transfer function's shape into a neuron."""
        x = np.linspace(-1.0, 1.0, 33)
        y = np.asarray(neurons.transfer(3.0 * x))
        low, high = min(float(y.min()), 0.0), float(y.max())
        half = 0.52 * self.look.radius
        rise = (y - low) / ((high - low) or 1.0) * 2 - 1
        points = [(at[0] + half * u, at[1] - half * v) for u, v in zip(x, rise, strict=True)]
        self.canvas.curve(points, edgecolor=FAINT, linewidth=1.1, zorder=NODES)

    def _write_captions(self, captions: list[str], top: Point) -> None:
        """Write a name and the notes under it."""
        for line, text in enumerate(captions):
            y = top[1] + self.look.leading * (line + 0.5)
            size, colour = (self.look.names, INK) if line == 0 else (self.look.notes, FAINT)
            self.canvas.write((top[0], y), text, size, self.plan.crowded, color=colour)

    # ------------------------------------------------------------ activities

    def _of(self, item: Item) -> np.ndarray | None:
        if self.values is None or item.population is None:
            return None
        return self.values.get(item.population.name)

    def _scales(self) -> dict[str, tuple[Any, tuple[float, float]]]:
        """Return the colours of inputs and of neurons, and the values they span."""
        scales = {}
        for kind in ("input", "neuron"):
            shown = [v for item in self.items if _scale_of(item) == kind
                     and (v := self._of(item)) is not None and v.size]  # fmt: skip
            flat = np.concatenate([v.ravel() for v in shown]) if shown else np.array([0.0, 1.0])
            if (flat < 0).any():
                scales[kind] = (signed_colours(), limits_of(flat, signed=True))
            else:
                scales[kind] = (activity_colours(), (0.0, float(flat.max()) or 1.0))
        return scales

    def _colour(self, item: Item, value: float) -> Any:
        colours, (low, high) = self.scales[_scale_of(item)]
        return colours((value - low) / (high - low))

    def _contrast(self, item: Item, value: float) -> str:
        red, green, blue, _ = self._colour(item, value)
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.45 else INK

    def _output_value(self, i: int) -> float | None:
        """Return what an output of one neuron answers."""
        wires = [w for w in self.plan.scene.wires if w.target == i]
        if len(wires) != 1 or wires[0].delay:
            return None
        return self._source_value(wires[0])

    def _source_value(self, wire: Wire) -> float | None:
        item = self.items[wire.source]
        values = self._of(item)
        if values is None or item.kind in ("sheet", "box"):
            return None
        return float(values.ravel()[item.element])

    # ------------------------------------------------------------ wires

    def _draw_wires(self) -> None:
        """Draw every wire with its ending, then the labels where there is room."""
        tracks = self._tracks()
        weights = [w or 0.0 for w in self.plan.scene.weights.values()]
        heaviest = max(weights, default=0.0) or 1.0
        drawn: dict[Any, list[list[Point]]] = {}
        for wire, (track, end, bowed) in tracks.items():
            look: dict[str, Any] = {"linewidth": self.look.line}
            if self.plan.crowded and wire.channel != "output":
                weight = self.plan.scene.weights[wire] or 0.0
                look["linewidth"] *= 0.25 + 0.95 * weight / heaviest
            silent = self._source_value(wire) == 0
            fade = {"alpha": 0.22} if silent else {}
            gid = self._gid(wire)
            if bowed:
                self.canvas.bow(track, wire.channel, f"wire {gid}", **look, **fade)
            else:
                earlier = drawn.setdefault(line_of(wire).bundle, [])
                branch = _branch(track, earlier)
                earlier.append(track)
                self.canvas.wire(branch, wire.channel, f"wire {gid}", **look, **fade)
            size = end.size * self.look.ends
            self.canvas.end(end.tip, end.angle, wire.channel, f"end {gid}", size, **fade)
        for wire in self.plan.scene.wires:
            if wire.source == wire.target:
                self._draw_loop(wire)
        self._draw_labels({w: track for w, (track, _, _) in tracks.items()})

    def _tracks(self) -> dict[Wire, tuple[list[Point], Any, bool]]:
        """Return for each wire its points, its end, and whether it is a bow."""
        plan = self.plan
        wires = [w for w in plan.scene.wires if w.source != w.target]
        routes = {w: plan.layout.routes[line_of(w)] for w in wires}
        starts = self._starts(wires, routes)
        ends: dict[Wire, Any] = {}
        for i, shape in enumerate(plan.shapes):
            coming = [w for w in wires if w.target == i]
            origins = [routes[w][-1] if routes[w] else starts[w] for w in coming]
            half = max((HALF_WIDTH[w.channel] for w in coming), default=0.0) * self.look.ends
            ends.update(zip(coming, shape.arrivals(origins, half), strict=True))
        tracks = {}
        for wire in wires:
            end = ends[wire]
            back = REACH[wire.channel] * end.size * self.look.ends
            stop = (
                end.tip[0] - back * math.cos(end.angle),
                end.tip[1] - back * math.sin(end.angle),
            )
            x_start, x_stop = (plan.layout.anchors[i][0] for i in (wire.source, wire.target))
            bowed = len(routes[wire]) == 2 and abs(x_start - x_stop) < 1e-9
            tracks[wire] = ([starts[wire], *routes[wire], stop], end, bowed)
        return tracks

    def _starts(self, wires: list[Wire], routes: dict[Wire, list[Point]]) -> dict[Wire, Point]:
        """Return where each wire leaves; those of one bundle leave a side together."""
        plan = self.plan
        starts: dict[Wire, Point] = {}
        for i, shape in enumerate(plan.shapes):
            bundles: dict[Any, list[Wire]] = {}
            for wire in wires:
                if wire.source == i:
                    bundles.setdefault(self._leaving(wire, routes[wire]), []).append(wire)
            goals = [self._goal(b, routes) for b in bundles.values()]
            leaving = shape.departures(goals)
            for bundle, start in zip(bundles.values(), leaving, strict=True):
                starts.update(dict.fromkeys(bundle, start))
        return starts

    def _leaving(self, wire: Wire, route: list[Point]) -> Any:
        """Return what wires have in common that leave their source at one point."""
        if self.items[wire.source].kind in ("sheet", "box"):
            return wire.port, wire.channel, wire.delay
        return (route[0], *wire[2:]) if route else wire

    def _goal(self, bundle: list[Wire], routes: dict[Wire, list[Point]]) -> Point:
        """Return the middle of where a bundle's wires head for."""
        anchors = self.plan.layout.anchors
        goals = [routes[w][0] if routes[w] else anchors[w.target] for w in bundle]
        x, y = np.mean(goals, axis=0) if len(goals) > 1 else goals[0]
        return float(x), float(y)

    def _draw_loop(self, wire: Wire) -> None:
        """Draw a connection of a neuron, or a sheet, to itself."""
        (x, y), shape = self.plan.layout.anchors[wire.source], self.plan.shapes[wire.source]
        high = getattr(shape, "radius", None) or shape.half_height  # type: ignore[attr-defined]
        loops = [w for w in self.plan.scene.wires if w.source == w.target == wire.source]
        reach = self.look.ends * (0.3 + 0.14 * loops.index(wire))
        half = min(0.8 * high, 0.14 + 0.07 * loops.index(wire))
        foot = y - math.sqrt(max(high**2 - half**2, 0.0)) if hasattr(shape, "radius") else y - high
        end = REACH[wire.channel] * self.look.ends
        track = [(x - half, foot), (x - half, y - high - reach), (x + half, y - high - reach)]
        track.append((x + half, foot - end))
        gid = self._gid(wire)
        look = {"linewidth": self.look.line}
        self.canvas.wire(track, wire.channel, f"wire {gid}", **look)
        self.canvas.end(
            (x + half, foot - 0.01), math.pi / 2, wire.channel, f"end {gid}", self.look.ends
        )
        label = self.plan.labels[wire]
        if label:
            self._write_label((x, y - high - reach), label, wire.channel)

    def _draw_labels(self, tracks: dict[Wire, list[Point]]) -> None:
        wires = [w for w in tracks if len(tracks[w]) > 1]
        texts = [self.plan.labels[w] for w in wires]
        if not any(texts):
            return
        centres = place_labels(
            texts, [tracks[w] for w in wires], self._taken(), self.look.notes
        )
        for wire, text, centre in zip(wires, texts, centres, strict=True):
            if text:
                self._write_label(centre, text, wire.channel)

    def _write_label(self, at: Point, text: str, channel: str) -> None:
        box = {"boxstyle": "square,pad=0.12", "facecolor": "white", "edgecolor": "none"}
        self.canvas.write(
            at, text, self.look.notes, color=CHANNEL_COLOURS[channel], bbox=box, gid="label",
            zorder=WORDS - 0.5,
        )  # fmt: skip

    def _taken(self) -> list[Rectangle]:
        """Return what labels must not cover: items, their captions, instances' names."""
        taken = []
        for i, ((x, y), shape) in enumerate(
            zip(self.plan.layout.anchors, self.plan.shapes, strict=True)
        ):
            high = getattr(shape, "radius", None) or getattr(shape, "half_height", 0.1)
            wide = getattr(shape, "radius", None) or 0.5
            taken.append(Rectangle(x, y, 2 * wide + 0.1, 2 * high + 0.1))
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


def _full_name(item: Item) -> str:
    return ".".join([*item.path, item.name])


def _scale_of(item: Item) -> str:
    is_input = item.population is not None and item.population.role == "input"
    return "input" if is_input else "neuron"


def _branch(track: list[Point], earlier: list[list[Point]]) -> list[Point]:
    """Return what is left to draw of a track whose beginning others have drawn already."""
    shared = max((_common(track, other) for other in earlier), default=0)
    if shared < 2:
        return track
    (x0, y0), (x1, y1) = track[shared - 2 : shared]
    return [((x0 + x1) / 2, (y0 + y1) / 2), *track[shared - 1 :]]


def _common(track: list[Point], other: list[Point]) -> int:
    """Return how many points two tracks begin with in common."""
    same = (a == b for a, b in zip(track[:-1], other[:-1], strict=False))
    return sum(itertools.takewhile(bool, same))


def _as_layers(values: np.ndarray, outline: SheetOutline) -> np.ndarray:
    """Return a sheet's values as (rows, columns, layers drawn)."""
    if values.ndim < 2:
        return values.reshape(-1, 1, 1)
    flat = values.reshape(*values.shape[:2], -1)
    return flat[:, :, : outline.layers]


def _short(value: float) -> str:
    return f"{value:.2g}".replace("-", "−")


