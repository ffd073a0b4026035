"""What simulate() takes and gives: inputs, times, records, states."""

import math

import numpy as np
import pytest

from neurosim import Circuit, CircuitError, Hebb, InputError, SimulationError, plastic, power
from neurosim.feeds import Feed
from neurosim.simulation import Record
from neurosim.states import State


def relay(shape=(), **parameters) -> Circuit:
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x", shape=shape), **parameters))
    return circuit


def test_a_record_is_a_mapping_of_arrays():
    record = relay((2,)).simulate([1.0, 2.0], duration=0.003, record=["x"])
    assert isinstance(record, Record)
    assert list(record) == ["z", "x"]
    assert {k: v.shape for k, v in record.items()} == {"z": (1, 3, 2), "x": (1, 3, 2)}
    np.testing.assert_allclose(record.times, [0.001, 0.002, 0.003])
    assert "z" in record
    assert "nope" not in record
    assert record.get("nope") is None
    with pytest.raises(InputError, match=r"no recorded population is called 'y'.*record="):
        record["y"]


def test_an_inputs_sample_is_what_it_showed_during_the_step():
    record = relay().simulate(np.array([1.0, 2.0, 3.0]), steps=3, record=["x"])
    assert record["x"].tolist() == record["z"].tolist() == [[1, 2, 3]]


def test_outputs_of_bits_are_recorded_as_integers():
    circuit = Circuit("numbers")
    a = circuit.inputs("a", bits=3)
    circuit.output(circuit.binary("z", excite=a), bits=3)
    record = circuit.simulate(np.array([5, 7, 0]), steps=3)
    assert record["z"].tolist() == [[5, 7, 0]]
    assert record["z"].dtype == np.int64


def test_steps_and_durations():
    circuit = relay()
    assert circuit.simulate(1.0, steps=7)["z"].shape == (1, 7)
    assert circuit.simulate(1.0, duration=0.7, dt=0.1)["z"].shape == (1, 7)
    assert circuit.simulate(1.0, duration=1)["z"].shape == (1, 1000)
    assert circuit.simulate(1.0, duration=0)["z"].shape == (1, 0)
    assert circuit.simulate(1.0, steps=np.int32(2), every=3)["z"].shape == (1, 0)


def test_inputs_come_by_name_in_order_or_alone():
    circuit = Circuit("sum")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.rate("z", excite=x + 2 * y))
    for inputs in ({"x": 1.0, "y": 2.0}, (1.0, 2.0), (1.0, lambda t: 2.0)):
        assert circuit.simulate(inputs, steps=1)["z"].tolist() == [[5]]
    alone = Circuit("alone")
    alone.output(alone.rate("z", bias=1.0))
    assert alone.simulate(steps=1)["z"].tolist() == [[1]]


def test_shapes_of_inputs_in_time_and_trials():
    circuit = relay((2,))
    for shape, trials in (((2,), 1), ((4, 2), 1), ((3, 4, 2), 3), ((3, 1, 2), 3)):
        assert circuit.simulate(np.ones(shape), steps=4)["z"].shape == (trials, 4, 2)
    assert circuit.simulate(np.ones(2), steps=4, trials=5)["z"].shape == (5, 4, 2)
    several = circuit.simulate(lambda t: np.full((3, 2), t), steps=4)["z"]
    assert several.shape == (3, 4, 2)
    np.testing.assert_allclose(several[2, :, 1], np.arange(4) * 1e-3)


def test_a_state_holds_what_it_says():
    circuit = Circuit("held")
    x = circuit.inputs("x")
    z = circuit.rate("z", excite=x.delay(0.002), tau=0.01)
    circuit.output(z)
    state = circuit.simulate(np.arange(1.0, 6.0), steps=5).final_state
    assert isinstance(state, State)
    assert state.step == 5
    assert {k: v.tolist() for k, v in state.lines.items()} == {"x 0.002 s ago": [[4, 5]]}
    assert list(state.values) == ["z"]


def test_activities_to_start_from():
    circuit = relay((2,), tau=1.0)
    start = circuit.simulate([0.0, 0.0], steps=1, initial={"z": [1.0, 2.0]})["z"]
    np.testing.assert_allclose(start[0, 0], np.array([1.0, 2.0]) * math.exp(-1e-3))
    many = circuit.simulate([0.0, 0.0], steps=1, initial={"z": [[1.0, 2.0], [3.0, 4.0]]})["z"]
    np.testing.assert_allclose(many[:, 0], np.array([[1.0, 2], [3, 4]]) * math.exp(-1e-3))
    assert circuit.simulate([0.0, 0.0], steps=1, initial={"z": 1.0})["z"].shape == (1, 1, 2)


def test_what_an_input_showed_before_the_run_stands_in_its_delay_line():
    circuit = Circuit("late")
    x = circuit.inputs("x")
    circuit.output(circuit.rate("z", excite=x.delay(0.002)))
    assert circuit.simulate(1.0, steps=4, initial={"x": 5.0})["z"].tolist() == [[5, 5, 1, 1]]


def test_a_circuit_of_delays_alone_continues():
    circuit = Circuit("line")
    x = circuit.inputs("x")
    circuit.output(x.delay(0.002), "late")
    movie = np.arange(12.0).reshape(2, 6)
    whole = circuit.simulate(movie, steps=6)["late"]
    first = circuit.simulate(movie[:, :3], steps=3)
    rest = circuit.simulate(movie[:, 3:], steps=3, initial=first.final_state)
    np.testing.assert_array_equal(np.concatenate([first["late"], rest["late"]], axis=1), whole)
    assert whole[0].tolist() == [0, 0, 0, 1, 2, 3]


def test_constants_are_never_rounded_by_a_binary_circuit():
    circuit = Circuit("constant")
    x = circuit.inputs("x")
    third = circuit.constant(1 / 3, "third")
    faint = circuit.constant(1e-50, "faint")
    circuit.output(circuit.binary("z", excite=x, divide=math.inf * faint))
    circuit.output(third)
    assert circuit(1) == (0, 1 / 3)


def test_a_movie_is_not_kept_nor_changed():
    movie = np.arange(6.0).reshape(3, 2)
    before = movie.copy()
    record = relay((2,)).simulate(movie, steps=3)
    movie[:] = -1
    np.testing.assert_array_equal(record["z"][0], before)


REFUSED = [
    ({"steps": 2, "duration": 1}, "duration= in seconds, or steps="),
    ({}, "duration= in seconds, or steps="),
    ({"duration": "long"}, "duration must be a number of seconds"),
    ({"duration": [1]}, "duration must be a number of seconds"),
    ({"duration": math.nan}, "duration must be finite and not negative"),
    ({"duration": -1}, "duration must be finite and not negative"),
    ({"duration": 0.0105}, r"no whole number of steps of dt = 0.001 s; the nearest is 0\.01"),
    ({"steps": 1.5}, "steps must be a whole number from 0"),
    ({"steps": -1}, "steps must be a whole number from 0"),
    ({"steps": True}, "steps must be a whole number from 0"),
    ({"steps": 2, "dt": 0}, "dt must be finite and above 0 seconds"),
    ({"steps": 2, "dt": -1e-3}, "dt must be finite and above 0 seconds"),
    ({"steps": 2, "dt": math.inf}, "dt must be finite and above 0 seconds"),
    ({"steps": 2, "dt": "ms"}, "dt must be a number of seconds"),
    ({"steps": 2, "every": 0}, "every must be a whole number from 1"),
    ({"steps": 2, "seed": -1}, "seed must be a whole number from 0"),
    ({"steps": 2, "seed": 2**64}, r"seed must be below 2\^64"),
    ({"steps": 2**64}, r"steps must be below 2\^53"),
    ({"steps": 10**14}, r"100,000,000,000,000 samples .* \(record less with every=\) need .*GiB"),
    ({"steps": 2**52}, r"more memory than there is"),
    ({"duration": 1e300}, r"duration 1e\+300 s is more than 2\^53 steps of 0.001 s"),
    ({"duration": 1e308, "dt": 1e-9}, r"duration 1e\+308 s is more than 2\^53 steps"),
    ({"steps": 2, "trials": 2**62}, r"trials must be below 2\^53"),
    ({"steps": 2, "trials": 2**52}, r"4,503,599,627,370,496 trials .* more memory than there is"),
    ({"steps": 2, "seed": 1.0}, "seed must be a whole number"),
    ({"steps": 2, "trials": 0}, "trials= must be a whole number from 1|trials must be"),
    ({"steps": 2, "threads": 0}, "threads must be a whole number from 1"),
    ({"steps": 2, "device": "gpu"}, r"no device is called 'gpu' \(here that is 'cuda'\)"),
    ({"steps": 2, "dtype": "int8"}, "dtype must be 'float64' or 'float32'"),
    ({"steps": 2, "record": ["y"]}, r"no population is called 'y'"),
    ({"steps": 2, "record": [3]}, r"record= takes the names of populations.*\(got 3\)"),
    ({"steps": 2, "record": 3}, r"record= takes the names of populations.*\(got 3\)"),
    ({"steps": 2, "initial": {"z": [[1], [1, 2]]}}, "initial activity of 'z' must be numbers"),
    ({"steps": 2, "initial": {"x": [[1], [1, 2]]}}, "input 'x' must be numbers"),
    ({"steps": 2, "initial": {"zz": 1}}, r"no population is called 'zz'.*did you mean 'z'"),
    ({"steps": 2, "initial": {"z": "one"}}, "initial activity of 'z' must be numbers"),
    ({"steps": 2, "initial": {"z": math.nan}}, "initial activity of 'z' must be finite"),
    ({"steps": 2, "initial": {"z": -1.0}}, "initial activity of 'z' must not be negative"),
    ({"steps": 2, "initial": {"z": np.ones((2, 5))}}, r"'z' has shape \(2, 5\)"),
    ({"steps": 2, "initial": 5}, "initial= takes activities by name"),
    ({"steps": 2, "initial": {"z": [[1.0], [2.0]]}, "trials": 3}, "numbers of trials differ"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_bad_options_are_refused_in_one_line(options, message):
    with pytest.raises(ValueError, match=message) as caught:
        relay((1,)).simulate([1.0], **options)
    assert type(caught.value).__module__ == "neurosim.errors"
    assert "\n" not in str(caught.value)


def test_an_initial_state_of_another_circuit_or_dt_is_refused():
    circuit = Circuit("late")
    x = circuit.inputs("x")
    circuit.output(circuit.rate("z", excite=x.delay(0.002)))
    state = circuit.simulate(1.0, steps=3).final_state
    other = Circuit("late")
    other.output(other.rate("z", excite=other.inputs("x").delay(0.003)))
    with pytest.raises(InputError, match=r"no 3 steps of 'x 0.003 s ago'.*same circuit"):
        other.simulate(1.0, steps=3, initial=state)
    with pytest.raises(InputError, match=r"continue with dt = 0.001 s \(got 0.0005 s\)"):
        circuit.simulate(1.0, steps=3, dt=0.0005, initial=state)
    plain = relay().simulate(1.0, steps=3).final_state  # without a delay line that would tell
    assert plain.dt == 1e-3
    with pytest.raises(InputError, match=r"continue with dt = 0.001 s \(got 0.0001 s\)"):
        relay().simulate(1.0, steps=3, dt=1e-4, initial=plain)
    assert relay().simulate(1.0, steps=1, dt=1 / 1000, initial=plain).times == [0.004]
    with pytest.raises(InputError, match="numbers of trials differ"):
        circuit.simulate(1.0, steps=3, trials=2, initial=state)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda t: "a", "'x' must be numbers"),
        (lambda t: math.nan if t > 0.001 else 0.0, "'x' must be finite"),
        (lambda t: 1.0 if t < 0.002 else np.ones(3), r"shape \(3,\) at 0.002 s"),
        (lambda t: np.ones(2) if t < 0.002 else np.ones(3), r"shape \(3,\) at 0.002 s"),
        (lambda t: np.ones((2, 2)), r"returned shape \(2, 2\) at 0 s"),
    ],
)
def test_functions_that_return_nonsense_are_named(function, message):
    with pytest.raises(InputError, match=message) as caught:
        relay().simulate(function, steps=5)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "shown", [{"x": np.zeros((0, 5)), "y": 1.0}, {"x": lambda t: np.zeros(0), "y": 1.0}]
)
def test_no_trials_are_an_empty_record(shown):
    circuit = Circuit("sum")
    x, y = circuit.inputs("x", "y")
    circuit.output(circuit.rate("z", excite=x + y))
    record = circuit.simulate(shown, steps=5)
    assert record["z"].shape == (0, 5)
    assert circuit.simulate(shown, steps=5, initial=record.final_state)["z"].shape == (0, 5)


def test_no_trials_learn_nothing():
    circuit = Circuit("learner")
    x = circuit.inputs("x", shape=2)
    circuit.output(circuit.rate("z", excite=plastic(np.ones((3, 2)) @ x, Hebb(0.1))))
    record = circuit.simulate(np.zeros((0, 5, 2)), steps=5)
    assert record["z"].shape == (0, 5, 3)
    assert record.weights["z.excite"].shape == (0, 3, 2)


def test_what_starts_by_itself_takes_no_initial_value():
    circuit = Circuit("line")
    line = circuit.inputs("x").delay(2e-3)
    circuit.output(circuit.rate("z", excite=line + circuit.constant(1.0, name="one")))
    (delayed,) = (p.name for p in circuit.populations if p.role == "delay")
    for name, message in ((delayed, "is a delay line: start what it repeats"), ("one", "constant")):
        with pytest.raises(InputError, match=message):
            circuit.simulate(1.0, steps=2, initial={name: 1.0})


def test_inputs_too_large_for_float32_are_said_so():
    with pytest.raises(InputError, match="too large for float32"):
        relay().simulate(1e60, steps=2, dtype="float32")
    held = Circuit("held")
    held.output(held.rate("z", excite=held.constant(1e60)))
    with pytest.raises(CircuitError, match=r"'held': the number 1e\+60 is too large for float32"):
        held.simulate(steps=2, dtype="float32")


def test_a_name_is_recorded_as_what_it_is():
    circuit = Circuit("names")
    x = circuit.inputs("x")
    circuit.rate("z", excite=x)
    circuit.output(circuit.rate("y", excite=2 * x), "z")
    with pytest.raises(InputError, match="an output has that name too"):
        circuit.simulate(1.0, steps=2, record=["z"])
    same = relay()
    assert list(same.simulate(1.0, steps=1, record=["z", "z"])) == ["z"]


def test_progress_never_changes_a_result():
    circuit = relay(tau=0.01, noise=0.1)
    plain = circuit.simulate(1.0, steps=250, every=7, seed=3)
    shown = circuit.simulate(1.0, steps=250, every=7, seed=3, progress=True)
    np.testing.assert_array_equal(plain["z"], shown["z"])


def test_sources_are_no_names():
    circuit = relay()
    z = circuit.source("z") if hasattr(circuit, "source") else circuit["z"]
    for asked in ([z], z):
        with pytest.raises(InputError, match=r"record= takes the names of populations, as \['z'\]"):
            circuit.simulate(1.0, steps=2, record=asked)


def test_rows_of_different_lengths_are_no_input():
    for shape, shown in (((), [[1.0], [1.0, 2.0]]), ((2,), [[1.0, 2.0], [1.0]])):
        with pytest.raises(InputError, match="input 'x' must be numbers") as caught:
            relay(shape).simulate(shown, steps=2)
        assert "\n" not in str(caught.value)


def test_a_run_of_no_steps_takes_every_kind_of_input():
    for shown in (1.0, np.zeros(0), np.zeros((3, 0)), lambda t: 1.0, lambda t: np.ones(3)):
        record = relay().simulate(shown, steps=0)
        assert record["z"].shape[1:] == (0,)
        assert record.times.shape == (0,)
        assert record.final_state.step == 0
    start = relay(tau=1.0).simulate(1.0, steps=0, initial={"z": 0.5}).final_state
    assert start.values["z"].tolist() == [0.5]


@pytest.mark.parametrize("every", [6, 2**63 - 1, 2**63, 2**64, 2**200])
def test_every_beyond_the_end_records_nothing(every):
    record = relay((3,)).simulate(np.ones(3), steps=5, every=every)
    assert record["z"].shape == (1, 0, 3)
    assert record.times.shape == (0,)
    assert record.final_state.values["z"].tolist() == [[1, 1, 1]]


def test_inputs_are_laid_out_in_stretches_whatever_every_is(monkeypatch):
    lengths = []
    frames = Feed.frames

    def noted(self, first, done, length, dt):
        lengths.append(length)
        return frames(self, first, done, length, dt)

    monkeypatch.setattr(Feed, "frames", noted)
    monkeypatch.setattr("neurosim.feeds.FRAMES", 4 * 8 * 2)
    shown = relay((2,)).simulate(lambda t: np.full(2, t), steps=50, every=23)
    assert lengths == [4] * 12 + [2]
    np.testing.assert_allclose(shown["z"][0, :, 0], [0.022, 0.045])


def test_a_delay_that_no_memory_holds_is_said_so():
    circuit = Circuit("late")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x").delay(1e6)))
    with pytest.raises(InputError, match=r"values in delay lines need .* more memory") as caught:
        circuit.simulate(1.0, steps=2, trials=10**6)
    assert "\n" not in str(caught.value)


def exploding():
    """Rates of which one overflows, some behind delays."""
    circuit = Circuit("bomb")
    first = circuit.rate("first", excite=circuit.inputs("x"))
    second = circuit.rate("second", excite=1e90 * first.delay(1e-3), gain=1e90)
    circuit.output(circuit.rate("third", excite=1e90 * second.delay(5e-3), gain=1e90))
    circuit.output(circuit.rate("fourth", excite=second.delay(5e-3)))
    return circuit


def test_a_fault_names_the_neuron_and_no_delay_line_that_repeats_it():
    circuit = Circuit("bomb")
    r = circuit.rate("r", excite=1e90 * circuit.inputs("x"), transfer=power(4))
    circuit.output(circuit.rate("s", excite=r.delay(5e-3)))
    with pytest.raises(SimulationError, match=r"neuron r: .* in a static call; weaken"):
        circuit(1)
    with pytest.raises(SimulationError, match=r"neuron r: .* in a static call, trial 1; weaken"):
        circuit([0, 1])
    with pytest.raises(SimulationError, match=r"neuron r: .* at step 0"):
        circuit.simulate(1, steps=3)


def test_a_fault_is_found_whatever_memory_held_before(monkeypatch):
    empty = np.empty

    def used(shape, dtype=float, **options):
        array = empty(shape, dtype=dtype, **options)
        if array.dtype.kind == "f":
            array.fill(math.nan)
        return array

    monkeypatch.setattr(np, "empty", used)
    for shown, trial in ((1.0, ""), ([0.0, 1.0], ", trial 1"), ([0.0] * 8 + [1.0], ", trial 8")):
        told = f"neuron third: the activity became infinite or NaN, .*, in a static call{trial};"
        with pytest.raises(SimulationError, match=told):
            exploding()(shown)


def test_a_line_that_nothing_hears_does_not_stop_a_run_but_is_not_recorded():
    circuit = Circuit("left over")
    x = circuit.inputs("x")
    x.delay(1.5e-4)
    circuit.output(circuit.rate("z", excite=x.delay(1e-3).delay(2e-3)))
    movie = np.arange(1.0, 7.0)
    whole = circuit.simulate(movie, steps=6)
    first = circuit.simulate(movie[:3], steps=3)
    rest = circuit.simulate(movie[3:], steps=3, initial=first.final_state)
    assert [*first["z"][0], *rest["z"][0]] == [*whole["z"][0]] == [0, 0, 0, 1, 2, 3]
    assert circuit.settle(1.0, initial={"x": 0.0}).steps == 4
    with pytest.raises(CircuitError, match=r"0\.00015 s is no whole number of steps"):
        circuit.simulate(movie, steps=6, record=["x 0.00015 s ago"])
