"""Networks trained on the card, by the simulator: the CPU's losses, and no waiting in between."""

import numpy as np
import pytest

from neurosim.cuda import network_kernels, simulated
from neurosim.cuda import parts as summing
from neurosim.cuda.graphs import Graph
from neurosim.kernels import rules
from neurosim.networks import (
    SGD,
    Adam,
    BatchNormalization,
    Callback,
    Dense,
    Dropout,
    Input,
    RMSprop,
    Sequential,
)


@pytest.fixture
def samples(rng):
    return rng.normal(size=(40, 6)), rng.integers(0, 3, 40)


def network(optimizer="adam", dtype=None):
    layers = [
        Input((6,)), Dense(8, "relu"), BatchNormalization(), Dropout(0.2), Dense(5, "tanh"),
        Dense(3, "softmax"),
    ]  # fmt: skip
    model = Sequential(layers, seed=1, dtype=dtype)
    model.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"])
    return model


def optimizers():
    return [
        SGD(0.1), SGD(0.1, momentum=0.9, nesterov=True), RMSprop(0.01),
        RMSprop(0.01, momentum=0.5), Adam(0.01, decay=0.1),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_losses_are_the_cpus(samples, number, dtype):
    here, there = (network(optimizers()[number], dtype) for _ in range(2))
    settings = {"epochs": 2, "batch_size": 16, "verbose": 0, "validation_split": 0.2}
    expected = here.fit(*samples, **settings).history
    found = there.fit(*samples, **settings, device="cuda").history
    near = 1e-5 if dtype == "float32" else 1e-13
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=near, err_msg=name)
    for one, other in zip(there.get_weights(), here.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=near, atol=near)
    np.testing.assert_allclose(
        there.predict(samples[0], device="cuda"), here.predict(samples[0]), rtol=near, atol=near
    )
    np.testing.assert_allclose(
        there.evaluate(*samples, device="cuda"), here.evaluate(*samples), rtol=near
    )


def test_training_goes_on_where_it_was_on_another_device(samples):
    settings = {"epochs": 1, "batch_size": 16, "verbose": 0}
    here, there = network(), network()
    for device in ("cuda", "cpu", "cuda"):
        here.fit(*samples, **settings)
        there.fit(*samples, **settings, device=device)
    for one, other in zip(there.get_weights(), here.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_an_epoch_waits_for_the_card_at_its_end_alone(samples, monkeypatch):
    model = network()
    model.fit(*samples, batch_size=20, verbose=0, device="cuda")
    counts = []
    for size in (20, 4):
        simulated.READS[0] = 0
        model.fit(*samples, batch_size=size, verbose=0, device="cuda")
        counts.append(simulated.READS[0])
    assert counts[0] == counts[1] <= 6  # the weights come home in one piece


def test_a_loss_that_is_not_finite_is_told_as_on_the_cpu(samples):
    x, y = samples
    x = x.copy()
    x[33, 2] = np.inf
    here, there = network(), network()
    told = []
    for model, device in ((here, "cpu"), (there, "cuda")):
        with pytest.raises(ValueError, match="the loss became") as caught:
            model.fit(x, y, batch_size=4, epochs=3, verbose=0, device=device)
        told.append((str(caught.value), caught.value.step, model.optimizer.iterations))
    assert told[0] == told[1]
    for one, other, weights in zip(
        there.get_weights(), here.get_weights(), here.weights, strict=True
    ):
        if weights.learned:  # the moving mean has heard of it already
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_batches_by_themselves_leave_the_weights_there(samples):
    here, there = network(), network()
    for _ in range(3):
        expected = here.train_on_batch(*samples)
        found = there.train_on_batch(*samples, device="cuda")
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert np.allclose(there.test_on_batch(*samples, device="cuda"), here.test_on_batch(*samples))


class Own(Dense):
    """A layer of one's own, which may do something else each time."""


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("own", [False, True])
def test_steps_are_captured_once_unless_they_are_ones_own(samples, own, shuffle, monkeypatch):
    graphs = []

    class Counted(Graph):
        def __call__(self):
            graphs.append(self)
            super().__call__()

    monkeypatch.setattr("neurosim.cuda.graphs.Graph", Counted)
    here, there = (
        Sequential([(Own if own else Dense)(4, "relu"), Dropout(0.5), Dense(3)], seed=2)
        for _ in range(2)
    )
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.compile(Adam(0.01), "mse", ["mae"])
        model.fit(
            samples[0], samples[0][:, :3], batch_size=12, epochs=3, shuffle=shuffle, verbose=0,
            device=device,
        )  # fmt: skip
    # Three whole batches an epoch and one of four samples; the first two of all make the graph.
    assert len(graphs) == (0 if own else 7)
    assert len(set(graphs)) == (not own)
    for name, values in here.history.history.items():
        np.testing.assert_allclose(there.history.history[name], values, rtol=1e-5)
    assert there.optimizer.iterations == here.optimizer.iterations == 12
    assert there.streams == here.streams


def test_a_batch_of_all_samples_is_captured_too(samples, monkeypatch):
    graphs = []
    monkeypatch.setattr(
        "neurosim.cuda.graphs.Graph", lambda work: graphs.append(Graph(work)) or graphs[-1]
    )
    here, there = network(), network()
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.fit(*samples, batch_size=100, epochs=4, verbose=0, device=device)
    assert len(graphs) == 1
    np.testing.assert_allclose(
        there.history.history["loss"], here.history.history["loss"], rtol=1e-5
    )


def test_a_rate_that_changes_between_batches(samples):
    class Falling(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.learning_rate *= 0.9

    here, there = network(), network()
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.fit(*samples, batch_size=8, epochs=2, verbose=0, callbacks=Falling(), device=device)
    np.testing.assert_allclose(
        there.history.history["loss"], here.history.history["loss"], rtol=1e-5
    )


def test_weights_that_are_looked_at_between_batches_go_on(samples, caplog):
    class Looking(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.weights[0].array[0, 0] += 0.01

    here, there = network(), network()
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.fit(*samples, batch_size=8, epochs=2, verbose=0, callbacks=Looking(), device=device)
    assert not caplog.records  # steps are captured all the same
    for one, other in zip(there.get_weights(), here.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


class Changing(Callback):
    """Changes what is trained, after the first epoch, when steps are captured."""

    def __init__(self, change):
        self._change = change

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self._change(self.model)

    def on_train_batch_end(self, batch, logs=None):
        """Look on: the CPU, too, is to take step by step."""


@pytest.mark.parametrize(
    "change",
    [
        lambda model: setattr(model.layers[0], "trainable", False),
        lambda model: model.compile(SGD(), "mse"),
    ],
)
def test_what_is_trained_may_not_change_under_way(samples, change):
    told = []
    for device in ("cpu", "cuda"):
        model = network()
        with pytest.raises(ValueError, match=r"gradients for \d+ parameters that learn") as caught:
            model.fit(
                *samples, batch_size=8, epochs=3, verbose=0, callbacks=Changing(change),
                device=device,
            )  # fmt: skip
        told.append((str(caught.value), model.streams))
    assert told[0] == told[1]


def test_an_interrupt_while_a_step_is_captured_counts_no_step(samples, monkeypatch):
    def interrupted(work):
        monkeypatch.setattr(simulated, "TAPE", [])
        work()  # as a capture, which does nothing on the card
        raise KeyboardInterrupt

    monkeypatch.setattr("neurosim.cuda.graphs.Graph", interrupted)
    model = network()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*samples, batch_size=8, verbose=0, device="cuda")
    assert model.optimizer.iterations == model.streams.step == 1


def test_a_capture_that_fails_is_said_and_steps_go_on_one_by_one(samples, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("no graphs\nhere")

    monkeypatch.setattr("neurosim.cuda.graphs.Graph", fail)
    here, there = network(), network()
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.fit(*samples, batch_size=8, epochs=2, verbose=0, device=device)
    assert [record.getMessage() for record in caplog.records] == [
        "device 'cuda': the steps of training are launched one by one, as they could not be "
        "captured: no graphs here"
    ]
    np.testing.assert_allclose(
        there.history.history["loss"], here.history.history["loss"], rtol=1e-5
    )


@pytest.mark.parametrize("rows", [1, 2, 7])
@pytest.mark.parametrize("parts", [1, 3, 64])
def test_sums_over_rows_of_any_number_of_parts(rng, monkeypatch, rows, parts):
    monkeypatch.setattr(summing, "SUMMING", 3 * parts)
    x = rng.normal(1e3, 1, (rows, 3))
    x[0, 1] = np.nan
    found = [simulated.asarray(np.zeros(3)) for _ in range(3)]
    network_kernels.find_moments(simulated.asarray(x), *found)
    means, errors, variances = (array.get() for array in found)
    np.testing.assert_allclose(means + errors, x.mean(axis=0), rtol=1e-14)
    np.testing.assert_allclose(variances, x.var(axis=0), rtol=1e-12)
    y, g = rng.normal(size=(2, rows, 3))
    slopes, biases = simulated.asarray(np.empty((rows, 3))), simulated.asarray(np.empty(3))
    network_kernels.activation_slopes(
        rules.TANH, simulated.asarray(y), simulated.asarray(g), slopes, biases
    )
    np.testing.assert_allclose(slopes.get(), g * (1 - y * y), rtol=1e-12)
    np.testing.assert_allclose(biases.get(), (g * (1 - y * y)).sum(axis=0), rtol=1e-12, atol=1e-14)


class Halting(SGD):
    """An optimizer of one's own, which makes smaller steps of gradients it is given later."""

    calls = 0

    def apply(self, gradients):
        self.calls += 1
        super().apply([g / self.calls for g in gradients])


def test_an_optimizer_of_ones_own_is_asked_at_each_step(samples):
    here, there = network(Halting(0.5)), network(Halting(0.5))
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.fit(*samples, batch_size=8, epochs=2, verbose=0, device=device)
    assert there.optimizer.calls == here.optimizer.calls == 10
    np.testing.assert_allclose(
        there.history.history["loss"], here.history.history["loss"], rtol=1e-5
    )


class LessMomentum(Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.options["momentum"] = 0.5


def test_options_of_an_optimizer_that_change_under_way_are_heeded(samples):
    histories = [
        network(SGD(0.1, momentum=0.9))
        .fit(*samples, batch_size=8, epochs=3, verbose=0, callbacks=LessMomentum(), device=device)
        .history
        for device in ("cpu", "cuda")
    ]
    np.testing.assert_allclose(histories[1]["loss"], histories[0]["loss"], rtol=1e-5)


class BeginningAnew(Callback):
    """Trains a part of the network, after the first epoch, and all of it again."""

    def __init__(self, samples):
        self._samples = [array[:8] for array in samples]

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            for trainable in (False, True):
                self.model.layers[0].trainable = trainable
                self.model.train_on_batch(*self._samples)


def test_an_optimizer_that_begins_anew_under_way_is_heeded(samples):
    histories = [
        network()
        .fit(
            *samples, batch_size=8, epochs=3, verbose=0, callbacks=BeginningAnew(samples),
            device=device,
        )
        .history
        for device in ("cpu", "cuda")
    ]  # fmt: skip
    np.testing.assert_allclose(histories[1]["loss"], histories[0]["loss"], rtol=1e-5)


@pytest.mark.parametrize("setting", ["rate", "trainable"])
def test_settings_of_layers_that_change_under_way_are_heeded(samples, setting):
    def change(model):
        dropout, normalization = model.layers[1:3]
        if setting == "rate":
            dropout.rate = 0.7
        else:  # it goes by what it has seen so far, and learned nothing before
            normalization.trainable = False

    losses = []
    for device in ("cpu", "cuda"):
        still = BatchNormalization(center=False, scale=False)
        layers = [Input((6,)), Dense(8), Dropout(0.2), still, Dense(3, "softmax")]
        model = Sequential(layers, seed=1)
        model.compile("adam", "sparse_categorical_crossentropy")
        history = model.fit(
            *samples, batch_size=8, epochs=3, verbose=0, callbacks=Changing(change), device=device
        )
        losses.append(history.history["loss"])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
