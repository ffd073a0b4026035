"""Temporal kernels of cells against their formulas."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from circuits import stimuli
from circuits.retina import (
    AdelsonBergen,
    Biphasic,
    DifferenceOfGaussians,
    cascade,
    ganglion_cells,
    tapped_delay_line,
)
from neurosim import Circuit, CircuitError, InputError


def answers(circuit, shown, dt):
    """What a cell answers at the end of each step."""
    steps = len(shown)
    return circuit.simulate(np.asarray(shown, float), steps=steps, dt=dt)["response"][0]


def impulse_response(circuit, dt, steps):
    """To a pulse of one step, of area 1."""
    pulse = np.zeros(steps)
    pulse[0] = 1 / dt
    return answers(circuit, pulse, dt)


def test_the_biphasic_kernel_is_the_published_one():
    kernel = Biphasic()
    T, B = 0.043, 0.38
    assert kernel.kernel(T / 2) == pytest.approx(1)
    assert kernel.kernel(1.5 * T) == pytest.approx(-B)
    assert kernel.kernel([-0.01, 2.1 * T]).tolist() == [0, 0]
    whole, _ = integrate.quad(kernel.kernel, 0, 2 * T, points=[T])
    assert whole == pytest.approx(2 * T * (1 - B) / math.pi, rel=1e-9)
    assert kernel.integral == pytest.approx(whole)
    assert kernel.volume == pytest.approx(2 * T / math.pi)


@pytest.mark.parametrize("kernel", [Biphasic(), Biphasic(0.03, 1.0), AdelsonBergen()])
def test_the_step_is_the_integral_of_the_kernel(kernel):
    for until in (0.0, 0.01, 0.043, 0.07, 0.2):
        breaks = [t for t in (0.03, 0.043, 0.06, 0.086) if t < until] or None
        volume, _ = integrate.quad(kernel.kernel, 0, until, points=breaks, limit=200)
        assert kernel.step(until) == pytest.approx(volume / kernel.volume, abs=1e-8)


@pytest.mark.parametrize("n", [0, 3, 5])
def test_the_kernel_of_adelson_and_bergen(n):
    kernel = AdelsonBergen(k=80.0, n=n)
    t = np.array([0.0, 0.003, 0.02, 0.1])
    kt = 80 * t
    expected = kt**n * np.exp(-kt) * (1 / math.factorial(n) - kt**2 / math.factorial(n + 2))
    np.testing.assert_allclose(kernel.kernel(t), expected, atol=1e-14)
    assert kernel.step(5.0) == pytest.approx(0, abs=1e-12)  # no answer to what stays


@pytest.mark.parametrize(("dt", "tap"), [(1e-3, 1e-3), (5e-4, 1e-3), (1e-3, 2e-3)])
def test_a_step_through_the_taps_is_exact_at_every_tap(dt, tap):
    kernel = Biphasic()
    each = round(tap / dt)
    found = answers(tapped_delay_line((), kernel, tap=tap), np.ones(120 * each), dt)
    # Of a tap that lasts several steps the weight is there from its first step on.
    heard = kernel.step((np.arange(len(found)) // each + 1) * tap)
    np.testing.assert_allclose(found, heard, atol=1e-12)
    assert found[-1] == pytest.approx(1 - 0.38, abs=1e-12)


def test_a_pulse_through_the_taps_is_the_kernel():
    kernel = Biphasic()
    dt = 1e-3
    found = impulse_response(tapped_delay_line((), kernel, tap=dt), dt, 100)
    middles = (np.arange(100) + 0.5) * dt
    # A mean over a tap differs from its middle by K″·dt²/24, K″ ≤ (π/T)².
    smooth = (math.pi / 0.043 * dt) ** 2 / 24
    error = np.abs(found * kernel.volume - kernel.kernel(middles))
    assert error[:86].max() <= smooth
    np.testing.assert_allclose(found[86:], 0, atol=1e-12)


def test_the_taps_of_a_sheet_hear_each_its_own_place(rng):
    movie = rng.normal(size=(60, 3, 2))
    kernel = Biphasic(0.01, 0.5)
    sheet = tapped_delay_line((3, 2), kernel, tap=1e-3)
    found = sheet.simulate(movie, steps=60, dt=1e-3)["response"][0]
    weights = np.diff(kernel.step(np.arange(21) * 1e-3))
    for row, column in np.ndindex(3, 2):
        expected = np.convolve(movie[:, row, column], weights)[:60]
        np.testing.assert_allclose(found[:, row, column], expected, atol=1e-12)


@pytest.mark.parametrize(("tap", "held"), [(1e-3, 85), (2e-3, 2 * 42)])
def test_the_taps_of_a_chain_hold_each_moment_once(tap, held):
    line = tapped_delay_line((3,), tap=tap)
    state = line.simulate(np.ones(3), steps=1, dt=1e-3).final_state
    assert sum(np.size(values) for values in state.lines.values()) == 3 * held


@pytest.mark.compiled
@pytest.mark.parametrize("frequency", [2.0, 10.0])
def test_a_drifting_grating_is_answered_as_field_and_kernel_multiply(frequency):
    shape, pixel, spatial = (5, 90), 0.2, 1 / 3.0  # six whole cycles in 18°
    circuit = Circuit("retina")
    image = circuit.inputs("image", shape=shape, real=True)
    seen = tapped_delay_line(shape)(image)
    on, off = ganglion_cells(shape, pixel=pixel, border="wrap")(seen)
    circuit.output(circuit.rate("cell", excite=on, subtract=off, transfer="identity"))
    screen = stimuli.Screen(shape, pixel, frame=1e-3)
    movie = stimuli.drifting_grating(screen, spatial, frequency)
    cell = circuit.simulate(movie, duration=1.0)["cell"][0, 500:, 2, 45]
    found = 2 * np.abs(np.mean(cell * np.exp(-2j * np.pi * frequency * np.arange(500) * 1e-3)))

    kernel = Biphasic()
    turns = [
        integrate.quad(lambda t, f=f: kernel.kernel(t) * f(2 * np.pi * frequency * t), 0, 0.086)[0]
        for f in (np.cos, np.sin)
    ]
    space = DifferenceOfGaussians().grating(spatial) * np.sinc(spatial * pixel) ** 2
    assert found == pytest.approx(space * np.hypot(*turns) / kernel.volume, rel=2e-3)


def test_without_time_the_taps_answer_as_to_a_steady_input():
    assert tapped_delay_line(())(2.0) == pytest.approx(2 * (1 - 0.38))
    assert cascade(())(2.0) == 0


@pytest.mark.parametrize("n", [0, 3])
def test_a_cascade_is_a_difference_of_waiting_times(n):
    dt, k = 1e-3, 100.0
    found = impulse_response(cascade((), AdelsonBergen(k, n)), dt, 200)
    passed = 1 - math.exp(-k * dt)  # of what a stage holds, in a step
    # m leaky neurons hand on a pulse after as many steps as m successes take.  The response
    # stands one more step later.
    steps = np.arange(200)
    early = stats.nbinom.pmf(steps - (n + 1), n + 1, passed)
    late = stats.nbinom.pmf(steps - (n + 3), n + 3, passed)
    np.testing.assert_allclose(found, (early - late) / dt, atol=1e-9)


def test_the_error_of_a_cascade_is_of_the_first_order():
    kernel = AdelsonBergen()
    errors = []
    for dt in (2e-3, 1e-3, 5e-4):
        found = impulse_response(cascade((), kernel), dt, round(0.2 / dt))
        times = np.arange(len(found)) * dt
        errors.append(np.abs(found * kernel.volume - kernel.kernel(times)).max())
    assert errors[-1] < 0.1 * np.abs(kernel.kernel(np.linspace(0, 0.2, 400))).max()
    ratios = np.divide(errors[:-1], errors[1:])
    np.testing.assert_allclose(ratios, 2, rtol=0.15)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Biphasic(0), InputError, r"^duration must be finite and above 0 seconds \(got 0"),
        (lambda: Biphasic(rebound=-1), CircuitError, r"rebound must be .* negative \(got -1\)"),
        (lambda: AdelsonBergen(k=-2), InputError, "^k must be finite and above 0 per second"),
        (lambda: AdelsonBergen(n=101), CircuitError, r"n must be at most 100 \(got 101\)"),
        (lambda: AdelsonBergen(n=1.5), InputError, "^n must be a whole number"),
        (
            lambda: tapped_delay_line((), tap=0.05),
            CircuitError,
            "^a kernel of 0.086 s in taps of 0.05 s has 1.72 of them: take 4 to 10,000$",
        ),
        (lambda: tapped_delay_line((), tap=1e-6), CircuitError, "has 86,000 of them"),
    ],
)
def test_kernels_that_cannot_be_are_one_clear_error(make, error, message):
    with pytest.raises(error, match=message):
        make()
