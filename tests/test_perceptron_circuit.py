"""The perceptron as a circuit: what it learned is what its neurons do, and that is proved."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from circuits.perceptron import perceptron, trained_perceptron
from neurosim import Circuit, CircuitError
from neurosim.learning import perceptron_rule

TABLE = np.array(list(product((0, 1), repeat=2)))

GATES = {
    "and": lambda x, y: x & y,
    "or": lambda x, y: x | y,
    "nand": lambda x, y: 1 - (x & y),
    "nor": lambda x, y: 1 - (x | y),
    "x and not y": lambda x, y: x & (1 - y),
}


@pytest.mark.parametrize("gate", GATES.values(), ids=GATES)
def test_gates_that_it_learned_are_proved(gate):
    learned = perceptron_rule(TABLE, [gate(x, y) for x, y in TABLE.tolist()])
    circuit = trained_perceptron(learned, inputs=("x", "y"))
    proof = circuit.check(gate)
    assert (proof.holds, proof.exhaustive, proof.patterns) == (True, True, 4)


def test_five_inputs_learned_from_all_patterns():
    patterns = np.array(list(product((0, 1), repeat=5)))
    learned = perceptron_rule(patterns, patterns.sum(axis=1) >= 3)
    circuit = trained_perceptron(learned)
    assert circuit.check(lambda x: int(x.sum() >= 3)).holds


def test_real_inputs_are_decided_as_the_rule_decides(rng):
    patterns = rng.normal(size=(300, 6))
    labels = (patterns @ rng.normal(size=(6, 3)) > 0.1).astype(int)
    circuit = trained_perceptron(perceptron_rule(patterns, labels))
    np.testing.assert_array_equal(circuit(patterns), labels)


def test_it_fires_above_0_and_not_at_0(rng):
    """Decimal weights, whose rounded sums are now and then beside 0 where the true one is 0."""
    patterns = np.array(list(product((0, 1), repeat=6)))
    at_zero = 0
    for _ in range(20):
        tenths = rng.integers(-9, 10, 7).tolist()
        circuit = perceptron([n / 10 for n in tenths[:6]], tenths[6] / 10)
        exact = [
            sum(Fraction(n, 10) * int(x) for n, x in zip(tenths, (*row, 1), strict=True))
            for row in patterns
        ]
        np.testing.assert_array_equal(circuit(patterns), [total > 0 for total in exact])
        at_zero += exact.count(0)
    assert at_zero > 20


def test_tenths_that_floating_point_gets_wrong():
    circuit = perceptron([0.1, 0.2], -0.3)
    assert 0.1 + 0.2 - 0.3 > 0
    assert circuit([1, 1]) == 0
    assert perceptron([0.1, 0.2], -0.2999)([1, 1]) == 1


def test_weights_of_more_places_than_a_decimal_has():
    thirds = np.array([1 / 3, -1 / 7])
    circuit = perceptron(thirds, -0.1)
    np.testing.assert_array_equal(circuit(TABLE), TABLE @ thirds - 0.1 > 0)


def test_real_inputs_at_0():
    circuit = perceptron([1.0], 0.0, real=True)
    np.testing.assert_array_equal(circuit([[-1.0], [0.0], [1e-200]]), [0, 0, 1])


def test_it_has_margins_to_both_sides():
    margins = perceptron([3, 2], -4, inputs=("x", "y")).margins()
    # sums −4, −2, −1 and 1: the threshold may lie anywhere above −1, up to 1
    assert str(margins.of("z")) == "(-1, 1]"
    assert margins.together > 0


def test_inputs_of_a_shape():
    circuit = perceptron(np.eye(6)[:2], 0, inputs=(2, 3))
    image = np.zeros((2, 3))
    image[0, 1] = 1
    np.testing.assert_array_equal(circuit(image), [0, 1])


def test_a_saved_one_answers_alike(tmp_path):
    learned = perceptron_rule(TABLE, TABLE.all(axis=1))
    circuit = trained_perceptron(learned, inputs=("x", "y"))
    circuit.save(tmp_path / "and.json")
    loaded = Circuit.load(tmp_path / "and.json")
    assert loaded.check(lambda x, y: x & y).holds


def test_trained_ones_compose():
    gates = {
        name: trained_perceptron(
            perceptron_rule(TABLE, [GATES[name](x, y) for x, y in TABLE.tolist()]),
            inputs=("x", "y"),
        )
        for name in ("or", "nand", "and")
    }
    xor = Circuit("xor")
    x, y = xor.inputs("x", "y")
    xor.output(gates["and"](gates["or"](x, y), gates["nand"](x, y)))
    assert xor.check(lambda x, y: x ^ y).holds


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ("abc", {}, r"perceptron: weights must be real numbers \(got 'abc'\)"),
        ([], {}, r"perceptron: weights must be of shape .* \(got shape \(0,\)\)"),
        (1.0, {}, r"perceptron: weights must be of shape .* \(got shape \(\)\)"),
        ([1, np.nan], {}, r"perceptron: weights must be at most 1e\+90 either way \(got nan\)"),
        ([1, 2], {"bias": np.inf}, "perceptron: bias must be at most"),
        ([[1, 2]], {"bias": [1, 2]}, r"bias must be a number, or .*\(1,\) \(got shape \(2,\)\)"),
        ([1, 2], {"inputs": "xy"}, r"inputs must be names, or the shape of one .*\(got 'xy'\)"),
        ([1, 2], {"inputs": ("x",)}, r"2 weights a neuron, so it takes as many .*\(got \('x',\)\)"),
        ([1, 2], {"inputs": (3,)}, r"2 weights a neuron, so it takes as many .*\(got \(3,\)\)"),
        ([1, 2], {"inputs": ()}, r"2 weights a neuron, so it takes as many .*\(got \(\)\)"),
    ],
)
def test_what_is_refused(weights, options, message):
    with pytest.raises(CircuitError, match=message):
        perceptron(weights, **options)


def test_only_what_the_rule_taught_is_trained():
    with pytest.raises(CircuitError, match=r"^trained_perceptron: learning must be of the kind Pe"):
        trained_perceptron([1, 2])
