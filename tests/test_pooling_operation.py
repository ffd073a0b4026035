"""Pooling as an operation: values against plain loops, gradients against differences."""

import itertools
import math

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients

from neurosim import InputError
from neurosim.networks import Tensor, gradients, operations

# Images, windows, strides: batch 1 and 0, one channel, windows as large as the image, 1 × 1,
# that lie apart, side by side and over one another.
CASES = [
    ((2, 4, 6, 3), (2, 2), None),
    ((2, 5, 5, 3), (2, 2), (2, 2)),
    ((1, 6, 5, 1), (3, 3), (1, 1)),
    ((1, 5, 7, 2), (3, 2), (2, 3)),
    ((2, 7, 7, 1), (2, 1), (3, 3)),
    ((3, 3, 4, 2), (3, 4), None),
    ((2, 1, 1, 5), (1, 1), None),
    ((1, 7, 6, 17), (3, 3), (2, 2)),
    ((0, 4, 4, 2), (2, 2), None),
]
cases = pytest.mark.parametrize(("shape", "size", "strides"), CASES)
paddings = pytest.mark.parametrize("padding", ["valid", "same"])
OPERATIONS = {"max_pool2d": np.max, "average_pool2d": np.mean}
both = pytest.mark.parametrize("name", OPERATIONS)


def along(n, k, s, padding):
    """The pixels of each window, of n along an axis, that lie on the image."""
    count, first = (n - k) // s + 1, 0
    if padding == "same":
        count = math.ceil(n / s)
        first = -(max((count - 1) * s + k - n, 0) // 2)
    return [slice(max(i * s + first, 0), max(i * s + first, -k) + k) for i in range(count)]


def pooled(x, function, size, strides, padding):
    """Each window by itself."""
    axes = [along(*a, padding) for a in zip(x.shape[1:3], size, strides, strict=True)]
    answer = np.empty((len(x), len(axes[0]), len(axes[1]), x.shape[3]))
    for (i, down), (j, across) in itertools.product(*map(enumerate, axes)):
        answer[:, i, j] = function(x[:, down, across], axis=(1, 2))
    return answer


def distinct(rng, shape):
    """Values so far apart that the largest stays so under a central difference."""
    return rng.permutation(math.prod(shape)).reshape(shape) / 10


@both
@paddings
@cases
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_values_are_those_of_each_window(rng, name, shape, size, strides, padding, dtype):
    x = rng.normal(size=shape).astype(dtype)
    got = getattr(operations, name)(Tensor(x, dtype=dtype), size, strides, padding)
    assert got.dtype == dtype
    expected = pooled(x.astype(float), OPERATIONS[name], size, strides or size, padding)
    near = {"float32": 1e-6, "float64": 1e-14}[dtype]
    np.testing.assert_allclose(got.numpy(), expected, rtol=near, atol=near)


@both
@paddings
@cases
@pytest.mark.parametrize("layout", LAYOUTS)
def test_its_gradients_are_those_of_differences(rng, name, shape, size, strides, padding, layout):
    def function(x):
        return getattr(operations, name)(x, size, strides, padding)

    check_gradients(function, distinct(rng, shape), layout=layout, rng=rng)


def gradient(x, cotangent, **options):
    tensor = Tensor(np.reshape(x, (1, *np.shape(x), 1)), requires_grad=True, dtype="float64")
    answer = operations.max_pool2d(tensor, **options)
    cotangent = np.reshape(cotangent, answer.shape)
    return answer.numpy()[0, ..., 0], gradients(answer, [tensor], cotangent)[0][0, ..., 0]


def test_the_first_of_several_largest_has_the_gradient():
    y, slopes = gradient([[1, 5, 5, 5], [5, 5, 5, 5]], [3, 4])
    np.testing.assert_array_equal(y, [[5, 5]])
    np.testing.assert_array_equal(slopes, [[0, 3, 4, 0], [0, 0, 0, 0]])


def test_windows_over_one_another_add_their_gradients():
    _, slopes = gradient([[0, 9, 0], [0, 0, 1]], [2, 3], strides=1)
    np.testing.assert_array_equal(slopes, [[0, 5, 0], [0, 0, 0]])


def test_what_lies_beyond_the_image_is_never_the_largest():
    y, slopes = gradient([[-1, -2, -3]], [2, 3], padding="same")
    np.testing.assert_array_equal(y, [[-1, -3]])
    np.testing.assert_array_equal(slopes, [[2, 0, 3]])


def test_what_is_no_number_is_told_and_has_the_gradient():
    y, slopes = gradient([[1, np.nan, 2, 3]], [2, 3], size=(1, 2))
    np.testing.assert_array_equal(y, [[np.nan, 3]])
    np.testing.assert_array_equal(slopes, [[0, 2, 0, 3]])


def test_minus_infinity_can_be_the_largest():
    y, slopes = gradient([[-np.inf, -np.inf]], [2], size=(1, 2))
    np.testing.assert_array_equal(y, [[-np.inf]])
    np.testing.assert_array_equal(slopes, [[2, 0]])


@both
@pytest.mark.compiled
def test_work_for_several_threads(rng, name):
    x = rng.normal(size=(20, 24, 24, 8))
    tensor = Tensor(x, requires_grad=True, dtype="float64")
    answer = getattr(operations, name)(tensor)
    np.testing.assert_allclose(
        answer.numpy(), pooled(x, OPERATIONS[name], (2, 2), (2, 2), "valid"), rtol=1e-13, atol=1e-13
    )
    (slopes,) = gradients(answer, [tensor], np.ones(answer.shape))
    assert slopes.sum() == pytest.approx(answer.size, rel=1e-12)


# What does not fit.


@both
@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ((4, 4, 3), {}, r": images have the shape .* \(got \(4, 4, 3\)\)"),
        ((1, 4, 4, 0), {}, r": images have the shape .* \(got \(1, 4, 4, 0\)\)"),
        ((1, 4, 1, 2), {}, ": windows of 2 × 2 do not fit into images of 4 × 1; make them smaller"),
        ((1, 4, 4, 2), {"size": 0}, r": size must be a whole number, 1 or more, .* \(got 0\)"),
        ((1, 4, 4, 2), {"size": "2"}, r": size must be a whole number, 1 or more, .* \(got '2'\)"),
        ((1, 4, 4, 2), {"strides": (1, -1)}, r": strides must be .* \(got \(1, -1\)\)"),
        ((1, 4, 4, 2), {"padding": "vald"}, r": no padding is called 'vald' \(did you mean 'valid"),
    ],
)
def test_what_does_not_fit_is_told(name, shape, options, message):
    with pytest.raises(InputError, match=f"^{name}{message}"):
        getattr(operations, name)(np.zeros(shape), **options)
