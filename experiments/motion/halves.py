"""The two halves of a detector, and their difference: a grating that goes right, then left."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from circuits import stimuli
from circuits.motion import Correlator, motion_detectors
from neurosim.movies import Movie
from neurosim.plotting import COLOURS, FAINT, plot_curves
from neurosim.result import Result

from ..pixels import passed
from .gratings import STEPS, screen_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CYCLES = 3  # each way, of the grating that turns round


def turn_round(result: Result, ax: Axes, correlator: Correlator, contrast: float) -> None:
    """A grating that goes right, then left: the two halves of a detector, and their difference."""
    screen = screen_for(correlator)
    wavelength = 4 * correlator.spacing
    cycle = round(2 * math.pi * STEPS)  # steps, at ωτ = 1
    frequency = 1 / (cycle * screen.frame)
    way = stimuli.drifting_grating(screen, 1 / wavelength, frequency, contrast=contrast)
    there = way.frames(0, CYCLES * cycle)
    circuit = motion_detectors(screen.shape, correlator, pixel=screen.pixel)
    record = circuit.simulate(
        Movie.of(np.concatenate([there, there[::-1]]), screen.frame),
        steps=2 * CYCLES * cycle, dt=screen.frame,
    )  # fmt: skip
    seen = contrast * float(passed(1 / wavelength, 90.0, screen.pixel))
    half = {name: record[name][0, :, 0, 0] / seen**2 for name in ("right", "left", "motion")}
    last = slice((CYCLES - 1) * cycle, CYCLES * cycle)
    result.claim(
        "the halves flicker: depth of the flicker over the mean of their difference",
        np.ptp(half["right"][last]) / half["motion"][last].mean(),
        math.sqrt(2),  # C²·cos(atan ωτ) from peak to peak, against C²/2
        relative=0.02,
    )
    left_over = math.exp(-(CYCLES - 1) * cycle / STEPS)  # of the onset, times ωτ = 1
    result.claim(
        "and their difference does not: its flicker over its mean",
        np.ptp(half["motion"][last]) / half["motion"][last].mean(),
        at_most=1e-9 + 10 * left_over,
    )
    time = record.times
    names = {"right": "right", "left": "left", "motion": "difference"}
    thin = slice(None, None, 4)
    plot_curves(ax, time[thin], {names[k]: half[k][thin] for k in names})
    ax.lines[-1].set(color=COLOURS["black"], linestyle="-", linewidth=1.6)
    ax.axvline(time[CYCLES * cycle - 1], color="0.8", linewidth=0.6, zorder=0)
    ax.set(ylim=(-0.95, 1.05), xlabel="time (s)", ylabel="response ($C^2$)")
    for quarter, word in ((0.25, "to the right"), (0.75, "to the left")):
        ax.annotate(word, (quarter, 0.02), xycoords="axes fraction", ha="center", color=FAINT)
    ax.legend(loc="upper center", ncols=3, columnspacing=0.7, handlelength=1.2, handletextpad=0.3)
    ax.set_title("Halves flicker, their difference is steady")
