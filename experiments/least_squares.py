r"""Least squares: the line through noisy points · 最小平方法 · lecture row 9

Question: Which line lies nearest to noisy points, and how sure can one be of it?
Equation: $\beta = \dfrac{\sum (x - \bar{x})(y - \bar{y})}{\sum (x - \bar{x})^2}$
    $\alpha = \bar{y} - \beta\bar{x}$
Levels: computation, algorithm
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.stats import binom, chi2, t

from neurosim.learning import Descent, LeastSquares, gradient_descent, least_squares
from neurosim.plotting import COLOURS, FAINT, mark_zero, new_figure
from neurosim.result import Result

from .parameters import check_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REACH = 2.0  # x lies from 0 to here
STEP = 1.6  # of the descent, in 1/λmax; from 2 on it would diverge
CLOSE = 1e-12  # of the distance at the start, at which the descent ends
ROUNDING = 1e-13  # that a few sums of well spread points may be off by, of their largest value
CONFIDENCE = 0.95
CHANCE = 1e-9  # that a claim about many lines fails where theory is right
INTERVALS = 41  # that are drawn
UNITS = "(arb. units)"


class Lines(NamedTuple):
    """What was fitted to many draws of the noise: α and β, and their errors, (lines, 2) each."""

    values: np.ndarray
    errors: np.ndarray


def run(
    alpha: float = 1.0,
    beta: float = 0.5,
    noise: float = 0.3,
    points: int = 40,
    lines: int = 2000,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Fit a line to noisy points, in closed form and by gradient descent.

    Least squares (Gauss 1809) gives α and β of y = α + βx at once, with their standard errors.
    Gradient descent on the same squared error walks to the same line.  The standard errors are
    put to the test on many lines: an interval of 95% holds the true slope in 95% of them.

    Parameters
    ----------
    alpha
        The true line's α, its height at x = 0, from −10 to 10 (arbitrary units, as all here).
    beta
        Its slope β, from −10 to 10.
    noise
        Standard deviation of the points about it, from 0.001 to 10.
    points
        How many, from 3 to 10000.
    lines
        How many more are fitted, from 100 to 10000.
    seed
        Of the points.
    quick
        At most 500 more lines.
    """
    result = Result("least-squares", locals(), seed)
    check_range("alpha", alpha, -10, 10)
    check_range("beta", beta, -10, 10)
    check_range("noise", noise, 1e-3, 10)
    check_range("points", points, 3, 10_000)
    check_range("lines", lines, 100, 10_000)
    random = np.random.default_rng(seed)
    x = np.linspace(0, REACH, points)
    y = alpha + beta * x + noise * random.standard_normal(points)
    fit = least_squares(x, y)
    _check_fit(result, fit)
    descent = _descend(x, y)
    _check_descent(result, fit, descent)
    many = _many_lines(random, x, (alpha, beta), noise, min(lines, 500) if quick else lines)
    held = _check_errors(result, x, many, (alpha, beta), noise)

    figure, axes = new_figure(2, 2, width="page", height=4.9)
    _draw_fit(axes[0, 0], fit, alpha, beta)
    _draw_residuals(axes[0, 1], fit)
    _draw_surface(axes[1, 0], fit, descent)
    _draw_intervals(axes[1, 1], many, held, beta, points)
    figure.suptitle(
        "Gradient descent walks to the line that the closed form gives at once"
        if result.holds
        else "Not all that is claimed of the line holds"
    )
    result.figure("least-squares", figure)
    result.table(
        "line",
        ("parameter", "true", "closed form", "standard error", "gradient descent"),
        [
            ("alpha", alpha, fit.intercept, fit.intercept_error, descent.path[-1, 0]),
            ("beta", beta, fit.coefficients[0], fit.standard_errors[0], descent.path[-1, 1]),
        ],
    )
    return result


def _check_fit(result: Result, fit: LeastSquares) -> None:
    """The fit is the textbook's, and its residuals are what such a line's are."""
    x, y = fit.x, fit.y
    around, size = x - x.mean(), float(np.abs(y).max())
    slope = around @ (y - y.mean()) / (around @ around)
    result.claim(
        "α is ȳ − βx̄ and β is Sxy/Sxx: largest difference from what was fitted",
        max(abs(fit.intercept - y.mean() + slope * x.mean()), abs(fit.coefficients[0] - slope)),
        at_most=ROUNDING * size,
    )
    off = ROUNDING * size * x.size
    result.claim("the residuals sum to 0", fit.residuals.sum(), 0, tolerance=off)
    result.claim(
        "the residuals are orthogonal to x: Σ residual · x", fit.residuals @ x, 0,
        tolerance=REACH * off,
    )  # fmt: skip


def _descend(x: np.ndarray, y: np.ndarray) -> Descent:
    """Walk down the mean squared error from α = β = 0, with a step below 2/λmax.

    Each step leaves of the distance at most the larger of |1 − step·λ|, which says how many steps
    are needed.
    """
    design = np.column_stack([np.ones_like(x), x])
    curvature = 2 / x.size * design.T @ design
    least, most = np.linalg.eigvalsh(curvature)
    step = STEP / most
    rate = max(abs(1 - step * least), abs(1 - step * most))
    return gradient_descent(
        lambda w: float(np.square(design @ w - y).mean()),
        np.zeros(2),
        lambda w: 2 / x.size * design.T @ (design @ w - y),
        step=step,
        steps=math.ceil(math.log(CLOSE) / math.log(rate)),
        tolerance=np.finfo(float).tiny,  # to the last step
    )


def _check_descent(result: Result, fit: LeastSquares, descent: Descent) -> None:
    """The descent ends where the closed form is, and never climbs."""
    found = [fit.intercept, fit.coefficients[0]]
    steps = len(descent.path) - 1
    result.claim(
        f"closed form = gradient descent, {steps} steps of {STEP:g}/λmax: largest difference",
        np.abs(descent.path[-1] - found).max(),
        at_most=1e-8,
    )
    excess = _excess(fit, *descent.path.T)
    rises = np.diff(excess) > ROUNDING * excess[0]
    result.claim("steps of the descent at which the squared error rises", int(rises.sum()), 0)


def _excess(fit: LeastSquares, alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Return by how much a line's mean squared error is above the least, for many lines.

    The residuals are orthogonal to all lines, so that what is added is a line's own mean square.
    """
    a, b = alpha - fit.intercept, beta - fit.coefficients[0]
    return a**2 + 2 * a * b * fit.x.mean() + b**2 * np.square(fit.x).mean()


def _many_lines(
    random: np.random.Generator, x: np.ndarray, true: tuple[float, float], noise: float, lines: int
) -> Lines:
    """Fit a line to each of many draws of the noise."""
    values, errors = np.empty((2, lines, 2))
    for k in range(lines):
        fit = least_squares(x, true[0] + true[1] * x + noise * random.standard_normal(x.size))
        values[k] = fit.intercept, fit.coefficients[0]
        errors[k] = fit.intercept_error, fit.standard_errors[0]
    return Lines(values, errors)


def _check_errors(
    result: Result, x: np.ndarray, many: Lines, true: tuple[float, float], noise: float
) -> np.ndarray:
    """The standard errors tell how far off the lines are; return which intervals hold the truth."""
    lines = len(many.values)
    wide = t.ppf((1 + CONFIDENCE) / 2, x.size - 2)
    held = np.abs(many.values - true) <= wide * many.errors
    result.claim(
        f"of {lines} intervals of {CONFIDENCE:.0%}, how many hold the true α, and the true β "
        "(binomial bounds)",
        held.sum(axis=0),
        at_least=binom.ppf(CHANCE / 4, lines, CONFIDENCE),
        at_most=binom.isf(CHANCE / 4, lines, CONFIDENCE),
    )
    around = x - x.mean()
    ratio = many.values[:, 1].std(ddof=1) / (noise / math.sqrt(around @ around))
    result.claim(
        "the slopes scatter by σ/√Sxx: their standard deviation over that (bounds of χ²)",
        ratio,
        at_least=math.sqrt(chi2.ppf(CHANCE / 2, lines - 1) / (lines - 1)),
        at_most=math.sqrt(chi2.isf(CHANCE / 2, lines - 1) / (lines - 1)),
    )
    return held


def _draw_fit(ax: Axes, fit: LeastSquares, alpha: float, beta: float) -> None:
    """Points, the true line and the fitted one, with the residuals as sticks between."""
    ax.vlines(fit.x, fit.y - fit.residuals, fit.y, color="0.75", linewidth=0.6, zorder=1)
    size = 3 if fit.x.size <= 200 else 1
    ax.plot(fit.x, fit.y, "o", color="black", markersize=size, label="points")
    ends = np.array([0, REACH])
    ax.plot(ends, alpha + beta * ends, "--", color=COLOURS["blue"], label="true line")
    fit.plot(ax, color=COLOURS["vermillion"], label="least squares")
    ax.set(xlabel=f"x {UNITS}", ylabel=f"y {UNITS}")
    ax.legend(loc="best")
    found = (
        f"The line has α = {fit.intercept:.3g} ± {fit.intercept_error:.1g}, "
        f"β = {fit.coefficients[0]:.3g} ± {fit.standard_errors[0]:.1g}"
    )
    ax.set_title(found.replace("-", "−"))


def _draw_residuals(ax: Axes, fit: LeastSquares) -> None:
    """What the line leaves, and its estimated standard deviation."""
    reach = fit.residual_deviation
    ax.axhspan(-reach, reach, color="0.93", linewidth=0, zorder=0)
    mark_zero(ax)
    ax.plot(fit.x, fit.residuals, "o", color="black", markersize=3 if fit.x.size <= 200 else 1)
    ax.set(xlabel=f"x {UNITS}", ylabel=f"residual {UNITS}")
    within = np.mean(np.abs(fit.residuals) <= reach)
    ax.set_title(f"{within:.0%} of the residuals are within one standard deviation, {reach:.2g}")


def _draw_surface(ax: Axes, fit: LeastSquares, descent: Descent) -> None:
    """The squared error over α and β, in contours, with the descent's path on it."""
    low, high = descent.path.min(axis=0), descent.path.max(axis=0)
    margin = 0.25 * (high - low).max()
    sides = [np.linspace(a - margin, b + margin, 121) for a, b in zip(low, high, strict=True)]
    surface = _excess(fit, *np.meshgrid(*sides))
    levels = np.geomspace(surface.max() / 2**14, surface.max() / 2, 14)
    ax.contour(*sides, surface, levels, colors="0.7", linewidths=0.6)
    ax.plot(*descent.path.T, "o-", color=COLOURS["blue"], label="descent", linewidth=0.8)
    ax.plot(
        fit.intercept, fit.coefficients[0], "*", color=COLOURS["vermillion"], markersize=7,
        label="closed form", zorder=5,
    )  # fmt: skip
    ax.set(xlabel=f"α {UNITS}", ylabel=f"β {UNITS}")
    ax.legend(loc="best", frameon=True, facecolor="white", edgecolor="none", framealpha=0.9)
    ax.set_title(f"Down the squared error in steps of {STEP:g}/λmax (contours: factors of two)")


def _draw_intervals(ax: Axes, many: Lines, held: np.ndarray, beta: float, points: int) -> None:
    """The first intervals of the slope; those that miss the truth stand out."""
    wide = t.ppf((1 + CONFIDENCE) / 2, points - 2)
    number = np.arange(1, min(INTERVALS, len(held)) + 1)
    off = many.values[: number.size, 1] - beta
    ax.axhline(0, color=FAINT, linewidth=0.8)
    for holds, colour, marker, label in (
        (True, "blue", "o", "holds the true β"),
        (False, "vermillion", "s", "misses it"),
    ):
        chosen = held[: number.size, 1] == holds
        ax.errorbar(
            number[chosen], off[chosen],
            wide * many.errors[: number.size, 1][chosen], fmt=marker, color=COLOURS[colour],
            markersize=2.5, linewidth=0.8, label=label,
        )  # fmt: skip
    ax.set(xlabel="line, each with noise of its own", ylabel=f"fitted β − true β {UNITS}")
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.25 * (high - low))
    ax.legend(loc="upper left", ncols=2)
    ax.set_title(
        f"{held[:, 1].mean():.1%} of {len(held):,} intervals of {CONFIDENCE:.0%} hold "
        "the true slope"
    )
