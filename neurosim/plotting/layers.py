"""One frame of a drawing: blocks into layers, layers into an order, the order into coordinates.

Sugiyama, Tagawa & Toda's (1981) method.  Links that skip layers pass through bends, and all links
of one bundle (one source and channel) share theirs, as a wire that branches.  Crossings are
reduced by the barycentre heuristic; heights minimise the squared height differences along links,
exactly within each layer, by pooling adjacent violators.  Lengths are inches, y runs downward.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from .blocks import OUTSIDE, Arrangement, Block, Bundle, Link, Point
from .ordering import crossings, layers_of, spread

SWEEPS = 24
MORE = 0.05  # crossings that may be more where the neurons of a population stay in order
GAP = 0.24  # between neighbours of one layer
BEND_GAP = 0.13  # where one of them is a bend
PORT_GAP = 0.5  # where both are ports of the frame
FREE = 1e-3  # how strongly a block without links is pulled
LANE = 0.22  # between links that run back


def arrange(
    blocks: Sequence[Block],
    links: Iterable[Link],
    beside: Iterable[tuple[int, int]] = (),
    clearance: dict[Link, float] | None = None,
    gap: float = 0.55,
) -> Arrangement:
    """Place the blocks of one frame.

    Parameters
    ----------
    beside
        Pairs of blocks that drive each other and belong into one layer.
    clearance
        Length of the label that a link carries.
    gap
        Between layers, at least.
    """
    if not blocks:
        return Arrangement()
    return _Frame(blocks, list(dict.fromkeys(links)), beside, clearance or {}, gap).arranged()


@dataclass(eq=False)
class _Vertex:
    """A block, a port of the frame, or a bend."""

    layer: int
    up: float = 0.0
    down: float = 0.0
    block: int | None = None
    is_port: bool = False
    y: float = 0.0
    rank: int = 0
    before: list[_Piece] = field(default_factory=list)
    after: list[_Piece] = field(default_factory=list)


class _Piece(NamedTuple):
    """The stretch of a link between neighbouring layers; ends' heights from their anchors."""

    tail: _Vertex
    head: _Vertex
    tail_offset: float
    head_offset: float
    weight: float


class _Frame:
    """One call of `arrange`."""

    def __init__(
        self, blocks: Sequence[Block], links: list[Link], beside: Iterable[tuple[int, int]],
        clearance: dict[Link, float], gap: float,
    ):  # fmt: skip
        self.blocks = blocks
        self.links = links
        self.clearance = clearance
        self.gap = gap
        self.layer = layers_of(blocks, links, beside)
        self.last = max(self.layer)
        self.columns: list[list[_Vertex]] = [[] for _ in range(self.last + 3)]  # ports outermost
        self.vertices = [
            self._vertex(_Vertex(at, b.up, b.down, i))
            for i, (at, b) in enumerate(zip(self.layer, blocks, strict=True))
        ]
        self.entries: dict[Bundle, _Vertex] = {}
        self.exits: dict[Bundle, _Vertex] = {}
        self.bends: dict[tuple[int, Bundle, int], _Vertex] = {}  # by tail, bundle and layer
        self.forward = [link for link in links if self._is_forward(link)]
        self.backward = [link for link in links if not self._is_forward(link)]
        self._add_pieces()

    def arranged(self) -> Arrangement:
        self._order()
        self._set_heights()
        left, right, width = self._widths()
        return self._finished(left, right, width)

    # ------------------------------------------------------------ vertices

    def _vertex(self, vertex: _Vertex) -> _Vertex:
        column = self.columns[vertex.layer + 1]
        vertex.rank = len(column)
        column.append(vertex)
        return vertex

    def _is_forward(self, link: Link) -> bool:
        if OUTSIDE in (link.tail, link.head):
            return True
        return self.layer[link.tail] < self.layer[link.head]

    def _add_pieces(self) -> None:
        made: set[tuple[int, int, Bundle]] = set()
        for link in self.forward:
            chain = self._chain(link)
            for number, (tail, head) in enumerate(pairwise(chain)):
                key = (id(tail), id(head), link.bundle)
                if key in made:
                    continue
                made.add(key)
                is_first, is_last = number == 0, number == len(chain) - 2
                leaves = self._offset(link.tail, link.bundle, "exits") if is_first else 0.0
                enters = self._offset(link.head, link.bundle, "entries") if is_last else 0.0
                bent = sum(v.block is None for v in (tail, head))
                piece = _Piece(tail, head, leaves, enters, (1.0, 2.0, 8.0)[bent])
                tail.after.append(piece)
                head.before.append(piece)

    def _chain(self, link: Link) -> list[_Vertex]:
        """Return the vertices that a forward link passes, its ends included."""
        if link.tail == OUTSIDE:
            if link.bundle not in self.entries:
                self.entries[link.bundle] = self._vertex(_Vertex(-1, is_port=True))
            tail, start = self.entries[link.bundle], -1
        else:
            tail, start = self.vertices[link.tail], self.layer[link.tail]
        if link.head == OUTSIDE:
            if link.bundle not in self.exits:
                self.exits[link.bundle] = self._vertex(_Vertex(self.last + 1, is_port=True))
            head, stop = self.exits[link.bundle], self.last + 1
        else:
            head, stop = self.vertices[link.head], self.layer[link.head]
        bends = [self._bend(link, at) for at in range(start + 1, stop)]
        return [tail, *bends, head]

    def _bend(self, link: Link, layer: int) -> _Vertex:
        key = (link.tail, link.bundle, layer)
        if key not in self.bends:
            self.bends[key] = self._vertex(_Vertex(layer))
        return self.bends[key]

    def _offset(self, block: int, bundle: Bundle, side: str) -> float:
        return 0.0 if block == OUTSIDE else getattr(self.blocks[block], side).get(bundle, 0.0)

    # ------------------------------------------------------------ order

    def _order(self) -> None:
        """Sort each layer by where its neighbours are, there and back, and keep the best.

        Of dense layers every order crosses about as often, so that the best would be any: there
        the neurons of one population stay in theirs.
        """
        first = [list(c) for c in self.columns]
        best, fewest = self._swept(lambda column: column)
        if any(column != _in_rows(column, self.blocks) for column in best):
            self._take(first)
            kept, count = self._swept(lambda column: _in_rows(column, self.blocks))
            if count <= (1 + MORE) * fewest:
                best = kept
        self._take(best)

    def _swept(
        self, put: Callable[[list[_Vertex]], list[_Vertex]]
    ) -> tuple[list[list[_Vertex]], int]:
        """Return the best order found, and its crossings; `put` has the last word on a layer's."""
        best, fewest = [list(c) for c in self.columns], self._crossings()
        for sweep in range(SWEEPS):
            if not fewest:
                break
            forward = sweep % 2 == 0
            for column in self.columns if forward else self.columns[::-1]:
                means = {id(v): _barycentre(v, forward) for v in column}
                column.sort(key=lambda v: (means[id(v)], v.rank))
                column[:] = put(column)
                for rank, vertex in enumerate(column):
                    vertex.rank = rank
            count = self._crossings()
            if count < fewest:
                best, fewest = [list(c) for c in self.columns], count
        return best, fewest

    def _take(self, columns: list[list[_Vertex]]) -> None:
        self.columns = columns
        for column in columns:
            for rank, vertex in enumerate(column):
                vertex.rank = rank

    def _crossings(self) -> int:
        return sum(
            crossings((_rank(p.tail, p.tail_offset), _rank(p.head, p.head_offset)) for p in pieces)
            for pieces in ([p for v in column for p in v.after] for column in self.columns)
        )

    # ------------------------------------------------------------ coordinates

    def _set_heights(self) -> None:
        gaps = []
        for column in self.columns:
            gaps.append([_distance(a, b) for a, b in pairwise(column)])
            y = 0.0
            for vertex, distance in zip(column, [0.0, *gaps[-1]], strict=False):
                y += distance
                vertex.y = y
        for sweep in range(3 * SWEEPS):
            straight = sweep >= SWEEPS
            order = range(len(self.columns))
            for at in order if sweep % 2 == 0 else reversed(order):
                column = self.columns[at]
                pulls = [_wanted(vertex, straight) for vertex in column]
                wanted, weights = _filled(pulls, [v.y for v in column], gaps[at])
                for vertex, y in zip(column, spread(wanted, weights, gaps[at]), strict=True):
                    vertex.y = y
        top = min(v.y - v.up for column in self.columns for v in column)
        for column in self.columns:
            for vertex in column:
                vertex.y -= top

    def _widths(self) -> tuple[list[float], list[float], float]:
        """Return each layer's left and right edge, ports' layers included, and the width."""
        left, right = [0.0], [0.0]
        for at in range(self.last + 1):
            members = [b for b, layer in zip(self.blocks, self.layer, strict=True) if layer == at]
            left.append(right[-1] + self._space(at))
            right.append(
                left[-1] + max(b.left for b in members) + max(b.right for b in members)
                if members
                else left[-1]
            )
        end = right[-1] + self._space(self.last + 1)
        return [*left, end], [*right, end], end

    def _space(self, at: int) -> float:
        """Return the room before a layer: for labels, for slopes that are not too steep."""
        pieces = [p for v in self.columns[at] for p in v.after]
        rise = max((abs(_rise(p)) for p in pieces), default=0.0)
        label = max(
            (long for link, long in self.clearance.items() if self._arrives(link) == at),
            default=0.0,
        )
        least = self.gap
        if at in (0, self.last + 1):  # from and to the frame's ports
            least = (0.95 if at == 0 else 0.5) * self.gap if pieces else 0.0
        turning = sum(
            at in (self.layer[link.tail] + 1, self.layer[link.head]) for link in self.backward
        )
        room = max(least, label + 0.4 if label else 0.0, min(0.45 * rise, 3.6 * self.gap))
        return room + (0.15 + 0.07 * turning if turning else 0.0)

    def _arrives(self, link: Link) -> int:
        return self.last + 1 if link.head == OUTSIDE else self.layer[link.head]

    def _finished(self, left: list[float], right: list[float], width: float) -> Arrangement:
        anchors = []
        for i, at in enumerate(self.layer):
            reach = max(
                b.left for b, layer in zip(self.blocks, self.layer, strict=True) if layer == at
            )
            anchors.append((left[at + 1] + reach, self.vertices[i].y))
        beside = self._fans()
        routes = {k: self._bent(k, left, right, beside.get(k, 0.0)) for k in self.forward}
        bottom = max(v.y + v.down for column in self.columns for v in column)
        top = self._add_returns(routes, left, right, anchors, bottom)
        points = [p for route in routes.values() for p in route]
        low = max([bottom, *(y for _, y in points)])
        return Arrangement(
            width,
            low - top,
            [(x, y - top) for x, y in anchors],
            {bundle: v.y - top for bundle, v in self.entries.items()},
            {bundle: v.y - top for bundle, v in self.exits.items()},
            {link: [(x, y - top) for x, y in route] for link, route in routes.items()},
        )

    def _fans(self) -> dict[Link, float]:
        """Return how far beside a block's height each link to it enters the block's layer.

        A block without a frame, among framed ones, is approached across the layer: there its links
        run side by side, in the order in which they come.
        """
        coming: dict[int, list[Link]] = {}
        for link in self.forward:
            if link.head != OUTSIDE and not self.blocks[link.head].framed:
                coming.setdefault(link.head, []).append(link)
        beside: dict[Link, float] = {}
        for head, links in coming.items():
            block = self.blocks[head]
            gap = min(BEND_GAP, (block.up + block.down) / len(links))
            links.sort(key=self._height_before)
            middle = (len(links) - 1) / 2
            beside |= {link: (k - middle) * gap for k, link in enumerate(links)}
        return beside

    def _height_before(self, link: Link) -> float:
        """Return the height from which a forward link comes to the layer of its head."""
        chain = self._chain(link)
        leaves = self._offset(link.tail, link.bundle, "exits") if len(chain) == 2 else 0.0
        return chain[-2].y + leaves

    def _bent(
        self, link: Link, left: list[float], right: list[float], beside: float
    ) -> list[Point]:
        """Return the points that a forward link passes: two at each layer, so that it is level."""
        chain = self._chain(link)
        route: list[Point] = []
        if link.tail != OUTSIDE and self._is_wide(self.layer[link.tail]):
            y = chain[0].y + self._offset(link.tail, link.bundle, "exits")
            route.append((right[self.layer[link.tail] + 1], y))
        for vertex in chain:
            if vertex.block is None:
                at = vertex.layer + 1
                route += dict.fromkeys([(left[at], vertex.y), (right[at], vertex.y)])
        if link.head != OUTSIDE and self._is_wide(self.layer[link.head]):
            y = chain[-1].y + self._offset(link.head, link.bundle, "entries") + beside
            route.append((left[self.layer[link.head] + 1], y))
        return route

    def _is_wide(self, layer: int) -> bool:
        members = [b for b, at in zip(self.blocks, self.layer, strict=True) if at == layer]
        return any(b.framed for b in members)

    def _add_returns(
        self, routes: dict[Link, list[Point]], left: list[float], right: list[float],
        anchors: list[Point], bottom: float,
    ) -> float:  # fmt: skip
        """Route the links that run back, each in a lane above or below; return the new top."""
        top, low = 0.0, bottom
        turns: dict[tuple[str | int, ...], int] = {}
        order = sorted(self.backward, key=lambda k: self.layer[k.tail] - self.layer[k.head])
        for link in order:
            tail, head = self.layer[link.tail], self.layer[link.head]
            start = anchors[link.tail][1] + self._offset(link.tail, link.bundle, "exits")
            stop = anchors[link.head][1] + self._offset(link.head, link.bundle, "entries")
            if tail == head and not (
                self.blocks[link.tail].framed or self.blocks[link.head].framed
            ):
                same = turns.get(("aside", tail, link.tail, link.head), 0)
                turns["aside", tail, link.tail, link.head] = same + 1
                routes[link] = self._aside(link, anchors, same)
                continue
            above = start + stop <= bottom
            top, low = (top - LANE, low) if above else (top, low + LANE)
            lane = top if above else low
            if above and self._is_open(link.tail) and self._is_open(link.head):
                (x_out, _), (x_in, _) = anchors[link.tail], anchors[link.head]
                routes[link] = [(x_out, lane), (x_in, lane)]
                continue
            out = 0.12 + 0.07 * turns.get(("out", tail), 0)
            into = 0.12 + 0.07 * turns.get(("in", head), 0)
            turns["out", tail] = turns.get(("out", tail), 0) + 1
            turns["in", head] = turns.get(("in", head), 0) + 1
            x_out, x_in = right[tail + 1] + out, left[head + 1] - into
            routes[link] = [(x_out, start), (x_out, lane), (x_in, lane), (x_in, stop)]
        return top

    def _is_open(self, block: int) -> bool:
        """Return whether nothing stands above a block that a link could not pass."""
        return self.vertices[block].rank == 0 and not self.blocks[block].framed

    def _aside(self, link: Link, anchors: list[Point], same: int) -> list[Point]:
        """Return where an arc within one layer turns: to the right going down, else left.

        `same` is how many between the same two blocks are drawn already, further in.
        """
        (x, start), (_, stop) = anchors[link.tail], anchors[link.head]
        between = abs(self.vertices[link.tail].rank - self.vertices[link.head].rank) - 1
        beyond = x + math.copysign(0.5 + 0.16 * between + 0.36 * same, stop - start)
        turn = min(0.25, abs(stop - start) / 3)
        turn = math.copysign(turn, stop - start)
        return [(beyond, start + turn), (beyond, stop - turn)]


def _in_rows(column: list[_Vertex], blocks: Sequence[Block]) -> list[_Vertex]:
    """Return a layer with the blocks of each row in order, in the places that they have."""
    rows: dict[Hashable, list[_Vertex]] = {}
    for vertex in column:
        if vertex.block is not None and blocks[vertex.block].row is not None:
            rows.setdefault(blocks[vertex.block].row, []).append(vertex)
    place = {id(v): at for at, v in enumerate(column)}
    answer = list(column)
    for members in rows.values():
        ordered = sorted(members, key=lambda v: v.block or 0)
        for where, vertex in zip(members, ordered, strict=True):
            answer[place[id(where)]] = vertex
    return answer


def _rank(vertex: _Vertex, offset: float) -> float:
    """Return the rank of a link's end: within a block, by its height."""
    if not offset:
        return float(vertex.rank)
    return vertex.rank + 0.9 * offset / (vertex.up + vertex.down + 1e-9)


def _barycentre(vertex: _Vertex, forward: bool) -> float:
    if forward:
        ranks = [_rank(p.tail, p.tail_offset) for p in vertex.before]
    else:
        ranks = [_rank(p.head, p.head_offset) for p in vertex.after]
    return sum(ranks) / len(ranks) if ranks else float(vertex.rank)


def _distance(above: _Vertex, below: _Vertex) -> float:
    bends = (above.block is None) + (below.block is None)
    gap = GAP if not bends else PORT_GAP if bends == 2 and above.is_port else BEND_GAP
    return above.down + below.up + gap


def _wanted(vertex: _Vertex, straight: bool) -> tuple[float, float] | None:
    """Return where a vertex's links pull it, and how strongly.

    `straight` divides each pull by its length, so that the sum of |Δy| is minimised and not that
    of Δy²: a long wire then has one slope, not many small ones.
    """
    total = pull = 0.0
    for pieces, sign in ((vertex.before, -1.0), (vertex.after, 1.0)):
        for piece in pieces:
            rise = sign * _rise(piece)
            weight = piece.weight / max(abs(rise), 0.03) if straight else piece.weight
            total += weight
            pull += weight * (vertex.y + rise)
    return (pull / total, total) if total else None


def _filled(
    pulls: Sequence[tuple[float, float] | None], heights: Sequence[float], gaps: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Return where vertices want to be, and how strongly; one without links, by its neighbour."""
    wanted: list[float] = []
    weights: list[float] = []
    for i, pull in enumerate(pulls):
        if pull is None and i > 0:
            pull = wanted[-1] + gaps[i - 1], FREE
        elif pull is None:
            later = next((k for k, p in enumerate(pulls) if p is not None), 0)
            pull = heights[later] - sum(gaps[:later]), FREE
        wanted.append(pull[0])
        weights.append(pull[1])
    return wanted, weights


def _rise(piece: _Piece) -> float:
    return piece.head.y + piece.head_offset - piece.tail.y - piece.tail_offset
