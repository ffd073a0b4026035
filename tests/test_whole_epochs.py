"""Both ways to train a small network: operation by operation, and by the kernel of whole epochs."""

import io
import sys
from itertools import count

import numpy as np
import pytest

from neurosim import InputError, kernels
from neurosim.networks import (
    SGD,
    Activation,
    Adam,
    Add,
    BatchNormalization,
    Callback,
    Dense,
    Dropout,
    EarlyStopping,
    Flatten,
    Input,
    Model,
    RMSprop,
    Sequential,
    whole_epochs,
)


@pytest.fixture
def calls(monkeypatch):
    """How many batches the kernel was asked for, call by call."""
    asked = []
    train = kernels.train

    def counted(*arguments):
        asked.append(arguments[8])
        train(*arguments)

    monkeypatch.setattr(kernels, "train", counted)
    return asked


@pytest.fixture
def one_by_one(monkeypatch):
    """Have every network trained operation by operation, from here on."""
    return lambda: monkeypatch.setattr(whole_epochs, "WORTH", -1)


NETWORKS = {
    "a layer": lambda: [Dense(3, "softmax")],
    "deep": lambda: [Dense(4, "tanh"), Dense(5, "softplus", use_bias=False), Dense(3, "sigmoid")],
    "dropout": lambda: [Dropout(0.2), Dense(9, "relu"), Dropout(0.5), Dense(3, "softmax")],
    "activations": lambda: [
        Dense(4), Activation("sigmoid"), Dense(5), Activation("softmax"), Dense(3),
        Activation("softmax"),
    ],
    "frozen": lambda: [Dense(4, "tanh"), Dense(4, "tanh", trainable=False), Dense(3, "softmax")],
}  # fmt: skip
LOSSES = ["mse", "mae", "binary_crossentropy", "categorical_crossentropy"]
OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "nesterov": lambda: SGD(0.1, momentum=0.9, nesterov=True, decay=0.1),
    "rmsprop": lambda: RMSprop(0.01),
    "rmsprop with momentum": lambda: RMSprop(0.01, momentum=0.5),
    "adam": lambda: Adam(0.01, decay=0.01),
}


def both(layers, optimizer, loss, x, y, calls, one_by_one, **options):
    found = []
    for way in (lambda: None, one_by_one):
        way()
        model = Sequential([Input(x.shape[1:]), *layers()], seed=3, dtype="float64")
        model.compile(optimizer(), loss, ["accuracy", "mae"] if y.ndim > 1 else ["accuracy"])
        before = len(calls)
        history = model.fit(x, y, verbose=0, **{"epochs": 3, "batch_size": 4, **options})
        found.append((model, history, len(calls) - before))
    (model, history, asked), (other, wanted, never) = found
    assert asked > 0 == never
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-12)
    state, expected = model.optimizer.state(), other.optimizer.state()
    assert state.keys() == expected.keys()
    for name, values in state.items():
        np.testing.assert_allclose(values, expected[name], rtol=1e-9, atol=1e-12)
    assert model.streams == other.streams
    assert history.epoch == wanted.epoch
    assert history.history.keys() == wanted.history.keys()
    for name, values in history.history.items():
        np.testing.assert_allclose(values, wanted.history[name], rtol=1e-9)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("layers", NETWORKS)
def test_networks_and_losses(rng, layers, loss, calls, one_by_one):
    x, y = rng.normal(size=(11, 3)), np.eye(3)[rng.integers(3, size=11)]
    both(NETWORKS[layers], OPTIMIZERS["adam"], loss, x, y, calls, one_by_one)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("shuffle", [False, True])
def test_optimizers_and_orders(rng, optimizer, shuffle, calls, one_by_one):
    x, y = rng.normal(size=(9, 2)), rng.integers(3, size=9)
    loss = "sparse_categorical_crossentropy"
    layers, make = NETWORKS["dropout"], OPTIMIZERS[optimizer]
    both(layers, make, loss, x, y, calls, one_by_one, shuffle=shuffle)


def test_accuracy_of_shares(rng, calls, one_by_one):
    x, y = rng.normal(size=(12, 2)), rng.choice([0, 0.3, 0.7, 1], size=(12, 1))
    both(
        lambda: [Dense(1, "sigmoid")], OPTIMIZERS["sgd"], "binary_crossentropy", x, y, calls,
        one_by_one,
    )  # fmt: skip


def test_weights_validation_and_a_batch_larger_than_the_samples(rng, calls, one_by_one):
    x, y = rng.normal(size=(12, 2, 2)), np.eye(3)[rng.integers(3, size=12)]
    both(
        lambda: [Flatten(), *NETWORKS["deep"]()], OPTIMIZERS["sgd"], "mse", x, y, calls,
        one_by_one, class_weight={0: 2.0, 1: 0.5}, validation_split=0.25, batch_size=50,
        validation_freq=2,
    )  # fmt: skip


def test_training_goes_on_where_another_fit_ended(rng):
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 3))
    found = []
    for parts in ([4], [1, 3]):
        model = Sequential([Input((3,)), *NETWORKS["dropout"]()], seed=3)
        model.compile("adam", "mse")
        for epochs in parts:
            model.fit(x, y, epochs=epochs, batch_size=4, verbose=0)
        found.append(model.get_weights())
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_callbacks_that_see_epochs_see_the_weights_of_each(rng, calls):
    class Watch(Callback):
        def __init__(self):
            self.seen = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append((epoch, logs["loss"], self.model.get_weights()[0].copy()))
            self.model.optimizer.learning_rate /= 2

    x, y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    model = Sequential([Input((2,)), Dense(1)], seed=1, dtype="float64")
    model.compile(SGD(0.1), "mse")
    kernel, bias = model.get_weights()
    watch = Watch()
    history = model.fit(x, y, epochs=3, callbacks=watch, verbose=0)
    for epoch, loss, weights in watch.seen:
        error = x @ kernel + bias - y
        np.testing.assert_allclose(loss, (error**2).mean(), rtol=1e-12)
        rate = 0.1 / 2**epoch
        kernel = kernel - rate * x.T @ error * 2 / 4
        bias = bias - rate * error.mean(axis=0) * 2
        np.testing.assert_allclose(weights, kernel, rtol=1e-12)
    assert history.epoch == [0, 1, 2]
    assert len(calls) == 3


class Changes(Callback):
    """Changes something after the first epoch."""

    def __init__(self, change):
        self._change = change

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self._change(self.model)


def test_settings_of_layers_that_change_under_way_are_heeded(rng, calls, one_by_one):
    x, y = rng.normal(size=(11, 3)), rng.integers(3, size=11)
    loss = "sparse_categorical_crossentropy"
    watched = Changes(lambda model: setattr(model.layers[0], "rate", 0.7))
    both(NETWORKS["dropout"], OPTIMIZERS["adam"], loss, x, y, calls, one_by_one, callbacks=watched)


def freeze(model):
    model.layers[0].trainable = False


def train_a_part(model):
    freeze(model)
    model.train_on_batch(np.zeros((1, 3)), np.zeros(1, int))
    model.layers[0].trainable = True


@pytest.mark.parametrize(
    "change", [freeze, train_a_part, lambda model: model.compile("sgd", "mse")]
)
def test_what_is_trained_may_not_change_under_way(rng, change):
    model = Sequential([Input((3,)), Dense(4, "tanh"), Dense(3, "softmax")], seed=3)
    model.compile("adam", "sparse_categorical_crossentropy")
    x, y = rng.normal(size=(11, 3)), rng.integers(3, size=11)
    with pytest.raises(InputError, match=r"gradients for \d+ parameters that learn"):
        model.fit(x, y, epochs=3, verbose=0, callbacks=Changes(change))


def test_early_stopping(rng, calls):
    x, y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    model = Sequential([Input((2,)), Dense(1)], seed=1)
    model.compile(SGD(1e-30), "mse")
    stop = EarlyStopping("loss", patience=2)
    assert model.fit(x, y, epochs=50, callbacks=[stop], verbose=0).epoch == [0, 1, 2]
    assert len(calls) == 3


def test_an_interruption_loses_nothing(rng, monkeypatch):
    x, y = rng.normal(size=(7, 2)), rng.normal(size=(7, 1))
    monkeypatch.setattr(whole_epochs, "STRETCH", 0.0)  # a batch a call
    train, number = kernels.train, count(1)

    def interrupted(*arguments):
        train(*arguments)
        if next(number) == 5:
            raise KeyboardInterrupt

    model, short = (Sequential([Input((2,)), Dense(1)], seed=1) for _ in range(2))
    model.compile(Adam(), "mse")
    short.compile(Adam(), "mse")
    with monkeypatch.context() as patched:
        patched.setattr(kernels, "train", interrupted)
        patched.setattr(whole_epochs, "FIRST", 0)
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, y, epochs=9, batch_size=2, shuffle=False, verbose=0)
    assert model.history.epoch == [0]
    assert (model.streams.epoch, model.streams.step, model.optimizer.iterations) == (1, 5, 5)
    short.fit(x, y, batch_size=2, shuffle=False, verbose=0)
    short.fit(x[:2], y[:2], batch_size=2, shuffle=False, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], short.get_weights()[0])


class SeesBatches(Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.seen = batch


class Own(Dense):
    pass


def branch():
    x = Input((2,))
    return Model(x, Dense(1)(Add()([x, Dense(2)(x)])))


def twice():
    x, same = Input((2,)), Dense(2)
    return Model(x, Dense(1)(same(same(x))))


ELSEWHERE = {
    "a callback": (lambda: Sequential([Dense(1)]), {}, {"callbacks": SeesBatches()}),
    "a loss of one's own": (
        lambda: Sequential([Dense(1)]), {"loss": lambda t, y: (y - t) * (y - t)}, {}
    ),
    "a metric of one's own": (
        lambda: Sequential([Dense(1)]), {"metrics": [lambda t, y: abs(y - t)]}, {}
    ),
    "a layer of one's own": (lambda: Sequential([Own(1)]), {}, {}),
    "a layer without a row": (lambda: Sequential([BatchNormalization(), Dense(1)]), {}, {}),
    "a branch": (branch, {}, {}),
    "a layer twice": (twice, {}, {}),
    "two dtypes": (lambda: Sequential([Dense(1, dtype="float64")]), {}, {}),
    "nothing that learns": (lambda: Sequential([Activation("tanh")]), {}, {}),
    "large layers": (lambda: Sequential([Dense(1500), Dense(1000), Dense(1)]), {}, {}),
}  # fmt: skip


@pytest.mark.compiled
@pytest.mark.parametrize("name", ELSEWHERE)
def test_other_networks_are_trained_operation_by_operation(name, calls):
    make, compiled, options = ELSEWHERE[name]
    model = make()
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    wanted = np.ones((2, *model.compute_output_shape((None, 2))[1:]))
    model.fit(np.ones((2, 2)), wanted, verbose=0, **options)
    assert not calls


def test_the_bar_counts_batches(rng, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(whole_epochs, "STRETCH", 0.0)
    x, y = rng.normal(size=(10, 2)), rng.normal(size=(10, 1))
    model = Sequential([Input((2,)), Dense(1)], seed=1)
    model.compile("sgd", "mse")
    counted = []
    update = whole_epochs.Reporter.batch

    def batch(self, epoch, running, count=1):
        counted.append((epoch, count, running.means()))
        update(self, epoch, running, count)

    monkeypatch.setattr(whole_epochs.Reporter, "batch", batch)
    history = model.fit(x, y, epochs=3, batch_size=4, verbose="auto")
    assert sum(number for _, number, _ in counted) == 9
    assert all(np.isfinite(means["loss"]) for _, _, means in counted)
    assert "training" in shown.getvalue()
    assert len(history.epoch) == 3
