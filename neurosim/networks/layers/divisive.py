"""Divisive normalization: each cell's activity over that of the cells around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import InputError
from .. import initializers, operations
from ..constraints import AtLeast
from ..graph import Shape
from ..tensor import Tensor
from .layer import Layer, last_length, lengths
from .settings import pair, positive

LEAST = 1e-3  # σ, so that nothing is divided by 0


class DivisiveNormalization(Layer):
    """[x]₊ⁿ/(σⁿ + w·Σ[x]₊ⁿ), with σ learned (Heeger 1992; Carandini & Heeger 2012).

    The sum is over a pool: all cells of the sample, or of an image all channels in a neighbourhood.
    So what a cell says is how active it is beside the others, whatever the contrast; σ is where
    that begins.  As a layer that is trained: Ren et al. (2017).

    Parameters
    ----------
    pool
        Rows and columns of the neighbourhood of images (batch, height, width, channels), or one
        number for both; beyond the border the image is reflected.  Left out, the pool is all
        channels of a place, which are all cells where samples are vectors.
    exponent
        n, 1 or more.
    weight
        w, of each cell of the pool; left out, 1 over their number, which makes the sum a mean.
        With 1 (and n = 1) two cells answer E/(σ + E + I) and I/(σ + E + I).
    semi_saturation_initializer
        What σ (channels,) begins with; it stays at least 0.001.
    **settings
        As every `Layer` takes them.

    Attributes
    ----------
    semi_saturation : σ, once it is built
    pool_weight : w, once it is built

    Raises
    ------
    InputError
        Settings that are none; a neighbourhood where no images come in.

    Examples
    --------
    >>> layer = DivisiveNormalization(weight=1.0)
    >>> layer([[3.0, 1.0, 0.0]]).numpy()
    array([[0.6, 0.2, 0. ]], dtype=float32)
    """

    takes_several = False

    def __init__(
        self,
        pool: int | Sequence[int] | None = None,
        exponent: float = 1.0,
        weight: float | None = None,
        semi_saturation_initializer: Any = "ones",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.pool = None if pool is None else pair(pool, f"{self}: pool")
        self.exponent = positive(exponent, f"{self}: exponent")
        if self.exponent < 1:
            raise InputError(
                f"{self}: exponent must be 1 or more, or the slope at 0 is infinite "
                f"(got {exponent!r})"
            )
        self.weight = None if weight is None else positive(weight, f"{self}: weight")
        self.semi_saturation_initializer = initializers.get(
            semi_saturation_initializer, f"{self}: semi_saturation"
        )

    def build(self, input_shape: Shape) -> None:
        """Make σ."""
        if self.pool is not None:
            lengths(input_shape, 3, self, "images (batch, height, width, channels), to pool over")
        channels = last_length(input_shape, self, "how many channels there are")
        rows, columns = self.pool or (1, 1)
        self.pool_weight = self.weight or 1 / (rows * columns * channels)
        self.semi_saturation = self.add_weight(
            (channels,), self.semi_saturation_initializer, "semi_saturation",
            constraint=AtLeast(LEAST),
        )  # fmt: skip

    def call(self, x: Tensor) -> Tensor:
        """Return the activities normalized, of the same shape."""
        return operations.divisive_normalization(
            x, self.semi_saturation.tensor, exponent=self.exponent, weight=self.pool_weight,
            neighbourhood=self.pool,
        )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "pool": None if self.pool is None else list(self.pool),
            "exponent": self.exponent,
            "weight": self.weight,
            "semi_saturation_initializer": initializers.serialized(
                self.semi_saturation_initializer
            ),
        }
