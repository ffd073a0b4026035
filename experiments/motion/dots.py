"""A cell that hears a whole sheet of detectors, and random dots of which a part moves together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from circuits import stimuli
from circuits.motion import Correlator, wide_field_cell
from neurosim.plotting import COLOURS, mark_zero, plot_curves
from neurosim.result import Result

from .trials import at_once

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOT_STEPS = 5  # a time constant
DOT_SIDE = 32  # pixels of half a spacing
DENSITY = 0.1  # dots a square of the spacing
COHERENCES = (-1.0, -0.5, 0.0, 0.25, 0.5, 1.0)  # below 0 to the left
ERRORS = 6  # standard errors that a mean may be off by


class Dots(NamedTuple):
    """The wide-field cell's mean answers to random dots, and how they grow with coherence."""

    slope: float
    answers: np.ndarray  # (coherences, movies)


def show_dots(result: Result, correlator: Correlator, movies: int, seed: int) -> Dots:
    """Random dots, a part of which moves together: the mean of a whole sheet of detectors."""
    spacing, tau = correlator.spacing, correlator.tau
    screen = stimuli.Screen((DOT_SIDE, DOT_SIDE), spacing / 2, tau / DOT_STEPS)
    seeds = np.random.SeedSequence(seed).generate_state(len(COHERENCES) * movies, np.uint64)
    shown = [
        stimuli.random_dots(
            screen, speed=spacing / tau, direction=0 if share > 0 else 180, coherence=abs(share),
            density=DENSITY / spacing**2, diameter=spacing / 2, lifetime=4 * tau, seed=int(one),
        )
        for one, share in zip(seeds, np.repeat(COHERENCES, movies), strict=True)
    ]  # fmt: skip
    circuit = wide_field_cell(screen.shape, correlator, pixel=screen.pixel)
    onset, seen = 3 * DOT_STEPS, 6 * DOT_STEPS
    record = circuit.simulate(at_once(shown), steps=onset + seen, dt=screen.frame)
    answers = record["cell"][:, onset:].mean(axis=1).reshape(len(COHERENCES), movies)
    shares = np.array(COHERENCES)
    means = answers.mean(axis=1)
    slope = float(means @ shares / (shares @ shares))
    error = math.sqrt(float(answers.var(axis=1, ddof=1).mean()) / movies)
    covered = 2 * DENSITY * math.pi / 16  # of a square of light that dots take from one another
    result.claim(
        "the answer to random dots is in proportion to their coherence: mean answers at "
        f"{', '.join(f'{share:g}' for share in COHERENCES)} over that at 1",
        means / slope,
        list(COHERENCES),
        tolerance=ERRORS * error / slope + covered,
    )
    result.table(
        "dots",
        ("coherence (below 0: to the left)", "mean answer", "standard deviation"),
        zip(COHERENCES, means, answers.std(axis=1, ddof=1), strict=True),
    )
    return Dots(slope, answers)


def draw_dots(ax: Axes, dots: Dots) -> None:
    """Draw every movie's answer, and the means, over the line of coherence."""
    shares = np.array(COHERENCES)
    mark_zero(ax)
    plot_curves(ax, shares, {"in proportion": shares}, legend=False)
    each: dict[str, Any] = {"color": COLOURS["vermillion"], "linestyle": ""}
    places = np.repeat(shares, dots.answers.shape[1])
    ax.plot(
        places, dots.answers.ravel() / dots.slope, marker="o", markersize=2.5, alpha=0.5,
        markeredgewidth=0, label="one movie", **each,
    )  # fmt: skip
    means = dots.answers.mean(axis=1) / dots.slope
    ax.plot(shares, means, marker="_", markersize=9, markeredgewidth=1.6, label="mean", **each)
    ax.set(xticks=(-1, -0.5, 0, 0.5, 1))
    ax.set(xlabel="coherence of random dots", ylabel="response (to all coherent)")
    r = np.corrcoef(places, dots.answers.ravel())[0, 1]
    ax.set_title(f"Pooled, the answer follows coherence: r\u00a0=\u00a0{r:.2f}")
    ax.legend(loc="upper left", handletextpad=0.4)
