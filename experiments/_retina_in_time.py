"""How the retina's cells take light and time: receptors that adapt, answers that turn over."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from circuits.retina import AdelsonBergen, Biphasic, cascade, photoreceptors, tapped_delay_line
from neurosim import Circuit
from neurosim.plotting import COLOURS
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# ---------------------------------------------------------------- receptors

BACKGROUNDS = np.array([0.0, *10.0 ** np.arange(6)])  # in σ₀, which half saturates in the dark
TAU = 0.1  # seconds, of a receptor's average
ADAPTING = 20  # of them, after which e^−20 of the way is left
STEP = 5e-3  # seconds
UNMOVED = 2  # steps from a test to the answer that its own light has not adapted yet
AROUND = np.linspace(-2, 2, 17)  # log units from the luminance that half saturates
INCREMENTS = np.geomspace(0.02, 10, 301)  # of the background, among which a threshold is found
CRITERION = 0.05  # what an increment must add to the response to be a threshold
BRIGHT = 100.0  # σ₀: from here on what is left of σ₀ moves a threshold by less than a percent

# ---------------------------------------------------------------- kernels

FINE, TAP = 2e-4, 1e-3  # seconds a step of the cascades, and a tap of the delay line
LASTS = 0.25  # seconds
SHOWN, EVERY = 0.16, 5e-3  # seconds in the figure, and from one of its points to the next
MARKERS = "os^"


def adaptation(result: Result, ax: Axes, exponent: float) -> None:
    """Receptors adapt to a background; then each sees a step to a luminance of its own.

    Drawn as in Normann & Werblin (1974) and Valeton & van Norren (1983).
    """
    half = 1 + BACKGROUNDS  # in σ₀
    tests = half[:, None] * 10**AROUND
    brighter = BACKGROUNDS[:, None] * (1 + INCREMENTS)
    shown = np.concatenate([tests, brighter], axis=1)
    receptors = photoreceptors(shown.shape, exponent=exponent, dark=1.0, surroundings=None, tau=TAU)
    background = np.broadcast_to(BACKGROUNDS[:, None], shown.shape)
    before = receptors.simulate(background, duration=ADAPTING * TAU, dt=STEP, every=ADAPTING)
    after = receptors.simulate(shown, steps=UNMOVED, dt=STEP, initial=before.final_state)
    steady = before["response"][0, -1, :, 0]
    answers = after["response"][0, -1]
    measured, grown = answers[:, : AROUND.size], answers[:, AROUND.size :]

    def closed(light: np.ndarray, half: np.ndarray) -> np.ndarray:
        return np.asarray(light**exponent / (light**exponent + half**exponent))

    off = np.abs(measured - closed(tests, half[:, None])).max()
    result.claim(
        "adapted to the dark or to light L, from 1 to 10⁵ σ₀, receptors answer to a step to I with "
        "Iⁿ/(Iⁿ + (σ₀ + L)ⁿ): largest error",
        max(off, np.abs(steady - closed(BACKGROUNDS, half)).max()),
        at_most=exponent * math.exp(-ADAPTING),
    )
    thresholds = np.array([
        np.exp(np.interp(at + CRITERION, found, np.log(INCREMENTS)))
        for at, found in zip(steady[1:], grown[1:], strict=True)
    ])  # fmt: skip
    weber = ((0.5 + CRITERION) / (0.5 - CRITERION)) ** (1 / exponent) - 1
    bright = BACKGROUNDS[1:] >= BRIGHT
    result.claim(
        f"Weber's law: from {BRIGHT:g} σ₀ on, the increment that adds {CRITERION:g} to the "
        "response is one fraction of the background",
        thresholds[bright],
        [weber] * int(bright.sum()),
        relative=1 / BRIGHT,
    )
    result.table(
        "adaptation", ("background (sigma0)", "test (sigma0)", "response"),
        [
            (background, light, response)
            for background, row, found in zip(BACKGROUNDS.tolist(), tests, measured, strict=True)
            for light, response in zip(row, found, strict=True)
        ],
    )  # fmt: skip
    result.table(
        "increment-thresholds", ("background (sigma0)", "increment over background"),
        list(zip(BACKGROUNDS[1:].tolist(), thresholds, strict=True)),
    )  # fmt: skip
    fine = half[:, None] * 10 ** np.linspace(AROUND[0], AROUND[-1], 201)
    curves = ax.plot(fine.T, closed(fine, half[:, None]).T, color=COLOURS["blue"])
    points = ax.plot(tests[:, ::2].T, measured[:, ::2].T, "o", color=COLOURS["vermillion"])
    (lit,) = ax.plot(BACKGROUNDS[1:], steady[1:], "D", color="black", markersize=3.5, zorder=4)
    ax.set(xscale="log", xlabel="luminance of the test (σ₀)", ylabel="response (in its maximum)")
    ax.set_xticks([1e-2, 1, 1e2, 1e4, 1e6])
    ax.set(ylim=(-0.03, 1.38), yticks=(0, 0.5, 1))
    ax.legend(
        [points[0], curves[0], lit], ["simulated", "formula", "background"], loc="upper left",
        ncols=2, columnspacing=1, handlelength=1, handletextpad=0.3, borderaxespad=0,
    )  # fmt: skip
    halves = [10 ** np.interp(0.5, m, np.log10(t)) for m, t in zip(measured, tests, strict=True)]
    slid = math.log10(halves[-1] / halves[0])
    ax.set_title(f"Adapting slides a receptor's curve by {slid:.1f} log units")


def turning_over(result: Result, ax: Axes, rebound: float) -> None:
    """Flashes and steps through the two circuits that have a temporal kernel."""
    measured = {cell.name: _flash(result, cell) for cell in _cells(rebound)}
    result.claim(
        "the answers turn over at T = 43 ms and at kt = √((n + 1)(n + 2)): seconds",
        [_turn(*found) for found in measured.values()],
        [cell.turns for cell in _cells(rebound)],
        tolerance=TAP,
    )
    result.claim(
        "a second after a step the biphasic cell answers to it with 1 − B, the others, whose "
        "kernels have no volume, with 0",
        [cell.answers(np.ones(round(1 / cell.dt)))[-1] for cell in _cells(rebound)],
        [1 - rebound, 0, 0],
        tolerance=1e-12,
    )
    ax.axhline(0, color="0.8", linewidth=0.6)
    fine = np.linspace(0, SHOWN, 801)
    rows = []
    for cell, colour, marker in zip(_cells(rebound), COLOURS.values(), MARKERS, strict=False):
        times, answers = measured[cell.name]
        formula = cell.kernel.kernel(times)
        rows += [(cell.name, *row) for row in zip(times, answers, formula, strict=True)]
        every = round(EVERY / cell.dt)
        at = slice(every // 2, round(SHOWN / cell.dt), every)
        ax.plot(1000 * fine, cell.kernel.kernel(fine) / cell.peak, color=colour)
        ax.plot(1000 * times[at], answers[at] / cell.peak, marker, color=colour, label=cell.name)
    result.table("flashes", ("kernel", "time (s)", "measured", "formula"), rows)
    ax.legend(loc="upper right", handlelength=1, handletextpad=0.3, borderaxespad=0)
    ax.set(xlabel="time from the flash (ms)", ylabel="response (in its peak)")
    ax.set(ylim=(-0.72 if rebound < 0.7 else -1.08, 2.05), yticks=(-0.5, 0, 0.5, 1))
    ax.set_xticks([0, 50, 100, 150])
    first, *_, last = sorted(1000 * _turn(*found) for found in measured.values())
    ax.set_title(f"Answers to a flash turn over, {first:.0f} to {last:.0f} ms after it")


class Cell(NamedTuple):
    """A cell with a temporal kernel, and what is known of its answers."""

    name: str
    kernel: Biphasic | AdelsonBergen
    circuit: Circuit
    dt: float
    """Seconds a step."""
    late: float
    """Steps by which a pulse in the first step is answered late."""
    error: float
    """Of the kernel's peak, what steps so long may cost."""
    turns: float
    """Seconds after a flash at which the answer changes its sign, by the formula."""

    @property
    def peak(self) -> float:
        """The kernel's largest value."""
        return float(self.kernel.kernel(np.linspace(0, LASTS, 5001)).max())

    def answers(self, shown: np.ndarray) -> np.ndarray:
        """Return what the cell answers at the end of each step."""
        run = self.circuit.simulate(shown, steps=len(shown), dt=self.dt)
        return np.asarray(run["response"][0])


def _cells(rebound: float) -> list[Cell]:
    kernel = Biphasic(rebound=rebound)
    # A tap holds the kernel's mean over it: K″ ≤ (π/T)².
    curved = (math.pi * TAP / kernel.duration) ** 2 / 24
    cells = [
        Cell(
            "biphasic", kernel, tapped_delay_line((), kernel, tap=TAP), TAP, -0.5, curved,
            kernel.duration,
        )
    ]  # fmt: skip
    for n in (3, 5):
        leaky = AdelsonBergen(n=n)
        # Each neuron is late by half a step, so one term by n + 1 halves and the other by n + 3:
        # about their mean, either is half a step off, which is worth dt/2 of its slope.
        cells.append(
            Cell(
                f"Adelson–Bergen, n = {n}", leaky, cascade((), leaky), FINE, (n + 2) / 2,
                leaky.k * FINE, math.sqrt((n + 1) * (n + 2)) / leaky.k,
            )
        )  # fmt: skip
    return cells


def _flash(result: Result, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Return the times and the answers to a flash in the first step, and claim the kernel."""
    flash = np.zeros(round(LASTS / cell.dt))
    flash[0] = cell.kernel.volume / cell.dt
    answers = cell.answers(flash)
    times = (np.arange(answers.size) - cell.late) * cell.dt
    result.claim(
        f"the answer to a flash is the kernel, {cell.name}: largest error over the peak",
        np.abs(answers - cell.kernel.kernel(times)).max() / cell.peak,
        at_most=cell.error,
    )
    return times, answers


def _turn(times: np.ndarray, answers: np.ndarray) -> float:
    """Return when answers fall below 0 after their peak, between two of them."""
    top = int(np.argmax(answers))
    after = top + int(np.argmax(answers[top:] < 0))
    return float(np.interp(0, answers[[after, after - 1]], times[[after, after - 1]]))
