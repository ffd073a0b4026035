"""Training that is written down as it goes, and goes on from there as if nothing had happened."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np

from ...errors import FileError
from ..callbacks import Callback, History, LearningRateScheduler, Logs
from ..configuration import serialized
from ..model import Model
from ..samples import Samples
from . import archives
from .compilation import optimizer_arrays, read_optimizer
from .models import (
    WHOLE,
    Snapshot,
    beside,
    described,
    encoded,
    kind_of,
    numbers_of,
    opened,
    read_streams,
    read_weights,
)
from .paths import Place, places
from .states import packed, unpacked
from .stored import Stored

SECONDS = 1.0  # from one writing to the next, at least
ROWS = 4096  # of samples, at a time
UNTOLD = ("samples", "validation")  # of which there are digests alone
CALLBACKS = "callbacks/"  # where the arrays of their states are
SHARE = 20  # so many times as long as writing takes, at least: it costs a twentieth at most


@dataclass(frozen=True)
class _Moment:
    """What changes in training, as it is at the end of an epoch."""

    epoch: int
    stopped: bool
    rate: float
    streams: Mapping[str, list[int]]
    arrays: Mapping[str, np.ndarray]
    callbacks: list[Any]
    noted: tuple[int, Mapping[str, int]]  # how long the history and each list of it is


class Resuming(Callback):
    """Writes down how training goes, and lets it go on from what was written.

    Parameters
    ----------
    path
        A ``.keras`` or ``.npz`` file.
    model
        What is trained.
    settings
        How: what `settings` returns.
    watching
        The callbacks, the history last.

    Raises
    ------
    FileError
        A path with another ending.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        model: Model,
        settings: Mapping[str, Any],
        watching: Sequence[Callback],
    ) -> None:
        self.model = model
        self._path = archives.path_of(path)
        self._kind = kind_of(self._path, WHOLE)
        self._settings = json.loads(archives.write_json(settings))
        self._watching = watching
        self._places: list[Place] = places(model)
        self._states: list[Any] = []
        self._pending: _Moment | None = None
        self._next = 0.0

    @property
    def saved(self) -> str:
        """Where it is written down, empty before that was done."""
        return str(self._path) if self._path.exists() else ""

    def begin(self, initial_epoch: int, epochs: int) -> int:
        """Return the epoch to go on with; the network is then as it was before that one.

        Raises
        ------
        FileError
            A file that cannot be read, or is of another training: what differs is named; no folder
            for it.
        """
        if not self._path.exists():
            if not self._path.parent.is_dir():  # told now, not after an epoch
                raise FileError(
                    f"{str(self._path)!r} cannot be written, since there is no folder "
                    f"{str(self._path.parent)!r}; make it first"
                )
            return initial_epoch
        with opened(self._path, self._kind) as stored:
            told = stored.ours.get("training")
            if not isinstance(told, dict):
                raise FileError(
                    f"{stored.name} holds no training to go on with; give checkpoint= another "
                    "path, or remove the file"
                )
            self._check(told.get("settings"), stored)
            epoch, states = told.get("epoch"), told.get("callbacks")
            if type(epoch) is not int or epoch < 0 or not isinstance(states, list):
                raise FileError(f"{stored.name}: what it says of its training is damaged")
            self._states = [unpacked(s, lambda n: _array(stored, n), stored.name) for s in states]
            if len(states) != len(self._watching) or not all(
                isinstance(state, dict) for state in self._states
            ):
                raise FileError(f"{stored.name}: what it says of a callback is damaged")
            read_optimizer(stored, self.model)
            read_weights(stored, self.model)
            read_streams(stored, self.model)
        return max(epoch, epochs) if told.get("stopped") else epoch

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Let the other callbacks, which have begun anew, go on from where they were."""
        for callback, state in zip(self._watching, self._states, strict=bool(self._states)):
            try:
                callback.restore(state)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                raise FileError(
                    f"{str(self._path)!r}: what it says of {type(callback).__name__} is damaged "
                    f"({archives.brief(error)})"
                ) from error

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Write down what there is, or keep a copy of it where that was done just now."""
        now = time.monotonic() >= self._next
        arrays = {
            path: parameter.read()
            for place in self._places
            for path, parameter, _ in place.variables
        }
        arrays.update(optimizer_arrays(self.model))
        kept: list[np.ndarray] = []
        history = self._watching[-1]
        assert isinstance(history, History)
        states = [
            packed(dict(callback.state()), kept, type(callback).__name__)
            for callback in self._watching[:-1]
        ]
        arrays.update({f"{CALLBACKS}{number}": array for number, array in enumerate(kept)})
        self._pending = _Moment(
            epoch + 1,
            self.model.stop_training,
            self.model.optimizer.learning_rate,
            {place.path: numbers_of(place) for place in self._places},
            arrays if now else {path: array.copy() for path, array in arrays.items()},
            states,
            (len(history.epoch), {name: len(x) for name, x in history.history.items()}),
        )
        if now:
            self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._write()

    def _write(self) -> None:
        """Write down the end of the last epoch, unless that was done."""
        moment, self._pending = self._pending, None
        if moment is None or not all(
            np.isfinite(array).all()
            for path, array in moment.arrays.items()
            if not path.startswith(CALLBACKS)
        ):
            return  # the next batch tells where weights went astray; an older file is better
        start = time.monotonic()
        training = {
            "settings": self._settings,
            "epoch": moment.epoch,
            "stopped": moment.stopped,
            "callbacks": [*moment.callbacks, packed(self._noted(moment), [], "History")],
        }
        ours = beside(moment.streams, moment.rate, {"training": training})
        whole = Snapshot(self._places, moment.arrays, described(self.model), ours)
        archives.write_file(self._path, encoded(whole, self._path, self._kind))
        took = time.monotonic() - start
        self._next = time.monotonic() + max(SECONDS, SHARE * took)

    def _noted(self, moment: _Moment) -> dict[str, Any]:
        """Return the history as it was then: lists only grow."""
        count, each = moment.noted
        history = self._watching[-1].state()
        return {
            "epoch": history["epoch"][:count],
            "history": {name: history["history"][name][:most] for name, most in each.items()},
        }

    def _check(self, before: Any, stored: Stored) -> None:
        """Raise FileError where training is another one than that in the file."""
        name, rate = stored.name, {"learning_rate": stored.ours.get("learning_rate")}
        if not isinstance(before, dict):
            raise FileError(f"{name}: what it says of its training is damaged")
        for key, now in self._settings.items():
            then = before.get(key)
            if then == now or (key == "seed" and None in (then, now)):
                continue
            if key == "optimizer" and isinstance(then, dict) and {**then, **rate} == now:
                continue  # a callback has changed it, and the same network goes on
            told = key not in UNTOLD and not isinstance(now, dict | list)
            what = f"{key} {then!r} (here {now!r})" if told else f"another {key}"
            raise FileError(
                f"{name} was trained with {what}; go on with the same settings, or give "
                "checkpoint= another path"
            )


def settings(
    model: Model, train: Samples, judged: Samples | None, watching: Sequence[Callback], **given: Any
) -> dict[str, Any]:
    """Return all that a run's outcome depends on, so that another one is told from it.

    Parameters
    ----------
    train, judged
        What is trained on, and judged by.
    watching
        The callbacks.
    given
        Settings of `fit`.
    """
    optimizer = {"class": type(model.optimizer).__name__, **model.optimizer.get_config()}
    if any(isinstance(callback, LearningRateScheduler) for callback in watching):
        del optimizer["learning_rate"]  # which the schedule has changed where a run was cut off
    assert model.loss is not None
    return {
        "network": serialized(model),
        "seed": model.seed,
        "optimizer": optimizer,
        "loss": model.loss.name,
        "metrics": [getattr(m, "__name__", getattr(m, "name", str(m))) for m in model.metrics],
        "callbacks": [type(callback).__name__ for callback in watching],
        **given,
        "samples": _digest(train),
        "validation": None if judged is None else _digest(judged),
    }


def _digest(data: Samples) -> str:
    """Return a word that stands for samples, targets and weights."""
    found = hashlib.blake2b(digest_size=16)
    for array in (*data.inputs, data.targets, data.weights):
        if array is None:
            found.update(b"none")
            continue
        found.update(f"{array.shape} {array.dtype.str}".encode())
        for start in range(0, len(array), ROWS):
            found.update(np.ascontiguousarray(array[start : start + ROWS]).data)
    return found.hexdigest()


def _array(stored: Stored, number: int) -> np.ndarray:
    entry = stored.arrays.get(f"{CALLBACKS}{number}")
    if entry is None:
        raise FileError(f"{stored.name}: an array of a callback is missing, number {number}")
    return entry.values().copy()
