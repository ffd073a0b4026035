"""Steps of training on a card: counted there, captured as a CUDA graph once, and launched again."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

import numpy as np

from ..errors import NeurosimError
from .clocks import Clocks
from .engines import engine
from .losses import LOSSES
from .metrics import ACCURACIES, ERRORS
from .supply import Supply
from .training import Steps, Sums, Training
from .unchanged import Unchanged, parts

OURS = "neurosim.networks."  # whose layers and optimizers do the same at each step


def steps_of(training: Training, supply: Supply) -> Steps:
    """Return what takes the steps of training on the device where operations run now."""
    return (CardSteps if engine().is_card else Steps)(training, supply)


class CardSteps(Steps):
    """Steps whose launches are the same each time.

    The first is launched operation by operation, which compiles what it needs; the second is
    captured; all others of as many samples are one launch each.
    """

    def __init__(self, training: Training, supply: Supply) -> None:
        super().__init__(training, supply)
        model = training.model
        self._clocks = Clocks(model.optimizer, training.streams)
        self._numbers = model.homecoming.numbers()
        self._unchanged, self._options = Unchanged(model), {**model.optimizer.options}
        self._graph: Any = None
        self._taken = 0
        self._repeats = _repeats(training)

    def begin(self, order: np.ndarray | None) -> Sums:
        """As `Steps.begin`."""
        self.sums.begin()
        self.supply.begin(order)
        return self.sums

    def take(self, part: slice, at: dict[str, int]) -> None:
        """As `Steps.take`."""
        self.supply.bring(part)
        self._clocks.agree()
        self._bring(at)
        self._repeats = self._repeats and self._is_the_same()
        with self._clocks.running():
            if part.stop - part.start < self.batch_size or not self._repeats:
                self._once(self.supply.places(part), at)
            elif not self._taken:
                self._next(at)
            elif self._graph is None:
                self._capture(part, at)
            else:
                self._again()
        self._taken += 1
        self._clocks.note()
        self.training.count()

    def _once(self, which: Any, at: dict[str, int]) -> None:
        self.training.step(self.supply.within, which, self.sums, at)
        self._clocks.advance()

    def _next(self, at: dict[str, int]) -> None:
        """Take the step of the samples that are next by the card's own count of batches."""
        places = self.sums.counter * self.batch_size + engine().xp.arange(self.batch_size)
        self._once(self.supply.where(places), at)

    def _bring(self, at: dict[str, int]) -> None:
        """Bring what came home, being looked at, to the card again.

        What the network goes back to, where the card fails, is to be of one moment.
        """
        if all(placed.is_away for placed in self._numbers):
            return
        if self._taken:
            batch, epoch = at["batch"], at["epoch"]
            when = f"batch {batch} of epoch {epoch + 1}" if batch else f"the end of epoch {epoch}"
            self.training.model.homecoming.note(when)
        for placed in self._numbers:
            placed.here  # noqa: B018 - they go there

    def _is_the_same(self) -> bool:
        """Return whether each step still does what the first did."""
        return self._unchanged.holds() and self.training.model.optimizer.options == self._options

    def _again(self) -> None:
        self._graph()
        self.training.model.optimizer.iterations += 1
        self.sums.count(self.batch_size)

    def _capture(self, part: slice, at: dict[str, int]) -> None:
        """Take a step, so that it can be taken again; or as the first, and try no more."""
        from ..cuda.graphs import Graph

        optimizer, sums = self.training.model.optimizer, self.sums
        before = optimizer.iterations, sums.counts

        try:
            self._graph = Graph(partial(self._next, at))
        except BaseException as error:
            optimizer.iterations, sums.counts = before  # nothing was done
            if isinstance(error, NeurosimError) or not isinstance(error, Exception):
                raise
            self._repeats = False  # whatever CUDA, CuPy or Numba has against it
            logging.getLogger("neurosim").warning(
                "device 'cuda': the steps of training are launched one by one, as they could not "
                "be captured: %s", " ".join(str(error).split()),
            )  # fmt: skip
            self._once(self.supply.places(part), at)


def _repeats(training: Training) -> bool:
    """Return whether each step does the same: nothing of it is a user's own code."""
    if not all(type(part).__module__.startswith(OURS) for part in parts(training.model)):
        return False
    known = (*ACCURACIES.values(), *ERRORS.values())
    return LOSSES.get(training.loss.name) is training.loss and all(
        metric.of in known for metric in training.metrics
    )
