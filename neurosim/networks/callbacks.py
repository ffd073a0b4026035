"""Callbacks: what looks on while a network is trained, and may stop it, in Keras's words."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InputError, unknown
from .layers.settings import finite, whole, word
from .metrics import ERRORS

if TYPE_CHECKING:
    from .model import Model

Logs = dict[str, float]
AT_BATCHES = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


class Callback:
    """What is called at the beginning and end of training, of each epoch and of each batch.

    One of one's own gives those of the methods that it needs.

    Attributes
    ----------
    model : the network that is trained
    params : ``epochs``, ``steps`` (batches an epoch), ``verbose``; and ``validation_freq``, after
        every how many epochs the network is judged, where it is
    """

    model: Model
    params: dict[str, Any]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Be told that training begins."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Be told that it ended."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Be told that an epoch begins."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Be told what came out of an epoch."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Be told that a batch begins."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Be told what has come out of the epoch so far."""
        self.on_batch_end(batch, logs)

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Be told that a batch begins: an older word for `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Be told what has come out so far: an older word for `on_train_batch_end`."""

    def state(self) -> dict[str, Any]:
        """Return what it must know to go on after an interruption: numbers, words and arrays."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from such a state."""

    @property
    def sees_batches(self) -> bool:
        """Whether it does anything at a batch."""
        return any(getattr(type(self), word) is not getattr(Callback, word) for word in AT_BATCHES)


class History(Callback):
    """What came out of each epoch; `fit` returns it.

    Attributes
    ----------
    history : a list for the loss and each metric, and for those of the validation by ``val_…``
    epoch : the numbers of the epochs
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []
        self.params = {}

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Note what came out."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))

    def extend(self, epochs: range, logs: Mapping[str, list[float]]) -> None:
        """Note what came out of several epochs: a value for each of them."""
        self.epoch.extend(epochs)
        for name, values in logs.items():
            self.history.setdefault(name, []).extend(values)

    def state(self) -> dict[str, Any]:
        """Return what was noted."""
        return {"epoch": list(self.epoch), "history": {k: list(v) for k, v in self.history.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what was noted."""
        self.epoch = [int(epoch) for epoch in state["epoch"]]
        self.history = {k: [float(x) for x in v] for k, v in state["history"].items()}

    def __repr__(self) -> str:
        return f"<History of {len(self.epoch)} epochs: {', '.join(self.history) or 'nothing'}>"


class _Monitor(Callback):
    """One that looks at whether a value gets better."""

    def __init__(self, monitor: str, mode: str) -> None:
        if not isinstance(monitor, str):
            raise InputError(
                f"{type(self).__name__}: monitor is the name of a value (got {monitor!r})"
            )
        self.monitor = monitor
        mode = word(mode, f"{type(self).__name__}: mode", ("auto", "min", "max"))
        name = monitor.removeprefix("val_")
        rising = mode == "max" or (mode == "auto" and (name.endswith(("acc", "accuracy"))))
        self.sign = -1 if rising else 1
        self._is_known = rising or mode == "min" or name == "loss" or name in ERRORS
        self.best = math.inf  # of sign·value

    def value(self, epoch: int, logs: Mapping[str, float] | None) -> float | None:
        """Return sign·value, which is to fall; None after an epoch that is not judged.

        Raises
        ------
        InputError
            The value is never told; or it is one of which it is not known what is better.
        """
        logs = logs or {}
        every = self.params.get("validation_freq", 1)
        if self.monitor.startswith("val_") and (epoch + 1) % every:
            return None
        if self.monitor not in logs:
            what = unknown("value", self.monitor, logs)
            hint = "; val_… is told with validation_data or validation_split"
            raise InputError(
                f"{type(self).__name__}: {what}{hint * self.monitor.startswith('val_')}"
            )
        if not self._is_known:
            raise InputError(
                f"{type(self).__name__}: whether {self.monitor!r} should rise or fall is not "
                "known; say it by mode='max' or mode='min'"
            )
        return float(self.sign * logs[self.monitor])


class EarlyStopping(_Monitor):
    """Stop when a value has not got better for some epochs.

    Parameters
    ----------
    monitor
        Which value.
    min_delta
        By how much it must get better to count.
    patience
        For how many epochs without it to wait.
    verbose
        1 tells at which epoch it stopped.
    mode
        ``min``: smaller is better; ``max``: larger; ``auto``: larger for accuracies, smaller for
        losses and errors, and a metric of one's own needs one of the other two.
    baseline
        What must be reached to count.
    restore_best_weights
        Whether the network has the weights of its best epoch at the end.
    start_from_epoch
        From which epoch on it looks.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode)
        self.min_delta = abs(finite(min_delta, "EarlyStopping: min_delta"))
        self.patience = whole(patience, "EarlyStopping: patience", 0)
        self.verbose = verbose
        self.baseline = None if baseline is None else finite(baseline, "EarlyStopping: baseline")
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = whole(start_from_epoch, "EarlyStopping: start_from_epoch", 0)
        self._begin()

    def _begin(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best = math.inf
        self.best_epoch = 0
        self.best_weights: list[np.ndarray] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Begin to wait anew."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Look at the value, and stop where it is time."""
        value = self.value(epoch, logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if value < self.best - self.min_delta:
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or value < self.sign * self.baseline - self.min_delta:
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Give the best weights back where they are wanted."""
        if self.verbose and self.stopped_epoch:
            print_line(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def state(self) -> dict[str, Any]:
        """Return how long it has waited, and for what."""
        return {
            "wait": self.wait,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "stopped_epoch": self.stopped_epoch,
            "best_weights": self.best_weights,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on waiting."""
        self.wait, self.best = int(state["wait"]), float(state["best"])
        self.best_epoch, self.stopped_epoch = int(state["best_epoch"]), int(state["stopped_epoch"])
        self.best_weights = state["best_weights"]


class ModelCheckpoint(_Monitor):
    """Save the network at the end of each epoch, or of those that are the best so far.

    Parameters
    ----------
    filepath
        Where, as `Model.save` takes it; ``{epoch:02d}`` and ``{val_loss:.2f}`` in it are filled in,
        and ``{batch}`` where batches are counted.  A folder that there is not is made.
    monitor, mode
        As `EarlyStopping` takes them.
    verbose
        1 tells each time.
    save_best_only
        Whether it saves only where the value is better than all before.
    save_weights_only
        Whether the weights alone are saved, as `Model.save_weights` does.
    save_freq
        ``"epoch"``, or after how many batches it saves instead.
    initial_value_threshold
        What the first value must be better than, with `save_best_only`.

    Raises
    ------
    FileError
        A path that networks are not saved to, at once rather than after an epoch.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        from .saving.models import check_path

        super().__init__(monitor, mode)
        check_path(filepath, save_weights_only)
        self.filepath = str(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        if save_freq != "epoch":
            self.save_freq = whole(save_freq, "ModelCheckpoint: save_freq, if not 'epoch',")
        if initial_value_threshold is not None:
            threshold = finite(initial_value_threshold, "ModelCheckpoint: initial_value_threshold")
            self.best = self.sign * threshold
        self.epoch = 0
        self.batches = 0  # since it saved
        self.saved = ""  # where it did last

    @property
    def sees_batches(self) -> bool:
        """Whether it counts batches."""
        return self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Note which epoch it is."""
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Save the network after so many batches."""
        self.batches += 1
        if self.batches == self.save_freq:
            self.batches = 0
            self._save({**(logs or {}), "batch": batch + 1}, self.epoch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Save the network where epochs count."""
        if self.save_freq == "epoch":
            self._save(logs or {}, epoch)

    def _save(self, logs: Mapping[str, Any], epoch: int) -> None:
        """Save the network where it is to be."""
        if self.save_best_only:
            value = self.value(epoch, logs)
            if value is None or not value < self.best:
                return
            self.best = value
        try:
            path = self.filepath.format(epoch=epoch + 1, **logs)
        except (KeyError, ValueError, IndexError, AttributeError):
            known = ", ".join(("epoch", *logs))
            raise InputError(
                f"ModelCheckpoint: {self.filepath!r} asks for what is not told; there are: {known}"
            ) from None
        with suppress(OSError, ValueError):  # saving says what is wrong with the folder
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        self.saved = path
        if self.verbose:
            print_line(f"Epoch {epoch + 1}: saved to {path}")

    def state(self) -> dict[str, Any]:
        """Return the best value so far, and how many batches there were since it saved."""
        return {"best": self.best, "batches": self.batches}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from the best value so far."""
        self.best, self.batches = float(state["best"]), int(state["batches"])


class LearningRateScheduler(Callback):
    """Set the learning rate at the beginning of each epoch.

    Parameters
    ----------
    schedule
        A function of the epoch's number, from 0, and the present rate, that returns the new one;
        as of old, it may take the epoch alone.
    verbose
        1 tells each time.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if not callable(schedule):
            raise InputError(
                f"LearningRateScheduler takes a function of epoch and rate (got {schedule!r})"
            )
        self.schedule = schedule
        self.verbose = verbose
        self._takes = _takes(schedule)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Set the rate."""
        optimizer = self.model.optimizer
        told = (epoch, float(optimizer.learning_rate))
        rate = self.schedule(*told[: self._takes])
        optimizer.learning_rate = rate
        if self.verbose:
            print_line(f"Epoch {epoch + 1}: learning rate {rate:g}")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Tell the rate with what came out."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


LearningRateSchedule = LearningRateScheduler


def _takes(schedule: Callable[..., float]) -> int:
    """Return whether a schedule takes the epoch alone, 1, or the rate too, 2."""
    try:
        signature(schedule).bind(0, 0.0)
    except TypeError:
        return 1
    except ValueError:  # one of C's tells nothing
        return 2
    return 2


def print_line(text: str) -> None:
    """Write a line where the progress bar leaves room for it."""
    from tqdm import tqdm

    if sys.stdout is not None:  # as pythonw has it
        tqdm.write(text)
