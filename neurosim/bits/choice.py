"""Which engine runs a call: the bit engine where it can, and where its gates are worth making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .compiler import BitProgram, compile_bits, compile_steps
from .running import BitSteps

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..program import Program

LEAST = 64  # patterns, a word
WORTH_COMPILING = 32_768  # patterns: sums over so many take as long as gates take to be made

# Nanoseconds a pattern of an instruction and of the CPU engine's synapse, values moved in and out
# included.  64 neurons that hear 64 are faster by gates up to weights of a million at least, the
# largest that were measured (the benchmark `crossover`); at par they would be at 34 instructions a
# synapse, by what each further instruction took.
INSTRUCTION, SYNAPSE = 0.005, 0.17


def for_call(circuit: Circuit, places: np.ndarray, patterns: int) -> BitProgram | None:
    """Return the program for the circuit's values at `places`, or None: the scalar engine's turn.

    Programs, and refusals too, are kept on the circuit until it is changed.
    """
    if patterns < LEAST:
        return None
    key = ("bits", places.tobytes())
    found = circuit.programs.get(key)
    if found is None:
        if patterns < WORTH_COMPILING:
            return None
        found = circuit.programs[key] = compile_bits(circuit, places)
    return found if isinstance(found, BitProgram) and _is_faster(found) else None


def engine_of_call(circuit: Circuit, places: np.ndarray, patterns: int, device: str = "cpu") -> str:
    """Return which engine runs a call of so many patterns: "bits", or the device's and why."""
    program = for_call(circuit, places, patterns)
    if program is not None:
        return "bits"
    found = circuit.programs.get(("bits", places.tobytes()))
    if patterns < LEAST or found is None:
        why = "few patterns"
    else:
        why = found if isinstance(found, str) else "sums are faster than gates"
    return f"{device}: {why}"


def for_steps(circuit: Circuit, program: Program, trials: int) -> BitSteps | None:
    """Return the bit engine's steps of a Program, or None: the scalar engine's turn."""
    if trials < LEAST or not circuit.is_binary:
        return None
    key = ("bits", program.dt)
    found = circuit.programs.get(key)
    if not isinstance(found, BitSteps | str) or (
        isinstance(found, BitSteps) and found.program is not program
    ):
        code = compile_steps(circuit, program)
        found = code if isinstance(code, str) else BitSteps(circuit, program, code)
        circuit.programs[key] = found
    return found if isinstance(found, BitSteps) and _is_faster(found.code) else None


def _is_faster(program: BitProgram) -> bool:
    """Return whether it beats weighted sums: not where weights have many binary digits."""
    return program.instructions * INSTRUCTION < program.synapses * SYNAPSE
