"""Layers under Dale's law: excitatory cells, and interneurons that inhibit them."""

from __future__ import annotations

import numpy as np

from ..networks.layers import DaleDense
from ..sources import Source
from .cells import Construction, Flow
from .dense import hearing_all, with_activation


def dale_dense(
    layer: DaleDense, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return the excitatory cells; what comes in excites them and interneurons, which subtract."""
    source = construction.neurons(heard[0])
    fed = hearing_all(
        f"{layer.name} interneurons", source, layer.feed.read(), np.zeros(()),
        (*shape[:-1], layer.interneurons),
    )  # fmt: skip
    both = np.concatenate([source.index, construction.neurons(fed).index], axis=-1)
    inhibition = layer.gain * layer.inhibition.read().astype(np.float64)
    weights = np.concatenate([layer.excitation.read(), -inhibition])
    cells = hearing_all(
        layer.name, Source(construction.circuit, both), weights, layer.bias.read(), shape
    )
    return with_activation(cells, layer.activation, construction)
