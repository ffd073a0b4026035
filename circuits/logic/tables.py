"""Any function of n bits: from its truth table, or, for symmetric functions, from the count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurosim import Circuit, CircuitError, stack

from .arguments import MOST_INPUTS, bit_inputs, whole, zeros_and_ones

MOST_TABLE_BITS = 16


def pattern_weights(numbers: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and thresholds of units that each recognise one number.

    A unit excited by the number's 1s and inhibited by its 0s reaches a drive as great as the
    number has 1s for that number alone.

    Parameters
    ----------
    numbers
        (m,) unsigned integers.
    bits
        How many bits each has.

    Returns
    -------
    W (m, bits) of +1 and −1, least significant bit first, and θ (m,).
    """
    ones = (np.asarray(numbers)[:, None] >> np.arange(bits)) & 1
    return 2.0 * ones - 1.0, ones.sum(axis=1)


def from_table(outputs: Sequence[int]) -> Circuit:
    """Return a circuit with the given truth table: one unit a row, then OR.

    The hidden units recognise the rows whose output is the rarer one, so there are at most
    2ⁿ⁻¹ of them; if those rows are 1 the last unit is their OR, otherwise their NOR (McCulloch &
    Pitts 1943).

    Parameters
    ----------
    outputs
        2ⁿ outputs, 0 or 1, n from 1 to 16, in the order of a truth table: the inputs count up in
        binary, the first one most significant, as `Circuit.truth_table` lists them.

    Raises
    ------
    CircuitError
        A length that is no power of two from 2 to 65536; an output that is neither 0 nor 1.
    """
    values = np.array(zeros_and_ones(outputs, "from_table: the outputs"), dtype=int)
    n = len(values).bit_length() - 1
    if len(values) != 2**n or not 1 <= n <= MOST_TABLE_BITS:
        raise CircuitError(
            f"from_table takes 2, 4, 8, … outputs, one for each row of the table of 1 to "
            f"{MOST_TABLE_BITS} inputs (got {len(values)})"
        )
    circuit = Circuit("table")
    x = stack(bit_inputs(circuit, n))
    rare = int(2 * values.sum() <= len(values))
    rows = np.flatnonzero(values == rare)
    weights, ones = pattern_weights(rows, n)
    units = (
        circuit.binary("rows", drive=weights[:, ::-1] @ x, threshold=ones).sum() if rows.size else 0
    )
    if rare:
        circuit.output(circuit.binary("z", excite=units, threshold=1))
    else:
        circuit.output(circuit.binary("z", subtract=units, threshold=0))
    return circuit


def symmetric(values: Sequence[int], name: str = "symmetric") -> Circuit:
    """Return a circuit for a symmetric function: its value depends on the count S of 1s only.

    A hidden unit [S ≥ k] for every k at which the value changes, at most n, then
    z = [f(0) + Σₖ (f(k) − f(k−1))·[S ≥ k] ≥ 1] (Muroga 1959).

    Parameters
    ----------
    values
        f(0), f(1), …, f(n), each 0 or 1: the output for 0, 1, …, n active inputs.
    name
        The circuit's.

    Raises
    ------
    CircuitError
        Fewer than two values; a value that is neither 0 nor 1.
    """
    f = zeros_and_ones(values, f"{name}: the values")
    if len(f) < 2:
        raise CircuitError(f"{name} takes f(0), …, f(n): at least two values (got {len(f)})")
    circuit = Circuit(name)
    x = stack(bit_inputs(circuit, len(f) - 1))
    steps = np.diff(f)
    changes = np.flatnonzero(steps)
    drive: Any = 0
    if changes.size:
        least = circuit.binary("at_least", excite=x.sum(), threshold=changes + 1)
        drive = steps[changes] @ least
    circuit.output(circuit.binary("z", drive=drive, bias=f[0], threshold=1))
    return circuit


def parity(n: int, size: str = "layers", name: str = "parity") -> Circuit:
    """Return z = 1 iff an odd number of n inputs is 1.

    Parameters
    ----------
    n
        Number of inputs.
    size
        "layers": n hidden units [S ≥ k], and one that adds them with weights +1, −1, +1, …
        "log": ⌈log₂(n+1)⌉ units that peel the bits of the count S, most significant first; each
        sees the inputs and the units before it, bit j = [S − Σ_{i>j} 2ⁱ·bit i ≥ 2ʲ] (Kautz
        1961).  The least significant bit is the parity.
    name
        The circuit's.

    Raises
    ------
    CircuitError
        n is no whole number from 1 to 256; another size.
    """
    n = whole(n, f"{name}: n", 1, MOST_INPUTS)
    if size == "layers":
        return symmetric([k % 2 for k in range(n + 1)], name)
    if size != "log":
        raise CircuitError(f"{name}: size must be 'layers' or 'log' (got {size!r})")
    circuit = Circuit(name)
    count = stack(bit_inputs(circuit, n)).sum()
    for j in reversed(range(1, n.bit_length())):
        count -= 2**j * circuit.binary(f"bit_{j}", drive=count, threshold=2**j)
    circuit.output(circuit.binary("z", drive=count, threshold=1))
    return circuit
