"""What changes from step to step of training, counted on the card: the same launches fit them all.

Python counts beside it, for what it tells and saves, and sets the card's counts where it changed
its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from .engines import engine
from .optimizers import Optimizer
from .streams import Streams


class Clocks:
    """The counts of one training on a card.

    Parameters
    ----------
    optimizer, streams
        Whose steps are counted.
    """

    def __init__(self, optimizer: Optimizer, streams: Sequence[Streams]) -> None:
        on = engine()
        self._optimizer, self._streams = optimizer, streams
        self._kernels = on.kernels
        self._clock = on.kernels.new_clock()
        self._draws = on.xp.zeros(len(streams), np.uint64)
        self._known: Any = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let the card count within."""
        self._optimizer.clock = self._clock
        for number, streams in enumerate(self._streams):
            streams.counter = self._draws[number : number + 1]
        try:
            yield
        finally:
            self._optimizer.clock = None
            for streams in self._streams:
                streams.counter = None

    def agree(self) -> None:
        """Set the card's counts to Python's, where these are others than it knows of."""
        optimizer = self._optimizer
        now = (
            optimizer.learning_rate, optimizer.decay, optimizer.iterations,
            *(streams.step for streams in self._streams),
        )  # fmt: skip
        if now != self._known:
            self._kernels.set_clock(self._clock, *now[:3])
            for number, streams in enumerate(self._streams):
                self._draws[number] = streams.step
            self._known = now

    def advance(self) -> None:
        """Let the card count a step."""
        self._kernels.advance(self._clock, self._draws)

    def note(self) -> None:
        """Note that the card has counted one."""
        rate, decay, steps, *draws = self._known
        self._known = (rate, decay, steps + 1, *(draw + 1 for draw in draws))
