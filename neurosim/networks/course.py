"""A course of training: epochs one after the other, what looks on, and judging in between."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..cuda.turns import give_way
from .away import Work, away
from .blocks import supplied
from .callbacks import Callback
from .card_steps import steps_of
from .engines import engine
from .footprint import Footprint, footprint
from .reporting import Reporter
from .samples import Samples
from .training import Training
from .whole_epochs import whole_epochs

if TYPE_CHECKING:
    from .saving.resuming import Resuming


@dataclass(frozen=True)
class Course:
    """What `Model.fit` is asked for, checked.

    Attributes
    ----------
    training : how the network is trained and judged
    train : the samples that it is trained on
    batch_size : how many a change of the weights is made from
    shuffle : whether each epoch goes over them in another order
    epochs : the number at which it ends
    judged : those that it is judged by, or None
    judged_size, every : in batches of how many, and after every how many epochs
    """

    training: Training
    train: Samples
    batch_size: int
    shuffle: bool
    epochs: int
    judged: Samples | None
    judged_size: int
    every: int

    @property
    def steps(self) -> int:
        """How many batches an epoch has."""
        return -(-len(self.train) // self.batch_size)

    def run(
        self, callbacks: Sequence[Callback], verbose: Any, initial_epoch: int,
        checkpoint: str | os.PathLike[str] | None, device: str,
    ) -> None:  # fmt: skip
        """Train on a device, and note in the network's history what comes out.

        Raises
        ------
        InputError, ConvergenceError, DeviceError, FileError
            As `Model.fit`.
        """
        training = self.training
        with away(training.model, training.who, device, self._footprint, learns=True) as work:
            if engine().is_card:
                self._footprint().check(training.who)
            self._train(callbacks, verbose, initial_epoch, checkpoint, work)
            if engine().is_card:
                training.model.homecoming.renew("the end of fit")

    def _train(
        self, callbacks: Sequence[Callback], verbose: Any, initial_epoch: int,
        checkpoint: str | os.PathLike[str] | None, work: Work,
    ) -> None:  # fmt: skip
        model = self.training.model
        watching = [*callbacks, model.history]
        resuming = None
        if checkpoint is not None:
            resuming = self._resuming(checkpoint, callbacks, initial_epoch)
            watching.append(resuming)
            initial_epoch = resuming.begin(initial_epoch, self.epochs)
            if engine().is_card and resuming.saved:
                model.homecoming.note("the checkpoint")
        ahead = range(initial_epoch, self.epochs)
        reporter = Reporter(verbose, len(ahead), self.steps, self.training.who)
        for callback in watching:
            callback.model = model
            callback.params = {
                "epochs": self.epochs, "steps": self.steps, "verbose": reporter.verbose,
            }  # fmt: skip
            if self.judged is not None:
                callback.params["validation_freq"] = self.every
        model.stop_training = False
        work.saved = lambda: _last_saved(watching)
        with reporter, resuming or nullcontext():
            for callback in watching:
                callback.on_train_begin()
            self._go(ahead, watching, reporter, work)
            for callback in watching:
                callback.on_train_end()

    def _go(self, ahead: range, watching: list[Callback], reporter: Reporter, work: Work) -> None:
        """Go over the epochs; in one call of a kernel where that can be, and nobody looks on."""
        training, model = self.training, self.training.model
        judged = supplied(self.judged, self.judged_size) if self.judged else None
        whole_ones = whole_epochs(training, self.train, self.batch_size, self.shuffle, watching)
        unseen = watching == [model.history] and self.judged is None and not reporter.lines
        if whole_ones is not None and unseen:
            whole_ones.epochs(ahead, reporter, model.history)
            training.check_weights({"epoch": self.epochs - 1, "batch": self.steps - 1})
            return
        on = engine()
        # Batches larger than all samples are of all of them, as steps that repeat.
        batch_size = min(self.batch_size, len(self.train))
        steps = steps_of(training, supplied(self.train, batch_size))
        for epoch in ahead:
            work.during = f" in epoch {epoch + 1}"
            for callback in watching:
                callback.on_epoch_begin(epoch)
            if whole_ones is not None and not whole_ones.fits():  # a callback changed something
                whole_ones = None
            if whole_ones is not None:
                logs = whole_ones.epoch(reporter, epoch)
            else:
                logs = training.epoch(steps, self.shuffle, watching, reporter, epoch)
            training.check_weights({"epoch": epoch, "batch": self.steps - 1})
            if on.is_card:
                model.homecoming.note_at_times(f"the end of epoch {epoch + 1}")
            if judged is not None and (epoch + 1) % self.every == 0:
                found = training.judge(judged)
                logs.update({f"val_{name}": value for name, value in found.items()})
            for callback in watching:
                callback.on_epoch_end(epoch, logs)
            reporter.epoch(epoch, logs)
            if on.is_card:
                give_way()
            if model.stop_training:
                return

    def _footprint(self) -> Footprint:
        return footprint(
            self.training.model, self.train, self.batch_size, learns=True, judged=self.judged,
            judged_batch=self.judged_size,
        )  # fmt: skip

    def _resuming(
        self, path: str | os.PathLike[str], callbacks: Sequence[Callback], initial_epoch: int
    ) -> Resuming:
        """Return what writes down how far training is."""
        from .saving.resuming import Resuming, settings

        model = self.training.model
        told = settings(
            model, self.train, self.judged, callbacks, batch_size=self.batch_size,
            shuffle=self.shuffle, initial_epoch=initial_epoch, validation_freq=self.every,
        )  # fmt: skip
        return Resuming(path, model, told, [*callbacks, model.history])


def _last_saved(watching: Sequence[Callback]) -> str:
    """Return where a callback saved the network last, empty where none did."""
    saved = (str(getattr(callback, "saved", "")) for callback in reversed(watching))
    return next(filter(None, saved), "")
