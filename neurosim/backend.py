"""Where a Program runs: the device is chosen once, before the loop, and never silently."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError, unknown
from .kernels import run, run_learning, tables
from .kernels.random import seed_words
from .kernels.threads import most_threads, run_together
from .scheduling import Schedule, block_of, blocks_at_once, schedule, steps_at_once

if TYPE_CHECKING:
    from .program import Program

DEVICES = ("cpu", "auto", "cuda")
OF_OTHERS = dict.fromkeys(("gpu", "GPU", "CUDA", "nvidia", "NVIDIA", "cuda:0"), "'cuda'")
WORTH_THREADS = 20_000_000  # multiplications of a run from which threads are worth starting
KEPT = 1 << 25  # bytes of scratch that a Program keeps for its next run
WORTH_SHARING = 100_000  # and those of one step, from which they may share a single trial
# Below: 0 (denormals).
TINY = {np.dtype(t): t(tiny) for t, tiny in ((np.float32, 1e-30), (np.float64, 1e-300))}


@dataclass(frozen=True, eq=False)
class Run:
    """What one run gave.

    Attributes
    ----------
    record : (trials, samples, recorded values)
    final : (trials, state), the state vectors after the last step, empty if not asked for
    fault : None, or the step, trial and place of the first rate that was too large or NaN
    """

    record: np.ndarray
    final: np.ndarray
    fault: tuple[int, int, int] | None


def check_device(device: str) -> str:
    """Return the device a run will take, "cpu" or "cuda".

    "auto" is "cuda" where that can be had, and says once, in the log, which it is.

    Raises
    ------
    InputError
        An unknown device; "cuda" where it cannot be had: the message says why, and what to do.
    """
    if device not in DEVICES:
        raise InputError(unknown("device", str(device), DEVICES, OF_OTHERS))
    if device == "cpu":
        return device
    from .cuda.availability import why_not

    why = why_not()
    if device == "auto":
        _tell(f"device 'auto' takes 'cpu': 'cuda' {why}" if why else "device 'auto' takes 'cuda'")
    elif why:
        raise InputError(f"device 'cuda' {why}")
    return "cpu" if why else "cuda"


def device_for(device: str, program: Program, asked: str) -> str:
    """Return the device of a Program's run: "auto" leaves to the CPU what a card cannot do."""
    if asked == "auto" and device == "cuda" and program.learned:
        _tell(
            "device 'auto' takes 'cpu' for circuits that learn: 'cuda' has no plastic connections"
        )
        return "cpu"
    return device


@cache
def _tell(sentence: str) -> None:
    """Say it once."""
    logging.getLogger("neurosim").info(sentence)


def check_threads(threads: int | None) -> int | None:
    """Return a number of threads that can be had; None leaves the choice to the work."""
    if threads is None:
        return None
    if not isinstance(threads, int | np.integer) or isinstance(threads, bool) or threads < 1:
        raise InputError(f"threads must be a whole number from 1 (got {threads!r})")
    return min(int(threads), most_threads())


def execute(
    program: Program,
    trials: int,
    steps: int,
    movie: Sequence[np.ndarray],
    places: np.ndarray,
    recorded: np.ndarray,
    *,
    every: int = 1,
    phase: int = 0,
    state: np.ndarray | None = None,
    ring: np.ndarray | None = None,
    keep_final: bool = False,
    first_step: int = 0,
    seed: int = 0,
    threads: int | None = None,
    updates: Schedule | None = None,
    learned: np.ndarray | None = None,
    device: str = "cpu",
) -> Run:
    """Run a Program.

    Parameters
    ----------
    movie : what each input shows, (trials or 1, steps or 1, values)
    places : where in the state vector the inputs' values go, one after the other
    recorded : the places to record, after every `every`-th step
    phase : how many steps ago the last sample was, or would have been
    state : (trials or 1, state) to start from; left out, the Program's own
    ring : (trials, ring), what the delay lines hold; changed in place
    first_step : the number of the first step, which noise is addressed by
    updates : what to compute one after the other in place, instead of a step in time
    learned : (trials, weights that learn), changed in place; left out, nothing learns
    device : "cpu" or "cuda", as `check_device` returned it; on "cuda" there are no threads

    Raises
    ------
    InputError
        What device "cuda" cannot do, or has no memory for.
    """
    real = program.dtype
    size = program.state.size
    if trials == 0:
        record = np.empty((0, (phase + steps) // every, recorded.size), dtype=real)
        return Run(record, np.empty((0, size), dtype=real), None)
    if device == "cuda":
        if updates is not None:
            raise InputError("device 'cuda' has no asynchronous updates: use device='cpu'")
        if learned is not None:
            raise InputError("device 'cuda' has no plastic connections: use device='cpu'")
        from .cuda.running import execute as execute_on_card

        return execute_on_card(
            program, trials, steps, movie, places, recorded, every=every, phase=phase, state=state,
            ring=ring, keep_final=keep_final, first_step=first_step, seed=seed,
        )  # fmt: skip
    block = 1 if learned is not None else block_of(program, trials)
    blocks = -(-trials // block)
    threads = _threads_for(program, blocks, trials * steps) if threads is None else threads
    if updates is not None:  # one neuron after the other
        threads = 1
    by_trial = blocks >= threads
    in_place = program.static or updates is not None
    parts = 1 if by_trial else threads  # that share each step
    plan = updates or schedule(program, block, parts)
    groups = threads // parts
    start = program.state[None] if state is None else state
    shown = joined(movie, real)
    begun = program.constants if program.static else slice(None)
    begin = joined([start[:, None, begun]], real)
    held = program.stretches_of(program.constants) if program.static else np.array([[0, size]])
    rings = np.zeros((trials, program.ring), dtype=real) if ring is None else ring
    samples = (phase + steps) // every
    record = np.empty((trials, samples, recorded.size), dtype=real)
    final = np.empty((trials if keep_final else 0, size), dtype=real)
    # A static call leaves out the delay lines' places, and a fault is looked for in all.
    shapes = (
        (groups, 1 if in_place else 2 if learned is None else 3, size * block),
        (threads, 4, plan.longest * block),
        (threads, max(plan.window, tables.STRETCH if learned is not None else 0)),
    )
    scratch = program.scratch.pop(shapes, None) or tuple(aligned(s, real) for s in shapes)
    values, sums, windows = scratch
    lines = np.empty((threads, plan.lines), dtype=np.int64)
    faults = np.zeros((groups, tables.FAULT_COLUMNS), dtype=np.int64)
    weights = np.zeros((1, 0), dtype=real) if learned is None else learned
    barrier = np.zeros(tables.BARRIER_SIZE, dtype=np.int64)
    settings = (
        int(in_place), block, shown, program.stretches_of(places), begin, held, rings,
        program.stretches_of(recorded), record, every, phase, final, first_step, steps,
        seed_words(seed), TINY[real], real.type(program.most),
    )  # fmt: skip

    kernel = run if learned is None else run_learning

    def call(thread: int, low: int, high: int) -> None:
        group, part = divmod(thread, parts)
        first, last = ((low + (high - low) * (group + k) // groups) * block for k in (0, 1))
        kernel(
            program.prepared, plan.chunks, plan.shares, part, barrier, first, min(last, trials),
            *settings, values[group], sums[thread], windows[thread], lines[thread], weights,
            faults[group],
        )  # fmt: skip

    # Compiled code looks at no signals: after each piece, Python answers Ctrl-C.
    piece = groups * blocks_at_once(program, block, steps, recorded.size)
    for low in range(0, blocks, piece):
        barrier[:] = 0
        high = min(low + piece, blocks)
        run_together([partial(call, thread, low, high) for thread in range(threads)], barrier)
        if faults[:, tables.FAULT].any():
            break
    fault = _first_fault(faults, values, program.most, size, block, trials)
    if fault is None and sum(array.nbytes for array in scratch) <= KEPT:
        program.scratch.clear()
        program.scratch[shapes] = scratch  # memory that is new costs more than its use
    return Run(record, final, fault)


def aligned(shape: tuple[int, ...], real: np.dtype) -> np.ndarray:
    """Return zeros that begin where a vector register's memory does: others lie on two lines."""
    count = math.prod(shape)
    flat = np.zeros(count + tables.VECTOR // real.itemsize, dtype=real)
    first = -flat.ctypes.data % tables.VECTOR // real.itemsize
    return flat[first : first + count].reshape(shape)


def longest_stretch(program: Program, trials: int, recorded: int, device: str) -> int:
    """Return the most steps that one `execute` should do: Ctrl-C is looked at between them."""
    if device == "cuda":
        from .cuda.running import steps_at_once as steps_on_card

        return steps_on_card(program, trials, recorded)
    return steps_at_once(program, trials, recorded)


def joined(movie: Sequence[np.ndarray], real: np.dtype) -> np.ndarray:
    """Return what all inputs show side by side, (trials or 1, moments or 1, values)."""
    trials = max((len(part) for part in movie), default=1)
    moments = max((part.shape[1] for part in movie), default=1)
    if len(movie) == 1:
        return np.ascontiguousarray(movie[0], dtype=real)
    whole = np.empty((trials, moments, sum(part.shape[2] for part in movie)), dtype=real)
    at = 0
    for part in movie:
        whole[:, :, at : at + part.shape[2]] = part
        at += part.shape[2]
    return whole


def _first_fault(
    faults: np.ndarray, values: np.ndarray, most: float, size: int, block: int, trials: int
) -> tuple[int, int, int] | None:
    """Return the step, trial and place of the first value that is too large, if any."""
    for fault, arrays in zip(faults, values, strict=True):  # in the order of the trials
        if fault[tables.FAULT]:
            first = int(fault[tables.FAULT_TRIAL])
            width = min(block, trials - first)
            found = arrays[fault[tables.FAULT_TURN], : size * width].reshape(size, width)
            trial, place = np.argwhere(~(np.abs(found.T) <= most))[0]
            return int(fault[tables.FAULT_STEP]), first + int(trial), int(place)
    return None


def _threads_for(program: Program, blocks: int, passes: int) -> int:
    """Return how many threads the work is worth."""
    if program.cost * passes < WORTH_THREADS:
        return 1
    if blocks > 1:
        return min(most_threads(), blocks)
    return most_threads() if program.cost >= WORTH_SHARING else 1
