"""Gradient descent: downhill in steps, with the path kept."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import ConvergenceError, InputError, spelled
from ..timing import positive, real, whole
from .evaluations import (
    Function,
    callable_or_raise,
    central_differences,
    evaluate,
    shown,
    start_of,
)
from .step_sizes import FixedStep, StepSize

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FARTHEST = 1e10  # of the start's size, or of 1: a path that goes beyond has left
FINE = 61  # points a side of the map that a path is drawn on


@dataclass(frozen=True, eq=False)
class Descent:
    """The path that gradient descent took.

    Attributes
    ----------
    path : every point from the start on, (steps + 1, dimensions)
    values : the value at each, (steps + 1,)
    sizes : α of each step, (steps,)
    converged : whether the gradient at the end is within the tolerance
    value : what was descended
    scalar : whether it is a function of one number
    """

    path: np.ndarray
    values: np.ndarray
    sizes: np.ndarray
    converged: bool
    value: Function
    scalar: bool

    @property
    def point(self) -> Any:
        """Where it ended: (dimensions,), or a number."""
        return float(self.path[-1, 0]) if self.scalar else self.path[-1]

    def __str__(self) -> str:
        ended = "converged" if self.converged else "has not converged"
        count = len(self.sizes)
        return (
            f"{ended} after {count} step{'s' * (count != 1)}, at a value of {self.values[-1]:.6g}"
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the path over the value's contours in two dimensions, else the value by step."""
        from ..plotting import COLOURS, new_figure

        alone = ax is None
        if ax is None:
            _, ax = new_figure()
            ax.set_title(f"Gradient descent {self}")
        if self.path.shape[1] != 2:
            ax.plot(self.values, "o-", color=COLOURS["blue"])
            if alone:
                ax.set(xlabel="step", ylabel="value")
            return ax
        x, y = (_span(side) for side in self.path.T)
        heights = [[evaluate(self.value, np.array([a, b]), "value", ()) for a in x] for b in y]
        ax.contour(x, y, np.array(heights), levels=12, colors="0.75", linewidths=0.6)
        ax.plot(*self.path.T, "o-", color=COLOURS["vermillion"], linewidth=0.8, label="path")
        ax.plot(*self.path[-1], "D", color="black", markersize=4, label="end")
        if alone:
            ax.set(xlabel="$w_1$", ylabel="$w_2$")
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a step: its number, its α, the point it led to, and the value there."""
        names = [f"w{k + 1}" for k in range(self.path.shape[1])]
        sizes = ["", *self.sizes.tolist()]
        rows = [
            (n, sizes[n], *self.path[n].tolist(), float(self.values[n]))
            for n in range(len(self.path))
        ]
        return write_csv(path, ("step", "alpha", *names, "value"), rows)


@np.errstate(over="ignore", invalid="ignore")  # a path that leaves is told
@spelled
def gradient_descent(
    value: Function,
    start: Any,
    gradient: Function | None = None,
    *,
    step: float | StepSize = 0.1,
    momentum: float = 0.0,
    steps: int = 1000,
    tolerance: float = 1e-8,
) -> Descent:
    """Go downhill: v ← momentum·v − α∇f(w), w ← w + v (Cauchy 1847; Polyak 1964 for momentum).

    Without momentum, a value whose gradient changes by at most L·|Δw| falls at every step if
    α < 2/L.  On a quadratic L is its largest curvature, and a larger α diverges.

    Parameters
    ----------
    value
        What to lower: of a vector (dimensions,), or of a number; a circuit is one.
    start
        w₀: a vector (dimensions,), or a number.
    gradient
        ∇f at a vector, (dimensions,), or f′ at a number.  Left out: central differences, with a
        step of ε^⅓ (6·10⁻⁶) of the unknown's size, or of 1 where it is smaller.
    step
        α, or a rule for it: `FixedStep`, `DecayingStep`, `ArmijoStep`.
    momentum
        The share of the last move that is kept, from 0 to below 1.
    steps
        At most so many.
    tolerance
        It has converged where |∇f| is at most this.

    Raises
    ------
    InputError
        A function that returns other shapes, numbers out of range, or momentum beside a rule that
        searches along the gradient.
    ConvergenceError
        A value or a gradient is not finite, or the path is 10¹⁰ times as far as the start, or as
        1: it says at which step, and where.
    """
    callable_or_raise(value, "gradient_descent: value")
    if gradient is not None:
        callable_or_raise(gradient, "gradient_descent: gradient")
    rule = step if isinstance(step, StepSize) else FixedStep(positive(step, "step"))
    kept = _share(momentum, rule)
    tolerance = positive(tolerance, "tolerance")
    steps = whole(steps, "steps", 1)
    w = start_of(start, "gradient_descent")
    limit = FARTHEST * max(1.0, float(np.abs(w).max()))
    path = [w]
    sizes: list[float] = []
    values = [_finite(_height(value, w), "value", w, 0)]
    slope = _slope(value, gradient, w, 0)
    move = np.zeros_like(w)
    while np.linalg.norm(slope) > tolerance and len(sizes) < steps:
        n = len(path)
        alpha = rule.size(n, values[-1], float(np.sum(slope**2)), _along(value, w, slope))
        move = kept * move - alpha * slope
        w = w + move
        if not (np.abs(w) <= limit).all():
            raise ConvergenceError(
                f"gradient_descent diverged at step {n}: at w = {shown(w)}, from a value of "
                f"{values[0]:.6g} to {values[-1]:.6g}; take a smaller step",
                n,
            )
        path.append(w)
        sizes.append(alpha)
        values.append(_finite(_height(value, w), "value", w, n))
        slope = _slope(value, gradient, w, n)
    return Descent(
        path=np.array(path).reshape(len(path), -1),
        values=np.array(values),
        sizes=np.array(sizes),
        converged=bool(np.linalg.norm(slope) <= tolerance),
        value=value,
        scalar=w.ndim == 0,
    )


def _share(momentum: Any, rule: StepSize) -> float:
    try:
        kept = real(momentum)
    except (TypeError, ValueError):
        raise InputError(f"momentum must be a number (got {momentum!r})") from None
    if not 0 <= kept < 1:
        raise InputError(f"momentum must be from 0 to below 1 (got {kept:g})")
    if kept and rule.searches:
        raise InputError(
            f"the {rule.name} rule searches along the gradient, so momentum must be 0 "
            f"(got {kept:g})"
        )
    return kept


def _height(value: Function, w: np.ndarray) -> float:
    return float(evaluate(value, w, "gradient_descent: value", ()))


def _along(value: Function, w: np.ndarray, slope: np.ndarray) -> Any:
    return lambda alpha: _height(value, w - alpha * slope)


def _slope(value: Function, gradient: Function | None, w: np.ndarray, step: int) -> np.ndarray:
    if gradient is None:
        slope = central_differences(value, w, "gradient_descent: value", ())
    else:
        slope = evaluate(gradient, w, "gradient_descent: gradient", w.shape)
    return _finite(slope, "gradient", w, step)


def _finite(found: Any, name: str, w: np.ndarray, step: int) -> Any:
    if not np.isfinite(found).all():
        seen = f"diverged at step {step}" if step else "cannot start"
        advice = "take a smaller step" if step else "start where it is finite"
        raise ConvergenceError(
            f"gradient_descent {seen}: the {name} is {shown(np.asarray(found))} at "
            f"w = {shown(w)}; {advice}",
            step,
        )
    return found


def _span(side: np.ndarray) -> np.ndarray:
    margin = 0.15 * (float(np.ptp(side)) or 1.0)
    return np.linspace(side.min() - margin, side.max() + margin, FINE)
