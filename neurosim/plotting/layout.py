"""Nested frames: where every neuron and instance goes, and how wires run between them.

Each instance is laid out by itself, then placed as one block of the frame it stands in, so that
neither neurons nor instances can overlap.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .blocks import OUTSIDE, Arrangement, Block, Link, Point
from .layers import arrange

Path = tuple[str, ...]
PADDING = 0.12  # inches, within an instance's frame
TITLE = 0.24  # room for its name


class Line(NamedTuple):
    """A connection to be routed: between two bodies, in a bundle with others from its source."""

    source: int
    target: int
    bundle: Hashable


@dataclass
class Body:
    """A block that is no frame, in the instance `path`."""

    block: Block
    path: Path = ()


@dataclass
class Frame:
    """The rectangle around an instance."""

    path: Path
    x: float
    y: float
    width: float
    height: float


@dataclass
class Layout:
    """Where everything is, in inches, y downward; a line's route leaves out its two ends."""

    width: float
    height: float
    anchors: list[Point]
    frames: list[Frame]
    routes: dict[Line, list[Point]]


@dataclass
class _Solved:
    """A frame laid out, in its own coordinates."""

    path: Path
    arrangement: Arrangement
    children: list[int | Path]
    place: dict[int | Path, int]  # of each child, its number
    inner: dict[Path, _Solved] = field(default_factory=dict)
    x: float = 0.0  # of the frame's corner, and of what it holds, in the drawing
    y: float = 0.0
    title: float = 0.0

    @property
    def padding(self) -> float:
        return PADDING if self.path else 0.0

    @property
    def width(self) -> float:
        return self.arrangement.width + 2 * self.padding

    @property
    def height(self) -> float:
        return self.arrangement.height + self.title + (self.padding if self.path else 0.0)

    def at(self, point: Point) -> Point:
        """Return a point of the arrangement in the drawing's coordinates."""
        return self.x + self.padding + point[0], self.y + self.title + point[1]


def lay_out(
    bodies: Sequence[Body],
    lines: Sequence[Line],
    beside: Sequence[tuple[int, int]] = (),
    labels: dict[Line, float] | None = None,
    gap: float = 0.55,
    titles: bool = True,
) -> Layout:
    """Place bodies and route lines.

    Parameters
    ----------
    beside
        Pairs of bodies that drive each other and stand in one layer where they can.
    labels
        Lengths of the labels that lines carry.
    gap
        Between layers, at least.
    titles
        Whether instances have their name above them.
    """
    return _Nest(bodies, lines, beside, labels or {}, gap, titles).layout()


class _Nest:
    """One call of `lay_out`."""

    def __init__(
        self, bodies: Sequence[Body], lines: Sequence[Line], beside: Sequence[tuple[int, int]],
        labels: dict[Line, float], gap: float, titles: bool,
    ):  # fmt: skip
        self.bodies = bodies
        self.lines = lines
        self.beside = beside
        self.labels = labels
        self.gap = gap
        self.titles = titles
        self.children: dict[Path, list[int | Path]] = {(): []}
        for number, body in enumerate(bodies):
            for depth in range(len(body.path)):
                path = body.path[: depth + 1]
                if path not in self.children:
                    self.children[path] = []
                    self.children[path[:-1]].append(path)
            self.children[body.path].append(number)

    def layout(self) -> Layout:
        root = self._solve(())
        anchors: list[Point] = [(0.0, 0.0)] * len(self.bodies)
        frames: list[Frame] = []
        self._settle(root, anchors, frames)
        routes = {line: self._route(root, line) for line in self.lines}
        return Layout(root.width, root.height, anchors, frames, routes)

    # ------------------------------------------------------------ frame by frame

    def _solve(self, path: Path) -> _Solved:
        """Lay out a frame, those inside it first."""
        children = self.children[path]
        inner = {c: self._solve(c) for c in children if isinstance(c, tuple)}
        blocks = [self._block(c, inner) for c in children]
        place = {c: i for i, c in enumerate(children)}
        links: list[Link] = []
        clearance: dict[Link, float] = {}
        for line in self.lines:
            link = self._link(line, path, place)
            if link is None:
                continue
            links.append(link)
            if link.head != OUTSIDE and not isinstance(children[link.head], tuple):
                clearance[link] = max(clearance.get(link, 0.0), self.labels.get(line, 0.0))
        beside = [(place[a], place[b]) for a, b in self.beside if a in place and b in place]
        made = arrange(blocks, links, beside, clearance, self.gap)
        title = (TITLE if self.titles else PADDING) if path else 0.0
        return _Solved(path, made, children, place, inner, title=title)

    def _block(self, child: int | Path, inner: dict[Path, _Solved]) -> Block:
        if not isinstance(child, tuple):
            return self.bodies[child].block
        solved = inner[child]
        middle = solved.height / 2
        shift = solved.title - middle
        return Block(
            solved.width / 2, solved.width / 2, middle, middle,
            entries={b: y + shift for b, y in solved.arrangement.entries.items()},
            exits={b: y + shift for b, y in solved.arrangement.exits.items()},
            framed=True,
        )  # fmt: skip

    def _link(self, line: Line, path: Path, place: dict[int | Path, int]) -> Link | None:
        """Return what a line is within one frame, if it runs there."""
        tail, head = self._child(line.source, path), self._child(line.target, path)
        if tail == head:  # both outside, or both in one inner frame
            return None
        start, stop = (OUTSIDE if end is None else place[end] for end in (tail, head))
        return Link(start, stop, line.bundle)

    def _child(self, body: int, path: Path) -> int | Path | None:
        """Return the child of a frame that is or holds a body; None for a body outside."""
        own = self.bodies[body].path
        if own[: len(path)] != path:
            return None
        return body if len(own) == len(path) else own[: len(path) + 1]

    # ------------------------------------------------------------ the whole

    def _settle(self, solved: _Solved, anchors: list[Point], frames: list[Frame]) -> None:
        """Give every body and inner frame its place in the drawing."""
        if solved.path:
            frames.append(Frame(solved.path, solved.x, solved.y, solved.width, solved.height))
        for child, anchor in zip(solved.children, solved.arrangement.anchors, strict=True):
            x, y = solved.at(anchor)
            if not isinstance(child, tuple):
                anchors[child] = (x, y)
                continue
            inner = solved.inner[child]
            inner.x, inner.y = x - inner.width / 2, y - inner.height / 2
            self._settle(inner, anchors, frames)

    def _route(self, root: _Solved, line: Line) -> list[Point]:
        """Join a line's stretches: out of its source's frames, across, into its target's."""
        out = self._within(root, self.bodies[line.source].path)
        into = self._within(root, self.bodies[line.target].path)
        shared = 0
        while shared < min(len(out), len(into)) and out[shared] is into[shared]:
            shared += 1
        route: list[Point] = []
        for solved in [*out[: shared - 1 : -1], out[shared - 1], *into[shared:]]:
            link = self._link(line, solved.path, solved.place)
            if link is None:
                continue
            made = solved.arrangement
            if link.tail == OUTSIDE:
                route.append((solved.x, solved.y + solved.title + made.entries[line.bundle]))
            route += [solved.at(point) for point in made.routes[link]]
            if link.head == OUTSIDE:
                across = solved.x + solved.width
                route.append((across, solved.y + solved.title + made.exits[line.bundle]))
        return route

    @staticmethod
    def _within(root: _Solved, path: Path) -> list[_Solved]:
        """Return the frames that hold something at `path`, the outermost first."""
        frames = [root]
        for depth in range(len(path)):
            frames.append(frames[-1].inner[path[: depth + 1]])
        return frames
