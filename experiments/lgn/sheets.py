"""ON and OFF sheets behind a retina: a photograph as the LGN sees it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from circuits import lgn
from circuits.retina import RADII, DifferenceOfGaussians
from neurosim.plotting import new_figure, scale_bar, show_image
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.image import AxesImage

WIDE = 1.6  # columns a row from which four photographs beside one another are too low


def sheet_responses(
    result: Result, field: DifferenceOfGaussians, photograph: np.ndarray, pixel: float
) -> tuple[np.ndarray, np.ndarray]:
    """Both sheets' responses to the photograph's contrast, and to a uniform field."""
    circuit = lgn.sheets(photograph.shape, field, pixel=pixel)
    on, off = circuit(photograph - photograph.mean())
    result.claim("no place drives ON and OFF at once: largest product", np.max(on * off), at_most=0)
    uniform_on, _ = circuit(np.ones(photograph.shape))
    balance = field.center_gain - field.surround_gain
    beyond = 1 - math.erf(RADII) ** 2  # of a Gaussian's volume, and so of either kernel
    result.claim(
        "a uniform field drives every ON cell by A − B",
        [uniform_on.min(), uniform_on.max()],
        [max(balance, 0.0)] * 2,
        tolerance=beyond * (field.center_gain + field.surround_gain),
    )
    return on, off


def draw_sheets(
    result: Result, field: DifferenceOfGaussians, photograph: np.ndarray,
    sheets: tuple[np.ndarray, np.ndarray], pixel: float,
) -> None:  # fmt: skip
    """Draw the photograph, the field, and both sheets' responses."""
    rows, columns = photograph.shape
    wide = columns > WIDE * rows
    high = min(max(rows / columns, 0.1), 1.6)  # of a photograph, in its width
    figure, axes = (
        new_figure(2, 2, width="page", height=5.2 * high + 1.5)
        if wide
        else new_figure(1, 4, width="page", height=1.2 * max(high, 1.0) + 0.95)
    )
    axes = axes.ravel()
    on, off = sheets
    center, surround = field.kernels(pixel, int(3 * field.surround / pixel))
    weights = center - surround
    show_image(axes[0], photograph, "Photograph", limits=(0, 1), bar=False)
    shown = show_image(axes[1], weights, "Receptive field", signed=True)
    _name_the_signs(shown, float(np.abs(weights).max()))
    top = max(0.3, float(np.quantile(np.concatenate((on.ravel(), off.ravel())), 0.995)))
    show_image(axes[2], on, "ON cells", limits=(0, top), bar=False)
    show_image(axes[3], off, "OFF cells", limits=(0, top), label="response\n(center gain)")
    for ax, width in zip(axes, (columns, len(weights), columns, columns), strict=True):
        scale_bar(ax, width, pixel)
    figure.suptitle(_seen(on, off))
    result.figure("lgn", figure)


def _seen(on: np.ndarray, off: np.ndarray) -> str:
    """Return what the sheets show, as the figure's title."""
    if not (on.any() or off.any()):
        return "No cell answers: the image is everywhere as bright as its mean"
    return (
        "ON cells answer where the center outweighs the surround, OFF cells where the surround "
        "outweighs the center"
    )


def _name_the_signs(image: AxesImage, largest: float) -> None:
    """Say beside a field's colour bar which colour excites and which inhibits."""
    near = float(f"{0.8 * largest:.1g}")
    if image.colorbar is not None:
        names = (f"−{near:g}\ninhibits", "0", f"{near:g}\nexcites")
        image.colorbar.set_ticks([-near, 0, near], labels=names)
