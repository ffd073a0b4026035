"""Networks: layers joined by what flows between them, from inputs to one output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import InputError, unknown
from .depths import by_depth
from .graph import Shape, Symbol, in_order
from .layers.layer import Layer, snake_case
from .parameters import Parameter
from .streams import Streams, as_seed, fresh_seed
from .tensor import Tensor


class Network(Layer):
    """Layers that may branch and join; what `Model` trains.

    It is a layer itself, so that networks are built of networks.

    Attributes
    ----------
    layers : each once, those farthest from the output first
    inputs : the symbols of what comes in
    output : that of what goes out; None before the network is built
    seed : as given, or None
    streams : where its random numbers come from
    following : the number that the next layer's random numbers are found by
    """

    def _begin(self, name: str | None, seed: int | None, dtype: Any) -> None:
        Layer.__init__(self, name=name, dtype=dtype)
        self.seed = None if seed is None else as_seed(seed)
        self.streams: Streams = Streams(fresh_seed() if self.seed is None else self.seed)
        self.layers: list[Layer] = []
        self.inputs: list[Symbol] = []
        self.output: Symbol | None = None
        self._plan: list[tuple[Symbol, tuple[Symbol, ...]]] = []
        # What goes out where such shapes come in: networks in networks ask one another often.
        self._shapes: dict[tuple[Shape, ...], Shape] = {}
        self.following = 1

    def _join(self, inputs: Symbol | Sequence[Symbol], output: Symbol) -> None:
        """Take the layers between inputs and an output; build those that are not yet."""
        given: list[Symbol] = list(inputs) if isinstance(inputs, Sequence) else [inputs]
        if not isinstance(output, Symbol) or not all(isinstance(s, Symbol) for s in given):
            raise InputError(
                f"{self} is made from what Input() and layers called on it returned, and has one "
                f"output (got {inputs!r} and {output!r})"
            )
        ordered = in_order([output])
        strangers = [s for s in ordered if s.layer is None and s not in given]
        if strangers:
            raise InputError(
                f"{self}: its output comes from an input of shape {strangers[0].shape} that is "
                "not among its inputs"
            )
        taken = {symbol.layer.name for symbol in ordered if symbol.layer is not None}
        for symbol in given:
            if symbol.name and symbol.name in taken:
                raise InputError(
                    f"{self}: inputs and layers have names of their own, and two are called "
                    f"{symbol.name!r}"
                )
            taken.add(symbol.name or "")
        self.inputs, self.output = given, output
        known = set(self.layers)
        for symbol in ordered:
            if symbol.layer is not None and symbol.layer not in known:
                self._adopt(symbol.layer)
                known.add(symbol.layer)
        for symbol in ordered:
            if symbol.layer is not None:
                shapes = [source.shape for source in symbol.sources]
                several = len(shapes) > 1
                symbol.layer.ensure_built(shapes if several else shapes[0])
        self.layers[:] = [place for place in by_depth(given, output) if isinstance(place, Layer)]
        for layer in self.layers:
            if isinstance(layer, Network):
                for parameter in layer.weights:  # those of two inner networks must differ
                    parameter.owner = (
                        f"{layer.name}/{parameter.owner.removeprefix(f'{layer.name}/')}"
                    )
        last = {source: symbol for symbol in ordered for source in symbol.sources}
        self._plan = [
            (symbol, tuple(s for s in dict.fromkeys(symbol.sources) if last[s] is symbol))
            for symbol in ordered
            if symbol.layer is not None
        ]
        shapes = [symbol.shape for symbol in given]
        self._shapes = {tuple(shapes): output.shape}
        self.input_shape = shapes[0] if len(shapes) == 1 else shapes
        self.output_shape = output.shape
        self.built = True

    def _adopt(self, layer: Layer) -> None:
        """Give a layer its name and its random numbers."""
        taken = {other.name for other in self.layers} | {symbol.name for symbol in self.inputs}
        if layer.name in taken:
            raise InputError(f"{self}: two layers are called {layer.name!r}; give one another name")
        if not layer.name:
            stem = snake_case(type(layer).__name__)
            numbered = (f"{stem}_{number}" for number in range(1, len(taken) + 2))
            layer.name = stem if stem not in taken else next(n for n in numbered if n not in taken)
            for parameter in layer.parameters:  # it was used by itself before
                parameter.owner = layer.name
        self.following = layer.join(self.streams, self.following, self.dtype)
        self.layers.append(layer)

    # As a layer.

    hears_masks = True

    def join(self, streams: Streams, number: int, dtype: np.dtype) -> int:
        """Take a place in another network, and keep its own random numbers."""
        return number + 1

    def build(self, input_shape: Any) -> None:
        """Do nothing: a model is built when it is made."""

    def apply(self, x: Any, training: bool, mask: Any) -> Tensor:
        """Return what flows out where such tensors come in."""
        values = [x] if isinstance(x, Tensor) else list(x)
        self._check_shapes([value.shape for value in values])
        return self.run(values, training, mask)[0]

    def run(
        self,
        values: Sequence[Tensor],
        training: bool = False,
        mask: Any = None,
        drive: bool = False,
        watch: Callable[[Layer, Tensor], None] | None = None,
    ) -> tuple[Tensor, np.ndarray | None]:
        """Return the output, and which of its steps count.

        Parameters
        ----------
        values
            One for each input, (batch, …).
        training
            Whether cells drop out and batches are normalized by themselves.
        mask
            Which steps of the inputs count; a list of such for several inputs.
        drive
            Whether to stop before the last layer's activation.
        watch
            Is shown each layer and what flows out of it.
        """
        output = self.require_built()
        masks = mask if isinstance(mask, list) else [mask] * len(values)
        flows: dict[Symbol, tuple[Tensor, np.ndarray | None]] = dict(
            zip(self.inputs, zip(values, masks, strict=True), strict=True)
        )
        for symbol, spent in self._plan:
            layer = symbol.layer
            assert layer is not None
            heard = [flows[source] for source in symbol.sources]
            x: Any
            told: Any  # of several branches, a list like that of their values
            x, told = map(list, zip(*heard, strict=True)) if len(heard) > 1 else heard[0]
            if isinstance(layer, Network):  # whose inner layers say which steps count
                flows[symbol] = layer.run(x if isinstance(x, list) else [x], training, told)
            elif drive and symbol is output:
                flows[symbol] = layer.drive(x), layer.compute_mask(x, told)  # type: ignore[attr-defined]
            else:
                flows[symbol] = layer.apply(x, training, told), layer.compute_mask(x, told)
            if watch is not None:
                watch(layer, flows[symbol][0])
            for source in spent:
                del flows[source]
        return flows[output]

    def order(self) -> list[Symbol]:
        """Return what flows out of its layers, each after what they hear."""
        return [symbol for symbol, _ in self._plan]

    def every_stream(self) -> list[Streams]:
        """Return where the random numbers of the network and of all layers come from, each once.

        A layer that stands in another network too keeps that one's; so do those of an inner one.
        """
        found: list[Streams] = []
        ahead: list[Layer] = [self]
        while ahead:
            layer = ahead.pop()
            ahead.extend(getattr(layer, "layers", ()))
            if layer.streams is not None and not any(layer.streams is one for one in found):
                found.append(layer.streams)
        return found

    def require_built(self) -> Symbol:
        """Return the output's symbol, or raise InputError where there is none yet."""
        if self.output is None:
            raise InputError(
                f"{self} is not built: give its first layer the shape of a sample by Input(shape), "
                "or call build(), or fit() it"
            )
        return self.output

    def _check_shapes(self, shapes: Sequence[Shape]) -> None:
        """Raise InputError unless there is a shape for each input, and fits it."""
        self.require_built()
        if len(shapes) != len(self.inputs):
            several = "s" * (len(self.inputs) > 1)
            raise InputError(f"{self} takes {len(self.inputs)} input{several} (got {len(shapes)})")
        for symbol, shape in zip(self.inputs, shapes, strict=True):
            fits = len(shape) == len(symbol.shape) and all(
                n is None or m is None or n == m
                for n, m in zip(symbol.shape[1:], shape[1:], strict=True)
            )
            if not fits:
                raise InputError(f"{self} takes shape {symbol.shape} (got shape {shape})")

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that goes out where such ones come in."""
        output = self.require_built()
        given = input_shape if isinstance(input_shape, list) else [input_shape]
        self._check_shapes(given)
        shapes = tuple(map(tuple, given))
        if shapes in self._shapes:
            return self._shapes[shapes]
        flows: dict[Symbol, Shape] = dict(zip(self.inputs, shapes, strict=True))
        for symbol, _ in self._plan:
            heard = [flows[source] for source in symbol.sources]
            assert symbol.layer is not None
            flows[symbol] = symbol.layer.compute_output_shape(heard if len(heard) > 1 else heard[0])
        self._shapes[shapes] = flows[output]
        return flows[output]

    # Its weights.

    @property
    def weights(self) -> list[Parameter]:
        """The parameters of all layers, layer by layer, as Keras orders them."""
        return list(dict.fromkeys(p for layer in self.layers for p in layer.weights))

    @property
    def trainable(self) -> bool:
        """Whether training changes any of its weights' layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self.layers:
            layer.trainable = value

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or its place.

        Raises
        ------
        InputError
            There is none; both are given, or neither.
        """
        if (name is None) == (index is None):
            raise InputError(f"{self}: get_layer takes a name or an index")
        if index is not None:
            number = isinstance(index, int | np.integer) and not isinstance(index, bool)
            if not number or not -len(self.layers) <= index < len(self.layers):
                raise InputError(f"{self} has {len(self.layers)} layers (got index {index!r})")
            return self.layers[index]
        names = {layer.name: layer for layer in self.layers}
        if name not in names:
            raise InputError(f"{self}: {unknown('layer', str(name), names)}")
        return names[name]

    def summary(self, print_fn: Callable[[str], object] = print) -> None:
        """Print its layers, what goes out of each, and how many weights it has."""
        from .summary import summary

        print_fn(summary(self))
