"""The figure: what is shown, the correlation of each fold, and how far the angles are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurosim.plotting import COLOURS, FAINT, new_figure, show_image

from .folds import Fold
from .showing import Turned
from .tried import Tried, Who

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS = 6  # examples
BINS = 9  # of angles
GAP = 1


def draw(shown: Mapping[str, Turned], fold: Fold, window: Tried, boxed: Tried) -> Figure:
    """Draw some images with what is told of them, and how well all are predicted.

    Parameters
    ----------
    shown
        What was learned from, by its name; examples are those that the fold holds out.
    window, boxed
        What came of digits in a window, and of whole ones.
    """
    figure, axes = new_figure(2, 2, width="page", height=5.0)
    _draw_examples(axes[0, 0], shown, fold, window, boxed)
    _draw_correlations(axes[0, 1], window, boxed)
    _draw_angles(axes[1, 0], window)
    _draw_errors(axes[1, 1], window)
    middle, low, high = window.mean_correlation()
    figure.suptitle(
        f"Angles of digits never learned: predicted and true correlate by {middle:.3f} ({low:.3f} "
        f"to {high:.3f}), and are {window.error():.1f}° apart on average"
    )
    return figure


def _draw_examples(
    ax: Axes, shown: Mapping[str, Turned], fold: Fold, window: Tried, boxed: Tried
) -> None:
    """Draw the same digits whole and in the window, below them what is so and what is told."""
    some = np.argsort(window.folds[0].true)[
        np.linspace(0, len(fold.held_out) - 1, ACROSS).round().astype(int)
    ]
    rows = [shown[tried.shown].images[fold.held_out[some], 0] for tried in (boxed, window)]
    side = rows[0].shape[1]
    sheet = np.full((2 * (side + GAP) - GAP, ACROSS * (side + GAP) - GAP), np.nan)
    for down, images in enumerate(rows):
        own = images.shape[1]
        margin = (side - own) // 2
        for right, image in enumerate(images):
            top, left = down * (side + GAP) + margin, right * (side + GAP) + margin
            sheet[top : top + own, left : left + own] = image / images.max()
    show_image(ax, sheet, "Turned digits: whole, and in the window", limits=(0, 1), bar=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    true, told = (values[some] for values in (window.folds[0].true, window.folds[0].network))
    ax.set_xticks(
        np.arange(ACROSS) * (side + GAP) + (side - 1) / 2,
        [
            f"{one:+.0f}°\n{other:+.0f}°".replace("-", "−")
            for one, other in zip(true, told, strict=True)
        ],
    )
    ax.tick_params(length=0)
    ax.set_xlabel("angle: true, and below it predicted in the window")


def _draw_correlations(ax: Axes, window: Tried, boxed: Tried) -> None:
    """Draw the correlation of each fold and their mean, as the lecture tabulates them."""
    count = len(window.folds)
    several: tuple[tuple[Tried, Who, str, str, str], ...] = (
        (window, "network", "network", "o", "blue"),
        (window, "plane", "least-squares plane", "s", "orange"),
        (boxed, "network", "network, whole digits", "^", "vermillion"),
    )
    for shift, (tried, who, label, marker, colour) in enumerate(several):
        each = [(one.r, *one.interval()) for one in tried.correlations(who)]
        middle, low, high = np.array([*each, tried.mean_correlation(who)]).T
        ax.errorbar(
            np.append(np.arange(1, count + 1), count + 1.5) + 0.2 * (shift - 1), middle,
            yerr=[middle - low, high - middle], fmt=marker, color=COLOURS[colour], markersize=3.5,
            linewidth=1.0, label=label,
        )  # fmt: skip
    ax.axvline(count + 0.75, color=FAINT, linewidth=0.6)
    ax.set_xticks([*range(1, count + 1), count + 1.5], [*map(str, range(1, count + 1)), "mean"])
    low, high = ax.get_ylim()
    ax.set(
        xlabel="experiment: which fold is held out", ylabel="Pearson correlation (95%)",
        ylim=(low - 0.5 * (high - low), min(1.0, high)),
    )  # fmt: skip
    ax.legend(loc="lower center")
    ax.set_title("Correlation in each experiment, and the mean")


def _draw_angles(ax: Axes, window: Tried) -> None:
    """Draw predicted against true angles of all digits."""
    ends = (window.true.min(), window.true.max())
    ax.plot(ends, ends, color=FAINT, linewidth=0.8)
    ax.plot(
        window.true, window.predicted(), "o", color=COLOURS["blue"], markersize=1.5, alpha=0.5,
        markeredgewidth=0, linewidth=0,
    )  # fmt: skip
    ax.set(xlabel="true angle (°)", ylabel="predicted angle (°)")
    ax.set_title(f"{len(window.true)} digits, each held out once")


def _draw_errors(ax: Axes, window: Tried) -> None:
    """Draw how far off each is, by the true angle."""
    widest = np.abs(window.true).max()
    edges = np.linspace(-widest, widest, BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    place = np.digitize(window.true, edges[1:-1])
    several: tuple[tuple[Who, str, str, str], ...] = (
        ("mean", "mean angle", "-", FAINT),
        ("plane", "least-squares plane", "s--", COLOURS["orange"]),
        ("network", "network", "o-", COLOURS["blue"]),
    )
    for who, label, line, colour in several:
        away = np.abs(window.predicted(who) - window.true)
        means = np.bincount(place, away, BINS) / np.bincount(place, minlength=BINS)
        ax.plot(middles, means, line, color=colour, label=label)
    ax.set(xlabel="true angle (°)", ylabel="mean |error| (°)", ylim=(0, None))
    ax.legend()
    ax.set_title("How far off each is")
