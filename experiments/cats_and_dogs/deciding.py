"""Which pixels decide: how the drive of a trained neuron changes with the brightness of each."""

from __future__ import annotations

import numpy as np

from .neurons import Trained


def pixel_slopes(trained: Trained) -> np.ndarray:
    """Return ∂drive/∂brightness of a neuron that hears receptors: (rows, columns).

    The drive is for the second class and against the first, as `Trained.for_second`.
    """
    shape = trained.view.circuit["image"].shape
    return (trained.for_second() / trained.deviation).reshape(shape)


def relay_slopes(trained: Trained, responses: np.ndarray) -> np.ndarray:
    """Return the same of a neuron that hears ON and OFF cells, as a mean over images.

    A cell passes a change of its input on where it is active, and an OFF cell turns its sign.  So
    the slope at the cells is their weight times the part of the images to which they answer; from
    there it goes back to the pixels by the same receptive fields, which are symmetric.

    Parameters
    ----------
    responses
        Of the cells to the images that the mean is over, (images, cells).
    """
    circuit = trained.view.circuit
    passed = trained.for_second() / trained.deviation * (responses > 0).mean(axis=0)
    on, off = passed.reshape(2, *circuit["image"].shape)
    positive, negative = circuit(on - off)
    return positive - negative
