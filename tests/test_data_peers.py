"""Data beside scikit-learn: the same splits, scaling and shipped sets, bit by bit."""

import numpy as np
import pytest

from neurosim.networks import data

pytestmark = pytest.mark.peers
pytest.importorskip("sklearn", reason="scikit-learn is not installed (extra: peers)")

from sklearn import datasets, model_selection, preprocessing  # noqa: E402

SIZES = [{}, {"test_size": 0.33}, {"test_size": 7}, {"train_size": 0.5, "test_size": 0.31}]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stratified", [False, True])
def test_the_same_split(rng, size, stratified):
    for seed in range(30):
        x = rng.normal(size=(rng.integers(30, 60), 2))
        y = rng.permutation(np.arange(len(x)) % 5)
        y = np.where(rng.random(len(y)) < 0.2, 0, y)
        options = {"random_state": seed, "stratify": y if stratified else None, **size}
        ours = data.train_test_split(x, y.tolist(), **options)
        theirs = model_selection.train_test_split(x, y.tolist(), **options)
        for mine, other in zip(ours, theirs, strict=True):
            assert type(mine) is type(other)
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_the_same_scaling(rng, dtype):
    x = (rng.normal(size=(200, 6)) * 100 + [0, 1e3, 0, 5, 0, 0]).astype(dtype)
    x[:, 4] = 7
    ours, theirs = data.StandardScaler().fit(x), preprocessing.StandardScaler().fit(x)
    for name in ("mean_", "var_", "scale_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), strict=True)
    scaled = theirs.transform(x)
    np.testing.assert_array_equal(ours.transform(x), scaled, strict=True)
    np.testing.assert_array_equal(
        ours.inverse_transform(scaled), theirs.inverse_transform(scaled), strict=True
    )


@pytest.mark.parametrize("name", ["digits", "iris", "breast_cancer", "diabetes"])
def test_the_same_shipped_data(name):
    options = {"scaled": False} if name == "diabetes" else {}
    features, target = getattr(datasets, f"load_{name}")(return_X_y=True, **options)
    x, y = getattr(data, f"load_{name}")()
    np.testing.assert_array_equal(x.reshape(len(x), -1), features, strict=True)
    np.testing.assert_array_equal(y, target, strict=True)
