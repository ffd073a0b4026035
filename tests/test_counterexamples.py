"""A counterexample in words: which answer is wrong, also where arrays are large or some differ."""

import numpy as np
import pytest

from circuits.arithmetic import full_adder, ripple_carry_adder
from neurosim import Circuit, assert_implements
from neurosim.grading import RefutedError
from neurosim.grading.counterexamples import values_text, wrong_answers


def refuted(circuit, spec, **settings):
    with pytest.raises(RefutedError) as caught:
        assert_implements(circuit, spec, **settings)
    return str(caught.value)


def test_an_output_within_the_tolerance_is_not_the_wrong_one():
    circuit = Circuit("two")
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("p", excite=x))
    circuit.output(circuit.rate("q", excite=2 * x))
    told = refuted(
        circuit, lambda x: (x + 1e-9, 3 * x), domain={"x": (0, 1)}, tolerance=1e-3, samples=9
    )
    assert "neuron 'q' got E = " in told
    assert "neuron 'p'" not in told


def test_of_a_large_output_the_wrong_value_is_told():
    circuit = Circuit("sheet")
    image = circuit.inputs("image", shape=(3, 4, 2))
    circuit.output(circuit.binary("on", excite=image, threshold=1))

    def but_one(image):
        wanted = image.copy()
        wanted[1, 2, 0] = 0
        return wanted

    told = refuted(circuit, but_one).splitlines()
    assert told[1:4] == [
        "  input:    image = 3 × 4 × 2 values of 0 but for 1 at [1, 2, 0]",
        "  expected: on[1, 2, 0] = 0",
        "  got:      on[1, 2, 0] = 1",
    ]
    told = refuted(circuit, lambda image: 1 - image)
    assert "  got:      on[0, 0, 0] = 0, and 23 more of 24 are wrong" in told


def test_of_a_number_it_is_the_lowest_wrong_bit():
    adder = ripple_carry_adder(3)
    told = wrong_answers(adder, {"total": 8}, {"total": 2}, 0.0)
    assert told == (adder.output_places[1], "total = 8", "total = 2", "bit 1 of total")


def test_where_there_are_several_values_it_is_told_which_one_the_way_leads_to():
    adder = full_adder()
    told = refuted(adder, lambda x, y, c: (x ^ y ^ c, 0))
    assert "  on the way to carry:\n" in told
    told = refuted(ripple_carry_adder(2), lambda a, b: a + b & 3)
    assert "  on the way to bit 2 of total:\n" in told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.5, "0.5"),
        (3, "3"),
        (np.arange(4), "[0, 1, 2, 3]"),
        (np.zeros((3, 5)), "3 × 5 values of 0"),
        (np.eye(2, 9), "2 × 9 values of 0 but for 1 at [0, 0], 1 at [1, 1]"),
        (np.linspace(-1, 2, 50), "50 values from -1 to 2"),
    ],
)
def test_values_in_words(value, told):
    assert values_text({"x": value}) == f"x = {told}"
