"""Threads that stand ready: short work is shared in microseconds, where starting one takes 100.

For work whose pieces each thread takes as soon as it is free; `threads` is for runs in which every
thread has its own part and waits for the others.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import cache
from queue import SimpleQueue

from .threads import most_threads


class _Shared:
    """One work that several threads do together."""

    def __init__(self, work: Callable[[], None]):
        self.work = work
        self.failure: BaseException | None = None
        self.ended = threading.Lock()
        self.ended.acquire()

    def do(self) -> None:
        """Take part, and keep what is raised for who asked."""
        try:
            self.work()
        except BaseException as error:
            self.failure = error
        self.ended.release()


def share(work: Callable[[], None], pieces: int) -> None:
    """Call `work` on as many threads as there are pieces for, on this one among them.

    It takes pieces until none is left, so that it does not matter how many threads take part, and
    whether some come late.  What one of them raises is raised here, when all have ended.
    """
    most = most_threads() if pieces > 1 else 1
    others = [_Shared(work) for _ in range(min(most, pieces) - 1)]
    for other in others:
        _waiting(most - 1).put(other)  # the same ones, however many of them this work needs
    try:
        work()
    finally:
        for other in others:
            other.ended.acquire()
    for other in others:
        if other.failure is not None:
            raise other.failure


@cache
def _waiting(threads: int) -> SimpleQueue[_Shared]:
    """Return the queue at which so many threads wait for work, from now on."""
    queue: SimpleQueue[_Shared] = SimpleQueue()

    def wait() -> None:
        while True:
            queue.get().do()

    for _ in range(threads):
        threading.Thread(target=wait, daemon=True).start()
    return queue


if hasattr(os, "register_at_fork"):  # a forked child has none of the threads
    os.register_at_fork(after_in_child=_waiting.cache_clear)
