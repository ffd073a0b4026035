"""Every line of the lecture's Keras sheet, as a student writes it here.

What is changed: the names that are imported from, the data, which need no download, and how often
they are gone over.
"""

import numpy as np
import pytest

from circuits.stimuli import make_reviews
from neurosim import FileError, InputError
from neurosim.networks import (
    LSTM,
    Activation,
    Conv2D,
    Dense,
    Dropout,
    EarlyStopping,
    Embedding,
    Flatten,
    MaxPooling2D,
    RMSprop,
    Sequential,
    load_model,
)
from neurosim.networks.data import (
    StandardScaler,
    load_breast_cancer,
    load_diabetes,
    load_digits,
    pad_sequences,
    to_categorical,
    train_test_split,
)

pytestmark = pytest.mark.compiled

num_classes = 10


def falls(history):
    losses = history.history["loss"]
    return np.isfinite(losses).all() and losses[-1] < losses[0]


def test_a_basic_example(rng):
    data = rng.random((1000, 100))
    labels = rng.integers(2, size=(1000, 1))
    model = Sequential()
    model.add(Dense(32, activation="relu", input_dim=100))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    history = model.fit(data, labels, epochs=10, batch_size=32)
    predictions = model.predict(data)
    assert falls(history)
    assert predictions.shape == (1000, 1)
    assert predictions.dtype == np.float32
    assert ((predictions > 0) & (predictions < 1)).all()


def test_binary_classification_and_inspection():
    x, y = load_breast_cancer()
    X_train5, X_test5, y_train5, y_test5 = train_test_split(
        x[:, :8], y, test_size=0.33, random_state=42
    )
    scaler = StandardScaler().fit(X_train5)
    standardized_X = scaler.transform(X_train5)
    standardized_X_test = scaler.transform(X_test5)
    model = Sequential()
    model.add(Dense(12, input_dim=8, kernel_initializer="uniform", activation="relu"))
    model.add(Dense(8, kernel_initializer="uniform", activation="relu"))
    model.add(Dense(1, kernel_initializer="uniform", activation="sigmoid"))
    assert model.output_shape == (None, 1)
    told = []
    model.summary(told.append)
    assert "221 weights" in told[0]  # 8·12 + 12, 12·8 + 8, 8 + 1
    assert [layer["config"]["units"] for layer in model.get_config()["layers"][-3:]] == [12, 8, 1]
    weights = model.get_weights()
    assert [w.shape for w in weights] == [(8, 12), (12,), (12, 8), (8,), (8, 1), (1,)]
    assert 0.045 < np.abs(weights[0]).max() <= 0.05  # Keras's 'uniform'
    assert not weights[1].any()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(standardized_X, y_train5, batch_size=32, epochs=30, verbose=0)
    score = model.evaluate(standardized_X_test, y_test5, batch_size=32)
    assert score[1] > max(y_test5.mean(), 1 - y_test5.mean())
    classes = model.predict_classes(standardized_X_test, batch_size=32)
    assert (classes[:, 0] == y_test5).mean() == pytest.approx(score[1])


def test_multi_class_classification():
    x, y = load_digits()
    x_train, x_test, y_train, y_test = train_test_split(
        x.reshape(1797, 64) / 16, y, test_size=0.33, random_state=42
    )
    Y_train = to_categorical(y_train, num_classes)
    Y_test = to_categorical(y_test, num_classes)
    model = Sequential()
    model.add(Dense(512, activation="relu", input_shape=(64,)))
    model.add(Dropout(0.2))
    model.add(Dense(512, activation="relu"))
    model.add(Dropout(0.2))
    model.add(Dense(10, activation="softmax"))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, Y_train, batch_size=32, epochs=3, verbose=0)
    score = model.evaluate(x_test, Y_test, batch_size=32)
    assert score[1] > 0.5
    assert (model.predict_classes(x_test) == y_test).mean() == pytest.approx(score[1])


def test_regression():
    x, y = load_diabetes()
    train_data, test_data, train_y, test_y = train_test_split(x, y, random_state=42)
    scaler = StandardScaler().fit(train_data)
    model = Sequential()
    model.add(Dense(64, activation="relu", input_dim=train_data.shape[1]))
    model.add(Dense(1))
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    history = model.fit(scaler.transform(train_data), train_y, epochs=3, verbose=0)
    assert list(history.history) == ["loss", "mae"]
    assert falls(history)
    loss, error = model.evaluate(scaler.transform(test_data), test_y)
    off = model.predict(scaler.transform(test_data))[:, 0] - test_y
    assert loss == pytest.approx(np.square(off).mean(), rel=1e-4)
    assert error == pytest.approx(np.abs(off).mean(), rel=1e-4)


def test_convolution_and_fine_tuning():
    x, y = load_digits()
    x_train2, y_train2 = x[:320, ..., None].repeat(2, axis=1).repeat(2, axis=2) / 16, y[:320]
    model2 = Sequential()
    model2.add(Conv2D(32, (3, 3), padding="same", input_shape=x_train2.shape[1:]))
    model2.add(Activation("relu"))
    model2.add(Conv2D(32, (3, 3)))
    model2.add(Activation("relu"))
    model2.add(MaxPooling2D(pool_size=(2, 2)))
    model2.add(Dropout(0.25))

    model2.add(Conv2D(64, (3, 3), padding="same"))
    model2.add(Activation("relu"))
    model2.add(Conv2D(64, (3, 3)))
    model2.add(Activation("relu"))
    model2.add(MaxPooling2D(pool_size=(2, 2)))
    model2.add(Dropout(0.25))

    model2.add(Flatten())
    model2.add(Dense(512))
    model2.add(Activation("relu"))
    model2.add(Dropout(0.5))
    model2.add(Dense(num_classes))
    model2.add(Activation("softmax"))
    shapes = [layer.output_shape for layer in model2.layers]
    assert shapes[0] == (None, 16, 16, 32)  # same
    assert shapes[2] == (None, 14, 14, 32)  # valid
    assert shapes[4] == (None, 7, 7, 32)
    assert shapes[10] == (None, 2, 2, 64)
    assert model2.output_shape == (None, 10)

    opt = RMSprop(lr=0.0001, decay=1e-6)
    assert (opt.learning_rate, opt.decay) == (0.0001, 1e-6)
    model2.compile(loss="categorical_crossentropy", optimizer=opt, metrics=["accuracy"])
    Y_train2 = to_categorical(y_train2, num_classes)
    assert falls(model2.fit(x_train2, Y_train2, batch_size=32, epochs=3, verbose=0))


def test_recurrence_and_early_stopping():
    reviews = make_reviews(240, 0)
    x_train4 = pad_sequences(reviews.sequences[:160], maxlen=80)
    x_test4 = pad_sequences(reviews.sequences[160:], maxlen=80)
    y_train4, y_test4 = reviews.labels[:160], reviews.labels[160:]
    model3 = Sequential()
    model3.add(Embedding(20000, 128))
    model3.add(LSTM(128, dropout=0.2, recurrent_dropout=0.2))
    model3.add(Dense(1, activation="sigmoid"))
    model3.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    history = model3.fit(
        x_train4, y_train4, batch_size=32, epochs=1, verbose=1, validation_data=(x_test4, y_test4)
    )
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    score = model3.evaluate(x_test4, y_test4, batch_size=32)
    assert score == pytest.approx(
        [history.history["val_loss"][0], history.history["val_accuracy"][0]], rel=1e-5
    )
    assert model3.predict(x_test4, batch_size=32).shape == (80, 1)
    assert set(model3.predict_classes(x_test4, batch_size=32).ravel()) <= {0, 1}

    early_stopping_monitor = EarlyStopping(patience=2)
    model3.optimizer.learning_rate = 1e-30  # so that nothing gets better
    stopped = model3.fit(
        x_train4,
        y_train4,
        batch_size=32,
        epochs=15,
        validation_data=(x_test4, y_test4),
        callbacks=[early_stopping_monitor],
        verbose=0,
    )
    assert len(stopped.epoch) == 3


@pytest.mark.parametrize("ending", ["npz", "keras"])
def test_save_and_reload(tmp_path, rng, ending):
    if ending == "keras":
        pytest.importorskip("h5py", reason="files of Keras need h5py")
    model = Sequential([Dense(3, activation="relu", input_dim=4), Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    x, y = rng.normal(size=(64, 4)), rng.integers(2, size=64)
    model.fit(x, y, epochs=2, verbose=0)
    model.save(tmp_path / f"model_file.{ending}")
    my_model = load_model(tmp_path / f"model_file.{ending}")
    np.testing.assert_array_equal(my_model.predict(x), model.predict(x))
    assert my_model.evaluate(x, y) == model.evaluate(x, y)


def test_what_the_sheet_has_and_is_no_more_says_what_to_write(tmp_path):
    model = Sequential([Dense(1, input_dim=2)])
    with pytest.raises(FileError, match=r"model_file\.h5.*\.keras"):
        model.save(str(tmp_path / "model_file.h5"))
    with pytest.raises(FileError, match=r"my_model\.h5.*\.keras"):
        load_model(str(tmp_path / "my_model.h5"))
    with pytest.raises(InputError, match="did you mean 'binary_crossentropy'"):
        model.compile(optimizer="adam", loss="binary_crossentrop")
    with pytest.raises(InputError, match=r"Sequential: predict|Sequential is not built"):
        Sequential([Dense(1)]).predict(np.zeros((1, 2)))
