"""Fits of a model's equation to measurements: parameters with errors, goodness, or a clear no."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import FitError, InputError, unknown
from .models import MODELS, Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EVALUATIONS = 2000  # of the equation, from each start
FLAT = 1e-9  # of the steepest direction's slope: along one so flat nothing is determined


@dataclass(frozen=True, eq=False)
class Fit:
    """A model's equation with the parameters that come nearest to what was measured.

    Attributes
    ----------
    model : its name
    parameters : by name, in the units of what was measured
    errors : the standard error of each, from the curvature of the squared error at its least
    r_squared : the share of the measurements' variance that the equation explains
    residual : root mean square of what it leaves
    x, y : what was fitted: (points,) or, for a sheet, (2, points), and (points,)
    """

    model: str
    parameters: Mapping[str, float]
    errors: Mapping[str, float]
    r_squared: float
    residual: float
    x: np.ndarray
    y: np.ndarray

    def __call__(self, x: Any) -> Any:
        """Return the fitted equation's values."""
        return MODELS[self.model].equation(np.asarray(x, dtype=float), *self.parameters.values())

    def __getitem__(self, name: str) -> float:
        if name not in self.parameters:
            raise InputError(unknown(f"parameter of {self.model!r}", name, self.parameters))
        return self.parameters[name]

    def __str__(self) -> str:
        told = ", ".join(
            f"{name} = {value:.4g} ± {self.errors[name]:.2g}"
            for name, value in self.parameters.items()
        )
        return f"{self.model}: {told}; r² = {self.r_squared:.4f}"

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the equation as a curve over the measured range."""
        if self.x.ndim != 1:
            raise InputError(f"a fit of {self.model!r} is of a sheet: plot its receptive field")
        if ax is None:
            from ..plotting import new_figure

            _, ax = new_figure()
            ax.plot(self.x, self.y, "o", color="black", label="measured")
        fine = np.linspace(self.x.min(), self.x.max(), 301)
        ax.plot(fine, self(fine), label=self.model, **options)
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write the parameters, their errors and the goodness as a table."""
        rows: list[tuple[Any, ...]] = [
            (name, value, self.errors[name]) for name, value in self.parameters.items()
        ]
        rows += [("r squared", self.r_squared, ""), ("residual", self.residual, "")]
        return write_csv(path, ("parameter", "value", "standard error"), rows)


def fit(model: str, x: Any, y: Any) -> Fit:
    """Fit a model to measurements by least squares, from each of the model's starts.

    Parameters
    ----------
    model
        A name of `MODELS`.
    x
        Where it was measured: (points,), or (2, points) for a sheet: x and y in degrees.
    y
        What was measured, (points,).

    Raises
    ------
    InputError
        A name that no model has; too few points, or points that are not finite.
    FitError
        It did not converge from any start, or the measurements leave a parameter undetermined.
    """
    if not isinstance(model, str) or model not in MODELS:
        raise InputError(unknown("model", str(model), MODELS))
    chosen = MODELS[model]
    try:
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float).ravel()
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"a fit of {model!r} takes numbers, of one shape each") from None
    if x.shape != ((y.size,) if chosen.dimensions == 1 else (2, y.size)):
        raise InputError(
            f"a fit of {model!r} takes {'(points,)' if chosen.dimensions == 1 else '(2, points)'} "
            f"places and (points,) values (got shapes {x.shape} and {y.shape})"
        )
    if y.size <= len(chosen.parameters):
        raise InputError(
            f"a fit of {model!r} has {len(chosen.parameters)} parameters, so it needs more points "
            f"than that (got {y.size})"
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError(f"a fit of {model!r} needs finite measurements (got NaN or infinite ones)")
    if np.ptp(y) == 0:
        raise FitError(f"{model!r} cannot be fitted: all {y.size} measurements are {y[0]:g}")
    tight = [
        name
        for name, (low, high) in zip(chosen.parameters, chosen.bounds(x, y), strict=True)
        if not low < high
    ]
    if tight:
        raise InputError(
            f"a fit of {model!r}: where it was measured leaves no room for {', '.join(tight)}; "
            "measure at more places, contrasts above 0"
        )
    found, reason = _nearest(chosen, x, y)
    if found is None:
        raise FitError(
            f"the fit of {model!r} to {y.size} points did not converge from any of its starts "
            f"({reason}); measure more points, over a wider range"
        )
    values = found.x
    errors = _standard_errors(found.jac, found.fun)
    loose = _undetermined(chosen, x, y, values, errors)
    if loose:
        raise FitError(
            f"the fit of {model!r} to {y.size} points leaves {', '.join(loose)} undetermined; "
            "measure more points, over a wider range"
        )
    left = y - chosen.equation(x, *values)
    values, errors = chosen.settled(values, errors)
    return Fit(
        model=model,
        parameters=dict(zip(chosen.parameters, values.tolist(), strict=True)),
        errors=dict(zip(chosen.parameters, errors.tolist(), strict=True)),
        r_squared=float(1 - np.square(left).sum() / np.square(y - y.mean()).sum()),
        residual=float(np.sqrt(np.square(left).mean())),
        x=x,
        y=y,
    )


def _nearest(model: Model, x: np.ndarray, y: np.ndarray) -> tuple[Any, str]:
    """Return the best of the fits that converged, and why the last that did not has failed."""
    from scipy.optimize import least_squares

    low, high = (np.array(side, dtype=float) for side in zip(*model.bounds(x, y), strict=True))
    scale = float(y.std())  # or small measurements would pass for a gradient of 0

    def residuals(parameters: np.ndarray) -> np.ndarray:
        left: np.ndarray = (model.equation(x, *parameters) - y) / scale
        return left

    best, reason = None, ""
    for start in model.starts(x, y):
        inside = np.clip(start, low, high)
        with np.errstate(all="ignore"):
            try:
                found = least_squares(
                    residuals, inside, bounds=(low, high), x_scale="jac", max_nfev=EVALUATIONS
                )
            except ValueError as error:  # the equation is not finite at the start
                reason = str(error).rstrip(".").lower()
                continue
        if not found.success:
            reason = found.message.rstrip(".").lower()
        elif best is None or found.cost < best.cost:
            best = found
    return best, reason


def _standard_errors(jacobian: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Return each parameter's standard error; ∞ for those that can change and nothing is worse.

    The residuals and their derivatives are over one scale, which cancels.
    """
    points, count = jacobian.shape
    lengths = np.linalg.norm(jacobian, axis=0)
    unmoved = lengths == 0
    lengths[unmoved] = 1
    _, strengths, directions = np.linalg.svd(jacobian / lengths, full_matrices=False)
    flat = strengths <= FLAT * strengths[0]
    variance = np.square(residuals).sum() / (points - count)
    inverse = np.where(flat, 0.0, 1 / np.where(flat, 1.0, np.square(strengths)))
    errors = np.sqrt(variance * (np.square(directions.T) @ inverse)) / lengths
    free = (np.abs(directions[flat]) > 0.1).any(axis=0)
    return np.where(unmoved | free, np.inf, errors)


def _undetermined(
    model: Model, x: np.ndarray, y: np.ndarray, values: np.ndarray, errors: np.ndarray
) -> list[str]:
    """Return the parameters without an error, and those that ran into a bound other than 0."""
    low, high = zip(*model.bounds(x, y), strict=True)
    return [
        name
        for name, value, error, least, most in zip(
            model.parameters, values, errors, low, high, strict=True
        )
        if not np.isfinite(error)
        or any(edge and math.isclose(value, edge, rel_tol=1e-3) for edge in (least, most))
    ]
