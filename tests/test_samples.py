"""Patterns, labels and targets: what is taken, and one clear error for what is not."""

from fractions import Fraction

import numpy as np
import pytest

from neurosim import InputError
from neurosim.learning import (
    cognitron_rule,
    delta_rule,
    gradient_descent,
    hebb_rule,
    least_squares,
    newton,
    oja_rule,
    perceptron_rule,
)
from neurosim.learning.samples import labels_of, patterns_of, standard_units, targets_of

ONE_A_SAMPLE = r"must be of shape \(3,\), or \(3, neurons\), one a sample \(got shape "


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1],
        [-1, 1, 1],
        [-1.0, 1.0, 1.0],
        [False, True, True],
        np.uint8([0, 1, 1]),
        np.array([0, 1, 1], dtype=object),
        np.ma.array([0, 1, 1], mask=False),
    ],
)
def test_labels_become_minus_and_plus_one(labels):
    found = labels_of(labels, 3, "rule")
    assert found.dtype == float
    np.testing.assert_array_equal(found, [-1, 1, 1])


def test_each_neuron_has_labels_of_its_own():
    found = labels_of([[0, 1], [1, 1], [1, 0]], 3, "rule")
    np.testing.assert_array_equal(found, [[-1, 1], [1, 1], [1, -1]])


def test_patterns_and_targets_are_floats():
    found = patterns_of([[True, False]], "rule")
    assert (found.dtype, found.shape) == (float, (1, 2))
    np.testing.assert_array_equal(targets_of([[1, -2], [3, 4]], 2, "rule"), [[1, -2], [3, 4]])
    objects = np.array([[1, Fraction(1, 2)], [True, 2.5]], dtype=object)
    np.testing.assert_array_equal(patterns_of(objects, "rule"), [[1, 0.5], [1, 2.5]])


def test_rows_stand_one_after_the_other():
    assert patterns_of(np.ones((4, 3)).T, "rule").flags.c_contiguous


def test_what_varies_by_rounding_alone_says_nothing_in_standard_units(rng):
    patterns = rng.normal(5, 2, (91, 4))
    patterns[:, 1] = 0.7
    patterns[:, 2] = 1e-16 * rng.random(91)
    patterns[:, 3] *= 1e-6
    assert np.std(patterns[:, 1]) > 0  # rounding of the mean
    mean, deviation = standard_units(patterns)
    np.testing.assert_allclose(mean, patterns.mean(axis=0))
    np.testing.assert_allclose(deviation[[0, 3]], patterns[:, [0, 3]].std(axis=0))
    units = (patterns - mean) / deviation
    assert not units[:, 1:3].any()
    np.testing.assert_allclose(units[:, [0, 3]].std(axis=0), 1)
    assert np.isinf(standard_units(np.zeros((3, 2)))[1]).all()


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ([1, 2], r"of shape \(samples, inputs\), one of each at least \(got shape \(2,\)\)"),
        (np.zeros((0, 2)), r"one of each at least \(got shape \(0, 2\)\)"),
        (np.zeros((2, 0)), r"one of each at least \(got shape \(2, 0\)\)"),
        ([[1, 2], [3]], r"real numbers in one array \(got rows of several lengths\)"),
        ([np.ones((2, 2)), np.ones((2, 3))], r"\(got rows of several lengths\)"),
        ([["a"]], r"patterns must be real numbers in one array \(got 'a'\)"),
        ("a" * 99, r"in one array \(got 'a{12}\.\.\.a{13}'\)"),
        ([[1j]], r"patterns must be real numbers in one array \(got 1j\)"),
        (np.ma.array([[1, 2]], mask=[[0, 1]]), "patterns must not be masked; leave out such sampl"),
        (
            np.array([["1"]], dtype=object),
            r"patterns must be real numbers in one array \(got '1'\)",
        ),
        ([[None]], r"must be finite, .*\(got nan in row 0, column 0\)"),
        ([[10**400]], "patterns must be real numbers in one array"),
        (np.full((1, 1), np.finfo(np.longdouble).max), r"must be finite, .*\(got (inf|1.797)"),
        ([[0, 1], [2, np.nan]], r"must be finite, .*\(got nan in row 1, column 1\); leave out"),
        ([[-np.inf, 1]], r"\(got -inf in row 0, column 0\)"),
        ([[1e91]], r"at most 1e\+90 either way \(got 1e\+91 in row 0, column 0\)"),
    ],
)
def test_bad_patterns(patterns, message):
    with pytest.raises(InputError, match=f"^rule: .*{message}"):
        patterns_of(patterns, "rule")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["cat", "dog", "dog"], r"0 and 1, or −1 and 1 \(got 'cat'\); a classifier takes classes"),
        ([None, 1, 0], r"0 and 1, or −1 and 1 \(got None\)"),
        ([0, 1, 2], r"0 and 1, or −1 and 1 \(got 0, 1, 2\)"),
        ([-1, 0, 1], r"0 and 1, or −1 and 1 \(got -1, 0, 1\)"),
        (np.ma.array([0, 1, 1], mask=[0, 0, 1]), " must not be masked; leave out such samples"),
        ([0.5, 1, 0], r"\(got 0, 0.5, 1\)"),
        ([0, 1, np.nan], r"\(got 0, 1, nan\)"),
        ([1, 1, 1], " are 1 for all 3 samples; .* give samples of both"),
        ([[0, 0], [1, 0], [1, 0]], " of neuron 1 are 0 for all 3 samples"),
        ([0, 1], ONE_A_SAMPLE + r"\(2,\)\)"),
        (1, ONE_A_SAMPLE + r"\(\)\)"),
        (np.zeros((3, 0)), ONE_A_SAMPLE + r"\(3, 0\)\)"),
        ([[0, 1], [1]], " must be whole numbers in one array"),
    ],
)
def test_bad_labels(labels, message):
    with pytest.raises(InputError, match=f"^rule: labels.*{message}"):
        labels_of(labels, 3, "rule")


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([1, 2], ONE_A_SAMPLE + r"\(2,\)\)"),
        ([1, 2, np.inf], r"at most 1e\+90 either way \(got inf in row 2\); leave out"),
        ([[1, 2], [3, np.nan], [5, 6]], r"\(got nan in row 1 for neuron 1\)"),
        (["a", "b", "c"], "must be real numbers in one array"),
    ],
)
def test_bad_targets(targets, message):
    with pytest.raises(InputError, match=f"^rule: targets.*{message}"):
        targets_of(targets, 3, "rule")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gradient_descent(abs, 1.0, rate=0.1), r"is called 'rate' \(here that is step=\)"),
        (lambda: delta_rule([[1]], [1], lr=0.1), r"is called 'lr' \(here that is rate=, or step="),
        (lambda: perceptron_rule([[1]], [1], epochs=9), r"'epochs' \(here that is passes=\)"),
        (lambda: newton(abs, 1.0, tol=1), r"'tol' \(here that is tolerance=\)"),
        (lambda: oja_rule([[1]], 0.1), r"takes patterns without a keyword \(got 2 values\); the"),
        (lambda: hebb_rule([[1]], rat=0.1), r"'rat' \(did you mean 'rate'\?\); there are: patt"),
        (lambda: least_squares([1], [1], [1]), r"takes x and y without a keyword \(got 3 values\)"),
        (lambda: cognitron_rule([[1]], epochs=2), r"'epochs' \(here that is passes=\)"),
    ],
)
def test_words_of_other_programs_are_answered_with_ours(call, message):
    with pytest.raises(InputError, match=message):
        call()
