"""What training takes of a card's memory, and what is said where there is not so much."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..cuda.availability import free_bytes
from ..errors import InputError
from .blocks import room
from .graph import Shape
from .layers import Flatten, Reshape
from .layers.layer import Layer, product
from .network import Network

if TYPE_CHECKING:
    from .model import Model
    from .samples import Samples

GIB, MIB = 2**30, 2**20
TWICE = 2  # within which an estimate is right
# Of what layers answer, how much they keep beside for the way back, or is there on it: a cotangent
# of each, the slopes of an activation, what drops out.
BACK = 2


@dataclass(frozen=True)
class Footprint:
    """How much memory a network takes at work; activities are estimated.

    Attributes
    ----------
    weights : bytes of the weights, of their gradients and of what the optimizer keeps of them
    samples : bytes of the samples that are there at a time, of their order and of all answers
    each : bytes of a sample's activities, on the way forward and back
    batch : how many samples are worked on at a time
    there : bytes of it that are on the card already
    in_blocks : whether samples go over block by block
    as_batch : bytes of `samples` that are two blocks of one batch each
    """

    weights: int
    samples: int
    each: int
    batch: int
    there: int
    in_blocks: bool = False
    as_batch: int = 0

    @property
    def total(self) -> int:
        """All together."""
        return self.weights + self.samples + self.each * self.batch

    def check(self, who: str) -> None:
        """Raise InputError where it cannot be, however wrong the estimate."""
        if self.weights + self.samples + self.each * self.batch // TWICE > self._free():
            raise InputError(f"{who}: {self.refusal()}")

    def _free(self) -> int:
        return free_bytes() + self.there

    def refusal(self) -> str:
        """Return what is said where there is too little memory."""
        free = self._free()
        each = self.each + self.as_batch // self.batch
        fitting = (free - self.weights - self.samples + self.as_batch) // max(each, 1)
        fitting = min(fitting, self.batch // 2)  # so many did not, whatever the sums say
        if fitting > 0:
            advice = f"batch_size={fitting} would fit"
        else:
            advice = "not even one sample fits: use device='cpu'"
        return (
            f"device 'cuda' has too little memory: {_size(self.weights)} for the weights, their "
            f"gradients and what the optimizer keeps, {_size(self.samples)} for "
            f"{'two blocks of the samples at a time' if self.in_blocks else 'the samples'}, and "
            f"about {_size(self.each * self.batch)} for the activities of {self.batch:,} at a time "
            f"are needed, and {_size(free)} are free: {advice}"
        )


def footprint(
    model: Model, data: Samples, batch: int, learns: bool,
    judged: Samples | None = None, judged_batch: int = 1,
) -> Footprint:  # fmt: skip
    """Return what a network takes at work on samples.

    Parameters
    ----------
    learns
        Whether it is trained; else it only answers.
    judged, judged_batch
        Those that it is judged by beside, and how many at a time.
    """
    size = model.dtype.itemsize
    numbers = [p.placed for p in model.weights]
    slopes = 0
    if learns:
        numbers += model.optimizer.placed
        slopes = sum(math.prod(p.shape) * size for p in model.trainable_weights)
    weights = sum(placed.nbytes for placed in numbers) + slopes
    already = sum(placed.nbytes_there for placed in numbers)
    shapes = [(None, *x.shape[1:]) for x in data.inputs]
    flows = list(_flows(model, shapes))
    cells = [product(s[1:]) or 0 for layer, s in flows if not isinstance(layer, Flatten | Reshape)]
    most = sum(cells) * BACK if learns else max(cells, default=0) * 2
    free = free_bytes()
    others = [] if judged is None else [room(judged, judged_batch, free)]  # they go there first
    own = room(data, batch, free - sum(other.nbytes for other in others))
    there = sum(one.nbytes for one in (*others, own))
    if data.targets is None:
        there += 2 * len(data) * (product(flows[-1][1][1:]) or 0) * size
    elif learns and not own.in_blocks:
        there += len(data) * np.dtype(np.int64).itemsize
    each = data.nbytes // len(data) + most * size  # of a batch there is a copy
    return Footprint(
        weights, there, each, min(batch, len(data)), already,
        any(one.in_blocks for one in (*others, own)), own.nbytes if own.as_batch else 0,
    )  # fmt: skip


def _flows(network: Network, shapes: Sequence[Shape]) -> Iterator[tuple[Layer, Shape]]:
    """Return all layers, those inside of others too, and the shapes of what they answer."""
    flows = dict(zip(network.inputs, shapes, strict=True))
    for symbol in network.order():
        layer = symbol.layer
        assert layer is not None
        heard = [flows[source] for source in symbol.sources]
        flows[symbol] = layer.compute_output_shape(heard if len(heard) > 1 else heard[0])
        if isinstance(layer, Network):
            yield from _flows(layer, heard)
        else:
            yield layer, flows[symbol]


def _size(count: int) -> str:
    """Return a number of bytes in words."""
    return f"{count / GIB:,.3g} GiB" if count >= GIB else f"{count / MIB:,.3g} MiB"
