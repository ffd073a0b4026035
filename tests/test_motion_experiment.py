"""The experiment `motion`: its claims hold for any parameters it takes, and can fail."""

import pytest
from matplotlib.text import Text

from circuits.motion import Correlator, motion_detectors
from circuits.stimuli import random_dots
from experiments import motion
from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result


def claims_of_gratings(spacing, tau, contrast):
    result = Result("motion")
    _, axes = new_figure(2, 3, width="page")
    correlator = Correlator(spacing, tau)
    motion._turning(result, axes[0, 0], correlator, contrast)
    motion._tuning(result, axes[0, 1:], correlator, contrast)
    motion._directions(result, axes[1, 0], correlator, contrast)
    motion._aliasing(result, axes[1, 1], correlator, contrast)
    return result.claims


@pytest.mark.compiled
@pytest.mark.parametrize(("spacing", "tau", "contrast"), [(1e-3, 100, 0.01), (1e3, 1e-4, 1.0)])
def test_gratings_are_answered_as_claimed_at_any_scale(spacing, tau, contrast):
    claims = claims_of_gratings(spacing, tau, contrast)
    assert len(claims) == 9
    assert [claim for claim in claims if not claim.holds] == []


@pytest.mark.compiled
def test_the_claims_about_gratings_can_fail(monkeypatch):
    def slower(shape, correlator, pixel):
        return motion_detectors(
            shape, Correlator(correlator.spacing, 1.05 * correlator.tau), pixel=pixel
        )

    monkeypatch.setattr(motion.motion, "motion_detectors", slower)
    failed = [claim.claim for claim in claims_of_gratings(1.0, 0.05, 0.5) if not claim.holds]
    assert any("C²·ωτ/(1 + ω²τ²)" in claim for claim in failed)


@pytest.mark.compiled
def test_dots_are_answered_as_claimed_and_the_claim_can_fail(monkeypatch):
    result = Result("motion")
    motion._dots(result, Correlator(30.0, 0.4), 4, seed=3)
    assert result.holds

    def all_coherent(screen, **look):
        return random_dots(screen, **{**look, "coherence": 1.0})

    monkeypatch.setattr(motion.stimuli, "random_dots", all_coherent)
    motion._dots(result, Correlator(30.0, 0.4), 4, seed=3)
    assert not result.holds


@pytest.mark.compiled
def test_the_figures_are_legible_on_a_page():
    for figure in motion.run(quick=True).figures.values():
        figure.draw_without_rendering()
        shrunk = min(1.0, 17 / 2.54 / figure.get_size_inches()[0])
        shown = [t for t in figure.findobj(Text) if t.get_text().strip() and t.get_visible()]
        assert min(t.get_fontsize() for t in shown) * shrunk >= 6
        assert not any("\u4e00" <= letter <= "\u9fff" for t in shown for letter in t.get_text())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"spacing": 0}, r"^spacing must be from 0.001 to 1000° \(got 0\)"),
        ({"tau": float("nan")}, r"^tau must be from 0.0001 to 100 s \(got nan\)"),
        ({"contrast": 1.5}, r"^contrast must be from 0.01 to 1 \(got 1.5\)"),
        ({"movies": 3}, r"^movies must be from 4 to 1000 \(got 3\)"),
    ],
)
def test_parameters_that_cannot_be_are_named(parameters, message):
    with pytest.raises(InputError, match=message):
        motion.run(**parameters)
