"""Input patterns: every one in truth-table order, or a seeded sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import divides, gather_bits
from .errors import InputError, unknown
from .exactness import LARGEST
from .kernels.random import fair_bits, uniforms
from .populations import Population
from .timing import real

if TYPE_CHECKING:
    from .circuit import Circuit

Domain = Mapping[str, tuple[float, float]]


def input_bits(circuit: Circuit) -> int:
    """Return how many 0/1 values its inputs have in all.

    Raises
    ------
    InputError
        An input that takes other numbers: those cannot be enumerated.
    """
    for population in circuit.input_populations:
        if not circuit.takes_binary(population):
            raise InputError(
                f"{circuit}: input {population.name!r} takes any number, so its patterns cannot "
                "be listed; check it on a sample with domain= and tolerance=, or declare it with "
                "real=False"
            )
    return sum(p.size for p in circuit.input_populations)


class Enumerated(Mapping[str, np.ndarray]):
    """The patterns [first, last) in truth-table order: each input as (patterns, size), by name.

    The bits of a pattern's number are its inputs' values, so nothing is written down before it is
    asked for.

    Attributes
    ----------
    shifts : for each value of each input, by the input's name, which bit of the number it is
    first, last : numbers
    """

    def __init__(self, shifts: Mapping[str, np.ndarray], first: int, last: int):
        self.shifts = shifts
        self.first = first
        self.last = last

    def __getitem__(self, name: str) -> np.ndarray:
        return (self._index()[:, None] >> self.shifts[name] & 1).astype(np.uint8)

    def __iter__(self) -> Iterator[str]:
        return iter(self.shifts)

    def __len__(self) -> int:
        return len(self.shifts)

    @property
    def shift_of_each(self) -> np.ndarray:
        """Which bit of the number each value of all inputs is, in order: (values,)."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *self.shifts.values()])

    def part(self, low: int, high: int) -> Enumerated:
        """Return the patterns from the `low`-th to before the `high`-th of these."""
        return Enumerated(self.shifts, self.first + low, self.first + high)

    def numbers(self, name: str) -> np.ndarray:
        """Return an input that is a number of bits as numbers, (patterns,)."""
        bits = self.shifts[name]
        return self._index() >> bits[0] & (1 << bits.size) - 1

    def renamed(self, names: Iterable[str]) -> Enumerated:
        """Return the same patterns for inputs of other names."""
        shifts = dict(zip(names, self.shifts.values(), strict=True))
        return Enumerated(shifts, self.first, self.last)

    def _index(self) -> np.ndarray:
        return np.arange(self.first, self.last, dtype=np.int64)


def enumerated(circuit: Circuit, first: int, last: int) -> Enumerated:
    """Return the patterns [first, last) in truth-table order.

    The first input is the most significant, within it its first value (in C order); a number
    counts as usual.
    """
    shift = input_bits(circuit)
    shifts = {}
    for population in circuit.input_populations:
        shift -= population.size
        bits = np.arange(population.size) if population.bits else np.arange(population.size)[::-1]
        shifts[population.name] = shift + bits
    return Enumerated(shifts, first, last)


def one_pattern(arrays: Mapping[str, np.ndarray], row: int) -> dict[str, np.ndarray]:
    """Return one of many laid-out patterns, as one that is laid out."""
    if isinstance(arrays, Enumerated):
        return dict(arrays.part(row, row + 1))
    return {name: values[row : row + 1] for name, values in arrays.items()}


def checked_domain(circuit: Circuit, domain: Domain | None) -> dict[str, tuple[float, float]]:
    """Return the ranges to sample inputs from, by name.

    Raises
    ------
    InputError
        No mapping; a name that no input has; a range that is no pair low ≤ high of finite
        numbers, or below 0 for an input that divides.
    """
    if domain is None:
        return {}
    if not isinstance(domain, Mapping):
        real = [p.name for p in circuit.input_populations if not circuit.takes_binary(p)]
        example = ", ".join(f"{name!r}: (low, high)" for name in real or ["x"])
        raise InputError(
            f"{circuit}: domain= takes a range for each real input by name, {{{example}}} "
            f"(got {domain!r})"
        )
    inputs = {p.name: p for p in circuit.input_populations}
    ranges = {}
    for name, given in domain.items():
        if name not in inputs:
            raise InputError(f"{circuit}, domain=: {unknown('input', str(name), inputs)}")
        low, high = ranges[name] = _range(circuit, name, given)
        if circuit.takes_binary(inputs[name]):
            raise InputError(
                f"{circuit}: input {name!r} takes only 0 and 1, all of which are tried or sampled: "
                "leave it out of domain="
            )
        if low < 0 and divides(circuit, inputs[name]):
            raise InputError(
                f"{circuit}: input {name!r} divides, so its domain must not be negative "
                f"(got ({low:g}, {high:g}))"
            )
    return ranges


def _range(circuit: Circuit, name: str, given: Any) -> tuple[float, float]:
    try:
        low, high = (real(end) for end in given)
    except (TypeError, ValueError):  # no pair, or not of numbers
        low, high = np.nan, np.nan
    if not -LARGEST <= low <= high <= LARGEST:
        raise InputError(
            f"{circuit}: the domain of {name!r} must be (low, high) with low ≤ high, both finite "
            f"and at most {LARGEST:g} (got {given!r})"
        )
    return low, high


def sampled(
    circuit: Circuit, first: int, last: int, seed: int, domain: Mapping[str, tuple[float, float]]
) -> dict[str, np.ndarray]:
    """Return the patterns [first, last) of a seeded sample.

    They are fair bits, and for real inputs uniform in their domain.

    Parameters
    ----------
    domain
        As `checked_domain` returns it.

    Raises
    ------
    InputError
        A real input without a domain.
    """
    arrays: dict[str, np.ndarray] = {}
    for population in circuit.input_populations:
        address = (range(first, last), population.size, population.start, seed)
        if circuit.takes_binary(population):
            arrays[population.name] = fair_bits(*address)
            continue
        if population.name not in domain:
            raise InputError(
                f"{circuit}: input {population.name!r} takes any number; say from where to "
                f"sample it: domain={{{population.name!r}: (low, high)}}"
            )
        low, high = domain[population.name]
        arrays[population.name] = low + (high - low) * uniforms(*address)
    return arrays


def as_arguments(circuit: Circuit, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return laid-out inputs as a specification takes them, with a leading axis of patterns.

    Numbers of bits and 0/1 inputs as int64, real ones as floats.
    """
    if isinstance(arrays, Enumerated):
        return [
            arrays.numbers(p.name) if p.bits is not None else _shaped(circuit, p, arrays[p.name])
            for p in circuit.input_populations
        ]
    return [_shaped(circuit, p, arrays[p.name]) for p in circuit.input_populations]


def as_values(circuit: Circuit, arrays: Mapping[str, np.ndarray], row: int) -> dict[str, Any]:
    """Return one pattern by name: plain ints and floats, arrays for shaped inputs."""
    values = {}
    for population in circuit.input_populations:
        value = _shaped(circuit, population, arrays[population.name][row : row + 1])[0]
        values[population.name] = value if np.ndim(value) else value.item()
    return values


def _shaped(circuit: Circuit, population: Population, array: np.ndarray) -> np.ndarray:
    if population.bits is not None:
        return gather_bits(array)
    whole = array.astype(np.int64) if circuit.takes_binary(population) else array
    return whole.reshape(len(array), *population.shape)
