"""Threshold units: binary cells, which fire or not."""

from __future__ import annotations

from typing import Any

from .. import operations
from ..operations.step import SURROGATES
from ..tensor import Tensor
from .layer import Layer
from .settings import positive, word


class ThresholdUnits(Layer):
    """Cells that answer 1 where x ≥ 0, else 0, and learn by the slope of a surrogate.

    A step's own slope is 0, so nothing would be learned through it; backward it is taken for
    another function's.  The threshold of a cell is minus the bias of the layer before.  As
    ``activation="step"`` other layers have the same cells, with the settings left out here.

    Parameters
    ----------
    surrogate
        Whose slope: ``fast_sigmoid``, 1/(1 + β|x|)² (Zenke & Ganguli 2018; Neftci, Mostafa & Zenke
        2019); ``hard_tanh``, 1 where β|x| ≤ 1 and else 0 (Hubara et al. 2016);
        ``straight_through``, 1 (Bengio, Léonard & Courville 2013).
    steepness
        β: how near to its threshold a cell must be to learn.
    **settings
        As every `Layer` takes them.

    Raises
    ------
    InputError
        Another surrogate; a steepness that is no number over 0.

    Examples
    --------
    >>> ThresholdUnits()([[-0.5, 0.0, 2.0]]).numpy()
    array([[0., 1., 1.]], dtype=float32)
    """

    keeps_mask = True
    takes_several = False

    def __init__(
        self, surrogate: str = "fast_sigmoid", steepness: float = 1.0, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.surrogate = word(surrogate, f"{self}: surrogate", tuple(SURROGATES))
        self.steepness = positive(steepness, f"{self}: steepness")

    def call(self, x: Tensor) -> Tensor:
        """Return 0 and 1."""
        return operations.step(x, surrogate=self.surrogate, steepness=self.steepness)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "surrogate": self.surrogate,
            "steepness": self.steepness,
        }
