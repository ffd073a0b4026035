"""The experiment `retina`: its claims hold for any parameters it takes, and wrong cells fail."""

import math

import numpy as np
import pytest

from circuits import lgn
from circuits.retina import (
    AdelsonBergen,
    Biphasic,
    DifferenceOfGaussians,
    cascade,
    field,
    ganglion_cell,
    ganglion_cells,
    photoreceptors,
    tapped_delay_line,
    y_cells,
)
from experiments import retina
from experiments.retina import gain_control, in_space, in_time
from neurosim import Circuit, InputError
from neurosim.plotting import new_figure
from neurosim.result import Result


def failed(part, *parameters):
    """What is claimed in vain where one panel is drawn."""
    result = Result("retina")
    part(result, new_figure()[1], *parameters)
    assert result.claims
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.compiled
@pytest.mark.parametrize("end", [0, 1])
def test_every_claim_holds_at_the_ends_of_the_parameters(end):
    parameters = {name: limits[end] for name, limits in retina.RANGES.items()}
    result = retina.run(**parameters)
    assert [claim for claim in result.claims if not claim.holds] == []
    assert len(result.claims) == 19
    assert len(result.tables) == 8


@pytest.mark.compiled
def test_wide_patches_are_answered_as_claimed_where_the_rim_costs_most():
    assert failed(gain_control.suppression, 0.01, 2.0) == []


@pytest.mark.compiled
def test_receptors_that_adapt_otherwise_break_the_claims(monkeypatch):
    def steeper(shape, exponent, **options):
        return photoreceptors(shape, exponent=1.05 * exponent, **options)

    monkeypatch.setattr(in_time, "photoreceptors", steeper)
    answers, weber = failed(in_time.adaptation, 0.74)
    assert "answer to a step" in answers
    assert weber.startswith("Weber's law")

    def hurried(shape, tau, **options):
        return photoreceptors(shape, tau=1.5 * tau, **options)

    monkeypatch.setattr(in_time, "photoreceptors", hurried)
    assert len(failed(in_time.adaptation, 0.74)) == 1


@pytest.mark.compiled
def test_answers_that_turn_over_otherwise_break_the_claims(monkeypatch):
    def longer(shape, kernel, tap):
        return tapped_delay_line(shape, Biphasic(0.046, 0.5), tap=tap)

    def slower(shape, kernel):
        return cascade(shape, AdelsonBergen(0.95 * kernel.k, kernel.n))

    monkeypatch.setattr(in_time, "tapped_delay_line", longer)
    monkeypatch.setattr(in_time, "cascade", slower)
    assert len(failed(in_time.turning_over, 0.38)) == 5


@pytest.mark.compiled
def test_an_x_cell_in_place_of_a_y_cell_breaks_the_claims(monkeypatch):
    def linear(shape, pixel, exponent):
        circuit = Circuit("X")
        image = circuit.inputs("image", shape=shape, real=True)
        on, _ = ganglion_cells(shape, field("Y"), pixel=pixel)(image)
        circuit.output(circuit.rate("on", excite=on))
        return circuit

    monkeypatch.setattr(in_space, "y_cells", linear)
    doubled, first = failed(in_space.summation, 1.5)
    assert "F2 is the same at every phase" in doubled
    assert "no F1" in first


@pytest.mark.compiled
def test_a_rectified_cell_in_place_of_an_x_cell_breaks_the_claims(monkeypatch):
    screen = in_space.STRIP

    def rectified():
        circuit = Circuit("Y")
        image = circuit.inputs("image", shape=screen.shape, real=True)
        on = y_cells(screen.shape, pixel=screen.pixel, exponent=1.5)(image).on
        circuit.output(circuit.rate("cell", excite=on))
        return circuit

    monkeypatch.setattr(in_space, "_x_cell", rectified)
    linear, without = failed(in_space.summation, 1.5)
    assert "X cell is linear" in linear
    assert "no F2" in without


@pytest.mark.compiled
def test_wider_fields_than_published_break_the_claims(monkeypatch):
    def wider(shape, seen, pixel):
        spread = DifferenceOfGaussians(
            1.05 * seen.center, seen.surround, seen.center_gain, seen.surround_gain
        )
        return ganglion_cell(shape, spread, pixel=pixel)

    monkeypatch.setattr(in_space, "ganglion_cell", wider)
    answers, radii = failed(in_space.published_fields)
    assert "answer to gratings" in answers
    assert "recover the published radii" in radii


@pytest.mark.compiled
def test_another_pool_breaks_the_claims(monkeypatch):
    sheets = lgn.sheets

    def stronger(shape, seen, pool=None, semi_saturation=None, **options):
        sigma = semi_saturation and 1.1 * semi_saturation
        narrow = pool and pool / 1.3
        return sheets(shape, seen, pool=narrow, semi_saturation=sigma, **options)

    monkeypatch.setattr(gain_control.lgn, "sheets", stronger)
    divided, fitted = failed(gain_control.saturation, 0.1, 3.0)
    assert "local RMS contrast" in divided
    assert "Naka–Rushton" in fitted
    wide, largest = failed(gain_control.suppression, 0.1, 3.0)
    assert "patches of 4 and more" in wide
    assert "a grating without end" in largest


def test_the_answer_to_a_patch_is_the_fields_sum_over_it():
    seen, step = gain_control.SEEN, 0.01
    x = (np.arange(-400, 400) + 0.5) * step
    square = np.square(x[:, None]) + np.square(x)
    center = np.exp(-square / seen.center**2) / (math.pi * seen.center**2)
    surround = np.exp(-square / seen.surround**2) / (math.pi * seen.surround**2)
    weights = center - 0.85 * surround
    grating = np.cos(2 * math.pi * x / 3)
    for diameter in (0.8, 2.0, 5.0):
        inside = square <= diameter**2 / 4
        summed = (weights * grating * inside).sum() * step**2
        assert gain_control._patch(diameter) == pytest.approx(summed, abs=2e-3)
    assert gain_control._patch(1e3) == pytest.approx(seen.grating(1 / 3), rel=1e-9)


def test_a_run_of_wrong_cells_says_so_in_its_title(monkeypatch):
    def nothing(result, *parameters):
        result.claim("a cell answers", measured=0, expected=1)

    for part in (
        "adaptation", "turning_over", "summation", "published_fields", "saturation", "suppression",
    ):  # fmt: skip
        monkeypatch.setattr(retina, part, nothing)
    figure = retina.run().figures["retina"]
    assert figure.get_suptitle() == "These cells do not do all that is claimed of them"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"exponent": 0.2}, r"^exponent must be from 0.3 to 2 \(got 0.2\)$"),
        ({"rebound": 0.0}, r"^rebound must be from 0.1 to 1 \(got 0\)$"),
        ({"rectifier": 2.5}, r"^rectifier must be from 1 to 2 \(got 2.5\)$"),
        ({"semi_saturation": float("nan")}, r"^semi_saturation must be from 0.01 to 0.3 \(got nan"),
        ({"pool": 5.0}, r"^pool must be from 2 to 4° \(got 5\)$"),
    ],
)
def test_parameters_that_cannot_be_are_named(parameters, message):
    with pytest.raises(InputError, match=message):
        retina.run(**parameters)
