"""Networks through which δ is followed, and what arrives at each depth."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.networks import (
    Activation,
    Add,
    Dense,
    Input,
    Layer,
    Model,
    Sequential,
    Tensor,
    gradients,
)


def plain(activation: str, depth: int, width: int, initializer: Any, seed: int) -> Sequential:
    """Return layers of cells, each f(x·W)."""
    network = Sequential([Input((width,))], seed=seed, dtype="float64")
    for layer in range(depth):
        network.add(
            Dense(width, use_bias=False, kernel_initializer=initializer, name=f"drive_{layer}")
        )
        network.add(Activation(activation))
    return network


def residual(activation: str, depth: int, width: int, initializer: Any, seed: int) -> Model:
    """Return layers that add to what they hear, each x + f(x)·W (He et al. 2016)."""
    x = Input((width,))
    carried = x
    for layer in range(depth):
        added = Dense(width, use_bias=False, kernel_initializer=initializer, name=f"added_{layer}")
        carried = Add(name=f"drive_{layer}")([carried, added(Activation(activation)(carried))])
    return Model(x, carried, seed=seed, dtype="float64")


def follow(network: Model, x: np.ndarray, cotangent: np.ndarray) -> list[np.ndarray]:
    """Return δ by each layer's net input, from the first to the last.

    Parameters
    ----------
    network
        With a layer called ``drive_0``, ``drive_1`` … at each depth.
    x
        What comes in, (samples, width).
    cotangent
        The slope of the error by what goes out, of that shape.
    """
    drives: list[Tensor] = []

    def watch(layer: Layer, flow: Tensor) -> None:
        if str(layer.name).startswith("drive_"):
            drives.append(flow)

    answer, _ = network.run([Tensor(x, dtype="float64")], watch=watch)
    return gradients(answer, drives, cotangent)
