r"""Illusions of brightness, and how far cells explain them · 亮度錯覺 · lecture row 6

Question: Which illusions of brightness do a cell's center and surround explain, and which not?
Equation: $R(x, y) = (W * s)(x, y)$
    $W(r) = \dfrac{A}{\pi a^2}\,e^{-r^2/a^2} - \dfrac{B}{\pi b^2}\,e^{-r^2/b^2}$
Levels: algorithm, implementation
"""

from __future__ import annotations

from circuits.retina import DifferenceOfGaussians
from neurosim import InputError
from neurosim.result import Result

from ..parameters import check_cell
from .hermann_grid import answer_hermann_grids
from .mach_bands import answer_mach_bands
from .predictions import draw_predictions
from .scenes import answer_scenes, draw_scenes
from .simultaneous_contrast import answer_disks
from .white_illusion import answer_white_patches

COARSEST, FINEST = 8, 16  # pixels a center radius


def run(
    center: float = 0.62,
    surround: float = 1.26,
    strength: float = 0.85,
    pixels: int = 10,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Show four illusions of brightness to center–surround cells, and compare with what is seen.

    Mach bands, the Hermann grid, simultaneous contrast and White's illusion, each answered by
    sheets of ON and OFF cells of which one signed cell takes the difference, and by a single
    linear cell against the closed forms of a difference of Gaussians.  At the crossings of a
    Hermann grid Baumgartner (1960) expects less response; but wavy streets, for which the cells
    expect the same, have no smudges (Geier et al. 2008), so that this is not the whole account.
    White's (1979) illusion goes against what an isotropic cell says; with orientation it can be
    had (Blakeslee & McCourt 1999).

    Parameters
    ----------
    center
        1/e radius of the receptive field's center, in degrees; the stimuli grow with it.
    surround
        1/e radius of its surround, in degrees, 1.1 to 10 times the center's.
    strength
        Volume of the surround before the Hermann grid and the disks, where the center's is 1;
        before Mach bands and White's illusion it is 1 too, so that even light is not answered.
    pixels
        Pixels a center radius, 8 to 16; the responses' error falls with their square.
    seed
        Changes nothing: nothing here is random.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("illusions", locals(), seed)
    check_cell(center, strength)
    if not 1.1 * center <= surround <= 10 * center:
        raise InputError(
            f"the surround must be 1.1 to 10 times as wide as the center (got center {center:g}°, "
            f"surround {surround:g}°)"
        )
    if not COARSEST <= pixels <= FINEST:
        raise InputError(
            f"pixels must be from {COARSEST} to {FINEST} a center radius (got {pixels})"
        )
    pixel = center / pixels
    field = DifferenceOfGaussians(center, surround, 1.0, strength)
    balanced = DifferenceOfGaussians(center, surround, 1.0, 1.0)
    knees = answer_mach_bands(result, balanced, pixel)
    grids = answer_hermann_grids(result, field, pixel)
    disks = answer_disks(result, field, pixel)
    stripes = answer_white_patches(result, balanced, pixel)
    result.table(
        "predictions",
        ("stimulus", "kind", "size (deg)", "measured", "closed form"),
        [
            (family.name, family.label, *(float(f"{v:.6g}") for v in row))
            for family in (knees, *grids, disks, stripes)
            for row in zip(
                family.sizes, family.measured, family.expected(family.sizes), strict=True
            )
        ],
    )
    result.figure("illusions", draw_scenes(answer_scenes(field, balanced, pixel)))
    result.figure("predictions", draw_predictions(knees, grids, disks, stripes))
    return result
