"""Convolution as an operation: values against plain loops, gradients against differences."""

import itertools
import math

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients, differences
from scipy import signal, special

from neurosim import InputError
from neurosim.networks import Tensor, gradients, operations

ACTIVATIONS = {
    "identity": lambda u: u,
    "threshold_linear": lambda u: np.where(u > 0, u, 0),
    "logistic": special.expit,
    "tanh": np.tanh,
    "softplus": lambda u: np.logaddexp(0, u),
}
# Images, kernel, strides: batch 1 and 0, one channel, kernels as large as the image, 1 × 1, even,
# larger than the stride and smaller, along one axis or both; enough kernels for every tile.
CASES = [
    ((2, 5, 6, 3), (3, 3, 3, 4), (1, 1)),
    ((1, 4, 4, 1), (3, 3, 1, 1), (1, 1)),
    ((3, 4, 3, 2), (4, 3, 2, 3), (1, 1)),
    ((2, 5, 4, 2), (1, 1, 2, 5), (1, 1)),
    ((2, 5, 5, 2), (1, 1, 2, 3), (2, 2)),
    ((1, 7, 6, 2), (2, 4, 2, 2), (1, 1)),
    ((2, 7, 7, 1), (3, 3, 1, 2), (2, 2)),
    ((1, 8, 7, 2), (2, 3, 2, 2), (3, 1)),
    ((1, 7, 9, 1), (3, 2, 1, 3), (2, 3)),
    ((2, 1, 1, 3), (1, 1, 3, 2), (1, 1)),
    ((1, 6, 5, 1), (5, 1, 1, 2), (3, 2)),
    ((0, 5, 5, 2), (3, 3, 2, 2), (1, 1)),
]
cases = pytest.mark.parametrize(("shape", "kernel", "strides"), CASES)
paddings = pytest.mark.parametrize("padding", ["valid", "same"])


def border(n, k, s, padding):
    """Where the first window begins outside of n pixels, and how many there are."""
    if padding == "valid":
        return 0, (n - k) // s + 1
    count = math.ceil(n / s)
    return max((count - 1) * s + k - n, 0) // 2, count


def convolved(x, kernel, bias, strides, padding):
    """Every product by itself, in plain loops."""
    images, height, width, _ = x.shape
    top, down = border(height, kernel.shape[0], strides[0], padding)
    left, across = border(width, kernel.shape[1], strides[1], padding)
    answer = np.zeros((images, down, across, kernel.shape[3])) + bias
    for i, j in itertools.product(range(down), range(across)):
        for p, q in itertools.product(*map(range, kernel.shape[:2])):
            y, z = i * strides[0] - top + p, j * strides[1] - left + q
            if 0 <= y < height and 0 <= z < width:
                answer[:, i, j] += x[:, y, z] @ kernel[p, q]
    return answer


def values(rng, shape, kernel):
    return [rng.normal(size=shape), rng.normal(size=kernel), rng.normal(size=kernel[-1])]


@paddings
@cases
@pytest.mark.parametrize(("dtype", "near"), [("float32", 1e-5), ("float64", 1e-12)])
def test_its_values_are_those_of_plain_loops(rng, shape, kernel, strides, padding, dtype, near):
    arrays = values(rng, shape, kernel)
    tensors = [Tensor(a, dtype=dtype) for a in arrays]
    got = operations.conv2d(*tensors, strides=strides, padding=padding)
    assert got.dtype == dtype
    expected = convolved(*arrays, strides, padding)
    np.testing.assert_allclose(got.numpy(), expected, rtol=near, atol=near)


@paddings
@cases
def test_its_gradients_are_those_of_differences(rng, shape, kernel, strides, padding):
    def function(*tensors):
        return operations.conv2d(*tensors, strides=strides, padding=padding)

    check_gradients(function, *values(rng, shape, kernel), rng=rng)


@paddings
@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_may_lie_in_any_order(rng, padding, layout):
    def function(*tensors):
        return operations.conv2d(*tensors, padding=padding, activation="tanh")

    check_gradients(function, *values(rng, (2, 3, 4, 2), (2, 3, 2, 3)), layout=layout, rng=rng)


@paddings
def test_many_channels_are_those_of_scipy(rng, padding):
    x, kernel, bias = values(rng, (3, 9, 8, 5), (3, 4, 5, 47))
    got = operations.conv2d(
        *(Tensor(a, dtype="float64") for a in (x, kernel, bias)), padding=padding
    )
    x = np.pad(x, [(0, 0), (1, 1), (1, 2), (0, 0)]) if padding == "same" else x
    for n, o in itertools.product(range(3), range(47)):
        planes = [signal.correlate(x[n, ..., i], kernel[..., i, o], "valid") for i in range(5)]
        np.testing.assert_allclose(
            got.numpy()[n, ..., o], bias[o] + sum(planes), rtol=1e-11, atol=1e-11
        )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_is_part_of_it(rng, activation):
    arrays = values(rng, (2, 5, 5, 2), (3, 3, 2, 3))

    def function(*tensors):
        return operations.conv2d(*tensors, strides=2, padding="same", activation=activation)

    net = convolved(*arrays, (2, 2), "same")
    got = function(*(Tensor(a, dtype="float64") for a in arrays))
    np.testing.assert_allclose(got.numpy(), ACTIVATIONS[activation](net), rtol=1e-12, atol=1e-12)
    check_gradients(function, *arrays, rng=rng)


def test_it_goes_without_a_bias(rng):
    x, kernel, _ = values(rng, (2, 4, 4, 2), (3, 3, 2, 3))
    got = operations.conv2d(Tensor(x, dtype="float64"), Tensor(kernel, dtype="float64"))
    np.testing.assert_allclose(got.numpy(), convolved(x, kernel, 0, (1, 1), "valid"), rtol=1e-12)
    check_gradients(operations.conv2d, x, kernel, rng=rng)


def test_only_what_is_asked_for_has_a_gradient(rng):
    x, kernel, bias = values(rng, (2, 4, 4, 2), (3, 3, 2, 3))
    wanted = [Tensor(a, requires_grad=True, dtype="float64") for a in (kernel, bias)]
    answer = operations.conv2d(x, *wanted)
    cotangent = rng.normal(size=answer.shape)
    _, *expected = differences(operations.conv2d, (x, kernel, bias), cotangent)
    for got, slopes in zip(gradients(answer, wanted, cotangent), expected, strict=True):
        np.testing.assert_allclose(got, slopes, rtol=1e-7, atol=1e-7)


@pytest.mark.compiled
def test_work_for_several_threads_is_the_same_each_time(rng):
    arrays = values(rng, (20, 24, 24, 8), (3, 3, 8, 16))
    cotangent = rng.normal(size=(20, 24, 24, 16))
    found = []
    for _ in range(3):
        tensors = [Tensor(a, requires_grad=True) for a in arrays]
        answer = operations.conv2d(*tensors, padding="same", activation="threshold_linear")
        found.append([answer.numpy(), *gradients(answer, tensors, cotangent)])
    net = convolved(*arrays, (1, 1), "same")
    np.testing.assert_allclose(found[0][0], np.where(net > 0, net, 0), rtol=1e-4, atol=1e-4)
    slopes = cotangent * (found[0][0] > 0)
    np.testing.assert_allclose(found[0][3], slopes.sum((0, 1, 2)), rtol=1e-3, atol=1e-3)
    for again in found[1:]:
        for first, other in zip(found[0], again, strict=True):
            np.testing.assert_array_equal(first, other)


def test_what_is_no_number_spoils_only_what_hears_it():
    x = np.zeros((1, 6, 6, 1))
    x[0, 1, 1] = np.nan
    got = operations.conv2d(x, np.ones((3, 3, 1, 1)), padding="same", activation="threshold_linear")
    spoilt = np.zeros((6, 6), dtype=bool)
    spoilt[:3, :3] = True
    np.testing.assert_array_equal(np.isnan(got.numpy()[0, ..., 0]), spoilt)


# What does not fit.


IMAGES, KERNEL = (2, 4, 4, 3), (3, 3, 3, 5)


@pytest.mark.parametrize(
    ("shape", "kernel", "message"),
    [
        (
            IMAGES,
            (3, 3, 2, 5),
            r"images of shape \(2, 4, 4, 3\) and a kernel of shape \(3, 3, 2, 5\) do not fit; \(b",
        ),
        (
            IMAGES,
            (3, 3, 3),
            r"images of shape .* and a kernel of shape \(3, 3, 3\) do not fit; \(b",
        ),
        (IMAGES, (3, 3, 3, 0), r"images of shape .* a kernel of shape \(3, 3, 3, 0\) do not fit"),
        ((4, 4, 3), KERNEL, r"images have the shape \(batch, height, .* \(got \(4, 4, 3\)\)"),
        ((1, 0, 4, 3), KERNEL, r"images have the shape .* \(got \(1, 0, 4, 3\)\)"),
        (
            (2, 4, 2, 3),
            KERNEL,
            "windows of 3 × 3 do not fit into images of 4 × 2; make them smaller, or use pad",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_told(shape, kernel, message):
    with pytest.raises(InputError, match=f"^conv2d: {message}"):
        operations.conv2d(np.zeros(shape), np.zeros(kernel))


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        (
            "padding",
            "some",
            r"no padding is called 'some' \(did you mean 'same'\?\); there",
        ),
        ("padding", 1, "no padding is called '1'; there are: valid, same"),
        ("activation", "relu", r"no activation is called 'relu' \(here that is 'threshold_linear'"),
        ("activation", "tahn", r"no activation is called 'tahn' \(did you mean 'tanh'\?\)"),
        ("strides", 0, r"strides must be a whole number, 1 or more, or two: .* \(got 0\)"),
        ("strides", (1, 2.0), r"strides must be .* \(got \(1, 2.0\)\)"),
        ("strides", (1, 1, 1), r"strides must be .* \(got \(1, 1, 1\)\)"),
        ("strides", True, r"strides must be .* \(got True\)"),
    ],
)
def test_options_that_there_are_not_are_told(option, value, message):
    with pytest.raises(InputError, match=f"^conv2d: {message}"):
        operations.conv2d(np.zeros(IMAGES), np.zeros(KERNEL), **{option: value})


def test_a_bias_has_one_number_a_kernel():
    with pytest.raises(
        InputError, match=r"conv2d: a bias of shape \(4,\) does not fit a kernel of"
    ):
        operations.conv2d(np.zeros((1, 4, 4, 3)), np.zeros((3, 3, 3, 5)), np.zeros(4))
