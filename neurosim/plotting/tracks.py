"""The tracks of a drawing's wires: from where each leaves, through its bends, to its ending."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from .blocks import Point
from .ends import End, Round, Shape, Size
from .marks import HALF_WIDTH, REACH
from .plan import Plan, line_of
from .scene import Wire

POINTED = ("excite", "signal", "output")  # endings that show where a wire heads
MOST_BENT = 0.6  # by which their heading may differ from the straight way into a circle


@dataclass(frozen=True)
class Track:
    """How one wire runs.

    Attributes
    ----------
    points : what it passes, up to the back of its ending
    end : its ending
    bowed : whether it is one bow, drawn to the points between its first and last
    """

    points: list[Point]
    end: End
    bowed: bool = False


def tracks_of(plan: Plan) -> dict[Wire, Track]:
    """Return the tracks of all wires of a plan, those from an item to itself included."""
    wires = [w for w in plan.scene.wires if w.source != w.target]
    routes = {w: plan.layout.routes[line_of(w)] for w in wires}
    starts = _starts(plan, routes)
    ends = _ends(plan, routes, starts)
    tracks = {}
    for wire in plan.scene.wires:
        if wire.source == wire.target:
            tracks[wire] = _loop(plan, wire)
            continue
        end = ends[wire]
        came_from = routes[wire][-1] if routes[wire] else starts[wire]
        if wire.channel in POINTED and not _is_by_a_caption(plan.shapes[wire.target], end):
            end = _along(end, came_from)
        back = REACH[wire.channel] * end.size * plan.look.ends
        x, y = end.tip
        stop = x - back * math.cos(end.angle), y - back * math.sin(end.angle)
        from_x, to_x = (plan.layout.anchors[i][0] for i in (wire.source, wire.target))
        bowed = len(routes[wire]) == 2 and abs(from_x - to_x) < 1e-9
        tracks[wire] = Track([starts[wire], *routes[wire], stop], end, bowed)
    return tracks


def _is_by_a_caption(shape: Shape, end: End) -> bool:
    """Return whether an ending must not turn, lest it reach under what is written below."""
    return isinstance(shape, Round) and shape.caption > 0 and end.tip[1] > shape.centre[1]


def _along(end: End, origin: Point) -> End:
    """Return an arrowhead that heads as its wire does, where it would bend only a little."""
    heading = math.atan2(end.tip[1] - origin[1], end.tip[0] - origin[0])
    bent = math.remainder(heading - end.angle, 2 * math.pi)
    return end._replace(angle=heading) if abs(bent) < MOST_BENT else end


def branch(track: list[Point], earlier: list[list[Point]]) -> list[Point]:
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


def _starts(plan: Plan, routes: dict[Wire, list[Point]]) -> dict[Wire, Point]:
    """Return where each wire leaves; those of one bundle leave a sheet or a box together."""
    leaving: dict[int, dict[Hashable, list[Wire]]] = {}
    for wire, route in routes.items():
        bundle: Hashable = wire
        if plan.scene.items[wire.source].kind in ("sheet", "box"):
            bundle = wire.port, wire.channel, wire.delay
        elif route:
            bundle = route[0], wire.port, wire.channel, wire.delay
        leaving.setdefault(wire.source, {}).setdefault(bundle, []).append(wire)
    starts: dict[Wire, Point] = {}
    for i, bundles in leaving.items():
        goals = [_goal(plan, members, routes) for members in bundles.values()]
        points = plan.shapes[i].departures(goals)
        for members, start in zip(bundles.values(), points, strict=True):
            starts |= dict.fromkeys(members, start)
    return starts


def _goal(plan: Plan, bundle: list[Wire], routes: dict[Wire, list[Point]]) -> Point:
    """Return the middle of where a bundle's wires head for."""
    goals = [routes[w][0] if routes[w] else plan.layout.anchors[w.target] for w in bundle]
    if len(goals) == 1:
        return goals[0]
    x, y = np.mean(goals, axis=0)
    return float(x), float(y)


def _ends(
    plan: Plan, routes: dict[Wire, list[Point]], starts: dict[Wire, Point]
) -> dict[Wire, End]:
    arriving: dict[int, list[Wire]] = {}
    for wire in routes:
        arriving.setdefault(wire.target, []).append(wire)
    ends: dict[Wire, End] = {}
    for i, coming in arriving.items():
        origins = [routes[w][-1] if routes[w] else starts[w] for w in coming]
        scale = plan.look.ends
        sizes = [Size(HALF_WIDTH[w.channel] * scale, REACH[w.channel] * scale) for w in coming]
        ends |= zip(coming, plan.shapes[i].arrivals(origins, sizes), strict=True)
    return ends


def _loop(plan: Plan, wire: Wire) -> Track:
    """Return the track of a neuron, or a sheet, to itself: over its top, one above the other."""
    shape = plan.shapes[wire.source]
    x, y = shape.centre
    others = [w for w in plan.scene.wires if w.source == w.target == wire.source]
    number = others.index(wire)
    half = min(0.8 * shape.half_height, 0.14 + 0.07 * number)
    foot = shape.top(half)
    lane = y - shape.half_height - plan.look.ends * (0.3 + 0.14 * number)
    back = REACH[wire.channel] * plan.look.ends
    points = [(x - half, foot), (x - half, lane), (x + half, lane), (x + half, foot - back)]
    return Track(points, End((x + half, foot - 0.01), math.pi / 2, 1.0))
