"""Where a run begins and where it stopped: every activity, and what the delay lines hold."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import input_values
from .errors import InputError
from .exactness import too_large
from .kernels import tables
from .plasticity import flattened, weights_shapes
from .populations import Population
from .program import Program

if TYPE_CHECKING:
    from .circuit import Circuit


@dataclass(frozen=True, eq=False)
class State:
    """Where a run stopped: give it as `initial=` and the next run continues exactly.

    Attributes
    ----------
    step : steps done since the first run began (noise is addressed by it)
    dt : seconds a step, the same in the run that continues
    values : each population's activity, by name, (trials, *shape)
    lines : what each delay line holds, by name, oldest first: (trials, steps, *shape)
    weights : what the plastic connections have learned, as the record's
    """

    step: int
    dt: float
    values: Mapping[str, np.ndarray]
    lines: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]


def initial_trials(circuit: Circuit, initial: Any) -> dict[str, int]:
    """Return how many trials a run has by what it starts from: each name that says so.

    Raises
    ------
    InputError
        It is neither a `State` nor activities by name, or one of them is no array of numbers.
    """
    if isinstance(initial, State):
        held = [*initial.values.values(), *initial.lines.values()]
        return {"the initial state": len(held[0])} if held else {}
    if initial is not None and not isinstance(initial, Mapping):
        raise InputError(
            f"{circuit}: initial= takes activities by name, or a record's final_state (got "
            f"{initial!r})"
        )
    found = {}
    for name, given in (initial or {}).items():
        p = circuit.population(name)
        is_input = p.role == "input"
        values = input_values(circuit, p, given) if is_input else _numbers(circuit, name, given)
        if values.ndim > len(p.shape):
            found[f"initial {name!r}"] = len(values)
    return found


def initial_state(
    circuit: Circuit, program: Program, initial: Any, trials: int
) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the first step's number, the state vectors and the delay lines' rings.

    `initial` is what `initial_trials` found no fault with.
    """
    _check_dt(circuit, program, initial)
    needs = f"{circuit}: {trials:,} trials of {program.state.size:,} values"
    state = allocated((trials, program.state.size), program.dtype, needs)
    state[:] = program.state
    needs = f"{circuit}: {trials:,} trials of the {program.ring:,} values in delay lines"
    ring = allocated((trials, program.ring), program.dtype, needs)
    values = initial.values if isinstance(initial, State) else initial or {}
    for name, given in values.items():
        p = circuit.population(name)
        label = _label(circuit, name)
        if p.role in ("constant", "delay"):
            if isinstance(initial, State):
                continue
            what = "a constant" if p.role == "constant" else "a delay line: start what it repeats"
            raise InputError(f"{label} is {what}; neurons and inputs have values to start from")
        if p.role == "input":  # what it showed before the run, for delay lines
            given = input_values(circuit, p, given)
        array = _numbers(circuit, name, given)
        try:
            own = array.ndim <= len(p.shape)
            full = np.broadcast_to(array[None] if own else array, (trials, *p.shape))
        except ValueError:
            raise InputError(f"{label} has shape {array.shape}, it takes {p.shape}") from None
        if not np.isfinite(full).all():
            raise InputError(f"{label} must be finite")
        if wrong := too_large(full, program.most):
            raise InputError(f"{label} {wrong}")
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
                "continue with the same circuit"
            )
        rolled = np.roll(held.reshape(trials, steps, line.size), initial.step % steps, axis=1)
        ring[:, begin : begin + steps * line.size] = rolled.reshape(trials, -1)
    return initial.step, state, ring


def initial_weights(
    circuit: Circuit, program: Program, initial: Any, trials: int
) -> np.ndarray | None:
    """Return the weights that learn, (trials, all), as a run begins; None: none does.

    Raises
    ------
    InputError
        A state of a circuit with other plastic connections.
    """
    before = initial.weights if isinstance(initial, State) else None
    known = weights_shapes(circuit)
    if before is not None and {name: w.shape[1:] for name, w in before.items()} != known:
        raise InputError(
            f"{circuit}: the state to continue from has other plastic connections; continue with "
            "the same circuit"
        )
    if not program.learned:
        return None
    needs = f"{circuit}: {trials:,} trials of {program.learned:,} weights that learn"
    weights = allocated((trials, program.learned), program.dtype, needs)
    weights[:] = program.untaught() if before is None else flattened(circuit, before, trials)
    return weights


def final_state(
    circuit: Circuit, program: Program, state: np.ndarray, ring: np.ndarray, step: int,
    weights: Mapping[str, np.ndarray],
) -> State:  # fmt: skip
    """Return the `State` after a run's last step, from its state vectors and rings."""
    values = {
        p.name: state[:, program.place[p.index.ravel()]].reshape(len(state), *p.shape)
        for p in circuit.populations
        if p.role == "neurons"
    }
    lines = {}
    for p, begin, steps in _line_slots(circuit, program):
        held = ring[:, begin : begin + steps * p.size].reshape(len(ring), steps, *p.shape)
        lines[p.name] = np.roll(held, -(step % steps), axis=1)
    assert program.dt is not None
    return State(step, program.dt, values, lines, weights)


def allocated(shape: tuple[int, ...], dtype: np.dtype, needs: str) -> np.ndarray:
    """Return an array of zeros.

    Raises
    ------
    InputError
        There is not enough memory; the message begins with what `needs` so much.
    """
    nbytes = math.prod(shape) * dtype.itemsize
    with contextlib.suppress(MemoryError):
        if nbytes < 2**62:  # beyond which NumPy has another error
            return np.zeros(shape, dtype=dtype)
    raise InputError(f"{needs} need {nbytes / 2**30:,.3g} GiB, more memory than there is")


def _label(circuit: Circuit, name: str) -> str:
    return f"{circuit}: the initial activity of {name!r}"


def _numbers(circuit: Circuit, name: str, given: Any) -> np.ndarray:
    try:
        values = np.asarray(given)
        if values.dtype.kind not in "biuf":
            raise TypeError
        return values.astype(float, copy=False)
    except (TypeError, ValueError):  # words, or rows of different lengths
        raise InputError(f"{_label(circuit, name)} must be numbers") from None


def _check_dt(circuit: Circuit, program: Program, initial: Any) -> None:
    """Refuse a state of a run with other steps: its number of steps would be another time."""
    dt = program.dt or 0.0
    if isinstance(initial, State) and not math.isclose(initial.dt, dt, rel_tol=1e-9):
        raise InputError(
            f"{circuit}: the state to continue from is of a run in steps of {initial.dt:g} s; "
            f"continue with dt = {initial.dt:g} s (got {dt:g} s)"
        )


def _fill_lines(circuit: Circuit, program: Program, state: np.ndarray, ring: np.ndarray) -> None:
    """Before the run everything was as it is at its start: fill the delay lines with that."""
    for line, begin, steps in _line_slots(circuit, program):
        assert line.delayed is not None
        shown = state[:, program.place[line.delayed.ravel()]]
        state[:, program.place[line.index.ravel()]] = shown  # for the lines that repeat this one
        ring[:, begin : begin + steps * line.size] = np.tile(shown, steps)


def _line_slots(circuit: Circuit, program: Program) -> list[tuple[Population, int, int]]:
    """Return each delay line that runs, where its ring begins and how many steps it holds."""
    rows = {int(row[tables.LINE_START]): row for row in program.tables.lines}
    lines = [p for p in circuit.populations if p.delayed is not None and p.size]
    found = [(p, rows.get(int(program.place[p.start]))) for p in lines]
    return [
        (p, int(row[tables.LINE_RING]), int(row[tables.LINE_STEPS]))
        for p, row in found
        if row is not None
    ]
