"""Proofs: a circuit equals its specification on every input, or where it fails.

A specification is a plain Python function of the circuit's inputs, or another circuit.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .calls import activities, output_values
from .errors import InputError, spelled
from .patterns import Domain, as_arguments, as_values, enumerated, sampled
from .populations import Output
from .program import compile_program
from .progress import progress

if TYPE_CHECKING:
    from .circuit import Circuit

PLAIN_BITS = 24  # input bits up to which a plain function is called for every pattern
FAST_BITS = 32  # and a vectorized one, or a circuit
CHUNK = 1 << 16  # patterns at a time
SAMPLES = 100_000


@dataclass(frozen=True, eq=False)
class Counterexample:
    """One input on which a circuit and its specification differ.

    Attributes
    ----------
    inputs : by name
    expected, got : the outputs by name, of the specification and of the circuit
    activities : the activity of every neuron of the circuit, by name
    """

    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    got: Mapping[str, Any]
    activities: Mapping[str, Any]

    def __str__(self) -> str:
        def told(values: Mapping[str, Any]) -> str:
            return ", ".join(f"{name} = {_short(value)}" for name, value in values.items())

        return (
            f"for {told(self.inputs)} the circuit answers {told(self.got)}, the specification "
            f"{told(self.expected)}"
        )


@dataclass(frozen=True, eq=False)
class CheckResult:
    """Whether a circuit equals its specification: truthy or falsy, and prints as a sentence.

    Attributes
    ----------
    holds : whether no difference was found
    exhaustive : whether every input pattern was tried, so that `holds` is a proof
    patterns : how many were tried (up to and including the counterexample)
    counterexample : the first in truth-table order, or, from a sample, a shrunk one
    """

    circuit: str
    holds: bool
    exhaustive: bool
    patterns: int
    possible: str
    seed: int
    counterexample: Counterexample | None

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        if self.counterexample is not None:
            return (
                f"Circuit {self.circuit!r} differs from its specification: {self.counterexample}."
            )
        if self.exhaustive:
            return (
                f"Proved: circuit {self.circuit!r} equals its specification on all "
                f"{self.patterns:,} inputs."
            )
        return (
            f"Not refuted: circuit {self.circuit!r} equals its specification on "
            f"{self.patterns:,} sampled inputs of {self.possible} (seed {self.seed}); a sample "
            "is no proof."
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(str(self))}</p>"


@spelled
def check(
    circuit: Circuit,
    spec: Callable[..., Any] | Circuit,
    *,
    vectorized: bool = False,
    domain: Domain | None = None,
    tolerance: float = 0.0,
    samples: int | None = None,
    seed: int = 0,
) -> CheckResult:
    """Compare a circuit with its specification on every input pattern, or on a sample.

    Parameters
    ----------
    spec
        A function of the inputs in their order: it gets Python ints (floats for real inputs,
        arrays for shaped ones) and returns a number, or a tuple for several outputs.  Or another
        circuit with inputs and outputs of the same shapes.
    vectorized
        The function takes and returns int64 arrays with a leading axis of patterns.
    domain, tolerance
        For real inputs the range to sample each from, by name, and by how much a real output
        may differ.
    samples
        How many inputs to sample; left out, every pattern is tried up to 2^24 (2^32 if `spec` is
        vectorized or a circuit), and 100,000 are sampled beyond that or for real inputs.
    seed
        Of the sample.

    Raises
    ------
    InputError
        An answer of `spec` outside the output's range, or of another shape; real inputs without
        a domain; a real output without a tolerance.
    CircuitError
        A recurrent circuit.
    """
    from .circuit import Circuit as CircuitType

    if not circuit.outputs:
        raise InputError(f"{circuit} has no output to check: declare one with output(…)")
    compile_program(circuit, None)  # a recurrent circuit is refused before anything is asked for
    binary = all(circuit.takes_binary(p) for p in circuit.input_populations)
    graded = [o for o in circuit.outputs if not _is_binary(circuit, o)]
    if graded and not tolerance > 0:
        raise InputError(
            f"{circuit}: output {graded[0].name!r} is a graded activity; say how exactly it must "
            "agree: check(…, tolerance=1e-9)"
        )
    if isinstance(spec, CircuitType):
        _check_alike(circuit, spec)
    elif not callable(spec):
        raise InputError(f"check() takes a function or a circuit, got {spec!r}")
    bits = sum(p.size for p in circuit.input_populations)
    most = FAST_BITS if vectorized or isinstance(spec, CircuitType) else PLAIN_BITS
    exhaustive = binary and samples is None and bits <= most
    expect = _Expectation(circuit, spec, vectorized)
    total = 2**bits if exhaustive else samples or SAMPLES
    starts: Any = range(0, total, CHUNK)
    if len(starts) > 32:
        starts = progress(starts, f"checking {circuit.name}")
    drawn = None if exhaustive else sampled(circuit, total, seed, domain)
    for first in starts:
        last = min(first + CHUNK, total)
        if drawn is None:
            arrays = enumerated(circuit, first, last)
        else:
            arrays = {name: values[first:last] for name, values in drawn.items()}
        wrong = _first_difference(expect, arrays, tolerance)
        if wrong is None:
            continue
        at = {name: values[wrong : wrong + 1] for name, values in arrays.items()}
        if not exhaustive:
            at = _shrunk(expect, at, tolerance, domain or {})
        return CheckResult(
            circuit.name, False, exhaustive, first + wrong + 1, _possible(binary, bits), seed,
            expect.counterexample(at),
        )  # fmt: skip
    return CheckResult(circuit.name, True, exhaustive, total, _possible(binary, bits), seed, None)


class _Expectation:
    """What the specification and the circuit answer, for laid-out inputs."""

    def __init__(self, circuit: Circuit, spec: Any, vectorized: bool):
        self.circuit = circuit
        self.spec = spec
        self.vectorized = vectorized
        self.is_circuit = hasattr(spec, "input_populations")

    def got(self, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        return output_values(self.circuit, arrays)

    def expected(self, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Return the specification's answers, an array of patterns for each output."""
        if self.is_circuit:
            names = [p.name for p in self.spec.input_populations]
            theirs = dict(zip(names, arrays.values(), strict=True))
            return output_values(self.spec, theirs)
        arguments = as_arguments(self.circuit, arrays)
        outputs = self.circuit.outputs
        count = len(next(iter(arrays.values()))) if arrays else 1
        if self.vectorized:
            answer = self.spec(*arguments)
            parts = answer if len(outputs) > 1 else (answer,)
            self._check_count(parts, arguments, 0)
            columns = [
                np.broadcast_to(np.asarray(part), (count, *self._shape(o)))
                for part, o in zip(parts, outputs, strict=True)
            ]
        else:
            listed = [a.tolist() if a.ndim == 1 else list(a) for a in arguments]
            answers = []
            for row, one in enumerate(zip(*listed, strict=True) if listed else [()]):
                try:
                    answers.append(self.spec(*one))
                except Exception as error:  # whatever a user's function may raise
                    raise InputError(
                        f"{self.circuit}: the specification raised {type(error).__name__}: "
                        f"{error}{self._at(arguments, row)}"
                    ) from error
            if len(outputs) == 1:
                answers = [(answer,) for answer in answers]
            columns = []
            for row, answer in enumerate(answers):
                self._check_count(answer, arguments, row)
            for k, output in enumerate(outputs):
                columns.append(self._column([a[k] for a in answers], output, arguments))
        return [self._in_range(c, o, arguments) for c, o in zip(columns, outputs, strict=True)]

    def _check_count(self, parts: Any, arguments: list[np.ndarray], row: int) -> None:
        outputs = self.circuit.outputs
        if len(outputs) > 1 and not (
            isinstance(parts, tuple | list) and len(parts) == len(outputs)
        ):
            raise InputError(
                f"{self.circuit}: the specification must return a tuple of {len(outputs)} "
                f"values ({', '.join(o.name for o in outputs)}), got {_short(parts)}"
                f"{self._at(arguments, row)}"
            )

    def _shape(self, output: Output) -> tuple[int, ...]:
        return () if output.bits is not None else output.index.shape

    def _column(self, values: list[Any], output: Output, arguments: list[np.ndarray]) -> np.ndarray:
        shape = self._shape(output)
        for row, value in enumerate(values):
            if np.shape(value) != shape:
                raise InputError(
                    f"{self.circuit}: the specification returned {_short(value)} for output "
                    f"{output.name!r}, which has shape {shape}{self._at(arguments, row)}"
                )
        try:
            return np.array(values).reshape(len(values), *shape).astype(float)
        except (TypeError, ValueError):
            raise InputError(
                f"{self.circuit}: the specification must return numbers for output {output.name!r}"
            ) from None

    def _in_range(
        self, column: np.ndarray, output: Output, arguments: list[np.ndarray]
    ) -> np.ndarray:
        if not _is_binary(self.circuit, output):
            return column.astype(float)
        top = 1 if output.bits is None else 2**output.bits - 1
        wrong = (column < 0) | (column > top) | (column != np.floor(column))
        if wrong.any():
            row = int(np.flatnonzero(wrong.reshape(len(column), -1).any(axis=1))[0])
            value = column[wrong][0]
            hint = "; for NOT write 1 - x, not ~x" if value < 0 else ""
            raise InputError(
                f"{self.circuit}: the specification returned {value:g} for output "
                f"{output.name!r}, which is a whole number from 0 to {top}"
                f"{self._at(arguments, row)}{hint}"
            )
        return column.astype(np.int64)

    def _at(self, arguments: list[np.ndarray], row: int) -> str:
        names = [p.name for p in self.circuit.input_populations]
        told = ", ".join(f"{n} = {_short(a[row])}" for n, a in zip(names, arguments, strict=True))
        return f" (at {told})" if told else ""

    def counterexample(self, arrays: Mapping[str, np.ndarray]) -> Counterexample:
        names = [o.name for o in self.circuit.outputs]
        inputs = as_values(self.circuit, arrays, 0)
        return Counterexample(
            inputs,
            dict(zip(names, map(_first, self.expected(arrays)), strict=True)),
            dict(zip(names, map(_first, self.got(arrays)), strict=True)),
            activities(self.circuit, inputs),
        )


def _first_difference(
    expect: _Expectation, arrays: Mapping[str, np.ndarray], tolerance: float
) -> int | None:
    """Return the first pattern on which any output differs by more than the tolerance."""
    wrong = False
    for got, expected in zip(expect.got(arrays), expect.expected(arrays), strict=True):
        differs = ~(np.abs(got - expected) <= tolerance)  # NaN differs
        wrong = wrong | differs.reshape(len(differs), -1).any(axis=1)
    found = np.flatnonzero(wrong)
    return int(found[0]) if found.size else None


def _shrunk(
    expect: _Expectation, at: dict[str, np.ndarray], tolerance: float, domain: Domain
) -> dict[str, np.ndarray]:
    """Return a failing input made simpler, one value at a time, as long as it still fails."""

    def simpler(value: float, name: str) -> list[float]:
        if expect.circuit.takes_binary(expect.circuit.population(name)):
            return [0.0] if value else []
        low, high = domain[name]
        tries = [0.0, *(round(value, digits) for digits in range(6))]
        return [v for v in tries if low <= v <= high and v != value][: 1 if value == 0 else None]

    changed = True
    while changed:
        changed = False
        for name, values in at.items():
            for i in range(values.size):
                for value in simpler(float(values[0, i]), name):
                    tried = {k: v.copy() for k, v in at.items()}
                    tried[name][0, i] = value
                    shorter = len(f"{value:g}") < len(repr(float(values[0, i])))
                    if shorter and _first_difference(expect, tried, tolerance) is not None:
                        at, values, changed = tried, tried[name], True
                        break
    return at


def _check_alike(circuit: Circuit, other: Circuit) -> None:
    for what, ours, theirs in (
        ("inputs", [p.shape for p in circuit.input_populations],
         [p.shape for p in other.input_populations]),
        ("outputs", [(o.index.shape, o.bits) for o in circuit.outputs],
         [(o.index.shape, o.bits) for o in other.outputs]),
    ):  # fmt: skip
        if ours != theirs:
            raise InputError(
                f"{circuit} and {other} cannot be compared: their {what} differ ({ours} and "
                f"{theirs})"
            )


def _is_binary(circuit: Circuit, output: Output) -> bool:
    return bool(circuit.binary_places()[output.index].all())


def _possible(binary: bool, bits: int) -> str:
    return f"2^{bits}" if binary else "a continuum"


def _first(values: np.ndarray) -> Any:
    value = values[0]
    return value if np.ndim(value) else value.item()


def _short(value: Any) -> str:
    text = str(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)
    return text if len(text) <= 60 else f"{text[:57]}…"
