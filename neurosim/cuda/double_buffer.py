"""Rows that go to the card piece by piece: one piece while what reads the piece before runs there.

A copy runs beside what was launched only if it is of page-locked memory and on a stream of its
own.  Nothing of it is waited for in Python but an old copy, so that launches stay ahead of the
card: while Python fills a piece, the card works off what reads the one before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .availability import arrays


class DoubleBuffer:
    """Memory for two pieces of some arrays, on the card and page-locked on the host.

    Both pieces are halves of one array, so that what is launched for them, or was captured, has
    the same addresses for either.

    Parameters
    ----------
    rows
        How many rows a piece has at most.
    most
        How many there are at most, of all pieces: where these are less than two pieces' there is
        memory for as many.
    kinds
        Of each array the shape of a row, and the dtype.

    Attributes
    ----------
    arrays : on the card, of 2·rows or `most` rows each; piece k begins at row (k % 2)·rows
    """

    def __init__(
        self, rows: int, most: int, kinds: Sequence[tuple[tuple[int, ...], np.dtype]]
    ) -> None:
        xp = arrays()
        length = min(2 * rows, most)
        self.arrays = tuple(xp.empty((length, *shape), dtype) for shape, dtype in kinds)
        locked = [_page_locked((length, *shape), dtype) for shape, dtype in kinds]
        halves = slice(None, rows), slice(rows, None)
        self._there = [[array[half] for array in self.arrays] for half in halves]
        self._filled = [[array[half] for array in locked] for half in halves]
        self._stream = xp.cuda.Stream.null  # on which all is launched
        self._copies = xp.cuda.Stream(non_blocking=True)
        self._copied, self._read = ([xp.cuda.Event(disable_timing=True) for _ in halves]
                                    for _ in range(2))  # fmt: skip

    def begin(self) -> None:
        """Begin with piece 0, whatever was launched before: it is waited for on the card."""
        for event in self._read:
            self._stream.record(event)

    def send(self, piece: int, count: int, fill: Callable[[list[np.ndarray]], None]) -> None:
        """Let the next piece go over; what is launched from then on waits for it on the card.

        Parameters
        ----------
        piece
            Its number, from 0.  All that reads the one before it must have been launched.
        count
            How many rows it has.
        fill
            Is called with arrays of the host, (count, …) each, to be filled.
        """
        half = piece % 2
        there = [array[:count] for array in self._there[half]]
        filled = [array[:count] for array in self._filled[half]]
        self._stream.record(self._read[1 - half])
        self._copied[half].synchronize()  # of the piece before the last, out of the same memory
        fill(filled)
        self._copies.wait_event(self._read[half])
        try:
            for target, source in zip(there, filled, strict=True):
                target.set(source, stream=self._copies)
        finally:  # memory that is given back is not written to by a copy that was broken off
            self._copies.record(self._copied[half])
            self._stream.wait_event(self._copied[half])


def _page_locked(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return an array of the host's that the card reads by itself."""
    memory: Any = arrays().cuda.alloc_pinned_memory(math.prod(shape) * dtype.itemsize)
    return np.ndarray(shape, dtype, buffer=memory)
