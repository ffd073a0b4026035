"""Two clouds of points with a gap between them, and with one point on the wrong side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim import ConvergenceError, InputError
from neurosim.learning import PerceptronLearning, perceptron_rule, separable
from neurosim.learning.perceptron_learning import boundary
from neurosim.plotting import COLOURS, new_figure
from neurosim.result import Result

from .sets import parted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

PASSES = 100  # with the point on the wrong side
LINES = 10  # boundaries that are drawn on their way
FRAMES = 24  # at most, of what moves
STANDING = 4  # frames more, at the end
LOOKS = {1: ("vermillion", "o"), -1: ("blue", "s")}


@dataclass(frozen=True)
class Clouds:
    """What was learned from two clouds with a gap between them, and from them with an outlier.

    The outlier is the last sample: it lies at the mean of the other class.
    """

    apart: PerceptronLearning
    mixed: PerceptronLearning


def learn_clouds(result: Result, random: np.random.Generator, points: int, gap: float) -> Clouds:
    """Learn both sets, with their claims."""
    if points % 2:
        raise InputError(f"points must be even, half of them a cloud (got {points})")
    patterns, labels, least = parted(random, points, 2, gap)
    apart = perceptron_rule(patterns, labels)
    result.claim("two clouds with a gap: a line parts them, and the rule ends", apart.converged)
    result.claim("its mistakes, within (R/γ)²", apart.mistakes, at_most=apart.bound)
    result.claim(
        "γ is at least the gap over the length of the true line's weights: their ratio",
        apart.margin / least,
        at_least=1 - 1e-9,
    )
    middle = patterns[labels > 0].mean(axis=0)
    patterns, labels = np.vstack([patterns, middle]), np.append(labels, -1)
    result.claim(
        "with a −1 at the mean of all +1: no line parts them", separable(patterns, labels), False
    )
    told = ""
    try:
        perceptron_rule(patterns, labels)
    except ConvergenceError as error:
        told = str(error)
    result.claim("and the rule stops and says so", "no plane parts the classes" in told)
    mixed = perceptron_rule(patterns, labels, passes=PASSES)
    result.claim(
        f"it makes mistakes in each of {PASSES} passes: the fewest",
        mixed.mistakes_by_pass.min(),
        at_least=1,
    )
    return Clouds(apart, mixed)


def draw_movement(on_apart: Axes, on_mixed: Axes, by_pass: Axes, clouds: Clouds) -> None:
    """The boundary on its way, for both sets, and their mistakes by pass."""
    for ax, found in ((on_apart, clouds.apart), (on_mixed, clouds.mixed)):
        _draw_samples(ax, found)
        shown = _spread(len(found.history), LINES)
        for k, n in enumerate(shown):
            shade = 0.8 * (1 - k / max(1, len(shown) - 1))
            last = k == len(shown) - 1
            _draw_boundary(
                ax, found.history[n], color=f"{shade:.2f}", zorder=1 + k / LINES,
                linewidth=1.6 if last else 0.8,
            )  # fmt: skip
    mistakes = clouds.apart.mistakes
    on_apart.set_title(
        f"Apart: at rest after {mistakes} mistake{'s' * (mistakes != 1)} (light to dark)"
    )
    on_apart.legend(
        loc="upper center", ncols=2, frameon=True, facecolor="white", edgecolor="none",
        framealpha=1, handletextpad=0.1,
    )  # fmt: skip
    on_mixed.set_title("One outlier (ringed): the line never comes to rest")
    on_mixed.plot(
        *clouds.mixed.patterns[-1], "o", color="black", markersize=8, fillstyle="none", zorder=4
    )
    for found, name, mark, label in (
        (clouds.mixed, "vermillion", "s-", "one outlier"),
        (clouds.apart, "blue", "o-", "apart"),
    ):
        counts = found.mistakes_by_pass[:40]
        by_pass.plot(
            np.arange(1, len(counts) + 1), counts, mark, color=COLOURS[name], label=label,
            linewidth=0.9, markersize=2,
        )  # fmt: skip
    top = max(found.mistakes_by_pass[:40].max() for found in (clouds.apart, clouds.mixed))
    by_pass.set(xlabel="pass over all samples", ylabel="mistakes", ylim=(-0.04 * top, 1.1 * top))
    by_pass.legend(loc="upper right")
    by_pass.set_title("A pass without mistakes is the last")


def move_along(result: Result, clouds: Clouds) -> None:
    """Both boundaries, from mistake to mistake, as a GIF; what was mistaken is ringed."""
    figure, axes = new_figure(1, 2, width="page", height=3.4)
    both = (clouds.apart, clouds.mixed)
    counts = (len(clouds.apart.history), min(len(clouds.mixed.history), 4 * FRAMES))
    steps = [_spread(count, FRAMES) for count in counts]
    lines: list[Line2D] = []
    rings: list[Line2D] = []
    texts: list[Text] = []
    for ax, found, title in zip(axes, both, ("Two clouds apart", "One outlier"), strict=True):
        _draw_samples(ax, found)
        ax.set_title(title)
        lines += ax.plot([], [], color="black", linewidth=1.4)
        rings += ax.plot(
            [], [], "o", color="black", markersize=9, fillstyle="none", zorder=4,
            label="just mistaken",
        )  # fmt: skip
        texts.append(ax.annotate("", (0.98, 0.02), xycoords="axes fraction", ha="right"))
    axes[0].legend(loc="upper center", ncols=3, handletextpad=0.1, columnspacing=1.0)
    figure.suptitle("The perceptron's rule, from mistake to mistake")

    def update(frame: int) -> None:
        for line, ring, text, found, shown in zip(lines, rings, texts, both, steps, strict=True):
            n = shown[min(frame, len(shown) - 1)]
            *weights, bias = found.history[n].tolist()
            rests = n == len(found.updates) and found.converged
            text.set_text(f"{'at rest ' * rests}after {n} mistake{'s' * (n != 1)}")
            line.set_data([], [])
            if any(weights):
                start, stop = boundary(np.array(weights), bias)
                ends = np.array([start]) + np.array([[-9.0], [9.0]]) * np.subtract(stop, start)
                line.set_data(*ends.T)
            ring.set_data([], [])
            if n and frame < len(shown):
                ring.set_data(*found.patterns[found.updates[n - 1], :, None])

    result.animation("boundary", figure, update, max(map(len, steps)) + STANDING, rate=4)


def _spread(count: int, most: int) -> list[int]:
    """Return at most so many places from 0 to count − 1, spread evenly, both ends among them."""
    return np.unique(np.linspace(0, count - 1, most).round().astype(int)).tolist()


def _draw_samples(ax: Axes, found: PerceptronLearning) -> None:
    for label, (name, mark) in LOOKS.items():
        of_class = found.patterns[found.labels == label]
        ax.plot(
            *of_class.T, mark, color=COLOURS[name], markersize=3, zorder=3,
            label=f"label {label:+d}".replace("-", "−"),
        )  # fmt: skip
    low, high = found.patterns.min(axis=0) - 0.2, found.patterns.max(axis=0) + 0.2
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1] + 0.2), xlabel="$x_1$", ylabel="$x_2$")


def _draw_boundary(ax: Axes, folded: np.ndarray, **look: Any) -> None:
    if folded[:-1].any():
        ax.axline(*boundary(folded[:-1], float(folded[-1])), **look)
