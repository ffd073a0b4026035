"""Steady states against closed forms, and settling times against plain simulation."""

import numpy as np
import pytest

from circuits import logic
from neurosim import Circuit, InputError, SimulationError, backend, convolve
from neurosim.kernels.random import order


def integrator(weight, tau=0.1):
    circuit = Circuit("integrator")
    x = circuit.inputs("x", real=True)
    v = circuit.rate("v", excite=x, tau=tau)
    circuit.connect(v, excite=weight * v)
    circuit.output(v)
    return circuit


@pytest.mark.compiled
@pytest.mark.parametrize("weight", [0.0, 0.5, 0.9])
def test_a_recurrent_cell_settles_where_its_equation_says(weight):
    settled = integrator(weight).settle(2.0, tolerance=1e-12, max_steps=50_000)
    assert settled.outputs == pytest.approx(2 / (1 - weight), rel=1e-7)
    assert settled.activities["v"] == settled.outputs
    assert settled.time == pytest.approx(settled.steps * 1e-3)


def leaky(tau):
    circuit = Circuit("leaky")
    x = circuit.inputs("x", real=True)
    circuit.output(circuit.rate("z", excite=x, tau=tau))
    return circuit


@pytest.mark.parametrize(("tau", "dt"), [(1e-2, 1e-3), (1.0, 5e-3), (1e-3, 1.0)])
def test_a_slow_cell_settles_at_its_input_not_where_a_step_is_short(tau, dt):
    settled = leaky(tau).settle(3.0, dt=dt, tolerance=1e-9)
    assert abs(settled.outputs - 3) <= 3e-9
    after = leaky(tau).simulate(3.0, steps=settled.steps, dt=dt)["z"][0, -1]
    assert settled.outputs == settled.activities["z"] == after


@pytest.mark.parametrize(("tau", "dt"), [(1.0, 1e-9), (1e7, 1e-3)])
def test_what_hardly_moves_in_a_step_has_not_settled(tau, dt):
    with pytest.raises(SimulationError, match=r"z still changes by 1e-\d+ a step"):
        leaky(tau).settle(1.0, dt=dt)


@pytest.mark.parametrize(("tau", "start"), [(1e20, 0.0), (1e7, 1 - 1e-7)])
def test_what_rounding_holds_fast_has_not_settled(tau, start):
    told = "z is 1.* from where its input draws it, but steps of 0.001 s are too small beside"
    with pytest.raises(SimulationError, match=told):
        leaky(tau).settle(1.0, initial={"z": start})


def test_a_settled_state_is_the_one_after_its_steps():
    circuit = Circuit("late")
    x = circuit.inputs("x", real=True)
    y = circuit.rate("y", excite=x, tau=5e-3)
    circuit.output(y)
    circuit.output(y.delay(0.3), "late")
    settled = circuit.settle(2.0)
    found = circuit.simulate(2.0, steps=settled.steps + 300)
    assert settled.outputs.y == found["y"][0, settled.steps - 1]
    assert settled.outputs.late == settled.outputs.y
    assert circuit.settle(2.0, initial={"x": 2.0, "y": 2.0}).steps == 0


@pytest.mark.compiled
def test_feedback_leaves_as_much_as_settle_says():
    settled = integrator(0.995).settle(1.0, tolerance=1e-9, max_steps=500_000)
    assert abs(settled.outputs - 200) <= 200 * 1e-9 / (1 - 0.995)


def test_what_rounding_leaves_of_a_large_activity_is_no_fault():
    settled = leaky(0.1).settle(1e12, max_steps=50_000)
    assert settled.outputs == pytest.approx(1e12, rel=1e-9)


def test_what_grows_does_not_settle_and_the_neuron_is_named():
    with pytest.raises(SimulationError, match="v still changes by"):
        integrator(1.5).settle(1.0, max_steps=500)


def test_a_cycles_period_is_reported():
    ring = logic.ring_oscillator(3)
    with pytest.raises(SimulationError, match=r"it repeats every 6 steps \(0.006 s\)"):
        ring.settle(max_steps=600)


def test_delays_count_before_a_state_is_called_steady():
    circuit = Circuit("echo")
    x = circuit.inputs("x")
    a = circuit.binary("a", excite=x.delay(50e-3), threshold=1)
    circuit.output(circuit.binary("z", excite=a.delay(20e-3), threshold=1))
    settled = circuit.settle(1, initial={"x": 0})
    assert settled.outputs == 1
    assert settled.steps == 72
    assert circuit.settling_time().steps == 72


def echo(*seconds):
    """Units that each hear the one input so many seconds late."""
    circuit = Circuit("echo")
    x = circuit.inputs("x")
    for k, late in enumerate(seconds):
        circuit.output(circuit.binary(f"u{k}", excite=x.delay(late), threshold=1))
    return circuit


def test_a_long_delay_settles_after_itself():
    settled = echo(0.5).settle(1, initial={"x": 0})
    assert (settled.outputs, settled.steps) == (1, 501)


@pytest.mark.compiled
def test_delays_beside_one_another_do_not_add_up():
    jeffress = echo(*(0.001 * (k + 1) for k in range(300)))
    settled = jeffress.settle(1, initial={"x": 0}, max_steps=640)
    assert settled.steps == 301
    assert all(settled.outputs)


def test_delays_of_delays_do():
    circuit = Circuit("line")
    x = circuit.inputs("x")
    far = x.delay(0.003).delay(0.004)
    circuit.output(circuit.binary("z", excite=far, threshold=1))
    assert circuit.settle(1, initial={"x": 0}, max_steps=16).steps == 8
    with pytest.raises(SimulationError, match="nothing has moved for 7 steps, but a delay of 7"):
        circuit.settle(1, initial={"x": 0}, max_steps=7)


def test_what_still_waits_in_a_delay_is_not_called_a_cycle():
    told = r"nothing has moved for 100 steps, but a delay of 200 steps \(0.2 s\) has not passed"
    with pytest.raises(SimulationError, match=told):
        echo(0.2).settle(1, initial={"x": 0}, max_steps=100)
    with pytest.raises(SimulationError, match=f"for x = 0: {told}"):
        echo(0.2).settling_time(max_steps=100)


def test_the_period_of_a_slow_cycle_is_reported():
    circuit = Circuit("slow")
    clock = circuit.binary("clock", shape=(), threshold=0)
    circuit.connect(clock, subtract=clock.delay(0.2))
    circuit.output(clock)
    with pytest.raises(SimulationError, match=r"it repeats every 402 steps \(0.402 s\)"):
        circuit.settle()
    with pytest.raises(SimulationError, match=r"nothing has moved for \d+ steps, but a delay of"):
        circuit.settle(max_steps=300)  # less than a period: not said to be one


@pytest.mark.compiled
def test_settling_times_reach_beyond_the_delays():
    assert echo(*(0.001 * (k + 1) for k in range(50))).settling_time().steps == 51
    assert echo(1.0).settling_time().steps == 1001
    chain = Circuit("chain")
    last = chain.inputs("x")
    for k in range(3):
        last = chain.binary(f"u{k}", excite=last.delay(1.0), threshold=1)
    chain.output(last)
    assert chain.settling_time().steps == 3003
    assert chain.settle(1, initial={"x": 0}).steps == 3003


def test_a_state_goes_on_with_what_its_delay_lines_hold():
    circuit = Circuit("latch")
    s, r = circuit.inputs("s", "r")
    q = circuit.binary("q", shape=(), threshold=1)
    circuit.connect(q, excite=q + 2 * s.delay(4e-3), subtract=2 * r.delay(4e-3))
    circuit.output(q)
    for steps in range(6, 12):
        shown = {"s": np.arange(steps) == steps - 3, "r": np.arange(steps) == steps - 2}
        state = circuit.simulate(shown, steps=steps).final_state
        later = circuit.simulate((0, 0), steps=20, initial=state)["q"][0]
        settled = circuit.settle((0, 0), initial=state)
        assert settled.outputs == later[-1] == 0
        assert settled.steps == np.flatnonzero(later).max(initial=-1) + 2
        assert later.any()


def test_binary_neurons_must_not_change_whatever_the_tolerance():
    with pytest.raises(SimulationError, match="it repeats every 6 steps"):
        logic.ring_oscillator(3).settle(tolerance=2, max_steps=600)
    with pytest.raises(SimulationError, match="symmetric weights"):
        oscillator().settle(tolerance=2, max_steps=60, update="asynchronous")


def oscillator():
    circuit = Circuit("oscillator")
    z = circuit.binary("z", shape=(), threshold=0)
    circuit.connect(z, subtract=z)
    circuit.output(z)
    return circuit


def test_asynchronous_updates_settle_within_the_tolerance():
    circuit = integrator(0.99, tau=0.0)
    assert circuit.settle(1.0, tolerance=1e-3).steps == pytest.approx(688, abs=2)
    options = {"update": "asynchronous", "max_steps": 1000}
    settled = circuit.settle(1.0, tolerance=1e-3, **options)
    assert settled.steps == pytest.approx(688, abs=2)
    assert settled.outputs == pytest.approx(100, rel=2e-3)
    with pytest.raises(SimulationError, match="1000 asynchronous sweeps: v still changes by"):
        circuit.settle(1.0, tolerance=1e-9, **options)


def test_asynchronous_rounding_is_no_change(rng):
    weights = rng.normal(size=(60, 60))
    weights += weights.T
    circuit = Circuit("tanh")
    x = circuit.inputs("x", shape=60, real=True)
    z = circuit.rate("z", excite=x, transfer="tanh", shape=60)
    circuit.connect(z, drive=weights / (1.02 * np.linalg.norm(weights, 2)) @ z)
    circuit.output(z)
    for seed in range(4):
        options = {"tolerance": 1e-3, "update": "asynchronous", "max_steps": 100}
        circuit.settle(np.full(60, 0.1), seed=seed, **options)


def test_asynchronous_updates_are_one_threads_work(monkeypatch):
    circuit = oscillator()
    monkeypatch.setattr(backend, "WORTH_THREADS", 0)
    monkeypatch.setattr(backend, "WORTH_SHARING", 0)
    started = []
    together = backend.run_together
    monkeypatch.setattr(
        backend,
        "run_together",
        lambda calls, *rest: started.append(calls) or together(calls, *rest),
    )
    with pytest.raises(SimulationError):
        circuit.settle(max_steps=5, update="asynchronous")
    assert {len(calls) for calls in started} == {1}


def test_a_hopfield_network_recalls_a_stored_pattern(rng):
    patterns = rng.choice([-1.0, 1.0], (3, 60))
    weights = patterns.T @ patterns
    np.fill_diagonal(weights, 0)
    circuit = Circuit("hopfield")
    # In 0/1 units: Σ w(2s − 1) ≥ 0.
    s = circuit.binary("s", shape=60, threshold=weights.sum(axis=1))
    circuit.connect(s, drive=2 * weights @ s)
    circuit.output(s)
    stored = patterns[0] > 0
    start = stored ^ (np.arange(60) < 7)
    settled = circuit.settle(initial={"s": start}, update="asynchronous", seed=2)
    np.testing.assert_array_equal(settled.outputs, stored)
    assert settled.time is None


def test_settling_time_is_the_last_change_that_a_simulation_shows():
    circuit = logic.xor()
    measured = circuit.settling_time()
    slowest = 0
    for x in (0, 1):
        for y in (0, 1):
            shown = circuit.simulate((x, y), steps=20)["z"][0]
            changes = np.flatnonzero(np.diff(np.concatenate(([0], shown))))
            slowest = max(slowest, changes[-1] + 1 if changes.size else 0)
    assert measured.steps == slowest
    assert measured.time == pytest.approx(slowest * 1e-3)
    assert "settles within" in str(measured)


def test_what_never_settles_is_named():
    ring = logic.ring_oscillator(3)
    with pytest.raises(SimulationError, match="does not settle within 1000 steps"):
        ring.settling_time()


def test_bad_requests():
    noisy = Circuit("noisy")
    noisy.output(noisy.rate("v", noise=1.0, shape=()))
    with pytest.raises(InputError, match="noise"):
        noisy.settle()
    with pytest.raises(InputError, match="tolerance"):
        integrator(0.5).settle(1.0, tolerance=0)
    with pytest.raises(InputError, match="initial= takes activities by name"):
        integrator(0.5).settle(1.0, initial=3)
    with pytest.raises(InputError, match="'v' must be numbers"):
        integrator(0.5).settle(1.0, initial={"v": [[1], [1, 2]]})
    several = integrator(0.5).simulate(1.0, steps=3, trials=2).final_state
    with pytest.raises(InputError, match="takes one trial, the initial state has 2"):
        integrator(0.5).settle(1.0, initial=several)
    one = integrator(0.5).simulate(1.0, steps=3).final_state
    with pytest.raises(InputError, match=r"continue with dt = 0.001 s \(got 0.002 s\)"):
        integrator(0.5).settle(1.0, initial=one, dt=2e-3)
    for seed in (-1, "a", 0.5):
        with pytest.raises(InputError, match="seed must be a whole number from 0"):
            integrator(0.5, tau=0.0).settle(1.0, update="asynchronous", seed=seed)
    with pytest.raises(InputError, match="max_steps must be a whole number from 1"):
        integrator(0.5).settle(1.0, max_steps=0)
    with pytest.raises(InputError, match="update must be"):
        integrator(0.5).settle(1.0, update="sometimes")
    with pytest.raises(InputError, match="time constant"):
        integrator(0.5).settle(1.0, update="asynchronous")


def test_a_pattern_that_never_settles_is_told_with_its_period():
    told = r"does not settle within 50 steps \(0.05 s\): it repeats every 6 steps \(0.006 s\)"
    with pytest.raises(SimulationError, match=told):
        logic.ring_oscillator(3).settling_time(max_steps=50)
    circuit = Circuit("clock")
    on = circuit.inputs("on")
    z = circuit.binary("z", excite=on, shape=())
    circuit.connect(z, subtract=z.delay(9e-3))
    circuit.output(z)
    told = r"\(1.\d* s\) for on = 1: it repeats every 20 steps \(0.02 s\)"  # not: raise max_steps
    with pytest.raises(SimulationError, match=told):
        circuit.settling_time()


def test_a_tolerance_of_nothing_is_refused():
    with pytest.raises(InputError, match=r"tolerance must be finite and above 0 \(got 0\)"):
        integrator(0.5).settle(1.0, tolerance=0)


def test_an_asynchronous_order_is_the_generators_own():
    """A chain in which each unit hears the one before: a sweep copies what has come so far."""
    circuit = Circuit("chain")
    x = circuit.inputs("x")
    z = circuit.binary("z", shape=40)
    circuit.connect(z[0], excite=x)
    circuit.connect(z[1:], excite=z[:-1])
    circuit.output(z)
    for seed in (0, 1, 2**64 - 1):
        reached, sweeps = 0, 0
        while reached < 40:
            for place in order(40, sweeps, seed).tolist():
                reached += place == reached
            sweeps += 1
        settled = circuit.settle(1, update="asynchronous", seed=seed)
        assert settled.steps in (sweeps, sweeps + 1)  # none moves in the last
        assert settled.outputs.all()
    with pytest.raises(InputError, match=r"seed must be below 2\^64"):
        circuit.settle(1, seed=2**64)


def test_a_sheet_has_no_asynchronous_updates(rng):
    """Its neurons are computed by whole rows."""
    circuit = Circuit("sheet")
    x = circuit.inputs("x", shape=(9, 40), real=True)
    kernel = np.outer(np.arange(1.0, 5), np.arange(1.0, 5))
    circuit.output(circuit.rate("z", drive=convolve(x, kernel), transfer="identity"))
    shown = rng.random((9, 40))
    with pytest.raises(InputError, match="computed row by row: use update='synchronous'"):
        circuit.settle(shown, update="asynchronous")
    np.testing.assert_allclose(circuit.settle(shown).outputs, circuit(shown), rtol=1e-12)
