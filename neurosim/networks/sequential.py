"""Sequential: layers in a row, each hears the one before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from ..errors import InputError
from .graph import Shape, Symbol, sample_shape
from .layers.layer import Layer
from .model import Model


class Sequential(Model):
    """A network of layers in a row.

    Parameters
    ----------
    layers
        The layers; the first may be an `Input`, which gives the shape of a sample.
    name, seed, dtype
        As `Model` takes them.

    Raises
    ------
    InputError
        What is no layer; shapes that do not fit, with the layer's name.

    Examples
    --------
    >>> from neurosim.networks import Dense, Input, Sequential
    >>> model = Sequential([Input((8,)), Dense(12, activation="relu"), Dense(1)], seed=0)
    >>> model.output_shape
    (None, 1)
    """

    def __init__(
        self,
        layers: Sequence[Layer | Symbol] | None = None,
        name: str | None = None,
        seed: int | None = None,
        dtype: Any = None,
    ) -> None:
        self._begin(name, seed, dtype)
        self._shape: Symbol | None = None
        if layers is not None and not isinstance(layers, Iterable):
            raise InputError(f"{self} takes a list of layers: [{layers!r}], not {layers!r}")
        for layer in layers or ():
            self._take(layer)
        self._extend(self.layers, anew=True)

    def add(self, layer: Layer | Symbol) -> None:
        """Put a layer at the end.

        Raises
        ------
        InputError
            What is no layer, one that stands here already, or an `Input` after the first layer;
            a shape that it does not take.
        """
        count = self.following
        if self._take(layer):
            try:
                self._extend(self.layers[-1:])
            except InputError:
                self.layers.pop()
                self.following = count
                raise

    def _take(self, layer: Layer | Symbol) -> bool:
        """Take a layer, or what comes in, without joining it to the others; say whether it is one.

        Raises
        ------
        InputError
            As `add`, but for the shape.
        """
        if isinstance(layer, Symbol):
            if self.layers or self._shape is not None:
                raise InputError(f"{self}: Input() stands at the beginning, once")
            self._shape = layer
            return False
        if not isinstance(layer, Layer):
            kind = " (an instance: Dense(8), not Dense)" if isinstance(layer, type) else ""
            raise InputError(f"{self}: add() takes a layer{kind} (got {layer!r})")
        if layer is self:
            raise InputError(f"{self}: a network is no layer of itself")
        if layer in self.layers:
            raise InputError(f"{self}: {layer} stands here already; make another one")
        if not self.layers and self._shape is None:
            self._shape = _first_shape(layer)
        self._adopt(layer)
        return True

    @property
    def first_shape(self) -> Symbol | None:
        """What comes in, once it is known."""
        return self._shape

    def get_config(self) -> dict[str, Any]:
        """Return its layers and their settings, without weights, as Keras writes them."""
        from .configuration import sequential_config

        return sequential_config(self)

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return a network of such layers, with first weights of its own.

        Raises
        ------
        InputError
            What is no such configuration, or names layers that are made by code.
        """
        from .construction import sequential_of

        return sequential_of(config)  # type: ignore[return-value]

    def pop(self) -> Layer:
        """Take the last layer away, and return it.

        Raises
        ------
        InputError
            There is none.
        """
        if not self.layers:
            raise InputError(f"{self} has no layer to take away")
        last = self.layers.pop()
        if self.output is not None:
            self._extend(self.layers, anew=True)
        return last

    def build(self, input_shape: Any = None) -> None:
        """Make the weights for an input shape (None, …), where the first layer does not tell it."""
        if self.output is not None:
            return
        if self._shape is None and input_shape is not None:
            if not isinstance(input_shape, Sequence) or not input_shape:
                raise InputError(
                    f"{self}: build takes a shape, as (None, 784) (got {input_shape!r})"
                )
            shape = tuple(input_shape)
            self._shape = Symbol((None, *sample_shape(shape[1:], f"{self}: build")))
        if self._shape is None or not self.layers:
            self.require_built()
        self._extend(self.layers, anew=True)

    def ensure_built(self, input_shape: Any) -> None:
        """Build for data that come."""
        self.build(input_shape)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that goes out where such a one comes in."""
        self.build(input_shape)
        return super().compute_output_shape(input_shape)

    def _extend(self, layers: Sequence[Layer], anew: bool = False) -> None:
        """Join layers to the end, or all of them anew, once the shape of a sample is known."""
        if self._shape is None:
            return
        output = self._shape if anew or self.output is None else self.output
        for layer in self.layers if self.output is None else layers:
            output = layer(output)
        if output is self._shape:  # nothing is left
            self.output, self._plan, self.built = None, [], False
            return
        self._join(self._shape, output)


def _first_shape(layer: Layer) -> Symbol | None:
    """Return the shape of a sample as a first layer gives it; None where it does not."""
    if isinstance(layer, Model) and layer.built and len(layer.inputs) == 1:
        return Symbol(layer.input_shape, dtype=layer.inputs[0].dtype)
    return Symbol(layer.given_shape) if layer.given_shape is not None else None
