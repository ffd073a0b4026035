"""Margins against brute force: the circuit rebuilt with each number moved."""

import math

import numpy as np
import pytest

from circuits import logic
from neurosim import Circuit, InputError


def holds(circuit, changed):
    return list(circuit.truth_table()) == list(changed.truth_table())


@pytest.mark.parametrize(
    ("gate", "low", "high"), [(logic.or_(), 0, 1), (logic.and_(), 1, 2), (logic.majority(3), 1, 2)]
)
def test_the_threshold_intervals_of_the_lectures_gates(gate, low, high):
    interval = gate.margins().of("z")
    assert (interval.low, interval.high) == (low, high)
    assert low not in interval
    assert high in interval


@pytest.mark.parametrize("make", [logic.xor, logic.and_, lambda: logic.parity(3)])
def test_every_threshold_interval_is_where_the_table_holds(make):
    circuit = make()
    for margin in circuit.margins().alone:
        if margin.parameter != "threshold" or "[" in margin.neuron:
            continue
        for theta in np.arange(-1.25, 4.5, 0.5):
            moved = circuit.with_parameters(**{margin.neuron: {"threshold": theta}})
            assert holds(circuit, moved) == (theta in margin.interval), (margin, theta)


def test_weight_intervals_are_where_the_table_holds():
    def gate(a=1.0, b=1.0, s=1.0):
        circuit = Circuit("gate")
        x, y, stop = circuit.inputs("x", "y", "stop")
        z = circuit.binary("z", excite=a * x + b * y, subtract=s * stop, threshold=1.5)
        circuit.output(z)
        return circuit

    circuit = gate()
    margins = circuit.margins()
    for channel, source, name in (
        ("excite", "x", "a"),
        ("excite", "y", "b"),
        ("subtract", "stop", "s"),
    ):
        interval = margins.of("z", channel, source)
        for weight in np.arange(0.05, 4, 0.1):
            assert holds(circuit, gate(**{name: weight})) == (weight in interval), (source, weight)


def test_the_largest_joint_change_is_exact_where_it_says_so():
    circuit = Circuit("and")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.binary("z", excite=x + y, threshold=1.5))
    margins = circuit.margins()
    # (1, 1): 2(1 − r) = 1.5(1 + r) at r = 1/7; (1, 0): 1 + r = 1.5(1 − r) at r = 1/5.
    assert margins.together == pytest.approx(1 / 7, abs=1e-9)
    assert margins.breaks_at == margins.together

    def moved(r):
        changed = Circuit("and")
        x, y = changed.inputs("x", "y")
        weight = 1 - r
        z = changed.binary("z", excite=weight * x + weight * y, threshold=1.5 * (1 + r))
        changed.output(z)
        return changed

    assert holds(circuit, moved(0.142))
    assert not holds(circuit, moved(0.144))


def test_a_neuron_at_its_threshold_has_no_margin_and_the_table_says_why():
    margins = logic.and_().margins()
    assert margins.together == 0
    assert "no change is harmless" in str(margins)


def test_divisive_weights_and_vetoes():
    circuit = Circuit("ratio")
    x, y = circuit.inputs("x", "y")
    z = circuit.binary("z", excite=x, divide=x + y, semi_saturation=0, threshold=0.75)
    circuit.output(z)
    interval = circuit.margins().of("z", "divide", "y")
    assert (interval.low, interval.high) == (pytest.approx(1 / 3), math.inf)
    vetoed = Circuit("veto")
    x, y = vetoed.inputs("x", "y")
    vetoed.output(vetoed.binary("z", excite=x, divide=math.inf * y, threshold=0.5))
    assert {m.parameter for m in vetoed.margins().alone} == {"threshold", "excite"}


def test_margins_are_for_binary_circuits_with_few_inputs():
    with pytest.raises(InputError, match=r"2\^17 input patterns"):
        logic.or_(17).margins()
