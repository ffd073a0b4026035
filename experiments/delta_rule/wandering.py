"""Pattern by pattern the weights wander about the best ones, and the error is larger for it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.stats import t as student

from neurosim.learning import delta_rule
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

from .bound import TRUE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHARES = (0.05, 0.1, 0.2, 0.3, 0.4)  # of the rate at which the wandering has no end
COUNTED = 4000  # patterns of a stream whose error counts
SETTLED = 14  # time constants before these: what then lacks of the wandering is a millionth
CHANCE = 1e-9  # that a claim fails where theory is right


def misadjustment(rate: float, curvatures: np.ndarray) -> float:
    """Return the excess error in units of the least, for Gaussian patterns drawn one by one.

    M = s/(1 − s), s = Σ ηλ/(2 − 2ηλ) over the eigenvalues λ of their correlations (Feuer &
    Weinstein 1985, whose µ is η/2); for small η it is η·Σλ/2 (Widrow & Stearns 1985).
    """
    s = float(np.sum(rate * curvatures / (2 - 2 * rate * curvatures)))
    return s / (1 - s)


def endless_rate(curvatures: np.ndarray) -> float:
    """Return η at which s = 1: the mean square of the weights' wandering then has no bound."""

    def lacking(rate: float) -> float:
        return float(np.sum(rate * curvatures / (2 - 2 * rate * curvatures))) - 1

    # s grows from 0 beyond all bounds as η comes near 1/λmax.
    return float(brentq(lacking, 0, (1 - 1e-9) / float(curvatures.max()), xtol=1e-14))


def measure_wandering(
    result: Result, ax: Axes, correlation: float, noise: float, streams: int, seed: int
) -> None:
    """Measure the misadjustment at several rates beside its closed form."""
    curvatures = np.array([1 - correlation, 1 + correlation])
    endless = endless_rate(curvatures)
    random = np.random.default_rng(seed)
    rates = np.array(SHARES) * endless
    found = np.array([_excess(random, correlation, noise, rate, streams) for rate in rates])
    means = found.mean(axis=1)
    errors = found.std(axis=1, ddof=1) / math.sqrt(streams)
    expected = np.array([misadjustment(rate, curvatures) for rate in rates])
    result.claim(
        "pattern by pattern the error is larger than the least by Σηλ/(2 − 2ηλ) over 1 less that "
        "sum, of the least: largest difference in standard errors",
        np.abs((means - expected) / errors).max(),
        at_most=float(student.isf(CHANCE / 2 / len(rates), streams - 1)),
    )
    result.table(
        "misadjustment",
        ("rate", "measured", "standard error", "closed form", "small rates"),
        zip(rates, means, errors, expected, rates * curvatures.sum() / 2, strict=True),
    )
    fine = np.linspace(0, 0.5 * endless, 101)
    ax.plot(
        fine, [misadjustment(rate, curvatures) for rate in fine], color=COLOURS["blue"],
        label="closed form",
    )  # fmt: skip
    ax.plot(
        fine, fine * curvatures.sum() / 2, "--", color=FAINT, label="$\\eta\\,\\Sigma\\lambda/2$"
    )
    ax.errorbar(
        rates, means, 2 * errors, fmt="o", color="black", markersize=3, elinewidth=0.8,
        label="measured (±2 s.e.)",
    )  # fmt: skip
    ax.set(xlabel="rate $\\eta$", ylabel="excess error (of the least)")
    ax.set(xlim=(0, None), ylim=(0, 1.35 * misadjustment(fine[-1], curvatures)))
    ax.legend(loc="upper left", handlelength=1.6)
    ax.set_title("By pattern, a price that grows with the rate")


def _excess(
    random: np.random.Generator, correlation: float, noise: float, rate: float, streams: int
) -> np.ndarray:
    """Return the excess error of each stream in units of the least, noise², (streams,)."""
    settling = math.ceil(SETTLED / (2 * rate * (1 - correlation)))
    excess = []
    for _ in range(streams):
        x = random.standard_normal((settling + COUNTED, 2))
        x[:, 1] = correlation * x[:, 0] + math.sqrt(1 - correlation**2) * x[:, 1]
        unanswerable = noise * random.standard_normal(len(x))
        t = x @ TRUE + unanswerable
        w = delta_rule(
            x[:settling], t[:settling], rate=rate, passes=1, bias=False, start=TRUE
        ).weights
        (error,) = delta_rule(
            x[settling:], t[settling:], rate=rate, passes=1, bias=False, start=w
        ).errors
        # The noise's own mean square is left out: it varies more than what is looked for.
        excess.append((error - np.mean(unanswerable[settling:] ** 2)) / noise**2)
    return np.array(excess)
