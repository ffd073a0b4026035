"""Recurrent circuits: run until nothing changes, and how long the outputs take to be right."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_inputs, batch, match_arguments
from .backend import Run, execute
from .calls import as_answer, name_at, not_finite
from .errors import InputError, SimulationError, spelled
from .kernels import tables
from .kernels.random import order
from .patterns import as_values, enumerated, input_bits
from .program import Program, compile_program
from .scheduling import one_by_one, steps_at_once
from .states import State, initial_state, initial_trials
from .timing import positive, whole

if TYPE_CHECKING:
    from .circuit import Circuit

STRETCH = 128  # steps that are looked at together
STRETCHES = 100  # of them that are kept, to find a cycle in
VALUES = 4_000_000  # values that one stretch may record, and those that are kept may hold
PATIENCE = 10_000  # steps that settle() tries unasked, beside those that values wait in delays
PATIENCE_FOR_ALL = 1000  # the same for settling_time()
SETTLING_BITS = 16  # input bits up to which every pattern's settling time is measured


@dataclass(frozen=True, eq=False)
class Settled:
    """A steady state.

    Attributes
    ----------
    outputs : as a call would answer: one value, or a named tuple of several
    activities : every population's values, by name, after so many steps
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
    max_steps: int | None = None,
    initial: Mapping[str, Any] | State | None = None,
    update: str = "synchronous",
    seed: int = 0,
) -> Settled:
    """Do what `Circuit.settle` says."""
    tolerance = positive(tolerance, "tolerance")
    dt = positive(dt, "dt", "seconds")
    seed = whole(seed, "seed", 0, 2**64)
    if update not in ("synchronous", "asynchronous"):
        raise InputError(f"update must be 'synchronous' or 'asynchronous' (got {update!r})")
    trials, arrays = batch(circuit, match_arguments(circuit, *as_inputs(inputs)))
    if trials is not None:
        raise InputError(f"{circuit}: settle() takes one trial, got {trials}; call it for each")
    program = compile_program(circuit, dt)
    if isinstance(initial, State) and initial.weights:
        raise InputError(
            f"{circuit}: settle() takes the circuit's own weights, and the state to begin with has "
            "learned others; settle circuit.with_weights(record)"
        )
    _refuse_noise(circuit, program)
    for what, count in initial_trials(circuit, initial).items():
        if count != 1:
            raise InputError(f"{circuit}: settle() takes one trial, {what} has {count}")
    limit = _limit(program, max_steps, PATIENCE)
    first, state, ring = initial_state(circuit, program, initial, 1)
    if update == "asynchronous":
        return _asynchronous(circuit, program, _movie(arrays), state, limit, tolerance, seed)
    return _synchronous(
        _Run(circuit, program, _movie(arrays), state, ring, first), limit, tolerance
    )


def _synchronous(run: _Run, limit: int, tolerance: float) -> Settled:
    """Step until nothing has moved for as long as a value can wait in delay lines."""
    found = _followed(run, limit, tolerance)
    if isinstance(found, str):
        raise SimulationError(
            f"{run.circuit} did not settle within {limit} steps ({limit * run.dt:g} s): {found}"
        )
    steps, neurons = found
    return _settled(run.circuit, run.program, run.resting(neurons), steps, steps * run.dt)


def _followed(run: _Run, limit: int, tolerance: float) -> tuple[int, np.ndarray] | str:
    """Return after how many steps one trial settled, and its neurons then; or why it did not."""
    allowed = _allowed(run.circuit, tolerance) * run.pull
    kept = max(2, min(STRETCHES, VALUES // (STRETCH * max(1, run.neurons.size))))
    history = deque([run.state[:, run.neurons]], maxlen=kept + 1)
    done = last = 0  # steps; and the one in which anything last moved
    still = run.state[0, run.neurons]  # as that step left them
    while done < limit:
        shown = run.stretch(limit - done)[0]
        trace = np.concatenate((history[-1][-1:], shown))
        moves = [last, *(done + 1 + np.flatnonzero(_moved(trace[:-1], trace[1:], allowed)))]
        for move, following in pairwise([*moves, done + len(trace)]):
            neurons = still if move == last else trace[move - done]
            if following - move > run.quiet:
                return run.stuck(tolerance) or (int(move), neurons)
        last, still = int(moves[-1]), neurons
        done += len(shown)
        history.append(shown)
    return _cycle(run, np.concatenate(history), allowed) or _waiting(run, done - last)


def _moved(before: np.ndarray, after: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Return which rows of activities differ by more than is allowed."""
    return (np.abs(after - before) > allowed).any(axis=-1)


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
def settling_time(
    circuit: Circuit, *, dt: float = 1e-3, max_steps: int | None = None
) -> SettlingTime:
    """Do what `Circuit.settling_time` says."""
    dt = positive(dt, "dt", "seconds")
    bits = input_bits(circuit)
    if bits > SETTLING_BITS:
        raise InputError(
            f"{circuit} has 2^{bits} input patterns; settling_time tries at most 2^{SETTLING_BITS}"
        )
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output: declare one with output(…)")
    program = compile_program(circuit, dt)
    _refuse_noise(circuit, program)
    limit = _limit(program, max_steps, PATIENCE_FOR_ALL)
    outputs = program.place[circuit.output_places]
    share = max(1, VALUES // max(1, STRETCH * program.state.size))
    steps_of = np.concatenate(
        [
            _steps_of(circuit, program, outputs, first, min(first + share, 2**bits), limit)
            for first in range(0, 2**bits, share)
        ]
    )
    slowest = int(steps_of.argmax())
    steps = int(steps_of[slowest])
    values = as_values(circuit, enumerated(circuit, slowest, slowest + 1), 0)
    return SettlingTime(circuit.name, steps, steps * dt, values, steps_of)


def _steps_of(
    circuit: Circuit, program: Program, outputs: np.ndarray, first: int, last: int, limit: int
) -> np.ndarray:
    """Return the settling steps of the patterns [first, last)."""
    count = last - first
    _, state, ring = initial_state(circuit, program, None, count)
    run = _Run(circuit, program, _movie(enumerated(circuit, first, last)), state, ring, 0)
    is_output = np.isin(run.neurons, outputs)
    changed = np.zeros(count, dtype=np.int64)  # the step after which the outputs last changed
    moved = np.zeros(count, dtype=np.int64)  # and anything
    before = run.state[:, run.neurons]
    done = 0
    while done < limit:
        shown = run.stretch(limit - done)
        trace = np.concatenate((before[:, None], shown), axis=1)
        steps = done + 1 + np.arange(shown.shape[1])
        differs = np.diff(trace, axis=1) != 0
        for answer, part in ((changed, differs[:, :, is_output]), (moved, differs)):
            any_of = part.any(axis=2)
            np.maximum(answer, (any_of * steps).max(axis=1), out=answer)
        done += shown.shape[1]
        before = shown[:, -1]
        if (done - moved >= run.quiet).all():
            return changed
    wrong = int(np.flatnonzero(done - moved < run.quiet)[0])
    pattern = enumerated(circuit, first + wrong, first + wrong + 1)
    _, state, ring = initial_state(circuit, program, None, 1)
    why = _followed(_Run(circuit, program, _movie(pattern), state, ring, 0), limit, 0.0)
    if not isinstance(why, str):  # alone it settles: sums of graded activities in another order
        why = _waiting(run, int(done - moved[wrong]), wrong)
    values = as_values(circuit, pattern, 0)
    told = "".join(f" {name} = {value}," for name, value in values.items()).rstrip(",")
    raise SimulationError(
        f"{circuit} does not settle within {limit} steps ({limit * run.dt:g} s)"
        f"{told and ' for'}{told}: {why}"
    )


class _Run:
    """A run under constant inputs, a stretch of steps at a time, every neuron recorded.

    `quiet` is how many steps in which nothing moves prove that nothing will: delay lines hold
    nothing older.  `latest` is every neuron after the last two steps, (trials, 1 or 2, neurons).
    `pull` is the part of the way to f(gain·(u − θ)) that a step takes each neuron.
    """

    def __init__(
        self, circuit: Circuit, program: Program, movie: list[np.ndarray], state: np.ndarray,
        ring: np.ndarray, first_step: int,
    ):  # fmt: skip
        assert program.dt is not None
        self.circuit, self.program, self.movie, self.dt = circuit, program, movie, program.dt
        self.state, self.ring = state, ring
        self.neurons = program.places_of(circuit.neuron_populations)
        self.latest = state[:, None, self.neurons]
        self.quiet = _longest_wait(program) + 1
        self.pull = 1 - _decays(program)[self.neurons]
        self.step = first_step
        self.most = min(STRETCH, steps_at_once(program, len(state), self.neurons.size))

    def stretch(self, most: int) -> np.ndarray:
        """Return every neuron after each of the next steps, (trials, steps, neurons)."""
        steps = min(most, self.most)
        run = self._executed(self.program, steps, self.ring)
        self.step += steps
        self.state = run.final
        before = self.latest[:, -1:]
        self.latest = np.concatenate((before, run.record[:, -2:]), axis=1)[:, -2:]
        return run.record

    def _executed(self, program: Program, steps: int, ring: np.ndarray) -> Run:
        run = execute(
            program, len(self.state), steps, self.movie,
            program.places_of(self.circuit.input_populations), self.neurons, state=self.state,
            ring=ring, keep_final=True, first_step=self.step,
        )  # fmt: skip
        if run.fault:
            raise not_finite(self.circuit, program, run.fault, batched=len(self.state) > 1)
        return run

    def stuck(self, tolerance: float) -> str:
        """Return which neuron, not moving, is not where its input draws it; nothing if none."""
        if (self.pull == 1).all():
            return ""
        steady = self._executed(_without_inertia(self.program), 1, self.ring.copy())
        far = np.abs(steady.record[0, 0] - self.state[0, self.neurons])
        # Twice, and relative to large activities: what rounding alone may leave is no fault.
        allowed = 2 * tolerance * np.maximum(np.abs(steady.record[0, 0]), 1)
        excess = np.where(self.pull < 1, far - allowed, 0)
        if not (excess > 0).any():
            return ""
        most = int(excess.argmax())
        name = name_at(self.circuit, self.program, int(self.neurons[most]))
        return (
            f"{name} is {far[most]:.3g} from where its input draws it, but steps of {self.dt:g} s "
            "are too small beside its time constant tau to move it in float64; raise dt"
        )

    def resting(self, neurons: np.ndarray) -> np.ndarray:
        """Return the state vector of neurons that rest; delay lines hold what they repeat."""
        state = self.state[0].copy()
        state[self.neurons] = neurons
        for row in self.program.tables.lines:  # each after those that it repeats
            line, repeated = _repeated(self.program, row)
            state[line] = state[repeated]
        return state


def _decays(program: Program) -> np.ndarray:
    """Return for each place in the state vector the decay of a step, 0 where there is none."""
    decays = np.zeros(program.state.size)
    for start, stop, kept in _kept_decays(program):
        decays[start:stop] = program.tables.parameters[kept]
    return decays


def _kept_decays(program: Program) -> Iterator[tuple[int, int, slice]]:
    """Yield where each group begins and ends, and where its decays are: one, or one a neuron."""
    for row in program.tables.groups:
        start, stop, first = (int(row[c]) for c in (tables.START, tables.STOP, tables.DECAY))
        yield start, stop, slice(first, first + (stop - start if row[tables.DECAY_STRIDE] else 1))


def _without_inertia(program: Program) -> Program:
    """Return the Program with all time constants 0: its neurons follow their input at once."""
    parameters = program.tables.parameters.copy()
    for _, _, kept in _kept_decays(program):
        parameters[kept] = 0
    return replace(program, tables=program.tables._replace(parameters=parameters), on_card={})


def _settled(
    circuit: Circuit, program: Program, state: np.ndarray, steps: int, time: float | None
) -> Settled:
    def values(index: np.ndarray, bits: int | None) -> Any:
        found = state[program.place[index.ravel()]].reshape(index.shape)
        return as_answer(found, bits, circuit.holds_binary(index))

    outputs = circuit.answer([values(o.index, o.bits) for o in circuit.outputs])
    shown = {p.name: values(p.index, None) for p in circuit.populations if p.role != "delay"}
    return Settled(outputs, shown, steps, time)


def _asynchronous(
    circuit: Circuit, program: Program, movie: list[np.ndarray], state: np.ndarray, max_sweeps: int,
    tolerance: float, seed: int,
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
    if program.has_sheets:  # whose neurons are computed by whole rows
        raise InputError(
            f"{circuit}: asynchronous updates take one neuron after the other, and a convolution "
            "over a large sheet is computed row by row: use update='synchronous', or W @ source"
        )
    neurons = program.places_of(circuit.neuron_populations)
    inputs = program.places_of(circuit.input_populations)
    allowed = _allowed(circuit, tolerance)
    places = np.sort(neurons)
    for sweep in range(max_sweeps + 1):
        run = execute(
            program, 1, 1, movie, inputs, neurons[:0], state=state, keep_final=True,
            updates=one_by_one(program, places[order(places.size, sweep, seed)]),
        )  # fmt: skip
        if run.fault:
            raise not_finite(circuit, program, run.fault, batched=False)
        before, after = state[0, neurons], run.final[0, neurons]
        if sweep and not _moved(before, after, allowed):
            return _settled(circuit, program, run.final[0], sweep, None)
        state = run.final
    why = "symmetric weights without self-connections always do"
    if not circuit.is_binary:
        why = f"{_most(circuit, program, neurons, np.abs(after - before))} a sweep"
    raise SimulationError(
        f"{circuit} did not settle within {max_sweeps} asynchronous sweeps: {why}"
    )


def _cycle(run: _Run, history: np.ndarray, allowed: np.ndarray) -> str:
    """Return what a run repeats, (steps, neurons), and how often; nothing if it is no cycle."""
    moves = np.flatnonzero(_moved(history[:-1], history[1:], allowed))
    if not moves.size:
        return ""
    last = int(moves[-1])  # the step that would have been made before
    alike = np.ones(last, dtype=bool)
    for row in (0, 1):
        alike &= ~_moved(history[row : last + row], history[last + row], allowed)
    for period in (last - np.flatnonzero(alike)[::-1]).tolist():
        length = max(period, run.quiet)  # of what must be the same, the delay lines with it
        if length + period > len(history):
            break
        if not _moved(history[-length - period : -period], history[-length:], allowed).any():
            return f"it repeats every {period} steps ({period * run.dt:g} s)"
    return ""


def _waiting(run: _Run, still: int, trial: int = 0) -> str:
    """Return why a trial that has been `still` for so many steps has not settled."""
    if still:
        return (
            f"nothing has moved for {still} steps, but a delay of {run.quiet - 1} steps "
            f"({(run.quiet - 1) * run.dt:g} s) has not passed yet: raise max_steps"
        )
    moved = np.abs(run.latest[trial, -1] - run.latest[trial, 0])
    return f"{_most(run.circuit, run.program, run.neurons, moved)} a step"


def _most(circuit: Circuit, program: Program, neurons: np.ndarray, moved: np.ndarray) -> str:
    """Return which neuron moved most."""
    most = int(moved.argmax())
    return f"{name_at(circuit, program, int(neurons[most]))} still changes by {moved[most]:.3g}"


def _limit(program: Program, max_steps: int | None, patience: int) -> int:
    """Return how many steps to try: left out, so many beside all that delays can take.

    A path through a circuit without cycles takes each delay once; then the quiet has to be seen.
    """
    if max_steps is not None:
        return whole(max_steps, "max_steps", 1)
    return patience + int(program.tables.lines[:, tables.LINE_STEPS].sum()) + _longest_wait(program)


def _longest_wait(program: Program) -> int:
    """Return the most steps that a value waits in delay lines, of which one may repeat another."""
    waits = np.zeros(program.state.size, dtype=np.int64)
    for row in program.tables.lines:  # each after those that it repeats
        line, repeated = _repeated(program, row)
        waits[line] = row[tables.LINE_STEPS] + waits[repeated]
    return int(waits.max(initial=0))


def _repeated(program: Program, row: np.ndarray) -> tuple[slice, np.ndarray]:
    """Return where a delay line stands, and the places that it repeats."""
    start, size, first = (
        row[c] for c in (tables.LINE_START, tables.LINE_SIZE, tables.LINE_SOURCES)
    )
    return slice(start, start + size), program.tables.line_sources[first : first + size]


def _allowed(circuit: Circuit, tolerance: float) -> np.ndarray:
    """Return by how much each neuron may change in a step that counts as none."""
    parts = [np.full(p.size, 0.0 if p.is_binary else tolerance) for p in circuit.neuron_populations]
    return np.concatenate([np.zeros(0), *parts])


def _movie(arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return constant inputs as a movie of one moment."""
    return [array[:, None] for array in arrays.values()]


def _refuse_noise(circuit: Circuit, program: Program) -> None:
    if program.noisy:
        raise InputError(f"{circuit} has noise, so it never settles: simulate it instead")
