"""Polynomials of rising degree: what more coefficients gain on the points, and lose on new ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from numpy.polynomial.legendre import legvander

from neurosim.learning import least_squares
from neurosim.plotting import COLOURS, FAINT, new_figure
from neurosim.progress import progress
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGHEST = 12  # degree
ROUNDING = 1e-13  # of the mean square of what is fitted
# That a mean may be off.  A normal one is so once in 4·10¹¹; the most skewed here, a χ² of 60
# degrees of freedom, once in 10⁷.
STANDARD_ERRORS = 7.0
UNITS = "(arb. units)"


class Errors(NamedTuple):
    """Mean squared errors by degree: of fits to many draws, or what is expected of them."""

    training: np.ndarray
    test: np.ndarray


def true_function(x: np.ndarray) -> np.ndarray:
    """Return the smooth function behind the points, from −1 to 1."""
    return np.sin(4 * x + 1)


def fit_polynomials(
    result: Result, points: int, noise: float, repetitions: int, random: np.random.Generator
) -> None:
    """Fit each degree to many draws of noisy points, and test it on new noise at the same places.

    The closed forms hold for a fixed design whether or not the model is true: with p coefficients
    the training error is expected to be σ²(1 − p/n) + b² and the test error σ²(1 + p/n) + b²,
    where b² is the mean square of what p coefficients leave of the true function: variance and
    bias (Geman, Bienenstock & Doursat 1992).  All degrees are fitted to the same draws: where the
    noise of these is small by chance, the means of neighbouring degrees lie below together.
    """
    x = np.linspace(-1, 1, points)
    true = true_function(x)
    design = legvander(x, HIGHEST)
    degrees = np.arange(HIGHEST + 1)
    training, test = np.empty((2, repetitions, degrees.size))
    drawn = true + noise * random.standard_normal((repetitions, 2, points))
    for k, (y, new) in enumerate(progress(drawn, "fitting polynomials")):
        for degree in degrees:
            fit = least_squares(design[:, : degree + 1], y, intercept=False)
            training[k, degree] = np.square(fit.residuals).mean()
            test[k, degree] = np.square(new - (y - fit.residuals)).mean()
    result.claim(
        f"the training error falls with every degree, in each of {repetitions} draws: largest rise",
        np.diff(training, axis=1).max(),
        at_most=ROUNDING * float(np.square(true).mean() + noise**2),
    )
    measured = Errors(training, test)
    expected, deviations = _expected(design, true, noise)
    for name, formula, values, means, spread in (
        ("training", "σ²(1 − p/n) + b²", training, expected.training, deviations.training),
        ("test", "σ²(1 + p/n) + b²", test, expected.test, deviations.test),
    ):
        off = np.abs(values.mean(axis=0) - means) / (spread / math.sqrt(repetitions))
        result.claim(
            f"the {name} error is {formula} at every degree: largest difference in standard errors",
            off.max(),
            at_most=STANDARD_ERRORS,
        )
    result.table(
        "polynomials",
        (
            "degree", "training error", "training error expected", "test error",
            "test error expected",
        ),
        zip(
            degrees, training.mean(axis=0), expected.training, test.mean(axis=0), expected.test,
            strict=True,
        ),
    )  # fmt: skip
    best = int(np.argmin(expected.test))
    figure, axes = new_figure(1, 2, width="page", height=2.9)
    _draw_fits(axes[0], x, drawn[0, 0], best)
    _draw_errors(axes[1], measured, expected, noise, best)
    figure.suptitle(
        "Every degree fits the training points better; new ones are predicted best by "
        f"degree {best}"
    )
    result.figure("polynomials", figure)


def _expected(design: np.ndarray, true: np.ndarray, noise: float) -> tuple[Errors, Errors]:
    """Return the errors' expectations by degree, and the standard deviations of a single draw.

    The residuals' squares are a non-central χ² of n − p degrees of freedom; the test error adds
    independent noise to a projection of the first.
    """
    n, variance = true.size, noise**2
    axes, _ = np.linalg.qr(design)
    along = axes.T @ true
    p = np.arange(1, design.shape[1] + 1)
    left = [true - axes[:, :count] @ along[:count] for count in p]
    bias = np.array([rest @ rest for rest in left])
    means = Errors(variance * (1 - p / n) + bias / n, variance * (1 + p / n) + bias / n)
    deviations = Errors(
        noise * np.sqrt(2 * variance * (n - p) + 4 * bias) / n,
        noise * np.sqrt(2 * variance * (n + 3 * p) + 4 * bias) / n,
    )
    return means, deviations


def _draw_fits(ax: Axes, x: np.ndarray, y: np.ndarray, best: int) -> None:
    """The first draw's points, the function behind them, and three fits."""
    fine = np.linspace(-1, 1, 401)
    ax.plot(fine, true_function(fine), color="0.75", linewidth=2.5, label="true function")
    degrees = sorted({1, best, HIGHEST})
    looks = zip(degrees, ("blue", "green", "vermillion"), ("--", "-", "-"), strict=False)
    for degree, colour, dashes in looks:
        fit = least_squares(legvander(x, degree), y, intercept=False)
        ax.plot(
            fine, fit(legvander(fine, degree)), dashes, color=COLOURS[colour],
            label=f"degree {degree}",
        )  # fmt: skip
    ax.plot(x, y, "o", color="black", zorder=4, label="points")
    low, high = min(y.min(), -1), max(y.max(), 1)
    margin = 0.1 * (high - low)
    ax.set(xlabel=f"x {UNITS}", ylabel=f"y {UNITS}", ylim=(low - margin, high + 4.5 * margin))
    ax.legend(loc="upper left", ncols=2)
    *others, most = (f"{degree + 1}" for degree in degrees)
    ax.set_title(
        f"The same {x.size} points, fitted with {', '.join(others)} and {most} coefficients"
    )


def _draw_errors(ax: Axes, measured: Errors, expected: Errors, noise: float, best: int) -> None:
    """Both errors by degree, the measured means on the closed forms."""
    degrees = np.arange(HIGHEST + 1)
    ax.axhline(noise**2, color=FAINT, linestyle=":", linewidth=0.8, label="noise σ²")
    for values, means, colour, marker, name in (
        (measured.test, expected.test, "vermillion", "s", "new points, same places"),
        (measured.training, expected.training, "blue", "o", "training points"),
    ):
        error = values.std(axis=0, ddof=1) / math.sqrt(len(values))
        ax.plot(degrees, means, color=COLOURS[colour], linewidth=0.9)
        ax.errorbar(
            degrees, values.mean(axis=0), error, fmt=marker, color=COLOURS[colour], capsize=1.5,
            markersize=3, linewidth=0.8, label=name,
        )  # fmt: skip
    ax.plot(
        [best], [expected.test[best]], "o", markerfacecolor="none", color="black", markersize=8,
        label="least expected error",
    )  # fmt: skip
    ax.set(yscale="log", xlabel="degree of the polynomial", xticks=degrees[::2])
    ax.set_ylabel(f"mean squared error {UNITS}")
    span = expected.test.max() / expected.training.min()
    ax.yaxis.set_major_locator(
        MaxNLocator(5) if span < 5 else LogLocator(subs=(1, 2, 5) if span < 100 else (1,))
    )
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.legend(loc="best")
    ax.set_title(
        f"Means ± s.e. of {len(measured.test)} draws, the same for all degrees, and the closed "
        "forms (lines)"
    )
