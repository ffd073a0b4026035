"""The experiment `gradients`: its claims for every parameter, and what it refuses."""

import numpy as np
import pytest
from numpy.polynomial import Polynomial

from experiments import gradients
from experiments.gradients import differences, graphs, listing, neuron
from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize("shape", [(1, 1), (1, 8), (6, 1), (6, 8)])
def test_the_listings_claims_hold_for_every_shape(shape):
    result = Result("gradients")
    for seed in range(20):
        shown = listing.check_listing(result, *shape, seed)
        assert shown["x"][0].shape == shown["a"][1].shape == shape
    assert failed(result) == []


@pytest.mark.parametrize("drive", [-4.0, -0.7, 0.0, 1.3, 4.0])
@pytest.mark.parametrize("target", [0.0, 0.5, 1.0])
def test_the_neurons_claims_hold_for_every_drive_and_target(drive, target):
    result = Result("gradients")
    for seed in range(4):
        _, ax = new_figure()
        cell = neuron.Neuron.with_drive(drive, target, seed)
        neuron.check_neuron(result, cell)
        differences.compare_differences(result, ax, cell)
    assert failed(result) == []


@pytest.mark.parametrize(("rows", "columns", "drive", "target"), [(1, 1, -4, 1), (6, 8, 0, 0.5)])
def test_everything_drawn_at_the_ends_of_the_parameters_is_within_its_figure(
    rows, columns, drive, target
):
    result = gradients.run(rows, columns, drive, target)
    assert failed(result) == []
    for figure in result.figures.values():
        figure.draw_without_rendering()
        width, height = figure.bbox.size
        for ax in figure.axes:
            for text in ax.texts:
                box = text.get_window_extent()
                assert box.x0 >= 0, text
                assert box.y0 >= 0, text
                assert box.x1 <= width, text
                assert box.y1 <= height, text


def test_the_listing_by_hand_on_a_matrix_one_can_check():
    values = listing.derive_by_hand(
        np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]]), np.array([[7.0, 11.0]])
    )
    assert values["c"][0] == 3 + 10 + 7 + 11
    assert values["x"][1].tolist() == [[3, 5]]
    assert values["y"][1].tolist() == [[1, 2]]


def test_derivatives_of_the_error_are_within_their_bounds_and_as_derived():
    y = Polynomial([0, 1])
    slopes = [y]  # of the logistic by u, as polynomials in its answer: f′ = y(1 − y)
    for _ in range(5):
        slopes.append(slopes[-1].deriv() * y * (1 - y))
    answers = np.linspace(0, 1, 10_001)
    for target in (0.0, 0.3, 1.0):
        error = (y - target) ** 2
        of_error = [error]
        for _ in range(5):
            of_error.append(of_error[-1].deriv() * y * (1 - y))
        bounds = {2: differences.SECOND, 3: differences.THIRD, 5: differences.FIFTH}
        for order, bound in bounds.items():
            assert np.abs(of_error[order](answers)).max() <= bound
        for drive in (-2.0, 0.4, 3.0):
            cell = neuron.Neuron.with_drive(drive, target, 1)
            at = 1 / (1 + np.exp(-drive))
            assert differences.third_derivative(cell) == pytest.approx(of_error[3](at), abs=1e-12)
            assert differences.closed_form(cell) == pytest.approx(of_error[1](at), abs=1e-12)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rows": 0}, r"rows must be from 1 to 6 \(got 0\)"),
        ({"columns": 9}, r"columns must be from 1 to 8 \(got 9\)"),
        ({"drive": 4.1}, r"drive must be from -4 to 4 \(got 4.1\)"),
        ({"target": float("nan")}, r"target must be from 0 to 1 \(got nan\)"),
    ],
)
def test_what_it_does_not_accept(given, message):
    with pytest.raises(InputError, match=message):
        gradients.run(**given)


@pytest.mark.parametrize(
    ("value", "told"),
    [(-1.234, "−1.23"), (1.0, "1.00"), (-0.0972, "−0.10"), (0.00064, "0.0006"), (-1e-9, "0")],
)
def test_a_number_in_a_graph(value, told):
    assert graphs.number(value) == told
