"""Arithmetic on unsigned numbers: circuits made by calling circuits, and threshold units at once.

Y = g(f(X)): XOR and AND make a half adder, two of those a full adder, a row of those an adder, and
rows of adders a multiplier.  Numbers are inputs and outputs with `bits`, least
significant first, so that ``ripple_carry_adder(8)(13, 29)`` is 42.
"""

from __future__ import annotations

import numpy as np

from neurosim import Circuit

from .logic import and_, or_, xor
from .logic.arguments import maker, whole

MOST_BITS = 32  # of the circuits whose units grow with the number of bits
MOST_TALLIES = 1024  # neurons that stand for a number by how many are active
EXACT_BITS = 50  # of those with weights 2ⁱ: every sum of weights stays below 2⁵³


@maker
def half_adder() -> Circuit:
    """Return x + y as (sum, carry): XOR and AND, 4 units."""
    circuit = Circuit("half adder")
    x, y = circuit.inputs("x", "y")
    circuit.output(xor()(x, y), "sum")
    circuit.output(and_()(x, y), "carry")
    return circuit


@maker
def full_adder() -> Circuit:
    """Return x + y + carry_in as (sum, carry): two half adders and OR, 9 units."""
    circuit = Circuit("full adder")
    x, y, carry_in = circuit.inputs("x", "y", "carry_in")
    half = half_adder()
    first = half(x, y)
    second = half(first.sum, carry_in)
    circuit.output(second.sum, "sum")
    circuit.output(or_()(first.carry, second.carry), "carry")
    return circuit


def ripple_carry_adder(bits: int) -> Circuit:
    """Return total = a + b: a full adder for each bit, 9·bits units, the carry handed on.

    Depth grows with the number of bits.  All stages are alike; the first one's carry is 0.

    Parameters
    ----------
    bits
        Of the inputs `a` and `b`, 1 to 32; the output `total` has one more.

    Raises
    ------
    CircuitError
        bits is no such number.
    """
    bits = whole(bits, "ripple_carry_adder: bits", 1, MOST_BITS)
    circuit = Circuit("ripple-carry adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    add = full_adder()
    sums, carry = [], 0
    for i in range(bits):
        one, carry = add(a[i], b[i], carry)
        sums.append(one)
    circuit.output([*sums, carry], "total", bits=bits + 1)
    return circuit


def depth_two_adder(bits: int) -> Circuit:
    """Return total = a + b in two layers whatever the number of bits: 2·bits units, weights 2ⁱ.

    Carry cᵢ₊₁ = [the low i+1 bits of a and of b ≥ 2ⁱ⁺¹], sum sᵢ = [aᵢ + bᵢ + cᵢ − 2cᵢ₊₁ ≥ 1], and
    the last carry is the last bit of the total (see Siu, Roychowdhury & Kailath 1995).

    Parameters
    ----------
    bits
        Of the inputs `a` and `b`, 1 to 50; the output `total` has one more.

    Raises
    ------
    CircuitError
        bits is no such number.
    """
    bits = whole(bits, "depth_two_adder: bits", 1, EXACT_BITS)
    circuit = Circuit("depth-2 adder")
    a, b = circuit.inputs("a", "b", bits=bits)
    place = 2.0 ** np.arange(bits)
    low = np.tril(np.tile(place, (bits, 1)))
    carry = circuit.binary("carry", excite=low @ a + low @ b, threshold=2 * place)
    handed_on = np.eye(bits, k=-1) @ carry
    sums = circuit.binary("sum", excite=a + b + handed_on, subtract=2 * carry, threshold=1)
    circuit.output([*sums, carry[-1]], "total", bits=bits + 1)
    return circuit


def tally_adder(most: int) -> Circuit:
    """Return the sum of two tallies in one layer: 2·most units, each with its own threshold.

    A number is how many neurons are active, as tokens in a pile: the first n of a row stand for n.
    Unit k hears every neuron of both rows and is active from a sum of k on, so that the output is
    such a row again.

    Parameters
    ----------
    most
        The largest number that an input stands for, 1 to 1024: the inputs `a` and `b` have so many
        neurons, the output `total` twice as many.

    Raises
    ------
    CircuitError
        most is no such number.
    """
    most = whole(most, "tally_adder: most", 1, MOST_TALLIES)
    circuit = Circuit("tally adder")
    a, b = circuit.inputs("a", "b", shape=most)
    every = np.ones((2 * most, most))
    counts = np.arange(1, 2 * most + 1)
    circuit.output(circuit.binary("total", excite=every @ a + every @ b, threshold=counts))
    return circuit


@maker
def full_subtractor() -> Circuit:
    """Return x − y − borrow_in as (difference, borrow): x − y − borrow_in + 2·borrow, 2 units.

    Subtraction is inhibition: borrow = [y + borrow_in − x ≥ 1], and
    difference = [x + 2·borrow − y − borrow_in ≥ 1].
    """
    circuit = Circuit("full subtractor")
    x, y, borrow_in = circuit.inputs("x", "y", "borrow_in")
    borrow = circuit.binary("borrow", excite=y + borrow_in, subtract=x, threshold=1)
    circuit.output(
        circuit.binary("difference", excite=x + 2 * borrow, subtract=y + borrow_in, threshold=1)
    )
    circuit.output(borrow)
    return circuit


def subtractor(bits: int) -> Circuit:
    """Return a − b as (difference, borrow): a full subtractor for each bit, 2·bits units.

    Where a < b the borrow is 1 and the difference is a − b + 2^bits: always
    a − b = difference − 2^bits·borrow.

    Parameters
    ----------
    bits
        Of the inputs `a` and `b` and of the output `difference`, 1 to 32.

    Raises
    ------
    CircuitError
        bits is no such number.
    """
    bits = whole(bits, "subtractor: bits", 1, MOST_BITS)
    circuit = Circuit("subtractor")
    a, b = circuit.inputs("a", "b", bits=bits)
    take = full_subtractor()
    differences, borrow = [], 0
    for i in range(bits):
        one, borrow = take(a[i], b[i], borrow)
        differences.append(one)
    circuit.output(differences, "difference", bits=bits)
    circuit.output(borrow, "borrow")
    return circuit


def comparator(bits: int) -> Circuit:
    """Return (less, equal, greater), one of them 1: 3 units, weights 2ⁱ.

    less = [b − a ≥ 1] and greater = [a − b ≥ 1] read the numbers; equal is active on its own and
    inhibited by both.

    Parameters
    ----------
    bits
        Of the inputs `a` and `b`, 1 to 50.

    Raises
    ------
    CircuitError
        bits is no such number.
    """
    bits = whole(bits, "comparator: bits", 1, EXACT_BITS)
    circuit = Circuit("comparator")
    a, b = circuit.inputs("a", "b", bits=bits)
    place = 2.0 ** np.arange(bits)
    less = circuit.binary("less", excite=place @ b, subtract=place @ a, threshold=1)
    greater = circuit.binary("greater", excite=place @ a, subtract=place @ b, threshold=1)
    equal = circuit.binary("equal", subtract=less + greater, threshold=0)
    for output in (less, equal, greater):
        circuit.output(output)
    return circuit


def multiplier(bits: int) -> Circuit:
    """Return product = a · b as on paper: ANDs make a row for each bit of b, adders sum the rows.

    bits² ANDs and bits − 1 ripple-carry adders: bits² + 9·bits·(bits − 1) units.

    Parameters
    ----------
    bits
        Of the inputs `a` and `b`, 1 to 16; the output `product` has twice as many.

    Raises
    ------
    CircuitError
        bits is no such number.
    """
    bits = whole(bits, "multiplier: bits", 1, 16)
    circuit = Circuit("multiplier")
    a, b = circuit.inputs("a", "b", bits=bits)
    times, add = and_(), ripple_carry_adder(bits)
    rows = [[times(a[j], b[i]) for j in range(bits)] for i in range(bits)]
    low, *high = rows[0]
    high.append(circuit.constant(0))
    product = [low]
    for row in rows[1:]:
        low, *high = add(high, row)
        product.append(low)
    circuit.output([*product, *high], "product", bits=2 * bits)
    return circuit
