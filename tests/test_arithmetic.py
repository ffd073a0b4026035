"""Adders, subtractors, comparators and multipliers against Python's own arithmetic."""

import numpy as np
import pytest

from circuits import arithmetic
from neurosim import Circuit, CircuitError

EVERY_BYTE = pytest.param(8, marks=pytest.mark.compiled)  # all 65,536 pairs


def units(circuit):
    return sum(p.size for p in circuit.neuron_populations)


def proved(circuit, spec):
    result = circuit.check(spec, vectorized=True)
    assert result, result
    return result.exhaustive


def test_half_and_full_adder():
    half, full = arithmetic.half_adder(), arithmetic.full_adder()
    assert half.check(lambda x, y: ((x + y) % 2, (x + y) // 2))
    assert full.check(lambda x, y, c: ((x + y + c) % 2, (x + y + c) // 2))
    assert units(half) == 4
    assert units(full) == 9
    assert full(1, 1, 0)._asdict() == {"sum": 0, "carry": 1}


@pytest.mark.parametrize("bits", [1, 2, 5, EVERY_BYTE])
@pytest.mark.parametrize("make", [arithmetic.ripple_carry_adder, arithmetic.depth_two_adder])
def test_adders_add_every_pair(make, bits):
    assert proved(make(bits), lambda a, b: a + b)


@pytest.mark.parametrize("make", [arithmetic.ripple_carry_adder, arithmetic.depth_two_adder])
def test_adders_are_called_with_integers(make):
    adder = make(8)
    assert adder(13, 29) == 42
    assert adder(a=255, b=255) == 510


def test_two_circuits_for_one_computation():
    assert arithmetic.ripple_carry_adder(7).check(arithmetic.depth_two_adder(7))


def test_units_of_the_adders():
    for bits in (1, 8, 16):
        assert units(arithmetic.ripple_carry_adder(bits)) == 9 * bits
        assert units(arithmetic.depth_two_adder(bits)) == 2 * bits
    assert units(arithmetic.ripple_carry_adder(16)) == 144


@pytest.mark.parametrize(
    ("make", "bits"), [(arithmetic.ripple_carry_adder, 32), (arithmetic.depth_two_adder, 50)]
)
def test_the_widest_adders(make, bits, rng):
    adder = make(bits)
    a, b = rng.integers(0, 2**bits, (2, 1000))
    a[:3], b[:3] = (2**bits - 1, 2**bits - 1, 1), (2**bits - 1, 1, 2**bits - 1)
    assert np.array_equal(adder(a, b), a + b)


def test_the_depth_two_adder_has_two_layers():
    layers = {}
    adder = arithmetic.depth_two_adder(8)
    for projection in adder.projections:  # the carries hear inputs, the sums inputs and carries
        target = adder.populations[projection.target].name
        heard = adder.positions_of(projection.connection.source.index)
        layers.setdefault(target, set()).update(adder.populations[k].name for k in heard)
    assert layers == {"carry": {"a", "b"}, "sum": {"a", "b", "carry"}}


def test_full_subtractor():
    circuit = arithmetic.full_subtractor()
    assert circuit.check(lambda x, y, b: ((x - y - b) % 2, int(x - y - b < 0)))
    assert units(circuit) == 2


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_subtractor_borrows_where_a_is_less(bits):
    circuit = arithmetic.subtractor(bits)
    assert proved(circuit, lambda a, b: ((a - b) % 2**bits, a < b))
    assert units(circuit) == 2 * bits


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_comparator(bits):
    circuit = arithmetic.comparator(bits)
    assert proved(circuit, lambda a, b: (a < b, a == b, a > b))
    assert units(circuit) == 3


def test_the_widest_comparator():
    top = 2**50 - 1
    assert arithmetic.comparator(50)(top - 1, top) == (1, 0, 0)
    assert arithmetic.comparator(50)(top, top) == (0, 1, 0)


@pytest.mark.parametrize("bits", [1, 2, 3, EVERY_BYTE])
def test_multiplier_multiplies_every_pair(bits):
    circuit = arithmetic.multiplier(bits)
    assert proved(circuit, lambda a, b: a * b)
    assert units(circuit) == bits**2 + 9 * bits * (bits - 1)


def test_arithmetic_composes():
    circuit = Circuit("a + b + c")
    a, b, c = circuit.inputs("a", "b", "c", bits=3)
    total = arithmetic.depth_two_adder(3)(a, b)
    circuit.output(arithmetic.ripple_carry_adder(4)(total, [*c, 0]), "total", bits=5)
    assert circuit.check(lambda a, b, c: a + b + c)


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (arithmetic.ripple_carry_adder, 32),
        (arithmetic.depth_two_adder, 50),
        (arithmetic.subtractor, 32),
        (arithmetic.comparator, 50),
        (arithmetic.multiplier, 16),
    ],
)
def test_bad_numbers_of_bits_are_refused(make, most):
    rule = f"{make.__name__}: bits must be a whole number from 1 to {most} "
    for bits in (0, -1, most + 1, 2.5, "8", True, None):
        with pytest.raises(CircuitError) as refused:
            make(bits)
        assert str(refused.value) == f"{rule}(got {bits!r})"


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_tally_adder_adds_piles(most):
    circuit = arithmetic.tally_adder(most)

    def pile(n, size):
        return (np.arange(size) < n).astype(int)

    for a in range(most + 1):
        for b in range(most + 1):
            total = circuit(pile(a, most), pile(b, most))
            assert total.tolist() == pile(a + b, 2 * most).tolist()
    # Which of the neurons are active does not matter, only how many.
    assert circuit.check(lambda a, b: pile(a.sum() + b.sum(), 2 * most))


def test_a_tally_adder_refuses_other_sizes():
    with pytest.raises(CircuitError, match="tally_adder: most"):
        arithmetic.tally_adder(0)
