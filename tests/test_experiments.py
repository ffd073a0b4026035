"""The experiments: that what they claim holds for any parameters they take, and what they show."""

import json
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from matplotlib.text import Text

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from experiments import _pixel_error, composition, inhibition, lgn, logic_gates
from experiments.catalogue import catalogue
from experiments.cli import main
from neurosim.result import Result


def failed(result):
    return [claim for claim in result.claims if not claim.holds]


@pytest.mark.compiled
@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: entry.name)
def test_every_figure_is_legible_on_a_page_and_has_no_chinese(entry):
    for name, figure in import_module(entry.module).run(quick=True).figures.items():
        figure.draw_without_rendering()
        shrunk = min(1.0, 17 / 2.54 / figure.get_size_inches()[0])
        shown = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
        assert min(t.get_fontsize() for t in shown) * shrunk >= 6, name
        assert not any("\u4e00" <= letter <= "\u9fff" for t in shown for letter in t.get_text())


# ---------------------------------------------------------------- lgn


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
    lgn._sheets(result, field, np.zeros((20, 30)), min(surround / 8, center))
    curves = lgn._tuning(result, field)
    recovered = lgn._recovered(result, field, 500, seed=0)
    lgn._draw_cell(result, field, curves, recovered)
    assert failed(result) == []


@pytest.mark.compiled
@pytest.mark.parametrize("frames", [1, 200, 2000, 20_000])
def test_noise_recovers_the_field_as_well_as_so_many_frames_allow(frames):
    for seed in range(5):
        result = Result("lgn")
        lgn._recovered(result, DifferenceOfGaussians(), frames, seed)
        assert failed(result) == []


@pytest.mark.compiled
def test_the_claim_about_noise_can_fail(monkeypatch):
    def wider(shape, field, pixel):
        return ganglion_cell(shape, DifferenceOfGaussians(0.8, 1.26), pixel=pixel)

    monkeypatch.setattr(lgn, "ganglion_cell", wider)
    result = Result("lgn")
    lgn._recovered(result, DifferenceOfGaussians(), 20_000, 0)
    assert failed(result)


@pytest.mark.compiled
@pytest.mark.parametrize(("frames", "enough"), [(12_000, False), (20_000, True)])
def test_a_close_recovery_is_claimed_where_the_frames_suffice(frames, enough):
    result = Result("lgn")
    lgn._recovered(result, DifferenceOfGaussians(), frames, 0)
    assert any("above 0.99" in claim.claim for claim in result.claims) == enough
    assert failed(result) == []


@pytest.mark.parametrize("frames", [2000, 20_000])
def test_the_correlation_of_the_default_field_is_that_of_pixels_and_frames(frames):
    center, surround = DifferenceOfGaussians().kernels(0.42, 7)
    simple = 1 / np.sqrt(1 + 225 / frames)
    assert lgn._predicted_correlation(center - surround, frames) == pytest.approx(simple, abs=2e-3)


@pytest.mark.compiled
def test_the_sheets_of_the_figure_see_contrast():
    photograph = stimuli.photograph(longest=64)
    on, off = lgn._sheets(Result("lgn"), DifferenceOfGaussians(), photograph, 0.4)
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
    assert lgn._finding("edge", lgn.Curve("x", np.array([-2, 2]), *[np.zeros(2)] * 2)) == (
        "No best edge from −2 to 2 °"
    )
    curve = lgn.Curve("size", np.array([1.0, 2.0, 3.0]), np.array(responses), np.zeros(3), best)
    assert lgn._finding(name, curve) == title


def test_the_best_stimulus_is_looked_for_between_those_shown():
    def answers(x):
        return np.exp(-np.square(np.asarray(x) - 1.7))

    shown = np.linspace(0, 4, 9)
    assert lgn._best(shown, answers(shown), answers) == pytest.approx(1.7, abs=1e-3)
    assert lgn._best(shown, shown, answers) is None


@pytest.mark.compiled
def test_a_title_and_a_claim_name_the_same_best_spot():
    result = Result("lgn")
    curves = lgn._tuning(result, DifferenceOfGaussians())
    (claim,) = (c for c in result.claims if "best spot's diameter" in c.claim)
    assert claim.measured == curves["spot"].best


@pytest.mark.parametrize(
    ("noise", "title"),
    [
        (0.0, "White noise recovers the field: r = 1.00"),
        (0.4, "White noise recovers the field roughly: r = 0."),
        (9.0, "White noise does not recover the field: r = "),
    ],
)
def test_the_title_about_noise_is_what_it_found(noise, title, rng):
    true = rng.normal(size=(15, 15))
    found = true + noise * rng.normal(size=true.shape)
    assert lgn._noise_finding(found, true).startswith(title)


def test_the_curve_through_the_weights_is_the_field_over_pixels():
    field = DifferenceOfGaussians()
    center, surround = field.kernels(0.42, 7)
    x = (np.arange(15) - 7) * 0.42
    across = lgn._across_pixels(field, x, 0.42)
    np.testing.assert_allclose(across, (center - surround)[7], atol=1e-12)


def drawn_sheets(photograph):
    result, field = Result("lgn"), DifferenceOfGaussians()
    sheets = lgn._sheets(result, field, photograph, 0.4)
    lgn._draw_sheets(result, field, photograph, sheets, 0.4)
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

    def sheets(result, field, photograph, pixel):
        seen.append((max(photograph.shape), pixel))
        raise KeyboardInterrupt

    monkeypatch.setattr(lgn, "_sheets", sheets)
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

    monkeypatch.setattr(lgn, "progress", progress)
    lgn._recovered(Result("lgn"), DifferenceOfGaussians(), lgn.MANY, 0)
    assert shown == []
    lgn._recovered(Result("lgn"), DifferenceOfGaussians(), lgn.MANY + 1, 0)
    assert shown == ["white noise"]


@pytest.mark.compiled
def test_the_claims_about_pixels_can_fail(monkeypatch):
    def wider(shape, field, pixel):
        return ganglion_cell(shape, replace(field, center=1.02 * field.center), pixel=pixel)

    monkeypatch.setattr(_pixel_error, "ganglion_cell", wider)
    result = Result("lgn")
    _pixel_error.pixel_error(result)
    assert len(failed(result)) == 5
    (title,) = (ax.get_title(loc="left") for ax in result.figures["pixels"].axes)
    assert "falls with powers" in title.replace("\n", " ")


def test_the_power_of_the_pixel_is_the_slope_of_the_errors():
    assert _pixel_error._power((2, 4, 8), [0.5, 0.125, 0.03125]) == pytest.approx(2)
    assert _pixel_error._power((1, 10), [3, 0.3]) == pytest.approx(1)


@pytest.mark.compiled
def test_the_error_of_a_grating_is_that_of_averaging_over_pixels_twice():
    # In the field and in the stimulus: the response is sinc²(fp) of what it should be.
    cell, pixel = DifferenceOfGaussians(), 0.62 / 5
    largest = cell.grating(np.array([0.5, 1.0, 2.0]) * cell.peak_frequency).max()
    f = cell.peak_frequency
    lost = (1 - np.sinc(f * pixel) ** 2) * cell.grating(f) / largest
    at_twice = (1 - np.sinc(2 * f * pixel) ** 2) * cell.grating(2 * f) / largest
    found = _pixel_error._errors(cell, (5,))["grating"]
    assert found == pytest.approx([max(lost, at_twice)], rel=0.02)


# ---------------------------------------------------------------- inhibition


@pytest.mark.parametrize("c50", ["1e-300", "0", "1", "nan"])
def test_a_c50_that_cannot_be_is_named(c50, tmp_path, capsys):
    assert main(["run", "inhibition", "--c50", c50, "--out", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "c50" in err
    assert len(err.splitlines()) == 1


def test_the_seed_is_heard(monkeypatch):
    heard = []
    generator = np.random.default_rng

    def noted(seed):
        heard.append(seed)
        return generator(seed)

    monkeypatch.setattr(np.random, "default_rng", noted)
    assert failed(inhibition.run(seed=5)) == []
    assert heard == [5]


def test_the_cell_fires_as_often_as_cells_do():
    assert 100 < inhibition._firing_rate(np.array(3.0), 0.01) < 500  # spikes a second


def test_both_halves_of_the_caveat_are_claimed():
    result = Result("inhibition")
    from neurosim.plotting import new_figure

    _, ax = new_figure()
    inhibition._holt_koch(result, ax)
    assert failed(result) == []
    (divided,) = (c for c in result.claims if "below threshold" in c.claim)
    assert divided.measured == pytest.approx(4)


# ---------------------------------------------------------------- logic-gates, composition


def test_each_of_the_lectures_gates_has_its_interval_and_its_words():
    result = logic_gates.run()
    assert failed(result) == []
    claims = {claim.claim: claim.measured for claim in result.claims}
    assert claims["the thresholds that make NOT, as margins() gives them"] == "(-1, 0]"
    assert claims["the thresholds that make OR, as margins() gives them"] == "(0, 1]"
    assert claims["the thresholds that make AND, as margins() gives them"] == "(1, 2]"
    titles = {
        name: next(t for t in result.figures[name].axes[0].texts if t.get_gid() == "title")
        for name in ("or", "and", "not")
    }
    assert titles["or"].get_text() == "OR: addition, a low threshold"
    assert titles["not"].get_text() == "NOT: subtraction, inhibition"


def test_xor_is_made_by_calling_gates_on_gates():
    made = composition._xor_of_gates()
    assert made.check(lambda x, y: x ^ y)
    assert [p.name for p in made.neuron_populations] == ["or.z", "nand.z", "and.z"]


@pytest.mark.compiled
def test_composition_shows_its_progress(monkeypatch, tmp_path, capsys):
    shown = []
    monkeypatch.setattr(composition, "progress", lambda work, text: shown.append(text) or work)
    assert main(["run", "composition", "--bits", "2", "--json", "--out", str(tmp_path)]) == 0
    claims = json.loads(capsys.readouterr().out)["claims"]
    assert any("XOR of gates" in claim["claim"] for claim in claims)
    assert shown == ["proving"]
