"""Running a circuit: a static call, or steps in time that leave a `Record`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import as_inputs, batch, gather_bits, input_values, match_arguments, own_dimensions
from .backend import check_device, check_threads, execute
from .errors import InputError, SimulationError, unknown
from .populations import Population
from .program import Program, compile_program
from .timing import positive, steps_in, whole

if TYPE_CHECKING:
    from .circuit import Circuit

FRAMES = 32 * 1024 * 1024  # bytes of inputs laid out at a time


# ------------------------------------------------------------------ static calls


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


def _shaped(columns: np.ndarray, shape: tuple[int, ...], trials: int | None) -> np.ndarray:
    """Return values of shape (trials, size) as (trials, *shape), or `shape` where unbatched."""
    return columns[0].reshape(shape) if trials is None else columns.reshape(len(columns), *shape)


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


# ------------------------------------------------------------------ in time


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stopped: give it as `initial=` and the next run continues exactly.

    Attributes
    ----------
    step : steps done since the first run began (noise is addressed by it)
    values : each population's activity, by name, (trials, *shape)
    lines : what each delay line holds, by name, oldest first: (trials, steps, *shape)
    """

    step: int
    values: Mapping[str, np.ndarray]
    lines: Mapping[str, np.ndarray]


class Record(Mapping[str, np.ndarray]):
    """What a simulation recorded: ``record["lgn"]`` is (trials, time, *shape).

    Sample i stands for the time `record.times[i]`, the end of a step.  An input's sample is what
    it showed during that step.  An output that is a number of bits is recorded as integers.

    Attributes
    ----------
    times : (samples,), seconds
    dt : seconds a step
    seed : of the noise
    final_state : a `State`, to continue from
    """

    def __init__(
        self, times: np.ndarray, dt: float, seed: int, arrays: dict[str, np.ndarray],
        final_state: State,
    ):  # fmt: skip
        self.times = times
        self.dt = dt
        self.seed = seed
        self.final_state = final_state
        self._arrays = arrays

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._arrays:
            raise InputError(
                f"{unknown('recorded population', name, self._arrays)}; name others with record="
            )
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    # `Mapping` has these two by catching a KeyError; ours is an InputError.
    def __contains__(self, name: object) -> bool:
        return name in self._arrays

    def get(self, name: str, default: Any = None) -> Any:
        """Return what was recorded of a population, or `default`."""
        return self._arrays.get(name, default)

    def __repr__(self) -> str:
        held = ", ".join(f"{name} {array.shape}" for name, array in self._arrays.items())
        return f"<record of {len(self.times)} samples: {held}>"


def simulate(
    circuit: Circuit,
    inputs: Any = None,
    duration: float | None = None,
    dt: float = 1e-3,
    *,
    steps: int | None = None,
    trials: int | None = None,
    seed: int = 0,
    record: Iterable[str] = (),
    every: int = 1,
    initial: Mapping[str, Any] | State | None = None,
    dtype: str = "float64",
    threads: int | None = None,
    device: str = "cpu",
    progress: bool = False,
) -> Record:
    """Run a circuit in time.

    Step k computes every neuron at (k+1)·dt from the states and inputs at k·dt: a connection
    costs one dt plus its delay.

    Parameters
    ----------
    inputs
        For each input its value: constant (the input's own dimensions), in time (one more), per
        trial and in time (two more), or a function of the time in seconds that returns a constant
        one, also one a trial.  A mapping by name, a tuple in order, or one value for one input.
    duration, steps
        Seconds, a whole number of steps; or the number of steps itself.
    dt
        Seconds a step.
    trials
        How many, where no input says so.
    seed
        Of the noise, an integer from 0 to 2^64 − 1.
    record
        Populations to record beside the outputs.
    every
        Record each so-manieth step.
    initial
        Activities to start from by name (0 elsewhere), or another run's `final_state`.
    dtype
        "float64", or "float32" for rates in half the memory.
    threads
        How many; left out, by the amount of work.  The result never depends on it.
    device
        "cpu", "cuda" or "auto".
    progress
        Show a progress bar on a terminal.

    Raises
    ------
    InputError
        Inputs, times or names that do not fit.
    SimulationError
        A rate became infinite or NaN; the message names the neuron and the step.
    """
    check_device(device)
    threads = check_threads(threads)
    dt = positive(dt, "dt", "seconds")
    count = steps_in(circuit, duration, steps, dt)
    every = whole(every, "every", 1)
    seed = whole(seed, "seed", 0)
    if seed >= 2**64:
        raise InputError(f"seed must be below 2^64 (got {seed})")
    program = compile_program(circuit, dt, dtype)
    given = match_arguments(circuit, *as_inputs(inputs))
    begin = initial.step if isinstance(initial, State) else 0
    feeds = [_Feed(circuit, p, given[p.name], count, begin * dt) for p in circuit.input_populations]
    trials = _trials(circuit, trials, feeds, initial)
    recorded = _recorded(circuit, record)
    places = np.concatenate([np.zeros(0, dtype=np.int64), *(i.ravel() for i in recorded.values())])
    first_step, state, ring = initial_state(circuit, program, initial, trials)
    samples: list[np.ndarray] = []
    done = 0
    for length in _lengths(feeds, count, every, progress):
        movie = [feed.frames(first_step + done, done, length, dt) for feed in feeds]
        run = execute(
            program, trials, length, movie, input_places(circuit, program),
            program.place[places], every=every, state=state, ring=ring, keep_final=True,
            first_step=first_step + done, seed=seed, threads=threads,
        )  # fmt: skip
        if run.fault:
            raise not_finite(circuit, program, run.fault, dt)
        samples.append(run.record)
        state = run.final
        done += length
    flat = samples[0] if len(samples) == 1 else np.concatenate(samples, axis=1)
    sizes = [i.size for i in recorded.values()]
    arrays = {}
    bits = {o.name: o.bits for o in circuit.outputs}
    binary = circuit.binary_places()
    for (name, index), part in zip(
        recorded.items(), np.split(flat, np.cumsum(sizes)[:-1], axis=2), strict=True
    ):
        shaped = part.reshape(*part.shape[:2], *index.shape)
        arrays[name] = _as_array(shaped, bits.get(name), bool(binary[index].all()))
    times = (first_step + (np.arange(count // every) + 1) * every) * dt
    final = _final(circuit, program, state, ring, first_step + count)
    return Record(times, dt, seed, arrays, final)


class _Feed:
    """One input in time: its values for any stretch of steps."""

    def __init__(
        self, circuit: Circuit, population: Population, value: Any, steps: int, begin: float
    ):
        self.circuit = circuit
        self.population = population
        self.function: Callable[[float], Any] | None = value if callable(value) else None
        self.trials: int | None = None
        own = own_dimensions(population)
        self.first: np.ndarray | None = None
        if self.function is not None:
            self.first = self._called(begin)
            self.trials = len(self.first) if self.first.ndim > len(population.shape) else None
            self.changes = True
            return
        array = np.asarray(value)
        extra = array.ndim - own
        if extra > 2:
            raise InputError(
                f"{circuit}, input {population.name!r} has shape {population.shape}; give one "
                f"value, (time, …) or (trials, time, …), got shape {array.shape}"
            )
        values = input_values(circuit, population, value)
        shape = population.shape
        if extra == 2:
            self.trials = len(values)
        self.values = values.reshape(
            values.shape[0] if extra == 2 else 1,
            values.shape[extra - 1] if extra >= 1 else 1,
            math.prod(shape),
        )
        length = self.values.shape[1]
        if length not in (1, steps):
            raise InputError(
                f"{circuit}, input {population.name!r} has {length} moments, the run has {steps} "
                "steps"
            )
        self.changes = length > 1

    def _called(self, time: float) -> np.ndarray:
        assert self.function is not None
        values = input_values(self.circuit, self.population, self.function(time))
        if values.ndim > len(self.population.shape) + 1:
            raise InputError(
                f"{self.circuit}, input {self.population.name!r}: its function returned shape "
                f"{values.shape} at {time:g} s; it returns one value, or one a trial"
            )
        return values

    def frames(self, first: int, done: int, length: int, dt: float) -> np.ndarray:
        """Return (trials or 1, length or 1, size) for `length` steps after `done` of this run."""
        if self.function is None:
            return self.values[:, done : done + length] if self.changes else self.values
        shown = [
            self.first if k == 0 and self.first is not None else self._called((first + k) * dt)
            for k in range(length)
        ]
        self.first = None
        trials = self.trials or 1
        own = len(self.population.shape) + (self.trials is not None)
        for k, values in enumerate(shown):
            if values.ndim != own or (self.trials is not None and len(values) != trials):
                raise InputError(
                    f"{self.circuit}, input {self.population.name!r}: its function returned shape "
                    f"{values.shape} at {(first + k) * dt:g} s, another than at first"
                )
        return np.stack([v.reshape(trials, -1) for v in shown], axis=1)


def _lengths(feeds: list[_Feed], count: int, every: int, progress: bool) -> Iterable[int]:
    """Return the lengths of the stretches that a run is cut into; they never change its result."""
    longest = count
    if any(f.changes for f in feeds):
        trials = max((f.trials or 1) for f in feeds)
        nbytes = 8 * trials * sum(f.population.size for f in feeds)  # of one step's inputs
        longest = max(1, FRAMES // max(1, nbytes))
    if progress:
        longest = min(longest, max(1, count // 100))
    longest = min(max(every, longest // every * every), max(count, 1))
    whole, rest = divmod(count, longest)
    lengths = [longest] * whole + ([rest] if rest or not whole else [])
    if not progress:
        return lengths
    from .progress import progress as shown

    return shown(lengths, "simulating")


def _trials(circuit: Circuit, trials: int | None, feeds: list[_Feed], initial: Any) -> int:
    found = {f"input {f.population.name!r}": f.trials for f in feeds if f.trials is not None}
    if isinstance(initial, State):
        held = [*initial.values.values(), *initial.lines.values()]
        if held:
            found["the initial state"] = len(held[0])
    elif initial is not None and not isinstance(initial, Mapping):
        raise InputError(
            f"{circuit}: initial= takes activities by name, or a record's final_state (got "
            f"{initial!r})"
        )
    elif initial:
        for name, values in initial.items():
            if name in circuit and np.ndim(values) > len(circuit.population(name).shape):
                found[f"initial {name!r}"] = len(values)
    if trials is not None:
        found["trials="] = whole(trials, "trials", 1)
    counts = set(found.values())
    if len(counts) > 1:
        told = ", ".join(f"{what}: {count}" for what, count in found.items())
        raise InputError(f"{circuit}: the numbers of trials differ ({told})")
    return counts.pop() if counts else 1


def _recorded(circuit: Circuit, names: Iterable[str]) -> dict[str, np.ndarray]:
    if isinstance(names, str):
        names = [names]
    recorded = {o.name: o.index for o in circuit.outputs}
    for name in names:
        index = circuit.population(name).index
        if name in recorded and not np.array_equal(recorded[name].ravel(), index.ravel()):
            raise InputError(
                f"{circuit}: record= names population {name!r}, but an output has that name too; "
                "give the output another: output(…, 'name')"
            )
        recorded.setdefault(name, index)
    if not recorded:
        raise InputError(f"{circuit} has no output and record= names nothing: nothing to record")
    return recorded


def initial_state(
    circuit: Circuit, program: Program, initial: Any, trials: int
) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the first step's number, the state vectors and the delay lines' rings."""
    real = program.dtype
    ring = np.zeros((trials, program.ring), dtype=real)
    state = np.tile(program.state, (trials, 1))
    values = initial.values if isinstance(initial, State) else initial or {}
    for name, given in values.items():
        p = circuit.population(name)
        if p.role == "constant":
            continue
        label = f"{circuit}: the initial activity of {name!r}"
        if p.role == "input":  # what it showed before the run, for delay lines
            given = input_values(circuit, p, given)
        try:
            array = np.asarray(given, dtype=float)
        except (TypeError, ValueError):
            raise InputError(f"{label} must be numbers") from None
        try:
            own = array.ndim <= len(p.shape)
            full = np.broadcast_to(array[None] if own else array, (trials, *p.shape))
        except ValueError:
            raise InputError(f"{label} has shape {array.shape}, it takes {p.shape}") from None
        if not np.isfinite(full).all():
            raise InputError(f"{label} must be finite")
        if p.is_binary and not np.isin(full, (0, 1)).all():
            raise InputError(f"{label} must be 0 or 1")
        if p.neurons is not None and p.neurons.non_negative and (full < 0).any():
            raise InputError(f"{label} must not be negative")
        state[:, program.place[p.index.ravel()]] = full.reshape(trials, p.size)
    if not isinstance(initial, State):
        _fill_lines(circuit, program, state, ring)
        return 0, state, ring
    for line, begin, steps in _line_slots(circuit, program):
        held = initial.lines.get(line.name)
        if held is None or held.shape[1] != steps:
            raise InputError(
                f"{circuit}: the state to continue from has no {steps} steps of {line.name!r}; "
                "continue with the same circuit and dt"
            )
        rolled = np.roll(held.reshape(trials, steps, line.size), initial.step % steps, axis=1)
        ring[:, begin : begin + steps * line.size] = rolled.reshape(trials, -1)
    return initial.step, state, ring


def _fill_lines(circuit: Circuit, program: Program, state: np.ndarray, ring: np.ndarray) -> None:
    """Before the run everything was as it is at its start: fill the delay lines with that."""
    for line, begin, steps in _line_slots(circuit, program):
        assert line.delayed is not None
        shown = state[:, program.place[line.delayed.ravel()]]
        state[:, program.place[line.index.ravel()]] = shown  # for the lines that repeat this one
        ring[:, begin : begin + steps * line.size] = np.tile(shown, steps)


def _line_slots(circuit: Circuit, program: Program) -> list[tuple[Population, int, int]]:
    """Return each delay line with where its ring begins and how many steps it holds."""
    from .kernels import tables

    lines = [p for p in circuit.populations if p.delayed is not None and p.size]
    return [
        (p, int(row[tables.LINE_RING]), int(row[tables.LINE_STEPS]))
        for p, row in zip(lines, program.tables.lines, strict=True)
    ]


def _final(
    circuit: Circuit, program: Program, state: np.ndarray, ring: np.ndarray, step: int
) -> State:
    values = {
        p.name: state[:, program.place[p.index.ravel()]].reshape(len(state), *p.shape)
        for p in circuit.populations
        if p.role == "neurons"
    }
    lines = {}
    for p, begin, steps in _line_slots(circuit, program):
        held = ring[:, begin : begin + steps * p.size].reshape(len(ring), steps, *p.shape)
        lines[p.name] = np.roll(held, -(step % steps), axis=1)
    return State(step, values, lines)


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
    array = _as_array(values, bits, is_binary)
    if array.ndim:
        return array
    return int(array) if array.dtype.kind == "i" else float(array)


def _as_array(values: np.ndarray, bits: int | None, is_binary: bool) -> np.ndarray:
    if bits is not None:
        return np.asarray(gather_bits(values))
    return values.astype(np.int64) if is_binary else np.asarray(values)
