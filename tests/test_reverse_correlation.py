"""Receptive fields recovered from noise and from correlated pixels."""

import csv

import numpy as np
import pytest
from linear_cells import SCREEN, A, linear, weights

from circuits import stimuli
from circuits.stimuli import Screen
from neurosim import Circuit, InputError, Movie
from neurosim.measuring import reverse_correlation

pytestmark = pytest.mark.compiled


@pytest.fixture
def cell():
    return linear(SCREEN.shape, weights())["cell"]


def test_noise_recovers_the_field_as_closely_as_theory_says(cell):
    count = 20_000
    noise = stimuli.white_noise(SCREEN, seed=4, count=count)
    found = reverse_correlation(cell, noise, pixel=SCREEN.pixel)
    true = weights()
    error = np.sqrt(np.square(true).sum() / count)
    assert np.abs(found.spatial - true).max() < 5 * error
    assert np.std(found.spatial - true) == pytest.approx(error, rel=0.1)
    assert found.correlation(true) == pytest.approx(1 / np.sqrt(1 + true.size / count), abs=0.005)
    assert found.frames == count


def test_a_rectified_cell_shows_half_its_field(cell):
    on = linear(SCREEN.shape, weights(), transfer="threshold-linear")["cell"]
    noise = stimuli.white_noise(SCREEN, seed=4, count=20_000)
    found = reverse_correlation(on, noise)
    slope = np.sum(found.spatial * weights()) / np.square(weights()).sum()
    assert slope == pytest.approx(0.5, abs=0.02)  # Bussgang's theorem


def test_lags_recover_a_delayed_and_leaky_field(rng):
    screen = Screen((4, 5), 0.2, frame=1e-3)
    w = rng.normal(size=(4, 5))
    circuit = Circuit("late")
    image = circuit.inputs("image", shape=screen.shape, real=True)
    circuit.output(
        circuit.rate("cell", drive=w.ravel() @ image.delay(2e-3), tau=2e-3, transfer="identity")
    )
    noise = stimuli.white_noise(screen, seed=1, count=4_000)
    found = reverse_correlation(circuit["cell"], noise, lags=12, ridge=0.0, pixel=0.2)
    decay = np.exp(-0.5)
    kernel = np.where(np.arange(12) >= 2, (1 - decay) * decay ** (np.arange(12) - 2.0), 0)
    np.testing.assert_allclose(found.weights, kernel[:, None, None] * w, atol=0.02)
    assert found.lag == 2
    top = w.ravel()[np.argmax(np.abs(w))]
    np.testing.assert_allclose(found.temporal, kernel * top, atol=0.02)


def test_blocks_never_change_the_field(cell, monkeypatch):
    noise = stimuli.white_noise(SCREEN, seed=2, count=500)
    whole = reverse_correlation(cell, noise, lags=3)
    monkeypatch.setattr("neurosim.measuring.electrode.BLOCK", 8 * 525 * 7)
    np.testing.assert_allclose(
        reverse_correlation(cell, noise, lags=3).weights, whole.weights, atol=1e-6
    )
    assert whole.frames == 498


def test_least_squares_unmix_correlated_pixels(rng):
    screen = Screen((5, 6), 0.2)
    w = rng.normal(size=(5, 6))
    mixing = np.eye(30) + 0.3 * rng.random((30, 30))  # natural images' pixels go together
    frames = (rng.normal(size=(600, 30)) @ mixing.T).reshape(600, 5, 6)
    movie = Movie.of(frames, 0.01)
    unit = linear((5, 6), w)["cell"]
    plain = reverse_correlation(unit, movie)
    solved = reverse_correlation(unit, movie, ridge=0.0)
    np.testing.assert_allclose(solved.spatial, w, atol=1e-8)
    assert plain.correlation(w) < 0.9
    flat = frames.reshape(600, 30) - frames.reshape(600, 30).mean(axis=0)
    answers = flat @ w.ravel()
    penalty = 0.1 * np.trace(flat.T @ flat) / 30
    expected = np.linalg.solve(flat.T @ flat + penalty * np.eye(30), flat.T @ answers)
    damped = reverse_correlation(unit, movie, ridge=0.1)
    np.testing.assert_allclose(damped.spatial.ravel(), expected, atol=1e-9)
    assert screen.shape == damped.spatial.shape


def test_a_field_draws_exports_and_fits_itself(cell, tmp_path):
    noise = stimuli.white_noise(SCREEN, seed=4, count=30_000)
    found = reverse_correlation(cell, noise, pixel=SCREEN.pixel)
    dog = found.fit("dog field")
    for name, true in (("center", A), ("x", 0), ("y", 0)):
        assert dog[name] == pytest.approx(true, abs=4 * dog.errors[name] + 0.02)
    assert found.plot().get_xlabel() == "x (°)"
    rows = list(csv.reader(found.to_csv(tmp_path / "field.csv").read_text().splitlines()))
    assert rows[0] == ["lag (s)", "x (deg)", "y (deg)", "weight"]
    np.testing.assert_allclose([float(v) for v in rows[1]], [0, -2.4, 2.0, found.spatial[0, 0]])
    assert len(rows) == 1 + 525


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": None}, "the movie has no end"),
        ({"count": 3, "lags": 3}, "3 frames are too few for 3 lags"),
        ({"ridge": "strong"}, "^ridge must be a number"),
        ({"ridge": -1.0}, "^ridge must be finite and not negative"),
        ({"ridge": 0.0, "count": 100}, "needs more frames than that"),
        ({"ridge": 0.0, "lags": 20}, "needs a matrix of 10,500 rows; at most 8,192"),
        ({"pixel": 0}, "^pixel must be finite and above 0"),
    ],
)
def test_fields_that_cannot_be_recovered_are_one_clear_error(cell, options, message):
    given = dict(options)
    noise = stimuli.white_noise(SCREEN, count=given.pop("count", 1000))
    with pytest.raises(InputError, match=message):
        reverse_correlation(cell, noise, **given)


def test_pixels_that_never_change_have_no_weight_or_need_a_ridge(rng):
    frames = rng.normal(size=(200, 2, 3))
    frames[:, 1, 1] = 0.5
    unit = linear((2, 3), np.ones(6))["cell"]
    assert reverse_correlation(unit, Movie.of(frames, 0.01)).spatial[1, 1] == 0
    with pytest.raises(InputError, match="give a ridge above 0"):
        reverse_correlation(unit, Movie.of(frames, 0.01), ridge=0.0)
    with pytest.raises(InputError, match="of one unit"):
        reverse_correlation(unit.circuit["image"], Movie.of(frames, 0.01))


@pytest.mark.parametrize("ridge", [None, 0.0])
@pytest.mark.parametrize(("luminance", "contrast"), [(100.0, 0.05), (1000.0, 0.01)])
def test_a_field_is_recovered_around_a_bright_mean(rng, luminance, contrast, ridge):
    screen = Screen((6, 7), 0.1, luminance=luminance)
    w = rng.normal(size=screen.shape)
    noise = stimuli.white_noise(screen, count=2_000, contrast=contrast)
    frames = noise.frames(0, 2_000).reshape(2_000, -1).astype(float)
    frames -= frames.mean(axis=0)
    answers = frames @ w.ravel()
    expected = (frames.T @ answers) / np.square(frames).sum(axis=0) if ridge is None else w.ravel()
    found = reverse_correlation(linear(screen.shape, w)["cell"], noise, ridge=ridge)
    np.testing.assert_allclose(found.spatial.ravel(), expected, atol=0.02)


def test_the_fit_of_a_field_is_that_of_the_orientation_convention():
    gabor = stimuli.grating(SCREEN, 0.8, orientation=30, phase=40) * np.exp(
        -np.square(SCREEN.x) - np.square(SCREEN.y)
    )
    unit = linear(SCREEN.shape, gabor * SCREEN.pixel**2)["cell"]
    found = reverse_correlation(unit, Movie.of(np.eye(525).reshape(525, *SCREEN.shape), 1.0),
                                pixel=SCREEN.pixel)  # fmt: skip
    fitted = found.fit("gabor field")
    assert fitted["orientation"] == pytest.approx(30, abs=0.5)
    assert fitted["phase"] == pytest.approx(40, abs=1)
    assert fitted["frequency"] == pytest.approx(0.8, rel=0.01)
