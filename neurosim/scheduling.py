"""How a run is cut: blocks of trials side by side, chunks of neurons, each thread's share.

No result depends on a machine's threads: each neuron's sum is made by one thread in one order,
and the trials of a block do not meet.  A run of one trial after the other has an order of its own,
so that a trial may differ in rounding from the same trial in a batch; those of a batch are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .kernels import Prepared, tables
from .strips import in_strips

if TYPE_CHECKING:
    from .program import Program

CACHE = 512 * 1024  # bytes of values that a block of trials should not exceed
WIDEST = 256  # trials side by side at most
AT_LEAST = 64  # of them where the weights take more than the cache
BUFFER = 2048  # values that each of a chunk's sums holds at most: they stay in the first cache
MOST_CHUNKS = 2048  # of which each is compared with each
SHEET_BUFFER = 4096  # the same for convolutions: what they hear is shared by many rows
TILE = 12  # rows of weights: a whole number of the tiles that products are made in
ROUNDING = 1e-9  # by which sums of costs may differ

# Nanoseconds, about: how long a thread works before Ctrl-C is looked at, and what takes how long.
AT_ONCE = 500_000_000
STEP = 100  # however little there is to do
LEARN = 2.5  # a weight that learns, beside its product
VALUE = 10  # a neuron's rule, or a value that is only moved
NOISE = 40  # a random number
LAID = 1.5  # an input's value among those of other trials, each in another line of memory


class Pace(NamedTuple):
    """What products take: one trial's; where trials lie side by side, all trials' and each's."""

    alone: float = 0.0
    for_all: float = 0.0
    for_each: float = 0.0


# In nanoseconds, by kind of connection, and where sums keep the order of their sources.  Sparse
# rows take a third to four times as long, by how much of what they hear lies in the cache.
PACES = {
    tables.ONE_TO_ONE: Pace(1.0, 10.0, 0.3),
    tables.DENSE: Pace(0.3, 0.0, 0.1),
    tables.ROWS: Pace(1.0, 10.0, 1.0),
    tables.CONVOLUTION: Pace(1.0),  # one trial after the other, as the next
    tables.SEPARABLE: Pace(0.1),
}
PACES_IN_ORDER = PACES | {
    tables.DENSE: Pace(0.5, 10.0, 0.3),
    tables.ROWS: Pace(1.5, 10.0, 1.0),
}


@dataclass(frozen=True, eq=False)
class Schedule:
    """Who computes what, in which order.

    Attributes
    ----------
    chunks : int64 (chunks, 3): group, first and last place, in layer order
    shares : int64 (layers, parts + 1): at which chunk each part's share of a layer begins
    longest : neurons of the largest chunk
    window : values that a thread's separable convolutions lay out between down and across
    lines : rows that they hear at a time, and columns beyond the borders
    """

    chunks: Prepared
    shares: Prepared
    longest: int
    window: int
    lines: int


def schedule(program: Program, block: int, parts: int) -> Schedule:
    """Return how blocks of so many trials are computed by `parts` threads; kept on the Program."""
    key = (block, parts)
    if key not in program.schedules:
        chunks, layers = _cut(program, block, parts)
        large = block * program.state.nbytes > CACHE
        few = block == 1 and len(chunks) <= MOST_CHUNKS
        if program.static and large and few and parts == 1:  # nobody waits for a layer's end
            chunks, layers = in_strips(program, chunks), layers[[0, -1]]
        program.schedules[key] = _schedule(program, chunks, _share(program, chunks, layers, parts))
    return program.schedules[key]


def one_by_one(program: Program, order: np.ndarray) -> Schedule:
    """Return the schedule that computes single neurons in the given order of their places."""
    groups = np.array([group.start for group in program.groups], dtype=np.int64)
    chunks = np.stack((np.searchsorted(groups, order, side="right") - 1, order, order + 1), axis=1)
    return _schedule(program, chunks, np.array([[0, len(chunks)]]))


def _schedule(program: Program, chunks: np.ndarray, shares: np.ndarray) -> Schedule:
    longest = int((chunks[:, 2] - chunks[:, 1]).max(initial=1))
    window = max((tables.SWATH * columns for columns, _ in program.windows), default=0)
    lines = max((taps + tables.TOGETHER for _, taps in program.windows), default=0)
    return Schedule(Prepared(chunks), Prepared(shares), longest, window, lines)


def block_of(program: Program, trials: int) -> int:
    """Return how many trials lie side by side; never a question of threads."""
    if program.has_sheets or trials < 4:
        return 1
    fits = CACHE // max(1, 2 * program.state.size * program.dtype.itemsize)
    if program.tables.weights.nbytes > CACHE:  # all of them are read for each block
        fits = max(fits, AT_LEAST)
    if fits < 4 or (program.static and _rather_alone(program)):
        return 1
    widest = 1 << (min(fits, WIDEST).bit_length() - 1)
    return min(widest, trials)


def _rather_alone(program: Program) -> bool:
    """Return whether trials laid side by side take longer to lay than their products gain.

    A few cells that each hear a whole image: there are many values to lay, and little to compute.
    """
    given = program.groups[0].start if program.groups else 0
    alone = program.pace.alone + STEP * len(program.groups)
    return alone < program.pace.for_each + LAID * given


def steps_at_once(program: Program, trials: int, recorded: int) -> int:
    """Return the most steps that one block of trials may run before Ctrl-C is looked at."""
    return max(1, int(AT_ONCE / _work(program, block_of(program, trials), recorded)))


def blocks_at_once(program: Program, block: int, steps: int, recorded: int) -> int:
    """Return the most blocks that one thread may run through so many steps likewise."""
    return max(1, int(AT_ONCE / (_work(program, block, recorded) * max(1, steps))))


def _work(program: Program, block: int, recorded: int) -> float:
    """Return what a step of a block takes, in nanoseconds: its sums, its neurons, what is moved."""
    values = program.state.size + recorded
    noise = NOISE * program.state.size if program.noisy else 0
    pace = program.pace
    sums = pace.alone if block == 1 else pace.for_all + block * pace.for_each
    return STEP + sums + block * (VALUE * values + LEARN * program.learned + noise)


def _cut(program: Program, block: int, threads: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the chunks (group, low, high) in layer order, and where each layer begins."""
    chunks: list[tuple[int, int, int]] = []
    layers: list[int] = []
    for number, group in enumerate(program.groups):
        if number == 0 or group.layer != program.groups[number - 1].layer:
            layers.append(len(chunks))
        length = group.row_length
        whole, buffer = (TILE, BUFFER) if length == 1 else (tables.SWATH, SHEET_BUFFER)
        most = max(1, buffer // block // length)
        if most > whole or length > 1:
            most = max(1, most // whole) * whole
        rows = (group.stop - group.start) // length
        share = max(1, -(-rows // threads))  # each thread's
        pieces = -(-share // most)
        each = min(most, -(-share // pieces // whole) * whole)
        for first in range(group.start, group.stop, share * length):
            last = min(first + share * length, group.stop)
            chunks += [
                (number, low, min(low + each * length, last))
                for low in range(first, last, each * length)
            ]
    table = np.array(chunks, dtype=np.int64).reshape(-1, 3)
    return table, np.array([*layers, len(chunks)], dtype=np.int64)


def _share(program: Program, chunks: np.ndarray, layers: np.ndarray, threads: int) -> np.ndarray:
    """Return (layers, threads + 1) bounds of the chunks, each thread's share of like cost."""
    cost = np.array([program.groups[g].cost * (high - low) for g, low, high in chunks])
    shares = np.empty((len(layers) - 1, threads + 1), dtype=np.int64)
    for layer, (first, last) in enumerate(pairwise(layers)):
        done = np.concatenate(([0.0], np.cumsum(cost[first:last])))
        goals = done[-1] * (np.arange(threads + 1) / threads - ROUNDING)
        shares[layer] = first + np.searchsorted(done, goals, side="left").clip(0, last - first)
        shares[layer, 0], shares[layer, -1] = first, last
    return shares
