"""Step sizes of gradient descent: fixed, decaying, or found by backtracking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import ConvergenceError, InputError
from ..timing import positive

LEAST = 2.0**-100  # of α: below it no step is left
EPSILON = float(np.finfo(float).eps)


class StepSize(ABC):
    """A rule that says how far to go along the gradient.

    Attributes
    ----------
    name : what it is called
    searches : whether it tries steps along the gradient, which leaves no room for momentum
    """

    name: ClassVar[str]
    searches: ClassVar[bool] = False

    @abstractmethod
    def size(
        self, step: int, value: float, square: float, ahead: Callable[[float], float]
    ) -> float:
        """Return α.

        Parameters
        ----------
        step
            Its number, from 1.
        value
            Where it starts.
        square
            |∇f|² there: the slope along the negative gradient, without its sign.
        ahead
            The value at w − α∇f, for an α.
        """


@dataclass(frozen=True)
class FixedStep(StepSize):
    """α, the same at every step.

    A value whose gradient changes by at most L·|Δw| falls at every step if α < 2/L.
    """

    alpha: float
    name: ClassVar[str] = "fixed"

    def __post_init__(self) -> None:
        """Check it."""
        positive(self.alpha, "FixedStep: alpha")

    def size(
        self, step: int, value: float, square: float, ahead: Callable[[float], float]
    ) -> float:
        """Return α."""
        return float(self.alpha)


@dataclass(frozen=True)
class DecayingStep(StepSize):
    """α/(1 + (n − 1)/half) at step n: half as large after so many steps (Robbins & Monro 1951)."""

    alpha: float
    half: float = 10.0
    name: ClassVar[str] = "decaying"

    def __post_init__(self) -> None:
        """Check them."""
        positive(self.alpha, "DecayingStep: alpha")
        positive(self.half, "DecayingStep: half", "steps")

    def size(
        self, step: int, value: float, square: float, ahead: Callable[[float], float]
    ) -> float:
        """Return α of this step."""
        return float(self.alpha) / (1 + (step - 1) / float(self.half))


@dataclass(frozen=True)
class ArmijoStep(StepSize):
    """The first of α, α·shrink, α·shrink² … at which the value falls enough (Armijo 1966).

    Enough is `share` of what the slope promises: f(w − α∇f) ≤ f(w) − share·α·|∇f|².
    """

    alpha: float = 1.0
    shrink: float = 0.5
    share: float = 1e-4
    name: ClassVar[str] = "Armijo"
    searches: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check them."""
        positive(self.alpha, "ArmijoStep: alpha")
        for name in ("shrink", "share"):
            if not positive(getattr(self, name), f"ArmijoStep: {name}") < 1:
                raise InputError(
                    f"ArmijoStep: {name} must be between 0 and 1 (got {getattr(self, name):g})"
                )

    def size(
        self, step: int, value: float, square: float, ahead: Callable[[float], float]
    ) -> float:
        """Return the first α that is good enough, or raise ConvergenceError where none is."""
        alpha = float(self.alpha)
        # So near the end rounding hides what the step gains: a rise within it is none.
        hidden = alpha * square <= EPSILON**0.5 * abs(value)
        slack = 4 * EPSILON * abs(value) if hidden else 0.0
        shrunk = 1.0
        while shrunk >= LEAST:
            tried = alpha * shrunk
            if value - ahead(tried) >= self.share * tried * square - slack:
                return tried
            shrunk *= self.shrink
        raise ConvergenceError(
            f"gradient_descent stopped at step {step}: no step along the gradient lowers the value "
            f"{value:.6g}; check that the gradient is this value's",
            step,
        )
