"""Hubel and Wiesel's cells: rows of LGN cells and a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Circle

from circuits.cortex import Row, hubel_wiesel_cells
from circuits.retina import DifferenceOfGaussians
from circuits.stimuli import Screen, drifting_grating
from neurosim.measuring import Electrode, half_width, harmonics
from neurosim.plotting import (
    COLOURS,
    new_figure,
    numbered_points_over_curve,
    points_over_curve,
)
from neurosim.result import Result

from ..titles import title_if_it_holds
from .gratings import ERROR, FRAME, FRAMES, HERTZ

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# LGN cells of the standard field, a row of so many.
LGN = DifferenceOfGaussians()
CELLS = (2, 3, 4, 5, 7, 9)
DRAWN = (3, 5, 9)
HIGHEST = 0.8  # of the largest drive, where the threshold may be


def tune_rows(result: Result, threshold: float) -> tuple[float, float]:
    """Tuning of cells that hear rows of LGN cells; returns F1/F0 of one of five, and expected."""
    pixel = LGN.center / 4
    rows = [Row(cells, spacing=LGN.center, flank=0.5 / LGN.peak_frequency) for cells in CELLS]
    reach = rows[-1].length / 2 + 3 * LGN.surround
    screen = Screen.reaching(reach, pixel=pixel, frame=FRAME)
    level = threshold * LGN.grating(LGN.peak_frequency)
    circuit = hubel_wiesel_cells(screen, rows, LGN, threshold=level)
    electrode = Electrode(circuit["simple"])
    angles = np.linspace(0, 90, 31)
    f0, f1 = np.empty((2, len(angles), len(rows)))
    for k, angle in enumerate(angles):
        movie = drifting_grating(
            screen, LGN.peak_frequency, HERTZ,
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
    widths = np.array([half_width(angles, curve) for curve in f1.T])
    closed = np.array([half_width(fine, curve) for curve in expected[:, 1]])
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
    _draw_wiring(wiring, rows[CELLS.index(5)])
    fine, expected = closed_form
    for number, cells in enumerate(DRAWN):
        k = CELLS.index(cells)
        top = expected[k].max()
        numbered_points_over_curve(
            tuned, number, (angles, f1[:, k] / top), (fine, expected[k] / top), f"{cells} cells"
        )
    tuned.legend()
    tuned.set(xlabel="angle from the row (°)", ylabel="F1 (in its largest)")
    tuned.set(xticks=(0, 30, 60, 90), ylim=(-0.03, 1.05))
    measured, predicted = half_widths
    shown = [f"{measured[CELLS.index(cells)]:.0f}°" for cells in DRAWN]
    tuned.set_title(f"Half widths of 3, 5 and 9 cells: {', '.join(shown)}")
    lengths = [row.length for row in rows]
    points_over_curve(narrowed, (lengths, measured), (lengths, predicted))
    narrowed.legend()
    narrowed.set(xlabel="length of the row (°)", ylabel="half width (°)", ylim=(0, None))
    narrowed.set_xlim(0, None)
    narrower = (np.diff(measured) <= 0).all()
    narrowed.set_title(
        "The longer the row, the narrower" if narrower else "A longer row is not always narrower"
    )
    figure.suptitle(
        title_if_it_holds(result, "A row of LGN cells makes a cell that prefers bars along it")
    )
    result.figure("hubel-wiesel", figure)


def _draw_wiring(ax: Axes, row: Row) -> None:
    """Draw the centers of the LGN cells that the row's cell hears."""
    for offset, colour, sign in (
        (0.0, COLOURS["vermillion"], "+"), (row.flank, COLOURS["blue"], "−"),
        (-row.flank, COLOURS["blue"], "−"),
    ):  # fmt: skip
        for x, y in row.places(offset):
            disk = Circle((x, y), LGN.center, facecolor=colour, edgecolor=colour, alpha=0.25)
            ax.add_patch(disk)
            ax.annotate(
                sign, (x, y), ha="center", va="center", color=colour, weight="bold", fontsize=10
            )
    ax.set(xlim=(-2.6, 2.6), ylim=(-2.2, 2.2), xlabel="x (°)", ylabel="y (°)")
    ax.set_aspect("equal")
    ax.set_title("ON centers in a row, OFF centers beside it")
