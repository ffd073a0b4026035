"""Networks that learn: tensors with reverse-mode gradients, and the operations on them."""

from . import operations, optimizers
from .operations.declaration import elementwise, operation, rearrangement
from .record import no_gradients
from .tensor import Tensor, gradients

__all__ = [
    "Tensor",
    "elementwise",
    "gradients",
    "no_gradients",
    "operation",
    "operations",
    "optimizers",
    "rearrangement",
]
