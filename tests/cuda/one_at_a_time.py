"""Numba's CUDA simulator with a block's threads one at a time: the same kernels in half the time.

The simulator lets all threads of a block compete for Python's lock, and its own loop that waits
for them takes part.  Here a thread runs until it ends or waits at a barrier, then the next one
does; and where a kernel has no barrier, threads are calls.
"""

import inspect
import re
import sys
import threading
from functools import cache

import numpy as np
from numba.cuda.simulator import kernel as simulator

BARRIERS = re.compile(r"\b(syncthreads|syncwarp|sync)\w*\(|\bshared\.array\b")
_current_thread = threading.current_thread
_here = threading.local()  # its `called` is the thread that is a call now, if any


class Waiting(simulator.BlockThread):
    """A thread that says when it ends, or waits at a barrier."""

    def run(self):
        try:
            super().run()
        finally:
            self._manager.turns.release()

    def syncthreads(self):
        self.syncthreads_blocked = True
        self._manager.turns.release()
        self.syncthreads_event.wait()
        self.syncthreads_event.clear()
        if self.abort:
            raise RuntimeError("another thread of the block failed")

    def go_on(self):
        self.syncthreads_blocked = False
        self.syncthreads_event.set()


class Called(simulator.BlockThread):
    """A thread that is a call of its kernel."""

    def syncthreads(self):
        raise AssertionError("a barrier in a module that seems to have none: see BARRIERS")


@cache
def waits(module):
    """Whether kernels of a module may wait for each other's threads."""
    return bool(BARRIERS.search(inspect.getsource(sys.modules[module])))


def run(manager, block, *arguments):
    """Run a block: BlockManager.run of the simulator."""
    kernel = manager._f

    def threads(kind):
        return (
            kind(lambda: kernel(*arguments), manager, block, place, manager._debug)
            for place in np.ndindex(*manager._block_dim)
        )

    if waits(kernel.__module__):
        _run_in_turn(manager, list(threads(Waiting)))
        return
    for thread in threads(Called):
        _here.called = thread
        try:
            with np.errstate():  # a kernel may set it, as in a thread of its own
                kernel(*arguments)
        finally:
            _here.called = None


def _run_in_turn(manager, threads):
    manager.turns = threading.Semaphore(0)
    for thread in threads:
        thread.start()
        manager.turns.acquire()
    while waiting := [thread for thread in threads if thread.syncthreads_blocked]:
        failed = any(thread.exception for thread in threads)
        for thread in waiting:
            thread.abort = failed
            thread.go_on()
            manager.turns.acquire()
    for thread in threads:
        thread.join()
    for thread in sorted(threads, key=lambda thread: thread.abort):  # first what did not follow
        if thread.exception:
            raise thread.exception[0].with_traceback(thread.exception[1])


def use():
    """Let the simulator do so in this process."""
    simulator.BlockManager.run = run
    threading.current_thread = lambda: getattr(_here, "called", None) or _current_thread()
