"""The three levels drawn one beneath another: what, how, and in what; and how they degrade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ..errors import InputError
from ..plotting import COLOURS, FAINT, new_figure
from ..plotting.style import INK, WIDTHS, HouseFigure, style
from .algorithm import Algorithm, Repeat, Step
from .circuit_panels import CircuitPanels
from .headings import LINE, PAD, TEXT, Heading, wrapped
from .traces import trace_lines, value_text

if TYPE_CHECKING:
    from .computation import Case
    from .degradation import Degradation
    from .levels import Marr

GAP = 0.13  # inches between boxes, in which an arrow stands
NAME = 0.47  # inches at the left, for the level's name
LOW = 1.15  # inches, the least height of a row
NARROW = 1.3  # inches, the least width of a column; a figure of many is wider than a page
INDENT = 0.15  # inches, by which a step lies inside its loop
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


@dataclass(frozen=True)
class _Algorithm:
    """One algorithm's panel: its heading, and boxes one beneath another."""

    heading: Heading
    boxes: Sequence[_Box] = ()

    @classmethod
    def of(cls, algorithm: Algorithm | None, case: Case | None, width: float) -> _Algorithm:
        if algorithm is None:
            return cls(Heading.of("", ["no algorithm is named"], width))
        on = [f"on {algorithm.representation}"] if algorithm.representation else []
        heading = Heading.of(algorithm.name, on, width)
        return cls(heading, tuple(_boxes(algorithm, case, width - 2 * PAD)))


def draw(marr: Marr, case: Case | None = None) -> Figure:
    """Do what `Marr.draw` says."""
    if case is not None:
        marr.trace(*_as_case(marr, case))  # what is no case is refused
    algorithms = list(marr.algorithms.values()) or [None]
    deepest = max((_loops(a.steps) for a in algorithms if a and case is None), default=0)
    least = NARROW + 2 * INDENT * deepest
    wide = max(WIDTHS["page"], NAME + least * len(algorithms))
    width = (wide - NAME) / len(algorithms)
    what = _what(marr, case, wide - NAME - 0.2)
    panels = [_Algorithm.of(a, case, width - 0.2) for a in algorithms]
    hows = max(panel.heading.height for panel in panels)
    circuits = CircuitPanels(marr.implementations.values(), case, wide - NAME - 0.1)
    heights = [
        max(LOW, 0.2 + what.height),
        max(0.8, *(hows + _height(panel.boxes) + LINE / 2 for panel in panels)),
        max(LOW, circuits.height),
    ]
    with style():
        figure = HouseFigure(figsize=(wide, sum(heights)))
        title = figure.suptitle(f"{marr.name}: one computation at three levels", parse_math=False)
        page = _Page(figure, heights, 0.25 + 0.2 * (1 + title.get_text().count("\n")))
        title.set(y=1 - 0.1 / page.height, va="top")
        page.name_levels()
        what.draw(page.axes(0, NAME, wide - 0.05), math=True)
        for number, panel in enumerate(panels):
            left = NAME + number * width
            ax = page.axes(1, left, left + width - 0.1)
            panel.heading.draw(ax)
            _draw_boxes(ax, panel.boxes, hows)
        circuits.draw(page.axes(2, NAME, wide - 0.1))
    return figure


def plot_degradation(
    degradation: Degradation, ax: Axes | None = None, *, legend: bool = True
) -> Axes:
    """Do what `Degradation.plot` says."""
    own = ax is None
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
    if own:
        ax.set_title(_finding(degradation))
    return ax


def _finding(degradation: Degradation) -> str:
    """Return in a sentence what the largest damage leaves of each circuit."""
    left = sorted(float(curve.mean[-1]) for curve in degradation.curves.values())
    shares = " to ".join(dict.fromkeys(f"{share:.0%}" for share in (left[0], left[-1])))
    return f"{degradation.name}: at the most damage {shares} of the cases are right"


class _Page:
    """A figure divided into three rows of given heights below its title, measured in inches."""

    def __init__(self, figure: Figure, heights: Sequence[float], title: float):
        self.figure = figure
        self.heights = heights
        self.title = title
        figure.set_figheight(sum(heights) + title + 0.25)
        self.width, self.height = figure.get_size_inches()

    def top(self, row: int) -> float:
        """Return how many inches from the bottom a row begins."""
        return float(self.height - self.title - sum(self.heights[:row]) - 0.1 * row)

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


def _what(marr: Marr, case: Case | None, width: float) -> Heading:
    """Return what is computed, and the lines that tell it."""
    computation = marr.computation
    formula = [computation.formula] if computation.formula else []
    lines = [f"for {computation.space}"]
    if computation.axioms:
        lines.append(f"axioms: {', '.join(computation.axioms)}")
    if case is not None:
        lines.append(f"{computation.told(case)}: {value_text(computation.answer(case))}")
    escaped = [line.replace("$", r"\$") for line in lines]  # the formula alone is mathematics
    return Heading.of(computation.name, [*formula, *escaped], width, faint=False)


def _boxes(algorithm: Algorithm, case: Case | None, width: float) -> Iterator[_Box]:
    """Yield an algorithm's boxes: its steps, or the states of one case."""
    if case is None:
        yield from _steps(algorithm.steps, width, 0)
        return
    trace = algorithm.trace(case)
    told = trace_lines(trace)
    if len(told) > MOST_STATES:
        half = MOST_STATES // 2
        told = [*told[:half], f"… {len(told) - 2 * half} steps …", *told[-half:]]
    for text in [*told, trace.fault or f"answer: {value_text(trace.answer)}"]:
        yield _Box(tuple(wrapped(text, width)))


def _steps(steps: Sequence[Step | Repeat], width: float, depth: int) -> Iterator[_Box]:
    for step in steps:
        room = width - 2 * INDENT * depth
        if isinstance(step, Repeat):
            yield _Box(tuple(wrapped(f"↻ {step.name}", room)), depth, loop=True)
            yield from _steps(step.steps, width, depth + 1)
        else:
            yield _Box(tuple(wrapped(step.name, room)), depth)


def _loops(steps: Sequence[Step | Repeat]) -> int:
    """Return how deep steps lie in loops."""
    return max(1 + _loops(s.steps) if isinstance(s, Repeat) else 0 for s in steps)


def _height(boxes: Sequence[_Box]) -> float:
    """Return how high boxes are, one beneath another."""
    below = sum(_below(boxes, number) for number in range(len(boxes)))
    return sum(box.height for box in boxes) + GAP * max(0, len(boxes) - 1) + below


def _below(boxes: Sequence[_Box], number: int) -> float:
    """Return the room beneath a box for the ends of the loops that end with it."""
    following = boxes[number + 1].depth if number + 1 < len(boxes) else 0
    return PAD * max(0, boxes[number].depth - following)


def _draw_boxes(ax: Axes, boxes: Sequence[_Box], y: float) -> None:
    wide = ax.get_xlim()[1]
    for number, box in enumerate(boxes):
        x = 0.02 + INDENT * box.depth
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
            ax.text(
                x + PAD, y + PAD + LINE * (i + 0.5), line, size=TEXT, va="center", color=INK,
                parse_math=False,
            )  # fmt: skip
        y += box.height + _below(boxes, number)
        if number + 1 < len(boxes):
            _draw_arrow(ax, 0.14 + INDENT * boxes[number + 1].depth, y)
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
