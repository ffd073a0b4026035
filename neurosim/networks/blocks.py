"""Samples that a card has no room for: they go over block by block, each while it works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..cuda.availability import free_bytes
from ..cuda.double_buffer import DoubleBuffer
from .engines import engine
from .samples import Samples
from .supply import Supply, Whole

# Bytes of a block at most.  The bus is at its full speed from a few MiB on, and what a block costs
# beside, some copies and events, is nothing to 64; but while the first block of an epoch is
# gathered the card has nothing to do, and locked pages are missing to all that runs on the host.
MOST = 64 * 2**20
SHARE = 8  # of what a card has free, a block is this part at most: there are two


class Blocks(Supply):
    """Samples of which two blocks at a time are on the card, in the epoch's order.

    Steps are launched ahead of the card.  So a block is gathered when all steps of the one before
    have been launched, and its copy runs beside them.  Its place is that of the block before the
    last, in the same arrays: a step finds its batch by the count of batches alone, and the CUDA
    graph of one is that of all.

    Parameters
    ----------
    data, batch_size
        As `Supply` takes them.
    rows
        How many samples a block has, a whole number of batches.
    """

    def __init__(self, data: Samples, batch_size: int, rows: int) -> None:
        arrays = data.arrays
        kinds = [(array.shape[1:], data.kind(array)) for array in arrays]
        self._buffer = DoubleBuffer(rows, len(data), kinds)
        there = iter(self._buffer.arrays)
        super().__init__(data, batch_size, data.changed(lambda _: next(there)))
        self._rows = rows
        self._order: np.ndarray | None = None

    def begin(self, order: np.ndarray | None) -> None:
        """As `Supply.begin`."""
        self._order = order
        self._buffer.begin()

    def bring(self, part: slice) -> None:
        """As `Supply.bring`: where it is the first of a block, this goes over."""
        block, at = divmod(part.start, self._rows)
        if at:
            return
        first, last = part.start, min(part.start + self._rows, len(self.data))
        which = slice(first, last) if self._order is None else self._order[first:last]

        def fill(rooms: list[np.ndarray]) -> None:
            for array, room in zip(self.data.arrays, rooms, strict=True):
                _gather(array, which, room)

        self._buffer.send(block, last - first, fill)

    def places(self, part: slice) -> Any:
        """As `Supply.places`: by numbers, so that batches are copies and outlast their block."""
        return self.where(engine().xp.arange(part.start, part.stop))

    def where(self, numbers: Any) -> Any:
        """As `Supply.where`."""
        return numbers % (2 * self._rows)


def supplied(data: Samples, batch_size: int) -> Supply:
    """Return what hands samples out on the device where operations run now.

    A card has all of them where they take no more than half of what it has free, else two blocks.
    """
    if not engine().is_card:
        return Whole(data, batch_size)
    rows = _rows(data, batch_size, free_bytes())
    return Whole(data, batch_size, data.here()) if rows is None else Blocks(data, batch_size, rows)


@dataclass(frozen=True)
class Room:
    """How much of a card's memory samples take.

    Attributes
    ----------
    nbytes : of all of them, or of two blocks
    in_blocks : whether they go over block by block
    as_batch : whether a block is one batch: then they take less where batches are smaller
    """

    nbytes: int
    in_blocks: bool
    as_batch: bool


def room(data: Samples, batch_size: int, free: int) -> Room:
    """Return how much `supplied` takes of a card's memory, of which so much is free."""
    rows = _rows(data, batch_size, free)
    if rows is None:
        return Room(data.nbytes, in_blocks=False, as_batch=False)
    nbytes = min(2 * rows, len(data)) * _each(data)
    return Room(nbytes, in_blocks=True, as_batch=rows <= batch_size)


def _rows(data: Samples, batch_size: int, free: int) -> int | None:
    """Return how many samples a block has, None where all are to be there."""
    if data.nbytes <= free // 2:
        return None
    batch = min(batch_size, len(data))
    return batch * max(1, min(MOST, free // SHARE) // (batch * _each(data)))


def _each(data: Samples) -> int:
    """Return how many bytes of a sample go over."""
    return sum(a[0].size * data.kind(a).itemsize for a in data.arrays)


def _gather(array: np.ndarray, which: np.ndarray | slice, room: np.ndarray) -> None:
    """Write some rows of an array to a room for them, as numbers of its kind."""
    if isinstance(which, slice) or array.dtype != room.dtype or not array.flags.c_contiguous:
        with np.errstate(over="ignore"):  # infinity is told of where it is met
            room[...] = array[which]
    else:  # straight there, which `take` does if it need not look for places that do not exist
        np.take(array, which, axis=0, out=room, mode="clip")
