"""Newton's method: where a function, or a system of them, is zero."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import ConvergenceError, InputError, spelled
from ..timing import positive, whole
from .evaluations import (
    Function,
    callable_or_raise,
    central_differences,
    evaluate,
    shown,
    start_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FARTHEST = 1e100  # an iterate beyond it has left for infinity


@dataclass(frozen=True, eq=False)
class Root:
    """Where Newton's method came to, and the way there.

    Attributes
    ----------
    root : the last iterate: a number, or (dimensions,)
    iterates : from the start to the root, (steps + 1,) or (steps + 1, dimensions)
    values : the function at each, of the same shape
    converged : whether the last step was within the tolerance, or the function is 0 there
    function : whose root it is
    """

    root: Any
    iterates: np.ndarray
    values: np.ndarray
    converged: bool
    function: Function

    def __str__(self) -> str:
        steps = len(self.iterates) - 1
        took = f"{steps} step{'s' * (steps != 1)}"
        said = "root {} after {}" if self.converged else "no root: at {} after {}"
        return said.format(shown(self.iterates[-1]), took)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the function and, at each iterate, its tangent down to the next one.

        Raises
        ------
        InputError
            The root is of a system.
        """
        if self.iterates.ndim != 1:
            raise InputError(
                "Root.plot() draws tangents of a function of one number (this root is of a system "
                f"of {self.iterates.shape[1]}); draw its iterates or its values"
            )
        from ..plotting import COLOURS, FAINT, new_figure

        if ax is None:
            _, ax = new_figure()
            ax.set(xlabel="x", ylabel="f(x)", title=str(self).capitalize())
        x = self.iterates
        margin = 0.1 * (float(np.ptp(x)) or max(1.0, abs(x[0])))
        fine = np.linspace(x.min() - margin, x.max() + margin, 301)
        curve = [evaluate(self.function, np.asarray(at), "function", ()) for at in fine]
        ax.axhline(0, color=FAINT, linewidth=0.6)
        ax.plot(fine, curve, color=COLOURS["blue"], label="f")
        for n in range(len(x) - 1):
            label = "tangents" if n == 0 else None
            ax.plot(x[n : n + 2], [self.values[n], 0], color=COLOURS["vermillion"], label=label)
            ax.plot([x[n], x[n]], [0, self.values[n]], ":", color=FAINT, linewidth=0.8)
        ax.plot(x[:-1], self.values[:-1], "o", color=COLOURS["vermillion"])
        ax.plot(x[-1:], [0], "D", color="black", markersize=4, label="$x_n$, the last")
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write a row a step: its number, the iterate, and the function there."""
        x, f = (part.reshape(len(self.iterates), -1) for part in (self.iterates, self.values))
        names = [""] if self.iterates.ndim == 1 else [f" {k + 1}" for k in range(x.shape[1])]
        header = ["step", *(f"x{k}" for k in names), *(f"f{k}" for k in names)]
        rows = [(n, *x[n].tolist(), *f[n].tolist()) for n in range(len(x))]
        return write_csv(path, header, rows)


@np.errstate(over="ignore", invalid="ignore")  # an iterate that is not finite is told
@spelled
def newton(
    function: Function,
    start: Any,
    derivative: Function | None = None,
    *,
    tolerance: float = 1e-12,
    steps: int = 50,
) -> Root:
    """Find where a function is zero: x_{n+1} = xₙ − f(xₙ)/f′(xₙ), or J(xₙ)·(x_{n+1} − xₙ) = −f(xₙ).

    Near a root where the derivative is not 0 the number of right digits doubles with each step
    (Kantorovich 1948, for systems).  Farther away nothing is promised: the iterates may circle
    until the steps are used up, and then `converged` is False.

    Parameters
    ----------
    function
        Of a number, or of a vector (dimensions,) that returns as many values; a circuit is one.
    start
        x₀: a number, or a vector (dimensions,).
    derivative
        f′ at a number, or the Jacobian at a vector, (dimensions, dimensions): row i holds the
        slopes of value i.  Left out: central differences, with a step of ε^⅓ (6·10⁻⁶) of the
        unknown's size, or of 1 where it is smaller.
    tolerance
        It has converged where no unknown moves by more than this, relative to its size, or to 1
        where it is smaller.
    steps
        At most so many.

    Raises
    ------
    InputError
        A function that returns other shapes, or numbers out of range.
    ConvergenceError
        The derivative is zero or the Jacobian singular, a value is not finite, or an iterate is
        beyond 10¹⁰⁰: it says at which step, and where.
    """
    callable_or_raise(function, "newton: function")
    if derivative is not None:
        callable_or_raise(derivative, "newton: derivative")
    tolerance = positive(tolerance, "tolerance")
    steps = whole(steps, "steps", 1)
    x = start_of(start, "newton")
    f = _value(function, x, 1)
    iterates, values = [x], [f]
    converged = not f.any()
    while not converged and len(iterates) <= steps:
        n = len(iterates)
        slope = _slope(function, derivative, x, n)
        change = -f / slope if not x.ndim else _solve(slope, -f, x, n)
        x = x + change
        if not (np.abs(x) <= FARTHEST).all():
            raise ConvergenceError(
                f"newton diverged at step {n}: from x = {shown(iterates[-1])} to {shown(x)}; "
                "start nearer to the root",
                n,
            )
        f = _value(function, x, n)
        iterates.append(x)
        values.append(f)
        near = np.abs(change) <= tolerance * np.maximum(1.0, np.abs(x))
        converged = bool(near.all()) or not f.any()
    return Root(
        root=x.copy() if x.ndim else float(x),
        iterates=np.array(iterates),
        values=np.array(values),
        converged=converged,
        function=function,
    )


def _value(function: Function, x: np.ndarray, step: int) -> np.ndarray:
    value = np.asarray(evaluate(function, x, "newton: function", x.shape))
    if not np.isfinite(value).all():
        raise ConvergenceError(
            f"newton stopped at step {step}: the function is {shown(value)} at x = {shown(x)}; "
            "start where it is finite, nearer to the root",
            step,
        )
    return value


def _slope(function: Function, derivative: Function | None, x: np.ndarray, step: int) -> np.ndarray:
    if derivative is None:
        slope = central_differences(function, x, "newton: function", x.shape)
    else:
        slope = evaluate(derivative, x, "newton: derivative", x.shape * 2)
    if not np.isfinite(slope).all():
        raise ConvergenceError(
            f"newton stopped at step {step}: the derivative is not finite at x = {shown(x)}; "
            "start where it is",
            step,
        )
    if not x.ndim and slope == 0:
        raise ConvergenceError(
            f"newton stopped at step {step}: the derivative is zero at x = {shown(x)}, where the "
            "tangent meets no axis; start elsewhere",
            step,
        )
    return slope


def _solve(jacobian: np.ndarray, right: np.ndarray, x: np.ndarray, step: int) -> np.ndarray:
    """Solve J·Δx = right with rows and columns scaled, so that units make nothing singular."""
    rows = np.abs(jacobian).max(axis=1)
    columns = np.zeros(len(x))
    if rows.all():
        columns = np.abs(jacobian / rows[:, None]).max(axis=0)
    if columns.all():
        scaled = jacobian / rows[:, None] / columns
        if np.linalg.matrix_rank(scaled) == len(x):
            return np.linalg.solve(scaled, right / rows) / columns
    raise ConvergenceError(
        f"newton stopped at step {step}: the Jacobian is singular at x = {shown(x)}; "
        "start elsewhere",
        step,
    )
