"""Optimizers: how a step follows from the gradients.  Words, defaults and formulas are Keras 3's.

A parameter's step is one pass over it: what is kept of it, its gradient and itself are read and
written once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from .. import kernels
from ..errors import InputError, one_name, unknown
from ..kernels import rules
from ..timing import real
from .engines import engine
from .placed import Placed

# Below it a number is 0 in what is kept from step to step: denormals are many times slower.
TINY = {np.dtype(np.float32): 1e-30, np.dtype(np.float64): 1e-300}

# What Keras's optimizers take beside these, and where it is without effect.
UNSUPPORTED: dict[str, tuple[Any, ...]] = {
    "weight_decay": (None,),
    "clipnorm": (None,),
    "clipvalue": (None,),
    "global_clipnorm": (None,),
    "use_ema": (False,),
    "ema_momentum": (0.99,),
    "ema_overwrite_frequency": (None,),
    "loss_scale_factor": (None,),
    "gradient_accumulation_steps": (None,),
    "amsgrad": (False,),
    "centered": (False,),
}


class Trainable(Protocol):
    """A parameter as optimizers see it: an array that is written in place, with a name."""

    @property
    def array(self) -> np.ndarray:
        """Its values, float32 or float64, C-contiguous."""

    @property
    def here(self) -> Any:
        """Its values on the device where operations run, written in place."""

    @property
    def path(self) -> str:
        """What it is called in messages and in `Optimizer.state`."""

    @property
    def trainable(self) -> bool:
        """Whether it learns."""


class Optimizer(ABC):
    """What all optimizers share: a learning rate, a count of steps, and what is kept of parameters.

    Parameters
    ----------
    learning_rate
        α > 0; `lr` is an old spelling of it.
    decay
        An old option: the rate of step t, counted from 0, is α/(1 + decay·t).

    Attributes
    ----------
    iterations : steps taken
    clock : where a card counts them, while `clocks` sees to it; else None
    parameters : those that learn, in the order of `apply`'s gradients; empty before `build`
    """

    # Whether Keras keeps all of one parameter together, or all of one kind.
    by_parameter: ClassVar[bool] = False

    def __init__(self, given: Mapping[str, Any], others: Mapping[str, Any]) -> None:
        named = dict(others)
        options = dict(given)
        if "lr" in named:
            options["learning_rate"] = named.pop("lr")
        self._decay = _number(self, "decay", named.pop("decay", 0.0))
        if self._decay < 0:
            raise InputError(f"{self}: decay must be 0 or more (got {self._decay})")
        named.pop("name", None)  # Keras's configurations have one
        for name, value in named.items():
            self._refuse(name, value, [*options, "lr", "decay"])
        self.learning_rate = options.pop("learning_rate")
        self.options: dict[str, Any] = options
        self.iterations = 0
        self.parameters: tuple[Trainable, ...] = ()
        self._shapes: list[tuple[int, ...]] = []
        self._kept: dict[str, list[Placed]] = {}
        self._held: list[tuple[np.ndarray, kernels.Prepared]] = []
        self.clock: Any = None

    def _refuse(self, name: str, value: Any, known: Sequence[str]) -> None:
        """Raise InputError for an option that is not here, unless it is without effect."""
        if name not in UNSUPPORTED:
            raise InputError(f"{self}: {unknown('option', name, known, most=len(known))}")
        if value not in UNSUPPORTED[name]:
            raise InputError(
                f"{self}: {name}={value!r} is not supported; it takes {', '.join(known)}"
            )

    @property
    def learning_rate(self) -> float:
        """α; schedules set it."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        rate = _number(self, "learning_rate", value)
        if rate <= 0:
            raise InputError(f"{self}: learning_rate must be above 0 (got {rate})")
        self._learning_rate = rate

    @property
    def lr(self) -> float:
        """The learning rate, in its old spelling."""
        return self.learning_rate

    @lr.setter
    def lr(self, value: float) -> None:
        self.learning_rate = value

    @property
    def kept(self) -> tuple[str, ...]:
        """What is kept of each parameter, in Keras's words and order."""
        return ()

    @property
    def decay(self) -> float:
        """By how much of 1/α it slows down a step; 0 where that option was not given."""
        return self._decay

    def moments(self, kind: str) -> list[np.ndarray]:
        """Return what of a kind is kept of each parameter: flat arrays, which may be written to."""
        return [placed.home for placed in self._kept[kind]]

    @property
    def placed(self) -> list[Placed]:
        """All that is kept, wherever it is."""
        return [placed for kept in self._kept.values() for placed in kept]

    def build(self, parameters: Sequence[Trainable]) -> None:
        """Take the parameters that learn, and begin anew: nothing is kept yet, no step was taken.

        Raises
        ------
        InputError
            Two of one name, or one that is no C-contiguous array of float32 or float64.
        """
        learning = tuple(p for p in parameters if p.trainable)
        names: set[str] = set()
        for parameter in learning:
            array = parameter.array
            if array.dtype not in TINY or not array.flags.c_contiguous:
                raise InputError(
                    f"{self}: parameter {parameter.path!r} must be a C-contiguous array of float32 "
                    f"or float64 (got {array.dtype}, strides {array.strides})"
                )
            if parameter.path in names:
                raise InputError(
                    f"{self}: two parameters are called {parameter.path!r}; names must differ"
                )
            names.add(parameter.path)
        self.parameters = learning
        self.iterations = 0
        self._kept = {
            kind: [Placed(np.zeros(p.array.size, p.array.dtype)) for p in learning]
            for kind in self.kept
        }
        self._shapes = [p.array.shape for p in learning]
        self._held = [self._hold(number) for number in range(len(learning))]

    def _hold(self, number: int) -> tuple[np.ndarray, kernels.Prepared]:
        """Return a parameter's array; and that, flat, with what is kept of it, as kernels take it.

        Python would spend more on a small parameter's arguments than its step takes.
        """
        array = self.parameters[number].array
        kept = [placed[number].home for placed in self._kept.values()]
        return array, kernels.Prepared((array.reshape(-1), *kept))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_held": [], "clock": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Hold the arrays of a copy, or of another process, which stand elsewhere."""
        self.__dict__.update(state)
        self._held = [self._hold(number) for number in range(len(self.parameters))]

    def apply(self, gradients: Sequence[np.ndarray]) -> None:
        """Take a step: write to each parameter, given its gradient, in the order of `parameters`.

        Raises
        ------
        InputError
            Not a gradient for each, or one of another shape than its parameter.
        """
        if len(gradients) != len(self.parameters):
            raise InputError(
                f"{self}: {len(gradients)} gradients for {len(self.parameters)} parameters that "
                "learn; build() takes the parameters, apply() one gradient for each"
            )
        for parameter, shape, gradient in zip(
            self.parameters, self._shapes, gradients, strict=True
        ):
            if gradient.shape != shape:
                raise InputError(
                    f"{self}: a gradient of shape {gradient.shape} does not fit parameter "
                    f"{parameter.path!r} of shape {shape}"
                )
        on = engine()
        if on.is_card:
            rate = self._clock_on_card()
            self._begin_on_card(on.kernels, rate)
        else:
            rate = np.float64(rules.rate_at(self.learning_rate, self._decay, self.iterations))
        self.iterations += 1
        for number, gradient in enumerate(gradients):
            array, held = self._held_on_card(number) if on.is_card else self._held_here(number)
            flat = on.xp.ascontiguousarray(on.take(gradient), array.dtype).reshape(-1)
            self._step(on.kernels, held, flat, rate, array.dtype.type, TINY[array.dtype])

    def _clock_on_card(self) -> Any:
        """Return where a card counts the steps: set now, where nobody else sees to it."""
        if self.clock is not None:
            return self.clock
        kernels = engine().kernels
        clock = kernels.new_clock()
        kernels.set_clock(clock, self.learning_rate, self._decay, self.iterations)
        return clock

    def _begin_on_card(self, do: Any, clock: Any) -> None:  # noqa: B027 - most have nothing to do
        """Do what a step begins with on a card, once for all parameters."""

    def _held_here(self, number: int) -> tuple[np.ndarray, kernels.Prepared]:
        """Return what `_hold` does, made anew where the parameter has another array since."""
        for placed in self._kept.values():
            placed[number].home  # noqa: B018 - they come home where they were on a card
        if self.parameters[number].array is not self._held[number][0]:
            self._held[number] = self._hold(number)
        return self._held[number]

    def _held_on_card(self, number: int) -> tuple[Any, Any]:
        """Return a parameter's array on the card, and that, flat, with what is kept of it."""
        array = self.parameters[number].here
        kept = (placed[number].here for placed in self._kept.values())
        return array, (array.reshape(-1), *kept)

    @abstractmethod
    def _step(
        self, do: Any, held: Any, gradient: np.ndarray, rate: Any, real: Any, tiny: float
    ) -> None:
        """Write to flat weights, and to what is kept of them, all of the type `real`.

        Parameters
        ----------
        do
            The kernels, of the device where the arrays are.
        held, gradient
            Weights and what is kept of them; their gradient.
        rate
            That of the step, or on a card its clock.
        tiny
            What is smaller is kept as 0.
        """

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same optimizer again, in Keras's words."""
        config = {"name": type(self).__name__.lower(), "learning_rate": self.learning_rate}
        return {**config, **self.options, **({"decay": self._decay} if self._decay else {})}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Return the optimizer of a configuration, Keras's among them.

        Raises
        ------
        InputError
            As the constructor.
        """
        return cls(**config)

    def state(self) -> dict[str, np.ndarray]:
        """Return copies of what changes: the iterations, the rate, and what is kept by parameter.

        The names are Keras's: "iterations", "learning_rate", then "dense_kernel_momentum" of a
        parameter "dense/kernel".
        """
        found = {
            "iterations": np.array(self.iterations),
            "learning_rate": np.array(self.learning_rate),
        }
        for name, _, kept, shape in self._variables():
            found[name] = kept.read().reshape(shape).copy()
        return found

    def restore(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from a `state` of an optimizer that was built with the same parameters.

        Raises
        ------
        InputError
            A name that is missing or not known, or an array of another shape.
        """
        variables = list(self._variables())
        names = ["iterations", "learning_rate", *(name for name, *_ in variables)]
        for name in state:
            if name not in names:
                raise InputError(f"{self}: {unknown('variable', name, names)}")
        for name in names:
            if name not in state:
                raise InputError(f"{self}: the state has no {name!r}")
        for name, parameter, _, shape in variables:
            if np.shape(state[name]) != shape:
                raise InputError(
                    f"{self}: {name!r} of shape {np.shape(state[name])} does not fit parameter "
                    f"{parameter!r} of shape {shape}"
                )
        self.iterations = int(state["iterations"])
        self.learning_rate = float(state["learning_rate"])
        for name, _, kept, shape in variables:
            kept.home.reshape(shape)[...] = state[name]

    def _variables(self) -> list[tuple[str, str, Placed, tuple[int, ...]]]:
        """Return name, parameter, numbers and shape of all that is kept."""
        return [
            (f"{p.path.replace('/', '_')}_{kind}", p.path, placed, shape)
            for kind, kept in self._kept.items()
            for p, placed, shape in zip(self.parameters, kept, self._shapes, strict=True)
        ]

    def variables(self) -> list[np.ndarray]:
        """Return what is kept, to be written in place, in the order of Keras's files."""
        return [placed.home.reshape(shape) for placed, shape in self._ordered()]

    def read(self) -> list[np.ndarray]:
        """Return what is kept, not to be written to; in the order of Keras's files."""
        return [placed.read().reshape(shape) for placed, shape in self._ordered()]

    def _ordered(self) -> list[tuple[Placed, tuple[int, ...]]]:
        """Return all that is kept with its shape, in the order of Keras's files."""
        by_kind = [list(zip(kept, self._shapes, strict=True)) for kept in self._kept.values()]
        ordered = zip(*by_kind, strict=True) if self.by_parameter else by_kind
        return [one for several in ordered for one in several]

    def _fraction(self, name: str) -> None:
        """Raise InputError unless an option lies in [0, 1)."""
        value = _number(self, name, self.options[name])
        if not 0 <= value < 1:
            raise InputError(f"{self}: {name} must be at least 0 and below 1 (got {value})")
        self.options[name] = value

    def _positive(self, name: str) -> None:
        """Raise InputError unless an option is above 0."""
        value = _number(self, name, self.options[name])
        if value <= 0:
            raise InputError(f"{self}: {name} must be above 0 (got {value})")
        self.options[name] = value

    def __str__(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        settings = {name: value for name, value in self.get_config().items() if name != "name"}
        return f"{self}({', '.join(f'{name}={value!r}' for name, value in settings.items())})"


class SGD(Optimizer):
    """Gradient descent, with momentum if that is above 0 (`kernels.rules.descended`).

    Parameters
    ----------
    learning_rate
        α.
    momentum
        μ, in [0, 1).
    nesterov
        Whether the gradient is that of the place where momentum alone would lead.
    others
        `lr` and `decay`, old spellings.

    Raises
    ------
    InputError
        Numbers outside their range; an option of Keras's that is not supported.
    """

    @one_name("lr", "learning_rate")
    def __init__(
        self,
        learning_rate: float = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        **others: Any,
    ) -> None:
        given = {"learning_rate": learning_rate, "momentum": momentum, "nesterov": nesterov}
        super().__init__(given, others)
        self._fraction("momentum")
        if not isinstance(nesterov, bool):
            raise InputError(f"{self}: nesterov must be True or False (got {nesterov!r})")

    @property
    def kept(self) -> tuple[str, ...]:
        """The momentum, where there is one."""
        return ("momentum",) if self.options["momentum"] else ()

    def _step(
        self, do: Any, held: Any, gradient: np.ndarray, rate: Any, real: Any, tiny: float
    ) -> None:
        momentum = self.options["momentum"]
        if momentum:
            nesterov = int(self.options["nesterov"])
            do.step_sgd(held, gradient, rate, real(momentum), nesterov, real(tiny))
        else:
            do.step_plainly(held, gradient, rate)


class RMSprop(Optimizer):
    """Each gradient over the root of its mean square (`kernels.rules.rmsprop`).

    Parameters
    ----------
    learning_rate
        α.
    rho
        ρ, in [0, 1): how much of the mean stays each step.
    momentum
        μ, in [0, 1).
    epsilon
        ε > 0, inside of the root.
    others
        `lr` and `decay`, old spellings.

    Raises
    ------
    InputError
        Numbers outside their range; an option of Keras's that is not supported.
    """

    @one_name("lr", "learning_rate")
    def __init__(
        self,
        learning_rate: float = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        **others: Any,
    ) -> None:
        given = {"learning_rate": learning_rate, "rho": rho, "momentum": momentum}
        super().__init__({**given, "epsilon": epsilon}, others)
        self._fraction("rho")
        self._fraction("momentum")
        self._positive("epsilon")

    @property
    def kept(self) -> tuple[str, ...]:
        """The mean square, and the momentum where there is one."""
        return ("velocity", "momentum") if self.options["momentum"] else ("velocity",)

    def _step(
        self, do: Any, held: Any, gradient: np.ndarray, rate: Any, real: Any, tiny: float
    ) -> None:
        rho, epsilon = real(self.options["rho"]), real(self.options["epsilon"])
        momentum = self.options["momentum"]
        if momentum:
            do.step_rmsprop_with_momentum(
                held, gradient, rate, rho, real(momentum), epsilon, real(tiny)
            )
        else:
            do.step_rmsprop(held, gradient, rate, rho, epsilon, real(tiny))


class Adam(Optimizer):
    """The mean gradient over the root of the mean square (`kernels.rules.adam`).

    Parameters
    ----------
    learning_rate
        α.
    beta_1, beta_2
        β₁ and β₂, in [0, 1): how much of either mean stays each step.
    epsilon
        ε > 0, outside of the root.
    others
        `lr` and `decay`, old spellings.

    Raises
    ------
    InputError
        Numbers outside their range; an option of Keras's that is not supported.
    """

    by_parameter = True

    @one_name("lr", "learning_rate")
    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **others: Any,
    ) -> None:
        given = {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}
        super().__init__({**given, "epsilon": epsilon}, others)
        self._fraction("beta_1")
        self._fraction("beta_2")
        self._positive("epsilon")

    @property
    def kept(self) -> tuple[str, ...]:
        """The mean gradient, and the mean square."""
        return ("momentum", "velocity")

    def _begin_on_card(self, do: Any, clock: Any) -> None:
        do.correct(clock, self.options["beta_1"], self.options["beta_2"])

    def _step(
        self, do: Any, held: Any, gradient: np.ndarray, rate: Any, real: Any, tiny: float
    ) -> None:
        beta_1, beta_2 = np.float64(self.options["beta_1"]), np.float64(self.options["beta_2"])
        do.step_adam(
            held, gradient, rate, beta_1, beta_2, self.iterations,
            real(self.options["epsilon"]), real(tiny),
        )  # fmt: skip


OPTIMIZERS: dict[str, type[SGD] | type[RMSprop] | type[Adam]] = {
    "sgd": SGD,
    "rmsprop": RMSprop,
    "adam": Adam,
}


def get(optimizer: str | Optimizer) -> Optimizer:
    """Return an optimizer as it is, or the one of a name, in any letter case, with its defaults.

    Raises
    ------
    InputError
        A name that there is not, or anything else.
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not isinstance(optimizer, str):
        is_class = isinstance(optimizer, type) and issubclass(optimizer, Optimizer)
        made = f"; {optimizer.__name__}() makes one" if is_class else ""
        raise InputError(
            f"an optimizer is a name ({', '.join(OPTIMIZERS)}) or one of networks.optimizers "
            f"(got {optimizer!r}){made}"
        )
    if optimizer.lower() not in OPTIMIZERS:
        raise InputError(unknown("optimizer", optimizer.lower(), OPTIMIZERS))
    return OPTIMIZERS[optimizer.lower()]()


def _number(optimizer: Optimizer, name: str, value: Any) -> float:
    """Return a finite number as Python's, or raise InputError."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputError(f"{optimizer}: {name} must be a number (got {value!r})")
    found = real(value)  # infinite where a whole number is beyond all floats
    if not math.isfinite(found):
        raise InputError(f"{optimizer}: {name} must be finite (got {found})")
    return found
