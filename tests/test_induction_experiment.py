"""The experiment `induction`: what training determines, and claims that can fail."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import ncx2

from experiments import induction
from experiments.induction import learning_curves, neurons, polynomials, version_spaces
from experiments.induction.version_spaces import FUNCTIONS, SUBSETS, check_bias, version_space
from neurosim import InputError
from neurosim.plotting import new_figure
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


# Worked out on paper: a row is determined where one of XOR and XNOR agrees with the other three.
BY_HAND = {
    "and": [((1, 2, 3), {0: 0})],
    "nand": [((1, 2, 3), {0: 1})],
    "or": [((0, 1, 2), {3: 1})],
    "nor": [((0, 1, 2), {3: 0})],
    "p-and-not-q": [((0, 2, 3), {1: 0})],
    "q-and-not-p": [((0, 1, 3), {2: 0})],
    "q-implies-p": [((0, 1, 3), {2: 1})],
    "p-implies-q": [((0, 2, 3), {1: 1})],
    "xor": [((0, 1, 2), {3: 1}), ((0, 1, 3), {2: 0}), ((0, 2, 3), {1: 0}), ((1, 2, 3), {0: 1})],
    "xnor": [((0, 1, 2), {3: 0}), ((0, 1, 3), {2: 1}), ((0, 2, 3), {1: 1}), ((1, 2, 3), {0: 0})],
}


def test_what_training_determines_is_what_is_worked_out_by_hand():
    tables = version_spaces.single_neurons()
    for function, answers in FUNCTIONS.items():
        spaces = [version_space(tables, rows, answers).determined for rows in SUBSETS]
        found = [(rows, known) for rows, known in zip(SUBSETS, spaces, strict=True) if known]
        assert found == BY_HAND.get(function, []), function
        assert spaces == version_spaces.by_hand(answers), function


@pytest.mark.parametrize("function", ["and", "xor", "q"])
def test_any_function_determines_nothing(function):
    result = Result("induction")
    unbiased, _ = check_bias(result, function)
    assert failed(result) == []
    assert not any(space.determined for space in unbiased)
    assert [space.size for space in unbiased] == [8] * 4 + [4] * 6 + [2] * 4


def test_a_version_space_is_what_a_list_of_all_functions_gives(rng):
    tables = [t for t in itertools.product((0, 1), repeat=4) if rng.random() < 0.5 or sum(t) == 1]
    for rows in SUBSETS:
        answers = (0, 0, 0, 1)
        agreeing = [t for t in tables if all(t[k] == answers[k] for k in rows)]
        found = version_space(np.array(tables), rows, answers)
        assert found.size == len(agreeing)
        assert found.determined == {
            row: agreeing[0][row]
            for row in range(4)
            if row not in rows and len({t[row] for t in agreeing}) == 1
        }


def test_weights_that_compute_too_little_are_noticed(monkeypatch):
    all_of_them = version_spaces.single_neurons()
    monkeypatch.setattr(
        version_spaces,
        "single_neurons",
        lambda: all_of_them[(all_of_them != FUNCTIONS["q"]).any(axis=1)],
    )
    result = Result("induction")
    check_bias(result, "or")
    told = failed(result)
    assert len(told) == 3
    assert "no single neuron computes" in told[0]


@pytest.mark.compiled
@pytest.mark.parametrize(
    ("function", "inputs", "functions", "points", "noise", "draws"),
    [
        ("xor", 4, 10, 16, 1e-3, 20), ("true", 10, 10, 100, 10.0, 20),
        ("p-implies-q", 5, 200, 16, 10.0, 20), ("p", 4, 10, 100, 1e-3, 20),
    ],
)  # fmt: skip
def test_its_claims_hold(function, inputs, functions, points, noise, draws):
    result = induction.run(function, inputs, functions, points, noise, draws, seed=3)
    assert failed(result) == []


@pytest.mark.compiled
@pytest.mark.parametrize("seed", [1, 2])
def test_they_hold_for_any_seed(seed):
    assert failed(induction.run(seed=seed, quick=True)) == []


@pytest.mark.compiled
def test_the_table_of_the_lectures_and():
    rows = {row[0]: row[1:] for row in induction.run(quick=True).tables["subsets"].rows}
    assert len(rows) == 14
    # Of three rows of class 0 the neuron is silent everywhere; 11 alone makes it active everywhere.
    assert rows["00 01 10"] == ("0 trained", "0 trained", "0 trained", "0 guessed wrong", 2, 2)
    assert rows["11"] == ("1 guessed wrong",) * 3 + ("1 trained", 8, 7)
    assert rows["01 10 11"] == ("0 determined right", "0 trained", "0 trained", "1 trained", 2, 1)


@pytest.mark.parametrize("answer", [0, 1])
def test_one_class_teaches_what_the_rule_would(answer):
    patterns = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 1], [0, 0, 0]])
    found = neurons.learned(patterns, np.full(4, answer), 10)
    weights, sign, mistakes = np.zeros(4), 2 * answer - 1, 0  # by the rule, on (x, 1)
    for folded in np.column_stack([patterns, np.ones(4)]).tolist() * 2:
        if sign * (weights @ folded) <= 0:
            weights += sign * np.array(folded)
            mistakes += 1
    assert mistakes == 1
    assert [*found.weights, found.bias] == weights.tolist()


def test_expected_errors_are_those_of_the_hat_matrix():
    x = np.linspace(-1, 1, 16)
    true, noise = polynomials.true_function(x), 0.3
    means, deviations = polynomials._expected(np.polynomial.legendre.legvander(x, 4), true, noise)
    for degree in range(5):
        design = np.vander(x, degree + 1)
        hat = design @ np.linalg.inv(design.T @ design) @ design.T
        rest = np.eye(16) - hat
        left = true @ rest @ true
        scattered = noise**2 * np.trace(rest)
        assert means.training[degree] == pytest.approx((scattered + left) / 16)
        # The squares that are left are a non-central χ².
        law = ncx2(16 - degree - 1, left / noise**2)
        assert deviations.training[degree] == pytest.approx(noise**2 * law.std() / 16)
        # New noise and the fit's are independent: e − H·e₀ has the covariance I + H.
        both = np.eye(16) + hat
        assert means.test[degree] == pytest.approx((noise**2 * np.trace(both) + left) / 16)
        variance = (
            2 * noise**4 * np.trace(both @ both) + 4 * noise**2 * true @ rest @ both @ rest @ true
        )
        assert deviations.test[degree] == pytest.approx(math.sqrt(variance) / 16)


def test_residuals_too_small_by_a_tenth_are_noticed(monkeypatch):
    true = polynomials.least_squares

    def flattering(x, y, **options):
        fit = true(x, y, **options)
        return dataclasses.replace(fit, residuals=0.9 * fit.residuals)

    monkeypatch.setattr(polynomials, "least_squares", flattering)
    result = Result("induction")
    polynomials.fit_polynomials(result, 20, 0.3, 100, np.random.default_rng(1))
    assert any("training error is" in claim for claim in failed(result))


def test_a_degree_that_fits_worse_is_noticed(monkeypatch):
    true = polynomials.least_squares

    def forgetful(x, y, **options):
        return true(x[:, :-1] if x.shape[1] == 6 else x, y, **options)

    def told_more(x, y, **options):
        fit = forgetful(x, y, **options)
        worse = 1 + 1e-6 * (x.shape[1] == 6)
        return dataclasses.replace(fit, residuals=worse * fit.residuals)

    monkeypatch.setattr(polynomials, "least_squares", told_more)
    monkeypatch.setattr(polynomials, "_draw_fits", lambda *_: None)
    result = Result("induction")
    polynomials.fit_polynomials(result, 20, 0.3, 20, np.random.default_rng(1))
    assert "falls with every degree" in failed(result)[0]


@pytest.mark.parametrize(("inputs", "size"), [(8, 160), (10, 512)])
def test_the_least_that_theory_gives_is_the_exact_count(inputs, size):
    (most,) = learning_curves._most_wrong(inputs, 40, np.array([size]))
    rows = 2**inputs
    every = 2 * sum(math.comb(rows - 1, k) for k in range(inputs + 1))  # Cover's count

    def chance(wrong):
        return (every * math.comb(rows - wrong, size) / math.comb(rows, size)) ** 40

    assert chance(math.floor(most)) >= 1e-9 > chance(math.floor(most) + 1)
    assert most < (rows - size) / 2


@pytest.mark.compiled
def test_random_threshold_functions_are_functions_of_a_neuron(rng):
    patterns = np.array(list(itertools.product((0, 1), repeat=4)))
    for table in learning_curves._threshold_functions(4, 10, patterns, rng):
        signs = 2 * table - 1
        folded = signs[:, None] * np.column_stack([patterns, np.ones(16)])
        found = linprog(np.zeros(5), A_ub=-folded, b_ub=-np.ones(16), bounds=(None, None))
        assert found.status == 0


def test_a_lookup_table_answers_what_stands_in_it(rng):
    contents = rng.integers(0, 2, (3, 2, 16))
    assert learning_curves._lookup_tables(contents, 4).tolist() == contents.tolist()


def curves_of(learner, monkeypatch):
    monkeypatch.setattr(learning_curves, "learned", learner)
    result = Result("induction")
    learning_curves.draw_learning_curves(result, 8, 10, np.random.default_rng(2))
    return failed(result)


@pytest.mark.compiled
@pytest.mark.parametrize(("inputs", "said"), [(4, False), (8, True)])
def test_the_legend_names_what_is_drawn_and_covers_nothing(inputs, said):
    result = Result("induction")
    learning_curves.draw_learning_curves(result, inputs, 10, np.random.default_rng(0))
    figure = result.figures["learning-curves"]
    figure.draw_without_rendering()
    (ax,) = figure.axes
    legend = ax.get_legend()
    assert ("least by theory" in [text.get_text() for text in legend.get_texts()]) == said
    assert legend.get_window_extent().y1 < ax.get_window_extent().y0


@pytest.mark.compiled
def test_a_neuron_that_learns_nothing_is_noticed(monkeypatch):
    def idle(patterns, answers, passes):
        return neurons.Neuron(np.zeros(patterns.shape[1]), 0)

    told = curves_of(idle, monkeypatch)
    assert "right on all rows they saw" in told[0]
    assert "least that theory gives" in told[1]


@pytest.mark.compiled
def test_a_lookup_table_that_peeks_is_noticed(monkeypatch):
    true = np.random.default_rng

    class Peeking:
        """Random, but for its last answers, the guesses, which are all 1."""

        def __init__(self, seed):
            self.random = true(seed)
            self.permutation = self.random.permutation

        def integers(self, low, high, shape):
            return (
                np.ones(shape, int) if len(shape) == 3 else self.random.integers(low, high, shape)
            )

    def always(inputs, functions, patterns, random):
        return np.ones((functions, 2**inputs), int)

    monkeypatch.setattr(learning_curves, "_threshold_functions", always)
    result = Result("induction")
    learning_curves.draw_learning_curves(result, 6, 10, Peeking(2))
    (told,) = failed(result)
    assert "lookup table" in told


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"function": "xand"},
            r"^no function is called 'xand' \(did you mean 'and'\?\); there are: false, .*, true$",
        ),
        ({"inputs": 3}, r"^inputs must be from 4 to 10 bits \(got 3\)$"),
        ({"functions": 201}, r"^functions must be from 10 to 200 \(got 201\)$"),
        ({"points": 15}, r"^points must be from 16 to 100 \(got 15\)$"),
        ({"noise": float("nan")}, r"^noise must be from 0.001 to 10 \(got nan\)$"),
        ({"draws": 5}, r"^draws must be from 20 to 500 \(got 5\)$"),
    ],
)
def test_what_it_does_not_take_is_named(parameters, message):
    with pytest.raises(InputError, match=message):
        induction.run(**parameters)


@pytest.mark.parametrize("least", [0.4, 0.6])
def test_the_legend_names_the_bound_where_it_is_drawn(least):
    rows = np.array([4, 8])
    right = np.array([[6, 4], [7, 5]])
    curves = learning_curves.Curves(rows, 16 - rows, right, right, right, right > 0)
    _, ax = new_figure()
    learning_curves._draw(ax, curves, np.full(2, least), 4)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert ("least by theory" in names) == (least > 0.5)
    assert any("guessing" in name for name in names)
    assert len(names) == 4 + (least > 0.5)
