"""A binary circuit in time, 64 trials a word: what `backend.execute` does, by the bit engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..backend import Run, aligned
from ..kernels import run_bits_in_time
from .compiler import BitProgram
from .engine import block_of, pack, share, unpack, words_of

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..program import Program


class BitSteps:
    """The steps of one circuit's Program, as `compile_steps` makes them."""

    def __init__(self, circuit: Circuit, program: Program, code: BitProgram):
        self.code = code
        self.program = program
        self.neurons = program.places_of(circuit.neuron_populations)

    def execute(
        self,
        trials: int,
        steps: int,
        movie: Sequence[np.ndarray],
        places: np.ndarray,
        recorded: np.ndarray,
        *,
        every: int = 1,
        phase: int = 0,
        state: np.ndarray,
        ring: np.ndarray,
        first_step: int = 0,
        threads: int | None = None,
        device: str = "cpu",
    ) -> Run:
        """Run some steps; parameters and answer as `backend.execute`."""
        program = self.program
        words = words_of(trials)
        frames = max((part.shape[1] for part in movie), default=1)
        shown = [self._planes(np.broadcast_to(part, (*part.shape[:1], frames, part.shape[2])),
                              trials, threads) for part in movie]  # fmt: skip
        inputs = np.concatenate([np.zeros((frames, 0, words), dtype=np.uint64), *shown], axis=1)
        values = self._planes(state[:, None], trials, threads)[0]
        waiting = self._planes(ring[:, None], trials, threads)[0]
        record = np.empty(((phase + steps) // every, recorded.size, words), dtype=np.uint64)
        block = block_of(self.code, words)

        def part(first: int, last: int) -> None:
            registers = aligned((self.code.registers, block), np.dtype(np.uint64))
            run_bits_in_time(
                self.code.code, self.code.results, self.neurons + 2, places + 2, inputs, frames,
                program.tables.lines, program.tables.line_sources, waiting, recorded + 2, record,
                every, phase, values, registers, first_step, steps, first, last,
            )  # fmt: skip

        if device == "cuda":
            from ..cuda.bits import run_in_time

            run_in_time(
                self.code, self.neurons + 2, places + 2, inputs, program.tables.lines,
                program.tables.line_sources, waiting, recorded + 2, record, every, phase, values,
                first_step, steps,
            )  # fmt: skip
        else:
            share(part, words, self.code.instructions * words * steps, threads)
        ring[:] = unpack(waiting, trials, threads)
        flat = unpack(record.reshape(-1, words), trials, threads)
        return Run(
            flat.reshape(trials, len(record), recorded.size),
            unpack(values, trials, threads).astype(program.dtype),
            None,
        )

    def _planes(self, values: np.ndarray, trials: int, threads: int | None) -> np.ndarray:
        """Return values, (trials or 1, moments, size), as planes (moments, size, words)."""
        _, moments, size = values.shape
        planes = np.empty((moments * size, words_of(trials)), dtype=np.uint64)
        if len(values) == 1:
            full = np.uint64(0xFFFFFFFFFFFFFFFF)
            planes[:] = np.where(values.reshape(-1, 1) != 0, full, np.uint64(0))
        else:
            pack(values.reshape(trials, -1), planes, threads)
        return planes.reshape(moments, size, words_of(trials))
