"""Recurrent circuits: run until nothing changes, and how long the outputs take to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_inputs, batch, match_arguments
from .backend import execute
from .calls import as_answer, input_places, not_finite
from .errors import InputError, SimulationError, spelled
from .patterns import as_values, enumerated, input_bits
from .program import Program, compile_program
from .scheduling import one_by_one
from .states import initial_state
from .timing import positive, whole

if TYPE_CHECKING:
    from .circuit import Circuit

STRETCH = 128  # steps that are looked at together
VALUES = 4_000_000  # values that one stretch may record
SETTLING_BITS = 16  # input bits up to which every pattern's settling time is measured


@dataclass(frozen=True, eq=False)
class Settled:
    """A steady state.

    Attributes
    ----------
    outputs : as a call would answer: one value, or a named tuple of several
    activities : every population's values, by name
    steps : how many steps (asynchronous: sweeps) it took until nothing changed any more
    time : the same in seconds; None for asynchronous updates
    """

    outputs: Any
    activities: Mapping[str, Any]
    steps: int
    time: float | None


@spelled
def settle(
    circuit: Circuit,
    inputs: Any = None,
    *,
    tolerance: float = 1e-9,
    dt: float = 1e-3,
    max_steps: int = 10_000,
    initial: Mapping[str, Any] | None = None,
    update: str = "synchronous",
    seed: int = 0,
) -> Settled:
    """Run one trial with constant inputs until no activity changes by more than `tolerance`.

    Parameters
    ----------
    inputs
        One value for each input: a mapping by name, a tuple in order, or one value for one input.
    tolerance
        The largest change in a step that counts as none; binary neurons must not change at all.
    dt, max_steps
        Seconds a step, and how many steps to try.
    initial
        Activities to start from, by name; 0 elsewhere.
    update
        "synchronous": all neurons at once, as `simulate`.  "asynchronous": one at a time in a
        seeded random order, anew each sweep, as a Hopfield network; for circuits without time
        constants and delays.
    seed
        Of the order.

    Raises
    ------
    SimulationError
        It does not settle: the message says the period of its cycle, or which neuron still moves.
    InputError
        A circuit with noise; bad numbers; inputs that do not fit.
    """
    tolerance = positive(tolerance, "tolerance", "of activity")
    dt = positive(dt, "dt", "seconds")
    max_steps = whole(max_steps, "max_steps", 1)
    if update not in ("synchronous", "asynchronous"):
        raise InputError(f"update must be 'synchronous' or 'asynchronous' (got {update!r})")
    trials, arrays = batch(circuit, match_arguments(circuit, *as_inputs(inputs)))
    if trials is not None:
        raise InputError(f"{circuit}: settle() takes one trial, got {trials}; call it for each")
    program = compile_program(circuit, dt)
    _refuse_noise(circuit, program)
    _, state, ring = initial_state(circuit, program, initial, 1)
    movie = _movie(arrays)
    if update == "asynchronous":
        return _asynchronous(circuit, program, movie, state, max_steps, seed)
    run = _Run(circuit, program, movie, state, ring)
    quiet = run.longest_line + 1
    done = 0
    history = run.state[:, run.neurons]
    while done < max_steps:
        shown = run.stretch(min(STRETCH, max_steps - done))[0]
        trace = np.concatenate((history[-quiet:], shown))
        moved = np.abs(np.diff(trace, axis=0)).max(axis=1, initial=0.0) > tolerance
        still = _first_run(~moved, quiet)
        if still is not None:
            before = len(trace) - len(shown)  # rows that were there before this stretch
            return run.settled(max(0, done + still - before + 1), dt)
        done += len(shown)
        history = np.concatenate((history, shown))[-2 * STRETCH :]
    raise SimulationError(
        f"{circuit} did not settle within {max_steps} steps ({max_steps * dt:g} s): "
        + _why(circuit, program, run, history, tolerance, dt)
    )


@dataclass(frozen=True, eq=False)
class SettlingTime:
    """How long a circuit's outputs take to be right, over every input pattern.

    Attributes
    ----------
    steps : the most steps after which the outputs change no more, from rest
    time : the same in seconds
    slowest : the input pattern that takes longest, by name (the first in truth-table order)
    steps_of : (patterns,) the steps of each pattern, in truth-table order
    """

    circuit: str
    steps: int
    time: float
    slowest: Mapping[str, Any]
    steps_of: np.ndarray

    def __str__(self) -> str:
        told = ", ".join(f"{name} = {value}" for name, value in self.slowest.items())
        return (
            f"Circuit {self.circuit!r} settles within {self.steps} steps ({self.time:g} s) for "
            f"all {len(self.steps_of):,} inputs; the slowest is {told or 'no input'}."
        )


@spelled
def settling_time(circuit: Circuit, *, dt: float = 1e-3, max_steps: int = 1000) -> SettlingTime:
    """Return the steps from rest until the outputs are right for good, for every input pattern.

    Raises
    ------
    SimulationError
        An input pattern for which the circuit does not settle; the message names it.
    InputError
        Inputs that are not binary, or more than 2^16 patterns; a circuit with noise.
    """
    dt = positive(dt, "dt", "seconds")
    max_steps = whole(max_steps, "max_steps", 1)
    bits = input_bits(circuit)
    if bits > SETTLING_BITS:
        raise InputError(
            f"{circuit} has 2^{bits} input patterns; settling_time tries at most 2^{SETTLING_BITS}"
        )
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    program = compile_program(circuit, dt)
    _refuse_noise(circuit, program)
    outputs = program.place[np.concatenate([o.index.ravel() for o in circuit.outputs])]
    share = max(1, VALUES // max(1, STRETCH * program.state.size))
    steps_of = np.concatenate(
        [
            _steps_of(circuit, program, outputs, first, min(first + share, 2**bits), max_steps, dt)
            for first in range(0, 2**bits, share)
        ]
    )
    slowest = int(steps_of.argmax())
    steps = int(steps_of[slowest])
    values = as_values(circuit, enumerated(circuit, slowest, slowest + 1), 0)
    return SettlingTime(circuit.name, steps, steps * dt, values, steps_of)


def _steps_of(
    circuit: Circuit, program: Program, outputs: np.ndarray, first: int, last: int, limit: int,
    dt: float,
) -> np.ndarray:  # fmt: skip
    """Return the settling steps of the patterns [first, last)."""
    count = last - first
    _, state, ring = initial_state(circuit, program, None, count)
    run = _Run(circuit, program, _movie(enumerated(circuit, first, last)), state, ring)
    quiet = run.longest_line + 1
    is_output = np.isin(run.neurons, outputs)
    changed = np.zeros(count, dtype=np.int64)  # the step after which the outputs last changed
    moved = np.zeros(count, dtype=np.int64)  # and anything
    before = run.state[:, run.neurons]
    done = 0
    while done < limit:
        shown = run.stretch(min(STRETCH, limit - done))
        trace = np.concatenate((before[:, None], shown), axis=1)
        steps = done + 1 + np.arange(shown.shape[1])
        differs = np.diff(trace, axis=1) != 0
        for answer, part in ((changed, differs[:, :, is_output]), (moved, differs)):
            any_of = part.any(axis=2)
            np.maximum(answer, (any_of * steps).max(axis=1), out=answer)
        done += shown.shape[1]
        before = shown[:, -1]
        if (done - moved >= quiet).all():
            return changed
    wrong = int(np.flatnonzero(done - moved < quiet)[0])
    values = as_values(circuit, enumerated(circuit, first + wrong, first + wrong + 1), 0)
    told = ", ".join(f"{name} = {value}" for name, value in values.items()) or "its only input"
    raise SimulationError(
        f"{circuit} does not settle within {limit} steps ({limit * dt:g} s) for {told}"
    )


class _Run:
    """A run under constant inputs, a stretch of steps at a time, every neuron recorded."""

    def __init__(
        self, circuit: Circuit, program: Program, movie: list[np.ndarray], state: np.ndarray,
        ring: np.ndarray,
    ):  # fmt: skip
        from .kernels import tables

        self.circuit, self.program, self.movie = circuit, program, movie
        self.state, self.ring = state, ring
        self.neurons = np.concatenate(
            [np.zeros(0, dtype=np.int64)]
            + [program.place[p.start : p.stop] for p in circuit.neuron_populations]
        )
        self.longest_line = int(program.tables.lines[:, tables.LINE_STEPS].sum(initial=0))
        self.step = 0

    def stretch(self, steps: int) -> np.ndarray:
        """Return every neuron after each of the next steps, (trials, steps, neurons)."""
        run = execute(
            self.program, len(self.state), steps, self.movie,
            input_places(self.circuit, self.program), self.neurons, state=self.state,
            ring=self.ring, keep_final=True, first_step=self.step,
        )  # fmt: skip
        if run.fault:
            raise not_finite(self.circuit, self.program, run.fault, self.program.dt)
        self.step += steps
        self.state = run.final
        return run.record

    def settled(self, steps: int, dt: float) -> Settled:
        return _settled(self.circuit, self.program, self.state[0], steps, steps * dt)


def _settled(
    circuit: Circuit, program: Program, state: np.ndarray, steps: int, time: float | None
) -> Settled:
    binary = circuit.binary_places()

    def values(index: np.ndarray, bits: int | None) -> Any:
        found = state[program.place[index.ravel()]].reshape(index.shape)
        return as_answer(found, bits, bool(binary[index].all()))

    outputs = circuit.answer([values(o.index, o.bits) for o in circuit.outputs])
    shown = {p.name: values(p.index, None) for p in circuit.populations if p.role != "delay"}
    return Settled(outputs, shown, steps, time)


def _asynchronous(
    circuit: Circuit, program: Program, movie: list[np.ndarray], state: np.ndarray, max_sweeps: int,
    seed: int,
) -> Settled:  # fmt: skip
    from .neurons import Rate

    for p in circuit.populations:
        if p.delayed is not None:
            raise InputError(f"{circuit}: asynchronous updates have no time, but there is a delay")
        if isinstance(p.neurons, Rate) and np.any(np.asarray(p.neurons.tau) > 0):
            raise InputError(
                f"{circuit}: asynchronous updates have no time, but {p.name!r} has a time "
                "constant tau"
            )
    nothing = np.zeros(0, dtype=np.int64)
    neurons = np.concatenate([np.arange(g.start, g.stop) for g in program.groups] or [nothing])
    order = np.random.default_rng(seed)
    for sweep in range(max_sweeps + 1):
        run = execute(
            program, 1, 1, movie, input_places(circuit, program), nothing, state=state,
            keep_final=True, updates=one_by_one(program, order.permutation(neurons)),
        )  # fmt: skip
        if run.fault:
            raise not_finite(circuit, program, run.fault, program.dt)
        if sweep and np.array_equal(run.final, state):
            return _settled(circuit, program, run.final[0], sweep, None)
        state = run.final
    raise SimulationError(
        f"{circuit} did not settle within {max_sweeps} asynchronous sweeps; symmetric weights "
        "without self-connections always do"
    )


def _why(
    circuit: Circuit, program: Program, run: _Run, history: np.ndarray, tolerance: float, dt: float
) -> str:
    """Return why a run did not settle: its period, or what moves most."""
    last = history[-1]
    for period in range(2, len(history) // 2 + 1):
        same = np.abs(history[-period:] - history[-2 * period : -period]) <= tolerance
        if same.all():
            return f"it repeats every {period} steps ({period * dt:g} s)"
    moved = np.abs(last - history[-2]) if len(history) > 1 else np.abs(last)
    place = run.neurons[int(moved.argmax())]
    name = circuit.name_of(int(np.flatnonzero(program.place == place)[-1]))
    return f"{name} still changes by {moved.max():.3g} a step"


def _movie(arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return constant inputs as a movie of one moment."""
    return [array[:, None] for array in arrays.values()]


def _first_run(quiet: np.ndarray, length: int) -> int | None:
    """Return where the first run of `length` true values begins."""
    if len(quiet) < length:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(quiet, length).all(axis=1)
    found = np.flatnonzero(windows)
    return int(found[0]) if found.size else None


def _refuse_noise(circuit: Circuit, program: Program) -> None:
    if program.noisy:
        raise InputError(f"{circuit} has noise, so it never settles: simulate it instead")
