"""Pooling layers: one value for a neighbourhood, as complex cells have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import operations
from ..graph import Shape
from ..tensor import Tensor
from .convolution import PADDINGS, places
from .layer import Layer, lengths
from .settings import pair, word

IMAGES = "images (batch, height, width, channels)"


class _Pooling2D(Layer):
    """One value for each window of an image, channel by channel."""

    takes_several = False

    def __init__(
        self,
        pool_size: int | Sequence[int] = (2, 2),
        strides: int | Sequence[int] | None = None,
        padding: str = "valid",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.pool_size = pair(pool_size, f"{self}: pool_size")
        self.strides = pair(pool_size if strides is None else strides, f"{self}: strides")
        self.padding = word(padding, f"{self}: padding", PADDINGS)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, height, width, channels)."""
        height, width, channels = lengths(input_shape, 3, self, IMAGES)
        fitting = places((height, width), self.pool_size, self.strides, self.padding, self)
        return (None, *fitting, channels)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "pool_size": list(self.pool_size),
            "strides": list(self.strides),
            "padding": self.padding,
        }


class MaxPooling2D(_Pooling2D):
    """The largest value of each window of an image, channel by channel.

    Parameters
    ----------
    pool_size
        Height and width of a window, or one number for both.
    strides
        By how many places windows lie apart; left out, side by side.
    padding
        ``valid``: windows lie within the image; ``same``: they may stand over, and what lies
        outside counts for nothing.
    **settings
        As every `Layer` takes them.
    """

    def call(self, x: Tensor) -> Tensor:
        """Return the largest value of each window."""
        return operations.max_pool2d(x, self.pool_size, self.strides, padding=self.padding)


class AveragePooling2D(_Pooling2D):
    """The mean of each window of an image, channel by channel.

    Parameters
    ----------
    pool_size
        Height and width of a window, or one number for both.
    strides
        By how many places windows lie apart; left out, side by side.
    padding
        ``valid``: windows lie within the image; ``same``: they may stand over, and what lies
        outside counts for nothing.
    **settings
        As every `Layer` takes them.
    """

    def call(self, x: Tensor) -> Tensor:
        """Return the mean of each window."""
        return operations.average_pool2d(x, self.pool_size, self.strides, padding=self.padding)


class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole image.

    Parameters
    ----------
    **settings
        As every `Layer` takes them.
    """

    takes_several = False

    def call(self, x: Tensor) -> Tensor:
        """Return (batch, channels)."""
        return operations.mean(x, axis=(1, 2))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, channels)."""
        return (None, lengths(input_shape, 3, self, IMAGES)[-1])
