"""Files of networks and real Keras's: the same answers both ways, and training goes on alike."""

import json
import os
import zipfile

import numpy as np
import pytest

from neurosim import FileError
from neurosim import networks as ours

os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras", reason="Keras is not installed (extra: peers)")

pytestmark = [
    pytest.mark.peers,
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own
]

NEAR = 1e-6


class Words:
    """Layers and optimizers of one library, by one name each."""

    def __init__(self, library):
        self.layers = self.optimizers = library
        if library is keras:
            self.layers, self.optimizers = keras.layers, keras.optimizers
        self.sequential, self.model, self.input = library.Sequential, library.Model, library.Input


def mlp(k):
    return k.sequential(
        [
            k.input((12,)),
            k.layers.Dense(9, activation="relu", kernel_initializer="he_normal"),
            k.layers.Dropout(0.0),
            k.layers.Dense(7, activation="tanh", use_bias=False),
            k.layers.Activation("softplus"),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def cnn(k):
    return k.sequential(
        [
            k.input((12, 12, 2)),
            k.layers.Conv2D(4, 3, padding="same", activation="relu"),
            k.layers.BatchNormalization(),
            k.layers.MaxPooling2D(),
            k.layers.Conv2D(5, (3, 2), strides=2, activation="relu"),
            k.layers.AveragePooling2D(2, padding="same", strides=1),
            k.layers.Flatten(),
            k.layers.Reshape((2, -1)),
            k.layers.Flatten(),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def rnn(k):
    return k.sequential(
        [
            k.input((7,), dtype="int32"),
            k.layers.Embedding(11, 6, mask_zero=True),
            k.layers.LSTM(5, return_sequences=True),
            k.layers.SimpleRNN(4),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def residual(k):
    x = k.input((8, 8, 2))
    first = k.layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(x)
    inner = k.layers.Conv2D(4, 3, padding="same", name="a_later_name")(first)
    inner = k.layers.BatchNormalization()(inner)
    around = k.layers.Conv2D(4, 1, padding="same")(x)
    joined = k.layers.Add()([around, inner])
    joined = k.layers.Activation("relu")(joined)
    beside = k.layers.Concatenate()([joined, first])
    pooled = k.layers.GlobalAveragePooling2D()(beside)
    return k.model(x, k.layers.Dense(3, activation="softmax")(pooled))


def shared(k):
    """A layer that is called twice, once on what comes later, and networks in the network."""
    x, z = k.input((6,)), k.input((6,))
    twice = k.layers.Dense(6, activation="tanh", name="twice")
    y = k.input((6,))
    within = k.model(
        y, k.layers.Add()([y, k.layers.Dense(6, name="dense_in_it")(y)]), name="within"
    )
    row = k.sequential([k.input((6,)), k.layers.Dense(4), k.layers.Dense(6)], name="row")
    h = k.layers.Add()([twice(x), row(z)])
    h = within(within(h))
    return k.model([x, z], k.layers.Dense(3, activation="softmax")(twice(h)))


def masked(k):
    """A functional network of words, whose masks Keras writes into its files."""
    x = k.input((7,), dtype="int32")
    h = k.layers.Embedding(11, 6, mask_zero=True)(x)
    h = k.layers.LSTM(5, return_sequences=True)(h)
    h = k.layers.SimpleRNN(4)(h)
    return k.model(x, k.layers.Dense(3, activation="softmax")(h))


def beside(k):
    """Words and what is found in them side by side, whose masks Keras finds by many operations.

    It counts these where it orders layers, here those of the deep branch, and numbers weights.
    """
    x, beside = k.input((7,), dtype="int32"), k.input((7,))
    words = k.layers.Embedding(11, 6, mask_zero=True)(x)
    inner = k.layers.Dense(6, activation="tanh", name="inner")(words)
    other = k.layers.Reshape((7, 1))(beside)
    h = k.layers.Concatenate()([words, inner])
    h = k.layers.Concatenate()([k.layers.LSTM(6, return_sequences=True)(h), words])
    h = k.layers.SimpleRNN(5)(k.layers.Concatenate()([h, other]))
    z = beside
    for number in range(9):
        z = k.layers.Dense(7 if number < 8 else 5, activation="tanh", name=f"deep{number}")(z)
    h = k.layers.Dense(3, activation="softmax")(k.layers.Add()([h, z]))
    return k.model([x, beside], h)


def samples(rng, name, count=40):
    words = {"rnn", "masked", "beside"}
    shape = {"mlp": (12,), "cnn": (12, 12, 2), "residual": (8, 8, 2), "shared": (6,)}.get(name)
    if name in words:
        x = rng.integers(1, 11, size=(count, 7))
        x[np.arange(7) >= rng.integers(1, 8, size=count)[:, None]] = 0
    else:
        x = rng.normal(size=(count, *shape)).astype(np.float32)
    y = rng.integers(0, 3, size=count)
    if name == "beside":
        return [x, rng.normal(size=x.shape).astype(np.float32)], y
    return ([x, x[::-1].copy()] if name == "shared" else x), y


NETWORKS = {f.__name__: f for f in (mlp, cnn, rnn, residual, shared, masked, beside)}
OPTIMIZERS = {
    "mlp": ("SGD", {"learning_rate": 0.1}),
    "cnn": ("Adam", {"learning_rate": 0.003}),
    "rnn": ("RMSprop", {"learning_rate": 0.002}),
    "residual": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    "shared": ("RMSprop", {"learning_rate": 0.01, "momentum": 0.5}),
    "masked": ("Adam", {}),
    "beside": ("Adam", {"learning_rate": 0.01}),
}


def trained(library, name, rng):
    k = Words(library)
    model = NETWORKS[name](k)
    kind, settings = OPTIMIZERS[name]
    model.compile(
        optimizer=getattr(k.optimizers, kind)(**settings),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    x, y = samples(rng, name)
    for _ in range(3):
        model.train_on_batch(x, y)
    return model, x, y


def steps(model, x, y, count=4):
    """Losses of some more batches, one by one."""
    found = []
    for _ in range(count):
        result = model.train_on_batch(x, y)
        if type(model).__module__.startswith("keras"):
            model.reset_metrics()  # else it answers the mean of all steps
        found.append(float(np.ravel(result)[0]))
    return found


def predictions(model, x):
    return model.predict(x, verbose=0)


@pytest.mark.parametrize("name", NETWORKS)
def test_keras_opens_ours_and_goes_on(name, rng, tmp_path):
    model, x, y = trained(ours, name, rng)
    path = tmp_path / "ours.keras"
    model.save(path)
    theirs = keras.saving.load_model(path)
    np.testing.assert_allclose(predictions(theirs, x), predictions(model, x), atol=NEAR)
    assert int(theirs.optimizer.iterations) == 3
    np.testing.assert_allclose(steps(theirs, x, y), steps(model, x, y), rtol=1e-4)
    np.testing.assert_allclose(predictions(theirs, x), predictions(model, x), atol=3e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_ours_opens_keras_and_goes_on(name, rng, tmp_path):
    theirs, x, y = trained(keras, name, rng)
    path = tmp_path / "theirs.keras"
    theirs.save(path)
    model = ours.load_model(path)
    np.testing.assert_allclose(predictions(model, x), predictions(theirs, x), atol=NEAR)
    assert model.optimizer.iterations == 3
    assert model.metrics == ["accuracy"]
    np.testing.assert_allclose(steps(model, x, y), steps(theirs, x, y), rtol=1e-4)
    np.testing.assert_allclose(predictions(model, x), predictions(theirs, x), atol=3e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_goes_there_and_back(name, rng, tmp_path):
    model, x, _ = trained(ours, name, rng)
    model.save(tmp_path / "ours.keras")
    keras.saving.load_model(tmp_path / "ours.keras").save(tmp_path / "back.keras")
    back = ours.load_model(tmp_path / "back.keras")
    for mine, returned in zip(model.get_weights(), back.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, returned)
    np.testing.assert_array_equal(predictions(model, x), predictions(back, x))


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_alone_go_both_ways(name, rng, tmp_path):
    mine, theirs = (NETWORKS[name](Words(library)) for library in (ours, keras))
    x, _ = samples(rng, name)
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    mine.load_weights(tmp_path / "theirs.weights.h5")
    np.testing.assert_allclose(predictions(mine, x), predictions(theirs, x), atol=NEAR)
    other = NETWORKS[name](Words(ours))
    other.save_weights(tmp_path / "ours.weights.h5")
    theirs.load_weights(tmp_path / "ours.weights.h5")
    np.testing.assert_allclose(predictions(other, x), predictions(theirs, x), atol=NEAR)


def test_configurations_go_both_ways(rng):
    for name, made in NETWORKS.items():
        theirs = made(Words(keras))
        read = type(made(Words(ours))).from_config(json.loads(json.dumps(theirs.get_config())))
        assert [w.shape for w in read.get_weights()] == [w.shape for w in theirs.get_weights()]
        kind = keras.Sequential if name in ("mlp", "cnn", "rnn") else keras.Model
        again = kind.from_config(read.get_config())
        assert [w.shape for w in again.get_weights()] == [w.shape for w in theirs.get_weights()]


def test_frozen_layers_stay_frozen(rng, tmp_path):
    for library, opens in ((ours, keras.saving.load_model), (keras, ours.load_model)):
        k = Words(library)
        model = mlp(k)
        model.layers[0].trainable = False
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        x, y = samples(rng, "mlp")
        model.train_on_batch(x, y)
        model.save(tmp_path / "frozen.keras")
        read = opens(tmp_path / "frozen.keras")
        assert len(read.trainable_weights) == len(model.trainable_weights) == 3
        np.testing.assert_allclose(steps(read, x, y), steps(model, x, y), rtol=1e-4)


def test_a_decaying_rate_goes_both_ways(rng, tmp_path):
    x, y = samples(rng, "mlp")
    model = mlp(Words(ours))
    model.compile(ours.SGD(0.2, decay=0.5), "sparse_categorical_crossentropy")
    model.train_on_batch(x, y)
    model.save(tmp_path / "decay.keras")
    theirs = keras.saving.load_model(tmp_path / "decay.keras")
    np.testing.assert_allclose(steps(theirs, x, y), steps(model, x, y), rtol=1e-4)
    theirs.save(tmp_path / "back.keras")
    back = ours.load_model(tmp_path / "back.keras")
    assert back.optimizer.decay == 0.5
    np.testing.assert_allclose(steps(theirs, x, y), steps(back, x, y), rtol=1e-4)


def test_networks_that_have_not_begun_go_both_ways(rng, tmp_path):
    for library, opens in ((ours, keras.saving.load_model), (keras, ours.load_model)):
        model = mlp(Words(library))
        model.save(tmp_path / "plain.keras")
        x, y = samples(rng, "mlp")
        np.testing.assert_allclose(
            predictions(opens(tmp_path / "plain.keras"), x), predictions(model, x), atol=NEAR
        )
        model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
        model.save(tmp_path / "compiled.keras")
        read = opens(tmp_path / "compiled.keras")
        np.testing.assert_allclose(steps(read, x, y), steps(model, x, y), rtol=1e-4)


def test_classes_of_losses_and_metrics_are_read(rng, tmp_path):
    x, y = samples(rng, "mlp")
    theirs = mlp(Words(keras))
    theirs.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    theirs.save(tmp_path / "classes.keras")
    read = ours.load_model(tmp_path / "classes.keras")
    np.testing.assert_allclose(
        read.evaluate(x, y, verbose=0), theirs.evaluate(x, y, verbose=0), rtol=1e-5
    )
    theirs.compile(
        optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    theirs.save(tmp_path / "logits.keras")
    with pytest.raises(
        FileError, match=r"from_logits=True is not supported; load_model.*compile=F"
    ):
        ours.load_model(tmp_path / "logits.keras")
    assert ours.load_model(tmp_path / "logits.keras", compile=False).loss is None


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            lambda: keras.layers.Lambda(lambda x: x),
            "Lambda 'lambda' holds code, which is never run",
        ),
        (lambda: keras.layers.GaussianNoise(0.1), "GaussianNoise 'gaussian_noise' is none of the"),
        (lambda: keras.layers.Dense(2, kernel_regularizer="l2"), "kernel_regularizer=.* not supp"),
        (lambda: keras.layers.Dense(2, activation="gelu"), "no activation is called 'gelu'"),
        (lambda: keras.layers.LSTM(2, go_backwards=True), "go_backwards=True is not supported"),
        (lambda: keras.layers.Dense(2, dtype="mixed_float16"), "dtype must be float32 or float64"),
    ],
)
def test_what_is_not_here_is_refused_by_name(layer, message, tmp_path):
    row = keras.Sequential([keras.Input((3, 2)), layer()])
    row.save(tmp_path / "other.keras")
    with pytest.raises(FileError, match=message) as raised:
        ours.load_model(tmp_path / "other.keras")
    assert "other.keras" in str(raised.value)


def padded(count=2):
    """Keras's words, some of none, as vectors."""
    inputs = [keras.Input((7,), dtype="int32") for _ in range(count)]
    table = keras.layers.Embedding(11, 4, mask_zero=True)
    return inputs, [table(x) for x in inputs]


def added_words():
    inputs, words = padded()
    return keras.Model(inputs, keras.layers.LSTM(3)(keras.layers.Add()(words)))


def cells_unrolled():
    x, z = keras.Input((5, 2)), keras.Input((5, 2))
    within = keras.Model([x, z], keras.layers.Add()([x, z]))
    x, z = keras.Input((5, 2)), keras.Input((5, 2))
    h = keras.layers.LSTM(3, unroll=True, use_bias=False, return_sequences=True)(within([x, z]))
    return keras.Model([x, z], keras.layers.SimpleRNN(2, use_bias=False)(h))


def summed_maps():
    x, z = keras.Input((8, 8, 2)), keras.Input((8, 8, 2))
    maps = keras.layers.Conv2D(2, 3, padding="same")
    h = keras.layers.BatchNormalization(axis=3)(maps(x) + z)
    return keras.Model([x, z], keras.layers.GlobalAveragePooling2D()(h))


@pytest.mark.parametrize("made", [added_words, cells_unrolled, summed_maps])
def test_what_keras_writes_in_other_ways_is_read(made, rng, tmp_path):
    theirs = made()
    x = [rng.normal(size=(9, *symbol.shape[1:])).astype("f4") for symbol in theirs.inputs]
    if made is added_words:
        x = [rng.integers(0, 11, size=array.shape) * (np.arange(7) < 5) for array in x]
    theirs.save(tmp_path / "theirs.keras")
    model = ours.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(predictions(model, x), predictions(theirs, x), atol=NEAR)
    model.save(tmp_path / "back.keras")
    back = keras.saving.load_model(tmp_path / "back.keras")
    np.testing.assert_allclose(predictions(back, x), predictions(theirs, x), atol=NEAR)


def test_masks_of_ones_own_are_refused(tmp_path):
    inputs, words = padded()
    heard = [
        keras.layers.LSTM(3)(words[0], mask=keras.ops.not_equal(inputs[1], 0)),
        keras.layers.LSTM(3)(keras.ops.concatenate(words)),
    ]
    for output, message in zip(
        heard, ("with another mask than", "Concatenate, of wh"), strict=True
    ):
        keras.Model(inputs, output).save(tmp_path / "masks.keras")
        with pytest.raises(FileError, match=message):
            ours.load_model(tmp_path / "masks.keras")


def test_own_layers_of_ours_are_not_mistaken_by_keras(rng, tmp_path):
    class Square(ours.Layer):
        def call(self, x):
            return x * x

    model = ours.Sequential([ours.Input((3,)), Square(), ours.Dense(2)])
    model.save(tmp_path / "own.keras")
    with pytest.raises(TypeError, match="Square"):
        keras.saving.load_model(tmp_path / "own.keras")


def test_archives_are_laid_out_as_keras_lays_them(rng, tmp_path):
    for library in (ours, keras):
        trained(library, "residual", rng)[0].save(tmp_path / f"{library.__name__}.keras")
    parts = []
    for library in (ours, keras):
        with zipfile.ZipFile(tmp_path / f"{library.__name__}.keras") as archive:
            assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
            names = {info.filename for info in archive.infolist()}
            config = json.loads(archive.read("config.json"))
        layers = config["config"]["layers"]
        parts.append((names, [layer["class_name"] for layer in layers], config["class_name"]))
    assert parts[0] == parts[1]
