"""Photoreceptors, published receptive fields and Y cells against closed forms."""

import math

import numpy as np
import pytest
from scipy import integrate

from circuits import stimuli
from circuits.retina import (
    DifferenceOfGaussians,
    field,
    ganglion_cell,
    ganglion_cells,
    photoreceptors,
    y_cells,
)
from neurosim import Circuit, CircuitError, InputError

# ---------------------------------------------------------------- published fields


@pytest.mark.parametrize(
    ("cell", "eccentricity", "center", "surround"),
    [
        ("P", None, 0.03, 0.201),
        ("P", 5, 0.03, 0.201),
        ("P", 15, 0.07, 0.469),
        ("M", 0, 0.10, 0.48),
        ("M", 20, 0.18, 0.864),
    ],
)
def test_the_fields_of_croner_and_kaplan(cell, eccentricity, center, surround):
    found = field(cell, eccentricity)
    assert (found.center, found.center_gain, found.surround_gain) == (center, 1, 0.55)
    assert found.surround == pytest.approx(surround)


def test_the_cats_cells():
    assert field("X") == DifferenceOfGaussians()
    assert field("Y").center == 0.25
    assert field("Y").grating(0) == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: field("K"), "^no field is known of a cell 'K': give 'P', 'M', 'X' or 'Y'$"),
        (lambda: field("P", 7), r"^field\('P'\): eccentricity must be 0° to 5° or 10° to 20° "),
        (lambda: field("M", -1), r"\(got -1\)$"),
        (lambda: field("P", float("nan")), r"\(got nan\)$"),
        (lambda: field("P", "fovea"), r"\(got 'fovea'\)$"),
        (lambda: field(["P"]), r"^no field is known of a cell \['P'\]"),
        (lambda: field("X", 3), r"^field\('X'\) takes no eccentricity: only 'P' and 'M' do$"),
    ],
)
def test_fields_that_are_not_known_are_one_clear_error(make, message):
    with pytest.raises(CircuitError, match=message):
        make()


# ---------------------------------------------------------------- what a cell can be shown


@pytest.mark.parametrize("make", [ganglion_cells, ganglion_cell])
def test_cells_whose_field_does_not_fit_the_pixels_are_refused(make):
    coarse = (
        "^the pixels of 1° are too coarse for a center of 0.62°: take 0.62° at most, 0.062° for "
        "responses within 1%$"
    )
    with pytest.raises(CircuitError, match=coarse):
        make((9, 9), pixel=1)
    with pytest.raises(CircuitError, match=r"got a surround of 0.5°, a center of 0.62°\)$"):
        make((9, 9), DifferenceOfGaussians(surround=0.5))
    with pytest.raises(CircuitError, match=r"^pixel must be finite and above 0 degrees \(got 0\)$"):
        make((9, 9), pixel=0)
    make((9, 9), DifferenceOfGaussians(surround=0.5, surround_gain=0))  # no surround at all


# ---------------------------------------------------------------- photoreceptors


def test_adapted_receptors_answer_to_contrast_alike_over_six_decades():
    c, n = np.linspace(-0.9, 3.0, 14), 0.74
    receptors = photoreceptors((14, 1), dark=1e-9, surroundings=None, tau=1.0)
    closed = (1 + c) ** n / ((1 + c) ** n + 1)
    for luminance in 10.0 ** np.arange(-3, 4):
        shown = luminance * (1 + c)[:, None]
        adapted = {"adaptation": np.full((14, 1), luminance)}
        record = receptors.simulate(shown, steps=4, dt=1e-6, initial=adapted)
        # For 3 µs of τ = 1 s the average has not moved.
        np.testing.assert_allclose(record["response"][0, -1, :, 0], closed, atol=1e-5)


def test_a_receptor_adapted_to_the_dark_saturates():
    receptors = photoreceptors((1, 1), exponent=1.0, dark=1.0, surroundings=None, tau=1e6)
    for light in (0.1, 1.0, 100.0):
        found = receptors.simulate(np.full((1, 1), light), steps=4, dt=1e-3)["response"]
        assert found[0, -1, 0, 0] == pytest.approx(light / (light + 1), rel=1e-6)


def test_a_receptor_adapts_as_slowly_as_its_average():
    tau, dark, before, after = 0.1, 0.01, 1.0, 100.0
    receptors = photoreceptors((1, 1), exponent=1.0, dark=dark, surroundings=None, tau=tau)
    record = receptors.simulate(
        np.full((1, 1), after), duration=0.3, initial={"adaptation": np.full((1, 1), before)}
    )
    # The response hears the average two steps late: σ stands between.
    since = record.times[2:] - 2e-3
    sigma = dark + after + (before - after) * np.exp(-since / tau)
    np.testing.assert_allclose(record["response"][0, 2:, 0, 0], after / (after + sigma), rtol=1e-9)


def test_wide_surroundings_are_what_a_receptor_adapts_to():
    light = np.full((41, 41), 2.0)
    light[:, 21:] = 200.0
    response = photoreceptors((41, 41), dark=1e-9, surroundings=0.2)(light)
    np.testing.assert_allclose(response[:, [0, -1]], 0.5, atol=1e-6)  # far from the edge
    halves = integrate.quad(
        lambda x: np.exp(-x * x / 0.08) / (0.2 * math.sqrt(2 * math.pi)), 0.05, 9
    )
    mean = 2.0 + 198 * halves[0]  # around the last dark receptor
    assert response[20, 20] == pytest.approx(2**0.74 / (2**0.74 + mean**0.74), rel=1e-3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"dark": 0}, InputError, r"^dark must be finite and above 0 \(got 0\)$"),
        ({"surroundings": -1}, InputError, "^surroundings must be finite and above 0 degrees"),
        ({"exponent": 0}, CircuitError, "exponent must be finite and above 0"),
        ({"tau": -1}, CircuitError, "tau must not be negative"),
    ],
)
def test_receptors_that_cannot_be_are_one_clear_error(options, error, message):
    with pytest.raises(error, match=message):
        photoreceptors((3, 3), **options)


# ---------------------------------------------------------------- X and Y cells

SAMPLES = 32  # of one cycle of the reversal
STRIP = (5, 161)  # no stripe ends in it: its rows are alike, and their border reflects them


def harmonics(circuit, phase, frequency):
    """Amplitudes of a cell's answer to a contrast-reversing grating: mean, first, second …"""
    screen = stimuli.Screen(STRIP, 0.05)
    pattern = stimuli.grating(screen, frequency, phase=phase)
    swing = np.cos(2 * math.pi * np.arange(SAMPLES) / SAMPLES)
    on = circuit(swing[:, None, None] * pattern)[0][:, 2, 80]
    return 2 * np.abs(np.fft.rfft(on)) / SAMPLES


@pytest.mark.compiled
@pytest.mark.parametrize("exponent", [1.0, 1.5])
def test_a_y_cell_doubles_the_frequency_wherever_the_grating_lies(exponent):
    frequency = 0.8
    subunit = field("Y")
    cell = y_cells(STRIP, pool=1.0, exponent=exponent)
    amplitude = subunit.grating(frequency)

    # Each subunit's [A·cos(θ)·cos(ωt)]₊ⁿ, averaged over θ, is Aⁿ·|cos ωt|ⁿ times a mean.
    mean = integrate.quad(lambda a: math.cos(a) ** exponent, 0, math.pi / 2)[0] / math.pi
    doubled = integrate.quad(
        lambda a: abs(math.cos(a)) ** exponent * math.cos(2 * a) / math.pi,
        0, 2 * math.pi, points=[math.pi / 2, 3 * math.pi / 2],
    )[0]  # fmt: skip
    expected = amplitude**exponent * mean * doubled
    for phase in (0, 45, 90):
        found = harmonics(cell, phase, frequency)
        assert found[2] == pytest.approx(expected, rel=0.02)
        assert found[1] < 5e-3 * found[2]


@pytest.mark.compiled
def test_an_x_cell_has_a_null_phase_and_no_doubling():
    frequency = 0.8
    seen = field("Y")  # the same subunit, not pooled
    cell = Circuit("X")
    image = cell.inputs("image", shape=STRIP, real=True)
    on, off = ganglion_cells(STRIP, seen, pixel=0.05)(image)
    cell.output(cell.rate("x", excite=on, subtract=off, transfer="identity"))
    cell.output(off)
    for phase in (0, 60, 90):
        found = harmonics(cell, phase, frequency)
        expected = seen.grating(frequency) * abs(math.cos(math.radians(phase)))
        assert found[1] == pytest.approx(expected, abs=0.01 * seen.grating(frequency))
        assert found[2] < 1e-9


def test_a_y_cells_pool_must_be_a_width():
    with pytest.raises(InputError, match=r"^pool must be finite and above 0 degrees \(got 0\)$"):
        y_cells((9, 9), pool=0)
