"""Least squares in closed form: the line, or the plane, that leaves the least squared error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..atomic import write_csv
from ..errors import FitError, InputError, spelled
from ..timing import truth
from .samples import reals

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLOCK = 512  # rows that are reduced at a time: they stay in the cache
DEPENDENT = 1e-12  # of a column's length: what remains of one that the others make up
PART = 1e-6  # of a column's length: smaller parts of a combination are rounding
LARGEST = 1e150  # of values: the squares of larger ones are beyond all floats
SMALLEST = 1e-150  # of a column's largest: the squares of smaller ones are lost
SHOWN = 3  # combinations that an error tells


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The coefficients that leave the least squared error, and how far they can be trusted.

    The lecture's line y = α + βx has α = `intercept` and β = `coefficients[0]`.

    Attributes
    ----------
    names : of the predictors
    coefficients : one a predictor, (predictors,), in units of y over the predictor's
    intercept : in units of y; 0 where the fit has none
    standard_errors : of the coefficients, (predictors,), for errors of y that are independent and
        equally large
    intercept_error : the intercept's standard error; 0 where the fit has none
    residuals : what the fit leaves of y, (rows,)
    residual_deviation : the errors' estimated standard deviation: the residuals' squares, summed,
        over the degrees of freedom, and of that the root
    r_squared : the share of y's variance that the fit explains, without an intercept of y's mean
        square; NaN where there is none to explain
    degrees_of_freedom : rows less coefficients, the intercept among them
    x, y : what was fitted: (rows,) or (rows, predictors), and (rows,)
    """

    names: tuple[str, ...]
    coefficients: np.ndarray
    intercept: float
    standard_errors: np.ndarray
    intercept_error: float
    residuals: np.ndarray
    residual_deviation: float
    r_squared: float
    degrees_of_freedom: int
    x: np.ndarray
    y: np.ndarray

    def __call__(self, x: Any) -> Any:
        """Return the fitted values at other places.

        Parameters
        ----------
        x
            Numbers of any shape where the fit was to (rows,), else (…, predictors).

        Raises
        ------
        InputError
            Another number of predictors.
        """
        x = reals(x, "least squares: x")
        if self.x.ndim == 1:
            return self.intercept + x * self.coefficients[0]
        if not x.ndim or x.shape[-1] != self.coefficients.size:
            raise InputError(
                f"this fit has {self.coefficients.size} predictors, so it takes x of shape "
                f"(…, {self.coefficients.size}) (got {x.shape})"
            )
        return self.intercept + x @ self.coefficients

    def __str__(self) -> str:
        told = ", ".join(f"{name} = {value:.4g} ± {e:.2g}" for name, value, e in self._terms())
        return (
            f"least squares: {told}; residual deviation {self.residual_deviation:.4g}, "
            f"r² = {self.r_squared:.4f} ({self.degrees_of_freedom} degrees of freedom)"
        )

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the line over the range of its one predictor; without axes, what was fitted too.

        Parameters
        ----------
        options
            Of the line, as `Axes.plot` takes them.

        Raises
        ------
        InputError
            The fit has several predictors.
        """
        if self.coefficients.size != 1:
            raise InputError(
                f"only a line can be plotted: one predictor (this fit has {self.coefficients.size})"
            )
        x = self.x.ravel()
        if ax is None:
            from ..plotting import new_figure

            _, ax = new_figure()
            ax.plot(x, self.y, "o", color="black")
            ax.set(xlabel=self.names[0], ylabel="y")
        ends = np.array([x.min(), x.max()])
        ax.plot(ends, self.intercept + self.coefficients[0] * ends, **options)
        return ax

    def to_csv(self, path: str | PathLike[str]) -> Path:
        """Write the coefficients, their standard errors and the goodness as a table.

        Raises
        ------
        FileError
            It cannot be written there.
        """
        rows: list[tuple[Any, ...]] = [
            *self._terms(),
            ("residual deviation", self.residual_deviation, ""),
            ("r squared", self.r_squared, ""),
            ("degrees of freedom", self.degrees_of_freedom, ""),
        ]
        return write_csv(path, ("parameter", "value", "standard error"), rows)

    def _terms(self) -> list[tuple[str, float, float]]:
        """Return each coefficient's name, value and standard error, the intercept's first."""
        slopes = zip(
            self.names, self.coefficients.tolist(), self.standard_errors.tolist(), strict=True
        )
        has_intercept = self.degrees_of_freedom < self.y.size - self.coefficients.size
        first = [("intercept", self.intercept, self.intercept_error)] if has_intercept else []
        return [*first, *slopes]


@spelled
def least_squares(
    x: Any, y: Any, *, intercept: bool = True, names: Sequence[str] | None = None
) -> LeastSquares:
    """Fit y = α + βx, or a plane over several predictors, by least squares (Gauss 1809).

    The closed form is computed by Householder reflections (Golub 1965) on blocks of rows, and then
    on what remains of all blocks, which is as accurate as on the whole.

    Parameters
    ----------
    x
        The predictors, (rows,) or (rows, predictors), from −1e150 to 1e150, and each beyond 1e-150
        in some row.
    y
        What they are to predict, (rows,), in that range too.
    intercept
        Whether there is an α; else the line goes through 0.
    names
        One a predictor; left out, x, or of several x0, x1 …

    Raises
    ------
    InputError
        Shapes that do not fit, values that are not finite numbers, or in too small or too large a
        unit, no more rows than coefficients.
    FitError
        Columns of x that depend on one another; which do so is told.
    """
    intercept = truth(intercept, "intercept")
    x, y = reals(x, "least squares: x"), reals(y, "least squares: y")
    if y.ndim != 1 or x.ndim not in (1, 2) or x.shape[0] != y.size:
        raise InputError(
            "least squares takes x of shape (rows,) or (rows, predictors) and y of shape (rows,) "
            f"(got {x.shape} and {y.shape})"
        )
    columns = x.reshape(y.size, -1) if y.size else x.reshape(0, *(x.shape[1:] or (1,)))
    rows, count = columns.shape
    names = _checked_names(names, x)
    if count == 0:
        raise InputError("least squares needs a predictor at least (got x of no columns)")
    unknowns = count + intercept
    if rows <= unknowns:
        raise InputError(
            f"least squares needs more rows than its {unknowns} coefficient{'s' * (unknowns > 1)} "
            f"(got {rows}); measure more, or leave out predictors"
        )
    _check_values(columns, names)
    _check_values(y[:, None], ("y",))
    triangle = _triangle(columns, y, intercept)
    _check_rank(triangle, names, intercept, columns)
    upper, projected = triangle[:unknowns, :unknowns], triangle[:, unknowns]
    # Of a triangle LU is back substitution; SciPy's for triangles wakes threads for the smallest.
    solved = np.linalg.solve(upper, np.column_stack([projected[:unknowns], np.eye(unknowns)]))
    values, inverse = solved[:, 0], solved[:, 1:]
    left = abs(float(projected[unknowns]))
    deviation = left / math.sqrt(rows - unknowns)
    errors = deviation * np.linalg.norm(inverse, axis=1)
    first = int(intercept)
    constant = float(values[0]) if intercept else 0.0
    varies = y.min() < y.max() if intercept else y.any()
    total = math.hypot(*projected[first:])  # the squares of small ones would be lost
    return LeastSquares(
        names=names,
        coefficients=values[first:],
        intercept=constant,
        standard_errors=errors[first:],
        intercept_error=float(errors[0]) if intercept else 0.0,
        residuals=y - columns @ values[first:] - constant,
        residual_deviation=deviation,
        r_squared=1 - (left / total) ** 2 if varies else math.nan,
        degrees_of_freedom=rows - unknowns,
        x=x,
        y=y,
    )


def _checked_names(names: Sequence[str] | None, x: np.ndarray) -> tuple[str, ...]:
    """Return the predictors' names."""
    if names is None:
        return ("x",) if x.ndim == 1 else tuple(f"x{number}" for number in range(x.shape[1]))
    count = 1 if x.ndim == 1 else x.shape[1]
    known = tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else ()
    if (
        len(known) != count
        or len({*known, "intercept"}) != count + 1
        or not all(isinstance(name, str) and name for name in known)
    ):
        raise InputError(
            f"names must be {count} different texts, one a predictor, none of them 'intercept' "
            f"(got {names!r})"
        )
    return known


def _check_values(columns: np.ndarray, names: Sequence[str]) -> None:
    """Raise InputError for a value that is not finite, or too large, and say where it is."""
    least, most = columns.min(), columns.max()
    if least >= -LARGEST and most <= LARGEST:  # of NaN neither is true
        return
    row, column = np.argwhere(~(np.abs(columns) <= LARGEST))[0].tolist()
    raise InputError(
        f"least squares needs numbers from -{LARGEST:g} to {LARGEST:g} (got "
        f"{columns[row, column]:g} for {names[column]} in row {row}); leave out such rows"
    )


def _triangle(columns: np.ndarray, y: np.ndarray, intercept: bool) -> np.ndarray:
    """Return R of the QR decomposition of [1, x, y], (columns, columns)."""
    rows, count = columns.shape
    first, width = int(intercept), count + int(intercept) + 1
    height = max(BLOCK, 8 * width)
    parts = []
    for begin in range(0, rows, height):
        end = min(begin + height, rows)
        block = np.ones((width, end - begin)).T  # each column in one piece, as LAPACK wants it
        block[:, first:-1] = columns[begin:end]
        block[:, -1] = y[begin:end]
        parts.append(np.asarray(np.linalg.qr(block, mode="r")))
    return np.asarray(np.linalg.qr(np.vstack(parts), mode="r"))


def _check_rank(triangle: np.ndarray, names: Sequence[str], intercept: bool, x: np.ndarray) -> None:
    """Raise FitError where columns depend on one another, and say how.

    Parameters
    ----------
    triangle
        R of the QR decomposition of [1, x, y].
    x
        (rows, predictors).
    """
    from scipy.linalg import qr, solve_triangular

    first, unknowns = int(intercept), len(names) + int(intercept)
    columns = triangle[:unknowns, first:unknowns]
    lengths = np.linalg.norm(columns, axis=0)
    for name, column, length in zip(names, x.T, lengths, strict=True):
        if length < SMALLEST:
            most = np.abs(column).max()
            if most == 0:
                raise FitError(f"least squares: {name} is 0 in every row; leave it out")
            raise InputError(
                f"least squares: {name} is at most {most:g} in every row, too small for its "
                f"square; give it in a unit in which it is beyond {SMALLEST:g}"
            )
    # Below the intercept's row stand the columns without their means.
    varying = columns[first:] / lengths
    for name, column, length in zip(names, x.T, np.linalg.norm(varying, axis=0), strict=True):
        if length > DEPENDENT:
            continue
        if column.min() < column.max():
            raise FitError(
                f"least squares: {name} varies by less than {DEPENDENT:g} of its size, which does "
                "not tell it from the intercept; subtract its mean"
            )
        raise FitError(
            f"least squares: {name} is the same in every row, as the intercept is; leave out "
            "one of them"
        )
    upper, order = qr(varying, mode="r", pivoting=True)
    rank = int((np.abs(np.diag(upper)) > DEPENDENT).sum())
    if rank == len(names):
        return
    shares = solve_triangular(upper[:rank, :rank], upper[:rank, rank:])
    told = []
    for share, dependent in zip(shares.T, order[rank:], strict=True):
        weights = share * lengths[dependent] / lengths[order[:rank]]
        parts = [
            (weight, f"·{names[column]}")
            for weight, part, column in sorted(
                zip(weights, share, order[:rank], strict=True), key=lambda entry: entry[2]
            )
            if abs(part) > PART
        ]
        if intercept:
            means = triangle[0, first:unknowns] / triangle[0, 0]
            rest = float(means[dependent] - weights @ means[order[:rank]])
            if abs(rest) > PART * np.abs(means).max():
                parts.append((rest, ""))
        told.append(f"{names[dependent]} = {_sum(parts)}")
    more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
    needless = ", ".join(names[column] for column in order[rank:][:SHOWN])
    raise FitError(
        f"least squares: columns depend on one another: {'; '.join(told[:SHOWN])}{more}; leave out "
        f"{needless}{more}"
    )


def _sum(parts: Sequence[tuple[float, str]]) -> str:
    """Return weighted names as a sum: 2·a − 0.5·b."""
    first, *others = (
        ("−" if weight < 0 else "+", f"{abs(weight):.4g}{name}".removeprefix("1·"))
        for weight, name in parts
    )
    told = ("−" if first[0] == "−" else "") + first[1]
    return " ".join([told, *(f"{sign} {term}" for sign, term in others)])
