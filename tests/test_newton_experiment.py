"""The experiment `newton`: its claims for every function, and what it refuses."""

import numpy as np
import pytest
from scipy import optimize

from experiments import newton
from neurosim import InputError
from neurosim.learning import Root
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize("name", newton.PROBLEMS)
def test_the_claims_hold_from_every_start(name):
    problem = newton.PROBLEMS[name]
    for start in np.geomspace(problem.least, problem.most, 50):
        result = Result("newton")
        found = newton.newton(problem.function, start, problem.derivative)
        newton._check_convergence(result, problem, found)
        assert failed(result) == [], start


@pytest.mark.parametrize(("name", "start"), [("logarithm", 20.0), ("cosine", 1.0)])
def test_every_claim_holds_at_the_ends_of_the_parameters(name, start):
    result = newton.run(name, start)
    assert failed(result) == []
    assert result.tables["iterates"].rows[0][:2] == (0, start)


@pytest.mark.parametrize("start", [None, 100.0])
def test_every_step_is_drawn_and_no_name_is_cut(start):
    result = newton.run(start=start)
    figure = result.figures["newton"]
    figure.draw_without_rendering()
    tangents, errors = figure.axes[:2]
    steps, drawn = errors.lines[1].get_data()
    assert len(steps) == len(result.tables["iterates"].rows)
    assert drawn.min() >= np.spacing(np.sqrt(2)) / 2
    bottom = tangents.get_window_extent().y0
    assert all(text.get_window_extent().y0 > bottom for text in tangents.texts)


@pytest.mark.parametrize("name", newton.PROBLEMS)
def test_the_problems_are_what_they_say(name):
    problem = newton.PROBLEMS[name]
    root = optimize.brentq(problem.function, 0.1, 2, xtol=1e-15)
    assert problem.root == pytest.approx(root, rel=1e-14)
    for x in np.linspace(problem.root, problem.most, 7):
        h = 1e-5
        slope = (problem.function(x + h) - problem.function(x - h)) / (2 * h)
        bend = (problem.derivative(x + h) - problem.derivative(x - h)) / (2 * h)
        assert problem.derivative(x) == pytest.approx(slope, rel=1e-6)
        assert problem.curvature(x) == pytest.approx(bend, rel=1e-6)
        assert problem.derivative(x) > 0 < problem.curvature(x)


def test_the_critical_start_of_the_arctangent():
    root = optimize.brentq(lambda x: 2 * x - (1 + x * x) * np.arctan(x), 1, 2, xtol=1e-14)
    assert pytest.approx(root, rel=1e-12) == newton.CRITICAL


def test_the_claims_can_fail(monkeypatch):
    def bisected(function, start, derivative=None, *, steps=50):
        """A method that only halves the error."""
        iterates = np.sqrt(2) + (start - np.sqrt(2)) * 0.5 ** np.arange(steps)
        values = function(iterates)
        return Root(iterates[-1], iterates, values, True, function)

    result = Result("newton")
    problem = newton.PROBLEMS["square-root"]
    monkeypatch.setattr(newton, "newton", bisected)
    newton._check_convergence(result, problem, bisected(problem.function, 4.0))
    wrong = " ".join(failed(result))
    assert "slope of log error" in wrong
    assert "square of the one before" in wrong


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"function": "cube"}, r"^no function is called 'cube' \(did you mean 'cube-root'\?\)"),
        ({"start": 0.0}, r"^start must be from 1.6 to 100 for square-root \(got 0\)"),
        ({"start": float("nan")}, "^start must be from 1.6 to 100"),
        ({"function": "cosine", "start": 2.0}, "^start must be from 1 to 1.5 for cosine"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        newton.run(**options)
