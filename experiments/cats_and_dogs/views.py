"""What a perceptron may see of an image: its pixels, LGN cells, or a cognitron's cells."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from circuits import lgn
from circuits.cognitron import cognitron
from circuits.retina import DifferenceOfGaussians
from neurosim import Circuit
from neurosim.learning import Reinforcement

# A surround as strong as the center: only contrast drives the cells, whatever the mean.
FIELD = DifferenceOfGaussians(surround_gain=1.0)
PIXEL = FIELD.center  # degrees: the finest that the center can be shown


class View(NamedTuple):
    """A circuit from the image to the cells that a perceptron hears: all that it puts out.

    Attributes
    ----------
    name : what the cells are
    circuit : from input "image" (rows, columns) to one sheet of cells or several
    alike : whether all cells have one range; else some answer a thousand times more than others
    """

    name: str
    circuit: Circuit
    alike: bool

    def responses(self, images: np.ndarray) -> np.ndarray:
        """Return what all the cells answer to images, one after the other: (images, cells)."""
        answers = self.circuit(images)
        sheets = answers if isinstance(answers, tuple) else (answers,)
        return np.concatenate([sheet.reshape(len(images), -1) for sheet in sheets], axis=1)


def receptors(shape: tuple[int, int]) -> View:
    """Return the view of a receptor for each pixel."""
    circuit = Circuit("receptors")
    image = circuit.inputs("image", shape=shape, real=True)
    circuit.output(circuit.rate("receptor", excite=image, transfer="identity"))
    return View("pixels", circuit, alike=True)


def relay_cells(shape: tuple[int, int]) -> View:
    """Return the view of a sheet of ON and a sheet of OFF cells."""
    return View("LGN cells", lgn.sheets(shape, FIELD, pixel=PIXEL), alike=True)


def cognitron_cells(learned: Reinforcement) -> View:
    """Return the view of all layers of a cognitron, the first one first."""
    circuit = cognitron(learned)
    names = [f"u{n}" for n in range(1, learned.layers + 1)]
    sheets = {name: circuit[name] for name in names}
    return View("cognitron", circuit.with_outputs(**sheets), alike=False)


def layer_alone(learned: Reinforcement, layer: int) -> View:
    """Return the view of one layer, from 1."""
    circuit = cognitron(learned)
    sheet = {f"u{layer}": circuit[f"u{layer}"]}
    return View(f"cognitron, layer {layer}", circuit.with_outputs(**sheet), alike=False)
