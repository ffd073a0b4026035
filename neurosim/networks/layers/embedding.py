"""Embedding: words, given by number, as vectors that are learned."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from .. import initializers, operations
from ..engines import engine, to_host
from ..graph import Shape
from ..tensor import Tensor
from .layer import Layer
from .settings import whole


class Embedding(Layer):
    """A row of a table for each whole number, which may come as a float, as from a file of text.

    Parameters
    ----------
    input_dim
        How many words there are: numbers from 0 to input_dim − 1 come in.
    output_dim
        How long a row is.
    embeddings_initializer
        What the table (input_dim, output_dim) begins with.
    mask_zero
        Whether 0 is no word but padding, which later layers pass over.
    **settings
        As every `Layer` takes them.

    Raises
    ------
    InputError
        Settings that are none; in use, numbers that are no words.
    """

    takes_several = False

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        mask_zero: bool = False,
        input_length: int | None = None,
        **settings: Any,
    ) -> None:
        if input_length is not None:  # an older way to give the shape
            settings.setdefault("input_shape", (input_length,))
        super().__init__(**settings)
        self.input_dim = whole(input_dim, f"{self}: input_dim")
        self.output_dim = whole(output_dim, f"{self}: output_dim")
        self.embeddings_initializer = initializers.get(embeddings_initializer, f"{self}: table")
        self.mask_zero = bool(mask_zero)

    def build(self, input_shape: Shape) -> None:
        """Make the table."""
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim), self.embeddings_initializer, "embeddings"
        )

    def call(self, x: Tensor) -> Tensor:
        """Return (…, output_dim) for whole numbers (…)."""
        words = x.array
        if words.dtype.kind not in "iu":
            with np.errstate(invalid="ignore"):  # what no int64 holds is not the same then
                words = words.astype(np.int64)
            if engine().doubts((words != x.array).any()):
                raise InputError(f"{self} takes the numbers of words, which are whole")
        try:
            return operations.embedding(words, self.embeddings.tensor)
        except InputError:
            given = to_host(words)
            stranger = given[(given < 0) | (given >= self.input_dim)][0]
            raise InputError(
                f"{self}: there is no word {stranger}; its table has {self.input_dim}, numbered "
                f"from 0 to {self.input_dim - 1}"
            ) from None

    def compute_mask(self, x: Tensor, mask: np.ndarray | None) -> np.ndarray | None:
        """Return where there is a word, where 0 is none."""
        return x.array != 0 if self.mask_zero else None

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (…, output_dim)."""
        return (*input_shape, self.output_dim)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialized(self.embeddings_initializer),
            "mask_zero": self.mask_zero,
        }
