"""Layers that need no neurons: the same ones in another shape, or as they are."""

from __future__ import annotations

from ..networks.layers import Dropout, Flatten, Reshape
from .cells import Construction, Flow


def reshaped(
    layer: Flatten | Reshape, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return the neurons in another shape, in the same order."""
    return construction.neurons(heard[0]).reshape(shape)


def dropout(
    layer: Dropout, heard: list[Flow], shape: tuple[int, ...], construction: Construction
) -> Flow:
    """Return what flows as it is: cells drop out only while the network learns."""
    return heard[0]
