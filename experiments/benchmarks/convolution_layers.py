"""Layers of convolving cells on a batch of images, forward and back, beside PyTorch's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from neurosim.networks import Tensor, gradients, operations

from .floors import multiply_add_rate
from .timing import Benchmark, Floor, Side, load

# Pixels a side, channels, kernels, taps a side, stride.  PyTorch pads both sides alike,
# so that with a stride of 2 only an odd number of pixels makes it the same convolution.
SHAPES = [(32, 32, 32, 3, 1), (15, 64, 64, 3, 1), (31, 16, 32, 3, 2), (16, 32, 64, 1, 1)]
QUICK = (5, 3, 4, 3, 1)


@dataclass(frozen=True)
class Layer:
    """Images, (batch, height, width, channels), a layer's kernel and stride, and a cotangent."""

    images: np.ndarray
    kernel: np.ndarray
    stride: int
    cotangent: np.ndarray


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return a benchmark for each shape, or of one small one where `quick`."""
    batch = 2 if quick else 32
    return [_benchmark(batch, *shape) for shape in ([QUICK] if quick else SHAPES)]


def _benchmark(batch: int, side: int, channels: int, kernels: int, size: int, stride: int) -> Any:
    random = np.random.default_rng(0)
    out = -(-side // stride)
    shapes = (batch, side, side, channels), (size, size, channels, kernels)
    images, kernel = (random.standard_normal(shape, dtype=np.float32) for shape in shapes)
    cotangent = random.standard_normal((batch, out, out, kernels), dtype=np.float32)
    layer = Layer(images, kernel, stride, cotangent)
    products = 3 * cotangent.size * size * size * channels
    return Benchmark(
        f"Convolution {size} × {size}, stride {stride}, {batch} × {side} × {side} × {channels} to "
        f"{kernels}, forward and back",
        ours=partial(our_side, layer),
        peers={
            "PyTorch": partial(torch_side, layer, "contiguous_format"),
            "PyTorch channels-last": partial(torch_side, layer, "channels_last"),
        },
        floor=lambda: Floor(
            products / multiply_add_rate(), f"{products:,} multiply–adds at the rate without memory"
        ),
        builds=False,
    )


def our_side(layer: Layer) -> Side:
    """Return the gradient of the kernel; that of the images is found, too."""
    x, kernel = (Tensor(a, requires_grad=True) for a in (layer.images, layer.kernel))

    def run() -> np.ndarray:
        y = operations.conv2d(
            x, kernel, strides=layer.stride, padding="same", activation="threshold_linear"
        )
        return gradients(y, [x, kernel], layer.cotangent)[1]

    return Side(run)


def torch_side(layer: Layer, layout: str) -> Side:
    """As ours, in one of the orders in which PyTorch keeps images."""
    torch = load("torch")
    order = getattr(torch, layout)

    def ordered(array: np.ndarray, *axes: int) -> Any:
        return torch.from_numpy(array).permute(axes).contiguous(memory_format=order)

    x = ordered(layer.images, 0, 3, 1, 2).requires_grad_()
    kernel = ordered(layer.kernel, 3, 2, 0, 1).requires_grad_()
    cotangent = ordered(layer.cotangent, 0, 3, 1, 2)
    border = layer.kernel.shape[0] // 2

    def run() -> np.ndarray:
        y = torch.relu(torch.conv2d(x, kernel, stride=layer.stride, padding=border))
        found = torch.autograd.grad(y, [x, kernel], cotangent)[1]
        answer: np.ndarray = found.permute(2, 3, 1, 0).numpy()
        return answer

    return Side(run)
