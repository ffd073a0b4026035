"""What a circuit is given: arguments matched to its inputs, numbers checked and laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import InputError, unknown
from .exactness import LARGEST, too_large
from .populations import VETO, Population

if TYPE_CHECKING:
    from .circuit import Circuit


def match_arguments(
    circuit: Circuit, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one argument for each declared input, by position or by name.

    Raises
    ------
    InputError
        Too many, a missing, an unknown or a doubled argument.
    """
    names = [p.name for p in circuit.input_populations]
    listed = ", ".join(names) or "none"
    if len(args) > len(names):
        plural = "s" * (len(names) != 1)
        sizes = ", ".join(
            f"{p.name} of shape {p.shape}" if p.shape else p.name for p in circuit.input_populations
        )
        raise InputError(
            f"{circuit} takes {len(names)} input{plural} ({sizes or listed}), got {len(args)}"
        )
    given = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in names:
            raise InputError(f"{circuit}: {unknown('input', name, names)}")
        if name in given:
            raise InputError(f"{circuit}: input {name!r} was given twice")
        given[name] = value
    missing = [name for name in names if name not in given]
    if missing:
        raise InputError(f"{circuit} takes {listed}: no value for {', '.join(missing)}")
    return given


def as_inputs(inputs: Any) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """Return inputs as a call's arguments: a mapping by name, a tuple, one value, or nothing."""
    if isinstance(inputs, Mapping):
        return (), inputs
    if inputs is None:
        return (), {}
    return (inputs if isinstance(inputs, tuple) else (inputs,)), {}


def input_values(
    circuit: Circuit, population: Population, value: Any, *, numbers: bool = False,
    most: float = LARGEST,
) -> np.ndarray:  # fmt: skip
    """Return a value for an input as an array of numbers, the bits of a number spread out.

    The array's last axes are the input's shape; any axes before them (trials, time) are kept.
    With `numbers`, a number of bits stays one; `most` is how large a value may be, less than
    `LARGEST` where float32 has no more room.

    Raises
    ------
    InputError
        Not numbers; NaN, infinite or too large; not 0 or 1 for a binary input; a number outside
        the range of its bits; a negative value where it divides; a shape that does not end in the
        input's.
    """
    label = f"{circuit}, input {population.name!r}"
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # rows of different lengths
        raise InputError(f"{label} must be numbers (got {_short(value)})") from None
    if population.bits is not None and array.dtype.kind == "O":
        array = _whole_numbers(array, population.bits, label)
    if array.dtype.kind not in "biuf":
        raise InputError(f"{label} must be numbers (got {_short(value)})")
    values = array
    low, high = (values.min(), values.max()) if values.size else (0, 0)  # NaN if one is
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"{label} must be finite (got {values[~np.isfinite(values)][0]})")
    if population.bits is not None:
        whole = _whole_numbers(array, population.bits, label)
        return whole if numbers else spread_bits(whole, population.bits)
    n = len(population.shape)
    if values.ndim < n or values.shape[values.ndim - n :] != population.shape:
        raise InputError(
            f"{label} has shape {population.shape}; got values of shape {values.shape} (one more "
            "leading axis is trials)"
        )
    if circuit.takes_binary(population):
        wrong = (values != 0) & (values != 1)
        if wrong.any():
            raise InputError(
                f"{label} takes only 0 and 1 (got {values[wrong][0]:g}); for other numbers "
                f"declare it with inputs({population.name!r}, real=True)"
            )
    largest = max(float(high), -float(low))
    if largest > LARGEST:
        raise InputError(f"{label} {too_large(np.array([low, high], dtype=float))}")
    if largest > most:
        raise InputError(
            f"{label} is too large for float32 (got {largest:g}; {most:.0e} is sure not to "
            "overflow); leave out dtype= (float64)"
        )
    if low < 0 and divides(circuit, population):
        raise InputError(f"{label} divides, so it must not be negative (got {low:g})")
    return values


def _whole_numbers(array: np.ndarray, bits: int, label: str) -> np.ndarray:
    """Return numbers of so many bits as int64; compared as Python's integers, which are exact."""
    top = 2**bits - 1
    if array.dtype.kind == "O":
        odd = [not isinstance(v, int) or not 0 <= v <= top for v in array.ravel().tolist()]
        wrong = np.array(odd, dtype=bool).reshape(array.shape)
    elif array.dtype.kind == "f":
        wrong = (array < 0) | (array >= 2.0**bits) | (array != np.floor(array))
    else:
        wrong = (array < 0) | (array > top)
    if wrong.any():
        raise InputError(
            f"{label} is a number of {bits} bits: it takes whole numbers from 0 to {top} "
            f"(got {_short(array[wrong].tolist()[0])})"
        )
    return array.astype(np.int64, copy=False)


def batch(
    circuit: Circuit, given: Mapping[str, Any], *, numbers: bool = False, most: float = LARGEST
) -> tuple[int | None, dict[str, np.ndarray]]:
    """Return the number of trials (None: unbatched) and each input as (1 or trials, size).

    With `numbers`, an input that is a number of bits is (1 or trials,); `most` as `input_values`.

    Raises
    ------
    InputError
        As `input_values`; axes beyond one of trials; numbers of trials that differ.
    """
    trials: int | None = None
    first = ""
    arrays = {}
    for population in circuit.input_populations:
        values = input_values(
            circuit, population, given[population.name], numbers=numbers, most=most
        )
        is_number = numbers and population.bits is not None
        extra = values.ndim - (0 if is_number else len(population.shape))
        if extra > 1:
            raise InputError(
                f"{circuit}, input {population.name!r} has shape {population.shape}; a call takes "
                f"one more leading axis (trials), got values of shape {values.shape}"
            )
        if extra:
            if trials is not None and trials != len(values):
                raise InputError(
                    f"{circuit}: input {first!r} has {trials} trials, input "
                    f"{population.name!r} has {len(values)}"
                )
            trials, first = len(values), population.name
        count = len(values) if extra else 1
        arrays[population.name] = values.reshape(count, *([] if is_number else [population.size]))
    return trials, arrays


def divides(circuit: Circuit, population: Population) -> bool:
    """Return whether an input reaches a divisive channel, straight or by a delay line."""
    reaching = {circuit.position(population)}
    for position, line in enumerate(circuit.populations):
        if line.delayed is not None and reaching & set(circuit.positions_of(line.delayed)):
            reaching.add(position)
    return any(
        p.channel in ("divide", VETO)
        and reaching & set(circuit.positions_of(p.connection.source.index))
        for p in circuit.projections
    )


def spread_bits(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Return the bits of unsigned numbers along a new last axis, least significant first."""
    octets = np.ascontiguousarray(numbers, dtype="<i8").reshape(*np.shape(numbers), 1)
    return np.unpackbits(octets.view(np.uint8), axis=-1, count=bits, bitorder="little")


def gather_bits(values: np.ndarray) -> np.ndarray:
    """Return the unsigned numbers whose bits, least significant first, are the last axis."""
    octets = np.zeros((*values.shape[:-1], 8), dtype=np.uint8)
    packed = np.packbits(values != 0, axis=-1, bitorder="little")
    octets[..., : packed.shape[-1]] = packed
    return octets.view("<i8")[..., 0].astype(np.int64)


def _short(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{text[:37]}…"
