"""Where a run begins and where it stopped: every activity, and what the delay lines hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import input_values
from .errors import InputError
from .kernels import tables
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
    values : each population's activity, by name, (trials, *shape)
    lines : what each delay line holds, by name, oldest first: (trials, steps, *shape)
    """

    step: int
    values: Mapping[str, np.ndarray]
    lines: Mapping[str, np.ndarray]


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


def final_state(
    circuit: Circuit, program: Program, state: np.ndarray, ring: np.ndarray, step: int
) -> State:
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
    return State(step, values, lines)


def _fill_lines(circuit: Circuit, program: Program, state: np.ndarray, ring: np.ndarray) -> None:
    """Before the run everything was as it is at its start: fill the delay lines with that."""
    for line, begin, steps in _line_slots(circuit, program):
        assert line.delayed is not None
        shown = state[:, program.place[line.delayed.ravel()]]
        state[:, program.place[line.index.ravel()]] = shown  # for the lines that repeat this one
        ring[:, begin : begin + steps * line.size] = np.tile(shown, steps)


def _line_slots(circuit: Circuit, program: Program) -> list[tuple[Population, int, int]]:
    """Return each delay line with where its ring begins and how many steps it holds."""
    lines = [p for p in circuit.populations if p.delayed is not None and p.size]
    return [
        (p, int(row[tables.LINE_RING]), int(row[tables.LINE_STEPS]))
        for p, row in zip(lines, program.tables.lines, strict=True)
    ]
