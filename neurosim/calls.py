"""A static call: inputs laid out, every value computed once, answers as plain numbers or arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import batch, gather_bits
from .backend import check_device, check_threads, execute
from .errors import InputError, SimulationError
from .program import Program, compile_program

if TYPE_CHECKING:
    from .circuit import Circuit


def evaluate(
    circuit: Circuit, given: Mapping[str, Any], *, dtype: str = "float64",
    threads: int | None = None, device: str = "cpu",
) -> Any:  # fmt: skip
    """Return the outputs of a static call, as `Circuit.__call__` describes."""
    check_device(device)
    threads = check_threads(threads)
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    trials, arrays = batch(circuit, given)
    binary = circuit.binary_places()
    where = [output.index.ravel() for output in circuit.outputs]
    flat = evaluate_places(circuit, arrays, np.concatenate(where), threads, dtype)
    answers = []
    for output, columns in zip(
        circuit.outputs, np.split(flat, np.cumsum([w.size for w in where])[:-1], axis=1),
        strict=True,
    ):  # fmt: skip
        values = _shaped(columns, output.index.shape, trials)
        is_binary = bool(binary[output.index].all())
        answers.append(as_answer(values, output.bits, is_binary))
    return circuit.answer(answers)


def activities(circuit: Circuit, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return every population's values of a static call, by name."""
    trials, arrays = batch(circuit, given)
    flat = evaluate_places(circuit, arrays, np.arange(circuit.size))
    binary = circuit.binary_places()
    answer = {}
    for p in circuit.populations:
        values = _shaped(flat[:, p.start : p.stop], p.shape, trials)
        answer[p.name] = as_answer(values, None, bool(binary[p.start : p.stop].all()))
    return answer


def output_values(circuit: Circuit, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return each output's values, (patterns, *shape), numbers of bits as integers."""
    outputs = circuit.outputs
    binary = circuit.binary_places()
    flat = evaluate_places(circuit, arrays, np.concatenate([o.index.ravel() for o in outputs]))
    parts = np.split(flat, np.cumsum([o.index.size for o in outputs])[:-1], axis=1)
    return [
        as_array(
            part.reshape(len(part), *output.index.shape),
            output.bits,
            bool(binary[output.index].all()),
        )
        for output, part in zip(outputs, parts, strict=True)
    ]


def evaluate_places(
    circuit: Circuit, arrays: Mapping[str, np.ndarray], places: np.ndarray,
    threads: int | None = None, dtype: str = "float64",
) -> np.ndarray:  # fmt: skip
    """Return the values at the circuit's `places`, (trials, places), for laid-out inputs.

    `arrays` holds each input as (1 or trials, size), already checked.
    """
    program = compile_program(circuit, None, dtype)
    trials = min((len(a) for a in arrays.values() if len(a) != 1), default=1)
    if not trials:
        return np.zeros((0, places.size))
    movie = [array[:, None] for array in arrays.values()]
    run = execute(
        program, trials, 1, movie, input_places(circuit, program), program.place[places],
        threads=threads,
    )  # fmt: skip
    if run.fault:
        raise not_finite(circuit, program, run.fault, None)
    return run.record[:, 0, :]


def input_places(circuit: Circuit, program: Program) -> np.ndarray:
    """Return where the engines put the inputs: the places in the state vector, in order."""
    parts = [program.place[p.start : p.stop] for p in circuit.input_populations]
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def not_finite(
    circuit: Circuit, program: Program, fault: tuple[int, int, int], dt: float | None
) -> SimulationError:
    """Return the error for a run's fault (step, trial, place in the state vector)."""
    step, trial, place = fault
    name = circuit.name_of(int(np.flatnonzero(program.place == place)[-1]))
    when = "in a static call" if dt is None else f"at step {step} ({(step + 1) * dt:g} s)"
    return SimulationError(
        f"{circuit}, neuron {name}: the activity became infinite or NaN {when}, trial {trial}; "
        "weaken its excitation, or inhibit it"
    )


def as_answer(values: np.ndarray, bits: int | None, is_binary: bool) -> Any:
    """Return values as a call answers them: a plain number, or an array of floats or integers."""
    array = as_array(values, bits, is_binary)
    if array.ndim:
        return array
    return int(array) if array.dtype.kind == "i" else float(array)


def as_array(values: np.ndarray, bits: int | None, is_binary: bool) -> np.ndarray:
    """Return values as floats, or as integers where they are binary or the bits of a number."""
    if bits is not None:
        return np.asarray(gather_bits(values))
    return values.astype(np.int64) if is_binary else np.asarray(values)


def _shaped(columns: np.ndarray, shape: tuple[int, ...], trials: int | None) -> np.ndarray:
    """Return values of shape (trials, size) as (trials, *shape), or `shape` where unbatched."""
    return columns[0].reshape(shape) if trials is None else columns.reshape(len(columns), *shape)
