"""Where wires touch what they join: spread around circles and along sides, never overlapping."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .blocks import Point
from .ordering import spread

SIDE = 0.45 * math.pi  # how far round a circle from its left endings spread unasked
FAR = 3.0  # and at most
SMALL = 0.7  # size at which endings rather spread further
TOUCH = 0.015  # inches between a circle and an ending
CAPTION = 0.04  # and between it and the letters under it


class End(NamedTuple):
    """Where an ending touches, where it heads, and how much smaller than usual it must be."""

    tip: Point
    angle: float
    size: float


class Size(NamedTuple):
    """Of an ending, in inches: half its width, and how far it reaches back from what it touches."""

    half_width: float
    reach: float


@dataclass(frozen=True)
class Shape(ABC):
    """What a wire can leave from and arrive at, by its centre and half its width and height."""

    centre: Point
    half_width: float
    half_height: float

    @abstractmethod
    def arrivals(self, origins: Sequence[Point], sizes: Sequence[Size]) -> list[End]:
        """Return where wires coming from these points touch, their endings so large."""

    @abstractmethod
    def departures(self, goals: Sequence[Point]) -> list[Point]:
        """Return where wires heading for these points leave."""

    def top(self, beside: float) -> float:
        """Return the height of its outline, so far beside its centre."""
        return self.centre[1] - self.half_height


@dataclass(frozen=True)
class Round(Shape):
    """A circle; `caption` is half the width of what is written under it, 0 for nothing."""

    caption: float = 0.0

    def arrivals(self, origins: Sequence[Point], sizes: Sequence[Size]) -> list[End]:
        """Spread them around the circle, each as near as possible to where it comes from."""
        if not origins:
            return []
        # Angles from the left, so that what comes from the left does not straddle ±π.
        wanted = [_wrapped(_angle(self.centre, origin) - math.pi) for origin in origins]
        half_width = max(size.half_width for size in sizes)
        roomy = 2.6 * half_width / (self.half_width + half_width)
        angles, gap = self._beside_caption(wanted, roomy, sizes)
        crowded = max(0.4, min(1.0, gap / roomy))
        out = self.half_width + TOUCH
        ends = []
        for angle in angles:
            away = angle + math.pi
            tip = self.centre[0] + out * math.cos(away), self.centre[1] + out * math.sin(away)
            ends.append(End(tip, angle, crowded))
        return ends

    def _beside_caption(
        self, wanted: Sequence[float], roomy: float, sizes: Sequence[Size]
    ) -> tuple[list[float], float]:
        """Return angles as `_fitted`, none where an ending would lie under the caption."""
        bound = min(max(SIDE, *map(abs, wanted)), FAR)
        if not self.caption:
            return _fitted(wanted, roomy, -bound, bound)
        lowest = min(map(self._lowest, set(sizes)))
        beyond = [i for i, angle in enumerate(wanted) if angle < -math.pi / 2]
        before = [i for i in range(len(wanted)) if i not in beyond]
        # What has no room below goes above, even beyond the top, before it gets too small.
        above = (len(before) - 1) * SMALL * roomy - lowest
        above = max(bound, min(above, 2 * SIDE - lowest))
        angles, kept = [0.0] * len(wanted), roomy
        for chosen, low, high in ((before, -lowest, above), (beyond, -FAR, lowest - math.pi)):
            if not chosen:
                continue
            fitted, gap = _fitted([wanted[i] for i in chosen], roomy, low, high)
            kept = min(kept, gap)
            for i, angle in zip(chosen, fitted, strict=True):
                angles[i] = angle
        return angles, kept

    def _lowest(self, size: Size) -> float:
        """Return how far below the left an ending may touch without reaching into the caption."""
        top, near = self.half_height + CAPTION, self.half_width + TOUCH
        angle = SIDE
        while angle > 0.1 * math.pi:
            cos, sin = math.cos(angle), math.sin(angle)
            # Points of its lower edge, from its tip back: how far to the left, and down.
            edge = [
                (r * cos - size.half_width * sin, r * sin + size.half_width * cos)
                for r in (near + part / 4 * size.reach for part in range(5))
            ]
            if all(left > self.caption or down < top for left, down in edge):
                break
            angle -= 0.01 * math.pi
        return angle

    def departures(self, goals: Sequence[Point]) -> list[Point]:
        """Leave straight for each goal; wires side by side to one goal part a little."""
        leaving = []
        for number, goal in enumerate(goals):
            same = [i for i, other in enumerate(goals) if other == goal]
            apart = (len(same) - 1) / 2 - same.index(number)  # they arrive lowest first
            angle = _angle(self.centre, goal) + 0.5 * apart
            x, y = self.centre
            r = self.half_width
            leaving.append((x + r * math.cos(angle), y + r * math.sin(angle)))
        return leaving

    def top(self, beside: float) -> float:
        """As `Shape.top`."""
        return self.centre[1] - math.sqrt(max(self.half_height**2 - beside**2, 0.0))


@dataclass(frozen=True)
class Slab(Shape):
    """A sheet or a box: wires touch its left and right side; `side(y, right)` is where that is."""

    side: Callable[[float, bool], float]

    def arrivals(self, origins: Sequence[Point], sizes: Sequence[Size]) -> list[End]:
        """Spread them along the side that faces where they come from."""
        if not origins:
            return []
        roomy = 2.3 * max(size.half_width for size in sizes)
        ends = [End(self.centre, 0.0, 1.0)] * len(origins)
        for right in (False, True):
            chosen = [i for i, (x, _) in enumerate(origins) if (x > self.centre[0]) == right]
            heights, size = self._heights([origins[i][1] for i in chosen], roomy)
            for i, y in zip(chosen, heights, strict=True):
                x = self.side(y, right) + (TOUCH if right else -TOUCH)
                ends[i] = End((x, y), math.pi if right else 0.0, size)
        return ends

    def departures(self, goals: Sequence[Point]) -> list[Point]:
        """Spread them along the side that faces their goals."""
        leaving = [self.centre] * len(goals)
        for right in (False, True):
            chosen = [i for i, (x, _) in enumerate(goals) if (x > self.centre[0]) == right]
            heights, _ = self._heights([goals[i][1] for i in chosen], 0.14)
            for i, y in zip(chosen, heights, strict=True):
                leaving[i] = self.side(y, right), y
        return leaving

    def _heights(self, wanted: Sequence[float], roomy: float) -> tuple[list[float], float]:
        reach = 0.8 * self.half_height
        low, high = self.centre[1] - reach, self.centre[1] + reach
        heights, gap = _fitted(wanted, roomy, low, high)
        return heights, max(0.4, min(1.0, gap / roomy))


@dataclass(frozen=True)
class Spot(Shape):
    """The name of an output: wires arrive before its first letter."""

    def arrivals(self, origins: Sequence[Point], sizes: Sequence[Size]) -> list[End]:
        """All touch at one point."""
        return [End(self.centre, 0.0, 1.0)] * len(origins)

    def departures(self, goals: Sequence[Point]) -> list[Point]:
        """Nothing leaves an output's name."""
        return [self.centre] * len(goals)


def _fitted(
    wanted: Sequence[float], roomy: float, low: float, high: float
) -> tuple[list[float], float]:
    """Return places within bounds, as near to those wanted as their distances allow.

    Also returned is the distance kept: `roomy`, or what there is room for.
    """
    count = len(wanted)
    gap = min(roomy, (high - low) / max(count - 1, 1))
    order = sorted(range(count), key=lambda i: wanted[i])
    inside = [min(max(wanted[i], low), high) for i in order]
    places = spread(inside, [1.0] * count, [gap] * max(count - 1, 0))
    answer = [0.0] * count
    for rank, (i, place) in enumerate(zip(order, places, strict=True)):
        answer[i] = min(max(place, low + rank * gap), high - (count - 1 - rank) * gap)
    return answer, gap


def _angle(start: Point, goal: Point) -> float:
    return math.atan2(goal[1] - start[1], goal[0] - start[0])


def _wrapped(angle: float) -> float:
    return math.remainder(angle, 2 * math.pi)
