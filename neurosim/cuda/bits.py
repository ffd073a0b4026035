"""Bit programs on the card; the same words as `neurosim.bits.engine` answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError
from ..kernels import cuda_bits
from ..kernels.cuda_jit import THREADS, launcher, view
from .availability import arrays, free_bytes, to_host
from .memory import GIB
from .turns import turn

if TYPE_CHECKING:
    from ..bits.compiler import BitProgram

WORD = 64
SCRATCH = 20 << 20  # bytes of registers: about what the first caches of a card hold
MOST_SCRATCH = 1 << 30  # bytes of them, where so many threads as keep a card busy need more
MOST_THREADS = 1 << 17
PLANES = 1 << 30  # bytes of inputs and results that are on the card at a time
MOST_PATTERNS = np.iinfo(np.int64).max


def run_planes(program: BitProgram, planes: np.ndarray) -> np.ndarray:
    """Return the results' planes, (results, words), for the inputs' planes, (inputs, words)."""
    shifts = np.full(len(planes), -1)
    answers = np.empty((program.results.argument.size, planes.shape[1]), dtype=np.uint64)
    with _on_card(planes.shape[1]):
        for low, high in _pieces(len(planes) + len(answers), planes.shape[1]):
            answers[:, low:high] = to_host(
                _run(program, planes[:, low:high], shifts, 0, high - low)
            )
    return answers


def run_enumerated(program: BitProgram, shifts: np.ndarray, first: int, last: int) -> np.ndarray:
    """Return the results' planes for the patterns [first, last), whose numbers are the inputs.

    Parameters
    ----------
    shifts
        (inputs,) which bit of a pattern's number each input is.
    first
        A multiple of 64.
    """
    words = -(-(last - first) // WORD)
    answers = np.empty((program.results.argument.size, words), dtype=np.uint64)
    nothing = np.zeros((0, 0), dtype=np.uint64)
    with _on_card(words):
        for low, high in _pieces(len(answers), words):
            found = _run(program, nothing, shifts, first // WORD + low, high - low)
            answers[:, low:high] = to_host(found)
    return answers


def first_difference(
    ours: BitProgram, theirs: BitProgram, shifts: np.ndarray, first: int, last: int
) -> int | None:
    """Return the first of the patterns [first, last) for which two programs' results differ.

    Both have as many results.  Nothing but the number leaves the card.

    Parameters
    ----------
    shifts, first
        As `run_enumerated`.
    """
    xp = arrays()
    words = -(-(last - first) // WORD)
    nothing = np.zeros((0, 0), dtype=np.uint64)
    with _on_card(words):
        found = xp.full(1, MOST_PATTERNS, dtype=np.int64)
        for low, high in _pieces(2 * ours.results.argument.size, words):
            start = first // WORD + low
            answers = [_run(p, nothing, shifts, start, high - low) for p in (ours, theirs)]
            arguments = (*map(view, answers), last, WORD * start, view(found))
            launcher(cuda_bits.find_difference, arguments, high - low)(*arguments)
            pattern = int(found[0])
            if pattern != MOST_PATTERNS:
                return pattern
    return None


def run_in_time(
    program: BitProgram, kept: np.ndarray, inputs: np.ndarray, shown: np.ndarray,
    lines: np.ndarray, sources: np.ndarray, ring: np.ndarray, recorded: np.ndarray,
    record: np.ndarray, every: int, phase: int, state: np.ndarray, first_step: int, steps: int,
) -> None:  # fmt: skip
    """Run trials through some steps; arguments as `kernels.bits.run_bits_in_time`.

    `ring`, `record` and `state` are written to.
    """
    words = state.shape[1]
    held = sum(array.nbytes for array in (shown, ring, record, state))
    with _on_card(words):
        registers = _registers(program.registers, words, held)
        moved = [_move(array) for array in (ring, record, state)]
        arguments = (
            _put(program.code.argument), _put(program.results.argument), _put(kept), _put(inputs),
            _put(shown), _put(lines), _put(sources), view(moved[0]), _put(recorded), view(moved[1]),
            every, phase, view(moved[2]), view(registers), first_step, steps,
        )  # fmt: skip
        launcher(cuda_bits.run_bits_in_time, arguments, registers.shape[1])(*arguments)
        for array, found in zip((ring, record, state), moved, strict=True):
            array[:] = to_host(found)


@contextlib.contextmanager
def _on_card(words: int) -> Iterator[None]:
    """Have the card for oneself, and say so where its memory does not do.

    Raises
    ------
    InputError
        There is too little memory.
    """
    with turn():
        try:
            yield
        except MemoryError:  # ours, or CuPy's where others took it meanwhile
            raise InputError(
                f"device 'cuda': {WORD * words:,} patterns are too many for the "
                f"{free_bytes() / GIB:,.3g} GiB that are free there: try fewer at once, or use "
                "device='cpu'"
            ) from None


def _run(
    program: BitProgram, planes: np.ndarray, shifts: np.ndarray, start: int, words: int
) -> Any:
    """Return the results' planes, on the card."""
    results = program.results.argument
    rows = program.registers + results.size  # those that follow the registers are the results
    registers = _registers(rows, words, 8 * words * (len(planes) + results.size))
    answers = arrays().empty((results.size, words), dtype=np.uint64)
    arguments = (
        _put(program.code.argument), _put(results), _put(shifts.astype(np.int64, copy=False)),
        _put(planes), view(answers), view(registers), start,
    )  # fmt: skip
    launcher(cuda_bits.run_bits, arguments, registers.shape[1])(*arguments)
    return answers


def _registers(rows: int, words: int, beside: int) -> Any:
    """Return so many rows of scratch for as many threads as are worth having.

    Raises
    ------
    MemoryError
        It does not fit with `beside`, bytes.
    """
    cached, held = (nbytes // (8 * rows) for nbytes in (SCRATCH, MOST_SCRATCH))
    worth = max(cached, min(32 * THREADS, held), THREADS)
    threads = min(worth, MOST_THREADS, max(1, words))
    if 8 * rows * threads + beside > free_bytes():
        raise MemoryError
    return arrays().empty((rows, threads), dtype=np.uint64)


def _pieces(rows: int, words: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of pieces that are worked on one after the other."""
    each = max(1, PLANES // (8 * max(1, rows)))
    for low in range(0, words, each):
        yield low, min(low + each, words)


def _move(array: np.ndarray) -> Any:
    return arrays().array(array)


def _put(array: np.ndarray) -> Any:
    """Return an array on the card, for a launch."""
    return view(arrays().ascontiguousarray(arrays().asarray(array)))
