"""A quadratic bowl: the 2/L bound, the factor a step, and momentum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim import ConvergenceError
from neurosim.learning import Descent, gradient_descent
from neurosim.plotting import COLOURS, FAINT, new_figure
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

START = (2.0, 1.0)
BELOW, ABOVE = 0.95, 1.05  # of 2/L
# Of 2/L: smooth, then from side to side, then away; each with its look.
SHARES = {0.5: ("blue", "o-"), BELOW: ("vermillion", "s-"), ABOVE: ("purple", "^-")}
DRAWN = 8  # steps of a path
FRAMES = 20  # steps of the animation
STEPS = 20_000  # more than any path that converges here needs


@dataclass(frozen=True)
class Bowl:
    """½(w₁² + L·w₂²).

    Attributes
    ----------
    curvature : L, the larger of the two curvatures
    """

    curvature: float

    @property
    def bound(self) -> float:
        """2/L."""
        return 2 / self.curvature

    def value(self, w: np.ndarray) -> float:
        """Return the error at (w₁, w₂)."""
        return 0.5 * float(w[0] ** 2 + self.curvature * w[1] ** 2)

    def gradient(self, w: np.ndarray) -> np.ndarray:
        """Return its slopes there, (2,)."""
        return np.array([w[0], self.curvature * w[1]])

    def descend(self, step: float, momentum: float = 0.0, steps: int = STEPS) -> Descent:
        """Return the path from `START`."""
        return gradient_descent(
            self.value, START, self.gradient, step=step, momentum=momentum, steps=steps
        )

    def draw(self, ax: Axes) -> None:
        """Draw its contours, with room for paths that leave."""
        x, y = np.linspace(-1.2, 2.4, 81), np.linspace(-2.2, 2.2, 81)
        heights = 0.5 * (x**2 + self.curvature * y[:, None] ** 2)
        levels = np.geomspace(0.02, heights.max(), 10)
        ax.contour(x, y, heights, levels=levels, colors="0.75", linewidths=0.6)
        ax.plot([0], [0], "+", color="black", markersize=6)
        ax.set(xlabel="$w_1$", ylabel="$w_2$", xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))


def draw_paths(result: Result, on_map: Axes, by_step: Axes, bowl: Bowl) -> None:
    """Paths below and above the bound: claims, where they go, and their error by step."""
    found = bowl.descend(BELOW * bowl.bound)
    result.claim(
        f"a step of {BELOW:g}·2/L: the error falls at every step", (np.diff(found.values) < 0).all()
    )
    result.claim("and it ends at the minimum: |w|", np.linalg.norm(found.point), at_most=1e-8)
    # The gradient is at least as large as |w|, for the least curvature is 1.
    told = 0
    try:
        bowl.descend(ABOVE * bowl.bound)
    except ConvergenceError as error:
        told = error.step
    # |1 − 1.05·2| = 1.1 a step along w₂, until it is 10¹⁰ times as far as the start.
    away = math.ceil(math.log(1e10 * START[0] / START[1]) / math.log(2 * ABOVE - 1))
    result.claim(f"a step of {ABOVE:g}·2/L diverges: seen at step", told, away)
    bowl.draw(on_map)
    for share, (colour, look) in SHARES.items():
        found = bowl.descend(share * bowl.bound, steps=40)
        on_map.plot(*found.path[: DRAWN + 1].T, look, color=COLOURS[colour], linewidth=0.9)
        by_step.plot(found.values, look, color=COLOURS[colour], markevery=5, label=f"{share:g}")
    on_map.set_title(f"{DRAWN} steps down a bowl: the size decides")
    by_step.set(yscale="log", xlabel="step", ylabel="error $E$ (arb. units)")
    by_step.legend(title="$\\alpha$ in $2/L$")
    by_step.set_title("Below 2/L the error falls at every step")


def draw_factors(result: Result, ax: Axes, bowl: Bowl) -> None:
    """What one step multiplies each distance by: 1 − αλ."""
    shares = np.arange(0.06, 1.2, 0.05)  # 1 itself is not among them
    alphas = shares * bowl.bound
    measured = np.array([bowl.descend(a, steps=1).path[1] / START for a in alphas])
    curvatures = np.array([1.0, bowl.curvature])
    result.claim(
        "a step multiplies the distance along an axis of curvature λ by 1 − αλ: largest difference",
        np.abs(measured - (1 - alphas[:, None] * curvatures)).max(),
        at_most=1e-14,
    )
    worst = np.abs(measured).max(axis=1)
    result.claim(
        "both factors are below 1 in size exactly where α < 2/L", (worst < 1) == (shares < 1)
    )
    fine = np.linspace(0, 1.25, 101)
    for k, (colour, mark) in enumerate((("blue", "o"), ("vermillion", "s"))):
        ax.plot(fine, np.abs(1 - fine * bowl.bound * curvatures[k]), color=COLOURS[colour])
        ax.plot(
            shares, np.abs(measured[:, k]), mark, color=COLOURS[colour],
            label=f"λ = {curvatures[k]:g}",
        )  # fmt: skip
    ax.axhline(1, color=FAINT, linewidth=0.6)
    ax.axvline(1, color=FAINT, linewidth=0.6, linestyle="--")
    ax.set(xlabel="step size $\\alpha$ (in $2/L$)", ylabel="factor $|1 - \\alpha\\lambda|$")
    ax.set(ylim=(0, 1.6))
    ax.legend(loc="upper left", handletextpad=0.2, borderaxespad=0)
    ax.set_title("Beyond 2/L the steepest axis grows")


def compare_momentum(result: Result, ax: Axes, bowl: Bowl) -> None:
    """The best fixed step beside the best momentum, each with the rate that theory gives it."""
    root = math.sqrt(bowl.curvature)
    rates = {
        "none": (bowl.curvature - 1) / (bowl.curvature + 1),
        "Polyak's": (root - 1) / (root + 1),
    }
    # Polyak's choice: it makes both factors' sizes √momentum.
    found = {
        "none": bowl.descend(2 / (1 + bowl.curvature)),
        "Polyak's": bowl.descend((2 / (1 + root)) ** 2, rates["Polyak's"] ** 2),
    }
    looks = (("none", "blue", "-"), ("Polyak's", "vermillion", "--"))
    for name, colour, dashes in looks:
        size = np.linalg.norm(found[name].path, axis=1)
        ax.plot(size, dashes, color=COLOURS[colour], label=name)
    fixed = np.linalg.norm(found["none"].path, axis=1)
    result.claim(
        "the best fixed step: |w| shrinks by (κ − 1)/(κ + 1) each step, κ = λmax/λmin",
        (fixed[-1] / fixed[0]) ** (1 / (len(fixed) - 1)), rates["none"], tolerance=1e-12,
    )  # fmt: skip
    # Along each axis wₙ₊₁ = 2s·wₙ − s²·wₙ₋₁, from w₋₁ = w₀: a double root s, ρ and −ρ.
    path = found["Polyak's"].path
    n = np.arange(len(path))[:, None]
    s = np.array([1.0, -1.0]) * rates["Polyak's"]
    result.claim(
        "momentum: wₙ is w₀(1 + n(1 − s))sⁿ, s = ±(√κ − 1)/(√κ + 1): largest difference",
        np.abs(path - np.array(START) * (1 + n * (1 - s)) * s**n).max(),
        at_most=1e-12,
    )
    counts = [len(found[name].sizes) for name in rates]
    result.claim("momentum needs no more steps", counts[1] <= counts[0])
    result.table(
        "momentum", ("momentum", "rate", "steps"), zip(rates, rates.values(), counts, strict=True)
    )
    ax.set(yscale="log", xlabel="step", ylabel="distance $|w|$")
    ax.legend(title="momentum")
    ax.set_title("Momentum: √κ counts, not κ")


def move_along(result: Result, bowl: Bowl) -> None:
    """The three paths, step by step, as a GIF."""
    figure, ax = new_figure()
    bowl.draw(ax)
    paths, lines = [], []
    for share, (colour, look) in SHARES.items():
        paths.append(bowl.descend(share * bowl.bound, steps=FRAMES).path)
        lines += ax.plot([], [], look, color=COLOURS[colour], label=f"{share:g}")
    ax.legend(title="$\\alpha$ in $2/L$", loc="lower left")
    ax.set_title("Gradient descent, step by step")

    def update(frame: int) -> None:
        for path, line in zip(paths, lines, strict=True):
            line.set_data(*path[: frame + 1].T)

    result.animation("path", figure, update, FRAMES + 1, rate=4)
