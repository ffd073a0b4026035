"""A counterexample in a student's words: what went in, which answer is wrong, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..errors import NeurosimError
from ..marr.traces import MOST_VALUES, value_text

if TYPE_CHECKING:
    from ..circuit import Circuit
    from ..populations import Output

ACTIVE = 4  # values other than 0 of a large array that are all told


class Compared(NamedTuple):
    """What is wrong with one output, or with all of them, if anything is.

    Attributes
    ----------
    place : of the wrong value in the circuit, None where none is wrong; of a number its lowest
        wrong bit, of an array the value that is farthest off
    expected, got : in words; of a large array that one value
    where : what the wrong value is called: ``sum``, ``bit 3 of total``, ``edges[2, 5]``
    """

    place: int | None
    expected: str
    got: str
    where: str = ""


def wrong_answers(
    circuit: Circuit, expected: Mapping[str, Any], got: Mapping[str, Any], tolerance: float
) -> Compared:
    """Return the first wrong value, and both sides' answers of all outputs in words.

    Parameters
    ----------
    circuit
        Whose answers they are.
    expected, got
        The values of each output, by its name.
    tolerance
        By how much graded outputs may differ.
    """
    found = [
        _compared(output, expected[output.name], got[output.name], tolerance)
        for output in circuit.outputs
    ]
    first = next((one for one in found if one.place is not None), None)
    if first is None:
        raise NeurosimError(f"{circuit}: its counterexample has no wrong output")
    told = ((one.expected, one.got) for one in found if one.expected)
    sides = zip(*told, strict=True)
    return first._replace(expected=", ".join(next(sides)), got=", ".join(next(sides)))


def _compared(output: Output, expected: Any, got: Any, tolerance: float) -> Compared:
    """Return what is wrong with one output; of a large array that is right nothing is told."""
    name = output.name
    as_they_are = f"{name} = {_in_words(expected)}", f"{name} = {_in_words(got)}"
    wanted, found = np.asarray(expected), np.asarray(got)
    if output.bits is not None:
        differ = int(expected) ^ int(got)
        lowest = (differ & -differ).bit_length() - 1
        if not differ:
            return Compared(None, *as_they_are)
        return Compared(int(output.index[lowest]), *as_they_are, f"bit {lowest} of {name}")
    distance = np.abs(found.astype(float) - wanted.astype(float))
    exact = wanted.dtype.kind in "biu" and found.dtype.kind in "biu"
    wrong = ~(distance <= (0 if exact else tolerance))  # NaN is wrong
    few = wanted.size <= MOST_VALUES
    if not wrong.any():
        return Compared(None, *(as_they_are if few else ("", "")))
    farthest = np.argmax(np.where(np.isnan(distance), np.inf, distance))
    at = np.unravel_index(int(farthest), distance.shape)
    place = int(output.index[at])
    one = f"{name}[{', '.join(str(int(i)) for i in at)}]" if at else name
    if few:
        return Compared(place, *as_they_are, one)
    others = int(wrong.sum()) - 1
    more = f", and {others:,} more of {wrong.size:,} are wrong" if others else ""
    return Compared(place, f"{one} = {wanted[at]:.6g}", f"{one} = {found[at]:.6g}{more}", one)


def values_text(values: Mapping[str, Any]) -> str:
    """Return some values by name: ``x = 1, y = 0``."""
    return ", ".join(f"{name} = {_in_words(value)}" for name, value in values.items())


def _in_words(value: Any) -> str:
    """Return a value in words; of a large array with few values that are not 0, those."""
    if not isinstance(value, np.ndarray) or value.size <= MOST_VALUES:
        return value_text(value)
    active = np.argwhere(value)
    if len(active) > ACTIVE:
        return value_text(value)
    there = (f"{value[tuple(at)]:.6g} at [{', '.join(map(str, at))}]" for at in active)
    shape = " × ".join(map(str, value.shape))
    return f"{shape} values of 0" + (f" but for {', '.join(there)}" if len(active) else "")
