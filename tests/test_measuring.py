"""Electrodes, tuning, reverse correlation and fits against closed forms and known fields."""

import csv
import tracemalloc

import numpy as np
import pytest
from scipy import stats
from scipy.special import erf

from circuits import stimuli
from circuits.physiology import tuning
from circuits.stimuli import Screen
from neurosim import Circuit, FileError, FitError, Hebb, InputError, Movie, plastic
from neurosim.measuring import MODELS, Electrode, fit, harmonics, reverse_correlation

SCREEN = Screen((21, 25), 0.2, frame=1 / 128)
A, B, B_GAIN = 0.5, 0.9, 0.8


def weights(screen=SCREEN) -> np.ndarray:
    """A difference of Gaussians, integrated over each pixel."""

    def volume(spread):
        def part(u):
            half = screen.pixel / 2
            return (erf((u + half) / spread) - erf((u - half) / spread)) / 2

        return part(screen.x) * part(screen.y)

    return volume(A) - B_GAIN * volume(B)


def linear(shape, w, **rate) -> Circuit:
    circuit = Circuit("linear")
    image = circuit.inputs("image", shape=shape, real=True)
    rate = {"transfer": "identity", **rate}
    circuit.output(circuit.rate("cell", drive=np.ravel(w) @ image, **rate))
    return circuit


@pytest.fixture
def cell():
    return linear(SCREEN.shape, weights())["cell"]


# ------------------------------------------------------------------ electrodes


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


# ------------------------------------------------------------------ harmonics and tuning


def test_harmonics_of_rectified_cosines():
    wave = np.cos(2 * np.pi * 3 * np.arange(3 * 4096) / 4096 / 1 + 0.4)
    for answers, f0, f1 in (
        (wave, 0, 1),
        (np.maximum(wave, 0), 1 / np.pi, 1 / 2),
        (np.maximum(wave, 0) ** 2, 1 / 4, 4 / (3 * np.pi)),
    ):
        found = harmonics(answers, 9)
        np.testing.assert_allclose(found[0], f0, atol=1e-6)
        np.testing.assert_allclose(np.abs(found[1]), f1, atol=1e-6)
        np.testing.assert_allclose(np.angle(found[1]), 0.4, atol=1e-6)
    np.testing.assert_allclose(np.abs(harmonics(wave**2, 9)[2]), 1 / 2, atol=1e-6)
    np.testing.assert_array_equal(harmonics(wave, 0)[1:], 0)


def test_the_second_harmonic_at_half_the_frame_rate_is_counted_once():
    answers = 3 + 2 * np.cos(np.pi * np.arange(8))  # 2 cycles of 4 frames, doubled
    np.testing.assert_allclose(harmonics(answers, 2), [3, 0, 2], atol=1e-12)


@pytest.mark.parametrize(
    ("answers", "cycles", "message"),
    [
        (np.ones(7), 2, "^harmonics of 2 cycles need 4 frames of each, 8 or more"),
        (np.ones(8), -1, "^cycles must be a whole number from 0"),
        (np.ones(8), 0.5, "^cycles must be a whole number from 0"),
        ([], 1, r"^harmonics are of answers, \(frames, …\)"),
        ("ab", 1, r"^harmonics are of answers, \(frames, …\)"),
    ],
)
def test_harmonics_that_cannot_be_are_one_clear_error(answers, cycles, message):
    with pytest.raises(InputError, match=message):
        harmonics(answers, cycles)


@pytest.mark.parametrize("frame", [1.0, 0.01, 1 / 60, 0.013])
def test_the_usual_temporal_frequencies_are_whole_cycles_whatever_the_frame(cell, frame):
    screen = Screen(SCREEN.shape, SCREEN.pixel, frame=frame)
    curve = tuning(cell, "temporal frequency", screen=screen, frequency=0.5)
    assert len(curve.values[0]) > 3
    np.testing.assert_allclose(curve.f1, curve.f1[0], rtol=1e-9)  # nothing takes time


def test_a_silent_unit_is_neither_simple_nor_complex(cell):
    assert np.isnan(tuning(cell, "contrast", [0.0], screen=SCREEN, frequency=0.5).ratio)


def test_tuning_to_spatial_frequency_is_the_closed_form_and_is_fitted(cell):
    curve = tuning(cell, "spatial frequency", np.linspace(0.05, 1.2, 16), screen=SCREEN)
    f = curve.values[0]
    expected = np.exp(-((np.pi * A * f) ** 2)) - B_GAIN * np.exp(-((np.pi * B * f) ** 2))
    expected *= np.sinc(f * SCREEN.pixel) ** 2  # weights and stimulus are means over a pixel
    np.testing.assert_allclose(curve.f1, expected, atol=2e-3)
    np.testing.assert_allclose(curve.f0, 0, atol=1e-12)
    assert curve.ratio == np.inf
    assert curve.measure == "F1"
    found = curve.fit("dog frequency")
    for name, true in (("center", A), ("surround", B), ("surround_gain", B_GAIN)):
        assert found[name] == pytest.approx(true, rel=0.05)
    assert found.r_squared > 0.999


def test_tuning_to_diameter_orientation_contrast_and_position(cell):
    spots = tuning(cell, "diameter", screen=SCREEN)
    d = spots.values[0]
    expected = -np.expm1(-((d / 2 / A) ** 2)) + B_GAIN * np.expm1(-((d / 2 / B) ** 2))
    np.testing.assert_allclose(spots.responses, expected, atol=0.02)
    flat = tuning(cell, "orientation", screen=SCREEN, frequency=0.5, contrast=0.5)
    np.testing.assert_allclose(flat.f1, flat.f1.mean(), rtol=0.02)  # a round field has no best
    contrast = tuning(cell, "contrast", [0.0, 0.25, 1.0], screen=SCREEN, frequency=0.5)
    np.testing.assert_allclose(contrast.f1 / contrast.f1[-1], [0, 0.25, 1], atol=1e-9)
    edges = tuning(cell, "position", [-0.4, 0.0, 0.4], screen=SCREEN)
    x = edges.values[0]
    expected = (1 + erf(x / A) - B_GAIN * (1 + erf(x / B))) / 2
    np.testing.assert_allclose(edges.f0, expected, atol=0.02)


def test_every_combination_of_several_quantities(cell):
    both = tuning(
        cell, ["spatial frequency", "contrast"], [[0.3, 0.6, 1.0], [0.5, 1.0]], screen=SCREEN
    )
    assert both.harmonics.shape == (3, 2, 3)
    np.testing.assert_allclose(both.f1[:, 0], both.f1[:, 1] / 2, rtol=1e-9)
    one = tuning(cell, "spatial frequency", [0.3, 0.6, 1.0], screen=SCREEN, contrast=1.0)
    along = both.along("spatial frequency")
    np.testing.assert_array_equal(along.f1, one.f1)
    assert both.best == (along.best, 1.0)
    with pytest.raises(InputError, match="no varied quantity is called 'phase'"):
        both.along("phase")
    with pytest.raises(InputError, match=r"^fit\(\) is for one quantity"):
        both.fit("gaussian")


def test_direction_is_a_quarter_turn_from_orientation(cell):
    oriented = stimuli.grating(SCREEN, 0.6, orientation=30) * np.exp(-(SCREEN.x**2) - SCREEN.y**2)
    unit = linear(SCREEN.shape, oriented)["cell"]
    turned = tuning(unit, "orientation", [30.0, 120.0], screen=SCREEN, frequency=0.6)
    drift = tuning(unit, "direction", [-60.0, 120.0, 30.0], screen=SCREEN, frequency=0.6)
    np.testing.assert_allclose(drift.f1, turned.f1[[0, 0, 1]], rtol=1e-9)


def test_a_leaky_cell_follows_fast_gratings_less():
    tau = 0.02
    unit = linear(SCREEN.shape, weights(), tau=tau)["cell"]
    screen = Screen(SCREEN.shape, SCREEN.pixel, frame=1e-3)
    curve = tuning(
        unit, "temporal frequency", [1.0, 4.0, 8.0, 20.0], screen=screen, frequency=0.4, settle=0.2
    )
    omega = 2 * np.pi * curve.values[0]
    np.testing.assert_allclose(
        curve.f1 / curve.f1[0], np.sqrt((1 + omega[0] ** 2 * tau**2) / (1 + omega**2 * tau**2)),
        rtol=5e-3,
    )  # fmt: skip
    still = tuning(unit, "diameter", [1.0], screen=screen, settle=0.4, duration=0.01)
    now = tuning(linear(SCREEN.shape, weights())["cell"], "diameter", [1.0], screen=screen)
    np.testing.assert_allclose(still.f0, now.f0, rtol=1e-6)


def test_a_tuning_draws_and_exports_itself(cell, tmp_path):
    both = tuning(cell, ["contrast", "phase"], [[0.5, 1.0], [0.0, 90.0]], screen=SCREEN,
                  frequency=0.5)  # fmt: skip
    assert both.plot().get_xlabel() == "phase (°)"
    one = both.along("contrast")
    assert one.plot().get_ylabel() == "response (F1)"
    path = both.to_csv(tmp_path / "tuning.csv")
    rows = list(csv.reader(path.read_text().splitlines()))
    assert rows[0] == ["contrast", "phase (°)", "F0", "F1", "F2"]
    assert [float(row[1]) for row in rows[1:]] == [0, 90, 0, 90]
    np.testing.assert_array_equal([float(row[2]) for row in rows[1:]], both.f0.ravel())
    three = tuning(
        cell, ["contrast", "phase", "spatial frequency"], [[1.0], [0.0], [0.5]], screen=SCREEN
    )
    with pytest.raises(InputError, match="a tuning to 3 quantities cannot be drawn"):
        three.plot()
    with pytest.raises(FileError, match=r"nowhere/x\.csv' cannot be written \(No such file"):
        one.to_csv(tmp_path / "nowhere" / "x.csv")
    with pytest.raises(FileError, match=r"^'None' cannot be written"):
        one.to_csv(None)


def test_each_stimulus_meets_noise_of_its_own_that_the_seed_repeats():
    unit = linear(SCREEN.shape, weights(), noise=0.1)["cell"]

    def found(seed):
        contrasts = [0.5, 0.5, 0.5]
        curve = tuning(unit, "contrast", contrasts, screen=SCREEN, frequency=0.5, seed=seed)
        return curve.f0

    once, again, other = found(3), found(3), found(7)
    assert len(set(once)) == 3
    np.testing.assert_array_equal(once, again)
    assert not set(once) & set(other)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"quantity": "colour"}, "^no quantity is called 'colour'"),
        ({"quantity": []}, "^a tuning needs a quantity"),
        ({"quantity": ["phase", "phase"]}, "^each quantity is varied once"),
        ({"quantity": 3}, r"^a tuning needs a quantity, such as 'orientation' \(got 3\)"),
        ({"quantity": [["phase"]]}, r"^no quantity is called \"\['phase'\]\""),
        ({"quantity": ["contrast", "phase"], "values": 1.0}, "^values are one range for each of"),
        ({"stimulus": ["edge"]}, r"^no stimulus is called \"\['edge'\]\""),
        ({"stimulus": ""}, "^no stimulus is called ''"),
        ({"settle": -1}, r"^settle must be finite and at least 0 \(got -1\)"),
        ({"settle": "long"}, "^settle must be a number of seconds"),
        ({"duration": 0}, "^duration must be finite and above 0 seconds"),
        ({"duration": np.nan}, "^duration must be finite and above 0 seconds"),
        ({"values": []}, "^the values of contrast must be a row of one or more"),
        ({"values": [np.nan]}, "^the values of contrast must be finite"),
        ({"values": ["high"]}, "^the values of contrast must be numbers"),
        ({"values": [1.5]}, "^contrast must be from 0 to 1"),
        ({"stimulus": "photograph"}, "^no stimulus is called 'photograph'"),
        ({"quantity": "diameter", "stimulus": "edge"}, "^the stimulus 'edge' has no diameter"),
        ({"contrast": 0.5}, "^contrast= is what is varied: leave it out"),
        ({"hue": 0.5}, "^no parameter of 'drifting grating' is called 'hue'"),
        ({"frequency": None}, "^the stimulus 'drifting grating' needs frequency="),
        ({"orientation": 1.0, "direction": 2.0}, "^a direction has its orientation"),
        ({"temporal_frequency": 100.0}, "is too fast for frames of 0.0078125 s"),
        ({"temporal_frequency": np.pi}, "^up to 64 cycles of 3.14159 Hz are no whole number of"),
        ({"quantity": "diameter", "values": [50.0], "frequency": None}, "larger than the screen"),
    ],
)  # fmt: skip
def test_tunings_that_cannot_be_are_one_clear_error(cell, arguments, message):
    given = {"quantity": "contrast", "screen": SCREEN, "frequency": 0.5, **arguments}
    if given["frequency"] is None or given["quantity"] == "diameter":
        del given["frequency"]
    with pytest.raises(InputError, match=message):
        tuning(cell, given.pop("quantity"), given.pop("values", None), **given)


def test_a_tuning_is_of_one_unit():
    circuit = Circuit("sheet")
    image = circuit.inputs("image", shape=SCREEN.shape, real=True)
    circuit.output(circuit.rate("on", excite=image))
    with pytest.raises(InputError, match=r"tuning is of one unit, on has 525"):
        tuning(circuit["on"], "diameter", screen=SCREEN)
    spots = tuning(circuit["on"][10, 12], "diameter", [0.2, 2.0], screen=SCREEN)
    assert spots.f0[1] == 1


# ------------------------------------------------------------------ reverse correlation


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


# ------------------------------------------------------------------ fits

PLACES = np.stack([axis.ravel() for axis in (SCREEN.x, SCREEN.y)])
TRUE = {
    "naka-rushton": (np.geomspace(0.01, 1, 12), [30.0, 0.2, 2.3, 1.5]),
    "dog frequency": (np.linspace(0.02, 2, 20), [1.0, 0.62, 0.85, 1.26]),
    "dog diameter": (np.linspace(0.1, 6, 25), [1.0, 0.62, 0.85, 1.26]),
    "gaussian": (np.linspace(-3, 5, 20), [4.0, 1.2, 0.7, 0.3]),
    "orientation": (np.arange(16) * 180 / 16, [4.0, 170.0, 18.0, 0.3]),
    "direction": (np.arange(16) * 360 / 16, [4.0, 1.5, 350.0, 25.0, 0.3]),
    "dog field": (PLACES, [2.0, 0.5, 1.7, 1.1, 0.2, -0.3]),
    "gabor field": (PLACES, [1.3, 0.2, -0.1, 0.5, 0.8, 35.0, 0.9, 60.0]),
}


def test_every_model_is_tested():
    assert TRUE.keys() == MODELS.keys()


def test_the_equations_are_those_of_the_papers():
    def value(model, x):
        return MODELS[model].equation(np.asarray(x, dtype=float), *TRUE[model][1])

    c = np.array([0.0, 0.05, 0.2, 1.0])
    np.testing.assert_allclose(value("naka-rushton", c), 30 * c**2.3 / (0.2**2.3 + c**2.3) + 1.5)
    x = np.array([-2.0, 1.2, 1.9])
    density = stats.norm.pdf(x, 1.2, 0.7) / stats.norm.pdf(0, 0, 0.7)
    np.testing.assert_allclose(value("gaussian", x), 0.3 + 4 * density)

    def around(degrees, period, mean, width):
        turn = 2 * np.pi / period
        density = stats.vonmises(1 / (turn * width) ** 2)
        return density.pdf(turn * (degrees - mean)) / density.pdf(0)

    degrees = np.array([0.0, 10.0, 97.0, 170.0, 171.0])
    np.testing.assert_allclose(
        value("orientation", degrees), 0.3 + 4 * around(degrees, 180, 170, 18)
    )
    assert np.log(around(171.0, 180, 170, 18)) == pytest.approx(-0.5 / 18**2, rel=1e-3)
    two = 4 * around(degrees, 360, 350, 25) + 1.5 * around(degrees, 360, 170, 25)
    np.testing.assert_allclose(value("direction", degrees), 0.3 + two)
    center, surround = (
        gain * stats.multivariate_normal([0.2, -0.3], spread**2 / 2).pdf([0.9, 0.4])
        for gain, spread in ((2.0, 0.5), (1.7, 1.1))
    )
    assert value("dog field", [0.9, 0.4]) == pytest.approx(center - surround)


@pytest.mark.parametrize("model", MODELS)
def test_a_fit_finds_the_parameters_and_its_errors_are_those_of_noise(model, rng):
    x, true = TRUE[model]
    exact = MODELS[model].equation(x, *true)
    found = fit(model, x, exact)
    np.testing.assert_allclose(list(found.parameters.values()), true, rtol=1e-3, atol=1e-3)
    assert found.r_squared == pytest.approx(1)
    np.testing.assert_allclose(found(x), exact, atol=1e-5 * np.abs(exact).max())
    noise = 0.01 * np.abs(exact).max()
    off = []
    for _ in range(12):
        noisy = fit(model, x, exact + rng.normal(0, noise, exact.shape))
        off.append(
            [(noisy[n] - t) / noisy.errors[n] for n, t in zip(noisy.parameters, true, strict=True)]
        )
    assert np.mean(np.abs(off) < 2) > 0.8  # of Student's t 95% or a little less


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


def test_a_fit_tells_draws_and_exports_itself(tmp_path):
    x, true = TRUE["naka-rushton"]
    found = fit("naka-rushton", x, MODELS["naka-rushton"].equation(x, *true))
    assert str(found).startswith("naka-rushton: maximum = 30 ±")
    assert found.plot().lines[-1].get_label() == "naka-rushton"
    rows = list(csv.reader(found.to_csv(tmp_path / "fit.csv").read_text().splitlines()))
    assert rows[0] == ["parameter", "value", "standard error"]
    assert [row[0] for row in rows[1:]] == [*found.parameters, "r squared", "residual"]
    with pytest.raises(InputError, match="no parameter of 'naka-rushton' is called 'c51'"):
        found["c51"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: fit("line", [1], [1]), InputError, "^no model is called 'line'"),
        (lambda: fit(["gaussian"], [1], [1]), InputError, "^no model is called"),
        (lambda: fit("gaussian", ["a"], [1]), InputError, "^a fit of 'gaussian' takes numbers"),
        (lambda: fit("gaussian", [[1], [1, 2]], [1]), InputError, "^a fit of 'gaussian' takes num"),
        (lambda: fit("gaussian", [1, 2, 3], [1, 2, 3]), InputError, "has 4 parameters, so it need"),
        (lambda: fit("gaussian", [1, 2], [1, 2, 3]), InputError, r"takes \(points,\) places"),
        (lambda: fit("dog field", np.ones(9), np.ones(9)), InputError, r"takes \(2, points\)"),
        (
            lambda: fit("gaussian", np.arange(9), [np.nan] * 9),
            InputError, "needs finite measurements",
        ),
        (
            lambda: fit("naka-rushton", -np.arange(9), np.arange(9)),
            InputError, "^a fit of 'naka-rushton': where it was measured leaves no room for c50",
        ),
        (
            lambda: fit("gabor field", [np.zeros(9), np.arange(9)], np.arange(9)),
            InputError, "leaves no room for x, width, length; measure at more places",
        ),
        (lambda: fit("gaussian", np.arange(9), [2.0] * 9), FitError, "all 9 measurements are 2"),
    ],
)  # fmt: skip
def test_fits_that_cannot_be_are_one_clear_error(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_the_measurements_do_not_determine_is_said(rng):
    where = np.full(9, 0.5)  # one contrast again and again
    with pytest.raises(FitError, match=r"the fit of 'naka-rushton' to 9 points leaves .*c50"):
        fit("naka-rushton", where, 3 + 0.1 * rng.random(9))
    center_alone = np.exp(-np.square(np.linspace(0.1, 3, 12)))  # any surround of gain 0 will do
    with pytest.raises(FitError, match=r"leaves .*surround undetermined; measure more points"):
        fit("dog frequency", np.linspace(0.1, 3, 12), center_alone)


@pytest.mark.parametrize("model", ["dog diameter", "dog field"])
def test_an_off_cell_has_the_fit_of_its_on_cell_with_the_signs_turned(model, rng):
    x, true = TRUE[model]
    answers = MODELS[model].equation(x, *true)
    answers = answers + rng.normal(0, 1e-3 * np.abs(answers).max(), answers.shape)
    on, off = fit(model, x, answers), fit(model, x, -answers)
    for name, value in on.parameters.items():
        sign = -1 if "gain" in name else 1
        assert off[name] == pytest.approx(sign * value, rel=1e-3, abs=1e-3)
        assert off.errors[name] == pytest.approx(on.errors[name], rel=0.01)
    assert 0 < off["center"] < off["surround"]


def test_preferred_angles_are_those_of_the_higher_peak_in_one_turn():
    degrees = np.arange(16) * 22.5
    both = 3 * np.exp(-np.square((degrees - 90) / 30)) + np.exp(-np.square((degrees - 270) / 30))
    found = fit("direction", degrees + 180, both)
    assert found["preferred"] == pytest.approx(270, abs=1)
    assert found["height"] == pytest.approx(3, rel=0.1)
    assert found["opposite"] == pytest.approx(1, rel=0.1)
    even = np.exp(4 * (np.cos(np.radians(2 * (degrees / 2 - 90))) - 1))
    preferred = fit("orientation", degrees / 2 - 90, even)["preferred"]
    assert 0 <= preferred < 180
    assert (preferred + 90) % 180 == pytest.approx(90, abs=1e-6)


@pytest.mark.parametrize("size", [1e-9, 1e9])
def test_a_fit_is_the_same_in_any_unit(size):
    x, true = TRUE["naka-rushton"]
    measured = MODELS["naka-rushton"].equation(x, *true)
    found = fit("naka-rushton", x, size * measured)
    assert found["c50"] == pytest.approx(true[1], rel=1e-4)
    assert found["maximum"] / size == pytest.approx(true[0], rel=1e-4)


def test_a_fit_that_does_not_converge_is_an_error(monkeypatch, rng):
    monkeypatch.setattr("neurosim.measuring.fitting.EVALUATIONS", 2)
    with pytest.raises(FitError, match="did not converge from any of its starts"):
        fit("gaussian", np.arange(9), rng.random(9))


# ------------------------------------------------------------------ memory, threads


def peak(run) -> int:
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_neither_with_frames_nor_with_stimuli(cell):
    frames = 60_000
    noise = stimuli.white_noise(SCREEN, count=frames)
    assert peak(lambda: reverse_correlation(cell, noise)) < frames * 525 * 4 / 4
    contrasts = np.linspace(0.1, 1.0, 400)  # of gratings of 32 frames each
    shown = 400 * 32 * 525 * 8
    assert (
        peak(lambda: tuning(cell, "contrast", contrasts, screen=SCREEN, frequency=0.5)) < shown / 20
    )


def test_threads_never_change_what_is_measured(cell, monkeypatch):
    noise = stimuli.white_noise(SCREEN, seed=2, count=3_000)
    monkeypatch.setattr("neurosim.measuring.electrode.BLOCK", 8 * 525 * 100)

    def found(threads):
        monkeypatch.setattr("circuits.physiology.most_threads", lambda: threads)
        monkeypatch.setattr("circuits.physiology.WORTH_THREADS", 1)
        curve = tuning(cell, "phase", screen=SCREEN, frequency=0.5)
        return Electrode(cell).responses(noise, threads=threads), curve.harmonics

    for one, several in zip(found(1), found(4), strict=True):
        np.testing.assert_array_equal(one, several)


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
