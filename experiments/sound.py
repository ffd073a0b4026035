r"""Sound: where it is by when it arrives · 聲音定位 · lecture row 1

Question: Where does a sound come from, when the ears differ only in when they hear it?
Equation: $\Delta t = \dfrac{r}{c}\,(\theta + \sin\theta)$
Levels: computation, algorithm, implementation
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from circuits import sound
from circuits.sound import Head
from neurosim import InputError
from neurosim.plotting import COLOURS, FAINT, new_figure, show_image
from neurosim.result import Result

from .parameters import check_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HALF = 18  # cells on either side of the middle one
LONGEST = 15  # of them, the one for the longest delay or a little more
TAP = 1e-6  # seconds, of which a tap of the lines is a whole number
WIDTH = 2  # steps that an event lasts: the spacing of the cells' delays
AROUND = np.arange(-180, 180, 15)  # degrees
LEAST_EVENTS = 50  # that both ears hear
FIRING = 0.5  # chance that an ear answers a cycle of a tone
ERRORS = 6  # standard errors that a count may be off by


class Row(NamedTuple):
    """A row of coincidence cells, in front of it a head."""

    head: Head
    spacing: float
    duration: float

    @property
    def step(self) -> float:
        """Seconds."""
        return self.spacing / WIDTH

    @property
    def steps(self) -> int:
        """How many a run takes."""
        return round(self.duration / self.step)

    @property
    def delays(self) -> np.ndarray:
        """The delay for which each cell fires, in seconds."""
        return sound.best_delays(2 * HALF + 1, self.spacing)

    def activity(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """Return each cell's coincidences a second, (trials, cells), of two ears' trains."""
        circuit = sound.delay_map(2 * HALF + 1, self.spacing)
        record = circuit.simulate((left, right), dt=self.step, steps=self.steps, every=self.steps)
        return record["counts"][:, -1] / (WIDTH * self.steps * self.step)

    def train(self, times: np.ndarray) -> np.ndarray:
        """Return events at these seconds as 0 and 1 in time, each as long as the spacing."""
        first = np.floor(times / self.step).astype(int)
        seen = np.zeros(self.steps, dtype=np.uint8)
        for late in range(WIDTH):
            places = first + late
            seen[places[(places >= 0) & (places < self.steps)]] = 1
        return seen


def run(
    azimuth: float = 30.0,
    radius: float = 0.0875,
    rate: float = 400.0,
    agreement: float = 0.7,
    tone: float = 2000.0,
    duration: float = 1.0,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Find a sound by the delay between the ears (Jeffress 1948).

    A noise somewhere round the head makes events at both ears, later at the one that is turned
    away.  Delay lines carry them past a row of cells that fire for two at once: the most active
    one tells the delay, and so the side.  Two ambiguities follow, and are shown: a source behind
    is heard in front, and a tone is heard also whole cycles away.

    Parameters
    ----------
    azimuth
        Of one source, in degrees to the right, −180 to 180.
    radius
        Of the head in meters, 0.03 to 0.2.
    rate
        Events a second at each ear, 50 to 1000.
    agreement
        Share of the events that both ears hear, 0.3 to 1.
    tone
        Hz of the tone, 100 to 3000.
    duration
        Seconds of sound, 0.2 to 2.
    seed
        Of the events.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("sound", locals(), seed)
    check_range("azimuth", azimuth, -180, 180, "°")
    check_range("radius", radius, 0.03, 0.2, " m")
    check_range("rate", rate, 50, 1000, " events a second")
    check_range("agreement", agreement, 0.3, 1)
    check_range("tone", tone, 100, 3000, " Hz")
    check_range("duration", duration, 0.2, 2, " s")
    if rate * agreement * duration < LEAST_EVENTS:
        raise InputError(
            f"both ears hear {rate * agreement * duration:.3g} events together, at least "
            f"{LEAST_EVENTS} are needed: raise rate, agreement or duration"
        )
    head = Head(radius)
    taps = math.ceil(head.longest_delay / LONGEST / (WIDTH * TAP))
    row = Row(head, taps * WIDTH * TAP, duration)
    figure, axes = new_figure(2, 2, width="page", height=5.0)
    _around(result, axes[0, 0], axes[1, 0], row, rate, agreement, seed)
    _one_source(result, axes[0, 1], row, azimuth, rate, agreement, seed)
    _tone(result, axes[1, 1], row, azimuth, tone, seed)
    figure.suptitle("The place of the most active cell tells the delay between the ears")
    result.figure("sound", figure)
    few = sound.coincidence_cells(5, row.spacing)
    result.figure("delay-lines", few.draw(title="Five of Jeffress's cells"))
    return result


def _noise(
    row: Row, azimuth: float, rate: float, agreement: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return what the two ears hear of a noise: events of both, and each one's own."""
    shared = random.uniform(0, row.duration, random.poisson(rate * agreement * row.duration))
    ears = []
    for sign in (1, -1):
        alone = random.poisson(rate * (1 - agreement) * row.duration)
        own = random.uniform(0, row.duration, alone)
        late = sign * row.head.delay(azimuth) / 2
        ears.append(row.train(np.concatenate([shared + late, own])))
    return ears[0], ears[1]


def _around(
    result: Result, map_ax: Axes, ax: Axes, row: Row, rate: float, agreement: float, seed: int
) -> None:
    """Sources all round the head: which cell answers most, and where that puts them."""
    random = np.random.default_rng(seed)
    left, right = zip(
        *(_noise(row, source, rate, agreement, random) for source in AROUND.tolist()), strict=True
    )
    activity = row.activity(np.stack(left), np.stack(right))
    found = row.delays[activity.argmax(axis=1)]
    true = row.head.delay(AROUND)
    result.claim(
        "the most active cell's delay is the sound's, up to the half of the cells' spacing and of "
        "a step: largest difference in µs",
        1e6 * np.abs(found - true).max(),
        at_most=1e6 * (row.spacing + row.step) / 2,
    )
    longest = row.head.longest_delay
    heard = row.head.azimuth(np.clip(found, -longest, longest))
    result.table(
        "azimuths",
        ("azimuth (deg)", "delay (µs)", "most active cell's delay (µs)", "heard at (deg)"),
        zip(
            AROUND, np.round(1e6 * true, 3), np.round(1e6 * found, 3), np.round(heard, 3),
            strict=True,
        ),
    )  # fmt: skip
    order = np.argsort(true[np.abs(AROUND) <= 90])
    front = np.flatnonzero(np.abs(AROUND) <= 90)[order]
    edge = 1e6 * row.delays[-1] + 5e5 * row.spacing
    shown = show_image(
        map_ax, activity[front], "Each azimuth has its own cell", limits=(0, activity.max()),
        label="coincidences/s", extent=(-edge, edge, 97.5, -97.5), colours="gray_r",
    )  # fmt: skip
    shown.axes.set(aspect="auto", ylim=(-97.5, 97.5), yticks=(-90, -45, 0, 45, 90))
    angles = np.linspace(-90, 90, 91)
    map_ax.plot(
        1e6 * row.head.delay(angles), angles, color=COLOURS["vermillion"], linewidth=1,
        label="Woodworth's formula",
    )  # fmt: skip
    map_ax.legend(loc="upper left")
    map_ax.set(xlabel="cell's delay (µs)", ylabel="source's azimuth (°)")
    around = np.linspace(-180, 180, 361)
    ax.axvspan(-180, -90, color="0.94", linewidth=0, zorder=0)
    ax.axvspan(90, 180, color="0.94", linewidth=0, zorder=0)
    ax.plot(
        around, row.head.azimuth(row.head.delay(around)), color=COLOURS["blue"],
        label="same delay, in front",
    )  # fmt: skip
    ax.plot(AROUND, heard, "o", color=COLOURS["vermillion"], label="most active cell")
    for middle in (-135, 135):
        ax.annotate("behind", (middle, 95), ha="center", color=FAINT)
    ax.set(xlim=(-180, 180), xticks=(-180, -90, 0, 90, 180), yticks=(-90, -45, 0, 45, 90))
    ax.set(ylim=(-115, 115), xlabel="source's azimuth (°)", ylabel="heard at (°)")
    ax.set_title("What is behind is heard in front")
    ax.legend(loc="lower right")


def _one_source(
    result: Result, ax: Axes, row: Row, azimuth: float, rate: float, agreement: float, seed: int
) -> None:
    """One source, and its mirror image behind (or in front), with the same events."""
    mirrored = math.copysign(180, azimuth) - azimuth
    pairs = [
        _noise(row, source, rate, agreement, np.random.default_rng(seed))
        for source in (azimuth, mirrored)
    ]
    activity = row.activity(np.stack([p[0] for p in pairs]), np.stack([p[1] for p in pairs]))
    first, second = row.delays[activity.argmax(axis=1)]
    result.claim(
        f"a source at {azimuth:g}° and one at {mirrored:g}° excite the same cell most: its delay "
        "in µs",
        1e6 * first,
        1e6 * second,
    )
    true = 1e6 * row.head.delay(azimuth)
    _mark(ax, [true], activity.max(), "sound's delay", COLOURS["vermillion"], "--")
    ax.bar(1e6 * row.delays, activity[0], 0.8e6 * row.spacing, color=COLOURS["blue"], label="cells")
    ax.set(xlabel="cell's delay (µs)", ylabel="coincidences/s", ylim=(0, 1.45 * activity.max()))
    where = f"{azimuth:g}".replace("-", "−")
    ax.set_title(f"A noise at {where}° excites one place")
    ax.legend(loc="upper left")


def _tone(result: Result, ax: Axes, row: Row, azimuth: float, tone: float, seed: int) -> None:
    """A tone: every cycle is like the last, so cells whole periods away fire as well."""
    random = np.random.default_rng(seed)
    delay, period = row.head.delay(azimuth), 1 / tone
    starts = np.arange(0, row.duration, period)
    ears = [
        row.train(starts[random.random(len(starts)) < FIRING] + sign * delay / 2)
        for sign in (1, -1)
    ]
    activity = row.activity(ears[0][None], ears[1][None])[0]
    reach = row.spacing + row.step  # that an event's own two cells may lie from its delay
    outermost = row.delays[-1] - reach
    cycles = np.arange(
        math.ceil((-outermost - delay) / period), math.floor((outermost - delay) / period) + 1
    )
    places = delay + cycles * period
    near = np.abs(row.delays - places[:, None]) < reach * (1 + 1e-9)
    sums = near @ activity / (tone * FIRING**2)
    count = len(starts)
    spread = math.sqrt((1 - FIRING**2 + 2 * FIRING * (1 - FIRING)) / (count * FIRING**2))
    result.claim(
        f"cells at the delay and whole cycles of {1e6 * period:.0f} µs away are excited alike: "
        "activity at each over that of all cycles which both ears answer",
        sums,
        [1.0] * len(places),
        tolerance=ERRORS * spread + (2 + float(np.abs(cycles).max())) / count,
    )
    everywhere = delay + period * np.arange(-200, 201)
    far = (np.abs(row.delays - everywhere[:, None]) >= reach * (1 + 1e-9)).all(axis=0)
    result.claim(
        "and no others: largest coincidences a second elsewhere",
        activity[far].max(initial=0.0),
        at_most=0,
    )
    result.table(
        "tone",
        ("delay (µs)", "coincidences a second"),
        zip(np.round(1e6 * row.delays, 3), activity, strict=True),
    )
    highest = activity.max()
    others = everywhere[(np.abs(everywhere) <= row.delays[-1]) & (everywhere != delay)]
    _mark(ax, 1e6 * others, highest, "whole cycles away", COLOURS["black"], ":")
    _mark(ax, [1e6 * delay], highest, "sound's delay", COLOURS["vermillion"], "--")
    ax.bar(1e6 * row.delays, activity, 0.8e6 * row.spacing, color=COLOURS["blue"], label="cells")
    ax.set(xlabel="cell's delay (µs)", ylabel="coincidences/s", ylim=(0, 1.45 * activity.max()))
    also = activity[~near[cycles == 0].any(axis=0)].any()
    ax.set_title(f"A {tone:g} Hz tone excites {'aliases as well' if also else 'one place'}")
    ax.legend(loc="upper left", ncols=2, columnspacing=0.8)


def _mark(
    ax: Axes, places: Sequence[float] | np.ndarray, highest: float, label: str, colour: str,
    dashes: Literal["--", ":"],
) -> None:  # fmt: skip
    """Mark delays by lines a little higher than the highest bar."""
    if len(places):
        ax.vlines(places, 0, 1.1 * highest, colors=colour, linestyles=dashes, label=label)
