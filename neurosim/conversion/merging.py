"""Layers that bring branches together."""

from __future__ import annotations

import numpy as np

from ..networks.layers import Add, Concatenate
from ..sources import Drive, Source
from .cells import Cells, Construction, Flow


def add(layer: Add, heard: list[Flow], shape: tuple[int, ...], construction: Construction) -> Flow:
    """Return cells that every branch excites."""
    sources = tuple(construction.neurons(flow) for flow in heard)
    return Cells(
        layer.name, shape, sources,
        lambda weights: sum((weights * source for source in sources), Drive()), np.ones(()),
    )  # fmt: skip


def concatenate(
    layer: Concatenate, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return the branches' neurons side by side."""
    places = [construction.neurons(flow).index for flow in heard]
    axis = layer.axis - 1 if layer.axis > 0 else layer.axis  # the samples' axis is not there
    return Source(construction.circuit, np.concatenate(places, axis))
