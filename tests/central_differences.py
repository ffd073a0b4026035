"""Gradients by central differences: a slow oracle for every vector–Jacobian product."""

import numpy as np

from neurosim.networks import Tensor, gradients

STEP = 1e-5  # the error is of its square, 1e-10, and of rounding over it, 1e-11


def strided(array):
    """A tensor of these values whose array is neither in C's nor in Fortran's order."""
    array = np.asarray(array, dtype=float)
    if not array.ndim:
        return Tensor(array, requires_grad=True, dtype="float64")
    gaps = np.full([2 * n for n in array.shape[::-1]], np.nan)
    gaps[tuple(slice(None, None, 2) for _ in array.shape)] = array.T
    whole = Tensor(gaps, requires_grad=True, dtype="float64")
    return whole.transpose()[tuple(slice(None, None, 2) for _ in array.shape)]


def plain(array):
    return Tensor(array, requires_grad=True, dtype="float64")


def fortran(array):
    return Tensor(np.array(array, order="F"), requires_grad=True, dtype="float64")


LAYOUTS = {"C": plain, "Fortran": fortran, "strided": strided}


def differences(function, arrays, cotangent):
    """The derivative of Σ cotangent·function(*arrays) by each array, value by value."""

    def total(values):
        answer = function(*(Tensor(v, dtype="float64") for v in values)).numpy()
        return (answer * cotangent).sum()

    found = []
    for number, array in enumerate(arrays):
        slopes = np.zeros(array.shape)
        for place in np.ndindex(array.shape):
            sides = []
            for change in (STEP, -STEP):
                moved = [np.array(a, dtype=float) for a in arrays]
                moved[number][place] += change
                sides.append(total(moved))
            slopes[place] = (sides[0] - sides[1]) / (2 * STEP)
        found.append(slopes)
    return found


def check_gradients(function, *arrays, layout="C", rng=None):
    """Hold an operation's gradients, under a random cotangent, against central differences."""
    rng = rng or np.random.default_rng(1)
    tensors = [LAYOUTS[layout](a) for a in arrays]
    answer = function(*tensors)
    cotangent = rng.normal(size=answer.shape)
    wanted = differences(function, arrays, cotangent)
    for got, expected, array in zip(
        gradients(answer, tensors, cotangent), wanted, arrays, strict=True
    ):
        assert got.shape == array.shape
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-7)
