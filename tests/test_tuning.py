"""Tuning by name against closed forms; harmonics; memory and threads."""

import csv
import tracemalloc

import numpy as np
import pytest
from linear_cells import B_GAIN, SCREEN, A, B, linear, weights
from scipy.special import erf

from circuits import stimuli
from circuits.physiology import tuning
from circuits.stimuli import Screen
from neurosim import Circuit, FileError, InputError
from neurosim.measuring import Electrode, harmonics, reverse_correlation

pytestmark = pytest.mark.compiled


@pytest.fixture
def cell():
    return linear(SCREEN.shape, weights())["cell"]


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
