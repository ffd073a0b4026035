"""Convolution of images with many kernels, bias and activation in one operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ..engines import engine
from ..record import Vjp
from ..tensor import Tensor
from .declaration import operation
from .dense import activation_code
from .windows import Windows, check_images, down_and_across, windows_on


def conv2d(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    strides: int | tuple[int, int] = (1, 1),
    padding: str = "valid",
    activation: str = "identity",
) -> Tensor:
    """f(x ⋆ kernel + bias): each kernel is laid over every place of the images, never mirrored.

    Parameters
    ----------
    x
        Images, (batch, height, width, channels).
    kernel
        (rows, columns, channels, kernels).
    bias
        (kernels,); left out, there is none.
    strides
        From one place to the next, down and across; one number stands for both.
    padding
        "valid": only places within the image.  "same": ⌈n/stride⌉ places along n pixels, with
        zeros around the image, an odd one at the bottom and at the right.
    activation
        f: identity, threshold_linear, logistic, tanh or softplus.

    Returns
    -------
    (batch, places down, places across, kernels).

    Raises
    ------
    InputError
        Shapes that do not fit, a kernel larger than the image where padding is "valid", strides
        that are not whole numbers from 1 on, another padding or activation.
    """
    operands = (x, kernel) if bias is None else (x, kernel, bias)
    return _conv2d(
        *operands,
        strides=down_and_across("conv2d", "strides", strides),
        padding=padding,
        code=activation_code("conv2d", activation),
    )


@operation
def _conv2d(
    *operands: np.ndarray, strides: tuple[int, int], padding: str, code: int
) -> tuple[np.ndarray, Vjp]:
    x, kernel, *biases = operands
    windows = _windows(x, kernel, biases, strides, padding)
    on = engine()
    x, kernel = on.xp.ascontiguousarray(x), on.xp.ascontiguousarray(kernel)
    bias = on.xp.ascontiguousarray(biases[0]) if biases else None
    y = on.convolution.forward(windows, x, kernel, bias, code)

    def vjp(g: np.ndarray) -> tuple:
        cotangent = on.xp.ascontiguousarray(g)
        gradients: tuple = on.convolution.backward(windows, x, kernel, cotangent, y, code)
        return gradients[: len(operands)]

    return y, vjp


def _windows(
    x: np.ndarray, kernel: np.ndarray, biases: list[np.ndarray], strides: tuple[int, int],
    padding: str,
) -> Windows:  # fmt: skip
    """Return where the kernels lie on the images, or raise InputError where they do not fit."""
    check_images("conv2d", x)
    if kernel.ndim != 4 or kernel.shape[2] != x.shape[3] or 0 in kernel.shape:
        raise InputError(
            f"conv2d: images of shape {x.shape} and a kernel of shape {kernel.shape} do not fit; "
            "(batch, height, width, channels) goes with (rows, columns, channels, kernels)"
        )
    if biases and biases[0].shape != kernel.shape[3:]:
        raise InputError(
            f"conv2d: a bias of shape {biases[0].shape} does not fit a kernel of shape "
            f"{kernel.shape}; it has one number a kernel, {kernel.shape[3:]}"
        )
    return windows_on("conv2d", x.shape[1:3], kernel.shape[:2], strides, padding)
