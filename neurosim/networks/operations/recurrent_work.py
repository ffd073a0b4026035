"""Recurrent layers laid out for the CPU's kernels: chunks of sequences side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from ...backend import TINY
from ...kernels import hear_back, tables, unroll, unroll_back
from ...kernels.threads import most_threads, run_together
from ..record import Vjp, is_recording

SUMMED_STEPS = 8  # steps whose products with what was heard are summed at once
WORTH_THREADS = 1_000_000  # products of a run from which threads are worth starting


@dataclass(frozen=True)
class _Size:
    """How the work is laid out; `kernels.recurrent` says what the numbers are."""

    batch: int
    steps: int
    inputs: int
    units: int
    gates: int
    block: int
    masks: int

    @property
    def chunks(self) -> int:
        return -(-self.batch // self.block)

    @property
    def width(self) -> int:
        return self.inputs + self.units

    @property
    def rows(self) -> int:
        return self.gates * self.units

    @property
    def numbers(self) -> tuple[int, ...]:
        return (
            self.batch, self.chunks, self.steps, self.inputs, self.units, self.gates, self.block,
            self.masks,
        )  # fmt: skip

    def parts(self) -> list[tuple[int, int]]:
        """Return the chunks of each thread: the first, and that after the last."""
        work = self.batch * self.steps * self.width * self.rows
        threads = min(most_threads(), self.chunks) if work >= WORTH_THREADS else 1
        return list(pairwise(self.chunks * k // threads for k in range(threads + 1)))


def over_time(
    gates: int, codes: tuple[int, int], x: np.ndarray, weights: Sequence[np.ndarray],
    present: np.ndarray | None, factors: tuple[np.ndarray | None, np.ndarray | None],
    sequences: bool,
) -> tuple[np.ndarray, Vjp]:  # fmt: skip
    """Return a layer's answers and how cotangents go back through it.

    Parameters
    ----------
    gates
        Of a cell: 4 of an LSTM, or 1.
    codes
        Of the transfer functions: of candidates and cells, and of the other gates.
    x, weights
        (batch, time, inputs); the kernel, the recurrent kernel and the bias.
    present
        (batch, time), bool: where not, the states stay.
    factors
        Of x and of h, (1 or gates, batch, …): heard through by all gates or by each.
    sequences
        Whether every h is returned, or the last.
    """
    kernel, recurrent, bias = weights
    batch, steps, inputs = x.shape
    units = len(recurrent)
    real, tiny = x.dtype, TINY[x.dtype]
    block = tables.VECTOR // real.itemsize
    side_by_side = _side_by_side(factors, (batch, inputs, units), block, real)
    size = _Size(batch, steps, inputs, units, gates, block, len(side_by_side))
    there = np.empty(0, bool) if present is None else np.ascontiguousarray(present.T).reshape(-1)
    sheet = units * block

    is_lstm = gates == tables.LSTM_GATES

    def room(chunks: int, steps: int) -> tuple[np.ndarray, ...]:
        """Return arrays for what is heard, the answers of gates, the cells, what they release."""
        n = chunks * steps * block
        of_cells = chunks * (steps + 1) * sheet
        return tuple(
            np.empty(count, real)
            for count in (
                n * size.width, n * size.rows, is_lstm * of_cells, is_lstm * n * units
            )
        )  # fmt: skip

    kept = room(size.chunks, steps) if is_recording() else None
    y = np.empty((batch, steps, units) if sequences else (batch, units), real)
    given, masks = np.ascontiguousarray(x).reshape(-1), side_by_side.reshape(-1)
    together = np.empty((gates * units, size.width), real)
    together[:, :inputs], together[:, inputs:] = kernel.T, recurrent.T
    flat, flat_bias, flat_y = together.reshape(-1), np.ascontiguousarray(bias), y.reshape(-1)

    def run(part: tuple[int, int]) -> None:
        scratch = tuple(np.empty(n, real) for n in (sheet, sheet, size.width * block))
        heard, answers, cells, squashed = kept or room(1, 1)
        unroll(
            size.numbers, part, codes, tiny, given, there, masks, flat, flat_bias,
            heard, answers, cells, squashed, int(kept is not None), scratch, flat_y,
            int(sequences),
        )  # fmt: skip

    _share(run, size.parts())

    def vjp(g: np.ndarray) -> tuple[Any, ...]:
        assert kept is not None
        heard, answers, cells, squashed = kept
        parts = size.parts()
        panels = -(-size.width // block)
        totals = np.zeros((len(parts), panels, size.rows, block), real)
        bias_totals = np.zeros((len(parts), size.rows, block), real)
        cotangent = np.ascontiguousarray(g).reshape(-1)
        back = np.ascontiguousarray(recurrent).reshape(-1)

        def run_back(number: int) -> None:
            scratch = tuple(np.empty(sheet * n, real) for n in (1, 1, 1, 1, 1, gates + is_lstm))
            stretches = tuple(
                np.empty(rows * SUMMED_STEPS * block, real) for rows in (size.rows, block)
            )
            unroll_back(
                size.numbers, parts[number], codes, tiny, cotangent, int(sequences), there,
                masks, back, heard, answers, cells, squashed, scratch, stretches,
                totals[number].reshape(-1), bias_totals[number].reshape(-1),
            )  # fmt: skip

        _share(run_back, range(len(parts)))
        summed = totals.sum(axis=0).transpose(0, 2, 1).reshape(panels * block, size.rows)
        return (
            lambda: _inputs_cotangent(size, kernel, masks, answers),
            summed[:inputs],
            summed[inputs : size.width],
            bias_totals.sum(axis=(0, 2)),
        )

    return y, vjp


def _inputs_cotangent(
    size: _Size, kernel: np.ndarray, masks: np.ndarray, of_net_inputs: np.ndarray
) -> np.ndarray:
    """Return the cotangent of x, from those of the net inputs."""
    real = kernel.dtype
    dx = np.empty((size.batch, size.steps, size.inputs), real)
    weights, flat = np.ascontiguousarray(kernel).reshape(-1), dx.reshape(-1)

    def run(part: tuple[int, int]) -> None:
        scratch = tuple(np.empty(size.inputs * size.block, real) for _ in range(2))
        hear_back(size.numbers, part, masks, weights, of_net_inputs, scratch, flat)

    _share(run, size.parts())
    return dx


def _share(run: Callable[[Any], None], parts: Sequence[Any]) -> None:
    """Do every part, each on a thread of its own."""
    run_together([partial(run, part) for part in parts], np.zeros(tables.BARRIER_SIZE, np.int64))


def _side_by_side(
    factors: Sequence[np.ndarray | None], lengths: tuple[int, int, int], block: int, real: np.dtype
) -> np.ndarray:
    """Return the factors of dropout as (masks, chunks, inputs + units, block); no masks: none."""
    batch, inputs, units = lengths
    chunks, begin = -(-batch // block), 0
    count = max((len(array) for array in factors if array is not None), default=0)
    found = np.ones((count, chunks * block, inputs + units), real)
    for array, n in zip(factors, (inputs, units), strict=True):
        if array is not None:
            found[:, :batch, begin : begin + n] = array
        begin += n
    return np.ascontiguousarray(found.reshape(count, chunks, block, inputs + units).swapaxes(2, 3))
