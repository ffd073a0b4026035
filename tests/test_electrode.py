"""Electrodes: any unit, frame by frame or in time, other inputs held."""

import numpy as np
import pytest
from linear_cells import SCREEN, linear, weights

from neurosim import Circuit, Hebb, InputError, Movie, plastic
from neurosim.measuring import Electrode


@pytest.fixture
def cell():
    return linear(SCREEN.shape, weights())["cell"]


def test_an_electrode_records_any_unit_frame_by_frame(rng):
    circuit = Circuit("two")
    x = circuit.inputs("x", shape=(2, 3), real=True)
    hidden = circuit.rate("hidden", excite=2 * x)
    circuit.output(circuit.rate("sum", excite=hidden.sum()))
    frames = rng.random((7, 2, 3))
    answers = Electrode(circuit["hidden"][1, 2]).responses(frames)
    np.testing.assert_array_equal(answers, 2 * frames[:, 1, 2])
    answers = Electrode(circuit["hidden"]).responses(Movie.of(frames, 0.01))
    np.testing.assert_array_equal(answers, 2 * frames)
    assert [o.name for o in circuit.outputs] == ["sum"]  # the circuit stays as it is


def test_a_circuit_that_takes_time_is_run_through_the_whole_movie(rng, monkeypatch):
    circuit = Circuit("slow")
    x = circuit.inputs("x", shape=3, real=True)
    circuit.output(circuit.rate("y", excite=x, tau=0.02))
    frames = rng.random((50, 3))
    whole = circuit.simulate(Movie.of(frames, 0.004), steps=200, dt=0.001, every=4)["y"][0]
    electrode = Electrode(circuit["y"], dt=0.001)
    assert electrode.takes_time
    monkeypatch.setattr("neurosim.measuring.electrode.BLOCK", 8 * 3 * 7)  # 7 frames at a time
    np.testing.assert_array_equal(electrode.responses(Movie.of(frames, 0.004)), whole)


def test_a_step_is_a_millisecond_or_what_divides_a_frame():
    circuit = Circuit("slow")
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("y", excite=x, tau=0.02))
    frames = np.arange(1.0, 9.0)
    for frame, dt in ((0.01, 1e-3), (1 / 256, 1 / 1024), (4e-4, 4e-4)):
        steps = round(8 * frame / dt)
        run = circuit.simulate(Movie.of(frames, frame), steps=steps, dt=dt, every=steps // 8)
        found = Electrode(circuit["y"]).responses(Movie.of(frames, frame))
        np.testing.assert_allclose(found, run["y"][0], rtol=1e-12)


def test_what_takes_time():
    def built(**rate):
        circuit = Circuit("one")
        x = circuit.inputs("x", real=True)
        v = circuit.rate("v", excite=x.delay(0.01) if rate.pop("late", False) else x, **rate)
        return circuit, v

    for rate, expected in (({}, False), ({"tau": 0.1}, True), ({"noise": 1}, True)):
        assert Electrode(built(**rate)[1]).takes_time is expected
    assert Electrode(built(late=True)[1]).takes_time
    circuit, v = built()
    circuit.connect(v, excite=0.5 * v)
    assert Electrode(circuit["v"]).takes_time


def test_what_learns_is_run_in_time():
    circuit = Circuit("learner")
    x = circuit.inputs("x", shape=3, real=True)
    circuit.output(circuit.rate("y", excite=plastic(np.full((1, 3), 0.1) @ x, Hebb(0.1))))
    answers = Electrode(circuit["y"][0], dt=1e-3).responses(np.ones((4, 3)))
    np.testing.assert_allclose(answers, 0.3 * 1.3 ** np.arange(4))  # Δw = 0.1·y·1 of each of three


def test_other_inputs_are_held(rng):
    circuit = Circuit("gated")
    image, gate = circuit.inputs("image", "gate", shape=3, real=True)
    circuit.output(circuit.rate("y", excite=image, divide=gate))
    frames = rng.random((4, 3))
    answers = Electrode(circuit["y"], held={"gate": [0, 1, 3]}).responses(frames)
    np.testing.assert_allclose(answers, frames / [1, 2, 4])
    with pytest.raises(InputError, match=r"has the inputs image, gate: say which sees the movie"):
        Electrode(circuit["y"])
    with pytest.raises(InputError, match="'y' is no input"):
        Electrode(circuit["y"], shows="y")
    with pytest.raises(InputError, match="no value for gate"):
        Electrode(circuit["y"], shows="image").responses(frames)
    with pytest.raises(InputError, match=r"^a unit is a source of a circuit"):
        Electrode("y")
    with pytest.raises(InputError, match=r"has shape \(3,\); the movie's frames have shape \(4,\)"):
        Electrode(circuit["y"], held={"gate": [0, 0, 0]}).responses(np.zeros((2, 4)))
    with pytest.raises(InputError, match=r"; as many pixels.*Flatten\(input_shape=\(3, 1\)\)"):
        Electrode(circuit["y"], held={"gate": [0, 0, 0]}).responses(np.zeros((2, 3, 1)))
    for options, message in (
        (
            {"held": {"gate": np.ones((4, 3))}},
            r"input 'gate' is held at one value, of shape \(3,\)",
        ),
        ({"held": "gate"}, r"^held= is values by the inputs' names \(got 'gate'\)"),
        (
            {"shows": "gate", "held": {"gate": [0, 0, 0], "image": [0, 0, 0]}},
            "so it cannot be held",
        ),
        ({"held": {"gate": [0, 0, 0]}, "dt": 0}, "^dt must be finite and above 0 seconds"),
        ({"held": {"gate": [0, 0, 0]}, "seed": "a"}, "^seed must be a whole number from 0"),
        ({"held": {"gate": [0, 0, 0]}, "dtype": "int"}, "^dtype must be 'float64' or 'float32'"),
    ):
        with pytest.raises(InputError, match=message):
            Electrode(circuit["y"], **options)


def test_frames_are_made_in_order_and_an_error_in_them_comes_through(cell):
    asked = []

    def make(first, count):
        asked.append(first)
        if first > 4_000:
            raise InputError("the film has torn")
        return np.zeros((count, *SCREEN.shape))

    with pytest.raises(InputError, match="the film has torn"):
        Electrode(cell).responses(Movie(make, SCREEN.shape, 0.01, 20_000), threads=3)
    assert asked == sorted(asked)
