"""Delay lines in a run: which of them run, and for how many steps each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from .errors import CircuitError
from .populations import Population

if TYPE_CHECKING:
    from .circuit import Circuit

MOST_STEPS = 2**31 - 1


def running_lines(circuit: Circuit, dt: float) -> list[tuple[Population, int]]:
    """Return the delay lines that a run has, in their order, and how many steps each holds.

    One that nothing hears is left out where its delay does not fit the step: a refused neuron or
    a corrected number leaves such lines behind.

    Raises
    ------
    CircuitError
        As `check_delays`, for a line that a neuron or an output hears.
    """
    if not any(p.delayed is not None for p in circuit.populations):
        return []
    heard = [p.connection.source.index for p in circuit.projections]
    heard += [index for p in circuit.projections for index in p.connection.taught_by]
    check_delays(circuit, [*heard, *(o.index for o in circuit.outputs)], dt)
    running: dict[int, int] = {}
    left_out: set[int] = set()
    for position, line in enumerate(circuit.populations):
        if line.delayed is None:
            continue
        steps = _whole_steps(line, dt)
        if steps is None or left_out.intersection(circuit.positions_of(line.delayed)):
            left_out.add(position)
        elif line.size:
            running[position] = steps
    return [(circuit.population_at(position), steps) for position, steps in running.items()]


def check_delays(circuit: Circuit, heard: Iterable[np.ndarray], dt: float) -> None:
    """Refuse delays that do not fit the step, in what stands at some places.

    Raises
    ------
    CircuitError
        A delay that is no whole number of steps, or of very many; the message names its source.
    """
    for position in sorted(_lines_behind(circuit, heard)):
        line = circuit.population_at(position)
        if _whole_steps(line, dt) is None:
            raise CircuitError(f"{circuit}: {_why_not(circuit, line, dt)}")


def _lines_behind(circuit: Circuit, heard: Iterable[np.ndarray]) -> set[int]:
    """Return the delay lines at some places and those that they repeat, by position."""
    found: set[int] = set()
    walk = list(heard)
    while walk:
        for position in circuit.positions_of(walk.pop()):
            line = circuit.population_at(position)
            if line.delayed is not None and position not in found:
                found.add(position)
                walk.append(line.delayed)
    return found


def _whole_steps(line: Population, dt: float) -> int | None:
    """Return how many steps a line's delay is, or None where it is no such number."""
    exact = line.seconds / dt
    steps = round(exact) if exact <= MOST_STEPS else 0
    fits = steps >= 1 and math.isclose(steps * dt, line.seconds, rel_tol=1e-9)
    return steps if fits else None


def _why_not(circuit: Circuit, line: Population, dt: float) -> str:
    assert line.delayed is not None
    delay = f"{circuit.name_of(line.delayed)}'s delay of {line.seconds:g} s"
    if line.seconds / dt > MOST_STEPS:
        return f"{delay} is more than {MOST_STEPS:,} steps of dt = {dt:g} s; take longer steps"
    whole = max(1, round(line.seconds / dt))
    return (
        f"{delay} is no whole number of steps of dt = {dt:g} s; the nearest dt that fits is "
        f"{line.seconds / whole:.6g} s"
    )
