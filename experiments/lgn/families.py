"""Five families of stimuli, and what a difference of Gaussians answers to them in closed form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from circuits import stimuli
from circuits.retina import DifferenceOfGaussians
from circuits.stimuli import Screen
from neurosim import Circuit

REACH = 3.2  # surround radii from the middle to the screen's rim, beyond which nothing answers


class Family(NamedTuple):
    """Stimuli of one kind, told apart by a size, a place or a frequency."""

    draw: Callable[[Screen, float], np.ndarray]
    closed_form: Callable[[Any], np.ndarray]

    def answers(self, cell: Circuit, screen: Screen, values: np.ndarray) -> np.ndarray:
        """Return the cell's responses to the stimuli of these values, (values,)."""
        return np.asarray(cell(np.array([self.draw(screen, value) for value in values])))


def families(field: DifferenceOfGaussians, inner: float) -> dict[str, Family]:
    """Return spots, rings around `inner` degrees, bars, edges and gratings."""
    return {
        "spot": Family(stimuli.spot, field.spot),
        "annulus": Family(
            lambda screen, outer: stimuli.annulus(screen, inner, outer),
            lambda outer: field.annulus(inner, outer),
        ),
        "bar": Family(stimuli.bar, field.bar),
        "edge": Family(stimuli.edge, field.edge),
        "grating": Family(stimuli.grating, field.grating),
    }


def screen_for(field: DifferenceOfGaussians, pixel: float) -> Screen:
    """Return a screen that the whole field sees."""
    return Screen.reaching(REACH * max(field.center, field.surround), pixel=pixel)
