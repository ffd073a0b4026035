"""The thirteen cases: images, and what is to be told of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from circuits.stimuli import LabelledImages
from neurosim import InputError
from neurosim.networks.data import load_digits

from ..turning import WHOLE, through_a_round_window, turned

NOISE = 0.2  # standard deviation of a pixel's noise, where black is 0 and white 1
GREY = 0.5  # around the round window in which images are turned: corners would tell the angle
WANDER = 2  # pixels to each side that a digit is shifted by at most
TEN = tuple("0123456789")

NEGATIVES, DIGITS, SHUFFLED = "3 or 8, negatives too", "ten digits", "ten, pixels shuffled"
SHIFTED, LOT = "ten, shifted", "classes by lot"


class Case(NamedTuple):
    """Images, and what is to be told of each.

    Attributes
    ----------
    name : in a few words
    images : from 0 to 1, (images, rows, columns)
    labels : the class of each, from 0, (images,)
    classes : their names
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...]

    @property
    def chance(self) -> float:
        """The part that is right where the commonest class is told of all."""
        return float(np.bincount(self.labels).max() / len(self.labels))


def check_enough(cases: Sequence[Case], folds: int) -> None:
    """Raise InputError for a class with fewer images than folds: some would hold none of it out."""
    for case in cases:
        for name, count in zip(case.classes, np.bincount(case.labels).tolist(), strict=True):
            if count < folds:
                raise InputError(
                    f"{case.name}: the class {name!r} has {count} image{'s' * (count != 1)}; at "
                    f"least {folds} are needed, so that each of {folds} folds holds one out: give "
                    "more, or fewer folds"
                )


def thirteen(
    photographs: LabelledImages, what: str, most: int, random: np.random.Generator
) -> list[Case]:
    """Return the cases: ten of handwritten digits (Alpaydin & Kaynak 1998), three of photographs.

    No image stands twice in a case.  Three are of two digits each; in the fourth half the images
    of the third are negatives of themselves.  Odd and even digits are classes made of many.  Then
    all ten digits stand as they are, with their pixels shuffled (all images alike), noisy, and
    shifted.  In one case classes are given out by lot: there is nothing to tell.  The photographs
    are shown as they are, noisy, and turned by any angle.

    Parameters
    ----------
    photographs
        Of any classes, or drawings.
    what
        What they are called.
    most
        How many digits of a case, chosen at random.
    random
        Of the choice, noise, shifts, angles and lots.
    """
    images, digits = load_digits()
    order = random.permutation(len(images))
    ink, digits = images[order] / 16, digits[order]
    ten, named = ink[:most], digits[:most]
    pair = _two(ink, digits, (3, 8), most)
    negative = random.permutation(len(pair.images)) % 2 == 1
    both = np.where(negative[:, None, None], 1 - pair.images, pair.images)
    places = random.permutation(ten[0].size)
    return [
        _two(ink, digits, (0, 1), most),
        _two(ink, digits, (1, 8), most),
        pair,
        pair._replace(name=NEGATIVES, images=both),
        Case("odd or even", ten, named % 2, ("even", "odd")),
        Case(DIGITS, ten, named, TEN),
        Case(SHUFFLED, ten.reshape(len(ten), -1)[:, places].reshape(ten.shape), named, TEN),
        Case("ten, noisy", _noisy(ten, random), named, TEN),
        Case(SHIFTED, _shifted(ten, random), named, TEN),
        Case(LOT, ten, random.permutation(len(ten)) % 2, ("heads", "tails")),
        *_seen(photographs, what, random),
    ]


def _two(ink: np.ndarray, digits: np.ndarray, pair: tuple[int, int], most: int) -> Case:
    """Return the case of two digits."""
    chosen = np.flatnonzero(np.isin(digits, pair))[:most]
    names = tuple(map(str, pair))
    return Case(" or ".join(names), ink[chosen], (digits[chosen] == pair[1]).astype(int), names)


def _seen(photographs: LabelledImages, what: str, random: np.random.Generator) -> list[Case]:
    """Return the cases of photographs: as they are, noisy, and turned by any angle."""
    upright = Case(what, photographs.images, photographs.labels, photographs.classes)
    angles = random.uniform(-WHOLE, WHOLE, len(photographs))
    turned_ = turned(upright.images, angles)
    round_ = through_a_round_window(turned_, upright.images.shape[1] / 2, outside=GREY)
    return [
        upright,
        upright._replace(name=f"{what}, noisy", images=_noisy(upright.images, random)),
        upright._replace(name=f"{what}, turned", images=round_),
    ]


def _noisy(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.clip(images + NOISE * random.standard_normal(images.shape), 0, 1)


def _shifted(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return images on sheets so much larger that each is whole where it has been shifted to."""
    count, rows, columns = images.shape
    sheets = np.zeros((count, rows + 2 * WANDER, columns + 2 * WANDER))
    corners = random.integers(0, 2 * WANDER + 1, (count, 2))
    for sheet, image, (top, left) in zip(sheets, images, corners, strict=True):
        sheet[top : top + rows, left : left + columns] = image
    return sheets
