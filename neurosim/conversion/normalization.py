"""Batch normalization: after training it is a gain and a bias."""

from __future__ import annotations

import numpy as np

from ..networks.layers import BatchNormalization
from .cells import Cells, Construction, Flow, one_to_one


def batch_normalization(
    layer: BatchNormalization,
    heard: list[Flow],
    shape: tuple[int, ...],
    construction: Construction,
) -> Flow:
    """Return the linear cells before it, their weights and bias normalized; else cells of its own.

    It has its own where it hears what others hear too, or cells that are not linear.
    """
    variance, mean = (
        p.read().astype(np.float64) for p in (layer.moving_variance, layer.moving_mean)
    )
    gain = 1 / np.sqrt(variance + layer.epsilon)
    if layer.gamma is not None:
        gain = gain * layer.gamma.read()
    shift = -mean * gain
    if layer.beta is not None:
        shift = shift + layer.beta.read()
    cells = heard[0]
    if not isinstance(cells, Cells) or cells.transfer != "identity":
        cells = one_to_one(layer.name, construction.neurons(cells))
    return cells.normalized(gain, shift)
