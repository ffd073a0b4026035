"""Training that is broken off, by whatever, and goes on to the very same weights."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from itertools import pairwise

import numpy as np
import pytest

from neurosim import ConvergenceError, FileError, InputError
from neurosim.networks import (
    LSTM,
    SGD,
    Adam,
    BatchNormalization,
    Callback,
    Dense,
    Dropout,
    EarlyStopping,
    Embedding,
    Input,
    LearningRateScheduler,
    ModelCheckpoint,
    RMSprop,
    Sequential,
    load_model,
)
from neurosim.networks.saving import resuming
from neurosim.networks.saving.states import packed, unpacked

try:
    import h5py
except ImportError:
    h5py = None

KINDS = [
    ".npz",
    pytest.param(
        ".keras", marks=pytest.mark.skipif(h5py is None, reason="h5py is not installed (keras)")
    ),
]


def network(optimizer="adam", seed=None):
    model = Sequential(
        [
            Input((6,)),
            Dense(8, "relu"),
            BatchNormalization(),
            Dropout(0.3),
            Dense(3, "softmax"),
        ],
        seed=seed,
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"])
    return model


@pytest.fixture
def data(rng):
    return rng.normal(size=(40, 6)).astype("f4"), rng.integers(0, 3, size=40)


def fit(model, data, epochs, checkpoint=None, callbacks=(), **options):
    options = {"batch_size": 7, "validation_split": 0.2, "verbose": 0} | options
    return model.fit(
        *data, epochs=epochs, callbacks=list(callbacks), checkpoint=checkpoint, **options
    )


def assert_same(model, other):
    for mine, theirs in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    for mine, theirs in zip(model.optimizer.variables(), other.optimizer.variables(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert model.optimizer.iterations == other.optimizer.iterations
    assert model.optimizer.learning_rate == other.optimizer.learning_rate
    assert model.streams == other.streams


class Cut(Callback):
    """Breaks training off in the middle of an epoch."""

    def __init__(self, epoch, error):
        self.at, self.error, self.now = epoch, error, 0

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.at, 2):
            raise self.error


class Watch(Callback):
    """Does nothing but stand where `Cut` stood."""


Watch.__name__ = "Cut"


OPTIMIZERS = [
    lambda: SGD(0.1),
    lambda: SGD(0.1, momentum=0.9, nesterov=True, decay=0.01),
    lambda: RMSprop(0.01),
    lambda: RMSprop(0.01, momentum=0.5),
    lambda: Adam(0.003),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("power")], ids=str)
def test_a_run_that_is_broken_off_goes_on(kind, optimizer, error, data, tmp_path):
    path = tmp_path / f"run{kind}"
    whole = network(optimizer(), seed=5)
    history = fit(whole, data, 6, callbacks=[Watch()])
    with pytest.raises(type(error)):
        fit(network(optimizer(), seed=5), data, 6, path, [Cut(3, error)])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    again = network(optimizer())  # other first weights and another seed, which the file's replace
    resumed = fit(again, data, 6, path, [Watch()])
    assert resumed.history == history.history
    assert resumed.epoch == history.epoch == [0, 1, 2, 3, 4, 5]
    assert_same(again, whole)


KILLED = """
import os, signal, sys
import numpy as np
from neurosim.networks import (
    Adam, BatchNormalization, Callback, Dense, Dropout, EarlyStopping, Input, Sequential,
)

class Slow(Callback):
    def on_epoch_end(self, epoch, logs=None):
        print(epoch, flush=True)
        if epoch == 4 and "kill" in sys.argv:
            os.kill(os.getpid(), signal.SIGKILL)

rng = np.random.default_rng(1)
x, y = rng.normal(size=(40, 6)), rng.integers(0, 3, size=40)
model = Sequential(
    [Input((6,)), Dense(8, "relu"), BatchNormalization(), Dropout(0.3), Dense(3, "softmax")],
    seed=None if "again" in sys.argv else 3,
)
model.compile(Adam(0.01), "sparse_categorical_crossentropy")
model.fit(
    x, y, epochs=8, batch_size=7, verbose=0, callbacks=[Slow()],
    checkpoint="run.npz" if len(sys.argv) > 1 else None,
)
np.savez("weights.npz", *model.get_weights(), *model.optimizer.variables())
"""


def run(folder, *words, **options):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, "-c", KILLED, *words],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, **options,
    )  # fmt: skip


@pytest.mark.compiled
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_run_that_is_killed_goes_on(tmp_path):
    assert run(tmp_path).returncode == 0
    with np.load(tmp_path / "weights.npz") as held:
        expected = [held[name] for name in held.files]
    (tmp_path / "weights.npz").unlink()
    assert run(tmp_path, "kill").returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]
    done = run(tmp_path, "again")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) in range(1, 5)  # not from the beginning
    with np.load(tmp_path / "weights.npz") as held:
        for array, name in zip(expected, held.files, strict=True):
            np.testing.assert_array_equal(array, held[name])


@pytest.mark.parametrize("restore", [False, True])
def test_callbacks_go_on_where_they_were(restore, data, tmp_path):
    def callbacks(last):
        return [
            LearningRateScheduler(lambda epoch, rate: rate * 0.9),
            EarlyStopping("val_loss", patience=4, min_delta=0.05, restore_best_weights=restore),
            ModelCheckpoint(str(tmp_path / "best.npz"), save_best_only=True),
            last,
        ]

    whole = network(seed=2)
    history = fit(whole, data, 30, callbacks=callbacks(Watch()))
    stopped = len(history.epoch)
    assert 4 < stopped < 30
    path = tmp_path / "run.npz"
    for epoch in range(1, stopped, 2):
        with pytest.raises(KeyboardInterrupt):
            fit(network(), data, 30, path, callbacks(Cut(epoch, KeyboardInterrupt()))) if (
                path.exists()
            ) else fit(network(seed=2), data, 30, path, callbacks(Cut(epoch, KeyboardInterrupt())))
    again = network()
    assert fit(again, data, 30, path, callbacks(Watch())).history == history.history
    assert_same(again, whole)


def test_a_rate_that_a_callback_of_ones_own_changes_goes_on(data, tmp_path):
    class Slower(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.optimizer.learning_rate *= 0.5

    whole, again = network(seed=2), network(seed=2)
    fit(whole, data, 5, callbacks=[Slower(), Watch()])
    path = tmp_path / "run.npz"
    with pytest.raises(KeyboardInterrupt):
        fit(again, data, 5, path, [Slower(), Cut(3, KeyboardInterrupt())])
    fit(again, data, 5, path, [Slower(), Watch()])  # the same network, its rate changed already
    assert_same(again, whole)


def test_what_callbacks_of_ones_own_keep_need_not_be_finite(data, tmp_path):
    class Largest(Callback):
        def __init__(self):
            self.seen = np.full(6, np.nan)

        def on_epoch_end(self, epoch, logs=None):
            self.seen[epoch] = logs["loss"]

        def state(self):
            return {"seen": self.seen}

        def restore(self, state):
            self.seen = state["seen"]

    path, again = tmp_path / "run.npz", Largest()
    history = fit(network(seed=2), data, 2, path, [Largest()]).history
    fit(network(), data, 4, path, [again])
    np.testing.assert_array_equal(again.seen[:2], history["loss"])
    assert np.isfinite(again.seen).tolist() == [True] * 4 + [False] * 2


def test_a_finished_run_answers_at_once(data, tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    whole = network(seed=2)
    history = fit(whole, data, 4, path)
    before = path.read_bytes()
    again = network()
    monkeypatch.setattr("neurosim.networks.training.Training.step", None)
    assert fit(again, data, 4, path).history == history.history
    assert fit(again, data, 3, path).history == history.history
    assert_same(again, whole)
    assert path.read_bytes() == before


def test_a_run_may_become_longer(data, tmp_path):
    fit(network(seed=2), data, 2, tmp_path / "run.npz")
    again, whole = network(), network(seed=2)
    fit(again, data, 5, tmp_path / "run.npz")
    fit(whole, data, 5)
    assert_same(again, whole)


def test_a_run_that_stopped_early_stays_so(data, tmp_path):
    def callbacks():
        return [EarlyStopping("loss", patience=0, min_delta=9)]

    history = fit(network(seed=2), data, 5, tmp_path / "run.npz", callbacks())
    assert len(history.epoch) == 2
    assert len(fit(network(), data, 50, tmp_path / "run.npz", callbacks()).epoch) == 2


def test_a_checkpoint_is_a_saved_network(data, tmp_path):
    model = network(seed=2)
    fit(model, data, 3, tmp_path / "run.npz")
    again = load_model(tmp_path / "run.npz")
    assert_same(again, model)
    fit(again, data, 6, initial_epoch=3)
    fit(model, data, 6, initial_epoch=3)
    assert_same(again, model)


def test_words_and_their_masks_go_on(rng, tmp_path):
    x, y = rng.integers(0, 9, size=(20, 5)), rng.integers(0, 2, size=20)

    def words(seed=None):
        model = Sequential(
            [
                Input((5,)),
                Embedding(9, 4, mask_zero=True),
                LSTM(4, dropout=0.2, recurrent_dropout=0.2),
                Dense(1, "sigmoid"),
            ],
            seed=seed,
        )
        model.compile("rmsprop", "binary_crossentropy")
        return model

    whole, again = words(1), words()
    fit(whole, (x, y), 4)
    fit(words(1), (x, y), 2, tmp_path / "run.npz")
    fit(again, (x, y), 4, tmp_path / "run.npz")
    assert_same(again, whole)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batch_size": 8}, r"was trained with batch_size 7 \(here 8\); go on with the same sett"),
        ({"shuffle": False}, r"was trained with shuffle True \(here False\)"),
        ({"validation_split": 0.5}, "was trained with another samples"),
        ({"validation_split": 0.0}, "was trained with another samples"),
        ({"validation_freq": 2}, r"was trained with validation_freq 1 \(here 2\)"),
        ({"callbacks": [Watch()]}, "was trained with another callbacks"),
        ({"class_weight": {0: 2.0}}, "was trained with another samples"),
    ],
)
def test_other_settings_are_refused_by_name(change, message, data, tmp_path):
    fit(network(seed=2), data, 1, tmp_path / "run.npz")
    with pytest.raises(FileError, match=r"run.npz' " + message):
        fit(network(), data, 2, tmp_path / "run.npz", **change)


def test_other_networks_and_data_are_refused_by_name(data, tmp_path):
    path = tmp_path / "run.npz"
    fit(network(seed=2), data, 1, path)
    with pytest.raises(FileError, match="was trained with another optimizer"):
        fit(network(Adam(0.1)), data, 2, path)
    with pytest.raises(FileError, match=r"was trained with seed 2 \(here 3\)"):
        fit(network(seed=3), data, 2, path)
    x, y = data
    with pytest.raises(FileError, match="was trained with another samples"):
        fit(network(), (x + 1, y), 2, path)
    other = Sequential([Input((6,)), Dense(3, "softmax")])
    other.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
    with pytest.raises(FileError, match="was trained with another network"):
        fit(other, data, 2, path)


@pytest.mark.parametrize(
    ("number", "state", "who"),
    [
        (0, {}, "EarlyStopping"),
        (0, {"wait": "a", "best": 1.0}, "EarlyStopping"),
        (1, {"epoch": 3, "history": {"dict": {}}}, "History"),
        (1, {"epoch": [None], "history": {"dict": {}}}, "History"),
        (1, {"epoch": [], "history": 3}, "History"),
    ],
)
def test_states_of_callbacks_that_are_damaged_are_told(number, state, who, data, tmp_path):
    path = tmp_path / "run.npz"
    fit(network(seed=2), data, 1, path, [EarlyStopping()])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(parts["metadata.json"])
    told["neurosim"]["training"]["callbacks"][number] = {"dict": state}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (parts | {"metadata.json": json.dumps(told)}).items():
            archive.writestr(name, part)
    with pytest.raises(FileError, match=f"run.npz': what it says of {who} is damaged"):
        fit(network(), data, 2, path, [EarlyStopping()])


def test_a_saved_network_is_not_written_over(data, tmp_path):
    model = network()
    model.save(tmp_path / "run.npz")
    with pytest.raises(FileError, match="holds no training to go on with; give checkpoint= anoth"):
        fit(model, data, 2, tmp_path / "run.npz")
    with pytest.raises(FileError, match=r"'run.h5': .* choose 'run.keras' or 'run.npz'"):
        fit(model, data, 2, "run.h5")
    (tmp_path / "cut.npz").write_bytes((tmp_path / "run.npz").read_bytes()[:-9])
    with pytest.raises(FileError, match="or a damaged one"):
        fit(model, data, 2, tmp_path / "cut.npz")


def test_a_folder_that_there_is_not_is_told_before_training(data, tmp_path):
    model = network()
    before = model.get_weights()
    with pytest.raises(FileError, match=r"run.npz' cannot be written, since there is no folder '"):
        fit(model, data, 1, tmp_path / "none" / "run.npz")
    for mine, earlier in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, earlier)


@pytest.mark.compiled
def test_it_is_written_a_second_after_the_last_time(data, tmp_path, monkeypatch):
    times = []
    written = resuming.archives.write_file

    def noted(path, content):
        times.append(time.monotonic())
        written(path, content)

    monkeypatch.setattr(resuming.archives, "write_file", noted)
    monkeypatch.setattr(resuming, "SECONDS", 0.2)
    start = time.monotonic()
    fit(network(), data, 60, tmp_path / "run.npz")
    assert 2 <= len(times) <= 2 + (time.monotonic() - start) / 0.2
    assert all(later - early >= 0.2 for early, later in pairwise(times[:-1]))
    assert len(load_model(tmp_path / "run.npz").get_weights()) == 8


def test_weights_that_went_astray_are_not_written(data, tmp_path):
    x, y = data
    model = Sequential([Input((6,)), Dense(1)], seed=0)
    model.compile(SGD(1e30), "mse")
    with pytest.raises(ConvergenceError):
        model.fit(x, y, batch_size=40, epochs=9, verbose=0, checkpoint=tmp_path / "run.npz")
    assert np.isfinite(load_model(tmp_path / "run.npz").get_weights()[0]).all()


def test_states_are_packed_and_unpacked():
    arrays = []
    value = {
        "a": [1, 2.5, None, True, "w"],
        "b": float("inf"),
        "c": np.arange(3),
        "d": {"e": -np.inf},
    }
    told = packed(value, arrays, "Mine")
    found = unpacked(told, lambda number: arrays[number], "file")
    np.testing.assert_array_equal(found.pop("c"), np.arange(3))
    assert found == {"a": [1, 2.5, None, True, "w"], "b": np.inf, "d": {"e": -np.inf}}
    assert packed(np.float32(2), arrays, "Mine") == 2
    with pytest.raises(InputError, match=r"Mine: state\(\) holds numbers.* \(got function\)"):
        packed({"f": packed}, arrays, "Mine")
    for broken in ({"float": "7"}, {"array": "x"}, {"dict": 3}, {"a": 1, "b": 2}, {}):
        with pytest.raises(FileError, match="what it says of a callback is damaged"):
            unpacked(broken, None, "file")
