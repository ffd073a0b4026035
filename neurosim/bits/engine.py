"""Running bit programs on many patterns: in words, out words, shared among threads.

A *plane* is one value on all patterns, a bit each: uint64 (words,), pattern p in bit p mod 64 of
word p // 64.  What lies in the last word beyond the last pattern is anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np

from ..backend import aligned
from ..kernels import (
    Prepared,
    pack_numbers,
    pack_values,
    run_bits,
    tables,
    unpack_numbers,
    unpack_values,
)
from ..kernels.threads import most_threads, run_together
from .compiler import BitProgram

WORD = 64
NOTHING = Prepared(np.zeros(0, dtype=np.int64))
CACHE = 384 * 1024  # bytes that a thread's registers should not exceed: in the second cache
VECTOR = tables.VECTOR // 8
WIDEST = 256  # words a register
WORTH_THREADS = 4_000_000  # operations on words from which threads are worth starting


def words_of(patterns: int) -> int:
    """Return how many words hold so many patterns."""
    return -(-patterns // WORD)


def run_planes(program: BitProgram, planes: np.ndarray, threads: int | None = None) -> np.ndarray:
    """Return the results' planes, (results, words), for the inputs' planes, (inputs, words)."""
    return _run(program, planes, NOTHING, 0, planes.shape[1], threads)


def run_enumerated(
    program: BitProgram, shifts: np.ndarray, first: int, last: int, threads: int | None = None
) -> np.ndarray:
    """Return the results' planes for the patterns [first, last), whose numbers are the inputs.

    Parameters
    ----------
    shifts
        (inputs,) which bit of a pattern's number each input is.
    first
        A multiple of 64.
    """
    nothing = np.zeros((0, 0), dtype=np.uint64)
    return _run(program, nothing, shifts, first // WORD, words_of(last - first), threads)


def _run(
    program: BitProgram, planes: np.ndarray, shifts: np.ndarray | Prepared, start: int, words: int,
    threads: int | None,
) -> np.ndarray:  # fmt: skip
    answers = np.empty((program.results.argument.size, words), dtype=np.uint64)
    block = block_of(program, words)

    def part(first: int, last: int) -> None:
        scratch = _scratch(program, block)
        run_bits(
            program.code, program.results, shifts, planes, answers, *scratch, first, last, start
        )
        program.scratch.append(scratch)

    share(part, words, program.instructions * words, threads)
    return answers


def _scratch(program: BitProgram, block: int) -> tuple[Prepared, Prepared]:
    """Return registers of so many words, and a place for each: a former run's where there are."""
    with contextlib.suppress(IndexError):  # several threads may ask at once
        kept = program.scratch.pop()
        if kept[0].argument.shape[1] == block:
            return kept
    registers = aligned((program.registers, block), np.dtype(np.uint64))
    return Prepared(registers), Prepared(np.empty(program.registers, dtype=np.int64))


def first_one(planes: np.ndarray, patterns: int) -> int | None:
    """Return the first pattern that is 1 in any of the planes, (size, words)."""
    found = np.bitwise_or.reduce(planes, axis=0)
    if patterns % WORD:
        found[-1] &= np.uint64((1 << patterns % WORD) - 1)
    words = np.flatnonzero(found)
    if not words.size:
        return None
    word = int(found[words[0]])
    return WORD * int(words[0]) + (word & -word).bit_length() - 1


def block_of(program: BitProgram, words: int) -> int:
    """Return how many words a register holds: whole vectors, unless there are fewer in all."""
    fitting = CACHE // (8 * program.registers) // VECTOR * VECTOR
    return min(WIDEST, max(VECTOR, fitting), max(1, words))


def pack(values: np.ndarray, planes: np.ndarray, threads: int | None = None) -> None:
    """Write values, (patterns, size) of 0 and 1 or (patterns,) of numbers, into planes' words."""
    if values.ndim == 1:
        kernel, values = pack_numbers, np.ascontiguousarray(values, dtype=np.int64)
    else:
        kernel, values = pack_values, np.ascontiguousarray(values, dtype=np.uint8)

    def part(first: int, last: int) -> None:
        kernel(values, planes, _square(len(planes)), first, last)

    share(part, planes.shape[1], planes.size * 20, threads)


def unpack(planes: np.ndarray, patterns: int, threads: int | None = None) -> np.ndarray:
    """Return planes, (size, words), as int64 (patterns, size) of 0 and 1."""
    values = np.empty((patterns, len(planes)), dtype=np.int64)

    def part(first: int, last: int) -> None:
        unpack_values(planes, values, _square(len(planes)), first, last)

    share(part, planes.shape[1], planes.size * 20, threads)
    return values


def unpack_planes(planes: np.ndarray, patterns: int) -> np.ndarray:
    """Return planes, (…, words), as they lie: booleans, (…, patterns)."""
    octets = planes.astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, axis=-1, count=patterns, bitorder="little").view(bool)


def unpack_as_numbers(planes: np.ndarray, patterns: int, threads: int | None = None) -> np.ndarray:
    """Return planes as int64 numbers, (patterns,), the first plane least significant."""
    numbers = np.empty(patterns, dtype=np.int64)

    def part(first: int, last: int) -> None:
        unpack_numbers(planes, numbers, _square(len(planes)), first, last)

    share(part, planes.shape[1], planes.shape[1] * WORD * 5, threads)
    return numbers


def _square(planes: int) -> np.ndarray:
    """Return scratch for a transposition: as many words as planes, 8, 16, 32 or 64."""
    width = min(WORD, max(8, 1 << max(0, planes - 1).bit_length()))
    return np.empty(width, dtype=np.uint64)


def share(
    part: Callable[[int, int], None], words: int, operations: int, threads: int | None
) -> None:
    """Do the words [0, words) in as many parts as threads are worth."""
    if threads is None:
        threads = most_threads() if operations >= WORTH_THREADS else 1
    threads = max(1, min(threads, words // WORD or 1))
    bounds = [words * k // threads for k in range(threads + 1)]
    if words:
        calls: list[Callable[[], None]] = [partial(part, *pair) for pair in pairwise(bounds)]
        run_together(calls, np.zeros(tables.BARRIER_SIZE, dtype=np.int64))
