"""The same weights and batches give real Keras's numbers, for the networks of the sheet."""

import os

import numpy as np
import pytest

from neurosim import networks as ours

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras", reason="Keras is not installed (extra: peers)")

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own
]

STEPS = 50


class Words:
    """Layers, callbacks and optimizers of one library, by one name each."""

    def __init__(self, library):
        if library is ours:
            self.layers = self.optimizers = self.callbacks = ours
        else:
            self.layers, self.optimizers = keras.layers, keras.optimizers
            self.callbacks = keras.callbacks
        self.sequential, self.input = library.Sequential, library.Input


def mlp(k):
    return [
        k.input((20,)),
        k.layers.Dense(32, activation="relu"),
        k.layers.Dense(16, activation="tanh"),
        k.layers.Dense(4, activation="softmax"),
    ]


def cnn(k):
    """The sheet's, on smaller images and without dropout, whose masks differ."""
    return [
        k.input((12, 12, 3)),
        k.layers.Conv2D(8, (3, 3), padding="same"),
        k.layers.Activation("relu"),
        k.layers.Conv2D(8, (3, 3)),
        k.layers.Activation("relu"),
        k.layers.MaxPooling2D(pool_size=(2, 2)),
        k.layers.Conv2D(16, (3, 3), padding="same"),
        k.layers.Activation("relu"),
        k.layers.Conv2D(16, (3, 3)),
        k.layers.Activation("relu"),
        k.layers.Flatten(),
        k.layers.Dense(32),
        k.layers.Activation("relu"),
        k.layers.Dense(4),
        k.layers.Activation("softmax"),
    ]


def normalized(k):
    return [
        k.input((12, 12, 3)),
        k.layers.Conv2D(8, (3, 2), strides=2, padding="same", activation="tanh"),
        k.layers.BatchNormalization(),
        k.layers.AveragePooling2D(2, strides=1, padding="same"),
        k.layers.Conv2D(8, 2, activation="sigmoid"),
        k.layers.GlobalAveragePooling2D(),
        k.layers.Dense(4, activation="softmax"),
    ]


def rnn(k):
    return [
        k.input((15,), dtype="int32"),
        k.layers.Embedding(50, 12, mask_zero=True),
        k.layers.LSTM(10, return_sequences=True),
        k.layers.SimpleRNN(8),
        k.layers.Dense(1, activation="sigmoid"),
    ]


def words(rng, count=160):
    x = rng.integers(1, 50, size=(count, 15))
    lengths = rng.integers(1, 16, size=count)
    x[np.arange(15) >= lengths[:, None]] = 0
    return x, rng.integers(0, 2, size=count)


def images(rng):
    x, labels = rng.normal(size=(160, 12, 12, 3)), rng.integers(0, 4, 160)
    x[np.arange(160), 3 * labels, :, 0] += 2  # what tells the class: a line
    return x, np.eye(4)[labels]


NETWORKS = {
    "mlp": (mlp, lambda rng: (rng.normal(size=(160, 20)), rng.integers(0, 4, 160)),
            "sparse_categorical_crossentropy"),
    "cnn": (cnn, images, "categorical_crossentropy"),
    "normalized": (normalized, images, "categorical_crossentropy"),
    "rnn": (rnn, words, "binary_crossentropy"),
}  # fmt: skip


def set_precision(dtype):
    keras.config.set_floatx(dtype)  # of the data
    keras.config.set_dtype_policy(dtype)  # of the layers


@pytest.fixture
def precision():
    """Set the precision of Keras, for one test."""
    yield set_precision
    set_precision("float32")


def both(layers, dtype="float32", seed=0):
    """One network in both libraries, with the same weights."""
    mine = ours.Sequential(layers(Words(ours)), seed=seed, dtype=dtype)
    theirs = keras.Sequential(layers(Words(keras)))
    assert [w.shape for w in mine.get_weights()] == [w.shape for w in theirs.get_weights()]
    theirs.set_weights(mine.get_weights())
    return mine, theirs


def losses(model, x, y, optimizer, loss):
    model.compile(optimizer=optimizer, loss=loss)
    found = []
    for step in range(STEPS):
        part = slice(32 * (step % 5), 32 * (step % 5) + 32)
        result = model.train_on_batch(x[part], y[part])
        if model.__class__.__module__.startswith("keras"):
            model.reset_metrics()  # else it answers the mean of all steps
        found.append(float(np.ravel(result)[0]))
    return np.array(found)


def check_alike(mine, theirs, x, y):
    """Hold answers, and the losses of fifty steps, against Keras's."""
    np.testing.assert_allclose(mine.predict(x), theirs.predict(x, verbose=0), atol=1e-5)
    expected = losses(theirs, x, y, "sgd", "mse")
    np.testing.assert_allclose(losses(mine, x, y, "sgd", "mse"), expected, atol=1e-4)


def farthest_apart(name, dtype, seed):
    """The largest difference of fifty losses of Adam; of the predictions after them a tenth."""
    layers, data, loss = NETWORKS[name]
    x, y = data(np.random.default_rng(seed))
    mine, theirs = both(layers, dtype, seed)
    expected = losses(theirs, x, y, keras.optimizers.Adam(), loss)
    found = losses(mine, x, y, ours.Adam(), loss)
    assert expected[-5:].mean() < expected[:5].mean()  # it learned
    predictions = mine.predict(x) - theirs.predict(x, verbose=0)
    return max(np.abs(found - expected).max(), np.abs(predictions).max() / 10)


@pytest.mark.parametrize("name", NETWORKS)
def test_losses_agree_over_fifty_steps(name, precision):
    precision("float64")
    # Keras keeps the rate and the epsilon in float32: 10⁻⁷ off.
    assert farthest_apart(name, "float64", seed=0) < 1e-6


@pytest.mark.parametrize("name", NETWORKS)
def test_losses_agree_in_single_precision(name):
    # A unit so near to its threshold that the last bit decides parts two trainings by 10⁻³. That
    # is rare: no two of three networks meet it.
    assert np.median([farthest_apart(name, "float32", seed) for seed in range(3)]) < 1e-4


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"learning_rate": 0.1}),
        ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
        ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
        ("RMSprop", {}),
        ("RMSprop", {"learning_rate": 0.002, "rho": 0.8, "momentum": 0.5}),
        ("Adam", {}),
    ],
)
def test_every_optimizer_takes_kerass_steps(name, options, rng):
    layers, data, loss = NETWORKS["mlp"]
    x, y = data(rng)
    mine, theirs = both(layers)
    expected = losses(theirs, x, y, getattr(keras.optimizers, name)(**options), loss)
    found = losses(mine, x, y, getattr(ours, name)(**options), loss)
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_fit_tells_kerass_history(name, rng):
    layers, data, loss = NETWORKS[name]
    x, y = data(rng)
    mine, theirs = both(layers)
    stories = []
    for model, library in ((mine, ours), (theirs, keras)):
        k = Words(library)
        model.compile(k.optimizers.Adam(0.003), loss, metrics=["accuracy"])
        story = model.fit(
            x, y, batch_size=30, epochs=4, shuffle=False, validation_split=0.25, verbose=0,
            callbacks=[k.callbacks.EarlyStopping(patience=3)],
        )  # fmt: skip
        stories.append(story)
    assert set(stories[0].history) == set(stories[1].history)
    assert stories[0].epoch == stories[1].epoch
    for key, values in stories[1].history.items():
        # one sample that falls on the other side of a boundary may change an accuracy
        atol = 1e-4 if "loss" in key else 1.01 / 40
        np.testing.assert_allclose(stories[0].history[key], values, atol=atol, err_msg=key)
    judged = [m.evaluate(x, y, batch_size=30, verbose=0) for m in (mine, theirs)]
    np.testing.assert_allclose(judged[0][0], judged[1][0], atol=1e-4)


@pytest.mark.parametrize("kind", ["sample_weight", "class_weight"])
def test_weights_of_samples_count_as_in_keras(kind, rng):
    layers, data, loss = NETWORKS["mlp"]
    x, y = data(rng)
    given = {"sample_weight": rng.uniform(0, 2, 160)}
    if kind == "class_weight":
        given = {"class_weight": {0: 1.0, 1: 3.0, 2: 0.5, 3: 1.0}}
    histories = []
    for model in both(layers):
        model.compile("sgd", loss)
        histories.append(
            model.fit(x, y, epochs=3, shuffle=False, verbose=0, **given).history["loss"]
        )
    np.testing.assert_allclose(histories[0], histories[1], atol=1e-5)


def test_targets_of_shares_and_weights_of_classes_are_judged_as_in_keras(rng):
    def layers(k):
        return [k.input((3,)), k.layers.Dense(1, activation="sigmoid")]

    x, y = rng.normal(size=(80, 3)), rng.choice([0, 0.3, 0.7, 1], size=80)
    stories = []
    for model in both(layers):
        model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
        story = model.fit(
            x, y, epochs=2, shuffle=False, verbose=0, validation_split=0.25,
            class_weight={0: 1.0, 1: 3.0},
        )  # fmt: skip
        stories.append(story.history)
    assert stories[0].keys() == stories[1].keys()
    for key, values in stories[1].items():
        np.testing.assert_allclose(stories[0][key], values, atol=1e-5, err_msg=key)


def test_losses_and_metrics_of_steps_in_time_pass_over_padding(rng):
    def layers(k):
        return [
            k.input((15,), dtype="int32"),
            k.layers.Embedding(50, 6, mask_zero=True),
            k.layers.SimpleRNN(5, return_sequences=True),
            k.layers.Dense(3, activation="softmax"),
        ]

    x, _ = words(rng, 64)
    y = rng.integers(0, 3, size=x.shape)
    histories = []
    for model in both(layers):
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        histories.append(model.fit(x, y, epochs=3, shuffle=False, verbose=0).history)
    for key, values in histories[1].items():
        np.testing.assert_allclose(histories[0][key], values, atol=1e-5, err_msg=key)


def test_what_branches_do_with_padding(rng):
    def model(library):
        k = Words(library)
        words_of = k.input((15,), dtype="int32")
        first = k.layers.Embedding(50, 6, mask_zero=True)(words_of)
        second = k.layers.BatchNormalization()(first)
        added = k.layers.Add()([second, k.layers.LSTM(6, return_sequences=True)(second)])
        after = k.layers.Concatenate(axis=1)([added, first])
        beside = k.layers.Concatenate()([after, after])
        return library.Model(words_of, k.layers.Dense(1)(k.layers.LSTM(4)(beside)))

    x, y = words(rng)
    mine, theirs = model(ours), model(keras)
    theirs.set_weights(mine.get_weights())
    check_alike(mine, theirs, x, y)


@pytest.mark.filterwarnings(r"ignore:[\s\S]*destroy the mask:UserWarning")  # yet it does not
@pytest.mark.parametrize("branches", [False, True])
def test_padding_is_told_through_networks_in_a_network(branches, rng):
    def model(library):
        k = Words(library)
        table = k.sequential(
            [k.input((15,), dtype="int32"), k.layers.Embedding(50, 6, mask_zero=True)]
        )
        h = k.input((15, 6))
        cells = library.Model(h, k.layers.LSTM(4, return_sequences=True)(h))
        last = [k.layers.SimpleRNN(3), k.layers.Dense(1)]
        if not branches:
            return k.sequential([k.input((15,), dtype="int32"), table, cells, *last])
        x = k.input((15,), dtype="int32")
        return library.Model(x, last[1](last[0](cells(table(x)))))

    x, y = words(rng)
    mine, theirs = model(ours), model(keras)
    theirs.set_weights(mine.get_weights())
    check_alike(mine, theirs, x, y)


@pytest.mark.filterwarnings("ignore:.*does not support masking:UserWarning")  # and yet it does
def test_networks_within_networks_pass_padding_on(rng):
    def layers(k):
        table = k.sequential([k.input((15,)), k.layers.Embedding(50, 6, mask_zero=True)])
        cells = k.sequential([k.input((15, 6)), k.layers.LSTM(5, return_sequences=True)])
        return [k.input((15,)), table, cells, k.layers.SimpleRNN(4), k.layers.Dense(1)]

    x, y = words(rng)
    mine, theirs = both(layers)
    check_alike(mine, theirs, x, y)


def test_one_script_gives_statistically_the_same_curve(rng):
    """Seed-free: the mean loss after training over several first weights and orders."""
    x = rng.normal(size=(200, 5))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    ends = {}
    for library in (ours, keras):
        k = Words(library)
        ends[library] = []
        for _ in range(12):
            model = k.sequential(
                [k.input((5,)), k.layers.Dense(16, activation="relu"), k.layers.Dropout(0.2),
                 k.layers.Dense(1, activation="sigmoid")]
            )  # fmt: skip
            model.compile("rmsprop", "binary_crossentropy")
            ends[library].append(model.fit(x, y, epochs=8, verbose=0).history["loss"][-1])
    one, two = ends[ours], ends[keras]
    error = np.sqrt(np.var(one) / 12 + np.var(two) / 12)
    assert abs(np.mean(one) - np.mean(two)) < 4 * error


@pytest.mark.parametrize(
    "make",
    [
        lambda k: k.layers.Dense(30, activation="relu"),
        lambda k: k.layers.Dense(30, kernel_initializer="uniform"),
        lambda k: k.layers.Dense(30, kernel_initializer="he_normal"),
        lambda k: k.layers.LSTM(20),
        lambda k: k.layers.Embedding(30, 40),
        lambda k: k.layers.Conv2D(20, 3),
    ],
)
def test_first_weights_are_spread_as_kerass(make):
    inputs = {"LSTM": (4, 30), "Embedding": (6,), "Conv2D": (8, 8, 20)}
    drawn = []
    for library in (ours, keras):
        k = Words(library)
        layer = make(k)
        model = k.sequential([k.input(inputs.get(type(layer).__name__, (40,))), layer])
        drawn.append(model.get_weights())
    for one, two in zip(*drawn, strict=True):
        assert one.shape == two.shape
        if two.std() == 0 or len(two.shape) == 1:
            np.testing.assert_array_equal(one, two)
            continue
        assert abs(one.std() / two.std() - 1) < 8 * np.sqrt(1 / one.size)
