"""Small networks' epochs, whole ones in a call of a kernel, with what `Training.epoch` draws.

A batch of a network of a few cells takes a microsecond, and a hundred where each operation on it
is called from Python.  Large layers are faster there: BLAS takes several threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from .. import kernels
from ..kernels import layer_table as table
from ..kernels import random
from . import layer_rows
from .callbacks import Callback, History, Logs
from .engines import engine
from .layer_rows import Plan
from .optimizers import SGD, TINY, Adam, Optimizer, RMSprop
from .reporting import Reporter
from .samples import Samples
from .training import Training
from .unchanged import Unchanged

WORTH = 2**23  # multiplications a batch, forward and back: with more, products by BLAS are faster
FIRST = 10**5  # multiplications of the first call, from which the time of a batch is learned
STRETCH = 0.05  # seconds of a call of the kernel: between calls Ctrl-C is heard and the bar moves

KINDS: dict[type[Optimizer], int] = {SGD: table.SGD, RMSprop: table.RMSPROP, Adam: table.ADAM}


def whole_epochs(
    training: Training, data: Samples, batch_size: int, shuffle: bool, watching: list[Callback]
) -> WholeEpochs | None:
    """Return what trains a network by the kernel; None where it cannot, or not faster."""
    model = training.model
    if (
        engine().is_card
        or type(model.optimizer) not in KINDS
        or any(c.sees_batches for c in watching)
    ):
        return None
    found = layer_rows.plan(model, training.loss, training.metrics)
    if found is None or found.products * min(batch_size, len(data)) > WORTH:
        return None
    return WholeEpochs(training, data, min(batch_size, len(data)), shuffle, found)


class WholeEpochs:
    """Training by the kernel: weights, what the optimizer keeps, and all counts are written back.

    Parameters
    ----------
    training, data, batch_size, shuffle
        As `Training.epoch` takes them.
    plan
        The network as rows.
    """

    def __init__(
        self, training: Training, data: Samples, batch_size: int, shuffle: bool, plan: Plan
    ) -> None:
        self._training, self._data, self._plan = training, data, plan
        self._unchanged = Unchanged(training.model)
        self._batch, self._shuffle = batch_size, shuffle
        self._steps = -(-len(data) // batch_size)
        model, dtype, network = training.model, training.model.dtype, plan.network
        empty = np.empty(0, dtype)
        assert data.targets is not None
        labelled = data.targets.dtype.kind != "f"
        with np.errstate(over="ignore"):  # infinity is told of where it is met
            inputs = np.ascontiguousarray(data.inputs[0], dtype).reshape(-1)
        self._samples = table.Samples(
            inputs,
            empty if labelled else data.targets.reshape(-1),
            data.targets.reshape(-1) if labelled else np.empty(0, np.int64),
            empty if data.weights is None else np.ascontiguousarray(data.weights),
        )
        self._edges = np.cumsum([0, *(p.array.size for p in plan.parameters)]).tolist()
        self._parameters = np.empty(self._edges[-1], dtype)
        self._moments = {kind: np.empty(network.learns, dtype) for kind in model.optimizer.kept}
        size = plan.units * batch_size
        self._space = table.Space(
            np.empty(size, dtype), np.empty(size, dtype),
            np.empty(size if plan.drops else 0, dtype), np.empty(network.learns, dtype),
            np.empty(max(plan.largest, plan.widest * batch_size), dtype),
            np.empty((2, len(data)), np.int64),
            np.empty((2, len(data) if shuffle else 0), np.uint64),
        )  # fmt: skip
        self._seed = np.array(random.seed_words(model.streams.seed))
        self._most = 1 + FIRST // (plan.products * batch_size)
        self._at = np.zeros(table.POSITIONS, np.int64)
        self._running = np.zeros(1 + len(training.metrics))

    def fits(self) -> bool:
        """Return whether the network is still trained as the plan has it."""
        return self._unchanged.holds()

    def epoch(self, reporter: Reporter, epoch: int) -> Logs:
        """Go over the samples once, and return what came out: as `Training.epoch`."""
        found: list[np.ndarray] = []
        self._train(range(epoch, epoch + 1), reporter, found.append)
        return dict(zip(self._names(), np.concatenate(found)[0].tolist(), strict=True))

    def epochs(self, numbers: range, reporter: Reporter, history: History) -> None:
        """Go over the samples as often as there are numbers, and note what came out each time."""

        def note(means: np.ndarray) -> None:
            columns = dict(zip(self._names(), means.T.tolist(), strict=True))
            first = numbers.start + len(history.epoch)
            history.extend(range(first, first + len(means)), columns)

        self._train(numbers, reporter, note)

    def means(self) -> Logs:
        """Return the means over the samples of the present epoch so far."""
        seen = min(int(self._at[table.BATCH]) * self._batch, len(self._data))
        return dict(zip(self._names(), (self._running / max(seen, 1)).tolist(), strict=True))

    def _names(self) -> list[str]:
        return ["loss", *(metric.name for metric in self._training.metrics)]

    def _train(
        self, numbers: range, reporter: Reporter, note: Callable[[np.ndarray], None]
    ) -> None:
        """Train, and note the means of epochs that are over, (epochs, 1 + metrics).

        Raises
        ------
        ConvergenceError
            As `Training.step`.
        """
        self._read()
        at, begun = self._at, int(self._at[table.EPOCH])
        last = begun + len(numbers)
        while (first := int(at[table.EPOCH])) < last:
            batch = int(at[table.BATCH])
            most = min(self._most, (last - first) * self._steps - batch)
            sums = np.zeros(((batch + most) // self._steps + 1, self._running.size))
            sums[0] = self._running
            before = time.perf_counter()
            try:
                self._call(last, most, sums)
            finally:  # where Ctrl-C is heard, and nothing is to be lost
                done = int(at[table.EPOCH]) - first
                self._running = sums[done]
                self._write()
                if done:
                    note(sums[:done] / len(self._data))
            number = numbers.start + first - begun + done
            if at[table.LOST]:
                raise self._lost(number)
            elapsed = max(time.perf_counter() - before, 1e-6)
            self._most = max(1, min(2 * most, int(most * STRETCH / elapsed)))
            reporter.batch(number, self, done * self._steps + int(at[table.BATCH]) - batch)

    def _call(self, last: int, most: int, sums: np.ndarray) -> None:
        """Train for some batches."""
        optimizer = self._training.model.optimizer
        options, dtype = optimizer.options, self._parameters.dtype
        numbers = np.zeros(table.NUMBERS)
        numbers[table.RATE], numbers[table.DECAY] = optimizer.learning_rate, optimizer.decay
        numbers[table.FIRST] = options.get("beta_1", options.get("momentum"))
        numbers[table.SECOND] = options.get("beta_2", options.get("rho", 0.0))
        numbers[table.EPSILON] = options.get("epsilon", 0.0)
        numbers[table.NESTEROV] = options.get("nesterov", False)
        none = np.empty(0, dtype)
        moments = (self._moments.get(kind, none) for kind in ("momentum", "velocity"))
        kernels.train(
            self._plan.network, table.Optimizer(KINDS[type(optimizer)], numbers, *moments),
            self._parameters, self._samples, len(self._data), self._batch, int(self._shuffle),
            last, most, self._seed, dtype.type(TINY[dtype]), self._at, sums.reshape(-1),
            self._space,
        )  # fmt: skip

    def _read(self) -> None:
        """Take the weights and all that belongs to them as they are now."""
        model = self._training.model
        for parameter, (low, high) in zip(
            self._plan.parameters, pairwise(self._edges), strict=True
        ):
            self._parameters[low:high] = parameter.array.reshape(-1)
        for kind, moments in self._moments.items():
            np.concatenate(model.optimizer.moments(kind), out=moments)
        self._at[:] = 0
        self._at[table.EPOCH], self._at[table.STEP] = model.streams.epoch, model.streams.step
        self._at[table.ITERATION] = model.optimizer.iterations
        self._running = np.zeros_like(self._running)

    def _write(self) -> None:
        """Give the weights and all that belongs to them back."""
        model = self._training.model
        for parameter, (low, high) in zip(
            self._plan.parameters, pairwise(self._edges), strict=True
        ):
            if parameter.trainable:
                parameter.array.reshape(-1)[:] = self._parameters[low:high]
        for kind, moments in self._moments.items():
            for own, (low, high) in zip(
                model.optimizer.moments(kind), pairwise(self._edges), strict=False
            ):
                own[:] = moments[low:high]
        model.streams.epoch, model.streams.step = self._at[[table.EPOCH, table.STEP]].tolist()
        model.optimizer.iterations = int(self._at[table.ITERATION])

    def _lost(self, epoch: int) -> Exception:
        """Return the error of the batch whose loss is not finite."""
        batch = int(self._at[table.BATCH])
        which = self._space.order[0, batch * self._batch : (batch + 1) * self._batch]
        at = {"epoch": epoch, "batch": batch}
        return self._training.lost(self._data, which, float(self._running[0]), at)
