"""What is laid out in one frame of a drawing: blocks, the links between them, and the result.

Lengths are inches, y runs downward.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

OUTSIDE = -1  # the end of a link that leaves or enters the frame
Bundle = Hashable
Point = tuple[float, float]


@dataclass
class Block:
    """A rectangle to be placed, by its extents around an anchor.

    `place` keeps it in the first layer (inputs), the last (outputs), or as late as what hears it
    allows (constants).  `entries` and `exits` are the heights, from the anchor, at which bundles
    cross the left and right side of an inner frame.  Blocks of one `row` keep their order
    where that costs few crossings.
    """

    left: float
    right: float
    up: float
    down: float
    place: Literal["first", "last", "late", "free"] = "free"
    entries: dict[Bundle, float] = field(default_factory=dict)
    exits: dict[Bundle, float] = field(default_factory=dict)
    framed: bool = False
    row: Hashable = None


class Link(NamedTuple):
    """From one block's right to another's left; `OUTSIDE` is beyond the frame."""

    tail: int
    head: int
    bundle: Bundle


@dataclass
class Arrangement:
    """Where the blocks' anchors are, where bundles cross the frame, and how links run."""

    width: float = 0.0
    height: float = 0.0
    anchors: list[Point] = field(default_factory=list)
    entries: dict[Bundle, float] = field(default_factory=dict)
    exits: dict[Bundle, float] = field(default_factory=dict)
    routes: dict[Link, list[Point]] = field(default_factory=dict)
