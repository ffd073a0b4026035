"""Which engine runs a call: the bit engine where it can, and where its gates are worth making."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..populations import VETO
from .compiler import BitProgram, compile_bits, compile_steps
from .running import BitSteps

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..program import Program

LEAST = 64  # patterns, a word
# Patterns a binary digit of the weights: sums over so many take about as long as gates take to be
# made.  By then gates are worth it, whatever is still to come: half of the time was not wasted.
WORTH_COMPILING = 32_768
FEW_DIGITS = 2_000  # of all weights: gates for these take 20 milliseconds, and one digit counts

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
        if not _have_become_worth_making(circuit, key, patterns):
            return None
        found = circuit.programs[key] = compile_bits(circuit, places)
    return found if isinstance(found, BitProgram) and _is_faster(found) else None


def engine_of_call(circuit: Circuit, places: np.ndarray, patterns: int, device: str = "cpu") -> str:
    """Return which engine ran a call of so many patterns: "bits", or the device's and why."""
    found = circuit.programs.get(("bits", places.tobytes()))
    if patterns < LEAST or found is None:
        why = "few patterns"
    elif isinstance(found, BitProgram) and _is_faster(found):
        return "bits"
    else:
        why = found if isinstance(found, str) else "sums are faster than gates"
    return f"{device}: {why}"


def for_steps(circuit: Circuit, program: Program, trials: int, steps: int) -> BitSteps | None:
    """Return the bit engine's steps of a Program for such a run, or None: the scalar engine's."""
    if trials < LEAST or not circuit.is_binary:
        return None
    key = ("bits", program.dt)
    found = circuit.programs.get(key)
    if not isinstance(found, BitSteps | str) or (
        isinstance(found, BitSteps) and found.program is not program
    ):
        if not _have_become_worth_making(circuit, key, trials * steps):
            return None
        code = compile_steps(circuit, program)
        found = code if isinstance(code, str) else BitSteps(circuit, program, code)
        circuit.programs[key] = found
    return found if isinstance(found, BitSteps) and _is_faster(found.code) else None


def are_worth_making(circuit: Circuit, patterns: int) -> bool:
    """Return whether gates are worth making for so many patterns."""
    return patterns >= WORTH_COMPILING * circuit.once("digits", lambda: _digits(circuit))


def _have_become_worth_making(circuit: Circuit, key: tuple[str, object], patterns: int) -> bool:
    """Return the same, once more patterns of the same kind are asked for: they add up."""
    circuit.summed[key] = circuit.summed.get(key, 0) + patterns
    return are_worth_making(circuit, circuit.summed[key])


def _digits(circuit: Circuit) -> float:
    """Return about how many binary digits the weights have: gates are made for each of them."""
    synapses, digits = 0, 0.0
    for projection in circuit.projections:
        weights = np.abs(projection.connection.weights[projection.connection.weights != 0])
        if projection.channel == VETO or not weights.size:
            continue
        shape = circuit.population_at(projection.target).shape
        count = projection.connection.entry_count(shape)
        synapses += count
        digits += count * (1 + np.log2(weights.max() / weights.min()))
    return digits / synapses if digits > FEW_DIGITS else 1.0


def _is_faster(program: BitProgram) -> bool:
    """Return whether it beats weighted sums: not where weights have many binary digits."""
    return program.instructions * INSTRUCTION < program.synapses * SYNAPSE
