"""The normalization experiment: its claims at the ends of its parameters, and what it refuses."""

import pytest

from circuits.cortex import Normalization, normalized_cells
from experiments import normalization
from experiments.normalization import pool
from neurosim import InputError


def failed(result):
    return [claim for claim in result.claims if not claim.holds]


@pytest.mark.compiled
@pytest.mark.parametrize(("c50", "exponent"), [(0.02, 1.0), (0.5, 4.0)])
def test_every_claim_holds_at_the_ends_of_the_parameters(c50, exponent):
    assert failed(normalization.run(c50, exponent, seed=3)) == []


@pytest.mark.compiled
def test_the_claims_can_fail(monkeypatch):
    def weaker(screen, fields, rule):
        return normalized_cells(screen, fields, Normalization(rule.maximum, 0.5, rule.exponent))

    monkeypatch.setattr(pool, "normalized_cells", weaker)
    wrong = [claim.claim for claim in failed(normalization.run())]
    assert any("shift the fitted c50" in claim for claim in wrong)
    assert any("suppresses the response" in claim for claim in wrong)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"c50": 0.0}, r"^c50 must be a contrast from 0.02 to 0.5 \(got 0\)"),
        ({"c50": float("nan")}, "^c50 must be a contrast"),
        ({"exponent": 5.0}, r"^exponent must be from 1 to 4 \(got 5\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        normalization.run(**options)
