"""How a product of rows is told to cuBLAS, which takes columns: against its own definition."""

import itertools

import numpy as np
import pytest

from neurosim.cuda.products import gemm_of


def by_columns(form, first, second, answer):
    """C = op(A)·op(B) as cuBLAS defines it: number (i, j) of a matrix stands at i + j·lead."""
    buffers = [
        np.lib.stride_tricks.as_strided(
            a,
            (1 + sum((n - 1) * s // a.itemsize for n, s in zip(a.shape, a.strides, strict=True)),),
            (a.itemsize,),
            writeable=True,
        )
        for a in (first, second, answer)
    ]

    def at(which, lead, flip, i, j):
        i, j = (j, i) if flip else (i, j)
        return buffers[which][i + j * lead]

    for i, j in itertools.product(range(form.m), range(form.n)):
        buffers[2][i + j * form.lead_answer] = sum(
            at(0, form.lead_first, form.flip_first, i, k)
            * at(1, form.lead_second, form.flip_second, k, j)
            for k in range(form.k)
        )


def arrays(rng, rows, columns):
    """Matrices of such a shape: by rows, by columns, and as parts of larger ones."""
    return {
        "rows": rng.normal(size=(rows, columns)),
        "columns": rng.normal(size=(columns, rows)).T,
        "part": rng.normal(size=(rows + 2, columns + 3))[1:-1, 2:-1],
        "part of columns": rng.normal(size=(columns + 3, rows + 2))[2:-1, 1:-1].T,
    }


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 4, 5), (3, 1, 5), (3, 4, 1), (1, 1, 1)])
@pytest.mark.parametrize("first", ["rows", "columns", "part", "part of columns"])
@pytest.mark.parametrize("second", ["rows", "columns", "part", "part of columns"])
def test_products_are_numpys(rng, shape, first, second):
    m, k, n = shape
    a, b = arrays(rng, m, k)[first], arrays(rng, k, n)[second]
    for out in (np.zeros((m, n)), np.zeros((m, n + 2))[:, 1:-1]):
        form = gemm_of(a, b, out)
        assert form is not None
        by_columns(form, b, a, out)
        np.testing.assert_allclose(out, a @ b, rtol=1e-12, atol=1e-12)


def test_what_lies_otherwise_is_not_told():
    every_second = np.zeros((4, 6))[:, ::2]
    backwards = np.zeros((4, 3))[::-1]
    repeated = np.broadcast_to(np.zeros(3), (4, 3))
    whole, answer = np.zeros((3, 2)), np.zeros((4, 2))
    for odd in (every_second, backwards, repeated):
        assert gemm_of(odd, whole, answer) is None
    assert gemm_of(np.zeros((4, 3)), whole, np.zeros((2, 4)).T) is None
