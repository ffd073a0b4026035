"""Batch normalization: the paper's formulas in NumPy, and gradients from differences."""

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients

from neurosim import InputError
from neurosim.networks import Tensor, gradients, operations
from neurosim.networks.engines import to_host

SHAPES = [(1, 3), (2, 1), (5, 3), (6, 1), (2, 3, 4, 2), (9, 17)]
layouts = pytest.mark.parametrize("layout", LAYOUTS)


def normalized(x, mean, variance, scale, offset, epsilon):
    return scale * (x - mean) / np.sqrt(variance + epsilon) + offset


def operands(rng, shape):
    channels = shape[-1:]
    return rng.normal(2, 3, size=shape), rng.normal(size=channels), rng.normal(size=channels)


@layouts
@pytest.mark.parametrize("epsilon", [1e-3, 0.5])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_batch_has_mean_zero_and_variance_one(rng, shape, epsilon, layout):
    x, scale, offset = operands(rng, shape)
    axes = tuple(range(len(shape) - 1))
    m, v = x.mean(axis=axes), x.var(axis=axes)
    for dtype, near in {"float32": 2e-5, "float64": 1e-12}.items():
        tensors = [Tensor(a, dtype=dtype) for a in (x, scale, offset)]
        y, mean, variance = operations.batch_normalization(*tensors, epsilon=epsilon)
        assert y.dtype == mean.dtype == variance.dtype == dtype
        np.testing.assert_allclose(to_host(mean), m, rtol=near, atol=near)
        np.testing.assert_allclose(to_host(variance), v, rtol=near, atol=near)
        expected = normalized(x, m, v, scale, offset, epsilon)
        np.testing.assert_allclose(y.numpy(), expected, rtol=near, atol=near)
    check_gradients(
        lambda *given: operations.batch_normalization(*given, epsilon=epsilon)[0],
        x, scale, offset, layout=layout, rng=rng,
    )  # fmt: skip


@layouts
@pytest.mark.parametrize("shape", [*SHAPES, (0, 3), (4,)])
def test_normalizing_by_what_is_known(rng, shape, layout):
    x, scale, offset = operands(rng, shape)
    mean, variance = rng.normal(size=shape[-1:]), rng.uniform(0.1, 2, size=shape[-1:])
    expected = normalized(x, mean, variance, scale, offset, 0.01)
    for dtype, near in {"float32": 1e-5, "float64": 1e-12}.items():
        tensor = Tensor(x, dtype=dtype)
        y = operations.normalize(tensor, mean, variance, scale, offset, epsilon=0.01)
        assert y.dtype == dtype
        np.testing.assert_allclose(y.numpy(), expected, rtol=near, atol=near)
    check_gradients(
        lambda t, s, o: operations.normalize(t, mean, variance, s, o, epsilon=0.01),
        x, scale, offset, layout=layout, rng=rng,
    )  # fmt: skip


@pytest.mark.parametrize("rows", [5, 64, 20_001])
def test_a_mean_far_from_zero_costs_the_variance_no_digits(rng, rows):
    x = (1e4 + rng.normal(scale=2, size=(rows, 3))).astype("float32")
    x[0] += 50  # that the first row is far off costs none either
    exact = x.astype(float)
    y, mean, variance = operations.batch_normalization(Tensor(x), np.ones(3), np.zeros(3))
    np.testing.assert_allclose(to_host(mean), exact.mean(0), rtol=1e-7)
    np.testing.assert_allclose(to_host(variance), exact.var(0), rtol=1e-5)
    wanted = (exact - exact.mean(0)) / np.sqrt(exact.var(0) + 1e-3)
    np.testing.assert_allclose(y.numpy(), wanted, rtol=1e-4, atol=1e-4)


def test_gradients_of_a_mean_far_from_zero(rng):
    x = (1e4 + rng.normal(scale=2, size=(50, 2))).astype("float32")
    g = rng.normal(size=x.shape)
    tensor = Tensor(x, requires_grad=True)
    y, _, _ = operations.batch_normalization(tensor, np.ones(2), np.zeros(2))
    (found,) = gradients(y, [tensor], g)
    # Ioffe & Szegedy's gradients, put together as in their section 3.
    apart = x.astype(float) - x.mean(0, dtype=float)
    root = np.sqrt((apart**2).mean(0) + 1e-3)
    by_variance = (-0.5 * g * apart / root**3).sum(0)
    by_mean = -(g / root).sum(0)
    wanted = g / root + by_variance * 2 * apart / 50 + by_mean / 50
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-5)


def test_a_channel_that_never_changes_is_the_offset():
    x = np.full((7, 2), 0.1, "float32")
    y, _, variance = operations.batch_normalization(Tensor(x), [3.0, 3.0], [1.0, 2.0])
    assert to_host(variance).tolist() == [0, 0]
    np.testing.assert_allclose(y.numpy(), np.tile([1.0, 2.0], (7, 1)), atol=1e-6)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (
            lambda: operations.batch_normalization(np.ones((2, 3)), np.ones(2), np.ones(3)),
            r"batch_normalization: scale of shape \(2,\) does not fit values of shape \(2, 3\)",
        ),
        (
            lambda: operations.batch_normalization(np.ones((0, 3)), np.ones(3), np.ones(3)),
            r"batch_normalization: there are no values in an array of shape \(0, 3\)",
        ),
        (
            lambda: operations.batch_normalization(1.0, 1.0, 1.0),
            "batch_normalization: one number has no channels",
        ),
        (
            lambda: operations.batch_normalization(*[np.ones(3)] * 3, epsilon=0),
            r"batch_normalization: epsilon must be finite and above 0 in float32 \(got 0\)",
        ),
        (
            lambda: operations.batch_normalization(*[np.ones(3)] * 3, epsilon=1e-50),
            r"batch_normalization: epsilon must be finite and above 0 in float32 \(got 1e-50\)",
        ),
        (
            lambda: operations.normalize(np.ones((2, 3)), *[np.ones(3)] * 3, np.ones(1)),
            r"normalize: offset of shape \(1,\) does not fit values of shape \(2, 3\); it has one",
        ),
    ],
)
def test_what_does_not_fit_is_told(use, message):
    with pytest.raises(InputError, match=message):
        use()


@pytest.mark.peers
def test_batch_normalization_is_torchs(rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")
    arrays = [a.astype("float32") for a in operands(rng, (8, 5, 5, 6))]
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    mean, variance = torch.zeros(6), torch.ones(6)
    x, scale, offset = theirs
    z = torch.nn.functional.batch_norm(
        x.permute(0, 3, 1, 2), mean, variance, scale, offset, training=True, momentum=1.0, eps=1e-3
    ).permute(0, 2, 3, 1)
    y, m, v = operations.batch_normalization(*ours)
    np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(m, mean.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(v, variance.numpy() * (199 / 200), rtol=1e-5)  # it keeps Σ/(n − 1)
    g = rng.normal(size=y.shape).astype("float32")
    z.backward(torch.tensor(g))
    for got, peer in zip(gradients(y, ours, g), theirs, strict=True):
        np.testing.assert_allclose(got, peer.grad.numpy(), rtol=1e-3, atol=1e-4)
