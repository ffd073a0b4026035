"""Parity of n bits: one layer of one unit a row, of one unit a count, and a tree of XORs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from circuits import logic
from circuits.logic.arguments import bit_inputs
from neurosim import Circuit, stack
from neurosim.description import depth_of, synapses_of
from neurosim.plotting import COLOURS
from neurosim.progress import progress
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Way(NamedTuple):
    """A way to compute parity, and the closed forms of what it takes.

    Attributes
    ----------
    make : the circuit of n inputs
    units, synapses, depth : formulas of n
    """

    make: Callable[[int], Circuit]
    units: Callable[[int], int]
    synapses: Callable[[int], int]
    depth: Callable[[int], int]


def parity_tree(n: int) -> Circuit:
    """Return z = 1 iff an odd number of n inputs is 1: XORs of two, pair by pair, row by row."""
    circuit = Circuit("parity tree")
    row = bit_inputs(circuit, n)
    xor = logic.xor()
    while len(row) > 1:
        pairs = [xor(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = pairs + row[2 * len(pairs) :]
    circuit.output(row[0], name="z")
    return circuit


def _of_rows(n: int) -> Circuit:
    odd = [int(number).bit_count() % 2 for number in range(2**n)]
    return logic.from_table(odd)


def _of_counts(n: int) -> Circuit:
    circuit = Circuit("parity by counts")
    x = stack(bit_inputs(circuit, n))
    counts = np.arange(1, n + 1)
    least = circuit.binary("at_least", excite=np.ones((n, n)) @ x, threshold=counts)
    circuit.output(circuit.binary("z", drive=(-1.0) ** (counts + 1) @ least, threshold=1))
    return circuit


# A row that holds k ones excites its unit by k inputs and inhibits it by the others.
WAYS = {
    "a unit a row": Way(
        _of_rows, lambda n: 2 ** (n - 1) + 1, lambda n: (n + 1) * 2 ** (n - 1), lambda n: 2
    ),
    "a unit a count": Way(
        _of_counts, lambda n: n + 1, lambda n: n * n + n, lambda n: 2
    ),
    "a tree of XORs": Way(
        parity_tree, lambda n: 3 * (n - 1), lambda n: 6 * (n - 1),
        lambda n: 2 * (n - 1).bit_length(),
    ),
}  # fmt: skip
LOOKS = (("vermillion", "s"), ("blue", "o"), ("green", "^"))


def check_parity(result: Result, ax: Axes, most: int) -> None:
    """Build parity each way, prove it, count what it takes, and draw that."""
    numbers = range(2, most + 1)
    rows = []
    work = [(name, n) for name in WAYS for n in numbers]
    for name, n in progress(work, "parity"):
        way = WAYS[name]
        circuit = way.make(n)
        proof = circuit.check(lambda *bits: sum(bits) % 2, vectorized=True)
        units = sum(p.size for p in circuit.neuron_populations)
        synapses = sum(synapses_of(circuit, p) for p in circuit.projections)
        rows.append((name, n, units, synapses, depth_of(circuit), proof.holds and proof.exhaustive))
    for name, way in WAYS.items():
        own = [row for row in rows if row[0] == name]
        result.claim(
            f"parity of 2 to {most} bits by {name}: proved on all patterns",
            [row[5] for row in own], True,
        )  # fmt: skip
        for place, (words, formula) in enumerate(
            (("units", way.units), ("synapses", way.synapses), ("layers", way.depth)), start=2
        ):
            result.claim(
                f"its {words} are {FORMULAS[name][place - 2]}",
                [row[place] for row in own], [formula(n) for n in numbers],
            )  # fmt: skip
    result.table("parity", ("way", "bits", "units", "synapses", "layers"),
                 [row[:5] for row in rows])  # fmt: skip
    fine = np.array(numbers)
    for (name, way), (colour, marker) in zip(WAYS.items(), LOOKS, strict=True):
        found = [row[3] for row in rows if row[0] == name]
        ax.plot(fine, [way.synapses(int(n)) for n in fine], color=COLOURS[colour], linewidth=0.8)
        ax.plot(fine, found, marker, color=COLOURS[colour], label=name)
    ax.set(yscale="log", xlabel="bits n", ylabel="synapses")
    ax.legend()
    ax.set_title("Parity: a tree's synapses grow as n, a layer's as n² or 2ⁿ")


FORMULAS = {
    "a unit a row": ("2ⁿ⁻¹ + 1", "(n + 1)·2ⁿ⁻¹", "2"),
    "a unit a count": ("n + 1", "n² + n", "2"),
    "a tree of XORs": ("3(n − 1)", "6(n − 1)", "2⌈log₂ n⌉"),
}
