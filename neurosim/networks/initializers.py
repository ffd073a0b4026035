"""What weights begin with, in Keras's words: from a layer's numbers of inputs and outputs.

Glorot & Bengio (2010), He et al. (2015), LeCun et al. (1998); orthogonal: Saxe et al. (2014).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..errors import InputError, unknown
from .streams import Draws

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("uniform", "truncated_normal", "untruncated_normal", "normal")


@dataclass(frozen=True)
class Initializer:
    """What makes the first values of a parameter of its shape."""

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return its settings."""
        return asdict(self)


@dataclass(frozen=True)
class Constant(Initializer):
    """One value everywhere."""

    value: float = 0.0

    def __post_init__(self) -> None:
        """Check its settings."""
        _check(self, "value")

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        return np.full(shape, self.value, dtype=np.float64)


@dataclass(frozen=True)
class Zeros(Constant):
    """0 everywhere."""

    def get_config(self) -> dict[str, Any]:
        """Return nothing: there is nothing to set."""
        return {}


@dataclass(frozen=True)
class Ones(Constant):
    """1 everywhere."""

    value: float = 1.0

    def get_config(self) -> dict[str, Any]:
        """Return nothing: there is nothing to set."""
        return {}


@dataclass(frozen=True)
class RandomUniform(Initializer):
    """Evenly between two limits."""

    minval: float = -0.05
    maxval: float = 0.05

    def __post_init__(self) -> None:
        """Check its settings."""
        _check(self, "minval", "maxval")

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        return draws.uniform(shape, self.minval, self.maxval)


@dataclass(frozen=True)
class RandomNormal(Initializer):
    """A bell around a mean."""

    mean: float = 0.0
    stddev: float = 0.05

    def __post_init__(self) -> None:
        """Check its settings."""
        _check(self, "mean", "stddev")

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        return self.mean + draws.normal(shape, self.stddev)


@dataclass(frozen=True)
class TruncatedNormal(RandomNormal):
    """A bell around a mean, cut at two standard deviations."""

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        return self.mean + draws.truncated_normal(shape, self.stddev)


@dataclass(frozen=True)
class Exponential(Initializer):
    """Above 0, of a mean that is also the standard deviation: strengths of one sign."""

    mean: float = 0.05

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        return -self.mean * np.log1p(-draws.uniform(shape, 0.0, 1.0))


@dataclass(frozen=True)
class VarianceScaling(Initializer):
    """Of variance scale/n, where n counts inputs, outputs, or is the mean of both.

    Attributes
    ----------
    scale : 1 keeps a linear layer's variance, 2 that of threshold-linear cells
    mode : ``fan_in`` (inputs), ``fan_out`` (outputs) or ``fan_avg``
    distribution : ``uniform``, ``truncated_normal`` (as of old, ``normal``) or
        ``untruncated_normal``
    """

    scale: float = 1.0
    mode: str = "fan_in"
    distribution: str = "truncated_normal"

    def __post_init__(self) -> None:
        """Check its settings."""
        _check(self, "scale")
        if self.scale <= 0:
            raise InputError(f"{type(self).__name__}: scale must be over 0 (got {self.scale})")
        for setting, known in (("mode", MODES), ("distribution", DISTRIBUTIONS)):
            given = getattr(self, setting)
            if given not in known:
                raise InputError(f"{type(self).__name__}: {unknown(setting, str(given), known)}")

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        into, out = _fans(shape)
        count = {"fan_in": into, "fan_out": out, "fan_avg": (into + out) / 2}[self.mode]
        variance = self.scale / max(1.0, count)
        if self.distribution == "uniform":
            limit = math.sqrt(3 * variance)
            return draws.uniform(shape, -limit, limit)
        if self.distribution == "untruncated_normal":
            return draws.normal(shape, math.sqrt(variance))
        # the tails that are cut are made up for: a unit bell cut at 2 deviates by 0.8796
        return draws.truncated_normal(shape, math.sqrt(variance) / 0.87962566103423978)


@dataclass(frozen=True)
class _Named(VarianceScaling):
    """One with a name of its own, and nothing to set."""

    def get_config(self) -> dict[str, Any]:
        """Return nothing: there is nothing to set."""
        return {}


@dataclass(frozen=True)
class GlorotUniform(_Named):
    """Evenly within ±√(6/(inputs + outputs)): what layers begin with where nothing is said."""

    mode: str = "fan_avg"
    distribution: str = "uniform"


@dataclass(frozen=True)
class GlorotNormal(_Named):
    """A bell of variance 2/(inputs + outputs)."""

    mode: str = "fan_avg"


@dataclass(frozen=True)
class HeUniform(_Named):
    """Evenly within ±√(6/inputs)."""

    scale: float = 2.0
    distribution: str = "uniform"


@dataclass(frozen=True)
class HeNormal(_Named):
    """A bell of variance 2/inputs, for threshold-linear cells."""

    scale: float = 2.0


@dataclass(frozen=True)
class LecunUniform(_Named):
    """Evenly within ±√(3/inputs)."""

    distribution: str = "uniform"


@dataclass(frozen=True)
class LecunNormal(_Named):
    """A bell of variance 1/inputs."""


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Rows, or columns, at right angles, each of length `gain`."""

    gain: float = 1.0

    def __post_init__(self) -> None:
        """Check its settings."""
        _check(self, "gain")

    def values(self, shape: tuple[int, ...], draws: Draws) -> np.ndarray:
        """Return them, float64."""
        if len(shape) < 2:
            raise InputError(f"Orthogonal: takes a shape of two axes or more (got {shape})")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        normal = draws.normal((max(rows, columns), min(rows, columns)), 1.0)
        q, r = np.linalg.qr(normal)
        q *= np.where(np.diag(r) < 0, -1, 1)  # else they would not be spread evenly (Mezzadri 2007)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


CLASSES: dict[str, type[Initializer]] = {
    kind.__name__: kind
    for kind in (
        Zeros, Ones, Constant, RandomUniform, RandomNormal, TruncatedNormal, Exponential,
        VarianceScaling, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform,
        LecunNormal, Orthogonal,
    )
}  # fmt: skip

# Names by which they are asked for: glorot_uniform is GlorotUniform.
NAMES = {
    **{re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower(): kind for kind in CLASSES},
    "uniform": "RandomUniform",
    "normal": "RandomNormal",
}


def get(given: Any, name: str) -> Initializer:
    """Return an initializer by its name or its settings, or as it is given.

    Parameters
    ----------
    given
        An initializer, a name, or what `serialized` returned.
    name
        Who asks, for the message.

    Raises
    ------
    InputError
        A name that none has, settings that it does not have.
    """
    if isinstance(given, Initializer):
        return given
    if isinstance(given, str):
        kind = NAMES.get(given.lower(), given)
        if kind not in CLASSES:
            raise InputError(f"{name}: {unknown('initializer', given, NAMES)}")
        return CLASSES[kind]()
    if isinstance(given, Mapping) and isinstance(given.get("class_name"), str):
        made = get(given["class_name"], name)
        settings = dict(given.get("config") or {})
        settings.pop("seed", None)  # the network's seed is the only one
        for axes in ("input_axes", "output_axes"):  # Keras's; which they are is known here
            if settings.get(axes) is None:
                settings.pop(axes, None)
        known = made.get_config()
        for setting in settings:
            if setting not in known:
                raise InputError(f"{name}: {unknown('setting', setting, known)}")
        return type(made)(**settings)
    raise InputError(f"{name} takes an initializer or its name (got {given!r})")


def serialized(initializer: Initializer) -> dict[str, Any]:
    """Return what makes the same initializer again, as Keras writes it."""
    return {
        "module": "keras.initializers",
        "class_name": type(initializer).__name__,
        "config": initializer.get_config(),
        "registered_name": None,
    }


def _check(initializer: Initializer, *settings: str) -> None:
    """Raise InputError unless some settings are finite numbers."""
    for setting in settings:
        value = getattr(initializer, setting)
        number = isinstance(value, float | int | np.number) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise InputError(
                f"{type(initializer).__name__}: {setting} must be a finite number (got {value!r})"
            )


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return how many inputs and outputs a cell has; those of a kernel count once a position."""
    if len(shape) < 2:
        return (shape[0], shape[0]) if shape else (1, 1)
    positions = math.prod(shape[:-2])
    return positions * shape[-2], positions * shape[-1]
