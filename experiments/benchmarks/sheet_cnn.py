"""The sheet's convolutional network in training, on pictures of CIFAR-10's size."""

from __future__ import annotations

import numpy as np

from neurosim.networks import (
    Activation,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Model,
    Sequential,
)

from .timing import Benchmark
from .training import Task, benchmark, compiled


def benchmarks(quick: bool) -> list[Benchmark]:
    """Return the benchmark, of fewer samples where `quick`."""
    task = images(np.random.default_rng(0), 64 if quick else 640)
    return [
        benchmark(
            "the sheet's CNN, 32×32×3, batch 32",
            task,
            "cnn",
            ("PyTorch, channels last", "Keras (JAX)"),
        )
    ]


def images(generator: np.random.Generator, count: int) -> Task:
    """Return the sheet's convolutional network and random pictures of CIFAR-10's size."""

    def build() -> Model:
        model = Sequential(seed=0)
        model.add(Conv2D(32, (3, 3), padding="same", input_shape=(32, 32, 3)))
        model.add(Activation("relu"))
        model.add(Conv2D(32, (3, 3)))
        model.add(Activation("relu"))
        model.add(MaxPooling2D(pool_size=(2, 2)))
        model.add(Dropout(0.25))
        model.add(Conv2D(64, (3, 3), padding="same"))
        model.add(Activation("relu"))
        model.add(Conv2D(64, (3, 3)))
        model.add(Activation("relu"))
        model.add(MaxPooling2D(pool_size=(2, 2)))
        model.add(Dropout(0.25))
        model.add(Flatten())
        model.add(Dense(512))
        model.add(Activation("relu"))
        model.add(Dropout(0.5))
        model.add(Dense(10))
        model.add(Activation("softmax"))
        return compiled(model, "sparse_categorical_crossentropy")

    products = (
        32 * 32 * 27 * 32 + 30 * 30 * 288 * 32 + 15 * 15 * 288 * 64 + 13 * 13 * 576 * 64
        + 6 * 6 * 64 * 512 + 512 * 10
    )  # fmt: skip
    x = generator.standard_normal((count, 32, 32, 3), dtype=np.float32)
    return Task(build, x, generator.integers(0, 10, count), 32, products)
