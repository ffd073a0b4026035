"""How far pixels put a measured response off, and how that falls with their size.

Weights are integrated over each pixel and stimuli averaged over it, so that what is lost is how
both vary within one: of the second order in the pixel's size, for every family of stimuli.
"""

from __future__ import annotations

import numpy as np

from circuits.retina import DifferenceOfGaussians, field, ganglion_cell
from neurosim.plotting import COLOURS, FAINT, new_figure
from neurosim.result import Result

from .families import families, screen_for

ENOUGH = 10  # pixels a center radius, at which responses are within a hundredth
SIZES = {"X": (2.5, 5, ENOUGH, 20), "P": (2.5, 5, ENOUGH), "M": (2.5, 5, ENOUGH)}
MIDDLE = 0.4  # of a center radius: multiples of it lie in the middle of a pixel of every size
BOUND = 0.01
# How far a fitted power may be from 2.  The fewer pixels, the more of the fourth order is left;
# and a curved rim crosses each pixel elsewhere, where it is covered in 64 parts.
STRAIGHT, CURVED = 0.05, 0.5
MARKERS = {"spot": "o", "annulus": "D", "bar": "s", "edge": "^", "grating": "v"}


def pixel_errors(result: Result) -> None:
    """Claim that X, P and M cells answer as the closed forms say, and how pixels matter."""
    errors = {cell: _errors(field(cell), sizes) for cell, sizes in SIZES.items()}
    powers = {
        cell: {name: _power(SIZES[cell], found) for name, found in by_family.items()}
        for cell, by_family in errors.items()
    }
    for cell, by_family in errors.items():
        result.claim(
            f"{'an' if cell in 'XM' else 'a'} {cell} cell's responses to spots, rings, bars, edges "
            "and gratings follow the closed forms at pixels of a tenth of its center: largest "
            "errors over the largest responses",
            [found[SIZES[cell].index(ENOUGH)] for found in by_family.values()],
            at_most=BOUND,
        )
    for words, names, tolerance in (
        ("bars, edges and gratings", ("bar", "edge", "grating"), STRAIGHT),
        ("spots and rings", ("spot", "annulus"), CURVED),
    ):
        result.claim(
            f"these errors fall with the square of the pixel: its power for {words}",
            [powers[cell][name] for cell in powers for name in names],
            [2.0] * len(names) * len(powers),
            tolerance=tolerance,
        )
    _draw(result, errors["X"], powers["X"])
    result.table(
        "pixel-error",
        ("cell", "stimuli", "pixels a center radius", "largest error over largest response",
         "power of the pixel"),
        [
            (cell, name, size, float(f"{error:.4g}"), round(powers[cell][name], 3))
            for cell, by_family in errors.items()
            for name, found in by_family.items()
            for size, error in zip(SIZES[cell], found, strict=True)
        ],
    )  # fmt: skip


def _shown(cell: DifferenceOfGaussians) -> dict[str, np.ndarray]:
    """Return few of each family, whose straight edges lie where pixels show them worst."""
    best, peak, step = cell.best_diameter, cell.peak_frequency, MIDDLE * cell.center
    return {
        "spot": np.array([0.4, 1.0, 1.6]) * best,
        "annulus": np.array([1.4, 2.2]) * best,
        "bar": np.array([1, 2, 3]) * 2 * step,
        "edge": np.array([-1, 1, 3]) * step,
        "grating": np.array([0.5, 1.0, 2.0]) * peak,
    }


def _errors(cell: DifferenceOfGaussians, sizes: tuple[float, ...]) -> dict[str, list[float]]:
    """Return each family's largest error over its largest response, by pixels a center radius."""
    shown, kinds = _shown(cell), families(cell, cell.best_diameter)
    found: dict[str, list[float]] = {name: [] for name in shown}
    for size in sizes:
        screen = screen_for(cell, cell.center / size)
        answer = ganglion_cell(screen.shape, cell, pixel=screen.pixel)
        for name, values in shown.items():
            measured = kinds[name].answers(answer, screen, values)
            expected = kinds[name].closed_form(values)
            # A ring takes away from the best spot's response what may be next to nothing.
            largest = cell.spot(cell.best_diameter) if name == "annulus" else np.abs(expected).max()
            found[name].append(float(np.abs(measured - expected).max() / largest))
    return found


def _power(sizes: tuple[float, ...], errors: list[float]) -> float:
    """Return the power of the pixel's size with which errors fall."""
    return float(-np.polyfit(np.log(sizes), np.log(errors), 1)[0])


def _draw(result: Result, errors: dict[str, list[float]], powers: dict[str, float]) -> None:
    figure, ax = new_figure(height=2.7)
    sizes = np.array(SIZES["X"])
    ax.axhline(100 * BOUND, color=FAINT, linewidth=0.6, linestyle=":")
    for (name, found), colour in zip(errors.items(), COLOURS.values(), strict=False):
        ax.plot(
            sizes, 100 * np.array(found), color=colour, marker=MARKERS[name],
            label=f"{name}s" if name != "annulus" else "rings",
        )  # fmt: skip
    square = 100 * 2 * max(found[0] for found in errors.values()) * (sizes[0] / sizes) ** 2
    ax.plot(sizes, square, color=FAINT, linestyle="--", label="∝ pixel²")
    ax.set(
        xscale="log", yscale="log", xlabel="pixels in the center's radius a",
        ylabel="largest error\n(% of largest response)",
    )  # fmt: skip
    ax.set_xticks(sizes, labels=[f"{size:g}" for size in sizes])
    ax.set_yticks([0.1, 1, 10], labels=["0.1", "1", "10"])
    ax.minorticks_off()
    ax.legend(ncols=2, loc="lower left")
    low, high = min(powers.values()), max(powers.values())
    ax.set_title(
        "An X cell's error falls with the square of the pixel"
        if low >= 2 - CURVED and high <= 2 + CURVED
        else f"An X cell's error falls with powers {low:.2g} to {high:.2g} of the pixel"
    )
    result.figure("pixels", figure)
