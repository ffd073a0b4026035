"""How a cell of the LGN is turned down by the contrast around: it saturates, and is suppressed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy import integrate, special

from circuits import lgn
from circuits.physiology import tuning
from circuits.retina import DifferenceOfGaussians
from circuits.stimuli import Screen
from neurosim import Circuit
from neurosim.plotting import COLOURS, FAINT
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIELD = DifferenceOfGaussians()
PIXEL = 0.2  # degrees
# Pixels average twice, the grating and the field: each Gaussian's a² grows by p²/3.
SEEN = DifferenceOfGaussians(
    math.hypot(FIELD.center, PIXEL / math.sqrt(3)),
    math.hypot(FIELD.surround, PIXEL / math.sqrt(3)),
    FIELD.center_gain,
    FIELD.surround_gain,
)
ERROR = 0.01  # of the largest response: what is left of the pixels
CYCLE = 15  # pixels of the grating, near the cell's best
FREQUENCY = 1 / (CYCLE * PIXEL)
GAIN = float(SEEN.grating(FREQUENCY))

STRIP = Screen((1, 5 * CYCLE), PIXEL)  # a whole grating, as its border repeats it
CONTRASTS = np.geomspace(0.01, 1, 17)
CEILING = math.sqrt(2)  # of the response: a sine's peak over its root mean square

LARGEST = 8.0  # standard deviations of the pool that a patch reaches across
WIDE = 4.0  # and from how many on its rim matters little


def saturation(result: Result, ax: Axes, semi_saturation: float, pool: float) -> None:
    """Answers to a grating's contrast, with the pool and without.

    Drawn as in Bonin, Mante & Carandini (2005).
    """
    alone, divided = (
        tuning(
            sheets["on"][0, STRIP.shape[1] // 2], "contrast", CONTRASTS, screen=STRIP,
            stimulus="grating", frequency=FREQUENCY,
        )
        for sheets in _both(STRIP, semi_saturation, pool, border="wrap")
    )  # fmt: skip
    result.claim(
        "without the pool the LGN cell answers to contrast with cG: largest error over G",
        np.abs(alone.f0 - CONTRASTS * GAIN).max() / GAIN,
        at_most=ERROR,
    )
    expected = _divided(CONTRASTS * GAIN, CONTRASTS * GAIN, semi_saturation)
    result.claim(
        "with the pool it answers with cG/(σ + cG/√2), the local RMS contrast: largest error, as "
        "a fraction",
        np.abs(divided.f0 / expected - 1).max(),
        at_most=ERROR,
    )
    found = divided.fit("naka-rushton")
    result.claim(
        "which is a Naka–Rushton curve of maximum √2, c50 √2·σ/G and exponent 1: as fitted",
        [found["maximum"], found["c50"], found["exponent"]],
        [CEILING, CEILING * semi_saturation / GAIN, 1.0],
        relative=ERROR,
    )
    fine = np.geomspace(CONTRASTS[0], 1, 201)
    blue, red = COLOURS["blue"], COLOURS["vermillion"]
    ax.axhline(0, color="0.8", linewidth=0.6)
    linear = fine * GAIN / (semi_saturation * CEILING)
    below = alone.f0 <= semi_saturation * CEILING
    ax.plot(fine[linear <= 1], linear[linear <= 1], "--", color=blue)
    ax.plot(
        CONTRASTS[below], alone.f0[below] / (semi_saturation * CEILING), "s", color=blue,
        label="alone, over σ",
    )  # fmt: skip
    half = [found["c50"], found["c50"]]
    ax.plot([CONTRASTS[0], *half], [0.5, 0.5, 0], ":", color=FAINT, linewidth=0.8)
    ax.plot(fine, found(fine) / CEILING, color=red)
    ax.plot(CONTRASTS, divided.f0 / CEILING, "o", color=red, label="with the pool")
    ax.set(xscale="log", xlabel="contrast", ylabel="response (in the ceiling √2)")
    ax.set_xticks([0.01, 0.1, 1], labels=["1%", "10%", "100%"])
    ax.set(ylim=(-0.04, 1.5), yticks=(0, 0.5, 1))
    ax.legend(loc="upper left", handlelength=1, handletextpad=0.3, borderaxespad=0)
    ax.set_title(f"Half the ceiling is reached at {found['c50']:.0%} contrast")
    result.table(
        "contrast", ("contrast", "alone", "with the pool", "closed form with the pool"),
        list(zip(CONTRASTS.tolist(), alone.f0, divided.f0, expected, strict=True)),
    )  # fmt: skip


def suppression(result: Result, ax: Axes, semi_saturation: float, pool: float) -> None:
    """Answers to patches of a grating, with the pool and without."""
    side = 2 * math.ceil((LARGEST / 2 + 0.25) * pool / PIXEL) + 1
    screen = Screen((side, side), PIXEL)
    narrow = np.geomspace(2 * PIXEL, WIDE * pool, 18)
    diameters = np.append(narrow, np.geomspace(WIDE, LARGEST, 5)[1:] * pool)
    alone, divided = (
        tuning(
            sheets["on"][side // 2, side // 2], "diameter", diameters, screen=screen,
            stimulus="grating", frequency=FREQUENCY,
        ).f0
        for sheets in _both(screen, semi_saturation, pool)
    )  # fmt: skip
    linear = np.array([_patch(diameter) for diameter in diameters])
    result.claim(
        "without the pool a patch is answered with ∫2πr·W(r)·J₀(2πfr)dr up to its radius: largest "
        "error over the largest response",
        np.abs(alone - linear).max() / linear.max(),
        at_most=2 * ERROR,
    )
    # A Gaussian sees the part 1 − e^(−d²/8s²) of a disk's energy.
    seen = GAIN * np.sqrt(-np.expm1(-np.square(diameters / pool) / 8))
    expected = _divided(linear, seen, semi_saturation)
    wide = diameters >= narrow[-1]
    # Cells at a patch's rim see half of it.  A rim as wide as a center holds a/s·x/(1 − x) of the
    # root of the energy, x = e^(−WIDE²/8).
    rim = FIELD.center / pool / math.expm1(WIDE**2 / 8)
    result.claim(
        f"with it patches of {WIDE:g} and more of the pool's standard deviations s suppress: that "
        "response over σ + G·√((1 − e^(−d²/8s²))/2), largest error, as a fraction",
        np.abs(divided[wide] / expected[wide] - 1).max(),
        at_most=rim,
    )
    result.claim(
        f"the largest, {LARGEST:g} s wide, is answered as a grating without end, with G/(σ + G/√2)",
        divided[-1],
        _divided(GAIN, GAIN, semi_saturation),
        relative=ERROR,
    )
    fine = np.geomspace(diameters[0], diameters[-1], 121)
    blue, red = COLOURS["blue"], COLOURS["vermillion"]
    ax.axhline(0, color="0.8", linewidth=0.6)
    patches = np.array([_patch(diameter) for diameter in fine])
    ax.plot(fine, patches / alone.max(), "--", color=blue)
    ax.plot(diameters, alone / alone.max(), "s", color=blue, label="alone")
    ax.plot(diameters, divided / divided.max(), ":", color=red, linewidth=0.8)
    far = fine[fine >= narrow[-1]]
    energy = GAIN * np.sqrt(-np.expm1(-np.square(far / pool) / 8))
    known = _divided(patches[fine >= narrow[-1]], energy, semi_saturation)
    ax.plot(far, known / divided.max(), color=red)
    ax.plot(diameters, divided / divided.max(), "o", color=red, label="with the pool")
    ax.set(xscale="log", xlabel="diameter of the grating (°)", ylabel="response (in its largest)")
    ticks = [tick for tick in (0.5, 1, 2, 5, 10, 20) if tick <= diameters[-1]]
    ax.set_xticks(ticks, labels=[f"{tick:g}" for tick in ticks])
    ax.set_xticks([], minor=True)
    ax.set(ylim=(-0.03, 1.5), yticks=(0, 0.5, 1))
    ax.legend(loc="upper left", handlelength=1, handletextpad=0.3, borderaxespad=0)
    lost, kept = (1 - found[-1] / found.max() for found in (divided, alone))
    ax.set_title(f"Wide patches lose {lost:.0%} with the pool, {kept:.0%} without")
    result.table(
        "size", ("diameter (deg)", "alone", "closed form alone", "with the pool"),
        list(zip(diameters.tolist(), alone, linear, divided, strict=True)),
    )  # fmt: skip


def _both(
    screen: Screen, semi_saturation: float, pool: float, border: str = "reflect"
) -> tuple[Circuit, Circuit]:
    """Return retina and LGN before a screen, without the pool and with it."""
    alone = lgn.sheets(screen.shape, FIELD, pixel=screen.pixel, border=border)
    divided = lgn.sheets(
        screen.shape, FIELD, pixel=screen.pixel, border=border, pool=pool,
        semi_saturation=semi_saturation,
    )  # fmt: skip
    return alone, divided


def _divided(response: np.ndarray | float, swing: np.ndarray | float, sigma: float) -> np.ndarray:
    """Return a response over σ and the root mean square of a sine that swings so far."""
    return np.asarray(response / (sigma + np.asarray(swing) / CEILING))


def _patch(diameter: float) -> float:
    """Return the linear answer to a patch of the grating, from its middle outward."""
    reach = min(diameter / 2, 6 * SEEN.surround)  # beyond which the field is next to nothing

    def ring(r: float) -> float:
        center = SEEN.center_gain * math.exp(-((r / SEEN.center) ** 2)) / SEEN.center**2
        surround = SEEN.surround_gain * math.exp(-((r / SEEN.surround) ** 2)) / SEEN.surround**2
        return 2 * r * (center - surround) * float(special.j0(2 * math.pi * FREQUENCY * r))

    return float(integrate.quad(ring, 0, reach)[0])
