"""Training: fit, evaluate and train_on_batch against loops written out in NumPy."""

import pickle
import sys
from copy import deepcopy

import numpy as np
import pytest

from neurosim import ConvergenceError, InputError
from neurosim.networks import (
    SGD,
    Activation,
    Adam,
    Callback,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Layer,
    Model,
    Sequential,
    no_gradients,
)
from neurosim.networks.streams import Streams


def linear(seed=1, **compiled):
    model = Sequential([Input((3,)), Dense(2)], seed=seed, dtype="float64")
    model.compile(**{"optimizer": SGD(0.1), "loss": "mse", **compiled})
    return model


def data(rng, count=10):
    return rng.normal(size=(count, 3)), rng.normal(size=(count, 2))


def by_hand(w, b, x, y, rate, batches, weights=None):
    """Gradient descent on Σ weight·mean (xW + b − y)² / batch, written out."""
    losses = []
    for part in batches:
        apart = x[part] @ w + b - y[part]
        share = (np.ones(len(part)) if weights is None else weights[part])[:, None] / len(part)
        losses.append((share * apart**2).sum() / y.shape[1] * len(part))
        g = 2 * share * apart / y.shape[1]
        w, b = w - rate * x[part].T @ g, b - rate * g.sum(axis=0)
    return w, b, sum(losses) / len(x)


def test_an_epoch_is_gradient_descent_batch_by_batch(rng):
    model, (x, y) = linear(), data(rng)
    w, b, loss = by_hand(
        *model.get_weights(), x, y, 0.1, [np.arange(0, 4), np.arange(4, 8), np.arange(8, 10)]
    )
    history = model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-12)
    np.testing.assert_allclose(model.get_weights()[1], b, rtol=1e-12)
    assert history.history["loss"] == pytest.approx([loss])
    assert history.epoch == [0]


def test_shuffling_goes_by_the_seed_and_the_epoch(rng):
    model, (x, y) = linear(seed=5), data(rng)
    w, b = model.get_weights()
    for epoch in range(3):
        order = Streams(5, epoch=epoch).order(10)
        assert sorted(order) == list(range(10))
        w, b, _ = by_hand(w, b, x, y, 0.1, [order[:4], order[4:8], order[8:]])
    model.fit(x, y, batch_size=4, epochs=2, verbose=0)
    model.fit(x, y, batch_size=4, verbose=0)  # goes on with another order
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-12)


def test_the_optimizer_goes_on_where_it_was(rng):
    x, y = data(rng)
    once, twice = linear(optimizer=Adam(0.01)), linear(optimizer=Adam(0.01))
    once.fit(x, y, epochs=4, verbose=0)
    twice.fit(x, y, epochs=2, verbose=0)
    twice.fit(x, y, epochs=4, initial_epoch=2, verbose=0)
    np.testing.assert_array_equal(once.get_weights()[0], twice.get_weights()[0])
    assert twice.history.epoch == [2, 3]


@pytest.mark.parametrize("kind", ["sample", "class"])
def test_weights_of_samples_and_classes(rng, kind):
    model = linear()
    x, y = data(rng)
    each = rng.uniform(0, 3, size=10)
    given = {"sample_weight": each}
    if kind == "class":
        labels = np.arange(10) % 2
        y = np.eye(2)[labels]
        each = np.where(labels == 1, 5.0, 0.5)
        given = {"class_weight": {0: 0.5, 1: 5.0}}
    w, b, loss = by_hand(*model.get_weights(), x, y, 0.1, [np.arange(0, 8), np.arange(8, 10)], each)
    history = model.fit(x, y, batch_size=8, shuffle=False, verbose=0, **given)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-12)
    np.testing.assert_allclose(model.get_weights()[1], b, rtol=1e-12)
    assert history.history["loss"] == pytest.approx([loss])


@pytest.mark.parametrize("shape", [(1,), (3, 2, 1)])
def test_one_channel_needs_no_axis_and_may_have_one(shape, rng):
    x = rng.normal(size=(4, *shape))
    one = Sequential([Input(shape), Dense(2)], seed=1)
    np.testing.assert_array_equal(one.predict(x[..., 0]), one.predict(x))
    none = Sequential([Input((3, 2)), Dense(2)], seed=1)
    x = rng.normal(size=(4, 3, 2, 1))
    np.testing.assert_array_equal(none.predict(x), none.predict(x[..., 0]))


def test_weights_of_samples_may_stand_in_a_column(rng):
    (x, y), weights = data(rng), rng.uniform(0, 3, size=10)
    row, column = (linear().evaluate(x, y, sample_weight=w) for w in (weights, weights[:, None]))
    assert row == column


def test_weights_of_samples_that_float32_cannot_hold_are_refused():
    model = Sequential([Input((1,)), Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    for given in ({"sample_weight": [1e300, 1.0]}, {"class_weight": {1: 1e300}}):
        with pytest.raises(InputError, match="weights of samples are finite numbers as float32"):
            model.fit([[0.0], [1.0]], [0, 1], verbose=0, **given)


def test_the_last_samples_are_kept_for_validation(rng):
    x, y = data(rng)
    split, given = linear(metrics=["mae"]), linear(metrics=["mae"])
    one = split.fit(x, y, validation_split=0.3, epochs=2, verbose=0)
    two = given.fit(x[:7], y[:7], validation_data=(x[7:], y[7:]), epochs=2, verbose=0)
    assert one.history == two.history
    assert list(one.history) == ["loss", "mae", "val_loss", "val_mae"]
    w, b = split.get_weights()
    apart = x[7:] @ w + b - y[7:]
    assert one.history["val_mae"][-1] == pytest.approx(np.abs(apart).mean())
    assert one.history["val_loss"][-1] == pytest.approx((apart**2).mean())
    seldom = linear().fit(x, y, validation_split=0.3, validation_freq=2, epochs=4, verbose=0)
    assert len(seldom.history["val_loss"]) == 2


def test_weights_of_classes_do_not_count_in_validation(rng):
    x, labels = data(rng)[0], np.arange(10) % 2
    model = linear()
    history = model.fit(
        x, np.eye(2)[labels], validation_split=0.3, class_weight={0: 0.5, 1: 5.0}, verbose=0
    )
    w, b = model.get_weights()
    apart = x[7:] @ w + b - np.eye(2)[labels[7:]]
    assert history.history["val_loss"] == pytest.approx([(apart**2).mean()])


def test_evaluate_returns_the_loss_and_the_metrics(rng):
    x, y = data(rng)
    model = linear(metrics=["mae", "mse"])
    w, b = model.get_weights()
    apart = x @ w + b - y
    expected = [(apart**2).mean(), np.abs(apart).mean(), (apart**2).mean()]
    assert model.evaluate(x, y, batch_size=3, verbose=0) == pytest.approx(expected)
    assert model.evaluate(x, y, verbose=0, return_dict=True)["mae"] == pytest.approx(expected[1])
    assert linear().evaluate(x, y, verbose=0) == pytest.approx(expected[0])


@pytest.mark.parametrize(
    ("units", "activation", "loss", "targets", "activities", "accuracy"),
    [
        (1, "sigmoid", "binary_crossentropy", [1, 0, 1], [[2.0], [-1.0], [-1.0]], 2 / 3),
        (1, "sigmoid", "binary_crossentropy", [[1], [0], [1]], [[2.0], [3.0], [-1.0]], 1 / 3),
        (
            2, "softmax", "categorical_crossentropy", [[1, 0], [0, 1], [1, 0]],
            [[2.0, 0], [0, 1], [1, 2]], 2 / 3,
        ),
        (
            2, "softmax", "sparse_categorical_crossentropy", [0, 1, 0],
            [[2.0, 0], [0, 1], [1, 2]], 2 / 3,
        ),
    ],
)  # fmt: skip
def test_accuracy_is_resolved_as_keras_does(units, activation, loss, targets, activities, accuracy):
    model = Sequential([Input((units,)), Dense(units, activation)], dtype="float64")
    model.compile("sgd", loss, metrics=["accuracy"])
    model.set_weights([np.eye(units), np.zeros(units)])
    drive, wanted = np.array(activities), np.array(targets)
    found = model.evaluate(drive, wanted, verbose=0)
    assert found[1] == pytest.approx(accuracy)
    p = np.exp(drive) / np.exp(drive).sum(axis=1, keepdims=True)
    if units == 1:
        p, t = 1 / (1 + np.exp(-drive)), wanted.reshape(-1, 1)
        expected = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
        np.testing.assert_array_equal(model.predict_classes(drive), drive > 0)
    else:
        labels = wanted.argmax(axis=1) if wanted.ndim == 2 else wanted
        expected = -np.log(p[np.arange(3), labels]).mean()
        np.testing.assert_array_equal(model.predict_classes(drive), drive.argmax(axis=1))
        np.testing.assert_array_equal(model.predict_proba(drive), model.predict(drive))
    assert found[0] == pytest.approx(expected, rel=1e-9)


def test_accuracy_of_a_target_between_0_and_1_is_nil_as_in_keras():
    model = Sequential([Input((1,)), Dense(1)])
    model.compile("sgd", "mse", metrics=["accuracy"])
    model.set_weights([[[1.0]], [0.0]])
    assert model.evaluate([[0.7], [3.2], [1.0], [0.2]], [0.7, 3.2, 1, 0], verbose=0)[1] == 0.5


def test_an_activation_apart_gives_the_same_losses(rng):
    x, labels = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)
    from neurosim.networks import Activation

    one = Sequential([Input((4,)), Dense(3, "softmax")], seed=1)
    two = Sequential([Input((4,)), Dense(3), Activation("softmax")], seed=1)
    for model in (one, two):
        model.compile("adam", "sparse_categorical_crossentropy")
    histories = [m.fit(x, labels, epochs=3, verbose=0).history["loss"] for m in (one, two)]
    assert histories[0] == pytest.approx(histories[1], rel=1e-6)


@pytest.mark.parametrize("copied", [deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("callbacks", [None, [Callback()]])
def test_a_copy_goes_on_as_the_original_would(copied, callbacks, rng):
    x, y = data(rng)
    model = linear(optimizer=Adam(0.1, decay=0.1))
    model.fit(x, y, verbose=0, callbacks=callbacks)
    other, before = copied(model), model.get_weights()
    other.fit(x, y, epochs=2, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(model.get_weights()[0], before[0])
    model.fit(x, y, epochs=2, verbose=0, callbacks=callbacks)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])
    assert (model.get_weights()[0] != before[0]).all()


def test_two_networks_do_not_share_an_optimizer(rng):
    x, y = data(rng)
    optimizer = Adam()
    first, second = linear(optimizer=optimizer), linear(optimizer=optimizer)
    first.train_on_batch(x, y)
    with pytest.raises(InputError, match=r"trains another network already.*compile\(Adam\(\), …"):
        second.train_on_batch(x, y)
    first.train_on_batch(x, y)
    assert optimizer.iterations == 2


def test_a_batch_at_a_time(rng):
    x, y = data(rng)
    model, whole = linear(metrics=["mae"]), linear(metrics=["mae"])
    found = model.train_on_batch(x, y)
    history = whole.fit(x, y, batch_size=10, verbose=0).history
    assert found == pytest.approx([history["loss"][0], history["mae"][0]])
    np.testing.assert_allclose(model.get_weights()[0], whole.get_weights()[0])
    assert model.test_on_batch(x, y) == pytest.approx(whole.evaluate(x, y, verbose=0))


def test_a_loss_and_a_metric_of_ones_own(rng):
    x, y = data(rng)

    def fourth(targets, predicted):
        return ((predicted - targets) ** 4.0).mean(axis=-1)

    def furthest(targets, activities):
        return np.abs(targets - activities).max(axis=-1)

    model = linear(loss=fourth, metrics=[furthest])
    w, b = model.get_weights()
    apart = x @ w + b - y
    assert model.evaluate(x, y, verbose=0) == pytest.approx(
        [(apart**4).mean(), np.abs(apart).max(axis=1).mean()]
    )
    g = 4 * apart**3 / 20
    model.train_on_batch(x, y)
    np.testing.assert_allclose(model.get_weights()[0], w - 0.1 * x.T @ g, rtol=1e-9)


def test_values_of_one_name_are_numbered(rng):
    def loss(targets, activities):
        return np.ones(len(targets))

    x, y = data(rng)
    history = linear(metrics=["mae", "mae", loss]).fit(x, y, verbose=0).history
    assert list(history) == ["loss", "mae", "mae_1", "loss_1"]
    assert history["mae"] == history["mae_1"]
    assert history["loss_1"] == [1]


def test_a_metric_of_ones_own_returns_numbers(rng):
    with pytest.raises(InputError, match="evaluate: metric 'word' takes real numbers"):
        linear(metrics=[word]).evaluate(*data(rng))


def word(targets, activities):
    return "good"


def test_frozen_layers_stay(rng):
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 1))
    model = Sequential([Input((3,)), Dense(4, "tanh", trainable=False), Dense(1)])
    model.compile("adam", "mse")
    before = model.get_weights()
    model.fit(x, y, epochs=2, verbose=0)
    after = model.get_weights()
    np.testing.assert_array_equal(before[0], after[0])
    assert (before[2] != after[2]).all()


def test_a_network_that_is_frozen_whole_is_not_trained(rng):
    """As a discriminator that was frozen for its generator's sake, and then forgotten."""
    model = linear()
    model.trainable = False
    for train in (model.fit, model.train_on_batch):
        with pytest.raises(InputError, match=r"all its weights are frozen, .*trainable = True on"):
            train(*data(rng))
    assert model.evaluate(*data(rng)) > 0


def test_dropout_is_drawn_anew_at_every_batch(rng):
    model = Sequential([Input((200,)), Dropout(0.5)], seed=4)
    x = np.ones((1, 200), dtype=np.float32)
    with no_gradients():
        seen = []
        for step in range(2):
            model.streams.step = step
            seen.append(model.apply(model.layers[0](x), True, None).numpy())
        model.streams.step = 0
        again = model.apply(model.layers[0](x), True, None).numpy()
    assert (seen[0] != seen[1]).any()
    np.testing.assert_array_equal(seen[0], again)


class Spy(Layer):
    """Keeps what goes through it in training."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def call(self, x, training):
        if training:
            self.seen.append(x.numpy())
        return x


def inner_dropout():
    spy = Spy()
    inner = Sequential([Input((50,)), Dropout(0.5)], seed=1)
    return spy, Sequential([inner, spy, Dense(1)], seed=2)


def shared_dropout():
    spy, x = Spy(), Input((50,))
    dropped = Dropout(0.5)(x)
    Model(x, dropped, seed=1)
    return spy, Model(x, Dense(1)(spy(dropped)), seed=2)


@pytest.mark.parametrize("made", [inner_dropout, shared_dropout])
def test_dropout_is_drawn_anew_also_where_a_layer_belongs_to_another_network(made):
    spy, model = made()
    model.compile("sgd", "mse")
    model.fit(np.ones((3, 50)), np.ones(3), batch_size=1, verbose=0)
    first, second, third = (cells.tolist() for cells in spy.seen)
    assert first != second != third != first


def test_what_is_not_finite_stops_training_and_is_found(rng):
    x, y = data(rng)
    model = linear(optimizer=SGD(1e200))
    with pytest.raises(ConvergenceError) as caught:
        model.fit(x, y, batch_size=5, epochs=10, verbose=0)
    assert "Sequential: fit: the loss became" in str(caught.value)
    assert "first not finite: " in str(caught.value)
    bad = x.copy()
    bad[7, 1] = np.nan
    model = linear()
    with pytest.raises(
        ConvergenceError,
        match=r"became nan, epoch 1, batch 2; first not finite: the"
        r" input, as float64: x\[7, 1\] is nan; np.isnan\(x\) shows",
    ):
        model.fit(bad, y, batch_size=5, epochs=10, shuffle=False, verbose=0)
    assert np.isfinite(model.get_weights()[0]).all()


@pytest.mark.parametrize("callbacks", [None, [Callback()]])
def test_weights_that_the_last_batch_spoils_are_told(callbacks):
    model = Sequential([Input((1,)), Dense(1, use_bias=False)])
    model.compile(SGD(1e38), "mse")
    with pytest.raises(
        ConvergenceError, match="the weights dense/kernel are not finite, epoch 1, batch 2; a smal"
    ) as found:
        model.fit([[0.0], [1e3]], [0.0, 1e3], 1, shuffle=False, callbacks=callbacks, verbose=0)
    assert found.value.step == 2
    model.set_weights([[[1.0]]])
    with pytest.raises(ConvergenceError, match="train_on_batch: the weights dense/kernel are not"):
        model.train_on_batch([[1e3]], [0.0])


@pytest.mark.parametrize("units", [2, 40])  # by the kernel of whole epochs, and by operations
def test_numbers_that_float32_cannot_hold_are_named(units, rng):
    x, y = rng.normal(size=(10, 3)), rng.normal(size=(10, units))
    for place, given in (("input", (1e300 * x, y)), ("targets", (x, 1e300 * y))):
        made = Sequential([Input((3,)), Spy(), Dense(units)][:: 1 if units > 2 else 2])
        made.compile("sgd", "mse")
        with pytest.raises(ConvergenceError, match=f"first not finite: the {place}, as float32"):
            made.fit(*given, verbose=0)


@pytest.mark.parametrize("callbacks", [None, [Callback()]])
@pytest.mark.parametrize("shuffle", [False, True])
def test_the_first_sample_that_is_not_finite_is_named(callbacks, shuffle):
    model = Sequential([Input((3, 1)), Flatten(), Dense(1)], seed=2)
    model.compile("sgd", "mse")
    x, y = np.zeros((9, 3)), np.zeros(9)
    x[[4, 7], [2, 0]] = np.inf, np.nan
    told = {"batch_size": 9, "shuffle": shuffle, "callbacks": callbacks, "verbose": 0}
    with pytest.raises(ConvergenceError, match=r"x\[4, 2\] is inf; look at np.abs\(x\).max"):
        model.fit(x, y, **told)
    with pytest.raises(ConvergenceError, match=r"train_on_batch: .*x\[4, 2\] is inf"):
        model.train_on_batch(x, y)
    y[5] = np.nan
    with pytest.raises(ConvergenceError, match=r"targets, as float32: y\[5\] is nan; np.is"):
        model.fit(np.zeros((9, 3)), y, **told)


def test_of_several_inputs_the_one_is_named():
    first, second = Input((2,)), Input((1,))
    model = Model([first, second], Dense(1)(Concatenate()([first, second])))
    model.compile("sgd", "mse")
    x = [np.zeros((4, 2)), np.array([0, 0, np.nan, 0])]
    with pytest.raises(
        ConvergenceError, match=r"input 2, as float32: x\[1\]\[2\] is nan; np.isnan"
    ):
        model.fit(x, np.zeros(4), verbose=0)


def test_a_loss_of_ones_own_is_weighted_whatever_its_shape(rng):
    x, y = data(rng)
    each = {
        "a value": lambda t, p: (p - t) * (p - t),
        "a sample": lambda t, p: ((p - t) * (p - t)).mean(axis=1),
        "a batch": lambda t, p: ((p - t) * (p - t)).mean(),
    }
    for loss in each.values():
        found = linear(loss=loss).evaluate(x, y, 10, 0, sample_weight=np.full(10, 3.0))
        assert found == pytest.approx(3 * linear().evaluate(x, y, 10, 0))


def test_a_loss_of_ones_own_passes_over_padding():
    words = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    model = Sequential([Input((4,), dtype="int64"), Embedding(5, 3, mask_zero=True), Dense(1)])
    model.compile("sgd", lambda targets, found: (found - targets) * (found - targets))
    counted = model.predict(words)[words != 0]
    assert model.evaluate(words, np.zeros((2, 4, 1)), verbose=0) == pytest.approx(
        np.mean(counted**2), rel=1e-5
    )


def padded(units, activation, loss, metrics):
    words = np.array([[1, 2, 0, 0], [3, 0, 0, 0], [4, 4, 1, 2]])
    table = Embedding(5, 3, mask_zero=True)
    model = Sequential([Input((4,), dtype="int64"), table, Dense(units, activation)], seed=1)
    model.compile("sgd", loss, metrics)
    return model, words, words != 0


def test_metrics_pass_over_padding_too(rng):
    model, words, counts = padded(1, "sigmoid", "binary_crossentropy", ["accuracy", "mae"])
    targets = rng.integers(0, 2, size=(3, 4, 1))
    activities = model.predict(words)
    right = ((activities > 0.5) == targets)[counts].mean()
    apart = np.abs(activities - targets)[counts].mean()
    for size in (3, 2):  # each step counts alike, in whichever batch
        found = model.evaluate(words, targets, batch_size=size, verbose=0)
        assert found[1:] == pytest.approx([right, apart], rel=1e-6)


@pytest.mark.parametrize("loss", ["sparse_categorical_crossentropy", "categorical_crossentropy"])
def test_steps_have_weights_of_their_own_beside_padding(loss, rng):
    model, words, counts = padded(3, "softmax", loss, None)
    labels = rng.integers(0, 3, size=(3, 4))
    y = labels if loss.startswith("sparse") else np.eye(3)[labels]
    each = -np.log(np.take_along_axis(model.predict(words), labels[..., None], -1)[..., 0])
    weights = rng.uniform(0, 3, size=(3, 4))
    expected = (each * weights)[counts].sum() / counts.sum()
    assert model.evaluate(words, y, 3, sample_weight=weights) == pytest.approx(expected, rel=1e-5)
    weights = np.array([1.0, 5.0, 2.0])
    expected = (each * weights[labels])[counts].sum() / counts.sum()
    history = model.fit(words, y, 3, verbose=0, class_weight=dict(enumerate(weights)))
    assert history.history["loss"] == pytest.approx([expected], rel=1e-5)


def test_accuracy_of_labels_passes_over_padding(rng):
    model, words, counts = padded(3, "softmax", "sparse_categorical_crossentropy", ["accuracy"])
    targets = rng.integers(0, 3, size=(3, 4))
    right = model.predict(words).argmax(axis=-1) == targets
    assert model.evaluate(words, targets, verbose=0)[1] == pytest.approx(right[counts].mean())


def test_weights_of_classes_go_to_the_nearest_class(rng):
    x, shares = data(rng)[0], np.array([[0.3], [0.7]] * 5)
    found = []
    for given in ({"class_weight": {1: 3.0}}, {"sample_weight": np.array([1.0, 3.0] * 5)}):
        model = Sequential([Input((3,)), Dense(1, "sigmoid")], seed=1)
        model.compile("sgd", "binary_crossentropy")
        found.append(model.fit(x, shares, shuffle=False, verbose=0, **given).history["loss"])
    assert found[0] == found[1]


def test_a_layer_from_which_nan_comes_is_named(rng):
    from neurosim.networks import Layer, operations

    class Root(Layer):
        def call(self, x):
            return operations.log(x)

    model = Sequential([Input((3,)), Root(name="root"), Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ConvergenceError, match="first not finite: what goes out of Root 'root'"):
        model.fit(-np.ones((2, 3)), np.ones((2, 1)), verbose=0)


def test_interruption_keeps_what_was_learned(rng):
    class Stop(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise KeyboardInterrupt

    x, y = data(rng)
    model, short = linear(), linear()
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, batch_size=2, shuffle=False, callbacks=[Stop()], verbose=0)
    short.fit(x[:4], y[:4], batch_size=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], short.get_weights()[0], rtol=1e-12)


def test_lines_of_progress(rng, capsys, monkeypatch):
    x, y = data(rng)
    linear(metrics=["mae"]).fit(x, y, epochs=2, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("Epoch 2: loss: ")
    assert " - mae: " in lines[1]
    linear(metrics=["mae"]).fit(x, y, epochs=2, verbose=1)
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "Epoch 1",
        "Epoch 2",
    ]
    linear().fit(x, y)  # nobody asked for lines, and nobody sees a bar
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "stdout", None)  # as pythonw has it
    linear().fit(x, y, verbose=1)
    monkeypatch.undo()
    linear().fit(x, y, verbose=0)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("do", "message"),
    [
        (lambda m, x, y: m.fit(x[:, :2], y), r"fit: Dense 'dense' takes x of shape \(samples, 3\) "
         r"\(got shape \(10, 2\)\)"),
        (lambda m, x, y: m.fit(x[0], y[:1]), r"takes x of shape \(samples, 3\) \(got shape \(3,\)\)"
         r"; one sample is a batch of one: x\[None\]"),
        (lambda m, x, y: m.fit(x, y[:, :1]), r"with loss 'mean_squared_error' targets have the outp"
         r"ut's shape \(samples, 2\) \(got shape \(10, 1\)\)"),
        (lambda m, x, y: m.fit(x, y[:4]), "fit: x has 10 samples and y 4"),
        (lambda m, x, y: m.fit(x[:0], y[:0]), r"fit: x has no samples \(got shape \(0, 3\)\)"),
        (lambda m, x, y: m.fit(x), "fit: y is missing, the targets of x"),
        (lambda m, x, y: m.fit(x, y, batch_size=0), "batch_size must be a whole number from 1"),
        (lambda m, x, y: m.fit(x, y, epochs=-1), r"epochs must be a whole number from 0 \(got -1"),
        (lambda m, x, y: m.fit(x, y, validation_split=1.0), "validation_split lies between 0 and"),
        (lambda m, x, y: m.fit(x, y, validation_split=0.99), "leaves none to train on"),
        (lambda m, x, y: m.fit(x, y, validation_data=x), r"validation_data is \(x, y\)"),
        (lambda m, x, y: m.fit(x, y, verbose=np.arange(2)), r"verbose is 0, 1, 2 or 'auto'"),
        (lambda m, x, y: m.fit(row for row in x), "x is an array, not a generator"),
        (lambda m, x, y: m.fit(x, y, nb_epoch=2, epochs=3),
         "Sequential: nb_epoch and epochs say the same"),
        (lambda m, x, y: m.fit(x, y, 5, 3, nb_epoch=2), "give epochs alone"),
        (lambda m, x, y: m.fit(x, y, epoch=3), r"no parameter of fit\(\) is called 'epoch' \(did"),
        (lambda m, x, y: m.fit(x, y, steps_per_epoch=3), "is called 'steps_per_epoch'.*there"),
        (lambda m, x, y: m.compile("sgd", los="mse"), r"'los' \(did you mean 'loss'\?\)"),
        (lambda m, x, y: m.predict(x, batchsize=3), r"\(did you mean 'batch_size'\?\)"),
        (lambda m, x, y: m.fit(x, y, verbose=3), r"verbose is 0, 1, 2 or 'auto' \(got 3\)"),
        (lambda m, x, y: m.fit(x, y, callbacks=[3]), r"callbacks are made from Callback \(got 3\)"),
        (lambda m, x, y: m.fit(x, y, sample_weight=[1.0]), r"a number for each of 10 samples"),
        (lambda m, x, y: m.fit(x, y, sample_weight=np.ones((10, 2))), r"got shape \(10, 2\)"),
        (lambda m, x, y: m.fit(x, y, sample_weight=-np.ones(10)), "takes finite numbers from 0"),
        (lambda m, x, y: m.fit(x, y, sample_weight=np.ones(10), class_weight={0: 1}),
         "give sample_weight or class_weight, not both"),
        (lambda m, x, y: m.fit(x, y, class_weight=[1, 2]), "class_weight is a dict"),
        (lambda m, x, y: m.fit(x, y, class_weight={"0": 1.0, "1": 9.0}),
         r"class_weight: a class is a whole number \(got '0'\)"),
        (lambda m, x, y: m.fit(x, y, class_weight={0.5: 2.0}), r"whole number \(got 0.5\)"),
        (lambda m, x, y: m.fit(x.astype(str), y), "x takes real numbers"),
        (lambda m, x, y: m.fit(iter(x), y), "x is an array, not a generator"),
        (lambda m, x, y: m.predict(x[:, :2]), r"predict: Dense 'dense' takes x of shape"),
        (lambda m, x, y: m.fit(x, y, class_weight={0: "a"}), r"of class 0 is no number \('a'\)"),
        (lambda m, x, y: m.fit(x, y, class_weight={0: [1]}), r"of class 0 is no number \(\[1\]\)"),
        (lambda m, x, y: m.fit(x, y, validation_split="0.5"), r"between 0 and 1 \(got '0.5'\)"),
        (lambda m, x, y: m.fit(x, y, validation_split=0.5, validation_batch_size=-1),
         r"validation_batch_size must be a whole number from 1 \(got -1\)"),
        (lambda m, x, y: m.fit(x, y, callbacks=3), r"callbacks are made from Callback \(got 3\)"),
        (lambda m, x, y: m.compile("sgd", "mse", 3), r"metrics are names or functions \(got 3\)"),
        (lambda m, x, y: m.test_on_batch(3.0, y), "test_on_batch: x has no samples"),
        (lambda m, x, y: m.predict(np.ma.masked_less(x, 0)), "x has masked numbers; filled"),
        (lambda m, x, y: m.set_weights([np.full((3, 2), np.inf), np.zeros(2)]),
         "kernel: weights must be finite numbers as float64"),
        (lambda m, x, y: (m.compile("sgd", lambda t, p: t), m.fit(x, y)),
         r"a loss of one's own returns a Tensor.*\(got ndarray\)"),
        (lambda m, x, y: m.compile("adma", "mse"), r"no optimizer is called 'adma' \(did you mean"),
        (lambda m, x, y: m.compile("sgd"), "compile: give a loss, as 'mse'"),
        (lambda m, x, y: m.compile("sgd", "msee"), r"no loss is called 'msee' \(did you mean"),
        (lambda m, x, y: m.compile("sgd", 3), r"loss takes a name or a function \(got 3\)"),
        (lambda m, x, y: m.compile("sgd", "mse", ["accurcy"]), "no metric is called 'accurcy'"),
        (lambda m, x, y: m.compile("sgd", "mse", [3]), r"metrics are names or functions \(got 3\)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_before_anything_is_changed(do, message, rng):
    model, (x, y) = linear(), data(rng)
    before = model.get_weights()
    with pytest.raises(InputError, match=message):
        do(model, x, y)
    np.testing.assert_array_equal(before[0], model.get_weights()[0])
    model.compile("sgd", "mse")
    assert model.fit(x, y, verbose=0).history["loss"]


@pytest.mark.parametrize(
    ("units", "loss", "targets", "message"),
    [
        (3, "sparse_categorical_crossentropy", [0, 3], r"has 3 classes, 0 to 2 \(got class 3\)"),
        (3, "sparse_categorical_crossentropy", [0, -1], r"has 3 classes, 0 to 2 \(got class -1\)"),
        (3, "sparse_categorical_crossentropy", [0, 0.5], "classes are whole numbers"),
        (
            3,
            "sparse_categorical_crossentropy",
            np.eye(3)[:2],
            "there is 'categorical_crossentropy'",
        ),
        (1, "sparse_categorical_crossentropy", [0, 1], "there is 'binary_crossentropy'"),
        (3, "categorical_crossentropy", [0, 1], "there is 'sparse_categorical_crossentropy'"),
        (1, "categorical_crossentropy", [0, 1], "there is 'binary_crossentropy'"),
        (1, "binary_crossentropy", [0, 2], r"targets lie from 0 to 1 \(got 2\)"),
        (1, "binary_crossentropy", [-1, 1], r"targets lie from 0 to 1 \(got -1\)"),
        (3, "binary_crossentropy", [0, 1], r"targets have the output's shape \(samples, 3\)"),
        (
            3,
            "mse",
            [0, 2],
            r"shape \(2,\)\); of numbers of classes to_categorical makes such rows$",
        ),
        (3, "mse", [0, 3], r"shape \(2,\)\)$"),
        (3, "mse", [0, 0.5], r"shape \(2,\)\)$"),
    ],
)
def test_losses_and_outputs_that_do_not_fit_together_are_told(units, loss, targets, message):
    model = Sequential([Input((2,)), Dense(units)])
    model.compile("sgd", loss)
    with pytest.raises(InputError, match=message):
        model.fit(np.zeros((2, 2)), np.array(targets), verbose=0)


@pytest.mark.parametrize("layers", [[Dense(1, "softmax")], [Dense(1), Activation("softmax")]])
def test_softmax_of_one_unit_has_nothing_to_learn(layers):
    model = Sequential([Input((2,)), *layers])
    model.compile("sgd", "binary_crossentropy")
    for method in (model.fit, model.evaluate):
        with pytest.raises(InputError, match=r"softmax of one unit.* there is 'sigmoid'"):
            method(np.zeros((2, 2)), np.array([0, 1]))
    assert (model.predict(np.zeros((2, 2))) == 1).all()


def test_labels_in_words_are_told_how_to_number_them():
    model = Sequential([Input((2,)), Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    for labels in (["cat", "dog"], np.array(["cat", "dog"])):
        with pytest.raises(InputError, match=r"; np.unique\(y, return_inverse=True\)\[1\] numbers"):
            model.fit(np.zeros((2, 2)), labels)
    with pytest.raises(InputError, match=r"takes real numbers \(got \[None, 1\]\)$"):
        model.fit(np.zeros((2, 2)), [None, 1])
    with pytest.raises(InputError, match=r"takes real numbers \(got .*\)$"):
        model.fit(np.zeros((2, 2)), np.array("cat"))


@pytest.mark.parametrize("made", [list, lambda rows: np.array(rows, dtype=object)])
def test_sequences_of_several_lengths_are_told_how_to_pad_them(made):
    model = Sequential([Embedding(10, 2, input_length=3), Dense(1)])
    with pytest.raises(InputError, match=r"; pad_sequences makes them of one length$"):
        model.predict(made([[1, 2, 3], [4]]))
    with pytest.raises(InputError, match=r"\)$"):
        model.predict(made([[1, "a"], [4, 5]]))
    for odd in ([[[1], [1, 2]], [1, 2]], np.array("word")):
        with pytest.raises(InputError, match=r"\)$"):
            model.predict(odd)


def test_before_compile_there_is_no_training():
    model = Sequential([Input((2,)), Dense(1)])
    for method in (model.fit, model.evaluate, model.train_on_batch):
        with pytest.raises(InputError, match=r"say how by compile\(optimizer, loss\) first"):
            method(np.zeros((1, 2)), np.zeros((1, 1)))


def test_metrics_that_do_not_fit_the_loss_are_told():
    model = Sequential([Input((2,)), Dense(3)])
    model.compile("sgd", "sparse_categorical_crossentropy", ["categorical_accuracy"])
    with pytest.raises(InputError, match="metric 'categorical_accuracy' does not go with loss"):
        model.fit(np.zeros((1, 2)), np.zeros(1), verbose=0)


def test_two_branches_learn_together(rng):
    a, b = Input((2,)), Input((2,))
    shared = Dense(1, use_bias=False)
    from neurosim.networks import Add

    model = Model([a, b], Add()([shared(a), shared(b)]), dtype="float64")
    model.compile(SGD(0.1), "mse")
    x, z = rng.normal(size=(2, 6, 2))
    y = rng.normal(size=(6, 1))
    w = model.get_weights()[0]
    model.train_on_batch([x, z], y)
    expected = w - 0.1 * (x + z).T @ (2 * ((x + z) @ w - y) / 6)
    np.testing.assert_allclose(model.get_weights()[0], expected, rtol=1e-12)
