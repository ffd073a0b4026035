"""Cells that answer by an activation of what drives them."""

from __future__ import annotations

from .. import activations
from ..tensor import Tensor
from .layer import Layer


class Driven(Layer):
    """A layer whose drive and activation are one operation where they can be.

    Attributes
    ----------
    activation : its name
    """

    takes_several = False
    activation: str

    def call(self, x: Tensor) -> Tensor:
        """Return the cells' activities."""
        if self.activation in activations.APART:
            return activations.activate(self.drive(x), self.activation)
        return self.answer(x, activations.TRANSFERS[self.activation])

    def drive(self, x: Tensor) -> Tensor:
        """Return what drives the cells, before the activation."""
        return self.answer(x, "identity")

    def answer(self, x: Tensor, transfer: str) -> Tensor:
        """Return a transfer function of what drives the cells."""
        raise NotImplementedError
