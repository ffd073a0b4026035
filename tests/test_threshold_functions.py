"""What one threshold unit can compute: published counts, found by running our neurons.

A whole grid of units is one population, so one call answers for all of them at once.
"""

import itertools
import math

import numpy as np
import pytest

from circuits import logic
from neurosim import Circuit


def patterns(n):
    return np.array(list(itertools.product((0, 1), repeat=n)))


def functions(circuit, n):
    """The distinct truth tables that a population of units on one input x computes."""
    return {tuple(column) for column in circuit(patterns(n)).reshape(2**n, -1).T.tolist()}


# McCulloch & Pitts 1943: unit synapses, and any active inhibitor silences the unit.
ABSENT, EXCITATORY, INHIBITORY = range(3)


def absolute_inhibition_units(n):
    kinds = np.array(list(itertools.product((ABSENT, EXCITATORY, INHIBITORY), repeat=n)))
    circuit = Circuit("McCulloch–Pitts units")
    x = circuit.inputs("x", shape=n)
    thresholds = np.arange(n + 2)
    every = np.repeat(kinds, len(thresholds), axis=0)
    circuit.output(
        circuit.binary(
            "units",
            excite=(every == EXCITATORY) @ x,
            divide=math.inf * ((every == INHIBITORY) @ x),
            threshold=np.tile(thresholds, len(kinds)),
        )
    )
    return circuit


def absolute_inhibition_by_hand(n):
    found = set()
    for kinds in itertools.product((ABSENT, EXCITATORY, INHIBITORY), repeat=n):
        for threshold in range(n + 2):
            answers = []
            for x in itertools.product((0, 1), repeat=n):
                excitation = sum(v for v, kind in zip(x, kinds, strict=True) if kind == EXCITATORY)
                vetoed = any(v for v, kind in zip(x, kinds, strict=True) if kind == INHIBITORY)
                answers.append(int(excitation >= threshold and not vetoed))
            found.add(tuple(answers))
    return found


# Unit synapses, counted by hand in `absolute_inhibition_by_hand`.
@pytest.mark.parametrize(("n", "count"), [(1, 4), (2, 11), (3, 36), (4, 125)])
def test_functions_of_one_unit_with_absolute_inhibition(n, count):
    ours = functions(absolute_inhibition_units(n), n)
    assert ours == absolute_inhibition_by_hand(n)
    assert len(ours) == count


def grid_of_units(n, largest):
    """Every unit with integer weights |w| ≤ largest and every threshold that matters."""
    weights = np.array(list(itertools.product(range(-largest, largest + 1), repeat=n)))
    thresholds = np.arange(-n * largest, n * largest + 2)
    circuit = Circuit("threshold units")
    x = circuit.inputs("x", shape=n)
    drive = np.repeat(weights, len(thresholds), axis=0) @ x
    units = circuit.binary("units", drive=drive, threshold=np.tile(thresholds, len(weights)))
    circuit.output(units)
    return circuit


@pytest.mark.compiled
# Threshold functions of n variables, OEIS A000609.  That so many are found proves the weights large
# enough; the next test shows that smaller ones are not.
@pytest.mark.parametrize(
    ("n", "largest", "count"), [(1, 1, 4), (2, 1, 14), (3, 2, 104), (4, 3, 1882)]
)
def test_functions_of_one_unit_with_any_weights(n, largest, count):
    assert len(functions(grid_of_units(n, largest), n)) == count


@pytest.mark.compiled
@pytest.mark.parametrize(("n", "largest"), [(3, 1), (4, 2)])
def test_smaller_weights_do_not_reach_all_threshold_functions(n, largest):
    known = {3: 104, 4: 1882}
    assert len(functions(grid_of_units(n, largest), n)) < known[n]


def test_the_two_functions_of_two_bits_that_no_unit_computes_are_xor_and_xnor():
    every = set(itertools.product((0, 1), repeat=4))
    assert every - functions(grid_of_units(2, 5), 2) == {(0, 1, 1, 0), (1, 0, 0, 1)}


def test_division_and_veto_do_not_help_one_unit_to_xor():
    # With its divisor, bias + E − S ≥ θ·(1 + D) is still one linear inequality; a veto by an
    # input would silence the unit where XOR is 1.
    weights = range(-2, 3)
    divisors = (0, 1, 2, math.inf)
    grid = itertools.product(
        weights, weights, divisors, divisors, np.arange(-9, 10) / 2, (-1, 0, 1)
    )
    w, v, d, e, threshold, bias = np.array(list(grid)).T
    circuit = Circuit("units with every channel")
    x = circuit.inputs("x", shape=2)
    circuit.output(
        circuit.binary(
            "units", drive=np.stack([w, v], axis=1) @ x, divide=np.stack([d, e], axis=1) @ x,
            threshold=threshold, bias=bias,
        )
    )  # fmt: skip
    every = set(itertools.product((0, 1), repeat=4))
    assert every - functions(circuit, 2) == {(0, 1, 1, 0), (1, 0, 0, 1)}


def test_two_units_compute_xor():
    circuit = logic.xor(size="log")
    assert sum(p.size for p in circuit.neuron_populations) == 2
    assert circuit(*patterns(2).T).tolist() == [0, 1, 1, 0]
