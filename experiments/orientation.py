"""Orientation: simple and complex cells of V1 · 方位選擇：簡單細胞與複雜細胞 · lecture row 6"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Circle

from circuits.cortex import Gabor, Row, complex_cells, hubel_wiesel_cells, simple_cells
from circuits.physiology import tuning
from circuits.retina import DifferenceOfGaussians
from circuits.stimuli import Screen, drifting_grating
from neurosim import Circuit, InputError
from neurosim.measuring import Electrode, harmonics
from neurosim.plotting import COLOURS, FAINT, new_figure, plot_curves, show_image
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ERROR = 0.01  # of the largest response, what the pixels cost
DEGREES = 0.3  # what finding a half height between angles costs
FRAMES = 24  # a cycle
HERTZ = 4.0
FRAME = 1 / (FRAMES * HERTZ)  # seconds
# Hubel and Wiesel's cells: LGN cells of the standard field, a row of so many.
LGN = DifferenceOfGaussians()
CELLS = (2, 3, 4, 5, 7, 9)
DRAWN = (3, 5, 9)
HIGHEST = 0.8  # of the largest drive, where the threshold may be
# The Gabor cells: a cycle per degree, so that degrees are cycles.
PIXEL = 0.05
CONTRASTS = (0.1, 0.2, 0.4, 0.8)
FIXED = 0.06  # the threshold under which an iceberg hides
BOUNDARY = 1.0  # of F1/F0, between simple and complex cells
MARKERS = "os^D"
OTHERWISE = "These cells do not do all that is claimed of them"


def run(
    threshold: float = 0.5,
    exponent: float = 2.0,
    width: float = 0.4,
    length: float = 0.6,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Show where orientation tuning comes from, and how simple and complex cells differ.

    Hubel & Wiesel (1962): a row of LGN cells and a threshold make a cell that prefers the row's
    axis.  Gabor fields with a power law keep their tuning at any contrast, where a fixed
    threshold does not.  Four half-squared simple cells make a complex one, which answers to a
    grating wherever its stripes are (Adelson & Bergen 1985).

    Parameters
    ----------
    threshold
        Of Hubel and Wiesel's cells, as a fraction of their largest drive: from 0.1 to 0.8.
    exponent
        n of the power law, from 1 to 4.
    width
        Standard deviation of the Gabor fields across their stripes, from 0.3 to 0.7 cycles (which
        are degrees, at a cycle per degree).
    length
        Along the stripes, from 0.3 to 1.2 cycles.
    seed
        Changes nothing: nothing here is random.
    quick
        A coarser map of the complex cell's answers.
    """
    result = Result("orientation", locals(), seed)
    for name, value, low, high, unit in (
        ("threshold", threshold, 0.1, HIGHEST, " of the largest drive"),
        ("exponent", exponent, 1.0, 4.0, ""),
        ("width", width, 0.3, 0.7, " cycles"),
        ("length", length, 0.3, 1.2, " cycles"),
    ):
        if not low <= value <= high:
            raise InputError(f"{name} must be from {low:g} to {high:g}{unit} (got {value:g})")
    field = Gabor(1.0, 90.0, 90.0, width, length)
    side = 2 * math.ceil(3 * max(width, length) / PIXEL) + 1
    screen = Screen((side, side), PIXEL, FRAME)
    row_ratio = _rows(result, threshold)
    figure, axes = new_figure(2, 3, width="page", height=4.6)
    _cycles(result, axes[0, 0], axes[0, 1], screen, field, exponent, row_ratio)
    _energy(result, axes[0, 2], screen, field, quick)
    _contrasts(result, axes[1], screen, field, exponent)
    _narrowing(result, screen, field, exponent)
    figure.suptitle(
        "Simple cells follow a grating's stripes, complex cells answer to all of them"
        if result.holds
        else OTHERWISE
    )
    result.figure("orientation", figure)
    return result


# ---------------------------------------------------------------- Hubel and Wiesel's cells


def _rows(result: Result, threshold: float) -> tuple[float, float]:
    """Tuning of cells that hear rows of LGN cells; returns F1/F0 of one of five, and expected."""
    pixel = LGN.center / 4
    rows = [Row(cells, spacing=LGN.center, flank=0.5 / LGN.peak_frequency) for cells in CELLS]
    reach = rows[-1].length / 2 + 3 * LGN.surround
    side = 2 * math.ceil(reach / pixel) + 1
    level = threshold * LGN.grating(LGN.peak_frequency)
    circuit = hubel_wiesel_cells(Screen((side, side), pixel, FRAME), rows, LGN, threshold=level)
    electrode = Electrode(circuit["simple"])
    angles = np.linspace(0, 90, 31)
    f0, f1 = np.empty((2, len(angles), len(rows)))
    for k, angle in enumerate(angles):
        movie = drifting_grating(
            Screen((side, side), pixel, FRAME), LGN.peak_frequency, HERTZ,
            orientation=90 + angle, count=FRAMES,
        )  # fmt: skip
        found = np.abs(harmonics(electrode.responses(movie)))
        f0[k], f1[k] = found[0], found[1]
    fine = np.linspace(0, 90, 361)
    expected = np.array([_row_tuning(row, fine, level) for row in rows])
    result.claim(
        f"cells that hear rows of {', '.join(map(str, CELLS))} LGN cells answer as the rows' sums: "
        "largest error over the largest response",
        np.abs(f1.T - expected[:, 1, ::12]).max() / expected[:, 1].max(),
        at_most=2 * ERROR / (1 - threshold),  # of the drive, of which the threshold takes a part
    )
    result.claim(
        "each answers most to gratings along its row: best angle (°)",
        [angles[k] for k in f1.argmax(axis=0)],
        [0.0] * len(rows),
    )
    widths = np.array([_half_width(angles, curve) for curve in f1.T])
    closed = np.array([_half_width(fine, curve) for curve in expected[:, 1]])
    result.claim(
        "half-widths at half height (°) are those of the closed form",
        widths,
        closed,
        relative=0.05,
    )
    result.claim(
        "a longer row is tuned more narrowly: largest ratio of a half-width to that of the next "
        "shorter row",
        np.max(widths[1:] / widths[:-1]),
        at_most=1.0,
    )
    result.table(
        "row-tuning", ("angle (deg)", *(f"F1, row of {n}" for n in CELLS)),
        [(a, *r) for a, r in zip(angles.tolist(), f1.tolist(), strict=True)],
    )  # fmt: skip
    _draw_rows(result, rows, angles, f1, (fine, expected[:, 1]), (widths, closed))
    five = CELLS.index(5)
    return f1[0, five] / f0[0, five], expected[five, 1, 0] / expected[five, 0, 0]


def _row_tuning(row: Row, angles: np.ndarray, level: float) -> np.ndarray:
    """Return F0 and F1 of [drive − θ]₊ by the closed form, at each angle from the row: (2, n)."""
    phases = np.arange(FRAMES)[:, None] / FRAMES * 360
    drive = row.drive(LGN, LGN.peak_frequency, row.orientation + angles, phases)
    return np.abs(harmonics(np.maximum(drive - level, 0)))[:2]


def _draw_rows(
    result: Result, rows: list[Row], angles: np.ndarray, f1: np.ndarray,
    closed_form: tuple[np.ndarray, np.ndarray], half_widths: tuple[np.ndarray, np.ndarray],
) -> None:  # fmt: skip
    figure, (wiring, tuned, narrowed) = new_figure(1, 3, width="page", height=2.5)
    row = rows[CELLS.index(5)]
    for offset, colour, sign in (
        (0.0, COLOURS["vermillion"], "+"), (row.flank, COLOURS["blue"], "−"),
        (-row.flank, COLOURS["blue"], "−"),
    ):  # fmt: skip
        for x, y in row.places(offset):
            disk = Circle((x, y), LGN.center, facecolor=colour, edgecolor=colour, alpha=0.25)
            wiring.add_patch(disk)
            wiring.annotate(
                sign, (x, y), ha="center", va="center", color=colour, weight="bold", fontsize=10
            )
    wiring.set(xlim=(-2.6, 2.6), ylim=(-2.2, 2.2), xlabel="x (°)", ylabel="y (°)")
    wiring.set_aspect("equal")
    wiring.set_title("ON centers in a row, OFF centers beside it")
    fine, expected = closed_form
    for number, cells in enumerate(DRAWN):
        k = CELLS.index(cells)
        colour, top = list(COLOURS.values())[number], expected[k].max()
        tuned.plot(fine, expected[k] / top, color=colour)
        tuned.plot(angles, f1[:, k] / top, MARKERS[number], color=colour, label=f"{cells} cells")
    tuned.legend()
    tuned.set(xlabel="angle from the row (°)", ylabel="F1 (in its largest)")
    tuned.set(xticks=(0, 30, 60, 90), ylim=(-0.03, 1.05))
    measured, predicted = half_widths
    shown = [f"{measured[CELLS.index(cells)]:.0f}°" for cells in DRAWN]
    tuned.set_title(f"Half widths of 3, 5 and 9 cells: {', '.join(shown)}")
    lengths = [row.length for row in rows]
    plot_curves(narrowed, lengths, {"closed form": predicted}, legend=False)
    narrowed.plot(lengths, measured, "o", color=COLOURS["vermillion"], label="simulated")
    narrowed.legend()
    narrowed.set(xlabel="length of the row (°)", ylabel="half width (°)", ylim=(0, None))
    narrowed.set_xlim(0, None)
    narrower = (np.diff(measured) <= 0).all()
    narrowed.set_title(
        "The longer the row, the narrower" if narrower else "A longer row is not always narrower"
    )
    figure.suptitle(
        "A row of LGN cells makes a cell that prefers bars along it" if result.holds else OTHERWISE
    )
    result.figure("hubel-wiesel", figure)


# ---------------------------------------------------------------- simple and complex cells


def _cycles(
    result: Result, ax: Axes, ratios: Axes, screen: Screen, field: Gabor, exponent: float,
    row_ratio: tuple[float, float],
) -> None:  # fmt: skip
    """Answers to a cycle of a drifting grating, and F1/F0 with the boundary at 1."""
    movie = drifting_grating(screen, 1.0, HERTZ, count=FRAMES)
    cells = {
        "simple, [g]₊": (simple_cells(screen, field, exponent=1.0)["simple"], 1.0),
        "simple, [g]₊²": (simple_cells(screen, field, exponent=2.0)["simple"], 2.0),
    }
    if exponent not in (1.0, 2.0):
        power_law = simple_cells(screen, field, exponent=exponent)
        cells[f"simple, n = {exponent:g}"] = (power_law["simple"], exponent)
    cells["complex, e² + o²"] = (complex_cells(screen, field)["complex"], 0.0)
    time = np.arange(FRAMES) * FRAME * 1000
    found, curves = {}, {}
    for name, (unit, n) in cells.items():
        curves[name] = Electrode(unit).responses(movie)
        mean, first, second = np.abs(harmonics(curves[name]))
        if n:
            expected = _f1_over_f0(n)
            result.claim(
                f"F1/F0 of a simple cell with [g]₊ⁿ, n = {n:g}", first / mean, expected,
                relative=ERROR,
            )  # fmt: skip
        else:
            expected = 0.0
            result.claim("F1/F0 of a complex cell", first / mean, 0.0, tolerance=1e-9)
            even, odd = (abs(field.shifted(p).grating(1.0)) ** 2 for p in (270, 0))
            result.claim(
                "what ripple it has, F2/F0, is the difference of its even and odd fields",
                second / mean, abs(odd - even) / (odd + even), tolerance=ERROR,
            )  # fmt: skip
        found[name] = (first / mean, expected)
    found["simple, LGN row"] = row_ratio
    result.claim("F1/F0 of Hubel and Wiesel's cell with a row of five", *row_ratio, relative=0.02)
    kinds = [name.split(",")[0] for name in found]
    result.claim(
        "by Skottun's boundary F1/F0 = 1 each is what it was built as",
        ["simple" if ratio > BOUNDARY else "complex" for ratio, _ in found.values()],
        kinds,
    )
    result.table(
        "modulation", ("cell", "F1/F0", "closed form"), [(n, *r) for n, r in found.items()]
    )
    plot_curves(ax, time, curves)
    ax.legend(loc="upper right")
    ax.set(
        xlabel="time (ms)",
        ylabel="response",
        ylim=(-0.03, 1.3 + 0.2 * len(curves)),
        yticks=(0, 0.5, 1),
    )
    steady = curves["complex, e² + o²"]
    ripple = 100 * np.ptp(steady) / steady.max()
    ax.set_title(f"While stripes drift by, the complex cell changes by {ripple:.1f}%")
    _draw_ratios(ratios, found)


def _f1_over_f0(n: float) -> float:
    """Return F1/F0 of [cos]₊ⁿ: π/2 for n = 1, 16/(3π) for n = 2."""
    mean = math.gamma((n + 1) / 2) / math.gamma(n / 2 + 1)
    first = math.gamma(n / 2 + 1) / math.gamma((n + 3) / 2)
    return 2 * first / mean


def _draw_ratios(ax: Axes, found: dict[str, tuple[float, float]]) -> None:
    """Draw each cell's F1/F0 on a line of its own, beside what it should be."""
    heights = np.arange(len(found))[::-1]
    measured, expected = np.array(list(found.values())).T
    ax.axvline(BOUNDARY, color=FAINT, linewidth=0.6, linestyle="--")
    ax.plot(expected, heights, "o", color=COLOURS["blue"], fillstyle="none", markersize=7,
            label="closed form")  # fmt: skip
    ax.plot(measured, heights, "o", color=COLOURS["vermillion"], label="simulated")
    ax.set_yticks(heights, labels=[name.replace(", ", "\n") for name in found])
    ax.set(xlim=(-0.4, 2.1), ylim=(-0.5, len(found) + 0.2), xlabel="F1/F0")
    ax.annotate("complex ←", (BOUNDARY, len(found) - 0.3), xytext=(-3, 0),
                textcoords="offset points", ha="right", color=FAINT)  # fmt: skip
    ax.annotate("→ simple", (BOUNDARY, len(found) - 0.3), xytext=(3, 0),
                textcoords="offset points", color=FAINT)  # fmt: skip
    ax.legend(loc="center left", bbox_to_anchor=(-0.03, 0.62), handletextpad=0, handlelength=1.4)
    simple = int((measured > BOUNDARY).sum())
    ax.set_title(f"F1/F0 is above 1 in {simple} of {len(found)} cells")


def _energy(result: Result, ax: Axes, screen: Screen, field: Gabor, quick: bool) -> None:
    """The complex cell's answers to orientation × spatial frequency."""
    angles = np.linspace(45, 135, 13 if quick else 25)
    frequencies = np.linspace(0.2, 1.8, 9 if quick else 21)
    measured = tuning(
        complex_cells(screen, field)["complex"], ("spatial frequency", "orientation"),
        (frequencies, angles), screen=screen, temporal_frequency=HERTZ,
    )  # fmt: skip
    passed = _passed(frequencies[:, None], angles, screen.pixel)
    expected = np.square(passed) * field.energy(frequencies[:, None], angles)
    result.claim(
        f"the energy's mean for {measured.f0.size} gratings of other orientations and frequencies "
        "follows the closed form, for what the pixels show of each: largest error over the largest "
        "response",
        np.abs(measured.f0 - expected).max() / expected.max(),
        at_most=ERROR,
    )
    grid = np.meshgrid(frequencies, angles, indexing="ij")
    result.table(
        "energy-map", ("spatial frequency (cycles/deg)", "orientation (deg)", "F0", "closed form"),
        list(zip(*(v.ravel().tolist() for v in (*grid, measured.f0, expected)), strict=True)),
    )  # fmt: skip
    step, turn = frequencies[1] - frequencies[0], angles[1] - angles[0]
    show_image(
        ax, measured.f0[::-1], signed=False, colours="Greys", label="mean response",
        extent=(
            angles[0] - turn / 2, angles[-1] + turn / 2,
            frequencies[0] - step / 2, frequencies[-1] + step / 2,
        ),
    )  # fmt: skip
    fine = (
        np.linspace(angles[0], angles[-1], 181),
        np.linspace(frequencies[0], frequencies[-1], 161),
    )
    height = field.energy(fine[1][:, None], fine[0])
    half = [height.max() / 2]
    ax.contour(*fine, height, half, colors=COLOURS["vermillion"], linewidths=1.2)
    ax.annotate(
        "half height, closed form", (0.5, 0.02), xycoords="axes fraction", ha="center", fontsize=7,
        color=COLOURS["vermillion"],
    )  # fmt: skip
    ax.set_aspect("auto")
    ax.set(xlabel="orientation (°)", ylabel="frequency (cycles/°)", xticks=(60, 90, 120))
    best = measured.best
    ax.set_title(f"The complex cell prefers {best[1]:.0f}°, {best[0]:.2f} cycles/°")


def _passed(frequency: np.ndarray, orientation: np.ndarray, pixel: float) -> Any:
    """Return what is left of a grating's contrast where it is averaged over each pixel."""
    turned = np.radians(orientation - 90)
    across, along = frequency * pixel * np.cos(turned), frequency * pixel * np.sin(turned)
    return np.sinc(across) * np.sinc(along)


# ---------------------------------------------------------------- power law and iceberg


def _contrasts(result: Result, axes: Any, screen: Screen, field: Gabor, exponent: float) -> None:
    """Tuning at several contrasts: a power law only scales it, a threshold cuts it."""
    angles = np.arange(0, 61, 1.5)
    kinds = {
        "power law": simple_cells(screen, field, exponent=exponent),
        "threshold": simple_cells(screen, field, exponent=1.0, threshold=FIXED),
    }
    best = abs(field.grating(1.0))
    widths: dict[str, list[float]] = {}
    closed = {
        "power law": [field.orientation_bandwidth(exponent)] * len(CONTRASTS),
        "threshold": [_under_water(field, FIXED / (c * best)) for c in CONTRASTS],
    }
    rows = []
    for ax, (kind, circuit) in zip(axes, kinds.items(), strict=False):
        curves = {}
        for contrast in CONTRASTS:
            curves[f"{contrast:.0%}"] = _peaks(circuit, screen, angles, contrast)
        widths[kind] = [_half_width(angles, curve) for curve in curves.values()]
        result.claim(
            f"half-widths (°) with a {kind} at contrasts {', '.join(curves)}",
            widths[kind], closed[kind], tolerance=DEGREES + 0.02 * max(closed[kind]),
        )  # fmt: skip
        rows += list(
            zip([kind] * len(CONTRASTS), CONTRASTS, widths[kind], closed[kind], strict=True)
        )
        plot_curves(ax, angles, {name: curve / curve.max() for name, curve in curves.items()})
        ax.legend(title="contrast", title_fontsize=7.5, alignment="left")
        ax.set(xlabel="angle from the best (°)", ylabel="response (in its largest)")
        ax.set(xticks=(0, 20, 40, 60))
        low, high = min(widths[kind]), max(widths[kind])
        label = f"Power law, n = {exponent:g}" if kind == "power law" else "A fixed threshold"
        ax.set_title(f"{label}: half width {low:.1f}° to {high:.1f}°")
    result.claim(
        "the power law's half-width does not depend on contrast: largest difference (°)",
        float(np.ptp(widths["power law"])),
        at_most=1e-6,
    )
    result.table("half-widths", ("cell", "contrast", "half-width (deg)", "closed form"), rows)
    ax = axes[2]
    fine = np.geomspace(1.02 * FIXED / best, 1, 101)
    plot_curves(ax, fine, {
        "power law": np.full(101, field.orientation_bandwidth(exponent)),
        "threshold": [_under_water(field, FIXED / (c * best)) for c in fine],
    }, legend=False)  # fmt: skip
    for found in widths.values():
        ax.plot(CONTRASTS, found, "o", color="black")
    ax.plot([], [], "o", color="black", label="simulated")
    ax.legend(loc="lower right")
    ax.set(xscale="log", xlabel="contrast", ylabel="half width (°)", ylim=(0, None))
    ax.set_xticks([0.1, 1], labels=["10%", "100%"])
    change = widths["threshold"][-1] / widths["threshold"][0]
    ax.set_title(f"Under a threshold contrast widens tuning {change:.1f}-fold")


def _peaks(circuit: Circuit, screen: Screen, angles: np.ndarray, contrast: float) -> np.ndarray:
    """Return the answers at each grating's best phase, that of an odd field."""
    measured = tuning(
        circuit["simple"], "orientation", 90 + angles, screen=screen, stimulus="grating",
        frequency=1.0, phase=90.0, contrast=contrast,
    )  # fmt: skip
    return measured.f0


def _under_water(field: Gabor, depth: float) -> float:
    """Return the half-width of [A(δ) − depth]₊ where A falls from 1 as the field's tuning.

    It ends where A is (1 + depth)/2, which A² to another power is half of.
    """
    return field.orientation_bandwidth(math.log(2) / -math.log((1 + depth) / 2))


def _narrowing(result: Result, screen: Screen, field: Gabor, exponent: float) -> None:
    """Over spatial frequency the field is a Gaussian, which a power narrows by √n."""
    frequencies = np.linspace(1.0, 2.0, 81)
    widths = []
    for n in (1.0, exponent):
        measured = tuning(
            simple_cells(screen, field, exponent=n)["simple"], "spatial frequency", frequencies,
            screen=screen, stimulus="grating", phase=90.0,
        )  # fmt: skip
        widths.append(_half_width(frequencies - 1, measured.f0))
    result.claim(
        f"the power {exponent:g} narrows the Gaussian tuning to frequency by √n",
        widths[0] / widths[1],
        math.sqrt(exponent),
        relative=0.02,
    )


def _half_width(angles: np.ndarray, responses: np.ndarray) -> float:
    """Return from the first angle to where the response falls to half, between angles by a line."""
    half = responses[0] / 2
    after = int(np.argmax(responses < half))
    return float(np.interp(half, responses[[after, after - 1]], angles[[after, after - 1]]))
