"""Input patterns: every one in truth-table order, or a seeded sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .arguments import gather_bits
from .errors import InputError
from .populations import Population

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


def enumerated(circuit: Circuit, first: int, last: int) -> dict[str, np.ndarray]:
    """Return the patterns [first, last) in truth-table order: each input as (patterns, size).

    The first input is the most significant, within it its first value (in C order); a number
    counts as usual.
    """
    index = np.arange(first, last, dtype=np.int64)
    shift = input_bits(circuit)
    arrays = {}
    for population in circuit.input_populations:
        shift -= population.size
        bits = np.arange(population.size) if population.bits else np.arange(population.size)[::-1]
        arrays[population.name] = ((index[:, None] >> (shift + bits)) & 1).astype(np.uint8)
    return arrays


def sampled(
    circuit: Circuit, count: int, seed: int, domain: Domain | None
) -> dict[str, np.ndarray]:
    """Return a seeded sample of patterns: fair bits, and real inputs uniform in their domain.

    Raises
    ------
    InputError
        A real input without a domain; a domain that is no pair low ≤ high, or of no input.
    """
    if domain is not None and not isinstance(domain, Mapping):
        raise InputError(
            f"{circuit}: domain= takes a range for each real input by name, "
            f"{{'x': (low, high)}} (got {domain!r})"
        )
    domain = dict(domain or {})
    random = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {}
    for population in circuit.input_populations:
        size = (count, population.size)
        if circuit.takes_binary(population):
            arrays[population.name] = random.integers(0, 2, size, dtype=np.uint8)
            domain.pop(population.name, None)
            continue
        if population.name not in domain:
            raise InputError(
                f"{circuit}: input {population.name!r} takes any number; say from where to "
                f"sample it: domain={{{population.name!r}: (low, high)}}"
            )
        low, high = domain.pop(population.name)
        if not (np.isfinite([low, high]).all() and low <= high):
            raise InputError(
                f"{circuit}: the domain of {population.name!r} must be (low, high) with "
                f"low ≤ high, both finite (got ({low}, {high}))"
            )
        arrays[population.name] = random.uniform(low, high, size)
    if domain:
        raise InputError(f"{circuit} has no input called {next(iter(domain))!r} (in domain=)")
    return arrays


def as_arguments(circuit: Circuit, arrays: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """Return laid-out inputs as a specification takes them, with a leading axis of patterns.

    Numbers of bits and 0/1 inputs as int64, real ones as floats.
    """
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
