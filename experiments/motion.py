"""Motion: delay and multiply · 運動方向的偵測 · lecture row 1"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from circuits import motion, stimuli
from circuits.motion import Correlator
from neurosim import InputError
from neurosim.movies import Movie
from neurosim.plotting import COLOURS, FAINT, new_figure, plot_curves
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

APART = 4  # pixels from one receptor to the other
COLUMNS = 3 * APART  # of the row of pixels that a grating crosses
STEPS = 100  # a time constant: they cost 1/200 of a response
SETTLED = 16  # time constants after which 10⁻⁷ of the onset is left
ERROR = 0.01  # of the largest response, from steps and, at ωτ = 10, from few of them a cycle
WAVELENGTHS = (3, 4, 8)  # spacings
DOT_STEPS = 5  # a time constant, for dots
DOT_SIDE = 32  # pixels of half a spacing
DENSITY = 0.1  # dots a square of the spacing
COHERENCES = (-1.0, -0.5, 0.0, 0.25, 0.5, 1.0)  # below 0 to the left
ERRORS = 6  # standard errors that a mean may be off by
CYCLES = 3  # each way, of the grating that turns round
DEGREES = np.arange(-180, 181, 15)


class Dots(NamedTuple):
    """The wide-field cell's mean answers to random dots, and how they grow with coherence."""

    slope: float
    answers: np.ndarray  # (coherences, movies)


def run(
    spacing: float = 1.0,
    tau: float = 0.05,
    contrast: float = 0.5,
    movies: int = 6,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """See motion with two receptors, a delay and a product (Hassenstein & Reichardt 1956).

    A detector's answer to drifting gratings against its closed form: over temporal frequency,
    speed, direction and stripes so fine that they seem to go backwards.  Then a cell that hears a
    whole sheet of detectors looks at random dots of which a part moves together.

    Parameters
    ----------
    spacing
        Degrees from one receptor to the other, 0.001 to 1000.
    tau
        Time constant of the delay in seconds, 0.0001 to 100.
    contrast
        Of the gratings, 0.01 to 1.
    movies
        Of random dots at each coherence, 4 to 1000.
    seed
        Of the random dots.
    quick
        Four movies at each coherence.
    """
    result = Result("motion", locals(), seed)
    for value, name, unit, least, most in (
        (spacing, "spacing", "°", 1e-3, 1e3),
        (tau, "tau", " s", 1e-4, 100),
        (contrast, "contrast", "", 0.01, 1),
        (movies, "movies", "", 4, 1000),
    ):
        if not least <= value <= most:
            raise InputError(f"{name} must be from {least:g} to {most:g}{unit} (got {value:g})")
    correlator = Correlator(spacing, tau)
    figure, axes = new_figure(2, 3, width="page", height=4.8)
    _turning(result, axes[0, 0], correlator, contrast)
    _tuning(result, axes[0, 1:], correlator, contrast)
    _directions(result, axes[1, 0], correlator, contrast)
    _aliasing(result, axes[1, 1], correlator, contrast)
    dots = _dots(result, correlator, 4 if quick else movies, seed)
    _draw_dots(axes[1, 2], dots)
    figure.suptitle("Two receptors, a delay and a product tell which way the image moves")
    result.figure("motion", figure)
    pair = motion.motion_detectors((1, 2), correlator, pixel=spacing)
    result.figure("detector", pair.draw(depth=0, title="Hassenstein & Reichardt's detector"))
    result.figure("multiplier", motion.multiplier().draw(title="4xy = (x + y)² − (x − y)²"))
    return result


def _screen(correlator: Correlator) -> stimuli.Screen:
    """Return a row of pixels, a frame each step."""
    return stimuli.Screen((1, COLUMNS), correlator.spacing / APART, correlator.tau / STEPS)


def _at_once(movies: Sequence[Movie]) -> Movie:
    """Return movies of one shape as the trials of one."""
    first = movies[0]

    def make(start: int, count: int) -> np.ndarray:
        return np.stack([movie.frames(start, count) for movie in movies], axis=1)

    return Movie(make, (len(movies), *first.shape), first.frame, first.count)


def _answers(
    correlator: Correlator, contrast: float, wavelengths: np.ndarray, turns: np.ndarray,
    directions: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Return what detectors answer to gratings, and what the closed form says.

    `turns` are ωτ, wavelengths degrees across the stripes, directions degrees.  A pixel averages
    the sine over itself, and so takes a sinc of its contrast along either side.
    """
    screen = _screen(correlator)
    frequencies = turns * correlator.best_frequency
    shown = [
        stimuli.drifting_grating(
            screen, 1 / wavelength, frequency, orientation=90 + direction, contrast=contrast
        )
        for wavelength, frequency, direction in zip(
            wavelengths, frequencies, directions, strict=True
        )
    ]
    circuit = motion.motion_detectors(screen.shape, correlator, pixel=screen.pixel)
    steps = SETTLED * STEPS
    record = circuit.simulate(
        _at_once(shown), steps=steps, dt=screen.frame, every=steps
    )  # the answer is constant, its last sample is all of it
    along, up = np.cos(np.radians(directions)), np.sin(np.radians(directions))
    seen = contrast * np.sinc(screen.pixel * along / wavelengths)
    seen *= np.sinc(screen.pixel * up / wavelengths)
    with np.errstate(divide="ignore"):  # along the stripes the wave is endless
        expected = correlator.response(wavelengths / along, frequencies, seen)
    return record["motion"][:, -1, 0].mean(axis=-1), expected


def _turning(result: Result, ax: Axes, correlator: Correlator, contrast: float) -> None:
    """A grating that goes right, then left: the two halves of a detector, and their difference."""
    screen = _screen(correlator)
    wavelength = 4 * correlator.spacing
    cycle = round(2 * math.pi * STEPS)  # steps, at ωτ = 1
    frequency = 1 / (cycle * screen.frame)
    way = stimuli.drifting_grating(screen, 1 / wavelength, frequency, contrast=contrast)
    there = way.frames(0, CYCLES * cycle)
    circuit = motion.motion_detectors(screen.shape, correlator, pixel=screen.pixel)
    record = circuit.simulate(
        Movie.of(np.concatenate([there, there[::-1]]), screen.frame),
        steps=2 * CYCLES * cycle, dt=screen.frame,
    )  # fmt: skip
    seen = contrast * float(np.sinc(screen.pixel / wavelength))
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


def _tuning(result: Result, axes: np.ndarray, correlator: Correlator, contrast: float) -> None:
    """The same answers over temporal frequency and over speed."""
    turns = np.geomspace(0.1, 10, 13)
    lengths = np.repeat(WAVELENGTHS, len(turns)) * correlator.spacing
    all_turns = np.tile(turns, len(WAVELENGTHS))
    measured, expected = _answers(
        correlator, contrast, lengths, all_turns, np.zeros(len(all_turns))
    )
    result.claim(
        "answers follow C²·ωτ/(1 + ω²τ²)·sin(2πΔφ/λ): largest error over the largest response",
        np.abs(measured - expected).max() / np.abs(expected).max(),
        at_most=ERROR,
    )
    by_wave = measured.reshape(len(WAVELENGTHS), -1)
    result.claim(
        "the best temporal frequency is 1/2πτ whatever the wavelength: ωτ there",
        turns[by_wave.argmax(axis=1)],
        [1.0] * len(WAVELENGTHS),
        tolerance=1e-12,
    )
    speeds = np.array(WAVELENGTHS) * correlator.spacing * correlator.best_frequency
    doubled, _ = _answers(correlator, contrast / 2, lengths[:13], turns, np.zeros(len(turns)))
    result.claim(
        "half the contrast makes a quarter of the response: largest difference from 1/4",
        np.abs(doubled / by_wave[0] - 0.25).max(),
        at_most=1e-6,
    )
    result.table(
        "tuning",
        ("wavelength (deg)", "temporal frequency (Hz)", "speed (deg/s)", "measured", "closed form"),
        [
            (length, f, length * f, round(m, 9), round(e, 9))
            for length, f, m, e in zip(
                lengths, all_turns * correlator.best_frequency, measured, expected, strict=True
            )
        ],
    )
    fine = np.geomspace(0.1, 10, 101)
    unit = contrast**2
    for number, waves in enumerate(WAVELENGTHS):
        length = waves * correlator.spacing
        seen = float(np.sinc(1 / (APART * waves)))
        curve = correlator.response(length, fine * correlator.best_frequency, seen)
        colour = list(COLOURS.values())[number]
        for ax, scale in zip(axes, (1.0, length), strict=True):
            name = f"{waves:g} Δφ"
            ax.plot(
                fine * correlator.best_frequency * scale, curve, color=colour, linewidth=1,
                linestyle=("-", "--", "-.")[number],
            )  # fmt: skip
            ax.plot(
                turns * correlator.best_frequency * scale, by_wave[number] / unit, linestyle="",
                marker="os^"[number], color=colour, label=name,
            )  # fmt: skip
    for ax in axes:
        ax.set(xscale="log", ylim=(0, 0.72), ylabel="response ($C^2$)")
        ax.legend(
            loc="upper center", ncols=3, columnspacing=0.8, handletextpad=0, title="wavelength λ",
            title_fontsize=7.5,
        )  # fmt: skip
    axes[0].axvline(correlator.best_frequency, color="0.8", linewidth=0.6, zorder=0)
    axes[0].set_xlabel("temporal frequency (Hz)")
    axes[0].set_title(f"Best at ωτ = 1 for every λ, {correlator.best_frequency:.3g}\u00a0Hz")
    axes[1].set_xlabel("speed (°/s)")
    low, high = (f"{v:.3g}" for v in (speeds.min(), speeds.max()))
    axes[1].set_title(f"So the best speed grows with λ, {low} to {high}\u00a0°/s")


def _directions(result: Result, ax: Axes, correlator: Correlator, contrast: float) -> None:
    """Every direction: what is along the receptors' line excites, against it inhibits."""
    waves = 4.0
    lengths = np.full(len(DEGREES), waves * correlator.spacing)
    measured, expected = _answers(
        correlator, contrast, lengths, np.ones(len(DEGREES)), DEGREES.astype(float)
    )
    unit = contrast**2
    result.claim(
        "a grating in any direction is answered by sin(2πΔφ·cos α/λ): largest error over the "
        "largest response",
        np.abs(measured - expected).max() / np.abs(expected).max(),
        at_most=ERROR,
    )
    opposite = np.interp((DEGREES + 360) % 360 - 180, DEGREES, measured)
    result.claim(
        "the opposite direction has the opposite answer: largest sum of the two",
        np.abs(measured + opposite).max() / np.abs(measured).max(),
        at_most=1e-6,
    )
    fine = np.linspace(-180, 180, 181)
    along, up = np.cos(np.radians(fine)), np.sin(np.radians(fine))
    seen = np.sinc(along / (APART * waves)) * np.sinc(up / (APART * waves))
    curve = seen**2 / 2 * np.sin(2 * np.pi * along / waves)
    _draw_curve(ax, fine, curve, DEGREES, measured / unit)
    ax.set(xticks=(-180, -90, 0, 90, 180), ylim=(-0.62, 0.62))
    ax.set(xlabel="direction of motion (°), 0 is right", ylabel="response ($C^2$)")
    ax.set_title("Motion one way excites, the other way inhibits")


def _aliasing(result: Result, ax: Axes, correlator: Correlator, contrast: float) -> None:
    """Finer and finer stripes: below two spacings they seem to go backwards (Götz 1964)."""
    cycles = np.linspace(0.05, 1.0, 20)  # a spacing
    measured, expected = _answers(
        correlator, contrast, correlator.spacing / cycles, np.ones(len(cycles)),
        np.zeros(len(cycles)),
    )  # fmt: skip
    unit = contrast**2
    result.claim(
        "stripes of every width: largest error over the largest response",
        np.abs(measured - expected).max() / np.abs(expected).max(),
        at_most=ERROR,
    )
    between = (cycles > 0.51) & (cycles < 0.99)
    result.claim(
        "stripes of Δφ < λ < 2Δφ are seen to go backwards: largest answer to them in C²",
        measured[between].max() / unit,
        at_most=0,
    )
    fine = np.linspace(0, 1, 201)
    curve = np.sinc(fine / APART) ** 2 / 2 * np.sin(2 * np.pi * fine)
    ax.axvspan(0.5, 1, color="0.94", linewidth=0, zorder=0)
    _draw_curve(ax, fine, curve, cycles, measured / unit)
    ax.annotate("backwards", (0.75, 0.53), ha="center", color=FAINT)
    ax.set(xlim=(0, 1.02), ylim=(-0.62, 0.62))
    ax.set(xlabel="spatial frequency (cycles/Δφ)", ylabel="response ($C^2$)")
    ax.set_title("Stripes finer than 2\u00a0Δφ seem to go backwards")
    ax.legend(loc="lower left", handlelength=1.2, handletextpad=0.4)


def _draw_curve(
    ax: Axes, fine: np.ndarray, curve: np.ndarray, x: np.ndarray, measured: np.ndarray
) -> None:
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    plot_curves(ax, fine, {"closed form": curve}, legend=False)
    ax.plot(x, measured, "o", color=COLOURS["vermillion"], label="simulated")


def _dots(result: Result, correlator: Correlator, movies: int, seed: int) -> Dots:
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
    circuit = motion.wide_field_cell(screen.shape, correlator, pixel=screen.pixel)
    onset, seen = 3 * DOT_STEPS, 6 * DOT_STEPS
    record = circuit.simulate(_at_once(shown), steps=onset + seen, dt=screen.frame)
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


def _draw_dots(ax: Axes, dots: Dots) -> None:
    shares = np.array(COHERENCES)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
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
