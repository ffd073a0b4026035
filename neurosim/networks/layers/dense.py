"""Dense layers: each cell hears all."""

from __future__ import annotations

from typing import Any

from .. import activations, initializers, operations
from ..graph import Shape
from ..tensor import Tensor
from .driven import Driven
from .layer import last_length
from .settings import whole


class Dense(Driven):
    """Cells each of which weighs all inputs: f(x·W + b).

    Parameters
    ----------
    units
        How many cells.
    activation
        f by its name: ``linear``, ``relu``, ``sigmoid``, ``tanh``, ``softplus``, ``softmax``; or
        ``step``, which fires iff its drive is 0 or more (`ThresholdUnits` says how it learns).
    use_bias
        Whether there is b.
    kernel_initializer, bias_initializer
        What W (inputs, units) and b (units,) begin with.
    **settings
        As every `Layer` takes them.

    Raises
    ------
    InputError
        Units that are no whole number from 1, or names that there are not.

    Examples
    --------
    >>> layer = Dense(2, kernel_initializer="ones")
    >>> layer([[1.0, 2.0, 3.0]]).numpy()
    array([[6., 6.]], dtype=float32)
    """

    keeps_mask = True

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.units = whole(units, f"{self}: units")
        self.activation = activations.get(activation, f"{self}: activation")
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer, f"{self}: kernel")
        self.bias_initializer = initializers.get(bias_initializer, f"{self}: bias")

    def build(self, input_shape: Shape) -> None:
        """Make W and b."""
        inputs = last_length(input_shape, self, "how many inputs there are")
        self.kernel = self.add_weight((inputs, self.units), self.kernel_initializer, "kernel")
        self.bias = (
            self.add_weight((self.units,), self.bias_initializer, "bias") if self.use_bias else None
        )

    def answer(self, x: Tensor, transfer: str) -> Tensor:
        """Return the transfer function of x·W + b, (…, units)."""
        bias = self.bias.tensor if self.bias is not None else None
        return operations.dense(x, self.kernel.tensor, bias, activation=transfer)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape with the last axis as long as there are cells."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialized(self.kernel_initializer),
            "bias_initializer": initializers.serialized(self.bias_initializer),
        }
