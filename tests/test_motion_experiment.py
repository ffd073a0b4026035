"""The experiment `motion`: its claims hold for any parameters it takes, and can fail."""

import pytest

from circuits.motion import Correlator, motion_detectors
from circuits.stimuli import random_dots
from experiments import motion
from experiments.motion import aliasing, directions, dots, gratings, halves, tuning
from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result


def claims_of_gratings(spacing, tau, contrast):
    result = Result("motion")
    _, axes = new_figure(2, 3, width="page")
    correlator = Correlator(spacing, tau)
    halves.turn_round(result, axes[0, 0], correlator, contrast)
    tuning.tune(result, axes[0, 1:], correlator, contrast)
    directions.turn_all_ways(result, axes[1, 0], correlator, contrast)
    aliasing.make_finer(result, axes[1, 1], correlator, contrast)
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

    monkeypatch.setattr(gratings, "motion_detectors", slower)
    failed = [claim.claim for claim in claims_of_gratings(1.0, 0.05, 0.5) if not claim.holds]
    assert any("C²·ωτ/(1 + ω²τ²)" in claim for claim in failed)


@pytest.mark.compiled
def test_dots_are_answered_as_claimed_and_the_claim_can_fail(monkeypatch):
    result = Result("motion")
    dots.show_dots(result, Correlator(30.0, 0.4), 4, seed=3)
    assert result.holds

    def all_coherent(screen, **look):
        return random_dots(screen, **{**look, "coherence": 1.0})

    monkeypatch.setattr(dots.stimuli, "random_dots", all_coherent)
    dots.show_dots(result, Correlator(30.0, 0.4), 4, seed=3)
    assert not result.holds


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
