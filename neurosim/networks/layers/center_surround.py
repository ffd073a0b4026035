"""Center and surround: ON and OFF cells with a given receptive field, before all that learns."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from .. import operations
from ..graph import Shape
from ..operations.borders import BORDERS
from ..tensor import Tensor, real_numbers
from .layer import Layer
from .settings import word


class CenterSurround(Layer):
    """Sheets of ON and OFF cells that look at a gray image: [x ∗ k]₊ and [−x ∗ k]₊.

    A cell stands at each pixel.  ON cells answer where their field's weights find it brighter in
    the center, OFF cells where darker (Hartline 1938; Kuffler 1953); half-rectified, the two carry
    all that a linear cell does, in rates of 0 or more.

    Parameters
    ----------
    kernel
        k, the receptive field as drawn: (rows, columns), or (rows, columns, sheets) for fields of
        several kinds, such as differences of Gaussians.  Its middle is over the pixel; with an even
        side, the one left of or above the middle.
    border
        What lies beyond the image: ``reflect`` (a mirror at its edge), ``zero`` or ``wrap``, as in
        `neurosim.convolve`.
    trainable
        Whether training changes k.
    **settings
        As every `Layer` takes them.

    Attributes
    ----------
    kernel : k, (rows, columns, 1, sheets), once it is built

    Raises
    ------
    InputError
        A kernel that is none; what comes in is neither (batch, height, width) nor
        (batch, height, width, 1).

    Examples
    --------
    >>> layer = CenterSurround([[0.0, -0.25, 0.0], [-0.25, 1.0, -0.25], [0.0, -0.25, 0.0]])
    >>> layer([[[0.0, 0.0, 1.0, 1.0]]]).numpy()[0, 0].T  # an edge: ON, then OFF
    array([[0.  , 0.  , 0.25, 0.  ],
           [0.  , 0.25, 0.  , 0.  ]], dtype=float32)
    """

    takes_several = False

    def __init__(
        self, kernel: Any, border: str = "reflect", trainable: bool = False, **settings: Any
    ) -> None:
        super().__init__(trainable=trainable, **settings)
        given = real_numbers(kernel, f"{self}: kernel").astype(np.float64)
        if given.ndim not in (2, 3) or not given.size or not np.isfinite(given).all():
            raise InputError(
                f"{self}: kernel is an array of finite weights (rows, columns) or "
                f"(rows, columns, sheets) (got shape {given.shape})"
            )
        self._given = given
        self.border = word(border, f"{self}: border", tuple(BORDERS))

    def build(self, input_shape: Shape) -> None:
        """Make k, as it was given."""
        self._check_gray(input_shape)
        rows, columns = self._given.shape[:2]
        values = self._given.reshape(rows, columns, 1, -1)
        self.kernel = self.add_weight(values.shape, "zeros", "kernel")
        self.kernel.assign(values)

    def call(self, x: Tensor) -> Tensor:
        """Return the cells' activities, (batch, height, width, 2 · sheets): ON, then OFF."""
        images = x if x.ndim == 4 else x.reshape(*x.shape, 1)
        around = [((n - 1) // 2, n // 2) for n in self._given.shape[:2]]
        extended = operations.extend(images, *around, border=self.border)
        return operations.on_and_off(operations.conv2d(extended, self.kernel.tensor))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (None, height, width, 2 · sheets)."""
        self._check_gray(input_shape)
        sheets = self._given[0, 0].size
        return (*input_shape[:3], 2 * sheets)

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return {
            **super().get_config(),
            "kernel": self._given.tolist(),
            "border": self.border,
        }

    def _check_gray(self, shape: Any) -> None:
        """Raise InputError unless gray images come in."""
        gray = len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)
        if isinstance(shape, list) or not gray:
            raise InputError(
                f"{self} takes gray images (batch, height, width) or (batch, height, width, 1) "
                f"(got shape {shape})"
            )
