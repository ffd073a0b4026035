"""Recurrent layers: cells that hear what they were a step ago."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from .. import activations, initializers, operations
from ..graph import Shape
from ..tensor import Tensor
from .layer import Layer, known_length, lengths
from .settings import fraction, whole

SEQUENCES = "sequences (batch, time, inputs), as a recurrent layer gives with return_sequences=True"


class _Recurrent(Layer):
    """Cells over a sequence (batch, time, inputs)."""

    gates = 1
    takes_several = False

    def __init__(
        self,
        units: int,
        activation: str = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.units = whole(units, f"{self}: units")
        self.activation = activations.get(activation, f"{self}: activation", activations.TRANSFERS)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer, f"{self}: kernel")
        self.recurrent_initializer = initializers.get(recurrent_initializer, f"{self}: recurrent")
        self.bias_initializer = initializers.get(bias_initializer, f"{self}: bias")
        self.dropout = fraction(dropout, f"{self}: dropout")
        self.recurrent_dropout = fraction(recurrent_dropout, f"{self}: recurrent_dropout")
        self.return_sequences = self.keeps_mask = bool(return_sequences)

    def build(self, input_shape: Shape) -> None:
        """Make the weights from the inputs, those between the cells, and the bias."""
        length = lengths(input_shape, 2, self, SEQUENCES)[-1]
        inputs = known_length(length, self, "how many inputs there are at a step")
        width = self.gates * self.units
        self.kernel = self.add_weight((inputs, width), self.kernel_initializer, "kernel")
        self.recurrent_kernel = self.add_weight(
            (self.units, width), self.recurrent_initializer, "recurrent_kernel"
        )
        self.bias = (
            self.add_weight((width,), self.bias_initializer, "bias") if self.use_bias else None
        )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, time, units), or (None, units)."""
        time = lengths(input_shape, 2, self, SEQUENCES)[0]
        return (None, time, self.units) if self.return_sequences else (None, self.units)

    def join(self, streams: Any, number: int, dtype: np.dtype) -> int:
        """Take two numbers in a network: inputs and cells drop out by different ones."""
        return super().join(streams, number, dtype) + 1

    def _operands(self) -> tuple[Any, Any, Any]:
        """Return both kernels and the bias, zeros where there is none."""
        none = np.zeros(self.gates * self.units, self.dtype)
        bias = self.bias.tensor if self.bias is not None else none
        return self.kernel.tensor, self.recurrent_kernel.tensor, bias

    def _options(self, x: Tensor, training: bool, mask: np.ndarray | None) -> dict[str, Any]:
        samples, _, inputs = x.shape
        return {
            "mask": mask,
            "dropout": self._dropped(samples, inputs, self.dropout, 0) if training else None,
            "recurrent_dropout": (
                self._dropped(samples, self.units, self.recurrent_dropout, 1) if training else None
            ),
            "sequences": self.return_sequences,
        }

    def _dropped(self, samples: int, size: int, rate: float, which: int) -> np.ndarray | None:
        """Return by what inputs or cells are multiplied in training; None where nothing is.

        As in Keras every gate has a mask of its own where cells drop out, else all have one.
        """
        if not rate:
            return None
        several = self.gates > 1 and self.recurrent_dropout > 0
        shape = (self.gates, samples, size) if several else (samples, size)
        streams = self.random()
        return operations.dropout_mask(
            shape, rate, seed=streams.seed, layer=self.number + which, step=streams.now,
            dtype=self.dtype,
        )  # fmt: skip

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "units": self.units,
            "activation": self.activation,
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialized(self.kernel_initializer),
            "recurrent_initializer": initializers.serialized(self.recurrent_initializer),
            "bias_initializer": initializers.serialized(self.bias_initializer),
            "dropout": self.dropout,
            "recurrent_dropout": self.recurrent_dropout,
            "return_sequences": self.return_sequences,
        }


class SimpleRNN(_Recurrent):
    """Cells that hear one another: h(t) = f(x(t)·W + h(t−1)·U + b) (Elman 1990).

    Parameters
    ----------
    units
        How many cells.
    activation
        f by its name, as `Dense` takes it.
    return_sequences
        Whether their activities at every step go out, (batch, time, units), or the last alone.
    dropout, recurrent_dropout
        With which probability an input, or a cell as the others hear it, is silent in training:
        the same ones over a whole sequence (Gal & Ghahramani 2016).
    use_bias, kernel_initializer, recurrent_initializer, bias_initializer
        As `Dense` takes them.
    **settings
        As every `Layer` takes them.
    """

    def call(self, x: Tensor, training: bool, mask: np.ndarray | None) -> Tensor:
        """Return (batch, time, units), or (batch, units)."""
        return operations.simple_rnn(
            x, *self._operands(), activation=activations.TRANSFERS[self.activation],
            **self._options(x, training, mask),
        )  # fmt: skip


class LSTM(_Recurrent):
    """Cells with a memory that gates open and close (Hochreiter & Schmidhuber 1997).

    c(t) = f·c(t−1) + i·tanh(…), h(t) = o·tanh(c(t)), where the gates i, f (Gers et al. 2000) and o
    are logistic; each hears x(t) and h(t−1) by weights of its own.

    Parameters
    ----------
    units
        How many cells.
    activation, recurrent_activation
        ``tanh``, and ``sigmoid`` of the gates; there are no others.
    unit_forget_bias
        Whether the bias of f begins with 1, so that what is kept is kept at first.
    return_sequences
        Whether their activities at every step go out, (batch, time, units), or the last alone.
    dropout, recurrent_dropout
        With which probability an input, or a cell as the others hear it, is silent in training:
        the same ones over a whole sequence (Gal & Ghahramani 2016).
    use_bias, kernel_initializer, recurrent_initializer, bias_initializer
        As `Dense` takes them.
    **settings
        As every `Layer` takes them.
    """

    gates = 4

    def __init__(
        self,
        units: int,
        activation: str = "tanh",
        recurrent_activation: str = "sigmoid",
        use_bias: bool = True,
        unit_forget_bias: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(units, activation, use_bias, **settings)
        if self.activation != "tanh" or recurrent_activation not in ("sigmoid", "logistic"):
            raise InputError(
                f"{self}: an LSTM here has activation 'tanh' and recurrent_activation 'sigmoid' "
                f"(got {activation!r} and {recurrent_activation!r})"
            )
        self.unit_forget_bias = bool(unit_forget_bias)

    def build(self, input_shape: Shape) -> None:
        """Make the weights; gates stand in the order input, forget, cell, output."""
        super().build(input_shape)
        if self.bias is not None and self.unit_forget_bias:
            self.bias.array[self.units : 2 * self.units] = 1

    def call(self, x: Tensor, training: bool, mask: np.ndarray | None) -> Tensor:
        """Return (batch, time, units), or (batch, units)."""
        return operations.lstm(x, *self._operands(), **self._options(x, training, mask))

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "recurrent_activation": "sigmoid",
            "unit_forget_bias": self.unit_forget_bias,
        }
