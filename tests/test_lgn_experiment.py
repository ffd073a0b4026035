"""The experiment `lgn`: its claims hold for any cell and can fail, its titles say what is so."""

from dataclasses import replace

import numpy as np
import pytest

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from experiments import lgn
from experiments.cli import main
from experiments.lgn import cell, noise, pixel_error, sheets, tuning
from neurosim.result import Result


def failed(result):
    return [claim for claim in result.claims if not claim.holds]


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("center", "surround", "strength"),
    [
        (0.62, 1.26, 0.01),  # the best spot is larger than any shown
        (0.62, 1.26, 4.0),  # and here tiny: the response to it is next to nothing
        (0.6, 0.62, 0.85),
        (0.62, 6.2, 0.85),
        (0.62, 1.26, 50.0),
    ],
)
def test_the_cell_follows_the_closed_forms_of_any_field(center, surround, strength):
    result = Result("lgn")
    field = DifferenceOfGaussians(center, surround, 1.0, strength)
    sheets.sheet_responses(result, field, np.zeros((20, 30)), min(surround / 8, center))
    curves = tuning.tuning_curves(result, field)
    recovered = noise.recovered_field(result, field, 500, seed=0)
    cell.draw_cell(result, field, curves, recovered)
    assert failed(result) == []


@pytest.mark.compiled
@pytest.mark.parametrize("frames", [1, 200, 2000, 20_000])
def test_noise_recovers_the_field_as_well_as_so_many_frames_allow(frames):
    for seed in range(5):
        result = Result("lgn")
        noise.recovered_field(result, DifferenceOfGaussians(), frames, seed)
        assert failed(result) == []


@pytest.mark.compiled
def test_the_claim_about_noise_can_fail(monkeypatch):
    def wider(shape, field, pixel):
        return ganglion_cell(shape, DifferenceOfGaussians(0.8, 1.26), pixel=pixel)

    monkeypatch.setattr(noise, "ganglion_cell", wider)
    result = Result("lgn")
    noise.recovered_field(result, DifferenceOfGaussians(), 20_000, 0)
    assert failed(result)


@pytest.mark.compiled
@pytest.mark.parametrize(("frames", "enough"), [(12_000, False), (20_000, True)])
def test_a_close_recovery_is_claimed_where_the_frames_suffice(frames, enough):
    result = Result("lgn")
    noise.recovered_field(result, DifferenceOfGaussians(), frames, 0)
    assert any("above 0.99" in claim.claim for claim in result.claims) == enough
    assert failed(result) == []


@pytest.mark.parametrize("frames", [2000, 20_000])
def test_the_correlation_of_the_default_field_is_that_of_pixels_and_frames(frames):
    center, surround = DifferenceOfGaussians().kernels(0.42, 7)
    simple = 1 / np.sqrt(1 + 225 / frames)
    assert noise._predicted_correlation(center - surround, frames) == pytest.approx(
        simple, abs=2e-3
    )


@pytest.mark.compiled
def test_the_sheets_of_the_figure_see_contrast():
    photograph = stimuli.photograph(longest=64)
    on, off = sheets.sheet_responses(Result("lgn"), DifferenceOfGaussians(), photograph, 0.4)
    assert on.mean() == pytest.approx(off.mean(), rel=0.15)
    assert 0.3 < (on > 0).mean() < 0.7


@pytest.mark.parametrize(
    ("name", "responses", "best", "title"),
    [
        ("annulus", [0.0, -0.1, -0.374], None, "A ring takes away 0.37 (not rectified)"),
        ("annulus", [0.0, 0.1, 0.374], None, "A ring adds 0.37 (not rectified)"),
        ("spot", [1.0, 2.0, 1.0], 2.0, "The best spot is 2.00° wide"),
        ("spot", [1.0, 2.0, 3.0], None, "No best spot from 1 to 3 °"),
        ("grating", [1.0, 2.0, 1.0], 2.0, "The best grating has 2.00 cycles/°"),
        ("grating", [3.0, 2.0, 1.0], None, "No best grating from 1 to 3 cycles/°"),
    ],
)
def test_a_tuning_curves_title_is_what_it_shows(name, responses, best, title):
    assert tuning._finding("edge", tuning.Curve("x", np.array([-2, 2]), *[np.zeros(2)] * 2)) == (
        "No best edge from −2 to 2 °"
    )
    curve = tuning.Curve("size", np.array([1.0, 2.0, 3.0]), np.array(responses), np.zeros(3), best)
    assert tuning._finding(name, curve) == title


def test_the_best_stimulus_is_looked_for_between_those_shown():
    def answers(x):
        return np.exp(-np.square(np.asarray(x) - 1.7))

    shown = np.linspace(0, 4, 9)
    assert tuning._best(shown, answers(shown), answers) == pytest.approx(1.7, abs=1e-3)
    assert tuning._best(shown, shown, answers) is None


@pytest.mark.compiled
def test_a_title_and_a_claim_name_the_same_best_spot():
    result = Result("lgn")
    curves = tuning.tuning_curves(result, DifferenceOfGaussians())
    (claim,) = (c for c in result.claims if "best spot's diameter" in c.claim)
    assert claim.measured == curves["spot"].best


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (0.0, "White noise recovers the field: r = 1.00"),
        (0.4, "White noise recovers the field roughly: r = 0."),
        (9.0, "White noise does not recover the field: r = "),
    ],
)
def test_the_title_about_noise_is_what_it_found(error, title, rng):
    true = rng.normal(size=(15, 15))
    found = true + error * rng.normal(size=true.shape)
    assert noise._noise_finding(found, true).startswith(title)


def test_the_curve_through_the_weights_is_the_field_over_pixels():
    field = DifferenceOfGaussians()
    center, surround = field.kernels(0.42, 7)
    x = (np.arange(15) - 7) * 0.42
    across = noise._across_pixels(field, x, 0.42)
    np.testing.assert_allclose(across, (center - surround)[7], atol=1e-12)


def drawn_sheets(photograph):
    result, field = Result("lgn"), DifferenceOfGaussians()
    responses = sheets.sheet_responses(result, field, photograph, 0.4)
    sheets.draw_sheets(result, field, photograph, responses, 0.4)
    return result.figures["lgn"]


@pytest.mark.compiled
@pytest.mark.parametrize(("shape", "rows"), [((60, 50), 1), ((20, 60), 2)])
def test_the_sheets_are_drawn_as_large_as_the_page_allows(shape, rows, rng):
    figure = drawn_sheets(rng.random(shape))
    photograph, field = figure.axes[:2]
    assert photograph.get_gridspec().nrows == rows
    figure.draw_without_rendering()
    assert photograph.get_position().width > 0.15 * rows
    assert all(any(t.get_text().endswith("°") for t in ax.texts) for ax in figure.axes)
    named = [t.get_text() for t in field.images[0].colorbar.ax.get_yticklabels()]
    assert named[0].startswith("−")
    assert named[0].endswith("inhibits")
    assert named[2].endswith("excites")
    assert figure.get_suptitle().replace("\n", " ").startswith("ON cells answer where the center")


@pytest.mark.compiled
def test_the_title_of_a_grey_image_says_that_nothing_answers():
    assert drawn_sheets(np.full((40, 30), 0.5)).get_suptitle().startswith("No cell answers")


@pytest.mark.compiled
def test_a_first_look_sees_the_photograph_at_the_same_size(monkeypatch):
    seen = []

    def interrupted(result, field, photograph, pixel):
        seen.append((max(photograph.shape), pixel))
        raise KeyboardInterrupt

    monkeypatch.setattr(lgn, "sheet_responses", interrupted)
    for quick in (False, True):
        with pytest.raises(KeyboardInterrupt):
            lgn.run(quick=quick)
    (many, small), (few, large) = seen
    assert few < many
    assert many * small == pytest.approx(few * large)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--seed", "-1"], "--seed must be a whole number from 0 on (got -1)"),
        (["--center", "1e3", "--surround", "2e3"], "take larger pixels"),
        (["--pixel", "1e-9"], "take larger pixels"),
        (["--pixel", "0.63"], "pixel must be at most 0.62°, so that the center's radius of 0.62°"),
        (["--quick", "--pixel", "0.5"], "° with quick, so that the center's radius of 0.62°"),
        (["--center", "-1"], "center must be from 0.001° to 10000° (got -1°)"),
        (["--frames", "224"], "frames must be at least 225, one for each pixel of the noise"),
        (["--pixel", "1e-300"], "a radius of 0.62° is 6.2e+299 pixels of 1e-300°"),
        (["--center", "1e-300", "--surround", "2e-300"], "center must be from 0.001° to"),
        (["--center", "1e-100", "--surround", "2e-100"], "center must be from 0.001° to"),
        (["--center", "nan"], "center"),
        (["--strength", "1e300"], "strength must be above 0, at most 1000 (got 1e+300)"),
        (["--frames", "9" * 23], "frames must be at most 1,000,000,000 (got 999"),
    ],
)
def test_what_lgn_cannot_do_is_one_line_and_status_2(words, line, tmp_path, capsys):
    assert main(["run", "lgn", *words, "--out", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert line in err
    assert len(err.splitlines()) == 1


@pytest.mark.compiled
def test_long_noise_shows_progress(monkeypatch):
    shown = []

    def progress(work, description):
        shown.append(description)
        return list(work)[:1]

    monkeypatch.setattr(noise, "progress", progress)
    noise.recovered_field(Result("lgn"), DifferenceOfGaussians(), noise.MANY, 0)
    assert shown == []
    noise.recovered_field(Result("lgn"), DifferenceOfGaussians(), noise.MANY + 1, 0)
    assert shown == ["white noise"]


@pytest.mark.compiled
def test_the_claims_about_pixels_can_fail(monkeypatch):
    def wider(shape, field, pixel):
        return ganglion_cell(shape, replace(field, center=1.02 * field.center), pixel=pixel)

    monkeypatch.setattr(pixel_error, "ganglion_cell", wider)
    result = Result("lgn")
    pixel_error.pixel_errors(result)
    assert len(failed(result)) == 5
    (title,) = (ax.get_title(loc="left") for ax in result.figures["pixels"].axes)
    assert "falls with powers" in title.replace("\n", " ")


def test_the_power_of_the_pixel_is_the_slope_of_the_errors():
    assert pixel_error._power((2, 4, 8), [0.5, 0.125, 0.03125]) == pytest.approx(2)
    assert pixel_error._power((1, 10), [3, 0.3]) == pytest.approx(1)


@pytest.mark.compiled
def test_the_error_of_a_grating_is_that_of_averaging_over_pixels_twice():
    # In the field and in the stimulus: the response is sinc²(fp) of what it should be.
    field, pixel = DifferenceOfGaussians(), 0.62 / 5
    largest = field.grating(np.array([0.5, 1.0, 2.0]) * field.peak_frequency).max()
    f = field.peak_frequency
    lost = (1 - np.sinc(f * pixel) ** 2) * field.grating(f) / largest
    at_twice = (1 - np.sinc(2 * f * pixel) ** 2) * field.grating(2 * f) / largest
    found = pixel_error._errors(field, (5,))["grating"]
    assert found == pytest.approx([max(lost, at_twice)], rel=0.02)
