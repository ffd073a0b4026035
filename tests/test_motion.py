"""Motion detectors against their closed form, from drifting gratings that are simulated."""

import numpy as np
import pytest

from circuits import motion, stimuli
from circuits.cortex import Gabor
from circuits.motion import Correlator
from neurosim import CircuitError, InputError
from neurosim.movies import Movie

DT = 1e-3
CORRELATOR = Correlator(1.0, 0.05)
SCREEN = stimuli.Screen((1, 6), 0.25, DT)
SETTLED = 0.8  # seconds, 16 time constants


def seen(wavelength, frequency, contrast=1.0, circuit=None, screen=SCREEN, **look):
    """Return the recorded detectors, (outputs, time, columns), once they have settled."""
    grating = stimuli.drifting_grating(screen, 1 / wavelength, frequency, contrast=contrast, **look)
    circuit = circuit or motion.motion_detectors(screen.shape, CORRELATOR, pixel=0.25)
    record = circuit.simulate(grating, SETTLED + 0.2, DT)
    return {name: record[name][0, round(SETTLED / DT) :] for name in record}


def test_the_multiplier_multiplies(rng):
    x, y = rng.normal(size=(2, 50))
    np.testing.assert_allclose(motion.multiplier(50)(x, y), x * y, rtol=0, atol=1e-14)
    assert motion.multiplier()(-3, 2.5) == -7.5


@pytest.mark.parametrize("wavelength", [1.5, 3.0, 8.0])
@pytest.mark.parametrize("frequency", [0.8, 1 / (2 * np.pi * 0.05), -12.0])
def test_a_drifting_grating_has_the_closed_form(wavelength, frequency):
    """The step costs dt/2τ of the response, the next terms are (dt/τ)² and (ω·dt)²."""
    turn = 2 * np.pi * frequency * 0.05
    at_the_receptor = 0.4 * np.sinc(0.25 / wavelength)  # the pixel's mean of a sine
    expected = at_the_receptor**2 * turn / (1 + turn**2) * np.sin(2 * np.pi / wavelength)
    response = seen(wavelength, frequency, 0.4)["motion"]
    bound = DT / 0.05 / 2 + (DT / 0.05) ** 2 + (2 * np.pi * frequency * DT) ** 2
    np.testing.assert_allclose(response, expected, rtol=bound)
    shortened = expected * (1 - DT / 0.05 / 2)
    np.testing.assert_allclose(response, shortened, rtol=bound - DT / 0.05 / 2)
    np.testing.assert_allclose(
        CORRELATOR.response(wavelength, frequency, at_the_receptor), expected
    )


def test_the_error_falls_with_the_step():
    errors = []
    for dt in (2e-3, 1e-3, 5e-4):
        screen = stimuli.Screen(SCREEN.shape, 0.25, dt)
        grating = stimuli.drifting_grating(screen, 0.25, 3.0)
        circuit = motion.motion_detectors(screen.shape, CORRELATOR, pixel=0.25)
        last = circuit.simulate(grating, SETTLED, dt)["motion"][0, -1]
        errors.append(1 - last.mean() / CORRELATOR.response(4.0, 3.0, np.sinc(0.25 / 4)))
    np.testing.assert_allclose(errors, [0.02, 0.01, 0.005], rtol=0.02)


@pytest.mark.compiled
def test_the_best_frequency_is_the_same_for_every_wavelength():
    assert CORRELATOR.best_frequency == pytest.approx(3.1831, abs=1e-4)
    around = CORRELATOR.best_frequency * np.array([0.8, 1.0, 1.25])
    for wavelength in (3.0, 8.0):
        low, best, high = (seen(wavelength, f)["motion"].mean() for f in around)
        assert best > low
        assert best > high


@pytest.mark.compiled
def test_halves_flicker_and_their_difference_does_not():
    found = seen(4.0, 3.0)
    flicker = np.ptp(found["right"][:, 0])
    assert flicker > 0.5
    assert np.ptp(found["left"][:, 0]) > 0.5
    assert np.ptp(found["motion"][:, 0]) < 1e-5 * flicker
    np.testing.assert_allclose(found["motion"], found["right"] - found["left"], atol=0.05)


@pytest.mark.compiled
def test_below_two_spacings_a_grating_is_seen_to_go_back():
    assert (seen(2.1, 3.0)["motion"] > 0).all()
    assert (seen(1.9, 3.0)["motion"] < 0).all()
    np.testing.assert_allclose(seen(2.0, 3.0)["motion"], 0, atol=1e-6)


@pytest.mark.compiled
def test_what_stands_still_or_flickers_everywhere_does_not_move(rng):
    circuit = motion.motion_detectors(SCREEN.shape, CORRELATOR, pixel=0.25)
    still = circuit.simulate(rng.normal(size=SCREEN.shape), SETTLED, DT)["motion"][0, -1]
    np.testing.assert_allclose(still, 0, atol=1e-5)
    swing = np.sin(np.arange(100))[:, None, None] * np.ones(SCREEN.shape)
    flickering = circuit.simulate(Movie.of(swing, DT), 0.1, DT)["motion"]
    np.testing.assert_array_equal(flickering, 0)


@pytest.mark.compiled
def test_the_wide_field_cell_is_the_mean_and_turns_with_the_direction():
    screen = stimuli.Screen((2, 6), 0.25, DT)
    circuit = motion.wide_field_cell(screen.shape, CORRELATOR, pixel=0.25)
    for direction in (0, 60, 135, 180):  # the wave along a row is λ/cos long
        along = np.cos(np.radians(direction))
        grating = stimuli.drifting_grating(screen, 0.2, 3.0, orientation=90 + direction)
        last = circuit.simulate(grating, SETTLED, DT)["cell"][0, -1]
        averaged = np.sinc(0.2 * along * 0.25) * np.sinc(0.2 * np.sin(np.radians(direction)) * 0.25)
        expected = averaged**2 * 0.5 * np.sin(2 * np.pi * 0.2 * along)  # near ωτ = 1
        assert last == pytest.approx(expected, rel=0.02)


def test_one_dot_that_passes():
    """A pixel lit for so long, then the next: ∫ e^(−t/τ) of what the first has left behind."""
    lit, tau = 0.02, 0.05
    shown = np.zeros((100, 1, 2))
    shown[:20, 0, 0] = shown[20:40, 0, 1] = 1.0
    circuit = motion.motion_detectors((1, 2), Correlator(1.0, tau), pixel=1.0)
    total = circuit.simulate(Movie.of(shown, DT), 0.1, DT)["motion"].sum() * DT
    expected = tau * (1 - np.exp(-lit / tau)) ** 2
    assert total == pytest.approx(expected, rel=DT / tau)


@pytest.mark.compiled
@pytest.mark.parametrize("orientation", [90, 20])
@pytest.mark.parametrize("frequency", [1.0, 1 / (2 * np.pi * 0.05), -9.0])
def test_motion_energy_is_constant_and_has_its_closed_form(frequency, orientation):
    screen = stimuli.Screen((48, 48), 0.25, DT)
    gabor = Gabor(0.25, orientation=orientation, width=2.0, length=2.0)
    circuit = motion.energy_cells(screen, gabor, tau=0.05)
    found = seen(4.0, frequency, 0.5, circuit, screen, orientation=orientation)
    turn = 2 * np.pi * frequency * 0.05
    across = np.radians(orientation - 90)  # the pixel's mean of a sine
    amplitude = 0.5 * np.sinc(np.cos(across) / 16) * np.sinc(np.sin(across) / 16)
    for way, sign in (("forward", 1), ("backward", -1)):
        expected = amplitude**2 * (1 + (1 + sign * 2 * turn) / (1 + turn**2))
        np.testing.assert_allclose(found[way], expected, rtol=0.02, atol=0.01 * amplitude**2)
        assert np.ptp(found[way]) < 0.01 * amplitude**2


def test_a_still_grating_has_as_much_energy_to_either_side():
    screen = stimuli.Screen((48, 48), 0.25)
    gabor = Gabor(0.25, width=2.0, length=2.0)
    image = stimuli.grating(screen, 0.25, phase=37)
    circuit = motion.energy_cells(screen, gabor)
    forward, backward = circuit(image)
    even, odd = ((f.weights(screen) * image).sum() for f in (gabor, gabor.shifted(90)))
    assert forward == pytest.approx(2 * (even**2 + odd**2), rel=1e-12)
    assert backward == pytest.approx(forward, rel=1e-12)
    np.testing.assert_allclose(circuit(np.ones(screen.shape)), 0, atol=1e-20)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Correlator(tau=0), InputError, r"^tau must be finite and above 0 seconds"),
        (lambda: Correlator(spacing=-1), InputError, "^spacing must be finite and above 0 degrees"),
        (
            lambda: motion.motion_detectors((4, 9), pixel=0.3),
            CircuitError,
            r"^the receptors' spacing of 1° is no whole number of pixels of 0.3°; take pixels of "
            r"0.333333°",
        ),
        (
            lambda: motion.wide_field_cell((4, 4)),
            CircuitError,
            "^receptors 1° apart do not fit on an image 1° wide: give it at least 5 columns",
        ),
        (
            lambda: motion.energy_cells(stimuli.Screen((32, 31), 0.05)),
            CircuitError,
            r"^Gabor field: its 3 standard deviations .* leave the screen of 1.55° × 1.6°",
        ),
    ],
)  # fmt: skip
def test_detectors_that_cannot_be_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
