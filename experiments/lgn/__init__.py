r"""The LGN cell as a pattern recogniser · 神經元作為圖樣辨識器 · lecture row 5

Question: Which pattern does an LGN cell look for, and how does it answer to all others?
Equation: $R = \sum_{x,\,y} W(x, y)\,s(x, y)$
    $W(r) = \dfrac{A}{\pi a^2}\,e^{-r^2/a^2} - \dfrac{B}{\pi b^2}\,e^{-r^2/b^2}$
Levels: algorithm, implementation
"""

from __future__ import annotations

from pathlib import Path

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians
from neurosim import InputError
from neurosim.result import Result

from ..parameters import check_cell
from .cell import draw_cell
from .listing import check_listing
from .noise import LEAST_FRAMES, MOST_FRAMES, recovered_field
from .pixel_error import pixel_errors
from .sheets import draw_sheets, sheet_responses
from .tuning import tuning_curves

LONGEST = 512  # pixels a side of the photograph at most; half as many for a first look


def run(
    center: float = 0.62,
    surround: float = 1.26,
    strength: float = 0.85,
    image: Path | None = None,
    pixel: float = 0.2,
    frames: int = 20_000,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Draw a photograph as the LGN sees it, and measure one cell as a physiologist would.

    The lecture's listing first; then ON and OFF sheets behind a retina, which see the photograph's
    contrast: how far each pixel is from the mean; then one cell's tuning to spots, rings, bars,
    edges and gratings against the closed forms of a difference of Gaussians; then its receptive
    field, recovered from its answers to white noise; last how pixels put the responses of X, P
    and M cells off, whatever the cell chosen here.

    Parameters
    ----------
    center
        1/e radius of the receptive field's center, in degrees.
    surround
        1/e radius of its surround, in degrees.
    strength
        Volume of the surround; the center's is 1.
    image
        A photograph of your own (PNG, JPEG …); left out, Grace Hopper's portrait.
    pixel
        Degrees a pixel of the photograph, which is made at most 512 pixels long; at most the
        center's radius.
    frames
        Frames of white noise, at least 225, one for each of its pixels.
    quick
        A photograph of half as many pixels a side, for a first look.
    """
    result = Result("lgn", locals(), seed)
    if frames < LEAST_FRAMES:
        raise InputError(
            f"frames must be at least {LEAST_FRAMES}, one for each pixel of the noise: fewer "
            f"recover nothing (got {frames})"
        )
    if frames > MOST_FRAMES:
        raise InputError(f"frames must be at most {MOST_FRAMES:,} (got {frames})")
    check_cell(center, strength)
    if not center < surround <= 10 * center:
        raise InputError(
            f"the surround must be wider than the center, and at most ten times (got center "
            f"{center:g}°, surround {surround:g}°)"
        )
    field = DifferenceOfGaussians(center, surround, 1.0, strength)
    photograph = stimuli.photograph(image, longest=LONGEST)
    larger = 1.0
    if quick:  # fewer pixels, each so much larger: it is seen at the same size
        whole = max(photograph.shape)
        photograph = stimuli.photograph(image, longest=LONGEST // 2)
        larger = whole / max(photograph.shape)
    if pixel * larger > center:
        raise InputError(
            f"pixel must be at most {center / larger:g}°{' with quick' if quick else ''}, so that "
            f"the center's radius of {center:g}° holds one (got {pixel:g}°)"
        )
    pixel *= larger
    sheets = sheet_responses(result, field, photograph, pixel)
    curves = tuning_curves(result, field)
    recovered = recovered_field(result, field, frames, seed)
    check_listing(result)
    draw_sheets(result, field, photograph, sheets, pixel)
    draw_cell(result, field, curves, recovered)
    pixel_errors(result)
    return result
