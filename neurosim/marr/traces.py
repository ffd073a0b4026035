"""One case at all levels, beside one another: the oracle, each algorithm's steps, each circuit."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from ..layering import layers_of
from .agreement import agree
from .algorithm import Algorithm, Trace
from .computation import Case
from .implementation import Fault, Implementation

if TYPE_CHECKING:
    from .levels import Marr

WIDTH = 38  # characters of a column
TOTAL = 120  # of a line
MOST_LINES = 40  # of a column; what is between is left out
MOST_VALUES = 12  # of an array that is written out
FEW = 3  # different values of a larger one that are counted


@dataclass(frozen=True)
class Column:
    """One level's course: its heading, the lines, its answer, and whether that is right."""

    level: str
    lines: tuple[str, ...]
    answer: str
    right: bool


@dataclass(frozen=True)
class SideBySide:
    """What every level does with one case; prints as columns.

    Attributes
    ----------
    case : by the inputs' names
    columns : of the computation, then of each algorithm, then of each implementation
    """

    case: Mapping[str, Any]
    columns: tuple[Column, ...]

    def __str__(self) -> str:
        told = ", ".join(f"{name} = {value_text(v)}" for name, v in self.case.items())
        beside = max(1, (TOTAL + 2) // (WIDTH + 2))
        blocks = [
            _beside(self.columns[i : i + beside]) for i in range(0, len(self.columns), beside)
        ]
        return "\n\n".join([told, *blocks])


def side_by_side(marr: Marr, case: Case) -> SideBySide:
    """Return the course of one case at every level."""
    expected = marr.computation.answer(case)
    columns = [_of_computation(marr, case, expected)]
    columns += [_of_algorithm(marr, a, case, expected) for a in marr.algorithms.values()]
    columns += [_of_circuit(marr, i, case, expected) for i in marr.implementations.values()]
    return SideBySide(dict(zip(marr.inputs, case, strict=True)), tuple(columns))


def _of_computation(marr: Marr, case: Case, expected: Any) -> Column:
    computation = marr.computation
    given = ", ".join(value_text(v) for v in case)
    lines = [f"{computation.name}({given})"]
    lines += [f"axiom: {name}" for name in computation.axioms]
    return Column(str(computation), tuple(lines), value_text(expected), True)


def _of_algorithm(marr: Marr, algorithm: Algorithm, case: Case, expected: Any) -> Column:
    trace = algorithm.trace(case)
    lines = trace_lines(trace)
    if trace.fault:
        return Column(str(algorithm), (*lines, trace.fault), "none", False)
    right = marr.computation.agrees(expected, trace.answer)
    return Column(str(algorithm), tuple(lines), value_text(trace.answer), right)


def trace_lines(trace: Trace) -> list[str]:
    """Return a run's steps and what each changed: of a state of named parts, those alone."""
    states = [line.state for line in trace.lines]
    before = [None, *states]
    return [
        f"{line.label}: {_change_text(old, line.state)}"
        for line, old in zip(trace.lines, before, strict=False)
    ]


def _change_text(before: Any, after: Any) -> str:
    new = _parts(after)
    if new is None:
        return value_text(after)
    old = _parts(before) or {}
    changed = {n: v for n, v in new.items() if not agree(v, old.get(n))}
    return value_text(changed) or "no change"


def _parts(state: Any) -> Mapping[str, Any] | None:
    """Return the parts of a state that has named ones."""
    if isinstance(state, tuple) and hasattr(state, "_asdict"):
        named: Mapping[str, Any] = state._asdict()
        return named
    return state if isinstance(state, Mapping) else None


def _of_circuit(marr: Marr, circuit: Implementation, case: Case, expected: Any) -> Column:
    lines = circuit_lines(circuit, case)
    (answer,) = circuit.answers([case])
    if isinstance(answer, Fault):
        return Column(str(circuit), (*lines, answer.message), "none", False)
    right = marr.computation.agrees(expected, answer)
    return Column(str(circuit), tuple(lines), value_text(answer), right)


def circuit_lines(implementation: Implementation, case: Case) -> list[str]:
    """Return what a circuit is told and what its neurons then do, layer by layer."""
    circuit = implementation.circuit
    inputs = implementation.encoded(case)
    if isinstance(inputs, Fault):
        return []
    lines = [f"{name}: {value_text(value)}" for name, value in inputs.items()]
    if implementation.runs_in_time:
        seconds = (implementation.steps or 0) * implementation.dt
        course = implementation.course(case)
        return [
            *lines,
            f"in {seconds:g} s, step by step of {implementation.dt:g} s",
            *(f"  {name}: {_course_text(value)}" for name, value in course.items()),
        ]
    activities = implementation.activities(case)
    if isinstance(activities, Fault):
        return lines
    layers = layers_of(circuit)
    for layer in range(1 + max(layers.values(), default=-1)):
        lines.append(f"layer {1 + layer}")
        for position in (i for i, found in layers.items() if found == layer):
            name = circuit.population_at(position).name
            lines.append(f"  {name} = {value_text(activities[name])}")
    return lines


def _course_text(values: np.ndarray) -> str:
    """Return what one population did in time: every value, or how long each lasted."""
    if values.ndim > 1 or len(values) <= MOST_VALUES:
        return value_text(values)
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    if len(starts) > MOST_VALUES // 2:
        return f"{value_text(values)}, at the end {value_text(values[-1])}"
    lasts = np.diff(starts, append=len(values))
    return ", ".join(
        f"{value_text(values[start])} for {last} step{'' if last == 1 else 's'}"
        for start, last in zip(starts, lasts, strict=True)
    )


def value_text(value: Any) -> str:
    """Return a value of any kind in few characters, NumPy's wrapping left away."""
    if isinstance(value, np.ndarray):
        if value.size > MOST_VALUES:
            return _array_text(value)
        return value_text(value.tolist())
    if isinstance(value, np.generic):
        return value_text(value.item())
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return repr(value)  # '1' is not 1
    parts = _parts(value)
    if parts is not None:
        return ", ".join(f"{name} {value_text(v)}" for name, v in parts.items())
    if isinstance(value, list | tuple):
        shown = [value_text(v) for v in value[:MOST_VALUES]] + ["…"] * (len(value) > MOST_VALUES)
        opening, closing = "[]" if isinstance(value, list) else "()"
        return f"{opening}{', '.join(shown)}{closing}"
    return str(value)


def difference_text(expected: Any, got: Any) -> str:
    """Return what was expected and what came, in full where they look the same in few digits."""
    texts = value_text(expected), value_text(got)
    if texts[0] == texts[1]:
        texts = repr(expected), repr(got)
    told = f"expected {texts[0]}, got {texts[1]}"
    one, other = np.asarray(expected), np.asarray(got)
    if not isinstance(expected, np.ndarray) or one.shape != other.shape or one.size <= MOST_VALUES:
        return told
    differ = ~((one == other) | ((one != one) & (other != other)))
    place = tuple(map(int, np.argwhere(differ)[0])) if differ.any() else ()
    if not place:
        return told
    first = f"{value_text(one[place])} and {value_text(other[place])}"
    return (
        f"{one.size} values, of which {differ.sum()} differ, first at {list(place)}: expected and "
        f"got {first}"
    )


def _array_text(array: np.ndarray) -> str:
    """Return the shape of a large array and its range; of few different values, how often each."""
    sides = " × ".join(map(str, array.shape))
    if array.dtype.kind not in "biuf":
        return f"{sides} values"
    values, counts = np.unique(array, return_counts=True)
    if len(values) == 1:
        return f"{sides} values, all {value_text(values[0])}"
    if len(values) <= FEW:
        told = (f"{n} are {value_text(v)}" for v, n in zip(values, counts, strict=True))
        return f"{sides} values: {', '.join(told)}"
    return f"{sides} values from {array.min():g} to {array.max():g}"


def _beside(columns: tuple[Column, ...]) -> str:
    texts = [_column_text(column) for column in columns]
    rows = zip_longest(*texts, fillvalue="")
    return "\n".join("  ".join(cell.ljust(WIDTH) for cell in row).rstrip() for row in rows)


def _column_text(column: Column) -> list[str]:
    body: list[str] = []
    for line in column.lines:
        indent = "  " * line.startswith("  ")
        body += textwrap.wrap(
            line.strip(), WIDTH, initial_indent=indent, subsequent_indent=indent + "    "
        ) or [""]
    if len(body) > MOST_LINES:
        left = len(body) - MOST_LINES
        half = MOST_LINES // 2
        body = [*body[:half], f"… {left} lines …", *body[-half:]]
    heading = textwrap.wrap(column.level, WIDTH)
    answer = f"answer: {column.answer}{'' if column.right else '   ← differs'}"
    return [*heading, "─" * WIDTH, *body, *textwrap.wrap(answer, WIDTH, subsequent_indent="    ")]
