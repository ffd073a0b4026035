"""Experiments in processes of their own, so many at once, each outcome as it comes."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

from .costs import seconds_of
from .worker import Job, log_file, outcome_file, work

if TYPE_CHECKING:
    from neurosim.report import Failure, Outcome

TICK = 0.5  # seconds between two looks at the clock
SAID = 4000  # letters, of the end of what a process said that died


def run_apart(
    jobs: Sequence[Job],
    at_once: int,
    folder: Path,
    tick: Callable[[Sequence[Job]], None] = lambda running: None,
) -> Generator[tuple[Job, Outcome | Failure], None, None]:
    """Run experiments, the longest first, and yield each with what came of it.

    Parameters
    ----------
    jobs
        In any order.
    at_once
        How many run at the same time.
    folder
        Where their outcomes and what they print are kept.
    tick
        Called again and again with those that run.

    Notes
    -----
    Where the iteration ends early, by Ctrl-C or otherwise, what still runs is ended.
    """
    waiting = sorted(jobs, key=lambda job: seconds_of(job.entry.name))
    running: dict[SpawnProcess, Job] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.pop()
                try:
                    running[_started(job, folder)] = job
                except OSError as error:  # no memory for a process, or too many of them
                    yield job, _not_begun(error)
            if not running:
                continue
            tick(list(running.values()))
            wait([process.sentinel for process in running], TICK)
            for process in [process for process in running if not process.is_alive()]:
                job = running.pop(process)
                process.join()
                yield job, _found(job, folder, process.exitcode or 0)
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.join()


def _started(job: Job, folder: Path) -> SpawnProcess:
    # Never a fork: it would take over locks and half a thread pool.
    process = multiprocessing.get_context("spawn").Process(
        target=work, args=(job, folder), name=job.entry.name, daemon=True
    )
    with _deaf_to_interrupts():  # which the process inherits; until it says so itself it would die
        process.start()
    return process


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _not_begun(error: OSError) -> Failure:
    """Return why a job's process could not be started."""
    from neurosim.report import failure_of

    return failure_of(error)


def _found(job: Job, folder: Path, status: int) -> Outcome | Failure:
    """Return what a job left, or how its process died."""
    from neurosim.report import failure_told

    path = outcome_file(folder, job)
    if path.exists():
        found: Outcome | Failure = pickle.loads(path.read_bytes())  # our own process wrote it
        path.unlink()
        return found
    log = log_file(folder, job)
    said = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return failure_told(f"the process {_ending(status)} before it was done", said[-SAID:])


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    # Nobody else sends this one unasked.
    why = ", as where memory runs out," if name == "SIGKILL" else ""
    return f"was ended by signal {name}{why}"
