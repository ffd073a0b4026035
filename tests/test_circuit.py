"""Building, composing, lesioning and calling circuits."""

import contextlib
import inspect
import math
import pickle
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from copy import copy, deepcopy
from multiprocessing import get_context

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_circuits import examples, twins

from neurosim import Circuit, CircuitError, InputError, convolve, stack
from neurosim.plotting import draw_circuit
from neurosim.program import compile_program
from neurosim.settling import settle, settling_time
from neurosim.simulation import simulate
from neurosim.verification import check

SEEDS = st.integers(0, 2**32 - 1)


def xor() -> Circuit:
    made = Circuit("xor")
    x, y = made.inputs("x", "y")
    either = made.binary("either", excite=x + y, threshold=1)
    both = made.binary("both", excite=x + y, threshold=2)
    made.output(made.binary("z", excite=either, subtract=both, threshold=1))
    return made


def names(circuit: Circuit) -> list[str]:
    return [p.name for p in circuit.populations]


# ------------------------------------------------------------------ calling


def test_numbers_in_plain_numbers_out():
    z = xor()(1, 0)
    assert z == 1
    assert type(z) is int
    ramp = Circuit("ramp")
    ramp.output(ramp.rate("r", excite=0.5 * ramp.inputs("x")))
    answer = ramp(np.int8(3))
    assert answer == 1.5
    assert type(answer) is float
    assert xor()(True, y=False) == 1


def test_one_output_is_itself_and_several_a_named_tuple():
    circuit = Circuit("two")
    x = circuit.inputs("x", shape=(2,))
    circuit.output(x[0], "first")
    circuit.output(circuit.binary("both", excite=x.sum(), threshold=2))
    answer = circuit([1, 1])
    assert answer._fields == ("first", "both")
    assert answer == (1, 1)
    first, both = circuit(np.array([[0, 1], [1, 1], [1, 0]]))
    assert first.tolist() == [0, 1, 1]
    assert both.tolist() == [0, 1, 0]


def test_a_named_tuple_survives_any_output_name():
    circuit = Circuit("odd")
    x = circuit.inputs("x")
    for name in ("class", "second one", "_x", "x"):
        circuit.output(x, name)
    assert circuit(1) == (1, 1, 1, 1)


def test_a_named_tuple_is_copied_and_pickled():
    circuit = xor()
    circuit.output(circuit["either"], "second one")
    answer = circuit(1, 0)
    assert type(circuit(0, 0)) is type(answer)
    for made in (pickle.loads(pickle.dumps(answer)), copy(answer), deepcopy(answer)):
        assert made == answer
        assert made.z == 1
        assert made._fields == ("z", "_1")
        assert type(made) is type(answer)
    assert pickle.loads(pickle.dumps(circuit.settle((1, 0)))).outputs == (1, 1)


@settings(max_examples=examples(60))
@given(SEEDS)
def test_constants_count_as_the_decimals_they_are_written_as(seed):
    """The threshold is met exactly, whatever part of the drive constants deliver."""
    rng = np.random.default_rng(seed)
    excite, subtract, values = tenths = rng.integers(1, 8, size=(3, 3))
    u = excite @ (values * [1, 0, 1]) + 10 * excite[1] - subtract @ values  # in hundredths
    circuit = Circuit("tenths")
    x, held = circuit.inputs("x"), circuit.constant(values / 10, "held")
    mixed = stack([held[0], x, held[2].delay(0.003)])
    drives = {"excite": tenths[0] / 10 @ mixed, "subtract": tenths[1] / 10 @ held}
    for name, theta in (("met", u / 100), ("missed", (u + 1) / 100)):
        circuit.output(circuit.binary(name, **drives, threshold=theta))
    assert circuit(1) == (1, 0)
    record = circuit.simulate(1, steps=2)
    assert (record["met"][0, -1], record["missed"][0, -1]) == (1, 0)


def test_a_constant_on_excite_is_a_bias():
    circuit = Circuit("bias")
    x = circuit.inputs("x")
    k = circuit.constant(0.7)
    for name, source in (("now", k), ("late", k.delay(0.001))):
        circuit.output(circuit.binary(name, excite=0.1 * x + source, threshold=0.8))
    circuit.output(circuit.binary("bias", excite=0.1 * x, bias=0.7, threshold=0.8))
    assert circuit(1) == (1, 1, 1)
    assert circuit(0) == (0, 0, 0)
    assert compile_program(circuit, None).exact
    for threshold, expected in ((0.4, 1), (0.41, 0)):  # 0.6/(1 + 0.5)
        shunted = Circuit("shunted")
        pool = shunted.constant([0.25, 0.1], "pool")
        drives = {"drive": 0.6 * shunted.inputs("x"), "divide": np.array([1.6, 1.0]) @ pool}
        shunted.output(shunted.binary("z", **drives, threshold=threshold))
        assert shunted(1) == expected
        assert compile_program(shunted, None).exact


def test_numbers_of_bits_are_integers_in_and_out():
    double = Circuit("double")
    a = double.inputs("a", bits=4)
    zero = double.constant(0.0)
    double.output([zero, *a], "twice", bits=5)
    assert double(11) == 22
    assert type(double(11)) is int
    assert double([0, 7, 15]).tolist() == [0, 14, 30]
    assert double(np.uint8(15)) == 30


@pytest.mark.parametrize("bits", [1, 8, 53, 54, 62])
def test_numbers_of_many_bits_are_exact(bits):
    relay = Circuit("relay")
    a = relay.inputs("a", bits=bits)
    relay.output(relay.binary("z", excite=a), bits=bits)
    top = 2**bits - 1
    for number in {0, 1, top // 3, top - 1, top}:
        assert relay(number) == number
    for number in (-1, top + 1, 2**70, 0.5, float(2**bits)):
        with pytest.raises(InputError, match=f"whole numbers from 0 to {top}"):
            relay(number)


def test_activities_are_every_value_by_name():
    found = xor().activities(1, [0, 1])
    assert {k: v.tolist() for k, v in found.items()} == {
        "x": [1, 1], "y": [0, 1], "either": [1, 1], "both": [0, 1], "z": [1, 0],
    }  # fmt: skip


def test_delays_are_ignored_by_a_call():
    circuit = Circuit("late")
    x = circuit.inputs("x")
    circuit.output(circuit.rate("z", excite=x.delay(0.01) + x.delay(0.02).delay(0.01)))
    circuit.output(x.delay(0.01), "late")
    assert circuit(3.0) == (6.0, 3.0)
    assert x.delay(0) is x


def test_the_same_delay_is_shared():
    circuit = Circuit("late")
    x = circuit.inputs("x", shape=3)
    before = circuit.size
    one, two = x.delay(0.01), x.delay(0.01)
    assert circuit.size == before + 3
    np.testing.assert_array_equal(one.index, two.index)
    assert x[::-1].delay(0.01).index[0] != one.index[2]


def test_a_static_call_of_a_cycle_names_it():
    circuit = Circuit("latch")
    x = circuit.inputs("x")
    a = circuit.binary("a", excite=x)
    b = circuit.binary("b", excite=a.delay(0.001))
    circuit.connect(a, excite=b)
    circuit.output(circuit.binary("behind", excite=b))
    with pytest.raises(
        CircuitError, match=r"'latch' is recurrent \((a → b → a|b → a → b)\).*settle"
    ):
        circuit(1)


def test_running_never_changes_a_circuit():
    circuit = xor()
    before = names(circuit), circuit.size, len(circuit.projections)
    circuit(1, 0)
    circuit.simulate((1, 0), steps=3)
    circuit.activities(1, 1)
    assert (names(circuit), circuit.size, len(circuit.projections)) == before


def test_a_circuit_may_be_extended_after_it_ran():
    circuit = xor()
    assert circuit(1, 0) == 1
    circuit.output(circuit.binary("not", subtract=circuit["z"], threshold=0))
    assert circuit(1, 0) == (1, 0)
    circuit.connect(circuit["not"], excite=2 * circuit["x"])
    assert circuit(1, 0) == (1, 1)


def test_a_delay_that_nothing_hears_stops_no_run():
    """What a refused neuron or a corrected number leaves behind."""
    circuit = Circuit("notebook")
    x = circuit.inputs("x")
    with pytest.raises(CircuitError, match="must not be negative"):
        circuit.binary("z", excite=-x.delay(1.5e-4))
    x.delay(1.5e-4).delay(1e-3)
    x.delay(1e200)
    circuit.output(circuit.rate("z", excite=x.delay(1e-3)))
    circuit.output(circuit.rate("y", excite=circuit["z"].delay(2e-3).delay(1e-3)))
    record = circuit.simulate(np.arange(1.0, 8), steps=7)
    assert record["z"][0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert record["y"][0].tolist() == [0, 0, 0, 0, 0, 1, 2]
    assert circuit.settle(3.0).outputs == (3, 3)
    unheard = f"{x.delay(4e-3)}"
    assert circuit.simulate(np.arange(1.0, 8), steps=7, record=[unheard])[unheard].any()
    circuit.output(x.delay(1.5e-4), "late")
    with pytest.raises(CircuitError, match=r"x's delay of 0.00015 s is no whole number of steps"):
        circuit.simulate(1, steps=3)


def test_a_delay_of_very_many_steps_is_refused():
    circuit = Circuit("patient")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x").delay(1e200)))
    with pytest.raises(CircuitError, match=r"x's delay of 1e\+200 s is more than 2,147,483,647 st"):
        circuit.simulate(1, steps=3)


def test_the_same_delay_is_shared_by_what_is_refused_and_what_is_inlined():
    late = Circuit("late")
    late.output(late.rate("z", excite=late.inputs("x").delay(0.01)))
    late.output(late["x"].delay(0.01), "line")
    host = Circuit("host")
    x, sheet = host.inputs("x"), host.inputs("sheet", shape=4, real=True)
    _, line = late(x)
    np.testing.assert_array_equal(x.delay(0.01).index, line.index)
    with contextlib.suppress(KeyboardInterrupt), host.all_or_nothing():
        sheet[::3].delay(0.01)
        raise KeyboardInterrupt
    three, two = sheet[[0, 1, 3]].delay(0.01), sheet[::3].delay(0.01)
    assert str(three) == "sheet[0] … sheet[3] 0.01 s ago"  # as the one that was undone
    assert (three.shape, two.shape) == ((3,), (2,))
    np.testing.assert_array_equal(sheet[::3].delay(0.01).index, two.index)


# ------------------------------------------------------------------ copies


def called(circuit: Circuit, shown: np.ndarray) -> np.ndarray:
    return circuit(shown)


def weighted(rng) -> Circuit:
    """A circuit whose weights a Program refers to by address."""
    circuit = Circuit("weighted")
    x = circuit.inputs("x", shape=100, real=True)
    circuit.output(circuit.rate("z", excite=rng.random((100, 100)) @ x))
    return circuit


def test_a_circuit_that_has_run_is_copied_whole(rng):
    circuit, shown = weighted(rng), rng.random(100)
    expected = circuit(shown)
    fresh = len(pickle.dumps(weighted(rng)))
    assert len(pickle.dumps(circuit)) < 1.1 * fresh
    made = [deepcopy(circuit), pickle.loads(pickle.dumps(circuit))]
    del circuit
    for one in made:
        assert not one.programs
        np.testing.assert_array_equal(one(shown), expected)
        one.output(one.rate("y", excite=one["z"][:2]))
        np.testing.assert_array_equal(one(shown)[1], expected[:2])


@pytest.mark.compiled
def test_a_circuit_that_has_run_is_sent_to_another_process(rng):
    circuit, shown = weighted(rng), rng.random(100)
    expected = circuit(shown)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        np.testing.assert_array_equal(pool.submit(called, circuit, shown).result(), expected)


# ------------------------------------------------------------------ composing


def test_a_composed_circuit_is_the_composed_function():
    host = Circuit("host")
    x, y, z = host.inputs("x", "y", "z")
    gate = xor()
    host.output(gate(gate(x, y), z))
    assert names(host) == [
        "x", "y", "z", "xor.either", "xor.both", "xor.z", "xor_2.either", "xor_2.both", "xor_2.z",
    ]  # fmt: skip
    patterns = np.array(list(np.ndindex(2, 2, 2)))
    assert host(*patterns.T).tolist() == (patterns.sum(axis=1) % 2).tolist()


@settings(max_examples=examples(25))
@given(twins(("binary",), delays=True), twins(("binary",), delays=True), SEEDS)
def test_random_circuits_compose_as_functions_do(first, second, seed):
    """g(f(x)), with constants for what f has no output for."""
    rng = np.random.default_rng(seed)
    host = Circuit("host")
    shown = first.shown(rng)
    kinds = {p.name: p for p in first.circuit.input_populations}
    sources = {
        n: host.inputs(n, bits=p.bits) if p.bits else host.inputs(n, shape=p.shape)
        for n, p in kinds.items()
    }
    inner = first.circuit(**sources)
    inner = inner if isinstance(inner, tuple) else (inner,)
    values = first.circuit(**shown)
    values = values if isinstance(values, tuple) else (values,)
    given, arguments = second.shown(rng), {}
    for population in second.circuit.input_populations:
        name = population.name
        for source, value in zip(inner, values, strict=True):
            if source.shape == population.shape:
                arguments[name] = source
                given[name] = _number(value) if population.bits else value
        arguments.setdefault(name, given[name])
    if not any(a is s for a in arguments.values() for s in inner):
        return
    outer = second.circuit(**arguments)
    for k, source in enumerate(outer if isinstance(outer, tuple) else (outer,)):
        host.output(source, f"out{k}")
    expected = second.circuit(**given)
    found = host(**shown)
    expected = expected if isinstance(expected, tuple) else (expected,)
    found = found if isinstance(found, tuple) else (found,)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def _number(bits) -> int:
    return int(sum(int(b) << k for k, b in enumerate(bits)))


@settings(max_examples=examples(25))
@given(twins(noise=True, delays=True, recurrent=True), SEEDS)
def test_an_inlined_circuit_runs_in_time_as_it_did(twin, seed):
    """All of it: delays, noise apart (another place, another stream), recurrence."""
    for name in twin.names:
        twin.circuit = twin.circuit.with_parameters(**{name: {"noise": 0.0}})
    shown = twin.shown(np.random.default_rng(seed), 2, 4)
    host = Circuit("host")
    host.constant(1.0)  # so that no place is as it was
    sources = {}
    for p in twin.circuit.input_populations:
        real = None if p.bits else not twin.circuit.takes_binary(p)
        shape = () if p.bits else p.shape
        sources[p.name] = host.inputs(p.name, bits=p.bits, shape=shape, real=real)
    outputs = twin.circuit(name="inner", **sources)
    for k, source in enumerate(outputs if isinstance(outputs, tuple) else (outputs,)):
        host.output(source, f"out{k}")
    try:
        alone = twin.circuit.simulate(shown, steps=4)
    except ValueError:
        return
    inlined = host.simulate(shown, steps=4)
    for k, output in enumerate(twin.circuit.outputs):
        np.testing.assert_allclose(
            inlined[f"out{k}"], alone[output.name], rtol=1e-11, atol=1e-11, err_msg=output.name
        )


def test_constants_and_lists_of_sources_may_be_mixed_in():
    gate = Circuit("majority")
    votes = gate.inputs("votes", shape=(3,))
    gate.output(gate.binary("z", excite=votes.sum(), threshold=2))
    host = Circuit("host")
    x, y = host.inputs("x", "y")
    host.output(gate([x, y, 1]), "or")
    host.output(gate([x, y, 0]), "and")
    host.output(gate(stack([x, y, x])), "x")
    patterns = np.array(list(np.ndindex(2, 2)))
    found = host(*patterns.T)
    assert [a.tolist() for a in found] == [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]]
    assert names(host)[:3] == ["x", "y", "majority.votes"]
    assert "majority_3.votes" not in host  # the third had no constant
    low = xor()(x, 1)
    assert str(low) == "xor.z"


def test_what_can_be_negative_divides_nothing_in_an_inlined_circuit():
    ratio = Circuit("ratio")
    x, y = ratio.inputs("x", "y", real=True)
    ratio.output(ratio.rate("z", excite=x, divide=y.delay(0.001), transfer="identity"))
    shunted = Circuit("shunted")
    pair = shunted.inputs("pair", shape=2, real=True)
    shunted.output(shunted.rate("z", excite=pair[0], divide=math.inf * pair[1]))
    host = Circuit("host")
    a, b = host.inputs("a", "b", real=True)
    signed = host.rate("signed", drive=-1 * b, transfer="identity")
    before = names(host)
    for attempt in (
        lambda: ratio(a, signed),
        lambda: ratio(a, signed.delay(0.01)),
        lambda: shunted([a, signed]),
        lambda: shunted([a, -1]),
    ):
        with pytest.raises(CircuitError, match=r"neuron '\w+.z': .* on divide= (can be|is) negat"):
            attempt()
        assert [n for n in names(host) if "ago" not in n] == before
    host.output(ratio(signed, a))
    assert host(1.0, 3.0) == -1.5
    with pytest.raises(InputError, match="'a' divides"):
        host(-1.0, 3.0)


def test_an_input_that_was_taken_for_binary_stays_so():
    """Whatever neurons the circuit gets later."""
    host = Circuit("host")
    x, y, r = host.inputs("x", "y", "r")
    host.output(xor()(x.delay(0.001), y), "o")
    host.rate("rate", excite=r)
    assert host(1, 0, 0.5) == 1
    for wrong in ((0.5, 1, 0), (1, -7, 0)):
        with pytest.raises(InputError, match="takes only 0 and 1"):
            host(*wrong)
    number = Circuit("number")
    bits = number.inputs("bits", shape=3)
    number.output(bits, "n", bits=3)
    number.rate("rate", excite=bits[0])
    assert number([0, 1, 1]) == 6
    with pytest.raises(InputError, match="takes only 0 and 1"):
        number([0.3, 0.7, 2])


def test_an_input_is_not_taken_for_binary_by_what_is_refused():
    host = Circuit("host")
    x = host.inputs("x")
    graded = host.rate("graded", excite=x)
    for attempt in (lambda: xor()(x, graded), lambda: host.output([x, graded], "n", bits=2)):
        with pytest.raises(CircuitError, match="binary"):
            attempt()
    host.output(graded)
    assert host(0.5) == 0.5


def test_whatever_is_raised_leaves_no_trace():
    host = Circuit("host")
    x = host.inputs("x")
    pair = Circuit("pair")
    pair.output(pair.binary("z", excite=pair.inputs("two", shape=2).sum()))
    with pytest.raises(CircuitError, match="must be a number"):
        pair([x, "a"])
    assert not host.instances
    with contextlib.suppress(KeyboardInterrupt), host.all_or_nothing():
        host.claim_instance("pair", numbered=True)
        host.rate("z", excite=x)
        raise KeyboardInterrupt
    assert names(host) == ["x"]
    assert not host.instances
    assert not host.projections
    assert host.size == 1


def test_a_copy_is_independent_of_what_it_was_made_from():
    gate, host = xor(), Circuit("host")
    x, y = host.inputs("x", "y")
    host.output(gate(x, y))
    gate.connect(gate["z"], excite=9 * gate["x"])
    assert gate(1, 1) == 1
    assert host(1, 1) == 0


def test_instances_are_named_as_asked():
    host = Circuit("host")
    x, y = host.inputs("x", "y")
    xor()(x, y, name="low")
    assert "low.either" in host
    with pytest.raises(CircuitError, match="'low' is used already"):
        xor()(x, y, name="low")
    with pytest.raises(CircuitError, match="without a dot"):
        xor()(x, y, name="a.b")
    with pytest.raises(CircuitError, match="no source was given"):
        xor()(1, 0, name="low")


def test_instances_within_instances():
    parity = Circuit("parity")
    x, y, z = parity.inputs("x", "y", "z")
    parity.output(xor()(xor()(x, y), z))
    host = Circuit("host")
    a, b = host.inputs("a", "b")
    host.output(parity(a, b, 1))
    assert "parity.xor_2.both" in host
    assert [host(*p) for p in np.ndindex(2, 2)] == [1, 0, 0, 1]


def test_what_is_refused_leaves_no_trace():
    host = Circuit("host")
    x, pair = host.inputs("x"), host.inputs("pair", shape=2)
    other = Circuit("other").inputs("o")
    z = host.binary("z", excite=x)
    cell = host.rate("cell", excite=x, semi_saturation=0.0, divide=x)

    def state():
        return names(host), host.size, len(host.projections), len(host.outputs)

    before = state()
    refused = [
        lambda: xor()(x, pair),
        lambda: xor()(1, pair[0] * 2),
        lambda: host.inputs("a", "b", "a"),
        lambda: host.inputs("a", "x"),
        lambda: host.binary("w", excite=x + other),
        lambda: host.binary("w", excite=x, subtract=np.ones((3, 2)) @ pair, shape=2),
        lambda: host.binary("w", excite=x, threshold=math.nan),
        lambda: host.rate("w", excite=pair, semi_saturation=[0.0, 1.0]),
        lambda: host.connect(z, excite=x, subtract=pair),
        lambda: host.connect(cell, excite=z),
        lambda: host.output(pair, "p", bits=3),
        lambda: host.output(other),
        lambda: x.delay(-1),
    ]
    for attempt in refused:
        with pytest.raises(CircuitError):
            attempt()
        assert state() == before
    xor()(x, z)
    assert "xor.z" in host  # not xor_2: the refused ones left their name


def test_connecting_part_of_a_population():
    circuit = Circuit("parts")
    x = circuit.inputs("x", shape=(3,))
    z = circuit.rate("z", shape=(4,))
    circuit.connect(z[1:3], excite=2 * x[:2])
    circuit.connect(z[::-1], excite=x.sum())
    circuit.connect(z[3], excite=np.array([1.0, 0, 5]) @ x)
    circuit.output(z)
    assert circuit([1.0, 2.0, 3.0]).tolist() == [6, 8, 10, 22]
    a, b = circuit.rate("a", shape=2), circuit.rate("b", shape=2)
    assert str(circuit.connect(a[:1], excite=x[0])) == "a[0]"
    for target in (stack([a[0], b[0], a[1]]), x, stack([a[0], b[0]])):
        with pytest.raises(CircuitError, match="neurons of one population"):
            circuit.connect(target, excite=x[0])


@pytest.mark.parametrize("kind", ["binary", "rate"])
def test_connecting_a_population_in_another_shape(kind, rng):
    """Every layout delivers what the same sum in the population's own shape does."""
    shown = rng.integers(0, 2, (2, 2))
    matrix = rng.integers(0, 3, (4, 4)) / 8
    kernel = np.array([[0.5, 1.0, 0.25]])

    def build(reshaped, channel, drives):
        circuit = Circuit("shapes")
        x = circuit.inputs("x", shape=(2, 2))
        z = getattr(circuit, kind)("z", shape=(2, 2), bias=1.0)
        for drive in drives(x):
            shape = (4,) if reshaped == "flat" else (1, 2, 2)
            target = z if reshaped == "no" else z.reshape(shape)
            circuit.connect(target, **{channel: drive})
        circuit.output(z)
        return circuit(shown)

    def square(x):
        return [x, 0.5 * x[0, 0], matrix @ x, x.sum(), convolve(x, kernel)]

    def flat(x):
        rows = convolve(x.reshape(4, 1), np.ones((1, 1)))
        return [x.ravel(), 0.5 * x[0, 0], matrix @ x, x.sum(), 0 * rows.connections[0].source[:, 0]]

    def stacked(x):
        return [x, x.reshape(1, 2, 2), 0.5 * x[0, 0], x.sum()]

    for channel in ("excite", "divide"):
        expected = build("no", channel, lambda x: square(x)[:4])
        np.testing.assert_array_equal(build("flat", channel, flat), expected)
        twice = build("no", channel, lambda x: [x, x, 0.5 * x[0, 0], x.sum()])
        np.testing.assert_array_equal(build("stacked", channel, stacked), twice)
    circuit = Circuit("sheet")
    x = circuit.inputs("x", shape=(3, 3), real=True)
    z = circuit.rate("z", shape=9)
    circuit.connect(z.reshape(3, 3), excite=convolve(x, np.ones((3, 3))))
    circuit.output(z)
    expected = naive.convolve(np.eye(3).tolist(), np.ones((3, 3)).tolist(), "zero")
    np.testing.assert_array_equal(circuit(np.eye(3)), np.ravel(expected))


# ------------------------------------------------------------------ changed copies


def test_a_lesion_silences_neurons():
    circuit = xor()
    lesioned = circuit.without("both")
    patterns = np.array(list(np.ndindex(2, 2)))
    assert lesioned(*patterns.T).tolist() == [0, 1, 1, 1]
    assert circuit(*patterns.T).tolist() == [0, 1, 1, 0]
    assert lesioned.without("z")(1, 0) == 0
    with pytest.raises(CircuitError, match="'x' is no population of neurons"):
        circuit.without("x")
    with pytest.raises(CircuitError, match=r"'bth'.*did you mean 'both'\?"):
        circuit.without("bth")


def test_a_lesion_of_some_neurons_is_that_their_answers_are_zero_where_they_are_heard(rng):
    weights = rng.normal(size=(2, 6))

    def built(factors):
        circuit = Circuit("sheet")
        x = circuit.inputs("x", shape=(2, 3), real=True)
        sheet = circuit.rate("sheet", excite=x, bias=1.0, transfer="logistic")
        late = circuit.rate("late", excite=sheet.delay(1e-3))
        circuit.output(circuit.rate("sum", drive=(weights * factors) @ sheet, transfer="tanh"))
        circuit.output(sheet[1])
        return circuit, sheet, late

    x = rng.normal(size=(4, 2, 3))
    circuit, sheet, late = built(np.ones(6))
    circuit.output(late, "late")
    lesioned = circuit.without(sheet[0, 1:], sheet[1, 0])
    expected, shown, delayed = lesioned(x)
    whole = circuit(x)
    np.testing.assert_allclose(expected, built(np.array([1, 0, 0, 0, 1, 1]))[0](x)[0], rtol=1e-12)
    np.testing.assert_array_equal(shown, whole[1] * [0, 1, 1])
    np.testing.assert_array_equal(delayed, whole[2] * [[1, 0, 0], [0, 1, 1]])
    run = lesioned.simulate(x[0], steps=4)
    np.testing.assert_allclose(run["late"][0, -1], delayed[0], rtol=1e-12)
    np.testing.assert_array_equal(circuit(x)[0], whole[0])  # the circuit itself is whole
    with pytest.raises(CircuitError, match="x is not of neurons alone: 'x' is none"):
        circuit.without(circuit["x"])
    with pytest.raises(CircuitError, match="belongs to"):
        circuit.without(built(np.ones(6))[1])


def test_a_lesion_leaves_the_inputs_as_they_were():
    circuit = Circuit("mixed")
    x = circuit.inputs("x")
    circuit.output(circuit.binary("b", excite=x, threshold=0.3))
    circuit.output(circuit.rate("r", excite=x))
    assert circuit(0.5) == (1, 0.5)
    assert circuit.without("r")(0.5) == (1, 0)
    assert circuit.without("b")(0.5) == (0, 0.5)
    assert circuit.without("b", "r")(0.5) == (0, 0)
    with pytest.raises(InputError, match="only 0 and 1"):
        xor().without("z", "both", "either")(0.5, 1)


def test_changed_parameters():
    circuit = xor()
    changed = circuit.with_parameters(z={"threshold": 2}, both={"bias": 1.0})
    assert [changed(*p) for p in np.ndindex(2, 2)] == [0, 0, 0, 0]
    assert circuit.population("z").neurons.threshold == 1
    host = Circuit("host")
    host.output(circuit(*host.inputs("x", "y")))
    assert host.with_parameters(**{"xor.both": {"threshold": 3}})(1, 1) == 1
    refused = {
        r"no parameter is called 'treshold' \(did you mean 'threshold'\?\)": {"treshold": 2},
        "threshold must be finite": {"threshold": math.inf},
        "noise must not be negative": {"noise": -1},
        "semi_saturation = 0": {"semi_saturation": 0},
        "no parameter is called 'gain'": {"gain": 2},
    }
    for message, parameters in refused.items():
        with pytest.raises(CircuitError, match=message):
            circuit.with_parameters(z=parameters)


def test_changed_parameters_keep_divisors_positive():
    circuit = Circuit("divided")
    x = circuit.inputs("x")
    pool = circuit.rate("pool", excite=x)
    circuit.rate("z", excite=x, divide=pool)
    with pytest.raises(CircuitError, match="'pool' on divide= can be negative"):
        circuit.with_parameters(pool={"transfer": "tanh"})


# ------------------------------------------------------------------ outputs and names


def test_an_output_is_called_after_its_population_unless_named():
    circuit = xor()
    circuit.output(circuit["either"])
    circuit.output([circuit["x"], circuit["y"]], "pair")
    assert [o.name for o in circuit.outputs] == ["z", "either", "pair"]
    with pytest.raises(CircuitError, match="already an output 'z'; name this one"):
        circuit.output(circuit["z"])
    with pytest.raises(CircuitError, match="already an output 'pair'"):
        circuit.output(circuit["z"], "pair")
    empty = circuit.binary("empty", shape=(0,))
    circuit.output(empty)
    assert circuit.outputs[-1].name == "empty"


def test_a_circuit_without_output_says_so():
    circuit = Circuit("mute")
    circuit.binary("z", excite=circuit.inputs("x"))
    with pytest.raises(InputError, match="'mute' has no output"):
        circuit(1)
    with pytest.raises(InputError, match="nothing to record"):
        circuit.simulate(1, steps=1)


def test_a_host_may_be_called_like_its_instance():
    host = Circuit("xor")
    host.binary("xor", excite=host.inputs("x"))
    host.output(xor()(host["x"], host["xor"]))
    assert Counter(n.split(".")[0] for n in names(host)) == {"x": 1, "xor": 4}
    assert host(1) == 0


@pytest.mark.parametrize(
    ("method", "function"),
    [
        (Circuit.simulate, simulate),
        (Circuit.settle, settle),
        (Circuit.settling_time, settling_time),
        (Circuit.check, check),
        (Circuit.draw, draw_circuit),
    ],
)
def test_a_method_takes_what_the_function_behind_it_takes(method, function):
    ours, theirs = inspect.signature(method), inspect.signature(function)
    assert [*ours.parameters.values()][1:] == [*theirs.parameters.values()][1:]


def test_options_reach_the_functions_behind_the_methods():
    circuit = Circuit("options")
    x = circuit.inputs("x", real=True)
    z = circuit.rate("z", excite=x)
    circuit.connect(z, excite=0.5 * z)
    circuit.output(z)
    found = circuit.settle(1.0, tolerance=0.1, dt=0.01, max_steps=9, initial={"z": 1.6}, seed=3)
    assert (found.steps, found.time) == (1, 0.01)
    with pytest.raises(ValueError, match="update must be"):
        circuit.settle(1.0, update="at once")
    gate = xor()
    assert gate.settling_time(dt=0.1, max_steps=9).time == pytest.approx(0.2)
    assert gate.check(lambda x, y: x ^ y, vectorized=True, samples=7, seed=5).patterns == 7
    ramp = Circuit("ramp")
    ramp.output(ramp.rate("r", excite=ramp.inputs("x", real=True)))
    assert ramp.check(lambda x: x + 0.05, domain={"x": (0, 1)}, tolerance=0.1, samples=9)
    assert gate.draw(title="", inputs=(1, 0), depth=0, legend=False).axes


# ------------------------------------------------------------------ large ones


@pytest.mark.compiled  # where coverage is measured, steps cannot be counted as well
def test_building_and_compiling_take_work_in_proportion():
    """A quarter of the neurons takes about a quarter of Python's steps, not a sixteenth."""
    gate = xor()

    def built(n):
        host = Circuit("host")
        x = z = host.inputs("x")
        for k in range(n):
            z = gate(z, x) if k % 2 else host.rate(f"r{k}", excite=host["x"].delay(1e-3 * k + 1e-3))
            z = x if k % 8 else host.constant(1, f"one {k}")
        host.output(host.binary("z", excite=z))
        host.simulate(1, steps=1)
        host.summary()

    def work(n):
        steps = 0

        def count(frame, event, argument):
            nonlocal steps
            frame.f_trace_opcodes = True
            steps += event == "opcode"
            return count

        before = sys.gettrace()
        sys.settrace(count)
        try:
            built(n)
        finally:
            sys.settrace(before)
        return steps

    built(50)
    assert work(160) < 6 * work(40)


@pytest.mark.compiled
@pytest.mark.parametrize("shape", [(256, 256)])
def test_a_large_binary_sheet_is_called_without_a_walk_over_its_values(shape):
    circuit = Circuit("sheet")
    x = circuit.inputs("x", shape=shape)
    circuit.output(circuit.binary("z", excite=convolve(x, np.ones((3, 3))), threshold=3))
    calls = Counter()
    original = Circuit.position_at

    def counted(self, place):
        calls["position_at"] += 1
        return original(self, place)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Circuit, "position_at", counted)
        image = np.zeros(shape)
        image[3:6, 3:6] = 1
        answer = circuit(image)
    assert calls["position_at"] < 10
    counts = np.array(naive.convolve(image[:9, :9].tolist(), [[1] * 3] * 3, "zero"))
    np.testing.assert_array_equal(answer[:8, :8], counts[:8, :8] >= 3)


def test_a_long_chain_of_delays_is_named_by_its_whole_length(tmp_path):
    circuit = Circuit("taps")
    tap = circuit.inputs("x", shape=2, real=True)
    for _ in range(100):
        tap = tap.delay(1e-3)
    assert str(tap) == "x 0.1 s ago"
    assert str(tap[1].delay(0.2)) == "x[1] 0.3 s ago"
    assert str(circuit["x"].delay(0.1)) == "x 0.1 s ago_2"  # another line
    circuit.output(circuit.rate("z", excite=tap))
    circuit.save(tmp_path / "taps.json")
    for made in (circuit, circuit.with_parameters(), Circuit.load(tmp_path / "taps.json")):
        assert str(made["x 0.1 s ago"].delay(0.5)) == "x 0.6 s ago"
        found = made.simulate(np.arange(120.0)[:, None].repeat(2, axis=1), steps=120)
        assert found["z"][0, :, 0].tolist() == [0] * 100 + [*range(20)]
    host = Circuit("host")
    host.output(circuit(host.inputs("y", shape=2)), "late")
    assert str(host["taps.x 0.1 s ago"].delay(0.1)) == "y 0.2 s ago"


@pytest.mark.compiled
def test_a_very_long_chain_of_delays(tmp_path):
    circuit = Circuit("taps")
    x = tap = circuit.inputs("x")
    one = held = circuit.constant(1.0)
    for _ in range(1500):
        tap, held = tap.delay(1e-3), held.delay(1e-3)
    circuit.output(circuit.binary("z", excite=tap + held, divide=tap + math.inf * held))
    circuit.output(circuit.binary("late", excite=held + tap, threshold=2))
    circuit.output(stack([x, tap]), "both", bits=2)
    assert circuit(1) == (0, 1, 3)
    assert circuit.check(lambda x: (0, x, 3 * x))
    circuit.save(tmp_path / "taps.json")
    assert Circuit.load(tmp_path / "taps.json")(0) == (0, 0, 0)
    assert circuit.constants_at(held.index) == 1
    assert circuit.undelayed(stack([one, tap, x]).index).tolist() == [
        one.index, x.index, x.index,
    ]  # fmt: skip
    many = stack([tap, held] * 40)
    assert circuit.undelayed(many.index).tolist() == [int(x.index), int(one.index)] * 40
    assert circuit.settling_time().steps == 1501


def test_a_refused_neuron_leaves_no_delay_behind():
    circuit = Circuit("undone")
    x = circuit.inputs("x", real=True)
    inner = Circuit("inner")
    inner.output(inner.binary("z", excite=inner.inputs("y", real=False).delay(1e-3)))
    with pytest.raises(CircuitError, match="takes only 0 and 1"):
        inner(circuit.rate("r", excite=x))
    assert str(x.delay(1e-3).delay(1e-3)) == "x 0.002 s ago"


def test_a_population_of_none_answers_in_its_own_kind():
    circuit = Circuit("none")
    x = circuit.inputs("x", shape=0, real=True)
    circuit.output(circuit.rate("z", excite=x))
    assert circuit(np.zeros(0)).dtype == np.float64
    assert circuit.activities(np.zeros(0))["z"].dtype == np.float64
    assert circuit.simulate(np.zeros(0), steps=2)["z"].dtype == np.float64
    assert circuit.settle(np.zeros(0)).outputs.dtype == np.float64
    binary = Circuit("none")
    binary.output(binary.binary("z", excite=binary.inputs("x", shape=0)))
    assert binary(np.zeros(0)).dtype == np.int64


@pytest.mark.parametrize("kind", ["binary", "rate"])
def test_a_threshold_is_as_small_as_a_weight_may_be(kind):
    """Both are stored as 0, so that the one is not compared with what is left of the other."""
    circuit = Circuit("faint")
    x = circuit.inputs("x", real=True)
    transfer = {"transfer": "step"} if kind == "rate" else {}
    faint = getattr(circuit, kind)("z", excite=1e-305 * x, threshold=1e-305, **transfer)
    circuit.output(faint)
    assert circuit(1) == 1


def test_an_output_of_nothing_is_refused_by_its_name():
    circuit = Circuit("adder")
    circuit.inputs("a", bits=4)
    with pytest.raises(CircuitError, match="Circuit 'adder': output 'total' was given no neuron"):
        circuit.output([], "total", bits=5)
    with pytest.raises(CircuitError, match="output was given no neuron"):
        circuit.output(())
