"""Dropout: cells that are silent by chance while the network learns."""

from __future__ import annotations

from typing import Any

from .. import operations
from ..tensor import Tensor
from .layer import Layer
from .settings import fraction


class Dropout(Layer):
    """Each value is silenced with a probability while training, the others are raised for it.

    Srivastava et al. (2014).  Otherwise it passes on what comes in.

    Parameters
    ----------
    rate
        The probability, from 0 to below 1.
    **settings
        As every `Layer` takes them.
    """

    keeps_mask = True
    takes_several = False

    def __init__(self, rate: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.rate = fraction(rate, f"{self}: rate")

    def call(self, x: Tensor, training: bool) -> Tensor:
        """Return x with some values silenced, the others divided by 1 − rate, in training."""
        if not training or not self.rate:
            return x
        streams = self.random()
        return operations.dropout(
            x, self.rate, seed=streams.seed, layer=self.number, step=streams.now
        )

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {**super().get_config(), "rate": self.rate}
