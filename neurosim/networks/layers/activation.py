"""An activation as a layer of its own."""

from __future__ import annotations

from typing import Any

from .. import activations
from ..tensor import Tensor
from .layer import Layer


class Activation(Layer):
    """Cells that each answer one input: f(x).

    Parameters
    ----------
    activation
        f by its name, as `Dense` takes it.
    **settings
        As every `Layer` takes them.
    """

    keeps_mask = True
    takes_several = False

    def __init__(self, activation: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.activation = activations.get(activation, f"{self}: activation")

    def call(self, x: Tensor) -> Tensor:
        """Return f(x)."""
        return activations.activate(x, self.activation)

    def drive(self, x: Tensor) -> Tensor:
        """Return what drives the cells, x."""
        return x

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {**super().get_config(), "activation": self.activation}
