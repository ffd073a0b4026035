"""The gates: one threshold unit each, but for XOR and XNOR, which need two or more.

With S the number of active inputs, McCulloch & Pitts (1943) have OR = [S ≥ 1], the low threshold,
AND = [S ≥ n], the high one, and NOT as inhibition of a unit that is otherwise active.
"""

from __future__ import annotations

from neurosim import Circuit, Source

from .arguments import MOST_INPUTS, bit_inputs, maker, whole
from .tables import parity, symmetric


@maker
def and_(n: int = 2) -> Circuit:
    """Return z = 1 iff all n inputs are 1: [S ≥ n], 1 unit."""
    circuit, x = _gate("and", n)
    circuit.output(circuit.binary("z", excite=sum(x), threshold=len(x)))
    return circuit


@maker
def or_(n: int = 2) -> Circuit:
    """Return z = 1 iff any of n inputs is 1: [S ≥ 1], 1 unit."""
    circuit, x = _gate("or", n)
    circuit.output(circuit.binary("z", excite=sum(x), threshold=1))
    return circuit


@maker
def not_() -> Circuit:
    """Return z = 1 iff x is 0: [−x ≥ 0], active unless it is inhibited, 1 unit."""
    circuit, (x,) = _gate("not", 1)
    circuit.output(circuit.binary("z", subtract=x, threshold=0))
    return circuit


@maker
def nand(n: int = 2) -> Circuit:
    """Return z = 0 iff all n inputs are 1: [−S ≥ 1 − n], 1 unit."""
    circuit, x = _gate("nand", n)
    circuit.output(circuit.binary("z", subtract=sum(x), threshold=1 - len(x)))
    return circuit


@maker
def nor(n: int = 2) -> Circuit:
    """Return z = 0 iff any of n inputs is 1: [−S ≥ 0], 1 unit."""
    circuit, x = _gate("nor", n)
    circuit.output(circuit.binary("z", subtract=sum(x), threshold=0))
    return circuit


@maker
def majority(n: int = 3) -> Circuit:
    """Return z = 1 iff more than half of n inputs are 1: [S ≥ ⌊n/2⌋ + 1], 1 unit; a tie gives 0."""
    circuit, x = _gate("majority", n)
    circuit.output(circuit.binary("z", excite=sum(x), threshold=len(x) // 2 + 1))
    return circuit


@maker
def xor(n: int = 2, size: str = "layers") -> Circuit:
    """Return z = 1 iff an odd number of inputs is 1; for two inputs, iff they differ.

    No single unit computes it (Minsky & Papert 1969).  For two inputs, "layers" is the lecture's
    circuit of 3 units, z = [either − both ≥ 1]; "log" has 2, the second of which sees the inputs
    too: z = [x + y − 2·both ≥ 1].  For other n, the circuit of `parity`.

    Parameters
    ----------
    n
        Number of inputs.
    size
        "layers" or "log", as for `parity`.
    """
    if n != 2 or size != "layers":
        return parity(n, size, name="xor")
    circuit, (x, y) = _gate("xor", n)
    either = circuit.binary("either", excite=x + y, threshold=1)
    both = circuit.binary("both", excite=x + y, threshold=2)
    circuit.output(circuit.binary("z", excite=either, subtract=both, threshold=1))
    return circuit


@maker
def xnor(n: int = 2) -> Circuit:
    """Return z = 1 iff an even number of inputs is 1; for two inputs, iff they are equal.

    For two inputs 3 units, z = [both − either ≥ 0]; for other n, `symmetric`'s n + 1.
    """
    if n != 2:
        n = whole(n, "xnor: n", 1, MOST_INPUTS)
        return symmetric([1 - k % 2 for k in range(n + 1)], name="xnor")
    circuit, (x, y) = _gate("xnor", n)
    either = circuit.binary("either", excite=x + y, threshold=1)
    both = circuit.binary("both", excite=x + y, threshold=2)
    circuit.output(circuit.binary("z", excite=both, subtract=either, threshold=0))
    return circuit


def _gate(name: str, n: int) -> tuple[Circuit, list[Source]]:
    circuit = Circuit(name)
    return circuit, bit_inputs(circuit, n)
