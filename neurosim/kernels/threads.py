"""The threads that share one run: Python's own, each in compiled code from beginning to end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import numpy as np

from .machine_code import is_disabled
from .tables import ABORTED


def most_threads() -> int:
    """Return how many threads may run: the processors we have, or NUMBA_NUM_THREADS."""
    if is_disabled():
        return 1
    asked = os.environ.get("NUMBA_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_together(calls: list[Callable[[], None]], barrier: np.ndarray) -> None:
    """Make each call on a thread of its own, the first on this one; raise what one raised."""
    if len(calls) == 1 and not is_disabled():
        calls[0]()
        return
    failures: list[BaseException] = []

    def attempt(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:
            failures.append(error)
            barrier[ABORTED] = 1  # the others must not wait for this one

    others = [threading.Thread(target=attempt, args=(call,)) for call in calls[1:]]
    started: list[threading.Thread] = []

    def start_and_run() -> None:
        for thread in others:
            thread.start()
            started.append(thread)
        calls[0]()

    attempt(start_and_run)  # where a thread cannot be had, those that run must not wait either
    for thread in started:
        _join(thread, failures, barrier)
    if failures:
        raise failures[0]


def _join(thread: threading.Thread, failures: list[BaseException], barrier: np.ndarray) -> None:
    """Wait for a thread's end, whatever signal comes meanwhile: it works on the run's arrays."""
    while thread.is_alive():
        try:
            thread.join()
        except BaseException as error:  # Ctrl-C, or what another signal's handler raises
            failures.append(error)
            barrier[ABORTED] = 1
