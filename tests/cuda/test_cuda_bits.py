"""Bit programs on the card, word for word what the CPU's bit engine answers."""

import unittest.mock

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from random_circuits import DT, examples, twins

from circuits.arithmetic import depth_two_adder, ripple_carry_adder
from neurosim import Circuit, InputError, calls
from neurosim.bits import choice, engine
from neurosim.bits.choice import for_steps
from neurosim.bits.compiler import BitProgram, compile_bits
from neurosim.cuda import bits
from neurosim.patterns import enumerated
from neurosim.program import compile_program

SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(params=["as it comes", "a word at a time"])
def pieces(request, monkeypatch):
    if request.param == "a word at a time":
        monkeypatch.setattr(bits, "PLANES", 1)
    return request.param


def of_all(circuit: Circuit) -> BitProgram:
    program = compile_bits(circuit, np.arange(circuit.size))
    if not isinstance(program, BitProgram):
        reject()
    return program


@settings(max_examples=examples(30))
@given(twins(("binary",)), SEEDS)
def test_given_patterns(twin, seed):
    program = of_all(twin.circuit)
    inputs = sum(p.size for p in twin.circuit.input_populations)
    planes = np.random.default_rng(seed).integers(2**64, size=(inputs, 3), dtype=np.uint64)
    np.testing.assert_array_equal(
        bits.run_planes(program, planes), engine.run_planes(program, planes)
    )


@pytest.mark.parametrize("first", [0, 64 * 1_000_003])
def test_listed_patterns(first, pieces):
    adder = ripple_carry_adder(16)
    program = of_all(adder)
    shown = enumerated(adder, first, first + 300)
    shifts = np.concatenate([*shown.shifts.values()])
    found = bits.run_enumerated(program, shifts, first, first + 300)
    expected = engine.run_enumerated(program, shifts, first, first + 300)
    np.testing.assert_array_equal(found, expected)


def test_the_first_difference_is_found(pieces):
    def gate(threshold):
        circuit = Circuit("gate")
        x = circuit.inputs("x", shape=(9,))
        circuit.output(circuit.binary("z", excite=np.ones((1, 9)) @ x, threshold=threshold))
        return circuit

    ours, theirs = (compile_bits(c, c["z"].index) for c in (gate(8), gate(9)))
    shifts = np.concatenate([*enumerated(gate(8), 0, 512).shifts.values()])
    differ = [n for n in range(512) if n.bit_count() == 8]  # what only the first answers 1 to
    assert bits.first_difference(ours, ours, shifts, 0, 512) is None
    assert bits.first_difference(ours, theirs, shifts, 0, 512) == differ[0] == 255
    assert bits.first_difference(ours, theirs, shifts, 256, 512) == differ[1]
    assert bits.first_difference(ours, theirs, shifts, 0, 255) is None
    assert bits.first_difference(ours, theirs, shifts, 512 - 64, 512) == 479


@settings(max_examples=examples(20))
@given(twins(("binary",), delays=True, recurrent=True), SEEDS, st.integers(1, 3))
def test_steps(twin, seed, every):
    circuit, trials, steps = twin.circuit, 70, 5
    program = compile_program(circuit, DT)
    with unittest.mock.patch.object(choice, "WORTH_COMPILING", 1):
        words = for_steps(circuit, program, trials, steps=64)
    if words is None:
        reject()
    shown = twin.shown(np.random.default_rng(seed), trials, steps)
    options = {"steps": steps, "dt": DT, "record": twin.names, "every": every}
    with unittest.mock.patch.object(bits, "run_in_time", wraps=bits.run_in_time) as ran:
        ours = circuit.simulate(shown, device="cuda", **options)
    assert ran.called
    theirs = circuit.simulate(shown, **options)
    assert (ours.device, theirs.device) == ("cuda", "cpu")
    for name in theirs:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    for kind in ("values", "lines"):
        found, expected = getattr(ours.final_state, kind), getattr(theirs.final_state, kind)
        for name in expected:
            np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def test_a_call_of_many_patterns_runs_there(monkeypatch, rng):
    adder = ripple_carry_adder(4)
    a, b = rng.integers(16, size=(2, 200))
    monkeypatch.setattr("neurosim.bits.choice.WORTH_COMPILING", 1)
    ran = []
    run = bits.run_planes
    monkeypatch.setattr(bits, "run_planes", lambda *given: ran.append(given) or run(*given))
    np.testing.assert_array_equal(adder.evaluate((a, b), device="cuda"), a + b)
    assert ran
    shown = enumerated(adder, 0, 256)
    (found,) = calls.output_values(adder, shown, device="cuda")
    np.testing.assert_array_equal(found, calls.output_values(adder, shown)[0])


def test_circuits_are_compared_on_the_card(monkeypatch):
    monkeypatch.setattr("neurosim.bits.choice.WORTH_COMPILING", 1)
    compared = []
    compare = bits.first_difference
    monkeypatch.setattr(
        bits, "first_difference", lambda *given: compared.append(given[-2:]) or compare(*given)
    )
    ours, theirs = ripple_carry_adder(4), depth_two_adder(4)
    proved = ours.check(theirs, device="cuda")
    assert proved
    assert (proved.exhaustive, proved.patterns) == (True, 256)
    assert (proved.engine, proved.device) == ("bits", "cuda")
    assert compared == [(0, 256)]  # at once: nothing but a number leaves the card

    wrong = theirs.with_parameters(**{theirs.neuron_populations[-1].name: {"threshold": 9}})
    there, here = ours.check(wrong, device="cuda"), ours.check(wrong)
    assert not there
    assert there.patterns == here.patterns
    assert there.counterexample.inputs == here.counterexample.inputs


@pytest.mark.parametrize("samples", [None, 100])
def test_a_circuit_is_checked_on_the_card_against_a_function(monkeypatch, samples):
    monkeypatch.setattr("neurosim.bits.choice.WORTH_COMPILING", 1)
    ran = []
    for name in ("run_planes", "run_enumerated"):
        run = getattr(bits, name)
        monkeypatch.setattr(bits, name, lambda *given, run=run: ran.append(1) or run(*given))
    adder = ripple_carry_adder(4)
    assert adder.check(np.add, vectorized=True, samples=samples, device="cuda")
    assert ran
    assert not adder.check(lambda a, b: a + b - (a == 7), samples=samples, device="cuda")


def test_graded_circuits_are_checked_by_the_cuda_engine():
    circuit = Circuit("graded")
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("z", excite=2 * x))
    found = circuit.check(lambda x: 2 * x, domain={"x": (0, 1)}, tolerance=1e-9, samples=5,
                          device="cuda")  # fmt: skip
    assert found
    assert (found.engine, found.device) == ("cuda: few patterns", "cuda")


def test_too_little_memory_is_said(monkeypatch, rng):
    adder = ripple_carry_adder(4)
    monkeypatch.setattr("neurosim.bits.choice.WORTH_COMPILING", 1)
    monkeypatch.setattr(bits, "free_bytes", lambda: 10)
    with pytest.raises(InputError, match=r"device 'cuda': .* too many for the .* GiB") as caught:
        adder.evaluate(tuple(rng.integers(16, size=(2, 200))), device="cuda")
    assert "\n" not in str(caught.value)
