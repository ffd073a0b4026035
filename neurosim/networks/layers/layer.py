"""What all layers share: parameters, shapes, a name, a place in a network."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any, ClassVar, ParamSpec, Self

import numpy as np

from ...errors import InputError, unknown
from .. import initializers
from ..graph import Shape, Symbol, is_name, sample_shape
from ..initializers import Initializer
from ..parameters import Parameter, blank
from ..streams import Draws, Streams, fresh_seed
from ..tensor import Tensor, real_numbers

P = ParamSpec("P")

# Settings that every layer takes.
SETTINGS = ("name", "trainable", "dtype", "input_shape", "input_dim", "batch_input_shape")
# What Keras called settings before its second version.
OLDER = {
    "output_dim": "units",
    "nb_filter": "filters",
    "nb_row": "kernel_size",
    "nb_col": "kernel_size",
    "p": "rate",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "bias": "use_bias",
    "subsample": "strides",
    "border_mode": "padding",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
}
# What there is not here, whatever it acts on: the nearest name would lead astray.
NOT_HERE = {
    "regularizer": (
        "regularizers are not here; Dropout() and EarlyStopping() keep a network from learning its "
        "samples by heart"
    ),
    "constraint": "only a layer of one's own has constraints: add_weight(…, constraint=)",
}


class Layer:
    """A function of tensors with parameters of its own.

    A layer of one's own gives `call`; where the shape changes also `compute_output_shape`, and
    where there are weights `build`.  `call` may ask for ``training`` (whether it is) and for
    ``mask`` (which steps of a sequence count, (batch, time), or None; a list of such for a list of
    tensors) by naming them.

    Parameters
    ----------
    name
        What it is called in messages and in the summary; left out, the network numbers it.
    trainable
        Whether training changes its weights.
    dtype
        float32 where nothing is said, or float64.
    input_shape, input_dim, batch_input_shape
        The shape of one sample, its length, or with the number of samples in front, None: older
        ways to say it at a network's first layer, for which there is `Input`.

    Raises
    ------
    InputError
        A setting that it does not have, or a shape that is none.

    Examples
    --------
    >>> class Square(Layer):
    ...     def call(self, x):
    ...         return x * x
    >>> Square()([1.0, 2.0]).numpy()
    array([1., 4.], dtype=float32)
    """

    # Whether what goes out has the same steps in time as what comes in, so that a mask stays.
    keeps_mask: bool = False
    # Whether it is told which steps count.
    hears_masks: ClassVar[bool] = False
    # Whether it may be called on a list; one of one's own may.
    takes_several: ClassVar[bool] = True
    _asks: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._asks = frozenset(signature(cls.call).parameters) & {"training", "mask"}
        cls.hears_masks = cls.hears_masks or "mask" in cls._asks
        if "__init__" in vars(cls):
            cls.__init__ = _named_anew(cls.__init__)  # type: ignore[method-assign]

    def __init__(
        self, *, name: str | None = None, trainable: bool = True, dtype: Any = None, **others: Any
    ) -> None:
        who = type(self).__name__ + (f" {name!r}" if name else "")
        first = {key: others.pop(key) for key in SETTINGS[3:] if key in others}
        for setting in others:
            raise _unknown(type(self), setting, name)
        if name is not None and not is_name(name):
            raise InputError(f"{who}: a layer's name is a word without slashes (got {name!r})")
        self.name = name or ""
        self.parameters: list[Parameter] = []
        self.input_shape: Any = None
        self.output_shape: Any = None
        self.built = False
        self.given_shape = _given_shape(first, who)
        self.streams: Streams | None = None
        self.number = 0
        self._dtype = _real(dtype, who)
        self._trainable = bool(trainable)

    # What a layer is.

    def build(self, input_shape: Any) -> None:
        """Make the parameters for an input shape (None, …), or for several of them."""

    def call(self, *args: Any, **keywords: Any) -> Tensor:
        """Return what the layer makes of a tensor, or of a list of them: call(self, x)."""
        raise NotImplementedError(f"{type(self).__name__} has no call(self, x)")

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that goes out where such a one comes in: the same, if not said."""
        shape: Shape = input_shape
        return shape

    def compute_mask(self, x: Any, mask: Any) -> np.ndarray | None:
        """Return which steps of what goes out count, (batch, time), or None for all."""
        kept: np.ndarray | None = mask if self.keeps_mask else None
        return kept

    def get_config(self) -> dict[str, Any]:
        """Return its settings, with which the class makes the same layer without weights."""
        return {
            "name": self.name or None,
            "trainable": self._trainable,
            "dtype": self.dtype.name,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return a layer of such settings."""
        return cls(**config)

    @classmethod
    def settings(cls) -> tuple[str, ...]:
        """Return the names of all settings that the class takes."""
        asked = [signature(kind.__init__).parameters for kind in cls.__mro__[:-1]]  # type: ignore[misc]
        names = dict.fromkeys(
            name
            for parameters in asked
            for name, parameter in parameters.items()
            if parameter.kind is not parameter.VAR_KEYWORD and name != "self"
        )
        return tuple(dict.fromkeys((*names, *SETTINGS)))

    # Weights.

    @property
    def dtype(self) -> np.dtype:
        """Of its weights."""
        return self._dtype or np.dtype(np.float32)

    def take_dtype(self, dtype: np.dtype) -> None:
        """Take the network's dtype where it was given none of its own."""
        self._dtype = self._dtype or dtype

    def add_weight(
        self,
        shape: Sequence[int],
        initializer: Any = "glorot_uniform",
        name: str = "weight",
        learned: bool = True,
        constraint: Callable[[np.ndarray], None] | None = None,
    ) -> Parameter:
        """Return a new parameter of a shape; `build` calls it.

        Parameters
        ----------
        initializer
            What it begins with.
        learned
            Whether gradients change it.
        constraint
            What makes it admissible at first and after each change, in place.
        """
        made: Initializer = initializers.get(initializer, str(self))
        values = blank(tuple(shape), self.dtype, f"{self}: {name}")
        if values is None:
            draws = Draws(self.random().seed, self.number << 8 | len(self.parameters))
            values = made.values(tuple(shape), draws).astype(self.dtype)
            if constraint is not None:
                constraint(values)
        parameter = Parameter(name, values, learned, constraint)
        parameter.owner = self.name or type(self).__name__
        parameter.frozen = not self._trainable
        self.parameters.append(parameter)
        return parameter

    @property
    def trainable(self) -> bool:
        """Whether training changes its weights."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for parameter in self.parameters:
            parameter.frozen = not self._trainable

    @property
    def weights(self) -> list[Parameter]:
        """Its parameters: learned ones first, as Keras orders them."""
        return [p for p in self.parameters if p.learned] + [
            p for p in self.parameters if not p.learned
        ]

    @property
    def trainable_weights(self) -> list[Parameter]:
        """Those that training changes."""
        return [p for p in self.weights if p.trainable]

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights, in the order of `weights`."""
        return [np.array(parameter.read()) for parameter in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Take other weights, in the order of `weights`.

        Raises
        ------
        InputError
            Another number of arrays, or another shape; then none is taken.
        """
        mine = self.weights
        if not self.built:
            raise InputError(f"{self} has no weights before it is built: give its input shape")
        if isinstance(weights, str | Mapping) or not hasattr(weights, "__len__"):
            raise InputError(f"{self}: set_weights takes a list of arrays (got {weights!r})")
        if len(weights) != len(mine):
            shapes = ", ".join(f"{p.name} {p.shape}" for p in mine) or "none"
            raise InputError(
                f"{self} has {len(mine)} arrays of weights ({shapes}); got {len(weights)}"
            )
        before = [np.array(parameter.read()) for parameter in mine]
        try:
            for parameter, values in zip(mine, weights, strict=True):
                parameter.assign(values)
        except InputError:
            for parameter, values in zip(mine, before, strict=True):
                parameter.array[...] = values
            raise

    def count_params(self) -> int:
        """Return how many numbers its weights have."""
        return sum(math.prod(parameter.shape) for parameter in self.weights)

    # Its use.

    def __call__(self, x: Any, training: bool = False) -> Any:
        """Join the layer to symbols, or apply it to values.

        Parameters
        ----------
        x
            What `Input` or another layer's call returned; or a tensor or array (batch, …).
        training
            Whether it is training: dropout drops cells then.

        Returns
        -------
        A `Symbol`, or a `Tensor`.

        Raises
        ------
        InputError
            Symbols and values at once, a list where one tensor is taken; a shape that does not fit.
        """
        several = isinstance(x, list | tuple) and any(isinstance(v, Symbol | Tensor) for v in x)
        values = list(x) if several else [x]
        if several and not self.takes_several:
            raise InputError(
                f"{self} takes one tensor (got a list of {len(values)}); Add() and Concatenate() "
                "bring several together"
            )
        if any(isinstance(v, Symbol) for v in values):
            if not all(isinstance(v, Symbol) for v in values):
                raise InputError(f"{self}: takes symbols alone, or values alone")
            shapes = [v.shape for v in values]
            shape = self.compute_output_shape(shapes if several else shapes[0])
            return Symbol(shape, self, tuple(values))
        tensors = [v if isinstance(v, Tensor) else Tensor(v, dtype=self._taken(v)) for v in values]
        shapes = [(None, *v.shape[1:]) for v in tensors]
        self.ensure_built(shapes if several else shapes[0])
        answer = self.apply(tensors if several else tensors[0], training, None)
        if training:  # the next call drops other cells
            self.random().step += 1
        return answer

    def apply(self, x: Any, training: bool, mask: Any) -> Tensor:
        """Return `call`'s answer, told what it asks for."""
        told = {"training": training, "mask": mask}
        answer = self.call(x, **{key: told[key] for key in self._asks})
        if not isinstance(answer, Tensor):
            raise InputError(
                f"{self}: call() must return a Tensor (got {type(answer).__name__}); what is made "
                "by neurosim.networks.operations is one"
            )
        return answer

    def ensure_built(self, input_shape: Any) -> None:
        """Build the layer where it is not yet, and note its shapes.

        Raises
        ------
        InputError
            It is built, and for another shape.
        """
        if not self.built:
            self.build(input_shape)
            self.built = True
            self.input_shape = input_shape
            self.output_shape = self.compute_output_shape(input_shape)
        elif self.parameters:
            self._check_fits(input_shape)

    def join(self, streams: Streams, number: int, dtype: np.dtype) -> int:
        """Take a place in a network, and return the number of the next layer."""
        if self.streams is None:
            self.streams, self.number = streams, number
        self.take_dtype(dtype)
        return number + 1

    def random(self) -> Streams:
        """Return where its random numbers come from."""
        if self.streams is None:
            self.streams = Streams(fresh_seed())
        return self.streams

    def _check_fits(self, shape: Any) -> None:
        """Raise InputError unless as many axes come in, the last as long, as it was built for."""
        built = self.input_shape
        if isinstance(built, list):
            return
        if len(shape) != len(built) or shape[-1] != built[-1]:
            raise InputError(f"{self} was built for shape {built} (got shape {shape})")

    def _taken(self, values: Any) -> np.dtype | None:
        """Return the dtype that values from outside are taken with; whole numbers stay."""
        return self.dtype if real_numbers(values, str(self)).dtype.kind == "f" else None

    def __str__(self) -> str:
        kind = type(self).__name__
        return f"{kind} {self.name!r}" if self.name else kind

    def __repr__(self) -> str:
        built = (
            f", built={self.built}" if not self.parameters else f", {self.count_params()} weights"
        )
        return f"<{self}{built}>"


def lengths(shape: Any, axes: int, layer: Layer, meaning: str) -> Shape:
    """Return the shape after the samples' axis, of as many axes, or raise InputError."""
    if isinstance(shape, list) or len(shape) != axes + 1:
        raise InputError(f"{layer} takes {meaning} (got shape {shape})")
    return tuple(shape[1:])


def last_length(shape: Shape, layer: Layer, meaning: str) -> int:
    """Return the last length of a sample, which weights depend on, or raise InputError."""
    if len(shape) < 2:
        raise InputError(
            f"{layer}: the last axis of a sample tells {meaning} (got shape {shape}, samples "
            "without an axis); one sample is a batch of one: x[None]"
        )
    return known_length(shape[-1], layer, meaning)


def known_length(length: int | None, layer: Layer, meaning: str) -> int:
    """Return a length that weights depend on, or raise InputError where it is open."""
    if length is None:
        raise InputError(f"{layer} needs to know {meaning}: give it in the input's shape")
    return length


def snake_case(name: str) -> str:
    """Return a class's name as Keras writes it in files: conv2d, max_pooling2d."""
    apart = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", apart).lower()


def product(shape: Shape) -> int | None:
    """Return how many values a shape has; None where a length is open."""
    known = [length for length in shape if length is not None]
    return math.prod(known) if len(known) == len(shape) else None


def _named_anew(init: Callable[P, None]) -> Callable[P, None]:
    """Say what an older setting is called, before Python says that the newer one is missing."""

    @wraps(init)
    def begun(*args: P.args, **settings: P.kwargs) -> None:
        kind: type[Layer] = type(args[0])  # type: ignore[assignment]
        for setting in settings:
            if setting in OLDER and setting not in kind.settings():
                raise _unknown(kind, setting, settings.get("name"))
        init(*args, **settings)

    return begun


def _unknown(kind: type[Layer], setting: str, name: Any) -> InputError:
    """Return the error of a setting that a class does not have."""
    who = kind.__name__ + (f" {name!r}" if name else "")
    known = kind.settings()
    older = {word: meant for word, meant in OLDER.items() if meant in known}
    what = unknown("setting", setting, known, older, most=len(known))
    missing = NOT_HERE.get(setting.rpartition("_")[2])
    if missing:
        what = f"no setting is called {setting!r}: {missing}"
    return InputError(f"{who}: {what}")


def _given_shape(first: Mapping[str, Any], who: str) -> Shape | None:
    """Return the shape (None, …) that older settings give."""
    given = {key: value for key, value in first.items() if value is not None}
    if len(given) > 1:
        raise InputError(f"{who}: {' and '.join(given)} say the same; give one of them")
    for key, value in given.items():
        if key == "batch_input_shape":
            if not isinstance(value, Sequence) or not value:
                raise InputError(f"{who}: batch_input_shape is as (None, 784) (got {value!r})")
            value = tuple(value)[1:]
        return (None, *sample_shape(value, f"{who}: {key}"))
    return None


def _real(dtype: Any, who: str) -> np.dtype | None:
    if dtype is None:
        return None
    if isinstance(dtype, Mapping):  # how Keras writes it: a policy of that name
        dtype = (dtype.get("config") or {}).get("name")
    try:
        found = np.dtype(dtype)
    except TypeError:
        found = None
    if found is None or found not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise InputError(f"{who}: dtype must be float32 or float64 (got {dtype!r})")
    return found
