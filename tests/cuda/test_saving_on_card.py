"""Networks that are saved, copied and looked at while their weights are on the card."""

import copy
import pickle

import numpy as np
import pytest

from neurosim import InputError
from neurosim.networks import (
    SGD,
    Adam,
    BatchNormalization,
    Callback,
    Dense,
    Dropout,
    EarlyStopping,
    Input,
    ModelCheckpoint,
    RMSprop,
    Sequential,
    load_model,
)

SETTINGS = {"batch_size": 8, "verbose": 0}


@pytest.fixture
def given(rng):
    return rng.normal(size=(24, 5)), rng.integers(0, 3, 24)


def network(optimizer=None, dtype=None):
    layers = [
        Input((5,)), Dense(6, "relu"), BatchNormalization(), Dropout(0.25), Dense(3, "softmax"),
    ]  # fmt: skip
    model = Sequential(layers, seed=1, dtype=dtype)
    model.compile(optimizer or Adam(0.02), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def same(one, other):
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def alike(one, other, near=1e-5):
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=near, atol=near / 10)


def is_away(model):
    """Whether all of it is on the card."""
    numbers = [*(p.placed for p in model.weights), *model.optimizer.placed]
    return all(placed.is_away for placed in numbers)


class At(Callback):
    """Does something with the model at a batch of an epoch."""

    def __init__(self, do, epoch=1, batch=1):
        self.do, self.at, self.epoch = do, (epoch, batch), 0
        self.found = None

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            self.found = self.do(self.model)


def in_the_middle(given, do, epochs=2):
    """Return two networks trained alike, and what was done with one of them in between."""
    undisturbed, model, looking = network(), network(), At(do)
    undisturbed.fit(*given, **SETTINGS, epochs=epochs, device="cuda")
    model.fit(*given, **SETTINGS, epochs=epochs, callbacks=looking, device="cuda")
    return undisturbed, model, looking.found


def stopped_there(given):
    """Return a network trained on the CPU as far as `At` looks."""
    model = network()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*given, **SETTINGS, epochs=2, callbacks=At(interrupt))
    return model


def interrupt(model):
    raise KeyboardInterrupt


# In the middle.


@pytest.mark.parametrize(
    "do",
    [
        lambda model: model.get_weights(),
        lambda model: model.save_weights("weights.npz"),
        lambda model: model.save("whole.npz"),
        lambda model: model.summary(lambda text: None),
        lambda model: copy.deepcopy(model),
        lambda model: pickle.dumps(model),
        lambda model: model.to_circuit(),
        lambda model: model.optimizer.state(),
        lambda model: model.count_params(),
    ],
)
def test_who_only_looks_leaves_all_where_it_is(given, tmp_path, monkeypatch, do):
    monkeypatch.chdir(tmp_path)
    undisturbed, model, found = in_the_middle(given, lambda m: (do(m), is_away(m)))
    assert found[1]
    assert is_away(model)
    same(model, undisturbed)


def test_what_is_seen_in_the_middle_is_the_cpus(given, tmp_path):
    path = tmp_path / "whole.npz"
    expected = stopped_there(given)

    def look(model):
        model.save(path)
        return model.get_weights(), pickle.dumps(model), copy.deepcopy(model), model.to_circuit()

    _, _, (weights, pickled, copied, circuit) = in_the_middle(given, look)
    for mine, theirs in zip(weights, expected.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)
    others = (load_model(path), pickle.loads(pickled), copied)
    for other in others:
        assert not any(placed.is_away for placed in other.optimizer.placed)
        for mine, theirs in zip(other.get_weights(), weights, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        assert other.optimizer.iterations == 5
    for other in (expected, *others):  # they learn on as one
        other.fit(*given, **SETTINGS, epochs=2)
        alike(other, expected, 1e-4)
    np.testing.assert_allclose(
        circuit(given[0][0]), stopped_there(given).predict(given[0][:1])[0], rtol=1e-4
    )


def test_weights_given_in_the_middle_are_trained_on(given):
    weights = [w + 0.01 for w in network().get_weights()]
    here, there = network(), network()
    here.fit(*given, **SETTINGS, epochs=2, callbacks=At(lambda m: m.set_weights(weights)))
    there.fit(
        *given, **SETTINGS, epochs=2, callbacks=At(lambda m: m.set_weights(weights)), device="cuda"
    )
    alike(there, here)


def test_weights_that_do_not_fit_are_refused_in_the_middle_too(given):
    def wrong(model):
        weights = model.get_weights()
        weights[-1] = np.zeros(7)
        with pytest.raises(InputError, match=r"its values have shape \(3,\)"):
            model.set_weights(weights)

    undisturbed, model, _ = in_the_middle(given, wrong)
    same(model, undisturbed)


# Callbacks.


def test_checkpoints_of_batches_and_epochs(given, tmp_path):
    saving = [
        ModelCheckpoint(tmp_path / "epoch{epoch}.npz", save_weights_only=True),
        ModelCheckpoint(tmp_path / "{epoch}_{batch}.npz", save_freq=2),
    ]
    plain, model = network(), network()
    history = model.fit(*given, **SETTINGS, epochs=2, callbacks=saving, device="cuda").history
    assert history == plain.fit(*given, **SETTINGS, epochs=2, device="cuda").history
    same(model, plain)
    other = network()
    other.load_weights(tmp_path / "epoch2.npz")
    same(other, model)
    third = load_model(tmp_path / "1_2.npz")
    assert third.optimizer.iterations == 2
    after = load_model(tmp_path / "2_3.npz")  # two batches an interval: the sixth ends the run
    same(after, model)
    for one in (after, model):
        one.fit(*given, **SETTINGS, shuffle=False, device="cuda")
    same(after, model)


@pytest.mark.parametrize("restore", [False, True])
def test_early_stopping_gives_the_best_weights_back(given, restore):
    x, y = given
    judged = {"validation_data": (x[::-1].copy(), y)}  # labels of others: it soon gets worse
    found = []
    for device in ("cpu", "cuda"):
        model = network(SGD(0.5))
        stopping = EarlyStopping(patience=2, restore_best_weights=restore)
        history = model.fit(
            x, y, **SETTINGS, epochs=12, callbacks=stopping, device=device, **judged
        )
        found.append((model, stopping.best_epoch, history.epoch))
    assert found[0][1:] == found[1][1:]
    assert len(found[0][2]) < 12
    alike(found[1][0], found[0][0], 1e-4)
    losses = history.history["val_loss"]
    judged = model.evaluate(*judged["validation_data"], return_dict=True)["loss"]
    np.testing.assert_allclose(judged, min(losses) if restore else losses[-1], rtol=1e-5)
    assert losses[-1] > min(losses)


# Going on.


@pytest.mark.parametrize("optimizer", [Adam, lambda: SGD(0.1, momentum=0.9), RMSprop])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_training_broken_off_goes_on_to_the_same_weights(given, tmp_path, optimizer, dtype):
    path = tmp_path / "run.npz"
    whole = network(optimizer(), dtype)
    expected = whole.fit(*given, **SETTINGS, epochs=4, device="cuda").history

    class Quiet(At):
        """Of one name with that which interrupts: a run goes on with the same callbacks."""

    for do in (interrupt, lambda model: None):
        model = network(optimizer(), dtype)
        looking = Quiet(do, epoch=2)
        try:
            history = model.fit(
                *given, **SETTINGS, epochs=4, callbacks=looking, checkpoint=path, device="cuda"
            ).history
        except KeyboardInterrupt:
            assert do is interrupt
    same(model, whole)
    assert history == expected
    assert model.optimizer.iterations == 12


@pytest.mark.parametrize("devices", [("cuda", "cpu"), ("cpu", "cuda")])
def test_training_goes_on_on_another_device(given, tmp_path, devices):
    path = tmp_path / "run.npz"
    whole = network()
    whole.fit(*given, **SETTINGS, epochs=4)
    for epochs, device in zip((2, 4), devices, strict=True):
        model = network()
        model.fit(*given, **SETTINGS, epochs=epochs, checkpoint=path, device=device)
    assert model.history.epoch == [0, 1, 2, 3]
    alike(model, whole)


def test_a_file_is_read_into_a_network_on_the_card(given, tmp_path):
    path = tmp_path / "first.npz"
    first, second = network(), network()
    first.fit(*given, **SETTINGS, device="cuda")
    first.save_weights(path)
    second.fit(*given, **SETTINGS, epochs=3, device="cuda")
    assert is_away(second)
    second.load_weights(path)
    same(second, first)
    np.testing.assert_array_equal(
        second.predict(given[0], device="cuda"), first.predict(given[0], device="cuda")
    )


# Afterwards.


def test_a_network_is_the_cpus_again_by_being_used_there(given):
    here, there = network(), network()
    here.fit(*given, **SETTINGS)
    there.fit(*given, **SETTINGS, device="cuda")
    np.testing.assert_allclose(there(given[0]).numpy(), here(given[0]).numpy(), rtol=1e-5)
    there.layers[0].weights[0].array[...] = here.layers[0].weights[0].array  # written to in place
    np.testing.assert_allclose(
        there.predict(given[0], device="cuda"), here.predict(given[0]), rtol=1e-5
    )


def test_a_copy_is_its_own(given):
    model = network()
    model.fit(*given, **SETTINGS, device="cuda")
    before = model.get_weights()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        other.fit(*given, **SETTINGS, epochs=2, device="cuda")
        assert np.abs(other.get_weights()[0] - before[0]).max() > 1e-4
    for mine, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_history_holds_plain_numbers(given):
    model = network()
    history = model.fit(*given, **SETTINGS, epochs=2, validation_split=0.25, device="cuda")
    assert history is model.history
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(type(v) is float for values in history.history.values() for v in values)
    assert pickle.loads(pickle.dumps(history.history)) == history.history
    lines = []
    model.summary(lines.append)
    expected = []
    network().summary(expected.append)
    assert lines == expected
