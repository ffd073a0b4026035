"""One linear neuron of two inputs: below 2/λmax it ends at least squares, above it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lstsq

from neurosim import ConvergenceError
from neurosim.learning import DeltaLearning, delta_rule, largest_rate
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

from .patterns import white

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAMPLES = 200
TRUE = np.array([1.0, -0.5])
BELOW, ABOVE = 0.95, 1.05  # of 2/λmax
LOOKS = {0.5: ("blue", "o-"), BELOW: ("vermillion", "s-"), ABOVE: ("purple", "^-")}
PASSES = 40  # that are drawn
CALM = 0.05  # of 2/λmax: the rate of the path pattern by pattern
START = np.array([-1.2, 0.9])
ENOUGH = 20_000  # passes, more than any rate here needs


class Plane:
    """Two correlated inputs of mean square 1, and targets that a plane nearly answers.

    Attributes
    ----------
    x, t : (samples, 2) and (samples,)
    best : the least-squares weights, (2,), by SciPy
    least : the mean squared error there
    curvatures : the eigenvalues of the mean of x·xᵀ, 1 − ρ and 1 + ρ
    """

    def __init__(self, correlation: float, noise: float, seed: int):
        random = np.random.default_rng(seed)
        along = white(random, SAMPLES, 2)
        across = np.sqrt(1 - correlation**2)
        self.x = np.column_stack([along[:, 0], correlation * along[:, 0] + across * along[:, 1]])
        self.t = self.x @ TRUE + noise * random.standard_normal(SAMPLES)
        self.best = lstsq(self.x, self.t)[0]
        self.least = float(np.mean((self.t - self.x @ self.best) ** 2))
        self.curvatures = np.array([1 - correlation, 1 + correlation])
        self.bound = 2 / float(self.curvatures[1])

    def learn(self, share: float, passes: int) -> DeltaLearning:
        """Learn in batches, at a rate in 2/λmax."""
        return delta_rule(
            self.x, self.t, rate=share * self.bound, passes=passes, bias=False, start=START,
            batch=True, tolerance=1e-12,
        )  # fmt: skip

    def draw(self, ax: Axes, reach: float) -> None:
        """Draw the error's contours about the best weights."""
        sides = [np.linspace(w - reach, w + reach, 81) for w in self.best]
        grid = np.stack(np.meshgrid(*sides), axis=-1) - self.best
        heights = np.einsum("...i,ij,...j", grid, self.x.T @ self.x / SAMPLES, grid)
        levels = np.geomspace(0.01, 1, 9) * heights.max()
        ax.contour(*sides, heights, levels=levels, colors="0.75", linewidths=0.6)
        ax.plot(*self.best, "*", color="black", markersize=8, zorder=5)
        ax.set(xlabel="weight $w_1$", ylabel="weight $w_2$")
        ax.set(xlim=sides[0][[0, -1]], ylim=sides[1][[0, -1]])


def learn_below_and_above(result: Result, plane: Plane) -> dict[float, DeltaLearning]:
    """Learn on both sides of the bound, as claims; return the runs that are drawn, by rate."""
    result.claim(
        "the largest rate, 2/λmax, is 2/(1 + ρ) for two inputs of correlation ρ",
        largest_rate(plane.x, bias=False), plane.bound, relative=1e-12,
    )  # fmt: skip
    found = plane.learn(BELOW, ENOUGH)
    result.claim(
        f"η = {BELOW:g}·2/λmax: the weights end at SciPy's least squares, largest difference",
        np.abs(found.weights - plane.best).max(), at_most=1e-8,
    )  # fmt: skip
    result.claim("and the error there is the least", found.errors[-1], plane.least, relative=1e-8)
    away = plane.learn(ABOVE, PASSES)
    steepest = np.array([1, 1]) / np.sqrt(2)
    along = (away.path - plane.best) @ steepest
    # Rounding of the sums over the patterns, beside weights that have grown.
    result.claim(
        f"η = {ABOVE:g}·2/λmax: a pass multiplies the distance along the steepest axis by "
        "1 − ηλmax",
        along[1:] / along[:-1], 1 - 2 * ABOVE, tolerance=1e-8,
    )  # fmt: skip
    try:
        plane.learn(ABOVE, ENOUGH)
        told = False
    except ConvergenceError:
        told = True
    result.claim("and it diverges, which is told", told)
    curves = {share: plane.learn(share, PASSES) for share in LOOKS}
    result.table(
        "batches",
        ("pass", *(f"error at {share:g} of 2/lambda_max" for share in curves)),
        [
            (
                n + 1,
                *(found.errors[n] if n < len(found.errors) else "" for found in curves.values()),
            )
            for n in range(PASSES)
        ],
    )
    return curves


def draw_paths(ax: Axes, plane: Plane) -> None:
    """Draw the error surface: batches from side to side, and pattern by pattern."""
    plane.draw(ax, 1.15 * float(np.abs(START - plane.best).max()))
    w = START
    wandering = [w]
    for x, t in zip(plane.x, plane.t, strict=True):
        w = delta_rule(
            x[None], t[None], rate=CALM * plane.bound, passes=1, bias=False, start=w
        ).weights
        wandering.append(w)
    path = plane.learn(BELOW, PASSES).path
    ax.plot(*path.T, "s-", color=COLOURS["vermillion"], linewidth=0.7, label="in batches")
    ax.plot(*np.array(wandering).T, color=COLOURS["blue"], linewidth=0.9, label="by pattern")
    ax.legend(
        loc="lower left", handlelength=1.4, frameon=True, framealpha=1, edgecolor="none",
        borderaxespad=0.2,
    )  # fmt: skip
    ax.set_title("Two ways down the error: ★ is the least")


def draw_curves(ax: Axes, plane: Plane, curves: dict[float, DeltaLearning]) -> None:
    """Draw the error by pass."""
    for share, found in curves.items():
        colour, look = LOOKS[share]
        ax.plot(
            np.arange(1, len(found.errors) + 1), found.errors, look, color=COLOURS[colour],
            markevery=5, label=f"{share:g}",
        )  # fmt: skip
    ax.axhline(plane.least, color=FAINT, linestyle="--", linewidth=0.8)
    ax.annotate(
        "least squares", (PASSES, plane.least), (0, -2), textcoords="offset points", ha="right",
        va="top", color=FAINT,
    )  # fmt: skip
    ax.set(yscale="log", xlabel="pass", ylabel="mean squared error")
    ax.set_ylim(bottom=0.4 * plane.least)
    ax.legend(title="$\\eta$ in $2/\\lambda_{max}$", loc="upper left")
    ax.set_title("Below 2/λmax the error falls to the least")
