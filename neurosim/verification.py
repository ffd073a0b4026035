"""Proofs: a circuit equals its specification on every input, or where it fails.

A specification is a plain Python function of the circuit's inputs, or another circuit.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Number, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from .backend import check_device
from .calls import (
    activities,
    bit_program,
    count_of,
    differing_pattern,
    engine_of,
    output_values,
)
from .errors import InputError, NeurosimError, spelled
from .layering import layers_of
from .patterns import (
    Domain,
    Enumerated,
    as_arguments,
    as_values,
    checked_domain,
    enumerated,
    one_pattern,
    sampled,
)
from .populations import Output
from .progress import progress
from .timing import MOST, real, whole

if TYPE_CHECKING:
    from .bits.compiler import BitProgram
    from .circuit import Circuit

PLAIN_BITS = 24  # input bits up to which a plain function is called for every pattern
FAST_BITS = 32  # and a vectorized one, or a circuit
CHUNK = 1 << 16  # patterns at a time, where a plain function is asked for each
FAST_CHUNK = 1 << 18  # and where not
CARD_CHUNK = 1 << 28  # and where all happens on a card
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

        given = f"for {told(self.inputs)} " if self.inputs else ""
        return (
            f"{given}the circuit answers {told(self.got)}, the specification {told(self.expected)}"
        )


@dataclass(frozen=True, eq=False)
class CheckResult:
    """Whether a circuit equals its specification: truthy or falsy, and prints as a sentence.

    Attributes
    ----------
    holds : whether no difference was found
    exhaustive : whether every input pattern was tried, so that `holds` is a proof
    patterns : how many were tried (up to and including the counterexample)
    possible : how many there are, in words: ``2^20``, or a continuum
    seed : of the sample
    counterexample : the first in truth-table order, or, from a sample, a shrunk one
    engine : what ran the circuit: "bits", or the device's other engine and why it was that one
    device : where: "cpu" or "cuda"
    tolerance : by how much graded outputs might differ; 0 where there are none
    """

    circuit: str
    holds: bool
    exhaustive: bool
    patterns: int
    possible: str
    seed: int
    counterexample: Counterexample | None
    engine: str
    device: str
    tolerance: float

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        if self.counterexample is not None:
            return (
                f"Circuit {self.circuit!r} differs from its specification: {self.counterexample}."
            )
        within = f" to within {self.tolerance:g}" if self.tolerance else ""
        if self.exhaustive:
            return (
                f"Proved: circuit {self.circuit!r} equals its specification{within} on all "
                f"{self.patterns:,} inputs."
            )
        return (
            f"Not refuted: circuit {self.circuit!r} equals its specification{within} on "
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
    device: str = "cpu",
) -> CheckResult:
    """Do what `Circuit.check` says."""
    if not circuit.outputs:
        raise InputError(f"{circuit} has no output to check: declare one with output(…)")
    layers_of(circuit)  # a recurrent circuit is refused before anything is asked for
    tolerance = _checked_tolerance(circuit, tolerance)
    device = check_device(device)
    expect = _Expectation(circuit, spec, vectorized, device)
    ranges = checked_domain(circuit, domain)
    seed = whole(seed, "check(): seed", 0, 2**64)
    bits = sum(p.size for p in circuit.input_populations)
    binary = all(circuit.takes_binary(p) for p in circuit.input_populations)
    fast = vectorized or expect.is_circuit
    most, chunk = (FAST_BITS, FAST_CHUNK) if fast else (PLAIN_BITS, CHUNK)
    exhaustive = binary and samples is None and bits <= most
    if exhaustive:
        total = 2**bits
        if device == "cuda" and expect.bit_programs(total) is not None:
            chunk = CARD_CHUNK
        tried = _every_pattern(circuit, total, chunk)
    else:
        total = SAMPLES if samples is None else whole(samples, "check(): samples", 1, MOST)
        tried = _sample(circuit, total, chunk, seed, ranges)
    at_once = min(total, chunk)
    counterexample = None
    for first, arrays in tried:
        wrong = _first_difference(expect, arrays, tolerance)
        if wrong is not None:
            at = one_pattern(arrays, wrong)
            if not exhaustive:
                at = _shrunk(expect, at, tolerance, ranges)
            counterexample = expect.counterexample(at)
            total = first + wrong + 1
            break
    return CheckResult(
        circuit.name, counterexample is None, exhaustive, total, _possible(binary, bits), seed,
        counterexample, engine_of(circuit, at_once, device), device, tolerance,
    )  # fmt: skip


def _checked_tolerance(circuit: Circuit, tolerance: Any) -> float:
    """Return the tolerance as a number; a graded output needs one above 0."""
    number = real(tolerance) if isinstance(tolerance, Real) else math.nan
    if not (math.isfinite(number) and number >= 0):
        raise InputError(
            f"{circuit}: check()'s tolerance must be a finite number from 0 (got {tolerance!r})"
        )
    graded = [o.name for o in circuit.outputs if not _is_binary(circuit, o)]
    if graded and number == 0:
        raise InputError(
            f"{circuit}: output {graded[0]!r} is a graded activity; say how exactly it must "
            "agree: check(…, tolerance=1e-9)"
        )
    return number if graded else 0.0


Chunks = Iterator[tuple[int, Mapping[str, np.ndarray]]]


def _every_pattern(circuit: Circuit, total: int, chunk: int) -> Chunks:
    """Yield every pattern, many at a time, after how many there were before."""
    for first in _starts(circuit, total, chunk):
        yield first, enumerated(circuit, first, min(first + chunk, total))


def _sample(
    circuit: Circuit, total: int, chunk: int, seed: int, ranges: Mapping[str, tuple[float, float]]
) -> Chunks:
    """Yield the patterns of a sample in the same way."""
    for first in _starts(circuit, total, chunk):
        yield first, sampled(circuit, first, min(first + chunk, total), seed, ranges)


def _starts(circuit: Circuit, total: int, chunk: int) -> Any:
    starts = range(0, total, chunk)
    return progress(starts, f"checking {circuit.name}") if len(starts) > 4 else starts


class _Expectation:
    """What the specification and the circuit answer, for laid-out inputs."""

    def __init__(self, circuit: Circuit, spec: Any, vectorized: bool, device: str):
        from .circuit import Circuit as CircuitType

        self.circuit = circuit
        self.spec = spec
        self.vectorized = vectorized
        self.device = device
        self.is_circuit = isinstance(spec, CircuitType)
        if self.is_circuit:
            _check_alike(circuit, spec)
        elif not callable(spec):
            raise InputError(f"check() takes a function or a circuit, got {spec!r}")

    def got(self, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        return output_values(self.circuit, arrays, device=self.device)

    def bit_programs(self, patterns: int) -> tuple[BitProgram, BitProgram] | None:
        """Return both circuits' programs if the bit engine runs both on so many patterns."""
        if not self.is_circuit:
            return None
        ours, theirs = bit_program(self.circuit, patterns), bit_program(self.spec, patterns)
        return None if ours is None or theirs is None else (ours, theirs)

    def expected(self, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Return the specification's answers, an array of patterns for each output."""
        if self.is_circuit:
            names = [p.name for p in self.spec.input_populations]
            return output_values(self.spec, _renamed(arrays, names), device=self.device)
        arguments = as_arguments(self.circuit, arrays)
        answered = self._at_once if self.vectorized else self._one_by_one
        return [
            self._in_range(column, output, arguments)
            for column, output in zip(answered(arguments), self.circuit.outputs, strict=True)
        ]

    def _at_once(self, arguments: list[np.ndarray]) -> list[np.ndarray]:
        """Return what a vectorized specification answers, an array of patterns for each output."""
        count = len(arguments[0]) if arguments else 1
        try:
            answer = self.spec(*arguments)
        except Exception as error:  # whatever a user's function may raise
            raise self._raised(error) from error
        columns = []
        for part, output in zip(self._parts(answer), self.circuit.outputs, strict=True):
            shape = (count, *_shape(output))
            found = _shape_of(part)
            if found not in ((), shape):
                raise InputError(
                    f"{self.circuit}: the vectorized specification returned {_short(part)} for "
                    f"output {output.name!r}, "
                    f"{'with rows of different lengths' if found is None else f'of shape {found}'}"
                    f"; for {count} patterns it must have shape {shape}, or be one number"
                )
            columns.append(np.broadcast_to(np.asarray(part), shape))
        return columns

    def _one_by_one(self, arguments: list[np.ndarray]) -> list[np.ndarray]:
        """Return what a plain specification answers, an array of patterns for each output."""
        listed = [a.tolist() if a.ndim == 1 else list(a) for a in arguments]
        answers = []
        for row, one in enumerate(zip(*listed, strict=True) if listed else [()]):
            try:
                answer = self.spec(*one)
            except Exception as error:  # whatever a user's function may raise
                raise self._raised(error, arguments, row) from error
            answers.append(self._parts(answer, arguments, row))
        return [
            self._column([parts[k] for parts in answers], output, arguments)
            for k, output in enumerate(self.circuit.outputs)
        ]

    def _parts(
        self, answer: Any, arguments: list[np.ndarray] | None = None, row: int = 0
    ) -> Sequence[Any]:
        """Return an answer's part for each output."""
        outputs = self.circuit.outputs
        if len(outputs) == 1:
            return (answer,)
        if not (isinstance(answer, tuple | list) and len(answer) == len(outputs)):
            raise InputError(
                f"{self.circuit}: the specification must return a tuple of {len(outputs)} "
                f"values ({', '.join(o.name for o in outputs)}), got {_short(answer)}"
                f"{self._at(arguments, row)}"
            )
        return answer

    def _column(self, values: list[Any], output: Output, arguments: list[np.ndarray]) -> np.ndarray:
        shape = _shape(output)
        for row, value in enumerate(values):
            if _shape_of(value) != shape:
                hint = "; return a list or an array of that shape" if shape else ""
                raise InputError(
                    f"{self.circuit}: the specification returned {_short(value)} for output "
                    f"{output.name!r}, which has shape {shape}{self._at(arguments, row)}{hint}"
                )
        column = np.array(values)
        # Beside a float NumPy would round whole numbers that a float cannot hold.
        return column if column.dtype.kind in "bi" else np.array(values, dtype=object)

    def _in_range(
        self, column: np.ndarray, output: Output, arguments: list[np.ndarray]
    ) -> np.ndarray:
        """Return a column as the circuit answers it: in whole numbers, or in floats."""
        others = () if column.dtype.kind in "biuf" else column.ravel()
        for value in others:
            if not _is_number(value):
                raise InputError(
                    f"{self.circuit}: the specification must return numbers for output "
                    f"{output.name!r} (got {_short(value)})"
                )
        if not _is_binary(self.circuit, output):
            return _as_floats(column)
        bits = 1 if output.bits is None else output.bits
        wrong = _outside(column, bits)
        if wrong.any():
            row = int(np.flatnonzero(wrong.reshape(len(column), -1).any(axis=1))[0])
            value = column[wrong][0]
            hint = "; for NOT write 1 - x, not ~x" if value == value and value < 0 else ""
            raise InputError(
                f"{self.circuit}: the specification returned {_short(value)} for output "
                f"{output.name!r}, which is a whole number from 0 to {2**bits - 1}"
                f"{self._at(arguments, row)}{hint}"
            )
        return column.astype(np.int64)

    def _raised(
        self, error: Exception, arguments: list[np.ndarray] | None = None, row: int = 0
    ) -> InputError:
        return InputError(
            f"{self.circuit}: the specification raised {type(error).__name__}: {error}"
            f"{self._at(arguments, row)}"
        )

    def _at(self, arguments: list[np.ndarray] | None, row: int) -> str:
        names = [p.name for p in self.circuit.input_populations]
        pairs = zip(names, arguments, strict=True) if arguments else ()
        told = ", ".join(f"{name} = {_short(values[row])}" for name, values in pairs)
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


def expected_values(
    circuit: Circuit, spec: Any, arrays: Mapping[str, np.ndarray], vectorized: bool = False
) -> list[np.ndarray]:
    """Return what a specification answers for laid-out inputs, (patterns, *shape) of each output.

    Raises
    ------
    InputError
        As `Circuit.check`.
    """
    return _Expectation(circuit, spec, vectorized, "cpu").expected(arrays)


def _renamed(arrays: Mapping[str, np.ndarray], names: list[str]) -> Mapping[str, np.ndarray]:
    """Return the same inputs for a circuit that calls them otherwise."""
    if isinstance(arrays, Enumerated):
        return arrays.renamed(names)
    return dict(zip(names, arrays.values(), strict=True))


def _first_difference(
    expect: _Expectation, arrays: Mapping[str, np.ndarray], tolerance: float
) -> int | None:
    """Return the first pattern on which any output differs, a graded one by more than allowed."""
    programs = expect.bit_programs(count_of(arrays))
    if programs is not None:
        return differing_pattern(expect.circuit, programs, arrays, expect.device)
    wrong = False
    for got, expected in zip(expect.got(arrays), expect.expected(arrays), strict=True):
        if got.dtype.kind == expected.dtype.kind == "i":
            differs = got != expected
        else:
            differs = ~(np.abs(got - expected) <= tolerance)  # NaN differs
        wrong = wrong | differs.reshape(len(differs), -1).any(axis=1)
    found = np.flatnonzero(wrong)
    return int(found[0]) if found.size else None


def _shrunk(
    expect: _Expectation,
    at: dict[str, np.ndarray],
    tolerance: float,
    domain: Mapping[str, tuple[float, float]],
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
                    if shorter and _fails(expect, tried, tolerance):
                        at, values, changed = tried, tried[name], True
                        break
    return at


def _fails(expect: _Expectation, at: dict[str, np.ndarray], tolerance: float) -> bool:
    """Return whether an input fails that nobody asked for: what cannot be answered does not."""
    try:
        return _first_difference(expect, at, tolerance) is not None
    except NeurosimError:
        return False


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
    return circuit.holds_binary(output.index)


def _shape(output: Output) -> tuple[int, ...]:
    return () if output.bits is not None else output.index.shape


def _shape_of(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, int | float):
        return ()  # NumPy would make an array of each first
    try:
        return np.shape(value)
    except ValueError:  # rows of different lengths
        return None


def _is_number(value: Any) -> bool:
    kinds = (Number, np.bool_)
    return isinstance(value, kinds) and not isinstance(value, complex | np.complexfloating)


def _outside(column: np.ndarray, bits: int) -> np.ndarray:
    """Return which of some numbers are no whole numbers of so many bits."""
    if column.dtype.kind == "O":  # compared as Python's numbers, which are exact
        odd = [v != v or not (0 <= v < 2**bits and v == int(v)) for v in column.ravel()]
        return np.array(odd, dtype=bool).reshape(column.shape)
    if column.dtype.kind == "f":
        return ~((column >= 0) & (column < 2.0**bits) & (column == np.floor(column)))
    return (column < 0) | (column > 2**bits - 1)


def _as_floats(column: np.ndarray) -> np.ndarray:
    """Return numbers as floats; whole ones beyond all floats are infinite."""
    if column.dtype.kind != "O":
        return column.astype(float)
    return np.array([real(v) for v in column.ravel()], dtype=float).reshape(column.shape)


def _possible(binary: bool, bits: int) -> str:
    return f"2^{bits}" if binary else "a continuum"


def _first(values: np.ndarray) -> Any:
    value = values[0]
    return value if np.ndim(value) else value.item()


def _short(value: Any) -> str:
    text = str(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)
    return text if len(text) <= 60 else f"{text[:57]}…"
