"""The orientation experiment: its claims at the ends of its parameters, and what it refuses."""

import math
from dataclasses import replace

import numpy as np
import pytest

from circuits.cortex import complex_cells, hubel_wiesel_cells, simple_cells
from experiments import orientation
from experiments.orientation import contrasts, energy, modulation, rows
from neurosim import InputError


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.compiled
@pytest.mark.parametrize("ends", [(0.1, 1.0, 0.3, 0.3), (0.8, 4.0, 0.7, 0.3)])
def test_every_claim_holds_at_the_ends_of_the_parameters(ends):
    assert failed(orientation.run(*ends, quick=True)) == []


@pytest.mark.compiled
def test_the_claims_can_fail(monkeypatch):
    def shorter(screen, longer, field, threshold):
        return hubel_wiesel_cells(
            screen, [replace(row, cells=2) for row in longer], field, threshold=threshold
        )

    def wider(screen, field):
        return complex_cells(screen, replace(field, width=1.1 * field.width))

    def drowned(screen, field, exponent, threshold=0.0):
        return simple_cells(screen, field, exponent=exponent, threshold=threshold + 0.01)

    monkeypatch.setattr(rows, "hubel_wiesel_cells", shorter)
    monkeypatch.setattr(energy, "complex_cells", wider)
    monkeypatch.setattr(contrasts, "simple_cells", drowned)
    wrong = failed(orientation.run(length=0.5, quick=True))
    for claim in (
        "answer as the rows' sums", "half-widths at half height", "the energy's mean",
        "with a threshold", "does not depend on contrast",
    ):  # fmt: skip
        assert any(claim in one for one in wrong), claim


def test_the_modulation_of_a_rectified_power_of_a_cosine():
    assert modulation._f1_over_f0(1) == pytest.approx(math.pi / 2)
    assert modulation._f1_over_f0(2) == pytest.approx(16 / (3 * math.pi))
    angle = 2 * np.pi * np.arange(100_000) / 100_000
    response = np.maximum(np.cos(angle), 0) ** 3.3
    sampled = 2 * np.mean(response * np.cos(angle)) / response.mean()
    assert modulation._f1_over_f0(3.3) == pytest.approx(sampled)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"threshold": 0.9},
            r"^threshold must be from 0.1 to 0.8 of the largest drive \(got 0.9\)",
        ),
        ({"exponent": math.nan}, r"^exponent must be from 1 to 4 \(got nan\)"),
        ({"width": 0.1}, r"^width must be from 0.3 to 0.7 cycles \(got 0.1\)"),
        ({"length": 2.0}, r"^length must be from 0.3 to 1.2 cycles \(got 2\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        orientation.run(**options)
