"""Whole epochs in one kernel, against a training loop in plain NumPy."""

import numpy as np
import pytest

from neurosim import ConvergenceError
from neurosim.kernels import random
from neurosim.networks import (
    SGD,
    Activation,
    Adam,
    Dense,
    Dropout,
    Input,
    RMSprop,
    Sequential,
    whole_epochs,
)

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])


@pytest.fixture(autouse=True)
def only_by_the_kernel(monkeypatch):
    """No test here passes because the general way was taken."""
    monkeypatch.setattr("neurosim.networks.training.Training.epoch", None)


def logistic(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


# f, and its slope by f's answer.
TRANSFERS = {
    "linear": (lambda x: x, lambda y: np.ones_like(y)),
    "relu": (lambda x: np.maximum(x, 0), lambda y: (y > 0).astype(float)),
    "sigmoid": (logistic, lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
    "softplus": (lambda x: np.log1p(np.exp(x)), lambda y: 1 - np.exp(-y)),
}


def squared(y, t):
    return ((y - t) ** 2).mean(axis=1), 2 * (y - t) / t.shape[1]


def absolute(y, t):
    return np.abs(y - t).mean(axis=1), np.sign(y - t) / t.shape[1]


def binary(y, t):
    p = np.clip(y, 1e-7, 1 - 1e-7)
    slope = np.where(p == y, (p - t) / (p * (1 - p)), 0) / t.shape[1]
    return -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean(axis=1), slope


def categorical(y, t):
    total = y.sum(axis=1, keepdims=True)
    p = np.clip(y / total, 1e-7, 1 - 1e-7)
    slope = np.where(p == y / total, -t / p, 0)
    slope = (slope - (slope * y / total).sum(axis=1, keepdims=True)) / total
    return -(t * np.log(p)).sum(axis=1), slope


LOSSES = {
    "mse": squared, "mae": absolute, "binary_crossentropy": binary,
    "categorical_crossentropy": categorical, "sparse_categorical_crossentropy": categorical,
}  # fmt: skip


def sgd(w, g, kept, t, rate=0.01, momentum=0.0, nesterov=False):
    kept["m"] = momentum * kept.get("m", 0) - rate * g
    return w + (momentum * kept["m"] - rate * g if nesterov else kept["m"])


def rmsprop(w, g, kept, t, rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7):
    kept["v"] = rho * kept.get("v", 0) + (1 - rho) * g**2
    kept["m"] = momentum * kept.get("m", 0) + rate * g / np.sqrt(kept["v"] + epsilon)
    return w - kept["m"]


def adam(w, g, kept, t, rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    kept["m"] = beta_1 * kept.get("m", 0) + (1 - beta_1) * g
    kept["v"] = beta_2 * kept.get("v", 0) + (1 - beta_2) * g**2
    alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * kept["m"] / (np.sqrt(kept["v"]) + epsilon)


OPTIMIZERS = {
    "sgd": (SGD(0.1), sgd, {"rate": 0.1}),
    "momentum": (SGD(0.1, momentum=0.9), sgd, {"rate": 0.1, "momentum": 0.9}),
    "nesterov": (
        SGD(0.1, momentum=0.9, nesterov=True), sgd,
        {"rate": 0.1, "momentum": 0.9, "nesterov": True},
    ),
    "rmsprop": (RMSprop(0.01), rmsprop, {"rate": 0.01}),
    "rmsprop with momentum": (
        RMSprop(0.01, momentum=0.5), rmsprop, {"rate": 0.01, "momentum": 0.5}
    ),
    "adam": (Adam(0.01), adam, {"rate": 0.01}),
}  # fmt: skip


def dropped(shape, rate, seed, layer, step):
    """By what each value is multiplied: 0, or 1/(1 − rate)."""
    size = int(np.prod(shape))
    words = random.philox(
        np.arange(-(-size // 4), dtype=np.uint64), np.uint64(layer), np.uint64(step),
        random.DROPOUT, *random.seed_words(seed),
    )  # fmt: skip
    kept = np.stack(words, axis=-1).ravel()[:size] >= rate * 2.0**32
    return kept.reshape(shape) / (1 - rate)


def train(
    weights, transfers, loss, optimizer, x, t, epochs, batch, seed, shuffle=True, shares=None,
    drops=None, **options,
):  # fmt: skip
    """Train in plain NumPy; `drops` is the rate after each layer.  Return weights and losses."""
    weights = [np.array(w, dtype=float) for w in weights]
    shares = np.ones(len(x)) if shares is None else shares
    kept = [{} for _ in weights]
    losses, step = [], 0
    for epoch in range(epochs):
        order = random.order(len(x), epoch, seed) if shuffle else np.arange(len(x))
        total = 0.0
        for begin in range(0, len(x), batch):
            chosen = order[begin : begin + batch]
            heard, answers, masks = [], [], []
            a = x[chosen]
            for k, f in enumerate(transfers):
                heard.append(a)
                a = a @ weights[2 * k] + weights[2 * k + 1]
                a = softmax(a) if f == "softmax" else TRANSFERS[f][0](a)
                answers.append(a)
                mask = 1.0
                if drops and drops[k]:
                    mask = dropped(a.shape, drops[k], seed, 2 * k + 2, step)
                masks.append(mask)
                a = a * mask
            each, slope = LOSSES[loss](a, t[chosen])
            total += (each * shares[chosen]).sum()
            g = slope * shares[chosen][:, None] / len(chosen)
            gradients = [None] * len(weights)
            for k in reversed(range(len(transfers))):
                y, g = answers[k], g * masks[k]
                if transfers[k] == "softmax":
                    g = y * (g - (g * y).sum(axis=1, keepdims=True))
                else:
                    g = g * TRANSFERS[transfers[k]][1](y)
                gradients[2 * k], gradients[2 * k + 1] = heard[k].T @ g, g.sum(axis=0)
                g = g @ weights[2 * k].T
            step += 1
            weights = [
                optimizer(w, d, own, step, **options)
                for w, d, own in zip(weights, gradients, kept, strict=True)
            ]
        losses.append(total / len(x))
    return weights, losses


def network(sizes, transfers, seed=5, dtype="float64"):
    layers = [Dense(n, f) for n, f in zip(sizes[1:], transfers, strict=True)]
    return Sequential([Input((sizes[0],)), *layers], seed=seed, dtype=dtype)


def hold(model, history, wanted, losses, rtol=1e-9):
    for got, expected in zip(model.get_weights(), wanted, strict=True):
        np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol)
    np.testing.assert_allclose(history.history["loss"], losses, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "softplus"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_exclusive_or(name, hidden):
    optimizer, step, options = OPTIMIZERS[name]
    model = network((2, 2, 1), (hidden, "sigmoid"))
    model.compile(type(optimizer).from_config(optimizer.get_config()), "binary_crossentropy")
    before = model.get_weights()
    x, y = XOR
    history = model.fit(x, y, epochs=5, batch_size=4, verbose=0)
    hold(
        model, history,
        *train(
            before, (hidden, "sigmoid"), "binary_crossentropy", step, x, y[:, None], 5, 4, 5,
            **options,
        ),
    )  # fmt: skip


ENDS = [
    ("mse", "linear"), ("mse", "sigmoid"), ("mse", "softmax"), ("mae", "tanh"),
    ("binary_crossentropy", "sigmoid"), ("categorical_crossentropy", "softmax"),
    ("categorical_crossentropy", "sigmoid"), ("sparse_categorical_crossentropy", "softmax"),
    ("sparse_categorical_crossentropy", "softplus"),
]  # fmt: skip


@pytest.mark.parametrize(("loss", "end"), ENDS)
@pytest.mark.parametrize("weighted", [False, True])
def test_losses_and_ends(rng, loss, end, weighted):
    x = rng.normal(size=(10, 3))
    labels = rng.integers(3, size=10)
    t = np.eye(3)[labels]
    shares = rng.uniform(size=10) if weighted else None
    model = network((3, 4, 3), ("tanh", end))
    model.compile(Adam(0.01), loss)
    before = model.get_weights()
    history = model.fit(
        x, labels if loss.startswith("sparse") else t, epochs=3, batch_size=4, verbose=0,
        sample_weight=shares,
    )  # fmt: skip
    hold(
        model, history,
        *train(before, ("tanh", end), loss, adam, x, t, 3, 4, 5, shares=shares, rate=0.01),
        rtol=1e-7 if loss != "mse" else 1e-9,
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 5, 16, 17, 70])
def test_every_epoch_has_its_own_order(rng, count):
    x, t = rng.normal(size=(count, 1)), rng.normal(size=(count, 1))
    model = network((1, 1), ("linear",), seed=2**63)
    model.compile(SGD(0.1), "mse")
    before = model.get_weights()
    history = model.fit(x, t, epochs=3, batch_size=1, verbose=0)
    hold(model, history, *train(before, ("linear",), "mse", sgd, x, t, 3, 1, 2**63, rate=0.1))


def test_in_the_order_of_the_samples(rng):
    x, t = rng.normal(size=(7, 2)), rng.normal(size=(7, 1))
    model = network((2, 1), ("linear",))
    model.compile(SGD(0.1), "mse")
    before = model.get_weights()
    history = model.fit(x, t, epochs=2, batch_size=3, verbose=0, shuffle=False)
    wanted = train(before, ("linear",), "mse", sgd, x, t, 2, 3, 5, shuffle=False, rate=0.1)
    hold(model, history, *wanted)


def test_dropout(rng):
    x, t = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
    layers = [Dense(5, "tanh"), Dropout(0.4), Dense(2), Dropout(0.25)]
    model = Sequential([Input((3,)), *layers], seed=8, dtype="float64")
    model.compile(SGD(0.1), "mse")
    before = model.get_weights()
    history = model.fit(x, t, epochs=3, batch_size=4, verbose=0)
    wanted = train(
        before, ("tanh", "linear"), "mse", sgd, x, t, 3, 4, 8, drops=(0.4, 0.25), rate=0.1
    )
    hold(model, history, *wanted)


def test_activations_as_layers_and_frozen_ones(rng):
    x, labels = rng.normal(size=(6, 3)), rng.integers(2, size=6)
    model = Sequential(
        [
            Input((3,)), Dense(4, trainable=False), Activation("softplus"), Dense(2),
            Activation("softmax"),
        ],
        seed=5, dtype="float64",
    )  # fmt: skip
    model.compile(SGD(0.1), "sparse_categorical_crossentropy")
    before = model.get_weights()
    history = model.fit(x, labels, epochs=2, batch_size=4, verbose=0)
    wanted, losses = train(
        before, ("softplus", "softmax"), "sparse_categorical_crossentropy", sgd, x,
        np.eye(2)[labels], 2, 4, 5, rate=0.0,
    )  # fmt: skip
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    np.testing.assert_array_equal(model.get_weights()[1], before[1])
    hidden = np.log1p(np.exp(x @ before[0] + before[1]))
    wanted, losses = train(
        before[2:], ("softmax",), "sparse_categorical_crossentropy", sgd, hidden,
        np.eye(2)[labels], 2, 4, 5, rate=0.1,
    )  # fmt: skip
    hold(model, history, [*before[:2], *wanted], losses)


def test_metrics_are_those_of_each_batch_before_it_is_learned(rng):
    x, t = rng.normal(size=(8, 2)), rng.integers(2, size=(8, 1))
    model = network((2, 1), ("sigmoid",))
    model.compile(SGD(0.1), "binary_crossentropy", ["accuracy", "mae", "mse"])
    kernel, bias = model.get_weights()
    y = logistic(x @ kernel + bias)
    history = model.fit(x, t, batch_size=8, verbose=0).history
    assert list(history) == ["loss", "accuracy", "mae", "mse"]
    assert history["accuracy"] == [((y > 0.5) == t).mean()]
    np.testing.assert_allclose(history["mae"], np.abs(y - t).mean(), rtol=1e-12)
    np.testing.assert_allclose(history["mse"], ((y - t) ** 2).mean(), rtol=1e-12)


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_accuracy_of_classes(rng, loss):
    x, labels = rng.normal(size=(12, 2)), rng.integers(3, size=12)
    model = network((2, 3), ("softmax",))
    model.compile(SGD(0.1), loss, ["accuracy"])
    kernel, bias = model.get_weights()
    right = (x @ kernel + bias).argmax(axis=1) == labels
    y = labels if loss.startswith("sparse") else np.eye(3)[labels]
    assert model.fit(x, y, batch_size=12, verbose=0).history["accuracy"] == [right.mean()]


def test_float32_too(rng):
    x, t = rng.normal(size=(10, 3)), rng.normal(size=(10, 2))
    model = network((3, 20, 2), ("tanh", "linear"), dtype="float32")
    model.compile(Adam(0.01), "mse")
    before = model.get_weights()
    history = model.fit(x, t, epochs=3, batch_size=4, verbose=0)
    assert model.get_weights()[0].dtype == np.float32
    wanted = train(before, ("tanh", "linear"), "mse", adam, x, t, 3, 4, 5, rate=0.01)
    hold(model, history, *wanted, rtol=1e-4)


def test_moments_that_have_died_away_are_zero():
    model = network((1, 1), ("linear",), dtype="float32")
    model.compile(SGD(1e-20, momentum=0.1), "mse")
    model.set_weights([[[0.0]], [0.0]])
    model.fit(np.ones((1, 1)), np.full((1, 1), 1e-11), batch_size=1, verbose=0)
    assert model.optimizer.moments("momentum")[0].tolist() == [0.0]


def test_a_loss_that_is_not_finite_stops_at_its_batch_and_changes_nothing(rng):
    x, t = rng.normal(size=(6, 2)), rng.normal(size=(6, 1))
    x[4, 1] = np.nan
    model = network((2, 1), ("linear",))
    model.compile(SGD(0.1), "mse")
    before = model.get_weights()
    with pytest.raises(
        ConvergenceError,
        match=r"the loss became nan, epoch 1, batch 3; .* the input, as float64: x.4, 1. is nan",
    ) as caught:
        model.fit(x, t, epochs=2, batch_size=2, verbose=0, shuffle=False)
    assert caught.value.step == 3
    wanted, _ = train(before, ("linear",), "mse", sgd, x[:4], t[:4], 1, 2, 5, False, rate=0.1)
    np.testing.assert_allclose(model.get_weights()[0], wanted[0], rtol=1e-12)
    assert (model.streams.step, model.streams.epoch, model.optimizer.iterations) == (2, 0, 2)
    assert not model.history.epoch


def test_weights_that_run_away_are_told():
    model = network((1, 1), ("linear",))
    model.compile(SGD(1e3), "mse")
    with pytest.raises(
        ConvergenceError, match=r"the loss became inf, epoch \d+, batch 1; .* a smaller learning"
    ):
        model.fit([[1.0]], [[3.0]], epochs=1000, batch_size=1, verbose=0)
    assert np.isfinite(model.get_weights()[0]).all()
    assert len(model.history.epoch) == model.streams.epoch > 10


def test_short_calls_of_the_kernel_give_the_same(rng, monkeypatch):
    x, t = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    found = []
    for stretch in (whole_epochs.STRETCH, 0.0):  # 0: a batch a call
        monkeypatch.setattr(whole_epochs, "STRETCH", stretch)
        model = network((3, 4, 1), ("tanh", "linear"))
        model.compile(Adam(0.01), "mse", ["mae"])
        history = model.fit(x, t, epochs=4, batch_size=6, verbose=0)
        found.append([*model.get_weights(), *history.history.values()])
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_large_net_inputs_cost_the_loss_no_digits():
    model = network((1, 2), ("softmax",), dtype="float32")
    model.set_weights([np.full((1, 2), 1e6), np.zeros(2)])
    model.compile(SGD(1e-20), loss="sparse_categorical_crossentropy")
    history = model.fit(np.ones((4, 1)), np.array([0, 1, 0, 1]), epochs=1, verbose=0)
    assert history.history["loss"][0] == pytest.approx(np.log(2), rel=1e-6)
