"""Networks in training, through `fit`: what their benchmarks share.

Each side goes over the same number of samples in batches, in an order of its own, forward and back,
and changes its weights by Adam.  That the numbers are those of Keras, tests hold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from neurosim.networks import Model

from .floors import multiply_add_rate
from .timing import Benchmark, Floor, Side
from .training_peers import keras_side, torch_side


@dataclass(frozen=True)
class Task:
    """A network and what it is trained on.

    Attributes
    ----------
    build : makes ours, compiled
    x, y : samples and labels
    batch : how many samples a step
    products : multiply–adds of one sample, forward; back it is twice as many
    """

    build: Callable[[], Model]
    x: np.ndarray
    y: np.ndarray
    batch: int
    products: float

    def floor(self) -> Floor:
        """Return the time of the multiplications."""
        count = 3 * self.products * len(self.x)
        rate = multiply_add_rate()
        return Floor(count / rate, f"{count / 1e9:.2g}·10⁹ multiply–adds at {rate / 1e9:.0f}/ns")


def benchmark(title: str, task: Task, kind: str, others: Sequence[str]) -> Benchmark:
    """Return the benchmark of a network, beside PyTorch and others by their names."""
    made: dict[str, Callable[[], Side]] = {
        "PyTorch": partial(torch_side, kind, task, fused=False),
        "PyTorch, fused Adam": partial(torch_side, kind, task, fused=True),
        "PyTorch, channels last": partial(torch_side, kind, task, fused=True, channels_last=True),
        "Keras (JAX)": partial(keras_side, task),
    }
    return Benchmark(
        f"{title}: {len(task.x):,} samples through fit",
        ours=partial(our_side, task),
        peers={name: made[name] for name in ("PyTorch", "PyTorch, fused Adam", *others)},
        floor=task.floor,
        rounds=5,
        warms=False,
        builds=False,
        unit="s",
        scale=1,
    )


def our_side(task: Task) -> Side:
    """Return an epoch of ours."""
    model = task.build()

    def run() -> None:
        model.fit(task.x, task.y, batch_size=task.batch, epochs=1, verbose=0)

    run()
    return Side(run)


def compiled(model: Model, loss: str) -> Model:
    """Return a network that is ready to be trained by Adam."""
    model.compile("adam", loss)
    return model
