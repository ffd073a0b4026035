"""A static call: inputs laid out, every value computed once, answers as plain numbers or arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import batch, gather_bits, spread_bits
from .backend import check_device, check_threads, execute
from .bits.choice import engine_of_call, for_call
from .bits.engine import (
    first_one,
    pack,
    run_enumerated,
    run_planes,
    unpack,
    unpack_as_numbers,
    unpack_planes,
    words_of,
)
from .errors import InputError, SimulationError
from .exactness import LARGEST
from .patterns import Enumerated
from .program import Program, check_dtype, compile_program

if TYPE_CHECKING:
    from .bits.compiler import BitProgram
    from .circuit import Circuit
    from .populations import Population

CHUNK = 1 << 12  # patterns at a time of which the CPU engine computes many values


def evaluate(
    circuit: Circuit, given: Mapping[str, Any], *, dtype: str = "float64",
    threads: int | None = None, device: str = "cpu",
) -> Any:  # fmt: skip
    """Return the outputs of a static call, as `Circuit.__call__` describes."""
    device = check_device(device)
    check_dtype(circuit, dtype)
    threads = check_threads(threads)
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    most = LARGEST if dtype == "float64" else compile_program(circuit, None, dtype).most
    trials, arrays = batch(circuit, given, numbers=True, most=most)
    answers = [
        as_number(values if trials is not None else values[0])
        for values in output_values(circuit, arrays, threads, dtype, device)
    ]
    return circuit.answer(answers)


def activities(
    circuit: Circuit, given: Mapping[str, Any], *, device: str = "cpu"
) -> dict[str, Any]:
    """Return every population's values of a static call, by name."""
    trials, arrays = batch(circuit, given)
    flat = evaluate_places(circuit, arrays, np.arange(circuit.size), device=check_device(device))
    answer = {}
    for p in circuit.populations:
        values = _shaped(flat[:, p.start : p.stop], p.shape, trials)
        answer[p.name] = as_answer(values, None, circuit.holds_binary(p.index))
    return answer


def output_values(
    circuit: Circuit, arrays: Mapping[str, np.ndarray], threads: int | None = None,
    dtype: str = "float64", device: str = "cpu",
) -> list[np.ndarray]:  # fmt: skip
    """Return each output's values, (patterns, *shape), numbers of bits as integers.

    `arrays` as `evaluate_places`; on many patterns of a binary circuit by the bit engine.
    """
    outputs, binary = circuit.outputs, circuit.binary_outputs
    bounds = np.cumsum([output.index.size for output in outputs])[:-1]
    patterns = count_of(arrays)
    program = bit_program(circuit, patterns)
    if program is not None:
        planes = _words(circuit, program, arrays, threads, device)
        return [
            unpack_as_numbers(part, patterns, threads)
            if output.bits is not None
            else unpack(part, patterns, threads).reshape(patterns, *output.index.shape)
            for output, part in zip(outputs, np.split(planes, bounds), strict=True)
        ]
    flat = evaluate_places(circuit, arrays, None, threads, dtype, device)
    return [
        as_array(part.reshape(len(part), *output.index.shape), output.bits, whole)
        for output, whole, part in zip(outputs, binary, np.split(flat, bounds, axis=1), strict=True)
    ]


def bit_program(circuit: Circuit, patterns: int) -> BitProgram | None:
    """Return what computes the outputs for so many patterns if the bit engine does."""
    return for_call(circuit, circuit.output_places, patterns)


def engine_of(circuit: Circuit, patterns: int, device: str = "cpu") -> str:
    """Return which engine computed the outputs of so many patterns, and why not the other."""
    return engine_of_call(circuit, circuit.output_places, patterns, device)


def differing_pattern(
    circuit: Circuit, programs: tuple[BitProgram, BitProgram], arrays: Mapping[str, np.ndarray],
    device: str,
) -> int | None:  # fmt: skip
    """Return the first pattern for which two programs' results differ; None for none.

    The first is the circuit's, the other one's inputs are alike.
    """
    if device == "cuda" and isinstance(arrays, Enumerated):
        from .cuda.bits import first_difference

        found = first_difference(*programs, arrays.shift_of_each, arrays.first, arrays.last)
        return None if found is None else found - arrays.first
    ours, theirs = (_words(circuit, program, arrays, None, device) for program in programs)
    return first_one(ours ^ theirs, count_of(arrays))


def _words(
    circuit: Circuit, program: BitProgram, arrays: Mapping[str, np.ndarray], threads: int | None,
    device: str,
) -> np.ndarray:  # fmt: skip
    """Return a program's results for laid-out inputs, (values, words)."""
    if isinstance(arrays, Enumerated):
        listed = arrays.shift_of_each, arrays.first, arrays.last
        if device == "cuda":
            from .cuda.bits import run_enumerated as enumerated_on_card

            return enumerated_on_card(program, *listed)
        return run_enumerated(program, *listed, threads)
    planes = _planes(circuit, arrays, count_of(arrays), threads)
    if device == "cuda":
        from .cuda.bits import run_planes as planes_on_card

        return planes_on_card(program, planes)
    return run_planes(program, planes, threads)


def evaluate_places(
    circuit: Circuit, arrays: Mapping[str, np.ndarray], places: np.ndarray | None = None,
    threads: int | None = None, dtype: str = "float64", device: str = "cpu",
) -> np.ndarray:  # fmt: skip
    """Return the values at the circuit's `places`, (trials, places), for laid-out inputs.

    Left out, they are the outputs'.  `arrays` holds each input as (1 or trials, size), or a
    number of bits as (1 or trials,), already checked.
    """
    program = compile_program(circuit, None, dtype)
    trials = count_of(arrays)
    if places is None:
        wanted = program.once("outputs", lambda: program.place[circuit.output_places])
    else:
        wanted = program.place[places]
    if not trials:
        return np.zeros((0, wanted.size), dtype=program.dtype)
    movie = [_spread(p, arrays[p.name])[:, None] for p in circuit.input_populations]
    inputs = program.places_of(circuit.input_populations)
    run = execute(program, trials, 1, movie, inputs, wanted, threads=threads, device=device)
    if run.fault:
        raise not_finite(circuit, program, run.fault, batched=trials > 1)
    return run.record[:, 0, :]


def binary_values(circuit: Circuit, patterns: Enumerated, places: np.ndarray) -> np.ndarray:
    """Return whether the values at the circuit's `places` are active: (places, patterns)."""
    count = count_of(patterns)
    program = for_call(circuit, places, count)
    if program is not None:
        shifts, first, last = patterns.shift_of_each, patterns.first, patterns.last
        return unpack_planes(run_enumerated(program, shifts, first, last), count)
    active = np.empty((places.size, count), dtype=bool)
    for low in range(0, count, CHUNK):
        part = patterns.part(low, min(low + CHUNK, count))
        active[:, low : low + CHUNK] = evaluate_places(circuit, part, places).T > 0
    return active


def count_of(arrays: Mapping[str, np.ndarray]) -> int:
    """Return how many patterns laid-out inputs are."""
    if isinstance(arrays, Enumerated):
        return arrays.last - arrays.first
    return min((len(a) for a in arrays.values() if len(a) != 1), default=1)


def _spread(population: Population, values: np.ndarray) -> np.ndarray:
    """Return an input's values, those of numbers being their bits."""
    return spread_bits(values, population.size) if values.ndim == 1 else values


def _planes(
    circuit: Circuit, arrays: Mapping[str, np.ndarray], patterns: int, threads: int | None
) -> np.ndarray:
    """Return the inputs as the bit engine takes them, (values, words)."""
    inputs = circuit.input_populations
    planes = np.empty((sum(p.size for p in inputs), words_of(patterns)), dtype=np.uint64)
    at = 0
    for population in inputs:
        values = arrays[population.name]
        if len(values) == 1:
            values = np.broadcast_to(_spread(population, values), (patterns, population.size))
        pack(values, planes[at : at + population.size], threads)
        at += population.size
    return planes


def not_finite(
    circuit: Circuit, program: Program, fault: tuple[int, int, int], *, batched: bool = True
) -> SimulationError:
    """Return the error for a run's fault (step, trial, place in the state vector)."""
    step, trial, place = fault
    when = "in a static call"
    if program.dt is not None:
        when = f"at step {step} ({(step + 1) * program.dt:g} s)"
    if batched:
        when += f", trial {trial}"
    return SimulationError(
        f"{circuit}, neuron {name_at(circuit, program, place)}: the activity became infinite or "
        f"NaN, or more than {program.most:.0e}, {when}; weaken its excitation, or inhibit it"
    )


def name_at(circuit: Circuit, program: Program, place: int) -> str:
    """Return what a place in the state vector is called: not the delay lines that share it."""
    return circuit.name_of(int(np.flatnonzero(program.place == place)[0]))


def as_answer(values: np.ndarray, bits: int | None, is_binary: bool) -> Any:
    """Return values as a call answers them: a plain number, or an array of floats or integers."""
    return as_number(as_array(values, bits, is_binary))


def as_number(array: np.ndarray) -> Any:
    """Return an array, or a plain number where it is one."""
    return array if array.ndim else array.item()


def as_array(values: np.ndarray, bits: int | None, is_binary: bool) -> np.ndarray:
    """Return values as floats, or as integers where they are binary or the bits of a number."""
    if bits is not None:
        return np.asarray(gather_bits(values))
    return values.astype(np.int64) if is_binary else np.asarray(values)


def _shaped(columns: np.ndarray, shape: tuple[int, ...], trials: int | None) -> np.ndarray:
    """Return values of shape (trials, size) as (trials, *shape), or `shape` where unbatched."""
    return columns[0].reshape(shape) if trials is None else columns.reshape(len(columns), *shape)
