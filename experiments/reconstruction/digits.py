"""Handwritten digits on a screen: those that decoders learn from, and those they never see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from circuits.stimuli import Screen
from neurosim.networks.data import load_digits, train_test_split

SIDE = 16  # pixels of a digit; the scans have 8, between which brightness goes in straight lines
MARGIN = 6  # pixels of grey around it, so that the outer cells' fields lie on the screen
SCREEN = Screen((SIDE + 2 * MARGIN,) * 2, pixel=0.25)
WHITE = 16  # a digit's brightest pixel
CHOOSING, HELD_OUT = 200, 300  # images


@dataclass(frozen=True, eq=False)
class Digits:
    """Images (images, 16, 16) from 0 to 1, what digits they are, and how they are divided.

    Attributes
    ----------
    learned : places of those that decoders learn from
    choosing : of those by which the linear decoder's penalty is chosen
    held_out : of those that nothing is learned from or chosen by
    """

    images: np.ndarray
    labels: np.ndarray
    learned: np.ndarray
    choosing: np.ndarray
    held_out: np.ndarray

    @classmethod
    def divided(cls, seed: int) -> Digits:
        """Return all digits, as many of each kind in every part as can be."""
        scans, labels = load_digits()
        images = ndimage.zoom(
            scans / WHITE, (1, SIDE // 8, SIDE // 8), order=1, grid_mode=True, mode="nearest"
        )
        # scikit-learn's seeds, whose parts these are, end at 2³²
        part = int(np.random.default_rng([seed, 0]).integers(2**32))
        rest, held_out = train_test_split(
            np.arange(len(images)), test_size=HELD_OUT, random_state=part, stratify=labels
        )
        learned, choosing = train_test_split(
            rest, test_size=CHOOSING, random_state=part, stratify=labels[rest]
        )
        return cls(images, labels, learned, choosing, held_out)

    def seen_before(self) -> int:
        """Return how many images held out are, pixel by pixel, also learned from or chosen by."""
        before = {
            image.tobytes() for part in (self.learned, self.choosing) for image in self.images[part]
        }
        return sum(image.tobytes() in before for image in self.images[self.held_out])


def on_screen(images: np.ndarray) -> np.ndarray:
    """Return images in the middle of the grey screen, (images, 28, 28); brightness is contrast."""
    return SCREEN.shown(np.pad(images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN))))
