"""One cell's tuning to spots, rings, bars, edges and gratings, beside the closed forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from circuits.retina import DifferenceOfGaussians, ganglion_cell
from neurosim.measuring import peak
from neurosim.plotting import mark_zero, points_over_curve
from neurosim.result import Result

from .families import families, screen_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FINE = 10  # pixels a center radius, for the tuning curves
# Of the largest response: what pixels of a tenth of the center's radius cost.
ERROR = 0.01


class Curve(NamedTuple):
    """One cell's responses to one family of stimuli, and where they are largest, if within."""

    label: str
    values: np.ndarray
    measured: np.ndarray
    expected: np.ndarray
    best: float | None = None


def tuning_curves(result: Result, field: DifferenceOfGaussians) -> dict[str, Curve]:
    """One cell's responses beside the closed forms, for five families of stimuli."""
    pixel = field.center / FINE
    screen = screen_for(field, pixel)
    cell = ganglion_cell(screen.shape, field, pixel=pixel)
    reach = 2 * field.surround
    best = min(field.best_diameter, reach)
    kinds = families(field, best)
    curves = {}
    for name, (label, values) in _shown(field, best, reach).items():
        answers = partial(kinds[name].answers, cell, screen)
        measured = answers(values)
        # The best ring is none, the best spot is looked for where the field crosses 0.
        known = name == "annulus" or (name == "spot" and field.best_diameter <= reach)
        top = None if known else _best(values, measured, answers)
        curves[name] = Curve(label, values, measured, kinds[name].closed_form(values), top)
    largest = {name: float(np.abs(curve.expected).max()) for name, curve in curves.items()}
    # A ring takes away from the best spot's response what may be next to nothing.
    largest["annulus"] = largest["spot"]
    for name, (_, _, measured, expected, _) in curves.items():
        result.claim(
            f"{name} responses follow the closed form: largest error over the largest response"
            f"{' to a spot' if name == 'annulus' else ''}",
            np.abs(measured - expected).max() / largest[name],
            at_most=ERROR,
        )
    if field.best_diameter <= reach:
        finest = np.linspace(0.75 * best, 1.25 * best, 41)
        responses = kinds["spot"].answers(cell, screen, finest)
        _claim_best_spot(result, field, finest, responses, ERROR * largest["spot"])
        curves["spot"] = curves["spot"]._replace(best=peak(finest, responses))
    result.table(
        "spot-tuning",
        ("diameter (deg)", "measured", "closed form"),
        list(zip(*(np.round(v, 6).tolist() for v in curves["spot"][1:4]), strict=True)),
    )
    return curves


def _shown(
    field: DifferenceOfGaussians, best: float, reach: float
) -> dict[str, tuple[str, np.ndarray]]:
    """Return what is varied in each family, and over which values."""
    wide = np.linspace(0.1, 2 * reach, 31)
    peak_frequency = field.peak_frequency or 0.25 / field.center
    return {
        "spot": ("diameter (°)", wide),
        "annulus": (
            f"outer diameter (°), inner {best:.2f}°", np.linspace(best, 2 * reach, 21),
        ),
        "bar": ("width (°)", wide),
        "edge": ("position (°)", np.linspace(-reach, reach, 31)),
        "grating": (
            "spatial frequency (cycles/°)",
            np.linspace(0.02 * peak_frequency, 3.5 * peak_frequency, 31),
        ),
    }  # fmt: skip


def _claim_best_spot(
    result: Result, field: DifferenceOfGaussians, diameters: np.ndarray, responses: np.ndarray,
    error: float,
) -> None:  # fmt: skip
    """The spot that just fills the field's positive part; its diameter where that is sharp."""
    result.claim(
        "no spot beats the one that ends where the field crosses 0: largest response",
        responses.max(),
        field.spot(field.best_diameter),
        tolerance=error,
    )
    if field == DifferenceOfGaussians():  # of others the top may be too flat for its place
        result.claim(
            "the best spot's diameter (°) is where the field crosses 0",
            peak(diameters, responses),
            field.best_diameter,
            relative=0.01,
        )


def _best(
    values: np.ndarray, responses: np.ndarray, answers: Callable[[np.ndarray], np.ndarray]
) -> float | None:
    """Return which stimulus answers most, looked for again around the best of some.

    None where that is the first or the last of them: a better one may lie beyond.
    """
    top = int(responses.argmax())
    if top in (0, len(values) - 1):
        return None
    around = np.linspace(values[top - 1], values[top + 1], 21)
    return peak(around, answers(around))


def draw_curve(ax: Axes, name: str, curve: Curve) -> None:
    """Draw what the cell answers to one family of stimuli."""
    mark_zero(ax)
    points_over_curve(
        ax, (curve.values, curve.measured), (curve.values, curve.expected),
        measured="simulated cell",
    )  # fmt: skip
    ax.set(xlabel=f"{name}: {curve.label}", ylabel="response (center gain)")
    ax.set_title(_finding(name, curve))


def _finding(name: str, curve: Curve) -> str:
    """Return what a tuning curve shows, as its title."""
    if name == "annulus":
        last = curve.measured[-1]
        return f"A ring {'adds' if last > 0 else 'takes away'} {abs(last):.2f} (not rectified)"
    if curve.best is None:
        unit = "cycles/°" if name == "grating" else "°"
        ends = (f"{end:.2g}".replace("-", "−") for end in (curve.values[0], curve.values[-1]))
        return f"No best {name} from {' to '.join(ends)} {unit}"
    return {
        "spot": f"The best spot is {curve.best:.2f}° wide",
        "bar": f"The best bar is {curve.best:.2f}° wide",
        "edge": f"The best edge lies at {curve.best:.2f}°",
        "grating": f"The best grating has {curve.best:.2f} cycles/°",
    }[name]
