"""A residual network of 34 layers in training (He et al. 2016)."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.networks import (
    Activation,
    Add,
    BatchNormalization,
    Conv2D,
    Dense,
    GlobalAveragePooling2D,
    Input,
    Model,
)

from .timing import Benchmark
from .training import Task, benchmark, compiled


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer samples where `quick`."""
    task = residual(np.random.default_rng(0), 32 if quick else 128)
    return [benchmark("34-layer residual network, 32×32, batch 32", task, "residual", ())]


def residual(generator: np.random.Generator, count: int) -> Task:
    """Return a network of 34 layers with weights (He et al. 2016, for 32×32), and pictures."""

    def build() -> Model:
        x = Input((32, 32, 3))
        y = Activation("relu")(
            BatchNormalization()(Conv2D(16, 3, padding="same", use_bias=False)(x))
        )
        for channels, blocks, stride in ((16, 5, 1), (32, 6, 2), (64, 5, 2)):
            for number in range(blocks):
                y = _block(y, channels, stride if number == 0 else 1)
        y = Dense(10, "softmax")(GlobalAveragePooling2D()(y))
        return compiled(Model(x, y, seed=0), "sparse_categorical_crossentropy")

    products = (
        32 * 32 * 27 * 16 + 10 * 32 * 32 * 144 * 16
        + 16 * 16 * (144 * 32 + 16 * 32 + 11 * 288 * 32)
        + 8 * 8 * (288 * 64 + 32 * 64 + 9 * 576 * 64)
    )  # fmt: skip
    x = generator.standard_normal((count, 32, 32, 3), dtype=np.float32)
    return Task(build, x, generator.integers(0, 10, count), 32, products)


def _block(x: Any, channels: int, stride: int) -> Any:
    """Return x and two convolutions beside it, added."""
    y = Conv2D(channels, 3, strides=stride, padding="same", use_bias=False)(x)
    y = Activation("relu")(BatchNormalization()(y))
    y = BatchNormalization()(Conv2D(channels, 3, padding="same", use_bias=False)(y))
    if stride != 1 or x.shape[-1] != channels:
        x = Conv2D(channels, 1, strides=stride, use_bias=False)(x)
        x = BatchNormalization()(x)
    return Activation("relu")(Add()([x, y]))
