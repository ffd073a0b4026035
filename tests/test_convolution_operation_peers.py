"""Convolution and pooling beside PyTorch's: the same values and gradients on random shapes."""

import numpy as np
import pytest

from neurosim.networks import Tensor, gradients, operations

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")

ACTIVATIONS = {
    "identity": lambda x: x,
    "threshold_linear": torch.relu,
    "logistic": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": lambda x: torch.nn.functional.softplus(x, threshold=1000),
}
dtypes = pytest.mark.parametrize(("dtype", "near"), [("float32", 1e-4), ("float64", 1e-10)])


def compare(ours, theirs, arrays, rng, dtype, near):
    tensors = [Tensor(a, requires_grad=True, dtype=dtype) for a in arrays]
    peers = [torch.tensor(a.astype(dtype), requires_grad=True) for a in arrays]
    got, expected = ours(*tensors), theirs(*peers)
    np.testing.assert_allclose(got.numpy(), expected.detach().numpy(), rtol=near, atol=near)
    cotangent = rng.normal(size=got.shape).astype(dtype)
    expected.backward(torch.tensor(cotangent))
    for found, peer in zip(gradients(got, tensors, cotangent), peers, strict=True):
        largest = np.abs(peer.grad.numpy()).max(initial=1)
        np.testing.assert_allclose(found, peer.grad.numpy(), rtol=near, atol=near * largest)


def chosen(rng, padding):
    """A shape of images and of windows that fit, and strides."""
    size, strides = (tuple(map(int, rng.integers(1, high, size=2))) for high in (5, 4))
    least = size if padding == "valid" else (1, 1)
    image = tuple(int(n + rng.integers(0, 12)) for n in least)
    return image, size, strides


def bordered(x, image, size, strides, padding, value=0.0):
    """Images as PyTorch has them, with the border of Keras's "same" around them."""
    x = x.permute(0, 3, 1, 2)
    if padding == "valid":
        return x
    around = []
    for n, k, s in [*zip(image, size, strides, strict=True)][::-1]:
        more = max((-(-n // s) - 1) * s + k - n, 0)
        around += [more // 2, more - more // 2]
    return torch.nn.functional.pad(x, around, value=value)


@dtypes
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("number", range(4))
def test_a_convolution_is_torchs(rng, number, activation, padding, dtype, near):
    rng = rng.spawn(number + 1)[number]
    image, size, strides = chosen(rng, padding)
    channels, kernels = int(rng.integers(1, 9)), int(rng.choice([1, 3, 4, 10, 21, 47]))
    shapes = (int(rng.integers(1, 4)), *image, channels), (*size, channels, kernels), (kernels,)

    def ours(x, kernel, bias):
        options = {"strides": strides, "padding": padding, "activation": activation}
        return operations.conv2d(x, kernel, bias, **options)

    def theirs(x, kernel, bias):
        framed = bordered(x, image, size, strides, padding)
        weights = kernel.permute(3, 2, 0, 1).contiguous()
        answer = torch.nn.functional.conv2d(framed, weights, bias, stride=strides)
        return ACTIVATIONS[activation](answer.permute(0, 2, 3, 1))

    compare(ours, theirs, [rng.normal(size=s) for s in shapes], rng, dtype, near)


@dtypes
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("number", range(6))
def test_the_largest_of_each_window_is_torchs(rng, number, padding, dtype, near):
    rng = rng.spawn(number + 1)[number]
    image, size, strides = chosen(rng, padding)
    x = rng.integers(-3, 3, size=(2, *image, 3)).astype(float)  # several are the largest

    def theirs(x):
        framed = bordered(x, image, size, strides, padding, value=-np.inf)
        return torch.nn.functional.max_pool2d(framed, size, strides).permute(0, 2, 3, 1)

    def ours(x):
        return operations.max_pool2d(x, size, strides, padding)

    compare(ours, theirs, [x], rng, dtype, near)


@dtypes
@pytest.mark.parametrize("number", range(6))
def test_the_mean_of_each_window_is_torchs(rng, number, dtype, near):
    rng = rng.spawn(number + 1)[number]
    image, size, strides = chosen(rng, "valid")

    def theirs(x):
        return torch.nn.functional.avg_pool2d(x.permute(0, 3, 1, 2), size, strides).permute(
            0, 2, 3, 1
        )

    def ours(x):
        return operations.average_pool2d(x, size, strides)

    compare(ours, theirs, [rng.normal(size=(2, *image, 3))], rng, dtype, near)
