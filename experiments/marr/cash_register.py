"""Marr's own example: a cash register adds; two ways to do it, and three kinds of hardware."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from circuits import arithmetic
from neurosim import Circuit
from neurosim.marr import Algorithm, Axiom, Computation, Implementation, Marr, Repeat

COLUMNS = "column by column"
PILES = "piles put together"


def cash_register(bits: int, *, centred: bool = False) -> Marr:
    """Return addition of two numbers at three levels.

    Parameters
    ----------
    bits
        Of each number.
    centred
        Whether every threshold lies halfway between the sums at which its neuron is silent and
        active, rather than on the latter.
    """
    circuits = [
        Implementation(
            arithmetic.ripple_carry_adder(bits), realizes=COLUMNS, reads={"carries": _rippled}
        ),
        Implementation(
            arithmetic.depth_two_adder(bits), realizes=COLUMNS,
            reads={"carries": lambda activities: activities["carry"]},
        ),
        Implementation(
            arithmetic.tally_adder(2**bits - 1), realizes=PILES,
            encode=lambda a, b: (_pile(a, bits), _pile(b, bits)),
            decode=lambda total: int(total.sum()),
        ),
    ]  # fmt: skip
    if centred:
        circuits = [i.changed(centred_thresholds(i.circuit)) for i in circuits]
    return Marr(
        "cash register",
        computation=addition(bits),
        algorithms=[_column_by_column(bits), _piles_put_together(bits)],
        implementations=circuits,
    )


def addition(bits: int) -> Computation:
    """Return what a cash register computes, and why it is addition and nothing else.

    Marr, D. (1982). Vision, chapter 1: buying nothing costs nothing; the order of the goods does
    not matter; nor does it matter in which heaps they are paid.
    """
    numbers = range(2**bits)
    return Computation(
        "addition",
        lambda a, b: a + b,
        domain={"a": numbers, "b": numbers},
        axioms={
            "zero": lambda add, a: (add(a, 0), a),
            "commutativity": lambda add, a, b: (add(a, b), add(b, a)),
            "associativity": Axiom(
                lambda add, a, b, c: (add(add(a, b), c), add(a, add(b, c))), c=numbers
            ),
        },
        formula="$total = a + b$",
    )


def centred_thresholds(circuit: Circuit) -> Circuit:
    """Return a copy whose thresholds are ½ lower: between two sums of whole weights."""
    changes = {
        p.name: {"threshold": np.asarray(p.neurons.threshold) - 0.5}
        for p in circuit.neuron_populations
        if p.neurons is not None
    }
    return circuit.with_parameters(**changes)


class Columns(NamedTuple):
    """The digits still to be added, least significant first, and what has been found."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    carry: int
    total: tuple[int, ...]
    carries: tuple[int, ...]


def _column_by_column(bits: int) -> Algorithm:
    """Addition as it is taught in school, in base 2."""

    def digits(number: int) -> tuple[int, ...]:
        return tuple(number >> i & 1 for i in range(bits))

    def add(state: Columns) -> Columns:
        column = state.a[0] + state.b[0] + state.carry
        return state._replace(
            a=state.a[1:], b=state.b[1:], total=(*state.total, column % 2), carry=column // 2,
            carries=(*state.carries, column // 2),
        )  # fmt: skip

    return Algorithm(
        COLUMNS,
        representation="binary digits, least significant first",
        encode=lambda a, b: Columns(digits(a), digits(b), 0, (), ()),
        steps=[
            Repeat(
                [("add the column and the carry", add)], lambda state: bool(state.a),
                "as long as a column is left",
            ),
            ("write the last carry", lambda s: s._replace(total=(*s.total, s.carry), carry=0)),
        ],
        decode=lambda state: sum(digit << i for i, digit in enumerate(state.total)),
        valid=lambda state: set(state.a + state.b + state.total) <= {0, 1},
        quantities={"carries": lambda state: state.carries},
    )  # fmt: skip


class Piles(NamedTuple):
    """Tokens that stand for a number by how many there are."""

    left: int
    right: int


def _piles_put_together(bits: int) -> Algorithm:
    """Addition by moving tokens, one after the other."""
    return Algorithm(
        PILES,
        representation="piles of tokens",
        encode=lambda a, b: Piles(a, b),
        steps=[
            Repeat(
                [("move a token to the left", lambda p: Piles(p.left + 1, p.right - 1))],
                lambda p: p.right > 0,
                "as long as the right pile has any",
            )
        ],
        decode=lambda piles: piles.left,
        valid=lambda p: min(p) >= 0 and max(p) < 2 ** (bits + 1),
    )


def _rippled(activities: Mapping[str, Any]) -> list[int]:
    """Return the carries, each what the last neuron of a full adder says, in their order."""
    return [value for name, value in activities.items() if name.endswith(".or.z")]


def _pile(number: int, bits: int) -> np.ndarray:
    """Return a row of neurons of which so many are active."""
    return (np.arange(2**bits - 1) < number).astype(int)
