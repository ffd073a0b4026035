"""What the networks answer over the plane, what hidden cells make of it, and how often it works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurosim.networks import Sequential
from neurosim.plotting import COLOURS, FAINT, show_image, signed_colours

from ..proportions import CONFIDENCE
from .training import PATTERNS, TARGETS, THREE_ALIKE, TWO_ALIKE, Hidden, Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REACH = (-0.5, 1.5)
PIXELS = 80
MARKS = {0.0: ("o", "white"), 1.0: ("s", "black")}
FLAT = 1e-6  # answers that differ by less are one, and have no border
TOGETHER = 0.5  # activities less apart than this have their label in common


def draw_answers(ax: Axes, network: Sequential, title: str) -> None:
    """Draw what a network answers for every x and y, and where that is ½."""
    side = np.linspace(*REACH, PIXELS)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    answers = network.predict(grid, batch_size=len(grid)).reshape(PIXELS, PIXELS)
    show_image(
        ax, answers[::-1], limits=(0, 1), label="answer", extent=(*REACH, *REACH),
        colours=signed_colours(),
    )  # fmt: skip
    if np.ptp(answers) > FLAT:
        ax.contour(side, side, answers, levels=[0.5], colors="black", linewidths=0.8)
    _mark(ax, PATTERNS)
    ax.set(xlabel="x", ylabel="y", xticks=[0, 1], yticks=[0, 1])
    ax.set_title(title)


def draw_hidden(ax: Axes, network: Sequential) -> None:
    """Draw where the four patterns come to lie by the two hidden cells' activities."""
    kernel, bias, weights, last = network.get_weights()
    places = np.tanh(PATTERNS @ kernel + bias)
    side = np.linspace(-1.25, 1.25, 2)
    (first,), (second,) = weights
    if abs(second) >= abs(first):
        ax.plot(side, -(first * side + last[0]) / second, color="black", linewidth=0.8)
    else:
        ax.plot(-(second * side + last[0]) / first, side, color="black", linewidth=0.8)
    _mark(ax, places)
    labels: list[tuple[np.ndarray, list[str]]] = []
    for place, (x, y) in zip(places, PATTERNS.astype(int), strict=True):
        beside = [names for other, names in labels if np.abs(other - place).max() < TOGETHER]
        if beside:
            beside[0].append(f"{x}{y}")
        else:
            labels.append((place, [f"{x}{y}"]))
    for place, names in labels:
        right = place[0] > 0
        ax.annotate(
            ", ".join(names), tuple(place), (-6 if right else 6, 0), textcoords="offset points",
            ha="right" if right else "left", va="center",
        )  # fmt: skip
    ax.set(xlim=(-1.25, 1.25), ylim=(-1.25, 1.25), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
    ax.set(xlabel="hidden cell 1", ylabel="hidden cell 2", aspect="equal")
    ax.set_title("By the hidden cells a line parts them")


def draw_losses(ax: Axes, outcomes: Mapping[Hidden, Outcome]) -> None:
    """Draw the loss at which each start ended, a row a network."""
    for name, loss, side in (
        ("½ ln 2", TWO_ALIKE, "right"),
        (f"{THREE_ALIKE:.2f}", THREE_ALIKE, "center"),
        ("ln 2", np.log(2), "center"),
    ):
        ax.annotate(name, (loss, -0.5), (0, 1), textcoords="offset points", color=FAINT,
                    ha=side, va="bottom")  # fmt: skip
        ax.axvline(loss, color=FAINT, linestyle=":", linewidth=0.8)
    random = np.random.default_rng(0)
    for place, outcome in enumerate(outcomes.values()):
        rows = place + random.uniform(-0.3, 0.3, len(outcome.losses))
        colour, marker = _look(outcome)
        ax.plot(outcome.losses, rows, marker, color=colour, markersize=2, alpha=0.6,
                markeredgewidth=0)  # fmt: skip
    _rows(ax, outcomes)
    ax.set(xlabel="loss at the end (nats a pattern)", xlim=(-0.04, 0.74))
    ax.set_title("Starts that fail rest at a few losses\n ")


def draw_fractions(ax: Axes, outcomes: Mapping[Hidden, Outcome]) -> None:
    """Draw which part of the starts learned it, with its interval, a row a network."""
    for place, outcome in enumerate(outcomes.values()):
        part = 100 * outcome.learned.mean()
        low, high = (100 * end for end in outcome.interval)
        colour, marker = _look(outcome)
        ax.errorbar(part, place, xerr=[[part - low], [high - part]], fmt=marker, color=colour,
                    markersize=4, linewidth=1.0)  # fmt: skip
    _rows(ax, outcomes)
    ax.set(xlabel="starts that learn XOR (%)", xlim=(-4, 104), xticks=[0, 50, 100])
    ax.set_title(f"Starts that learn it\n({CONFIDENCE:.0%} intervals)")


def _rows(ax: Axes, outcomes: Mapping[Hidden, Outcome]) -> None:
    names = [outcome.name for outcome in outcomes.values()]
    ax.set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    ax.set_ylabel("hidden cells")


def _look(outcome: Outcome) -> tuple[str, str]:
    """Return colour and marker: of one hidden layer at most, or of two."""
    two = len(outcome.hidden) == 2
    return COLOURS["vermillion" if two else "blue"], "s" if two else "o"


def _mark(ax: Axes, places: np.ndarray) -> None:
    for place, target in zip(places, TARGETS[:, 0], strict=True):
        marker, colour = MARKS[float(target)]
        ax.plot(*place, marker, color=colour, markeredgecolor="black", markersize=5, zorder=3,
                clip_on=False)  # fmt: skip
