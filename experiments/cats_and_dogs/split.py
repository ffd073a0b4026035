"""Images to learn from, and images held out: chosen at random, class by class."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from circuits.stimuli import LabelledImages
from neurosim import InputError

HELD_OUT = 1 / 3


class Split(NamedTuple):
    """Places of images: those to learn from, in random order, and those held out."""

    learned: np.ndarray
    held_out: np.ndarray


def split(animals: LabelledImages, random: np.random.Generator) -> Split:
    """Hold a third of each class out, at least one image.

    Raises
    ------
    InputError
        A class of one image.
    """
    learned, held_out = [], []
    for label, (name, count) in enumerate(zip(animals.classes, animals.counts, strict=True)):
        if count < 2:
            raise InputError(
                f"the class {name!r} has one image; at least two are needed, one to learn from "
                "and one held out"
            )
        places = random.permutation(np.flatnonzero(animals.labels == label))
        out = max(1, round(HELD_OUT * count))
        held_out.append(places[:out])
        learned.append(places[out:])
    return Split(random.permutation(np.concatenate(learned)), np.concatenate(held_out))
