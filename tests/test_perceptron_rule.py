"""The perceptron's rule against Rosenblatt's loop, Novikoff's bound and closed forms."""

import csv
import math
import sys

import numpy as np
import pytest
from scipy.optimize import linprog

from neurosim import ConvergenceError, InputError, learning
from neurosim.learning import perceptron_rule, separable
from neurosim.learning.perceptron_learning import boundary
from neurosim.learning.separation import margin, meeting, nearest_to_zero

TABLE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]


def rosenblatt(patterns, signs, passes, rate=1.0, start=None, always=False, orders=None):
    """The rule, one pattern after the other: weights after each change, mistakes by pass."""
    x = np.column_stack([patterns, np.ones(len(patterns))])
    w = np.zeros(x.shape[1]) if start is None else np.array(start, dtype=float)
    path, mistakes = [w.copy()], []
    for p in range(passes):
        wrong = 0
        for n in range(len(x)) if orders is None else orders[p]:
            missed = signs[n] * (x[n] @ w) <= 0
            wrong += missed
            if missed or always:
                w = w + rate * signs[n] * x[n]
                path.append(w)
        mistakes.append(wrong)
        if not wrong and not always:
            break
    return np.array(path), mistakes


def clouds(rng, samples=30, inputs=3):
    """Patterns of whole numbers, whose sums are exact in any order, and a plane between them."""
    patterns = rng.integers(-9, 10, (samples, inputs)).astype(float)
    sums = patterns @ rng.integers(1, 5, inputs) + 0.5
    return patterns, np.where(sums > 0, 1, -1)


@pytest.mark.parametrize(("labels", "mistakes", "bound"), [(AND, 18, 51), (OR, 9, 27)])
def test_gates_take_the_published_numbers_of_mistakes(labels, mistakes, bound):
    found = perceptron_rule(TABLE, labels)
    assert (found.mistakes, found.mistakes_by_pass.sum(), len(found.updates)) == (mistakes,) * 3
    assert found.bound == pytest.approx(bound, rel=1e-12)
    assert found.converged
    assert found.mistakes_by_pass[-1] == 0
    np.testing.assert_array_equal(found(TABLE), labels)


def test_the_gates_weights_are_whole_numbers():
    found = perceptron_rule(TABLE, AND)
    np.testing.assert_array_equal(found.weights, [3, 2])
    assert found.bias == -4
    found = perceptron_rule(TABLE, OR)
    np.testing.assert_array_equal(found.weights, [2, 2])
    assert found.bias == -1


@pytest.mark.parametrize("labels", [np.array(AND) > 0, np.array(AND) * 2 - 1, np.array(AND) * 1.0])
def test_labels_of_each_kind_teach_the_same(labels):
    found = perceptron_rule(TABLE, labels)
    np.testing.assert_array_equal(found.history, perceptron_rule(TABLE, AND).history)


@pytest.mark.parametrize("inputs", [1, 6, 7, 8, 20])
def test_the_path_is_rosenblatts(rng, inputs):
    patterns, signs = clouds(rng, inputs=inputs)
    found = perceptron_rule(patterns, signs, passes=5, rate=0.5)
    path, mistakes = rosenblatt(patterns, signs, 5, rate=0.5)
    np.testing.assert_array_equal(found.history, path)
    np.testing.assert_array_equal(found.mistakes_by_pass, mistakes)
    np.testing.assert_array_equal([*found.weights, found.bias], path[-1])


def test_real_numbers_to_rounding(rng):
    patterns = rng.normal(size=(40, 4))
    signs = np.where(patterns @ rng.normal(size=4) > 0.2, 1, -1)
    found = perceptron_rule(patterns, signs, rate=0.1)
    path, mistakes = rosenblatt(patterns, signs, 1000, rate=0.1)
    np.testing.assert_allclose(found.history, path, atol=1e-13)
    np.testing.assert_array_equal(found.mistakes_by_pass, mistakes)


def test_the_history_ends_at_the_weights_exactly(rng):
    patterns = rng.normal(size=(40, 4))
    found = perceptron_rule(patterns, rng.random(40) > 0.5, passes=3, rate=0.3)
    np.testing.assert_array_equal(found.history[-1], [*found.weights, found.bias])


def test_the_rate_scales_the_weights_alone(rng):
    patterns, signs = clouds(rng)
    small, large = (perceptron_rule(patterns, signs, rate=rate) for rate in (0.25, 4))
    np.testing.assert_array_equal(16 * small.history, large.history)
    assert small.mistakes == large.mistakes


@pytest.mark.parametrize("rate", [0.1, 0.3, 1 / 3, 1e-90, 1e90])
def test_rounding_does_not_let_the_rate_change_an_answer(rate):
    """0.1 + 0.2 − 0.3 is above 0 in floating point: counted in η, all of it is whole."""
    for labels in (AND, OR, np.column_stack([AND, OR])):
        found, whole = perceptron_rule(TABLE, labels, rate=rate), perceptron_rule(TABLE, labels)
        np.testing.assert_array_equal(found.updates, whole.updates)
        np.testing.assert_array_equal(found.mistakes, whole.mistakes)
        np.testing.assert_array_equal(found.history, rate * whole.history)
        np.testing.assert_array_equal(found(TABLE), labels)


def test_a_start_of_ones_own(rng):
    patterns, signs = clouds(rng)
    found = perceptron_rule(patterns, signs, start=[3, -2, 1, 4], passes=4)
    path, _ = rosenblatt(patterns, signs, 4, start=[3, -2, 1, 4])
    np.testing.assert_array_equal(found.history, path)


def test_shuffled_passes_have_orders_of_their_own(rng):
    patterns, signs = clouds(rng)
    found = perceptron_rule(patterns, signs, shuffle=True, seed=5, passes=6)
    order = np.random.default_rng(5)
    path, mistakes = rosenblatt(
        patterns, signs, 6, orders=[order.permutation(len(patterns)) for _ in range(6)]
    )
    np.testing.assert_array_equal(found.history, path)
    np.testing.assert_array_equal(found.mistakes_by_pass, mistakes)


def test_stretches_change_nothing(rng, monkeypatch):
    patterns, signs = clouds(rng)
    signs[0] *= -1
    options = {"shuffle": True, "passes": 7}
    whole = perceptron_rule(patterns, signs, **options)
    monkeypatch.setattr("neurosim.learning.perceptron.STRETCH", 2 * 30 * 8)
    parts = perceptron_rule(patterns, signs, **options)
    np.testing.assert_array_equal(parts.history, whole.history)
    np.testing.assert_array_equal(parts.mistakes_by_pass, whole.mistakes_by_pass)


def test_so_many_changes_are_kept(monkeypatch):
    whole = perceptron_rule(TABLE, AND)
    monkeypatch.setattr("neurosim.learning.perceptron.KEPT", 5)
    found = perceptron_rule(TABLE, AND)
    np.testing.assert_array_equal(found.updates, whole.updates[:5])
    np.testing.assert_array_equal(found.history, whole.history[:6])
    np.testing.assert_array_equal(found.weights, whole.weights)
    assert found.mistakes == 18


def test_several_neurons_learn_each_by_itself(rng):
    labels = np.column_stack([AND, OR, np.logical_not(OR)])
    found = perceptron_rule(TABLE, labels)
    np.testing.assert_array_equal(found.mistakes[:2], [18, 9])
    np.testing.assert_allclose(found.bound, [51, 27, 27], rtol=1e-12)
    np.testing.assert_array_equal(found(TABLE), labels)
    for j, alone in enumerate(perceptron_rule(TABLE, y) for y in labels.T):
        np.testing.assert_array_equal(found.weights[j], alone.weights)
        assert found.bias[j] == alone.bias
        assert found.mistakes[j] == alone.mistakes
        mine = found.updates[found.updates[:, 1] == j, 0]
        np.testing.assert_array_equal(mine, alone.updates)
    assert found.history.shape == (found.mistakes.sum() + 1, 3, 3)
    ends = np.column_stack([found.weights, found.bias])
    np.testing.assert_array_equal(found.history[-1], ends)


# ------------------------------------------------------------------ not separable


@pytest.mark.parametrize("shuffle", [False, True])
def test_xor_stops_and_names_the_samples(shuffle):
    with pytest.raises(
        ConvergenceError,
        match=r"^perceptron_rule stopped after 100 passes: no plane parts the classes, as a mean "
        r"of samples 1, 2 of the one is a mean of samples 0, 3 of the other; give other inputs,",
    ) as caught:
        perceptron_rule(TABLE, XOR, shuffle=shuffle)
    assert caught.value.step == 100


def test_the_neuron_that_cannot_is_named():
    with pytest.raises(ConvergenceError, match="no plane parts the classes of neuron 1, as a mean"):
        perceptron_rule(TABLE, np.column_stack([AND, XOR]))


def test_xor_goes_in_a_circle():
    found = perceptron_rule(TABLE, XOR, passes=6)
    assert not found.converged
    assert found.bound == math.inf
    assert found.margin == 0
    np.testing.assert_array_equal(found.mistakes_by_pass, [4] * 6)
    np.testing.assert_array_equal(found.history[::4], np.zeros((7, 3)))


def test_two_equal_patterns_with_other_labels_are_named():
    with pytest.raises(ConvergenceError, match="a mean of sample 2 of the one is a mean of sample"):
        perceptron_rule([[0], [1], [1], [1]], [0, 0, 1, 0])


def test_a_margin_that_rounding_hides_is_told():
    # γ is half the gap over the length: 5·10⁻¹⁰, of patterns 10⁵ long
    with pytest.raises(
        ConvergenceError, match=r"but the margin is below 1e-10 of the longest pattern, 1e\+05, and"
    ):
        perceptron_rule([[1e5], [1e5 + 1e-4]], [0, 1])


def test_a_start_too_far_away_is_told():
    # 2|w₀|/γ with γ = 1/√17
    with pytest.raises(ConvergenceError, match=r"from such a start it may take 8.2e\+30 mistakes"):
        perceptron_rule(TABLE, AND, start=[1e30, 0, 0])


def test_more_mistakes_than_can_be_are_told(monkeypatch):
    """Only rounding could bring it there, and there it must not go on for ever."""
    monkeypatch.setattr("neurosim.learning.perceptron.PATIENCE", 1)
    monkeypatch.setattr("neurosim.learning.PerceptronLearning.bound", 5.0)
    with pytest.raises(
        ConvergenceError,
        match=r"stopped after \d passes: it made more mistakes than Novikoff's bou",
    ):
        perceptron_rule(TABLE, AND)


# ------------------------------------------------------------------ the literal rule


def test_the_literal_rule_adds_every_pattern():
    found = perceptron_rule(TABLE, AND, only_mistakes=False, passes=3)
    path, mistakes = rosenblatt(TABLE, [-1, -1, -1, 1], 3, always=True)
    np.testing.assert_array_equal(found.history, path)
    np.testing.assert_array_equal(found.mistakes_by_pass, mistakes)
    np.testing.assert_array_equal(found.weights, [0, 0])  # 3·(x₁ + x₂ of the patterns, signed)
    assert found.bias == -6
    np.testing.assert_array_equal(found(TABLE), [0, 0, 0, 0])
    assert not found.converged
    assert str(found).startswith("perceptron rule, the lecture's literal one (every pattern")


def test_the_literal_rule_learns_and_of_minus_and_plus_one():
    found = perceptron_rule(2 * TABLE - 1, AND, only_mistakes=False, passes=2)
    np.testing.assert_array_equal([*found.weights, found.bias], [4, 4, -4])
    np.testing.assert_array_equal(found(2 * TABLE - 1), AND)
    assert len(found.updates) == 8
    assert found.converged


# ------------------------------------------------------------------ margins


def test_mistakes_stay_within_the_bound(rng):
    for _ in range(20):
        patterns, signs = clouds(rng, samples=12, inputs=2)
        if abs(signs.sum()) == 12:
            continue
        found = perceptron_rule(patterns, signs)
        assert found.converged
        assert found.mistakes <= found.bound


def test_a_start_widens_the_bound():
    # (R/γ)² = 51, γ = 1/√17: 2·|w₀|·√17/η more
    found = perceptron_rule(TABLE, AND, start=[3, 4, 0], rate=0.5)
    assert found.bound == pytest.approx(51 + 2 * 5 * math.sqrt(17) / 0.5, rel=1e-12)
    assert found.mistakes <= found.bound
    assert perceptron_rule(TABLE, XOR, start=[1, 0, 0], passes=1).bound == math.inf


def test_the_margin_of_two_patterns():
    # From (x, 1) to −(z, 1) the nearest point to 0 is half the way where both are as long.
    patterns = np.array([[3.0, 1.0], [-3.0, 1.0]])
    assert margin(patterns, np.array([1.0, -1.0])) == pytest.approx(3)
    found = perceptron_rule(patterns, [1, 0])
    assert found.radius == pytest.approx(math.sqrt(11))
    assert found.bound == pytest.approx(11 / 9)
    assert found.mistakes == 1


def test_the_nearest_point_of_a_triangle():
    points = np.array([[1.0, 2.0], [1.0, -1.0], [5.0, 0.5]])
    found = nearest_to_zero(points)
    np.testing.assert_allclose(found.point, [1, 0], atol=1e-14)
    assert dict(zip(found.rows.tolist(), found.shares, strict=True)) == pytest.approx(
        {0: 1 / 3, 1: 2 / 3}
    )


def test_every_point_is_beyond_the_nearest(rng):
    for _ in range(20):
        points = rng.normal(size=(60, 5)) + 1.5
        found = nearest_to_zero(points)
        np.testing.assert_allclose(found.shares @ points[found.rows], found.point, atol=1e-12)
        assert found.shares.min() > 0
        assert found.shares.sum() == pytest.approx(1)
        # What a nearest point is known by: no point lies on its near side.
        assert (points @ found.point).min() >= found.point @ found.point - 1e-10


def test_separable_agrees_with_a_linear_program(rng):
    seen = set()
    for _ in range(60):
        samples, inputs = rng.integers(2, 25), rng.integers(1, 8)
        patterns = rng.normal(size=(samples, inputs)) * 10.0 ** rng.integers(-3, 4)
        labels = np.arange(samples) % 2
        signed = (1 - 2 * labels)[:, None] * np.column_stack(
            [patterns / np.abs(patterns).max(), np.ones(samples)]
        )
        solved = linprog(
            np.zeros(inputs + 1), A_ub=signed, b_ub=-np.ones(samples), bounds=(None, None)
        )
        assert separable(patterns, labels) == (solved.status == 0)
        seen.add(solved.status == 0)
    assert seen == {True, False}


def test_where_classes_meet_both_means_are_one(rng):
    patterns = rng.normal(size=(50, 4))
    labels = np.where(np.arange(50) % 2, 1.0, -1.0)
    met = meeting(patterns, labels)
    assert len(met.rows) <= 6  # Carathéodory: inputs + 2
    means = [
        met.shares[labels[met.rows] == label] @ patterns[met.rows[labels[met.rows] == label]]
        for label in (1, -1)
    ]
    np.testing.assert_allclose(*means, atol=1e-13)
    assert met.shares[labels[met.rows] == 1].sum() == pytest.approx(0.5)


@pytest.mark.parametrize("offset", [0, 1e6, -1e12])
def test_separable_wherever_the_inputs_lie(offset):
    assert separable(offset + TABLE, AND)
    assert not separable(offset + TABLE, XOR)


# ------------------------------------------------------------------ telling, drawing, writing


def test_it_tells_passes_and_mistakes():
    assert str(perceptron_rule(TABLE, AND)) == (
        "perceptron rule: converged after 9 passes, 18 mistakes"
    )
    assert str(perceptron_rule(TABLE, XOR, passes=1)) == (
        "perceptron rule: has not converged after 1 pass, 4 mistakes"
    )


def test_the_plot_of_two_inputs_has_the_line():
    found = perceptron_rule(TABLE, AND)  # 3x + 2y = 4
    ax = found.plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_1$", "$x_2$")
    title = " ".join(ax.get_title("left").split())
    assert title == "Perceptron rule: converged after 9 passes, 18 mistakes"
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[1, 1]])
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), TABLE[:3])
    (x, y), slope = ax.lines[2].get_xy1(), ax.lines[2].get_xy2()
    assert 3 * x + 2 * y == pytest.approx(4)
    assert 3 * slope[0] + 2 * slope[1] == pytest.approx(4)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (AND, ["1", "0"]),
        (np.array(AND) > 0, ["1", "0"]),
        (2 * np.array(AND) - 1, ["+1", "−1"]),
    ],
)
def test_the_plot_tells_labels_as_they_were_given(labels, told):
    legend = perceptron_rule(TABLE, labels).plot().get_legend()
    assert [text.get_text() for text in legend.get_texts()] == told


@pytest.mark.parametrize("rate", [1e-90, 1e90])
def test_the_line_of_weights_of_any_size(rate):
    start, stop = boundary(1e-100 * rate * np.array([3.0, 2.0]), -4e-100 * rate)
    for x, y in (start, stop):
        assert 3 * x + 2 * y == pytest.approx(4)
    huge = boundary(1e100 * rate * np.array([3.0, 2.0]), -4e100 * rate)
    np.testing.assert_allclose(huge, (start, stop))


def test_the_plot_of_more_inputs_has_the_mistakes(rng):
    patterns, signs = clouds(rng)
    found = perceptron_rule(patterns, signs)
    ax = found.plot()
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), found.mistakes_by_pass)
    assert ax.lines[0].get_xdata()[0] == 1


def test_the_table_has_a_row_a_change(tmp_path):
    found = perceptron_rule(TABLE, OR)
    with found.to_csv(tmp_path / "or.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["change", "sample", "w1", "w2", "bias"]
    assert rows[0] == ["0", "", "0.0", "0.0", "0.0"]
    assert len(rows) == 10
    np.testing.assert_array_equal([list(map(float, row[2:])) for row in rows], found.history)


def test_the_table_of_several_neurons_names_them(tmp_path, monkeypatch):
    # All neurons' weights after each change would fill the memory where there are many.
    monkeypatch.setattr("neurosim.learning.PerceptronLearning.history", None)
    found = perceptron_rule(TABLE, np.column_stack([AND, OR]))
    with found.to_csv(tmp_path / "gates.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["change", "sample", "neuron", "w1", "w2", "bias"]
    last = {row[2]: list(map(float, row[3:])) for row in rows}
    assert last == {"0": [3, 2, -4], "1": [2, 2, -1]}
    assert len(rows) == 2 + 18 + 9


def test_samples_are_kept_as_they_were():
    patterns = TABLE.astype(float)
    found = perceptron_rule(patterns, AND)
    patterns[:] = 7
    np.testing.assert_array_equal(found.patterns, TABLE)
    np.testing.assert_array_equal(found.history[-1], [3, 2, -4])


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"patterns": [1, 2]}, r"^perceptron_rule: patterns must be of shape \(samples, inputs\)"),
        ({"labels": [0, 0, 0, 0]}, "^perceptron_rule: labels are 0 for all 4 samples"),
        ({"labels": ["a", "b", "a", "b"]}, r"^perceptron_rule: labels must be 0 and 1, or .*'a'"),
        ({"rate": 0}, r"^perceptron_rule: rate must be finite and above 0 \(got 0\)$"),
        ({"rate": 1e91}, r"^perceptron_rule: rate must be from 1e-90 to 1e\+90 \(got 1e\+91\)$"),
        ({"rate": 1e-91}, r"rate must be from 1e-90 to 1e\+90 \(got 1e-91\)$"),
        ({"passes": 0}, r"^perceptron_rule: passes must be a whole number from 1 \(got 0\)$"),
        ({"passes": 1.5}, r"^perceptron_rule: passes must be a whole number from 1 \(got 1.5\)$"),
        ({"seed": -1}, r"^perceptron_rule: seed must be a whole number from 0 \(got -1\)$"),
        ({"shuffle": 1}, r"^perceptron_rule: shuffle must be True or False \(got 1\)$"),
        ({"only_mistakes": None}, r"only_mistakes must be True or False \(got None\)$"),
        (
            {"only_mistakes": False},
            "with only_mistakes=False every pattern changes the weights, and .*; give passes=$",
        ),
        (
            {"start": [1, 2]},
            r"start must be of shape \(3,\), the weights and, last, the bias \(got",
        ),
        ({"start": [1, 2, np.nan]}, r"^perceptron_rule: start must be finite \(got nan\)"),
        ({"start": [1, 2, 1e91]}, r"^perceptron_rule: start must be at most 1e\+90 either way"),
        ({"start": "abc"}, "^perceptron_rule: start must be real numbers"),
    ],
)
def test_what_is_refused(options, message):
    given = {"patterns": TABLE, "labels": AND, **options}
    with pytest.raises(InputError, match=message):
        perceptron_rule(given.pop("patterns"), given.pop("labels"), **given)


@pytest.mark.parametrize("labels", [AND, np.column_stack([AND, OR])])
def test_patterns_may_come_in_any_shape(labels):
    found = perceptron_rule(TABLE, labels)
    one = found(TABLE)
    np.testing.assert_array_equal(found(TABLE.reshape(2, 2, 2)), one.reshape(2, 2, *one.shape[1:]))
    np.testing.assert_array_equal([found(row) for row in TABLE.tolist()], one)
    assert found(np.zeros((0, 2))).shape == (0, *one.shape[1:])
    assert isinstance(perceptron_rule(TABLE, AND)([1, 1]), int)


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ([[1, 2, 3]], r"^perceptron: it has 2 inputs, so .* shape \(…, 2\) \(got \(1, 3\)\)"),
        (1.0, r"^perceptron: it has 2 inputs, so .* \(got \(\)\)"),
        ([[1, 2], [3]], "^perceptron: patterns must be real numbers in one array"),
        ([[0, 1], [2, np.nan]], r"^perceptron: patterns must be finite, .*\(got nan in row 1, col"),
    ],
)
def test_patterns_that_it_cannot_answer_are_refused(patterns, message):
    found = perceptron_rule(TABLE, AND)
    with pytest.raises(InputError, match=message):
        found(patterns)


def test_separable_takes_one_neurons_labels():
    with pytest.raises(InputError, match=r"^separable: labels must be those of one neuron, of sha"):
        separable(TABLE, np.column_stack([AND, OR]))


# ------------------------------------------------------------------ the estimator


def test_without_scikit_learn_the_estimator_says_what_to_install(monkeypatch):
    for name in list(sys.modules):
        if name.startswith(("sklearn.", "neurosim.learning.classifier")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(
        ImportError,
        match=r"^PerceptronClassifier needs scikit-learn, .*: pip install 'neurosim\[sklearn\]'$",
    ):
        _ = learning.PerceptronClassifier


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match=r"'neurosim.learning' has no attribute 'Perceptron'"):
        _ = learning.Perceptron
