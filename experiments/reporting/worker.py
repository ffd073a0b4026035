"""One experiment in a process of its own, which leaves its outcome in a file.

Importing this module imports nothing heavy: libraries read how many threads they may have when
they are imported, and that is said here first.
"""

from __future__ import annotations

import faulthandler
import inspect
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..catalogue import Entry

if TYPE_CHECKING:
    from neurosim.report import Outcome

# The processes share the cores among them: more threads would only wait for one another.
ONE_THREAD = dict.fromkeys(
    (
        "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",  # Apple's Accelerate, of NumPy on a Mac
    ),
    "1",
)  # fmt: skip


class Job(NamedTuple):
    """An experiment, and how it is to be run."""

    entry: Entry
    seed: int | None
    """None: its own."""
    quick: bool


def outcome_file(folder: Path, job: Job) -> Path:
    """Return where a job's outcome is, once it is."""
    return folder / f"{job.entry.name}.pickle"


def log_file(folder: Path, job: Job) -> Path:
    """Return where all is that a job wrote to its streams."""
    return folder / f"{job.entry.name}.log"


def work(job: Job, folder: Path) -> None:
    """Run an experiment; leave its outcome, or the failure that it ended in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it ends this process
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    _speak_into(log_file(folder, job))
    os.environ.update(ONE_THREAD)
    _lock_bars_among_threads()
    from neurosim.atomic import write_whole
    from neurosim.report import failure_of

    try:
        found: object = _run(job)
    except BaseException as error:
        found = failure_of(error)
    write_whole(outcome_file(folder, job), pickle.dumps(found))


def _run(job: Job) -> Outcome:
    from neurosim.report import outcome_of

    run = import_module(job.entry.module).run
    asked = {"quick": job.quick, "seed": job.seed}
    taken = inspect.signature(run).parameters
    parameters = {
        name: value for name, value in asked.items() if value is not None and name in taken
    }
    began = time.perf_counter()
    result = run(**parameters)
    return outcome_of(result, time.perf_counter() - began)


def _speak_into(log: Path) -> None:
    """Let all that this process writes, and what it says when it crashes, go into a file."""
    stream = log.open("w", encoding="utf-8", errors="replace", buffering=1)
    for descriptor in (1, 2):
        os.dup2(stream.fileno(), descriptor)
    sys.stdout = sys.stderr = stream
    faulthandler.enable(stream, all_threads=False)


def _lock_bars_among_threads() -> None:
    """Let bars of progress do without a lock of the whole system, which a killed process leaves."""
    from tqdm import tqdm

    tqdm.set_lock(threading.RLock())


def _end_with_parent(folder: Path) -> None:
    """End when the parent is gone, however it went: nobody would read or remove the outcomes."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)
