"""The experiment `perceptron`: its claims at the ends of its parameters, its sets and its GIF."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from experiments import perceptron
from experiments.perceptron import clouds, gates, sets
from neurosim import InputError
from neurosim.learning import perceptron_rule
from neurosim.plotting import new_figure
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


@pytest.mark.parametrize(
    ("points", "gap", "seed"), [(8, 0.01, 1), (8, 0.5, 2), (400, 0.01, 3), (400, 0.5, 4)]
)
def test_every_claim_holds_at_the_ends_of_the_parameters(points, gap, seed):
    assert failed(perceptron.run(points, gap, sets=10, seed=seed)) == []


@pytest.mark.parametrize("inputs", [1, 2, 7])
def test_parted_sets_have_the_margin_that_they_are_said_to_have(inputs, rng):
    for gap in (0.01, 0.3):
        patterns, labels, least = sets.parted(rng, 20, inputs, gap)
        assert labels.sum() == 0
        # The plane is not handed out: one of at most so large weights must do.
        rows = labels[:, None] * np.column_stack([patterns, np.ones(20)])
        found = linprog(
            np.append(np.zeros(inputs + 1), -1),
            A_ub=np.column_stack([-rows, np.ones(20)]),
            b_ub=np.zeros(20),
            bounds=[(-1, 1)] * (inputs + 1) + [(None, None)],
        )
        assert found.status == 0
        # Of weights within a cube, which holds the ball of length 1, the margin is at least γ.
        assert -found.fun >= least > 0


def test_the_outlier_lies_at_the_mean_of_the_others(rng):
    found = clouds.learn_clouds(Result("perceptron"), rng, 20, 0.1).mixed
    patterns, labels = found.patterns, found.labels
    np.testing.assert_allclose(patterns[-1], patterns[labels == 1].mean(axis=0))
    assert labels[-1] == -1
    assert len(labels) == 21


def test_the_claims_can_fail(monkeypatch, rng):
    def from_afar(patterns, labels, **options):
        """The rule from a start far off, which it does not own up to."""
        start = np.full(patterns.shape[1] + 1, 100.0)
        found = perceptron_rule(patterns, labels, start=start, **options)
        return replace(found, start=0 * start)

    result = Result("perceptron")
    _, axes = new_figure(1, 3)
    for module in (gates, sets):
        monkeypatch.setattr(module, "perceptron_rule", from_afar)
    gates.check_gates(result, axes[0])
    gates.check_xor(result, axes[1])
    sets.check_bound(result, axes[2], rng, 10)
    assert {
        "AND: mistakes",
        "OR: mistakes",
        "XOR: the weights come back to 0 after every pass",
        "mistakes ≤ (R/γ)² on 10 random sets that a plane parts: the largest share of it",
    } <= set(failed(result))


def test_the_movement_begins_at_rest_and_ends_at_the_last_line():
    result = perceptron.run(points=20, sets=10, seed=3)
    moving = result.animations["boundary"]
    assert moving.frames <= clouds.FRAMES + clouds.STANDING
    left = moving.figure.axes[0]
    line, ring = left.lines[-2:]
    moving.update(0)
    assert left.texts[-1].get_text() == "after 0 mistakes"
    assert [text.get_text() for text in left.get_legend().texts][-1] == "just mistaken"
    assert len(line.get_xdata()) == len(ring.get_xdata()) == 0
    moving.update(moving.frames - 1)
    random = np.random.default_rng(3)
    patterns, labels, _ = sets.parted(random, 20, 2, 0.05)
    found = perceptron_rule(patterns, labels)
    assert left.texts[-1].get_text() == f"at rest after {found.mistakes} mistakes"
    assert moving.figure.axes[1].texts[-1].get_text().startswith("after ")
    on_line = line.get_xydata() @ found.weights + found.bias
    np.testing.assert_allclose(on_line, 0, atol=1e-12)
    assert math.dist(*line.get_xydata()) == pytest.approx(18)


def test_the_movement_comes_to_rest_after_many_mistakes():
    moving = perceptron.run(points=400, gap=0.01, sets=10).animations["boundary"]
    moving.update(moving.frames - 1)
    assert moving.figure.axes[0].texts[-1].get_text() == "at rest after 136 mistakes"


def test_the_tables():
    result = perceptron.run(sets=12)
    assert len(result.tables["sets"].rows) == 12
    assert result.tables["gates"].rows[0][:5] == ("AND", 3.0, 2.0, -4.0, 18)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"points": 9}, r"^points must be even, half of them a cloud \(got 9\)$"),
        ({"points": 6}, r"^points must be from 8 to 400 \(got 6\)$"),
        ({"gap": 0.0}, r"^gap must be from 0.01 to 0.5 \(got 0\)$"),
        ({"sets": 9}, r"^sets must be from 10 to 10000 \(got 9\)$"),
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        perceptron.run(**options)
