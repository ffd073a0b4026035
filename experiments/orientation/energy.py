"""A complex cell's answers to orientation × spatial frequency: the energy model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from circuits.cortex import Gabor, complex_cells
from circuits.physiology import tuning
from circuits.stimuli import Screen
from neurosim.plotting import COLOURS, show_image
from neurosim.result import Result

from ..pixels import passed
from .gratings import ERROR, HERTZ

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def map_energy(result: Result, ax: Axes, screen: Screen, field: Gabor, quick: bool) -> None:
    """The complex cell's answers to orientation × spatial frequency."""
    angles = np.linspace(45, 135, 13 if quick else 25)
    frequencies = np.linspace(0.2, 1.8, 9 if quick else 21)
    measured = tuning(
        complex_cells(screen, field)["complex"], ("spatial frequency", "orientation"),
        (frequencies, angles), screen=screen, temporal_frequency=HERTZ,
    )  # fmt: skip
    seen = passed(frequencies[:, None], angles, screen.pixel)
    expected = np.square(seen) * field.energy(frequencies[:, None], angles)
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
