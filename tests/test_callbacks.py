"""Callbacks: when they are called, and the rules of Keras by which they stop and save."""

import numpy as np
import pytest

from neurosim import FileError, InputError
from neurosim.networks import (
    SGD,
    Callback,
    Dense,
    EarlyStopping,
    Input,
    LearningRateSchedule,
    LearningRateScheduler,
    ModelCheckpoint,
    Sequential,
)


class Told(Callback):
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def on_train_begin(self, logs=None):
        self.told.append("begin")

    def on_epoch_begin(self, epoch, logs=None):
        self.told.append(f"epoch {epoch}")

    def on_train_batch_begin(self, batch, logs=None):
        self.told.append(f"batch {batch}")

    def on_train_batch_end(self, batch, logs=None):
        self.told.append(sorted(logs))

    def on_epoch_end(self, epoch, logs=None):
        self.told.append(f"end {epoch}")

    def on_train_end(self, logs=None):
        self.told.append("end")


class Scripted(Callback):
    """Puts values in place of what training found."""

    def __init__(self, name, values):
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]
        for weights in self.model.weights:
            weights.array[...] = epoch


def model():
    made = Sequential([Input((2,)), Dense(1)], seed=1)
    made.compile(SGD(0.01), "mse")
    return made


def fit(made, callbacks, epochs=6, **options):
    x = np.arange(8.0).reshape(4, 2) / 8
    return made.fit(x, x[:, :1], epochs=epochs, callbacks=callbacks, verbose=0, **options)


def test_they_are_told_in_order():
    told = Told()
    fit(model(), [told], epochs=2, batch_size=2)
    epoch = ["batch 0", ["loss"], "batch 1", ["loss"]]
    assert told.told == [
        "begin", "epoch 0", *epoch, "end 0", "epoch 1", *epoch, "end 1", "end",
    ]  # fmt: skip
    assert told.params == {"epochs": 2, "steps": 2, "verbose": 0}


def test_older_words_for_batches_are_heard():
    class Old(Callback):
        told = ()

        def on_batch_begin(self, batch, logs=None):
            self.told += (batch,)

        def on_batch_end(self, batch, logs=None):
            self.told += (sorted(logs),)

    old = Old()
    fit(model(), old, epochs=1, batch_size=2)
    assert old.told == (0, ["loss"], 1, ["loss"])


def run_early(values, monitor="val_loss", **settings):
    made = model()
    early = EarlyStopping(monitor=monitor, **settings)
    history = fit(made, [Scripted(monitor, values), early], epochs=len(values))
    return history.epoch[-1], made.get_weights()[1][0]


@pytest.mark.parametrize(
    ("values", "settings", "last"),
    [
        ([3, 2, 2, 1, 1], {}, 2),
        ([3, 2, 2, 1, 1], {"patience": 2}, 4),
        ([3, 2, 2, 2, 1], {"patience": 2}, 3),
        ([3, 2, 1, 0.5, 0.4], {}, 4),
        ([3, 4, 5, 6], {}, 1),  # never at the first epoch
        ([3, 2.9, 2.8, 2.7], {"min_delta": 0.5}, 1),
        ([3, 2.4, 1.8, 1.7], {"min_delta": 0.5}, 3),
        ([1, 2, 3, 3, 3], {"mode": "max"}, 3),
        ([5, 4, 4, 4, 4], {"start_from_epoch": 3}, 4),
        ([5, 4, 4.5, 2, 1], {"baseline": 3.5, "patience": 2}, 2),
    ],
)
def test_early_stopping(values, settings, last):
    assert run_early(values, **settings)[0] == last


def test_early_stopping_knows_that_accuracy_rises():
    assert run_early([0.1, 0.2, 0.3, 0.3, 0.1], monitor="val_accuracy")[0] == 3


@pytest.mark.parametrize("monitor", ["val_mae", "mean_squared_error"])
def test_early_stopping_knows_that_errors_fall(monitor):
    assert run_early([3, 2, 1, 1, 0], monitor=monitor)[0] == 3


def test_early_stopping_asks_what_is_better_of_a_metric_of_ones_own():
    with pytest.raises(
        InputError, match=r"EarlyStopping: whether 'val_r2' should rise or fall .* mode='max'"
    ):
        run_early([0.1, 0.2, 0.3], monitor="val_r2")
    assert run_early([0.1, 0.2, 0.3, 0.3, 0.4], monitor="val_r2", mode="max")[0] == 3


@pytest.mark.parametrize(
    ("values", "restore", "weights"),
    [([3, 1, 2, 2, 2], True, 1), ([3, 1, 2, 2, 2], False, 3), ([4, 3, 2, 1, 0], True, 4)],
)
def test_the_best_weights_come_back_also_at_a_normal_end(values, restore, weights):
    assert run_early(values, patience=2, restore_best_weights=restore)[1] == weights


def test_an_early_stopping_can_be_used_again():
    early = EarlyStopping(monitor="loss", patience=1)
    for _ in range(2):
        history = fit(model(), [Scripted("loss", [1, 2, 3, 4]), early], epochs=4)
        assert history.epoch == [0, 1]


def test_it_says_at_which_epoch_it_stopped(capsys):
    run_early([3, 2, 2], verbose=1)
    assert capsys.readouterr().out == "Epoch 3: early stopping\n"


def test_a_value_that_is_not_told_is_an_error():
    with pytest.raises(
        InputError,
        match=r"EarlyStopping: no value is called 'val_loss'.*there are: "
        r"loss; val_… is told with validation_data",
    ):
        fit(model(), EarlyStopping())


def test_epochs_that_are_not_judged_are_passed_over():
    made, seen = Saving([Input((2,)), Dense(1)], seed=1), []

    class Watch(EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            super().on_epoch_end(epoch, logs)
            seen.append(self.wait)

    made.compile(SGD(0.01), "mse")
    watch = Watch(patience=2, min_delta=100)  # the first is better than none, no other than it
    best = ModelCheckpoint("m{epoch}.npz", save_best_only=True)
    history = fit(made, [watch, best], 9, validation_split=0.5, validation_freq=3)
    assert history.epoch == list(range(9))
    assert seen == [0, 0, 0, 0, 0, 1, 1, 1, 2]
    assert made.saved[0] == "m3.npz"


def test_a_schedule_sets_the_rate_of_each_epoch():
    seen = []
    made = model()
    history = fit(
        made,
        [LearningRateScheduler(lambda epoch, rate: seen.append(rate) or rate / 2)],
        epochs=3,
    )
    assert seen == [0.01, 0.005, 0.0025]
    assert history.history["learning_rate"] == [0.005, 0.0025, 0.00125]
    assert made.optimizer.learning_rate == 0.00125
    assert LearningRateSchedule is LearningRateScheduler
    fit(made, LearningRateScheduler(lambda epoch: 0.5 / (1 + epoch)), epochs=2)
    assert made.optimizer.learning_rate == 0.25
    with pytest.raises(InputError, match="takes a function of epoch and rate"):
        LearningRateScheduler(0.1)


class Saving(Sequential):
    """Notes where it is asked to save itself."""

    def save(self, path):
        self.__dict__.setdefault("saved", []).append(path)

    def save_weights(self, path):
        self.save(f"weights {path}")


@pytest.mark.parametrize(
    ("settings", "saved"),
    [
        ({}, [1, 2, 3, 4]),
        ({"save_best_only": True}, [1, 3]),
        ({"save_best_only": True, "mode": "max"}, [1, 2]),
        ({"save_best_only": True, "save_weights_only": True}, [1, 3]),
        ({"save_best_only": True, "initial_value_threshold": 1.5}, [3]),
        ({"save_best_only": True, "initial_value_threshold": 2.5, "mode": "max"}, [2]),
    ],
)
def test_checkpoints(settings, saved):
    made = Saving([Input((2,)), Dense(1)])
    made.compile("sgd", "mse")
    checkpoint = ModelCheckpoint("m{epoch}.npz", **settings)
    fit(made, [Scripted("val_loss", [2, 3, 1, 1]), checkpoint], epochs=4)
    alone = "weights " * ("save_weights_only" in settings)
    assert made.saved == [f"{alone}m{epoch}.npz" for epoch in saved]


def test_a_checkpoint_may_count_batches(tmp_path):
    made = Saving([Input((2,)), Dense(1)])
    made.compile("sgd", "mse")
    path = tmp_path / "a" / "new" / "e{epoch}b{batch}.npz"
    fit(made, [ModelCheckpoint(path, save_freq=3)], epochs=4, batch_size=2)
    assert made.saved == [str(path.with_name(f"e{e}b{b}.npz")) for e, b in ((2, 1), (3, 2))]
    assert path.parent.is_dir()
    for none in (0, 1.5, True, "batch"):
        with pytest.raises(InputError, match="save_freq, if not 'epoch', must be a whole number"):
            ModelCheckpoint(path, save_freq=none)


@pytest.mark.parametrize(
    ("path", "alone", "message"),
    [
        ("m.h5", False, "neither written nor read; choose 'm.keras' or 'm.npz'"),
        ("{val_loss:.2f}", False, r"choose '\{val_loss:.2f\}.keras' or '\{val_loss:.2f\}.npz'"),
        ("m.weights.h5", False, "choose 'm.keras' or 'm.npz'"),
        ("m.keras", True, "choose 'm.weights.h5' or 'm.npz'"),
        (3, False, "a path is text or a Path"),
    ],
)
def test_a_checkpoint_tells_at_once_what_cannot_be_its_file(path, alone, message):
    with pytest.raises(FileError, match=message):
        ModelCheckpoint(path, save_weights_only=alone)


def test_a_checkpoint_makes_its_folder(tmp_path):
    fit(model(), ModelCheckpoint(tmp_path / "runs" / "first" / "w{epoch}.npz"), epochs=2)
    assert sorted(path.name for path in tmp_path.rglob("*.npz")) == ["w1.npz", "w2.npz"]
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match=r"w\.npz' cannot be written"):
        fit(model(), ModelCheckpoint(tmp_path / "file" / "w.npz"), epochs=1)


def test_a_checkpoint_may_be_named_by_its_values():
    made = Saving([Input((2,)), Dense(1)])
    made.compile("sgd", "mse")
    fit(made, [Scripted("val_loss", [0.25]), ModelCheckpoint("{epoch:02d}-{val_loss:.2f}.npz")], 1)
    assert made.saved == ["01-0.25.npz"]
    with pytest.raises(
        InputError, match=r"'\{accuracy\}.npz' asks for what is not told; there are: ep"
    ):
        fit(made, [ModelCheckpoint("{accuracy}.npz")], 1)
    with pytest.raises(InputError, match=r"ModelCheckpoint: mode: no choice is called 'lower'"):
        ModelCheckpoint("m.npz", mode="lower")


def test_a_callback_ends_training():
    class Enough(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    made = model()
    assert fit(made, Enough()).epoch == [0, 1]
    assert fit(made, []).epoch == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"monitor": 3}, "monitor is the name of a value"),
        ({"min_delta": "a"}, "min_delta must be a finite number"),
        ({"baseline": float("nan")}, "baseline must be a finite number"),
    ],
)
def test_settings_of_early_stopping_are_checked(settings, message):
    with pytest.raises(InputError, match=f"EarlyStopping: {message}"):
        EarlyStopping(**settings)
