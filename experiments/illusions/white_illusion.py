"""White's illusion: grey patches in stripes, against what contrast would say (White 1979)."""

from __future__ import annotations

import math

import numpy as np

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell
from circuits.stimuli import Screen
from neurosim.result import Result

from ..gaussians import gaussians, share_of_strip
from .cells import REACH, error_of_pixels
from .families import Family, claim_family

STRIPES = np.linspace(1.5, 6.0, 10)  # center radii across
STRIPE, PATCH = 3.0, 9.0  # those that are shown
NEIGHBOURS = 60  # stripes on each side that the closed form sums


def answer_white_patches(result: Result, field: DifferenceOfGaussians, pixel: float) -> Family:
    """How much more a cell answers to a patch in a dark stripe than to one in a bright stripe."""
    widths = STRIPES * field.center
    reach = REACH * field.surround

    def effect(stripe: float) -> float:
        patch = PATCH / STRIPE * stripe
        screen = Screen.reaching(max(reach, 3 * stripe), max(reach, patch / 2), pixel=pixel)
        cell = ganglion_cell(screen.shape, field, pixel=pixel)
        in_dark, in_bright = (
            cell(stimuli.white_illusion(screen, stripe, patch, at=(side * 2.5 * stripe, 0)))
            for side in (1, -1)
        )
        return float(in_dark - in_bright)

    family = Family(
        "White's illusion", "stripe", widths, np.array([effect(w) for w in widths]),
        lambda stripe: 2 * _white_response(field, stripe, PATCH / STRIPE * stripe),
    )  # fmt: skip
    claim_family(
        result,
        family,
        "patch in a dark stripe − in a bright one",
        2 * error_of_pixels(field, pixel),
    )
    result.claim(
        "the model fails at White's illusion: to observers a patch in a dark stripe, here of "
        f"{STRIPE * field.center:.3g}°, looks brighter, but the cell answers less to it",
        effect(STRIPE * field.center) < 0,
    )
    return family


def _white_response(field: DifferenceOfGaussians, stripe: float, patch: float) -> float:
    """Return the response in the middle of White's patch in a dark stripe.

    The stripes', alternately ±1, of which the middle one is dark; and the patches', which add 1 to
    it and take 1 from that in the bright stripe, five stripes away.
    """
    total = 0.0
    stripes = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
    for spread, gain, sign in gaussians(field):
        shares = share_of_strip(stripes * stripe, stripe, spread)
        high = math.erf(patch / (2 * spread))
        alternating = np.where(stripes % 2 == 0, -1, 1) @ shares
        patches = (shares[NEIGHBOURS] - shares[NEIGHBOURS + 5]) * high
        total += sign * gain * (alternating + patches)
    return float(total)
