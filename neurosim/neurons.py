"""The neurons: frozen records of parameters, and transfer functions by name.

Both kinds sum three channels, excitation E, subtractive inhibition S and divisive inhibition D,
into u = (bias + E − S) / (σ + D).  A `Binary` answers 1 iff u ≥ θ; a `Rate` follows
τ dy/dt = −y + f(gain·(u − θ)).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, Self

import numpy as np

from .errors import CircuitError, unknown
from .exactness import too_large
from .kernels import rules


class TransferKind(NamedTuple):
    """What a transfer function's name stands for."""

    code: int
    parameters: dict[str, float]
    non_negative: bool


TRANSFERS = {
    "identity": TransferKind(rules.IDENTITY, {}, False),
    "step": TransferKind(rules.STEP, {}, True),
    "threshold-linear": TransferKind(rules.THRESHOLD_LINEAR, {}, True),
    "logistic": TransferKind(rules.LOGISTIC, {}, True),
    "tanh": TransferKind(rules.TANH, {}, False),
    "softplus": TransferKind(rules.SOFTPLUS, {}, True),
    "power": TransferKind(rules.POWER, {"exponent": 2.0}, True),
    "naka-rushton": TransferKind(
        rules.NAKA_RUSHTON, {"maximum": 1.0, "semi_saturation": 0.5, "exponent": 2.0}, True
    ),
    "exponential": TransferKind(rules.EXPONENTIAL, {}, True),
}


# Those whose slope f′ learning takes from the answer: `kernels.rules.slope_at_answer`.
SLOPED = ("identity", "threshold-linear", "logistic", "tanh", "softplus")

# What they are called elsewhere.
TRANSFERS_ELSEWHERE = {
    "sigmoid": "'logistic'",
    "relu": "'threshold-linear'",
    "ReLU": "'threshold-linear'",
    "rectified": "'threshold-linear'",
    "linear": "'identity'",
    "heaviside": "'step'",
    "square": "'power'",
    "exp": "'exponential'",
}


@dataclass(frozen=True)
class Transfer:
    """A transfer function f: its name and, for those that have some, its parameters."""

    name: str
    parameters: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.name not in TRANSFERS:
            raise CircuitError(
                unknown("transfer function", str(self.name), TRANSFERS, TRANSFERS_ELSEWHERE)
            )
        defaults = TRANSFERS[self.name].parameters
        values = self.parameters or tuple(defaults.values())
        if len(values) != len(defaults):
            raise CircuitError(
                f"transfer function {self.name!r} takes {len(defaults)} parameters "
                f"({', '.join(defaults) or 'none'}), got {len(values)}"
            )
        for given, parameter in zip(values, defaults, strict=True):
            number = isinstance(given, int | float | np.number)
            if not (number and np.isfinite(given) and given > 0):
                raise CircuitError(
                    f"transfer function {self.name!r}: {parameter} must be finite and above 0 "
                    f"(got {given})"
                )
        object.__setattr__(self, "parameters", tuple(float(v) for v in values))

    @property
    def code(self) -> int:
        """Its number in `kernels.rules`."""
        return TRANSFERS[self.name].code

    @property
    def non_negative(self) -> bool:
        """Whether f(x) ≥ 0 for every x, as a source of divisive inhibition must be."""
        return TRANSFERS[self.name].non_negative

    def __call__(self, x: Any) -> Any:
        """Return f(x), elementwise, for a number or an array."""
        a, b, c = (*self.parameters, 0.0, 0.0, 0.0)[:3]
        values = np.asarray(x, dtype=float)
        distinct, where = np.unique(values, return_inverse=True)  # Python is slow, images repeat
        with np.errstate(all="ignore"):
            found = [rules.transfer(self.code, v, a, b, c) for v in distinct]
        answer = np.array(found, dtype=float)[where].reshape(values.shape)
        return answer if answer.ndim else float(answer)

    def __str__(self) -> str:
        names = TRANSFERS[self.name].parameters
        inside = ", ".join(f"{k}={v:g}" for k, v in zip(names, self.parameters, strict=True))
        return f"{self.name}({inside})" if inside else self.name


def power(exponent: float = 2.0) -> Transfer:
    """Return the power law [x]₊ⁿ."""
    return Transfer("power", (exponent,))


def naka_rushton(
    maximum: float = 1.0, semi_saturation: float = 0.5, exponent: float = 2.0
) -> Transfer:
    """Return Rmax·[x]₊ⁿ/(c50ⁿ + [x]₊ⁿ) (Naka & Rushton 1966); R(c50) = Rmax/2."""
    return Transfer("naka-rushton", (maximum, semi_saturation, exponent))


@dataclass(frozen=True, eq=False)
class Neurons(ABC):
    """What `Binary` and `Rate` share; each parameter is a number or one value a neuron.

    Parameters, weights and inputs are at most 10^90, so that no sum of them overflows.

    Attributes
    ----------
    threshold : θ, in units of u
    bias : a constant drive, added to E − S
    semi_saturation : σ ≥ 0, what divides without any divisive inhibition
    noise : s ≥ 0, the standard deviation of seeded noise on u, in time only
    """

    threshold: Any = 0.0
    bias: Any = 0.0
    semi_saturation: Any = 1.0
    noise: Any = 0.0

    # The parameters that must not be negative.
    NON_NEGATIVE = ("semi_saturation", "noise", "tau")

    def parameters(self) -> dict[str, Any]:
        """Return the numeric parameters by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "transfer"}

    def checked(self, where: str, shape: tuple[int, ...]) -> Self:
        """Return a copy with every parameter a float or a read-only array of `shape`.

        Raises
        ------
        CircuitError
            A parameter that is not finite, is negative where it must not be, or whose shape does
            not fit; the message begins with `where`.
        """
        changed = {}
        for name, given in self.parameters().items():
            values = finite_numbers(given, f"{where}: {name}")
            if name in self.NON_NEGATIVE and (values < 0).any():
                raise CircuitError(f"{where}: {name} must not be negative (got {values.min():g})")
            changed[name] = _one_each(values, shape, f"{where}: {name}")
        return replace(self, **changed)

    @property
    @abstractmethod
    def non_negative(self) -> bool:
        """Whether the activity can never be negative."""


@dataclass(frozen=True, eq=False)
class Binary(Neurons):
    """Neurons that answer 1 iff u ≥ θ, else 0 (McCulloch & Pitts 1943); one tick a step."""

    threshold: Any = 1.0

    @property
    def non_negative(self) -> bool:
        """Binary neurons answer 0 or 1."""
        return True


@dataclass(frozen=True, eq=False)
class Rate(Neurons):
    """Neurons with a graded activity y: τ dy/dt = −y + f(gain·(u − θ)).

    Attributes
    ----------
    gain : slope on u − θ
    tau : τ in seconds; 0 follows the input at once
    transfer : f, a `Transfer` or the name of one (`TRANSFERS`)
    """

    gain: Any = 1.0
    tau: Any = 0.0
    transfer: Any = "threshold-linear"

    def checked(self, where: str, shape: tuple[int, ...]) -> Self:
        """As `Neurons.checked`, and with `transfer` resolved to a `Transfer`."""
        transfer = self.transfer
        if not isinstance(transfer, Transfer):
            try:
                transfer = Transfer(transfer)
            except CircuitError as error:
                raise CircuitError(f"{where}: {error}") from None
        return replace(super().checked(where, shape), transfer=transfer)

    @property
    def non_negative(self) -> bool:
        """Whether the transfer function keeps the activity at or above 0."""
        return self.transfer.non_negative


def finite_numbers(given: Any, what: str) -> np.ndarray:
    """Return a parameter as a float array of its own.

    Raises
    ------
    CircuitError
        It is no number and no array of them, not finite or too large; the message begins with
        `what`.
    """
    try:
        values = np.asarray(given)
        if values.dtype.kind not in "biuf":
            raise TypeError
    except (TypeError, ValueError):
        raise CircuitError(f"{what} must be a number (got {given!r})") from None
    values = values.astype(float)
    if not np.isfinite(values).all():
        raise CircuitError(f"{what} must be finite (got {values[~np.isfinite(values)][0]})")
    if wrong := too_large(values):
        raise CircuitError(f"{what} {wrong}")
    return values


def _one_each(values: np.ndarray, shape: tuple[int, ...], what: str) -> float | np.ndarray:
    """Return one number as a float, more than one as a read-only array of `shape`."""
    if not values.ndim:
        return float(values)
    try:
        each = np.broadcast_to(values, shape).copy()
    except ValueError:
        raise CircuitError(
            f"{what} has shape {values.shape}, the neurons have {shape}; give one number, or one "
            "value a neuron"
        ) from None
    each.flags.writeable = False
    return each
