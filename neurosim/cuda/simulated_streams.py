"""Streams, events and page-locked memory of the simulated card: a wrong order of copies shows.

What is launched on the default stream runs at once, and a copy on another stream as late as CUDA
may run it: when something waits for an event after it.  Until then what it writes to holds no
numbers.  What CUDA would let pass, with wrong numbers now and then, is an error: a copy over rows
that were read since the last event that its stream waits for, and page-locked memory that has
changed before the host knew that its copy had run.
"""

from __future__ import annotations

import weakref

import numpy as np

_reads = [0]  # of the card's arrays by indices, so far
_marks: dict[int, np.ndarray] = {}  # of arrays that copies go to: at which of them each row was


class PageLocked(bytearray):
    """Memory of the host's that a card reads by itself."""


def alloc_pinned_memory(size: int) -> PageLocked:
    """Return so many bytes of page-locked memory."""
    return PageLocked(size)


def note_read(host: np.ndarray, rows: np.ndarray) -> None:
    """Note that rows of an array of the card are read on the default stream."""
    marks = _marks.get(id(host))
    if marks is not None:
        _reads[0] += 1
        marks[rows % len(marks)] = _reads[0]


class Copy:
    """A copy to the card that was begun."""

    def __init__(self, target: np.ndarray, source: np.ndarray) -> None:
        self._target, self.source = target, source
        self._given = source.tobytes()
        self._has_run = self.is_settled = False
        target.fill(np.nan if target.dtype.kind == "f" else np.array(-1).astype(target.dtype))

    def run(self) -> None:
        """Let it run, where it has not yet."""
        if not self._has_run:
            self._target[...] = self.source
            self._has_run = True

    def settle(self) -> None:
        """Let the host know that it has run."""
        self.run()
        if not self.is_settled and self.source.tobytes() != self._given:
            raise RuntimeError("page-locked memory was filled again before its copy had run")
        self.is_settled = True


class Event:
    """A moment of a stream.  One that was never recorded is over."""

    def __init__(self, block: bool = False, disable_timing: bool = False) -> None:
        self.copies: list[Copy] = []
        self.reads = 0

    def synchronize(self) -> None:
        """Wait for it on the host."""
        for copy in self.copies:
            copy.settle()


class Stream:
    """A stream beside the default one, `Stream.null`."""

    null: Stream

    def __init__(self, null: bool = False, non_blocking: bool = False) -> None:
        if not (null or non_blocking):
            raise ValueError("what is on this stream would wait for the default one: non_blocking")
        self._is_null = null
        self._copies: list[Copy] = []
        self._reads = 0  # up to which it has waited

    def record(self, event: Event) -> None:
        """Let an event be this moment."""
        event.copies = list(self._copies)
        event.reads = _reads[0] if self._is_null else self._reads

    def wait_event(self, event: Event) -> None:
        """Let what comes on this stream wait for an event."""
        for copy in event.copies:
            copy.run()
        self._reads = max(self._reads, event.reads)

    def begin(self, target: np.ndarray, source: np.ndarray) -> None:
        """Begin to copy an array of the host's to one of the card."""
        if not isinstance(_root(source), PageLocked):
            raise RuntimeError("a copy that is not of page-locked memory is waited for")
        if self._is_null:
            target[...] = source
            return
        if _last_read(target) > self._reads:
            raise RuntimeError("a copy goes over what may be read still: its stream does not wait")
        for copy in self._copies:
            if np.shares_memory(copy.source, source):
                copy.settle()
        self._copies = [copy for copy in self._copies if not copy.is_settled]
        self._copies.append(Copy(target, source))


Stream.null = Stream(null=True)


def _root(array: np.ndarray) -> object:
    """Return what an array is a part of, all in all."""
    while isinstance(array, np.ndarray) and array.base is not None:
        array = array.base
    return array


def _last_read(target: np.ndarray) -> int:
    """Return at which read rows were read last; from the first copy on that is noted."""
    root = _root(target)
    assert isinstance(root, np.ndarray)
    if id(root) not in _marks:
        _marks[id(root)] = np.zeros(len(root), np.int64)
        weakref.finalize(root, _marks.pop, id(root))
    address = target.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    first = address // root.strides[0]
    return int(_marks[id(root)][first : first + len(target)].max())
