"""Convolutional layers: one small receptive field, the same at every place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import InputError
from .. import activations, initializers, operations
from ..graph import Shape
from ..tensor import Tensor
from .driven import Driven
from .layer import Layer, known_length, lengths
from .settings import pair, whole, word

PADDINGS = ("valid", "same")


class Conv2D(Driven):
    """Sheets of cells that share their weights: f(x ∗ W + b) at every place of an image.

    Parameters
    ----------
    filters
        How many sheets go out.
    kernel_size
        Height and width of a receptive field, or one number for both.
    strides
        By how many places neighbouring cells lie apart.
    padding
        ``valid``: fields lie within the image; ``same``: zeros are put around it, so that with
        stride 1 as many cells go out as came in.
    activation, use_bias, kernel_initializer, bias_initializer
        As `Dense` takes them; W is (height, width, inputs, filters).
    **settings
        As every `Layer` takes them.

    Raises
    ------
    InputError
        Settings that are none; what comes in is no (batch, height, width, channels), or smaller
        than a field.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: str = "valid",
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.filters = whole(filters, f"{self}: filters")
        self.kernel_size = pair(kernel_size, f"{self}: kernel_size")
        self.strides = pair(strides, f"{self}: strides")
        self.padding = word(padding, f"{self}: padding", PADDINGS)
        self.activation = activations.get(activation, f"{self}: activation")
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer, f"{self}: kernel")
        self.bias_initializer = initializers.get(bias_initializer, f"{self}: bias")

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        channels = lengths(input_shape, 3, self, "images (batch, height, width, channels)")[-1]
        inputs = known_length(channels, self, "how many channels there are")
        shape = (*self.kernel_size, inputs, self.filters)
        self.compute_output_shape(input_shape)
        self.kernel = self.add_weight(shape, self.kernel_initializer, "kernel")
        self.bias = (
            self.add_weight((self.filters,), self.bias_initializer, "bias")
            if self.use_bias
            else None
        )

    def answer(self, x: Tensor, transfer: str) -> Tensor:
        """Return the transfer function of x ∗ W + b, (batch, height, width, filters)."""
        return operations.conv2d(
            x,
            self.kernel.tensor,
            self.bias.tensor if self.bias is not None else None,
            strides=self.strides,
            padding=self.padding,
            activation=transfer,
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, height, width, filters)."""
        height, width, _ = lengths(input_shape, 3, self, "images (batch, height, width, channels)")
        return (
            None,
            *places((height, width), self.kernel_size, self.strides, self.padding, self),
            self.filters,
        )

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": list(self.kernel_size),
            "strides": list(self.strides),
            "padding": self.padding,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialized(self.kernel_initializer),
            "bias_initializer": initializers.serialized(self.bias_initializer),
        }


def places(
    image: Shape, window: tuple[int, int], strides: tuple[int, int], padding: str, layer: Layer
) -> list[int | None]:
    """Return at how many places along each axis a window lies, or raise InputError for none."""
    found: list[int | None] = []
    for length, extent, stride in zip(image, window, strides, strict=True):
        if length is None:
            found.append(None)
        elif padding == "same":
            found.append(-(-length // stride))
        elif length < extent:
            raise InputError(
                f"{layer}: an image of {image[0]} × {image[1]} is smaller than its window of "
                f"{window[0]} × {window[1]}; with padding='same' zeros are put around"
            )
        else:
            found.append((length - extent) // stride + 1)
    return found
