"""The three levels drawn one beneath another: what, how, and in what; and how they degrade."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ..errors import InputError
from ..plotting import COLOURS, FAINT, new_figure
from ..plotting.drawing import largest_depth
from ..plotting.style import INK, LETTER, WIDTHS, HouseFigure, style
from .algorithm import Algorithm, Repeat, Step
from .implementation import Fault, Implementation
from .traces import trace_lines, value_text

if TYPE_CHECKING:
    from ..circuit import Circuit
    from .computation import Case
    from .degradation import Degradation
    from .levels import Marr

LINE = 0.155  # inches from one line of text to the next
PAD = 0.07  # inches between the text of a box and its border
GAP = 0.13  # inches between boxes, in which an arrow stands
NAME = 0.42  # inches at the left, for the level's name
TEXT = 7.5  # points
LOW = 1.0  # inches, the least height of a row
CIRCUIT = 1.9  # inches, the height of a circuit's drawing
MOST_STATES = 9  # of a trace that are shown
SHADES = {False: "white", True: "none"}  # of a step, and of a loop around some
LEVELS = {
    "computation": "what is computed",
    "algorithm": "by which steps",
    "implementation": "in what hardware",
}


@dataclass(frozen=True)
class _Box:
    """One box of an algorithm: its lines of text, how deep in loops it is, and its loop's name."""

    lines: tuple[str, ...]
    depth: int = 0
    loop: bool = False

    @property
    def height(self) -> float:
        return LINE * len(self.lines) + 2 * PAD


def draw(marr: Marr, case: Case | None = None) -> Figure:
    """Do what `Marr.draw` says."""
    if case is not None:
        marr.trace(*_as_case(marr, case))  # what is no case is refused
    columns = _columns(marr)
    width = (WIDTHS["page"] - NAME) / max(1, len(columns))
    algorithms = _algorithms(columns)
    boxes = {a.name: list(_boxes(a, case, len(span) * width - 0.2)) for a, span in algorithms if a}
    what = _what(marr, case)
    heights = [
        max(LOW, 0.3 + LINE * (1 + len(what))),
        max(
            (_height(boxes[a.name]) + (2 + bool(a.representation)) * LINE
             for a, _ in algorithms if a),
            default=0.5,
        ),
        CIRCUIT + 0.3,
    ]  # fmt: skip
    with style():
        figure = HouseFigure(figsize=(WIDTHS["page"], sum(heights) + 0.75))
        figure.suptitle(f"{marr.name}: one computation at three levels")
        page = _Page(figure, heights)
        page.name_levels()
        _draw_what(page.axes(0, NAME, WIDTHS["page"] - 0.05), marr, what)
        for algorithm, span in algorithms:
            left = NAME + span[0] * width
            ax = page.axes(1, left, left + len(span) * width - 0.1)
            if algorithm is None:
                _write(ax, "no algorithm is named", 0.13, FAINT, style="italic")
            else:
                _draw_algorithm(ax, algorithm, boxes[algorithm.name], case)
        for i, (_, implementation) in enumerate(columns):
            left = NAME + i * width
            ax = page.axes(2, left, left + width - 0.1)
            if implementation is None:
                _write(ax, "no circuit", 0.13, FAINT, style="italic")
            else:
                _draw_circuit(ax, implementation, case)
    return figure


def plot_degradation(
    degradation: Degradation, ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Do what `Degradation.plot` says."""
    if ax is None:
        _, ax = new_figure()
    if not isinstance(ax, Axes):
        raise InputError(f"plot(ax=) takes Matplotlib's Axes (got {ax!r})")
    names = [name for name in COLOURS if name != "yellow"]
    for number, (name, curve) in enumerate(degradation.curves.items()):
        colour, marker = COLOURS[names[number % len(names)]], "os^Dvp"[number % 6]
        low, high = curve.spread
        ax.fill_between(curve.damage, low, high, color=colour, alpha=0.15, linewidth=0)
        ax.plot(curve.damage, curve.mean, color=colour, marker=marker, label=name)
    ax.axhline(degradation.guessed, color=FAINT, linestyle=":", linewidth=0.9, label="guessed")
    ax.set(xlabel=degradation.damage, ylabel="answered right (share of cases)", ylim=(-0.03, 1.03))
    if legend:
        ax.legend()
    return ax


class _Page:
    """A figure divided into three rows of given heights, measured in inches."""

    def __init__(self, figure: Figure, heights: Sequence[float]):
        self.figure = figure
        self.heights = heights
        self.width, self.height = figure.get_size_inches()

    def top(self, row: int) -> float:
        """Return how many inches from the bottom a row begins."""
        return float(self.height - 0.4 - sum(self.heights[:row]) - 0.1 * row)

    def axes(self, row: int, left: float, right: float) -> Axes:
        """Return axes of a row between two distances from the left, y downward, in inches."""
        top, tall = self.top(row), self.heights[row]
        ax = self.figure.add_axes(
            (left / self.width, (top - tall) / self.height, (right - left) / self.width,
             tall / self.height)
        )  # fmt: skip
        ax.set(xlim=(0, right - left), ylim=(tall, 0))
        ax.set_axis_off()
        return ax

    def name_levels(self) -> None:
        """Write each level's name at the left, behind it a ground that shows the row."""
        for row, (level, question) in enumerate(LEVELS.items()):
            ax = self.axes(row, 0.05, self.width - 0.05)
            tall = self.heights[row]
            ground = "#F5F5F5"
            ax.add_patch(
                FancyBboxPatch(
                    (0.02, 0.02), self.width - 0.14, tall - 0.04,
                    boxstyle="round,pad=0,rounding_size=0.05", facecolor=ground, linewidth=0,
                )
            )  # fmt: skip
            ax.text(
                0.17, tall / 2, level, rotation=90, ha="center", va="center", size=8,
                weight="bold", color=INK,
            )  # fmt: skip
            if 72 * tall > 0.6 * 7 * len(question):
                ax.text(
                    0.32, tall / 2, question, rotation=90, ha="center", va="center", size=7,
                    color=FAINT,
                )  # fmt: skip


def _as_case(marr: Marr, case: Any) -> Case:
    if not isinstance(case, tuple):
        raise InputError(
            f"{marr}: draw(case=) takes a tuple with a value for each input, "
            f"({', '.join(marr.inputs)},) (got {value_text(case)})"
        )
    return case


Column = tuple[Algorithm | None, Implementation | None]


def _columns(marr: Marr) -> list[Column]:
    """Return a column for each circuit, under the algorithm that it realizes."""
    columns: list[Column] = []
    circuits = list(marr.implementations.values())
    for algorithm in marr.algorithms.values():
        own = [i for i in circuits if i.realizes == algorithm.name]
        columns += [(algorithm, i) for i in own] or [(algorithm, None)]
    columns += [(None, i) for i in circuits if i.realizes is None]
    free = [i for i, (a, c) in enumerate(columns) if a is not None and c is None]
    if free and any(a is None for a, _ in columns):  # room beneath an algorithm is used
        loose = [column for column in columns if column[0] is None]
        for i, (_, circuit) in zip(free, loose, strict=False):
            columns[i] = (columns[i][0], circuit)
        columns = [c for c in columns if c not in loose[: len(free)]]
    return columns or [(None, None)]


def _algorithms(columns: list[Column]) -> list[tuple[Algorithm | None, list[int]]]:
    """Return each algorithm and the numbers of the columns that it spans."""
    spans: list[tuple[Algorithm | None, list[int]]] = []
    for i, (algorithm, _) in enumerate(columns):
        if spans and spans[-1][0] is algorithm:
            spans[-1][1].append(i)
        else:
            spans.append((algorithm, [i]))
    return spans


def _what(marr: Marr, case: Case | None) -> list[str]:
    """Return the lines that tell what is computed."""
    computation = marr.computation
    lines = [computation.formula] if computation.formula else []
    lines.append(f"for {computation.space}")
    if computation.axioms:
        lines.append(f"axioms: {', '.join(computation.axioms)}")
    if case is not None:
        lines.append(f"{computation.told(case)}: {value_text(computation.answer(case))}")
    room = int((WIDTHS["page"] - NAME - 0.3) * 72 / (TEXT * LETTER))
    return [part for line in lines for part in (textwrap.wrap(line, room) or [""])]


def _draw_what(ax: Axes, marr: Marr, lines: list[str]) -> None:
    _write(ax, marr.computation.name, 0.15, INK, weight="bold", size=8.5)
    for i, line in enumerate(lines):
        _write(ax, line, 0.15 + LINE * (1.15 + i))


def _boxes(algorithm: Algorithm, case: Case | None, width: float) -> Iterator[_Box]:
    """Yield an algorithm's boxes: its steps, or the states of one case."""
    room = int(width * 72 / (TEXT * LETTER * 0.95))
    if case is None:
        yield from _steps(algorithm.steps, room, 0)
        return
    trace = algorithm.trace(case)
    told = trace_lines(trace)
    if len(told) > MOST_STATES:
        half = MOST_STATES // 2
        told = [*told[:half], f"… {len(told) - 2 * half} steps …", *told[-half:]]
    for text in [*told, trace.fault or f"answer: {value_text(trace.answer)}"]:
        yield _Box(tuple(textwrap.wrap(text, room)))


def _steps(steps: Sequence[Step | Repeat], room: int, depth: int) -> Iterator[_Box]:
    for step in steps:
        lines = textwrap.wrap(step.name, room - 3 * depth)
        if isinstance(step, Repeat):
            yield _Box(tuple(lines), depth, loop=True)
            yield from _steps(step.steps, room, depth + 1)
        else:
            yield _Box(tuple(lines), depth)


def _height(boxes: Sequence[_Box]) -> float:
    """Return how high boxes are, one beneath another."""
    below = sum(_below(boxes, number) for number in range(len(boxes)))
    return sum(box.height for box in boxes) + GAP * max(0, len(boxes) - 1) + below


def _below(boxes: Sequence[_Box], number: int) -> float:
    """Return the room beneath a box for the ends of the loops that end with it."""
    following = boxes[number + 1].depth if number + 1 < len(boxes) else 0
    return PAD * max(0, boxes[number].depth - following)


def _draw_algorithm(
    ax: Axes, algorithm: Algorithm, boxes: Sequence[_Box], case: Case | None
) -> None:
    wide = ax.get_xlim()[1]
    _write(ax, algorithm.name, 0.13, INK, weight="bold", size=8.5)
    _write(ax, f"on {algorithm.representation}", 0.13 + LINE, FAINT, style="italic")
    y = 0.13 + 1.7 * LINE
    for number, box in enumerate(boxes):
        x = 0.02 + 0.15 * box.depth
        within = _within(boxes, number)
        tall = _height([box, *within]) - PAD * box.depth
        ax.add_patch(
            FancyBboxPatch(
                (x, y), wide - 2 * x - 0.06, tall, boxstyle="round,pad=0,rounding_size=0.05",
                facecolor=SHADES[box.loop], edgecolor=FAINT, linewidth=0.7,
                linestyle="--" if box.loop else "-",
            )
        )  # fmt: skip
        for i, line in enumerate(box.lines):
            mark = "↻ " if box.loop and i == 0 else ""
            ax.text(
                x + PAD, y + PAD + LINE * (i + 0.5), mark + line, size=TEXT, va="center", color=INK
            )
        y += box.height + _below(boxes, number)
        if number + 1 < len(boxes):
            _draw_arrow(ax, 0.14 + 0.15 * boxes[number + 1].depth, y)
            y += GAP


def _within(boxes: Sequence[_Box], number: int) -> list[_Box]:
    """Return the boxes inside a loop's."""
    return list(takewhile(lambda box: box.depth > boxes[number].depth, boxes[number + 1 :]))


def _draw_arrow(ax: Axes, x: float, y: float) -> None:
    look = {
        "arrowstyle": "-|>", "color": FAINT, "linewidth": 0.7, "mutation_scale": 5,
        "shrinkA": 0, "shrinkB": 0,
    }  # fmt: skip
    ax.annotate("", (x, y + GAP), (x, y), arrowprops=look)


def _draw_circuit(ax: Axes, implementation: Implementation, case: Case | None) -> None:
    circuit = implementation.drawn or implementation.circuit
    tall = ax.get_ylim()[0]
    _write(ax, implementation.name, 0.13, INK, weight="bold", size=8.5)
    told = _neurons_text(implementation.circuit)
    if implementation.drawn is not None:
        told += f"; drawn: one with {_neurons_text(circuit)}"
    _write(ax, told, 0.13 + LINE, FAINT, style="italic")
    room = ax.get_xlim()[1], tall - 0.13 - 1.8 * LINE
    inset = ax.inset_axes((0, 0, 1, room[1] / tall), transform=ax.transAxes)
    values: dict[str, Any] = {}
    if case is not None and implementation.drawn is None and not implementation.runs_in_time:
        activities = implementation.activities(case)
        if not isinstance(activities, Fault):
            values["activities"] = activities
    circuit.draw(ax=inset, depth=largest_depth(circuit, room), title="", legend=False, **values)


def _neurons_text(circuit: Circuit) -> str:
    units = sum(p.size for p in circuit.neuron_populations)
    return f"{units} neuron{'s' * (units != 1)}"


def _write(ax: Axes, text: str, y: float, colour: str = INK, **options: Any) -> None:
    ax.text(0.02, y, text, va="center", color=colour, **{"size": TEXT, **options})
