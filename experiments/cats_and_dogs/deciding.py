"""Which pixels decide: how the drive of a trained neuron changes with the brightness of each."""

from __future__ import annotations

import numpy as np

from circuits.cognitron.areas import area_matrix
from neurosim.learning import Reinforcement

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


def cognitron_slopes(
    trained: Trained, learned: Reinforcement, images: np.ndarray, responses: np.ndarray
) -> np.ndarray:
    """Return the same of a neuron that hears all layers of a cognitron, as a mean over images.

    The slopes go back layer by layer, by the chain rule: of an active cell u = (e − h)/(1 + h),
    so that ∂u/∂e = 1/(1 + h) and ∂u/∂h = −(1 + e)/(1 + h)².

    Parameters
    ----------
    images
        That the mean is over, (images, rows, columns).
    responses
        Of the cells to them, the first layer first, (images, cells).
    """
    sheets = [images.reshape(len(images), -1), *np.split(responses, learned.layers, axis=1)]
    own = np.split(trained.for_second() / trained.deviation, learned.layers)
    excitatory = [area_matrix(a) for a in learned.excitatory]
    c = area_matrix(np.full(learned.excitatory.shape[1:], 1 / learned.excitatory[0, 0, 0].size))
    slopes = np.zeros_like(sheets[0])
    for n in range(learned.layers - 1, -1, -1):
        a, b, u = excitatory[n], learned.inhibitory[n].ravel(), sheets[n]
        e, h = u @ a.T, b * (u @ c.T)
        at_u = (slopes + own[n]) * (sheets[n + 1] > 0)
        slopes = at_u / (1 + h) @ a - (at_u * (1 + e) / (1 + h) ** 2 * b) @ c
    return slopes.mean(axis=0).reshape(images.shape[1:])
