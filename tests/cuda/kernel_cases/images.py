"""Cases of what is done with images: borders, windows, and pools beside each place."""

from itertools import product

import numpy as np

from neurosim.kernels import tables
from neurosim.kernels.cuda_jit import THREADS
from neurosim.networks.operations.windows import windows_on

from .arguments import CODES, case, near, same, summed

# The first have fewer values than a grid has threads, which share several images.
IMAGES = ((5, 1, 1, 1), (3, 1, 2, 1), (1, 4, 1, 2), (2, 3, 4, 2))
FRAMES = (((0, 0), (0, 0)), ((1, 2), (0, 1)), ((5, 0), (2, 6)))  # before and after, down and across
BORDERS = (tables.ZERO, tables.REFLECT, tables.WRAP)


def framed(shape, widths):
    """A frame as kernels take it, and how many values images have in it."""
    (top, bottom), (left, right) = widths
    frame = top, left, shape[1] + top + bottom, shape[2] + left + right
    return frame, shape[0] * frame[2] * frame[3] * shape[3]


@case(given=product(IMAGES, FRAMES, BORDERS))
def extend_images(a, shape, widths, border):
    frame, size = framed(shape, widths)
    y = a.blank(size)
    a.on.kernels.extend_images(a.normal(*shape).reshape(-1), shape, frame, border, y)
    return [same(y)]


@case(given=product(IMAGES, FRAMES, BORDERS))
def return_to_images(a, shape, widths, border):
    frame, size = framed(shape, widths)
    found = a.blank(int(np.prod(shape)))
    a.on.kernels.return_to_images(a.normal(size), shape, frame, border, found)
    return [summed(found)]


# Size, strides and padding of windows; some lie beyond the border, some over each other.
WINDOWS = (
    ((1, 1), (1, 1), "valid"), ((2, 1), (1, 1), "same"), ((2, 2), (2, 2), "same"),
    ((3, 2), (1, 2), "same"), ((1, 2), (3, 1), "same"),
)  # fmt: skip


@case("pooling.pool_largest", "pooling.return_to_largest", given=product(IMAGES, WINDOWS))
def largest(a, shape, how):
    windows = windows_on("largest", shape[1:3], *how)
    values = a.rng.integers(0, 3, shape).astype(float)  # several are the largest
    values[0, -1, -1, -1] = np.nan
    x, y = a.take(values), a.blank(shape[0], *windows.count, shape[3])
    a.on.pooling.pool_largest(windows, x, y)
    found = a.blank(*shape)
    a.on.pooling.return_to_largest(windows, x, y, a.normal(*y.shape), found)
    return [same(y), same(found)]


@case("pooling.pool_mean", "pooling.return_to_mean", given=product(IMAGES, WINDOWS))
def mean(a, shape, how):
    windows = windows_on("mean", shape[1:3], *how)
    y, found = a.blank(shape[0], *windows.count, shape[3]), a.blank(*shape)
    a.on.pooling.pool_mean(windows, a.normal(*shape), y)
    a.on.pooling.return_to_mean(windows, a.normal(*y.shape), found)
    return [near(y), near(found)]


@case(
    "convolution.forward", "convolution.backward",
    given=[
        (*images, CODES[(k + k // 5) % 5], k % 2 == 0)  # each activation with several windows
        for k, images in enumerate(product(IMAGES, WINDOWS))
    ],
)  # fmt: skip
def convolution(a, shape, how, code, biased):
    windows = windows_on("convolution", shape[1:3], *how)
    x, kernel = a.normal(*shape), a.normal(*windows.size, shape[3], 2)
    y = a.on.convolution.forward(windows, x, kernel, a.normal(2) if biased else None, code)
    gradients = a.on.convolution.backward(windows, x, kernel, a.normal(*y.shape), y, code)
    return [summed(y), *(summed(gradient()) for gradient in gradients)]


@case(
    "divisive.forward",
    given=[
        ((1, 1), 1.0, None), ((1, 3), 2.0, None), ((6, 2), 1.5, None),
        ((3, 5 * THREADS), 1.0, None),  # a whole block shares a place
        ((5, 1, 1, 1), 2.0, (1, 1)), ((2, 3, 4, 2), 1.0, (3, 2)), ((1, 2, 1, 5), 3.0, (5, 3)),
    ],
)  # fmt: skip
def divisive(a, shape, exponent, neighbourhood):
    x, sigma = a.normal(*shape), a.take(0.5 + a.rng.uniform(size=shape[-1]))
    y, vjp = a.on.divisive.forward(x, sigma, exponent, 0.3, neighbourhood)
    by_x, by_sigma = vjp(a.normal(*shape))
    return [summed(y), summed(by_x()), summed(by_sigma())]
