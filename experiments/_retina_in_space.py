"""How the retina's cells add up in space: X and Y cells, and fields as they were published."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from circuits.physiology import tuning
from circuits.retina import field, ganglion_cell, ganglion_cells, y_cells
from circuits.stimuli import Screen
from neurosim import Circuit
from neurosim.measuring import Tuning
from neurosim.plotting import COLOURS
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ERROR = 0.01  # of the largest response, what such pixels cost

# ---------------------------------------------------------------- X and Y

# One row, which its border repeats: no stripe ends above or below.  The columns hold a Y cell's
# pool.  Its answers have even harmonics alone: with 15 frames a cycle, an odd number, none below
# the 28th is taken for the second.
STRIP = Screen((1, 161), pixel=0.05, frame=1 / 60)
MIDDLE = (0, 80)
FREQUENCY = 0.8  # cycles a degree: so fine that a Y cell's pool holds several
PHASES = np.linspace(0, 180, 9)  # degrees

# ---------------------------------------------------------------- published fields

REACH = 3.0  # radii of the surround from a field's middle to the screen's edge
COARSE = 5  # pixels in a center's radius
FRAME = 1 / 32  # seconds: a drift of 4 Hz goes through in eight frames
FREQUENCIES = 10.0 ** np.linspace(-1.4, 0.35, 22)  # of 1/(πa), where a center fades
MARKERS = {"P": "o", "M": "s", "X": "^", "Y": "D"}


def summation(result: Result, ax: Axes, rectifier: float) -> None:
    """A grating whose contrast reverses, at phases across one field and across many.

    The X cell has a Y cell's subunit for its field, so that they differ in nothing but the Y
    cell's pool of rectified ones.  Drawn as in Hochstein & Shapley (1976).
    """
    cells = {"X": _x_cell(), "Y": y_cells(STRIP.shape, pixel=STRIP.pixel, exponent=rectifier)}
    units = {"X": cells["X"]["cell"], "Y": cells["Y"]["on"]}
    curves = {
        name: tuning(
            unit[MIDDLE], "phase", PHASES, screen=STRIP, stimulus="counterphase grating",
            frequency=FREQUENCY,
        )
        for name, unit in units.items()
    }  # fmt: skip
    # Pixels average the grating, and the field.
    gain = float(field("Y").grating(FREQUENCY)) * np.sinc(FREQUENCY * STRIP.pixel) ** 2
    x, y = curves["X"], curves["Y"]
    alone = gain * np.abs(np.cos(np.radians(PHASES)))
    result.claim(
        "the X cell is linear: F1 follows the cosine of the grating's phase, with a null at 90°; "
        "largest error over the largest F1",
        np.abs(x.f1 - alone).max() / gain,
        at_most=ERROR,
    )
    result.claim("and it has no F2: largest over the largest F1", x.f2.max() / gain, at_most=1e-9)
    # Of |cos|ⁿ the mean is M and F2 is 2M·n/(n + 2); half of it is rectified away.
    mean = math.gamma((rectifier + 1) / 2) / (math.sqrt(math.pi) * math.gamma(rectifier / 2 + 1))
    doubled = gain**rectifier * mean**2 * rectifier / (rectifier + 2)
    result.claim(
        "the Y cell's F2 is the same at every phase, Gⁿ·M²·n/(n + 2), M the mean of |cos|ⁿ: "
        "largest error over it",
        np.abs(y.f2 / doubled - 1).max(),
        at_most=2 * ERROR,
    )
    result.claim("and it has no F1: largest over F2", y.f1.max() / doubled, at_most=ERROR)
    fine = np.linspace(0, 180, 181)
    blue, red = COLOURS["blue"], COLOURS["vermillion"]
    ax.plot(fine, np.abs(np.cos(np.radians(fine))), color=blue)
    ax.axhline(1, color=red)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    ax.plot(PHASES, x.f1 / gain, "o", color=blue, label="X, F1", clip_on=False)
    ax.plot(
        PHASES, x.f2 / gain, "o", color=blue, label="X, F2", clip_on=False, markersize=5.5,
        markerfacecolor="none",
    )  # fmt: skip
    ax.plot(
        PHASES, y.f1 / doubled, "s", color=red, label="Y, F1", clip_on=False, markersize=2.5,
        markerfacecolor="none",
    )  # fmt: skip
    ax.plot(PHASES, y.f2 / doubled, "s", color=red, label="Y, F2", clip_on=False)
    ax.set(xlabel="spatial phase of the grating (°)", ylabel="amplitude (in the largest)")
    ax.set(xticks=(0, 45, 90, 135, 180), ylim=(-0.03, 1.5), yticks=(0, 0.5, 1))
    ax.legend(loc="upper center", ncols=2, columnspacing=1.2, handlelength=1, handletextpad=0.3)
    null, least = x.f1.min() / x.f1.max(), y.f2.min() / y.f2.max()
    ax.set_title(f"The worst phase leaves an X cell {null:.0%}, a Y cell {least:.0%}")
    result.table(
        "x-and-y", ("cell", "phase (deg)", "F1", "F2"),
        [
            (name, phase, f1, f2)
            for name, curve in curves.items()
            for phase, f1, f2 in zip(PHASES.tolist(), curve.f1, curve.f2, strict=True)
        ],
    )  # fmt: skip


def _x_cell() -> Circuit:
    """Return cells that add their ON and OFF drives linearly, on the sheet of the Y cells."""
    circuit = Circuit("X cells")
    image = circuit.inputs("image", shape=STRIP.shape, real=True)
    on, off = ganglion_cells(STRIP.shape, field("Y"), pixel=STRIP.pixel)(image)
    circuit.output(circuit.rate("cell", excite=on, subtract=off, transfer="identity"))
    return circuit


def published_fields(result: Result, ax: Axes) -> None:
    """Drifting gratings before a cell of each kind: its field from what it answers.

    The macaque's P and M cells are those of Croner & Kaplan (1995).  Drawn as in Enroth-Cugell &
    Robson (1966).
    """
    fits, errors, rows = {}, [], []
    for number, name in enumerate(MARKERS):
        seen = field(name)
        pixel = seen.center / COARSE
        side = 2 * math.ceil(REACH * seen.surround / pixel) + 1
        screen = Screen((side, side), pixel, frame=FRAME)
        cell = ganglion_cell(screen.shape, seen, pixel=pixel)
        frequencies = FREQUENCIES / (math.pi * seen.center)
        curve: Tuning = tuning(cell["cell"], "spatial frequency", frequencies, screen=screen)
        fits[name] = curve.fit("dog frequency")
        expected = seen.grating(frequencies)
        errors.append(np.abs(curve.f1 - expected).max() / expected.max())
        rows += [(name, *row) for row in zip(frequencies.tolist(), curve.f1, expected, strict=True)]
        colour = list(COLOURS.values())[number]
        fine = np.geomspace(frequencies[0], frequencies[-1], 201)
        ax.plot(fine, fits[name](fine), color=colour)
        label = "Y subunit" if name == "Y" else name
        ax.plot(frequencies[::2], curve.f1[::2], MARKERS[name], color=colour, label=label)
    # Pixels of width p blur a Gaussian twice, in the grating and in the field: a² grows by p²/3, so
    # a by 0.7% and the center's response falls by up to A/75e, 1% of the smallest peak here.
    result.claim(
        "P, M, X and a Y cell's subunit answer to gratings with A·e^(−(πaf)²) − B·e^(−(πbf)²): "
        "largest errors over the largest responses",
        errors,
        at_most=2 * ERROR,
    )
    result.claim(
        "fits to their answers recover the published radii of center and surround: degrees",
        [[fits[name]["center"], fits[name]["surround"]] for name in fits],
        [[field(name).center, field(name).surround] for name in fits],
        relative=ERROR,
    )
    ax.set(xscale="log", yscale="log", xlabel="spatial frequency (cycles/°)")
    ax.set(ylabel="response (center gain)", ylim=(0.01, 6), yticks=(0.01, 0.1, 1))
    ax.set_xticks([0.1, 1, 10], labels=["0.1", "1", "10"])
    ax.legend(loc="upper left", ncols=2, columnspacing=1.2, handlelength=1, handletextpad=0.3)
    radii = {found["center"]: name for name, found in fits.items()}
    ax.set_title(
        f"Fits find centers of {min(radii):.2g}° ({radii[min(radii)]}) to {max(radii):.2g}° "
        f"({radii[max(radii)]})"
    )
    result.table("spatial-frequency", ("cell", "frequency (cycles/deg)", "F1", "closed form"), rows)
    result.table(
        "fields", ("cell", "parameter", "published", "fitted", "standard error"),
        [
            (name, parameter, getattr(field(name), parameter), found[parameter],
             found.errors[parameter])
            for name, found in fits.items()
            for parameter in found.parameters
        ],
    )  # fmt: skip
