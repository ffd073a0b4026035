"""The experiment `mlp-binary`: its claims at the ends of its parameters, and tables of users."""

import numpy as np
import pytest

from experiments import mlp_binary
from neurosim import InputError

pytestmark = pytest.mark.compiled


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


def write(path, x, y):
    np.savetxt(path, np.column_stack([x, y]), delimiter=",")
    return path


def test_every_claim_holds_at_the_shortest_training():
    assert failed(mlp_binary.run(epochs=30, patience=3, seed=1, quick=True)) == []


def test_a_users_table_is_learned(tmp_path, rng):
    y = rng.permutation(np.repeat([0, 1], 60))
    path = write(tmp_path / "own.csv", rng.normal(size=(120, 3)) + 3 * y[:, None], y)
    result = mlp_binary.run(data=path, quick=True)
    assert failed(result) == []
    network = result.tables["held-out"].rows[0]
    assert network[2] == 120
    assert network[1] > 110


def test_what_cannot_be_told_apart_fails(tmp_path, rng):
    path = write(tmp_path / "own.csv", rng.normal(size=(120, 3)), np.tile([0, 1], 60))
    wrong = " ".join(failed(mlp_binary.run(data=path, quick=True)))
    assert "exact binomial test" in wrong
    assert "is above ½" in wrong


def test_the_claim_of_early_stopping_can_fail(monkeypatch):
    class Forgetful(mlp_binary.EarlyStopping):
        def __init__(self, patience, restore_best_weights):
            super().__init__(patience=patience)

    monkeypatch.setattr(mlp_binary, "EarlyStopping", Forgetful)
    assert any("early stopping" in claim for claim in failed(mlp_binary.run(quick=True)))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1, 2] * 10, r"the class, 0 or 1 \(got 2\)"),
        ([0] * 25 + [1] * 5, "25 cases of class 0 and 5 of class 1; give at least 10 of each"),
    ],
)
def test_tables_that_it_refuses(tmp_path, rng, labels, message):
    path = write(tmp_path / "own.csv", rng.normal(size=(30, 2)), labels)
    with pytest.raises(InputError, match=message):
        mlp_binary.run(data=path)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 29}, r"^epochs must be from 30 to 2000 \(got 29\)"),
        ({"patience": 2}, r"^patience must be from 3 to 100 \(got 2\)"),
        ({"folds": 2}, r"^folds must be from 3 to 10"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        mlp_binary.run(**options)
