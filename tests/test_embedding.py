"""Rows of a table, looked up, against NumPy and central differences."""

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients

from neurosim import InputError
from neurosim.networks import Tensor, gradients, operations

INDICES = {
    "one": np.array(2),
    "a row": np.array([0, 4, 0, 0]),
    "a table": np.array([[1, 2, 3], [3, 3, 0]], np.int32),
    "bytes": np.array([[[4]], [[2]]], np.uint8),
    "none": np.zeros((2, 0), int),
    "an empty list": [],
    "not side by side": np.arange(5)[::-2],
    "a tensor": Tensor([[1, 1], [0, 4]]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", [3, 1])
@pytest.mark.parametrize("name", INDICES)
def test_rows_and_their_gradients(rng, name, width, layout):
    indices = INDICES[name]
    table = rng.normal(size=(5, width))
    at = np.asarray(indices.numpy() if isinstance(indices, Tensor) else indices).astype(int)
    for dtype in ("float32", "float64"):
        got = operations.embedding(indices, Tensor(table, dtype=dtype))
        assert got.dtype == dtype
        np.testing.assert_array_equal(got.numpy(), table.astype(dtype)[at])
    check_gradients(lambda t: operations.embedding(indices, t), table, layout=layout, rng=rng)


def test_a_row_that_is_looked_up_often_has_the_sum(rng):
    indices, g = rng.integers(0, 7, size=(50, 9)), rng.normal(size=(50, 9, 4))
    table = Tensor(rng.normal(size=(7, 4)), requires_grad=True, dtype="float64")
    (got,) = gradients(operations.embedding(indices, table), [table], g)
    for row in range(7):
        np.testing.assert_allclose(got[row], g[indices == row].sum(axis=0), rtol=1e-12, atol=1e-12)


def test_rows_that_nobody_looked_up_have_no_gradient():
    table = Tensor(np.ones((6, 2)), requires_grad=True)
    operations.embedding([4, 4, 1], table).backward(np.ones((3, 2)))
    np.testing.assert_array_equal(table.grad, [[0, 0], [1, 1], [0, 0], [0, 0], [2, 2], [0, 0]])


@pytest.mark.parametrize(
    ("indices", "table", "message"),
    [
        (
            [[0, 1], [5, 2]], (5, 2),
            r"^embedding: index 5 at place \(1, 0\) is not a row of a table of 5 rows; they are "
            "counted from 0$",
        ),
        ([1, -1], (5, 2), r"^embedding: index -1 at place \(1,\) is not a row of a table of 5"),
        (9, (5, 2), "^embedding: index 9 is not a row of a table of 5 rows"),
        ([0], (0, 2), r"^embedding: index 0 at place \(0,\) is not a row of a table of 0 rows"),
        (
            np.array([2**63], np.uint64), (5, 2),
            r"^embedding: index 9223372036854775808 at place \(0,\) is not a row",
        ),
        (
            [0.0, 1.0], (5, 2),
            r"^embedding: indices must be whole numbers \(got float64\); astype\(int\) makes them$",
        ),
        ([True], (5, 2), r"^embedding: indices must be whole numbers \(got bool\)"),
        (["a"], (5, 2), r"^embedding takes real numbers \(got \['a'\]\)$"),
        ([0], (5,), r"^embedding: table must be \(rows, width\) \(got shape \(5,\)\)$"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_up_is_told(indices, table, message):
    with pytest.raises(InputError, match=message):
        operations.embedding(indices, np.zeros(table))
