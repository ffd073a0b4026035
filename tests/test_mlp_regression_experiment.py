"""The experiment `mlp-regression`: its claims, its units, and Boston's file."""

import numpy as np
import pytest

from experiments import mlp_regression
from experiments.held_out import Part
from neurosim import InputError
from neurosim.networks.data import load_diabetes

pytestmark = pytest.mark.compiled


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


def test_every_claim_holds_at_the_shortest_training():
    result = mlp_regression.run(epochs=20, patience=3, seed=1, quick=True)
    assert failed(result) == []
    rows = np.array(result.tables["held-out"].rows)
    assert rows.shape == (442, 3)
    # The least-squares plane explains 0.52 of what it was fitted to (Efron et al. 2004), held out
    # a little less.
    explained = 1 - np.square(rows[:, 2] - rows[:, 0]).mean() / rows[:, 0].var()
    assert 0.44 < explained < 0.52
    assert len(load_diabetes()[1]) == 442


def test_a_users_houses_are_learned(tmp_path, rng):
    x = rng.normal(size=(150, 13))
    np.savetxt(tmp_path / "housing.data", np.column_stack([x, 20 + x @ np.arange(13)]))
    result = mlp_regression.run(data=tmp_path / "housing.data", quick=True)
    assert failed(result) == []
    rows = np.array(result.tables["held-out"].rows)
    assert len(rows) == 30
    np.testing.assert_allclose(rows[:, 2], rows[:, 0], atol=1e-9)  # the line is the truth


def test_what_is_not_related_fails(tmp_path, rng):
    np.savetxt(tmp_path / "housing.data", rng.normal(size=(150, 14)))
    wrong = " ".join(failed(mlp_regression.run(data=tmp_path / "housing.data", quick=True)))
    assert "Fisher" in wrong
    assert "surely below that of the mean" in wrong


@pytest.mark.parametrize(
    ("count", "spread", "message"),
    [
        (150, 0.0, r"housing.data: all targets learned from are 20; give some that differ"),
        (40, 1.0, r"housing.data: 8 samples are held out; give so many that 10 are"),
    ],
)
def test_houses_that_tell_nothing_are_refused(tmp_path, rng, count, spread, message):
    x = rng.normal(size=(count, 13))
    np.savetxt(tmp_path / "housing.data", np.column_stack([x, 20 + spread * x[:, 0]]))
    with pytest.raises(InputError, match=message):
        mlp_regression.run(data=tmp_path / "housing.data", quick=True)


def test_targets_are_in_units_of_what_is_learned(rng):
    y = rng.normal(50, 9, 20)
    part = mlp_regression._standard(
        Part(rng.normal(size=(20, 2)), y, rng.normal(size=(3, 2)), np.array([50.0, 59, 41]))
    )
    np.testing.assert_allclose(part.y, (y - y.mean()) / y.std())
    np.testing.assert_allclose(part.y_held_out, (np.array([50, 59, 41]) - y.mean()) / y.std())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 19}, r"^epochs must be from 20 to 2000 \(got 19\)"),
        ({"patience": 101}, r"^patience must be from 3 to 100 \(got 101\)"),
        ({"folds": 11}, r"^folds must be from 3 to 10"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        mlp_regression.run(**options)
