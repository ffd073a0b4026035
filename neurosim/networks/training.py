"""Steps and epochs of training: losses, gradients, changes of weights, and their sums."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConvergenceError, InputError, NeurosimError
from .callbacks import Callback, Logs
from .engines import engine, on_device, to_host
from .losses import Loss
from .metrics import Metric
from .record import no_gradients, walk_back
from .reporting import Reporter
from .samples import Samples
from .streams import Streams
from .supply import Supply
from .tensor import Tensor

if TYPE_CHECKING:
    from .layers.layer import Layer
    from .model import Model


ADVICE = "a smaller learning rate, or inputs of a smaller scale, may help"


class Sums:
    """The loss and metrics of the batches so far.

    On a card they stay there, and the loss is watched there, until `means` asks for them.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics
        self._loss = 0.0
        self.counts = 0, 0  # batches and samples
        self._totals: list[Any] = [0.0] * len(metrics)
        self._counts: list[Any] = [0] * len(metrics)
        on = engine()
        self._on = on
        self._watch = on.kernels.new_watch() if on.is_card else None
        if self._watch is not None:
            self._totals = [on.xp.zeros((), np.float64) for _ in metrics]
            self._counts = [on.xp.zeros((), np.int64) for _ in metrics]

    def begin(self) -> None:
        """Begin anew, in the same memory of the card."""
        assert self._watch is not None
        self.counts = 0, 0
        for array in (*self._totals, *self._counts):
            array.fill(0)
        self._watch.begin()

    def count(self, samples: int) -> None:
        """Count a batch of so many samples: where the rest is done on a card without Python."""
        self.counts = self.batches + 1, self.counts[1] + samples

    def heeded(self) -> AbstractContextManager[None]:
        """Let optimizers of a card take no step within once there is a batch to stop at."""
        return nullcontext() if self._watch is None else self._on.kernels.heeding(self._watch)

    @property
    def batches(self) -> int:
        """How many there were."""
        return self.counts[0]

    @property
    def counter(self) -> Any:
        """Where a card counts the batches, (1,)."""
        assert self._watch is not None
        return self._watch.batches

    def watch(self, loss: np.ndarray, count: int) -> bool:
        """Add a batch's mean loss of so many samples; return whether it may be finite.

        On a card that is only noted, and no step is taken from the first on that is not, or that
        has numbers which would be refused.
        """
        self.count(count)
        if self._watch is not None:
            self._watch.note(loss, count, self._on.doubts.noted)
            return True
        value = float(loss)
        self._loss += value * count
        return math.isfinite(value)

    def add(self, activities: np.ndarray, targets: np.ndarray, mask: np.ndarray | None) -> None:
        """Add what the metrics judge of a batch."""
        for k, metric in enumerate(self._metrics):
            total, judged = metric.total(activities, targets, mask)
            self._totals[k] += total
            self._counts[k] += judged

    def lost(self) -> int:
        """Return how many steps were not taken on a card, from the first batch on to stop at."""
        first = int(self._watch.lost[0]) if self._watch is not None else 0
        return self.batches + 1 - first if first else 0

    def loss(self) -> float:
        """Return the loss, all samples together; what is not finite from where it began so."""
        return float(self._watch.total[0]) if self._watch is not None else self._loss

    def means(self) -> Logs:
        """Return the means over all samples so far, by their names."""
        found = {"loss": self.loss() / max(self.counts[1], 1)}
        for metric, total, count in zip(self._metrics, self._totals, self._counts, strict=True):
            found[metric.name] = float(total) / max(int(count), 1)
        return found


@dataclass(frozen=True)
class Training:
    """How a network is trained and judged.

    Attributes
    ----------
    model : the network
    loss, metrics : what is made small, and what is told beside
    who : which call it is, for messages
    """

    model: Model
    loss: Loss
    metrics: Sequence[Metric]
    who: str

    def ready_optimizer(self) -> None:
        """Let the optimizer begin, or go on where the same weights are trained as before.

        Raises
        ------
        InputError
            It is another network's, or all weights are frozen.
        """
        model, optimizer = self.model, self.model.optimizer
        trained = model.trainable_weights
        if not trained and any(p.learned for p in model.weights):
            raise InputError(
                f"{self.who}: all its weights are frozen, so that nothing would be learned; set "
                "trainable = True on it or on its layers"
            )
        before = optimizer.parameters
        if list(before) == trained:
            return
        if before and not set(before) & set(model.weights):  # or it would forget at every turn
            raise InputError(
                f"{self.who}: its optimizer trains another network already; give each one of its "
                f"own, as compile({optimizer}(), …)"
            )
        optimizer.build(trained)

    def epoch(
        self, steps: Steps, shuffle: bool, watching: Sequence[Callback], reporter: Reporter,
        epoch: int,
    ) -> Logs:  # fmt: skip
        """Go over the samples once, and return what came out."""
        streams = self.model.streams
        order = streams.order(len(steps.data)) if shuffle else None
        sums = steps.begin(order)
        seeing = [callback for callback in watching if callback.sees_batches]
        try:
            for batch, part in enumerate(steps.supply.parts()):
                for callback in seeing:
                    callback.on_train_batch_begin(batch)
                steps.take(part, {"epoch": epoch, "batch": batch})
                if seeing:
                    self.check_loss(steps, order, epoch)
                for callback in seeing:
                    callback.on_train_batch_end(batch, sums.means())
                reporter.batch(epoch, sums)
        except NeurosimError:  # which comes with the counts that belong to it
            raise
        except BaseException:  # Ctrl-C, or a callback's
            with suppress(Exception):  # of a card that answers no more
                self._set_back(sums.lost())
            raise
        self.check_loss(steps, order, epoch)
        streams.epoch += 1
        return sums.means()

    def check_loss(self, steps: Steps, order: np.ndarray | None, epoch: int | None) -> None:
        """Raise an error where a card noted that a batch is to be stopped at.

        Counts go back to the last step that was taken.

        Raises
        ------
        ConvergenceError
            Its loss is no finite number.
        NeurosimError
            What a layer or the loss raises on the CPU for numbers that it refuses.
        """
        sums, size = steps.sums, steps.batch_size
        missed = sums.lost()
        if not missed:
            return
        self._set_back(missed)
        batch = sums.batches - missed
        part = slice(batch * size, (batch + 1) * size)
        which = part if order is None else order[part]
        at = {} if epoch is None else {"epoch": epoch, "batch": batch}
        if engine().doubts.settle():
            self._run_again(steps.data, [which], training=True)
            if math.isfinite(sums.loss()):
                raise refused(self.who, at)
        raise self.lost(steps.data, which, sums.loss(), at)

    def count(self, steps: int = 1) -> None:
        """Count steps that were taken: by them random numbers are found."""
        for streams in self.streams:
            streams.step += steps

    def _set_back(self, missed: int) -> None:
        """Count so many steps less: they were not taken."""
        self.count(-missed)
        self.model.optimizer.iterations -= missed

    def _run_again(self, data: Samples, batches: Iterable[Any], training: bool) -> None:
        """Let the CPU raise its error of numbers that a card noted would be refused."""
        with on_device("cpu"), no_gradients():
            for which in batches:
                x, y, weights = data.batch(which)
                assert y is not None
                self.loss_of(x, y, weights, training)

    def step(
        self, data: Samples, which: np.ndarray | slice, sums: Sums, at: dict[str, int]
    ) -> None:
        """Change the weights by one batch, which is not counted yet.

        Raises
        ------
        ConvergenceError
            Its loss is no finite number; nothing was changed.
        """
        x, y, weights = data.batch(which)
        assert y is not None
        loss, activities, mask = self.loss_of(x, y, weights, training=True)
        if not sums.watch(loss.array, len(x[0].array)):
            raise self.lost(data, which, float(loss.array), at)
        trained = self.model.trainable_weights
        if loss.node is not None:
            leaves = frozenset(p.leaf for p in trained)
            found = walk_back(loss.node, np.ones_like(loss.array), leaves)
            with sums.heeded():
                self.model.optimizer.apply(
                    [found[p.leaf] if p.leaf in found else np.zeros_like(p.here) for p in trained]
                )
        for parameter in trained:
            if parameter.constraint is not None:
                parameter.constraint(parameter.here)
        sums.add(activities, y, mask)

    @cached_property
    def streams(self) -> list[Streams]:
        """Where the random numbers of the network and of all layers come from, each once."""
        return self.model.every_stream()

    def loss_of(
        self, x: list[Tensor], y: np.ndarray, weights: np.ndarray | None, training: bool
    ) -> tuple[Tensor, np.ndarray, np.ndarray | None]:
        """Return the loss of a batch, the output's activities, and which of its steps count."""
        last = self.model.require_built().layer
        closing = getattr(last, "activation", None)
        together = self.loss.of_drive if closing == self.loss.closing else None
        output, mask = self.model.run(x, training, drive=together is not None)
        if mask is not None and mask.shape != output.shape[: mask.ndim]:
            mask = None
        if mask is not None:
            weights = _masked(mask, weights, output.dtype)
        if together is not None:
            return *together(output, y, weights), mask
        return self.loss.of(output, y, weights), output.array, mask

    def judge(self, supply: Supply) -> Logs:
        """Return the loss and metrics on samples, as the network is."""
        sums = Sums(self.metrics)
        with no_gradients():
            for x, y, weights in supply.batches():
                assert y is not None
                loss, activities, mask = self.loss_of(x, y, weights, training=False)
                sums.watch(loss.array, len(x[0].array))
                sums.add(activities, y, mask)
            on = engine()
            if on.is_card and on.doubts.settle():
                self._run_again(supply.data, supply.parts(), training=False)
                raise refused(self.who)
        return sums.means()

    def check_weights(self, at: dict[str, int]) -> None:
        """Raise ConvergenceError where weights are not finite: after them no loss may tell it.

        `at` says where training is, and may name the batch after which they became so.
        """
        stray = self._stray_weights()
        if stray is not None:
            raise ConvergenceError(
                f"{self.who}: {stray} are not finite{_place(at)}; {ADVICE}", at.get("batch", 0) + 1
            )

    def _stray_weights(self) -> str | None:
        """Return the name of the first weights that are not finite, or None."""
        weights = self.model.weights
        if engine().is_card and weights:
            finite = [np.isfinite(parameter.here).all() for parameter in weights]
            if bool(np.stack(finite).all()):  # read once
                return None
        for parameter in weights:
            if not np.isfinite(parameter.read()).all():
                return f"the weights {parameter.path}"
        return None

    def lost(
        self, data: Samples, which: np.ndarray | slice, value: float, at: dict[str, int]
    ) -> ConvergenceError:
        """Return the error of a loss that is not finite, which says where that began."""
        return ConvergenceError(
            f"{self.who}: the loss became {value}{_place(at)}; first not finite: "
            f"{self._first_not_finite(data, which)}",
            at.get("batch", 0) + 1,
        )

    def _first_not_finite(self, data: Samples, which: np.ndarray | slice) -> str:
        x, y, _ = data.batch(which)
        assert y is not None
        y = to_host(y)
        numbers = np.arange(len(data))[which]
        inputs = [(f"the input {k + 1}", one.numpy(), f"x[{k}]") for k, one in enumerate(x)]
        if len(x) == 1:
            inputs = [("the input", x[0].numpy(), "x")]
        for what, array, given in (*inputs, ("the targets", y, "y")):
            if not np.isfinite(array).all():
                return f"{what}, as {array.dtype}: {_first_of(array, numbers, given)}"
        stray = self._stray_weights()
        if stray is not None:
            return f"{stray}, after the last change; {ADVICE}"
        found: list[str] = []

        def watch(layer: Layer, answer: Tensor) -> None:
            if not found and not np.isfinite(answer.numpy()).all():
                found.append(str(layer))

        with no_gradients():
            self.model.run(x, training=False, watch=watch)
        return f"{f'what goes out of {found[0]}' if found else 'the loss itself'}; {ADVICE}"


def refused(who: str, at: dict[str, int] | None = None) -> InputError:
    """Return the error of numbers that a card refuses and the CPU does not."""
    return InputError(
        f"{who}: device 'cuda' met numbers that are refused{_place(at or {})}, and the CPU none "
        "among the same samples: rounding decides; use device='cpu'"
    )


class Steps:
    """The steps of an epoch, one by one.

    Parameters
    ----------
    training
        Of what network, and how.
    supply
        Its samples, a batch of which a step takes.
    """

    def __init__(self, training: Training, supply: Supply) -> None:
        self.training, self.supply = training, supply
        self.sums = Sums(training.metrics)

    @property
    def data(self) -> Samples:
        """The samples as they were given."""
        return self.supply.data

    @property
    def batch_size(self) -> int:
        """How many of them a step takes."""
        return self.supply.batch_size

    def begin(self, order: np.ndarray | None) -> Sums:
        """Begin an epoch, in some order of the samples or in theirs; return its sums."""
        self.sums = Sums(self.training.metrics)
        self.supply.begin(order)
        return self.sums

    def take(self, part: slice, at: dict[str, int]) -> None:
        """Take the step of a part of the samples; `at` says where that is.

        Raises
        ------
        ConvergenceError
            As `Training.step`.
        """
        self.supply.bring(part)
        self.training.step(self.supply.within, self.supply.places(part), self.sums, at)
        self.training.count()


def _place(at: dict[str, int]) -> str:
    """Return where training is, in words: epochs and batches are counted from 1."""
    return "".join(f", {name} {number + 1}" for name, number in at.items())


def _first_of(array: np.ndarray, numbers: np.ndarray, letter: str) -> str:
    """Return which value of a batch is not finite, and what to look at.

    Parameters
    ----------
    numbers
        Those of the batch's samples among all of them: the first is told.
    letter
        What all samples are called.
    """
    strays = np.argwhere(~np.isfinite(array))
    row, *places = strays[np.argmin(numbers[strays[:, 0]])].tolist()
    value = array[(row, *places)]
    # A last axis of length 1 may have been put there, or taken away: without it both are meant.
    places = places[:-1] if array.ndim > 1 and array.shape[-1] == 1 else places
    told = f"{letter}[{', '.join(map(str, (numbers[row], *places)))}] is {value}"
    if np.isnan(value):
        return f"{told}; np.isnan({letter}) shows all that are"
    return f"{told}; look at np.abs({letter}).max(): infinity, or more than {array.dtype} holds"


def listed(found: Logs) -> Any:
    """Return the loss alone, or a list of it and the metrics."""
    values = list(found.values())
    return values[0] if len(values) == 1 else values


def _masked(mask: np.ndarray, weights: np.ndarray | None, dtype: np.dtype) -> np.ndarray:
    """Return how much each step of each sample counts; those that do make up for the others."""
    valid = np.maximum(mask.sum(), 1)
    counted = mask.astype(dtype) * (mask.size / valid).astype(dtype)
    if weights is None:
        return counted
    axes = max(counted.ndim, weights.ndim)
    first, second = (a.reshape(*a.shape, *[1] * (axes - a.ndim)) for a in (counted, weights))
    return first * second
