"""Samples that go to a card block by block: what comes of them as of those that are all there."""

import gc

import numpy as np
import pytest
from test_card_trouble import CUDARuntimeError, OutOfMemoryError

from neurosim import DeviceError, InputError
from neurosim.cuda import double_buffer, simulated_streams
from neurosim.cuda.graphs import Graph
from neurosim.errors import ConvergenceError
from neurosim.networks import (
    Adam,
    Callback,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    Model,
    Sequential,
    blocks,
    footprint,
    samples,
)
from neurosim.networks.engines import on_device

BATCH, ROWS = 4, 8
SETTINGS = {"batch_size": BATCH, "epochs": 3, "verbose": 0, "device": "cuda"}


@pytest.fixture
def in_blocks(monkeypatch):
    """Returns what lets samples go over in blocks of two batches from then on."""

    def begin():
        monkeypatch.setattr(blocks, "_rows", lambda data, batch_size, free: 2 * batch_size)

    return begin


def one_input():
    return Sequential([Input((5,)), Dense(4, "relu"), Dropout(0.2), Dense(3, "softmax")], seed=1)


def two_inputs():
    numbers, words = Input((5,)), Input((2,), dtype="int32")
    heard = Concatenate()([Dense(3, "tanh")(numbers), Flatten()(Embedding(6, 2)(words))])
    return Model([numbers, words], Dense(2)(heard), seed=1)


class Own(Dense):
    """A layer of one's own, whose steps are launched one by one."""


def of_its_own():
    return Sequential([Input((5,)), Own(4, "relu"), Dense(3, "softmax")], seed=1)


def classes(rng, dtype="float32"):
    return rng.normal(size=(30, 5)).astype(dtype), rng.integers(0, 3, 30)


def numbers(rng):
    x = [rng.normal(size=(30, 5)), rng.integers(0, 6, (30, 2))]
    return x, rng.normal(size=(30, 2))


@pytest.fixture(params=["classes", "one's own layer", "float64", "two inputs, numbers"])
def case(request, rng):
    """A network, what it learns, and its samples: three blocks of two batches, and 6 samples."""
    kinds = {
        "classes": (one_input, classes(rng)),
        "one's own layer": (of_its_own, classes(rng)),
        "float64": (one_input, classes(rng, "float64")),
        "two inputs, numbers": (two_inputs, numbers(rng)),
    }
    make, given = kinds[request.param]

    def compiled():
        model = make()
        loss = "mse" if make is two_inputs else "sparse_categorical_crossentropy"
        model.compile(Adam(0.05), loss, ["mae" if make is two_inputs else "accuracy"])
        return model

    return compiled, *given


def same(one, other):
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def cut(x, part):
    return [one[part] for one in x] if isinstance(x, list) else x[part]


@pytest.mark.parametrize("shuffle", [True, False])
def test_all_is_bit_for_bit_as_of_samples_that_are_all_there(rng, case, shuffle, in_blocks):
    make, x, y = case
    weights = rng.random(30) if shuffle else None
    judged = cut(x, slice(3, 25)), y[3:25], *([] if weights is None else [weights[3:25]])
    settings = {
        **SETTINGS, "shuffle": shuffle, "sample_weight": weights, "validation_data": judged,
        "validation_batch_size": 5,
    }  # fmt: skip
    found = []
    for model in (whole := make(), parted := make()):
        if model is parted:
            in_blocks()
        history = model.fit(x, y, **settings).history
        judgement = model.evaluate(x, y, 7, sample_weight=weights, device="cuda")
        found.append((history, judgement, model.predict(x, 4, device="cuda").tobytes()))
    assert found[0] == found[1]
    assert np.isfinite(found[0][0]["val_loss"]).all()
    same(whole, parted)


def test_blocks_of_one_batch_and_one_block_of_all(rng, monkeypatch):
    x, y = classes(rng)
    expected = None
    for size in (None, BATCH, 28, 32, 40):
        if size is not None:
            monkeypatch.setattr(blocks, "_rows", lambda data, batch_size, free, size=size: size)
        model = one_input()
        model.compile("sgd", "sparse_categorical_crossentropy")
        found = model.fit(x, y, **SETTINGS).history
        expected = expected or found
        assert found == expected


def test_the_launches_are_those_of_samples_that_are_all_there(rng, monkeypatch, in_blocks):
    launched, graphs = [], []

    class Counted(Graph):
        def __init__(self, work):
            graphs.append(self)
            super().__init__(work)

        def __call__(self):
            launched.append(self)
            super().__call__()

    monkeypatch.setattr("neurosim.cuda.graphs.Graph", Counted)
    counts = []
    for _ in range(2):
        model = one_input()
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(*classes(rng), **SETTINGS)
        counts.append((len(launched), len(graphs)))
        launched.clear()
        graphs.clear()
        in_blocks()
    assert counts == [(3 * 7 - 2, 1)] * 2  # a graph for both halves of the memory


def test_memory_is_taken_once_for_a_fit(rng, monkeypatch, in_blocks):
    in_blocks()
    made = []
    begin = double_buffer.DoubleBuffer.__init__
    locked = simulated_streams.alloc_pinned_memory

    def counted(self, *given):
        made.append("buffer")
        begin(self, *given)

    monkeypatch.setattr(double_buffer.DoubleBuffer, "__init__", counted)
    monkeypatch.setattr(
        simulated_streams, "alloc_pinned_memory", lambda size: made.append(size) or locked(size)
    )
    x, y = classes(rng)
    model = one_input()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, **SETTINGS, validation_data=(x, y))
    each = ["buffer", 2 * ROWS * 5 * 4, 2 * ROWS * 8]
    assert made == 2 * each


def test_answers_outlast_their_block(rng, in_blocks):
    in_blocks()
    x = rng.normal(size=(30, 2, 3)).astype(np.float32)
    model = Sequential([Input((2, 3)), Flatten()])
    np.testing.assert_array_equal(model.predict(x, BATCH, device="cuda"), x.reshape(30, 6))


def test_words_in_another_order_of_bytes_are_trained_on(rng, in_blocks):
    (numbers_given, words), y = numbers(rng)
    found = []
    for kind in ("<i4", ">i4"):
        model = two_inputs()
        model.compile("adam", "mse")
        in_blocks()
        found.append(model.fit([numbers_given, words.astype(kind)], y, **SETTINGS).history)
    assert found[0] == found[1]


def test_samples_that_lie_otherwise_are_gathered_too(rng):
    x = rng.normal(size=(9, 4))
    which = rng.permutation(9)[:5]
    for array in (x, np.asfortranarray(x), x[:, ::2], x.astype(np.float32)):
        for kind in (np.float32, array.dtype):
            for chosen in (which, slice(2, 7)):
                room = np.zeros((5, *array.shape[1:]), kind)
                blocks._gather(array, chosen, room)
                np.testing.assert_array_equal(room, array[chosen].astype(kind))


@pytest.mark.parametrize(
    ("free", "most", "batch", "rows"),
    [
        (3200, 1000, 4, None),  # half of it has room for all
        (3198, 1000, 4, 12),  # an eighth of it for 12
        (3198, 200, 4, 4),  # a block is 6 samples at most, and one batch at least
        (3198, 100, 4, 4),
        (100, 1000, 4, 4),
        (100, 1000, 80, 50),  # no more than there are
    ],
)
def test_how_large_a_block_is(rng, monkeypatch, free, most, batch, rows):
    monkeypatch.setattr(blocks, "MOST", most)
    x, y = rng.normal(size=(50, 6)).astype(np.float32), rng.integers(0, 3, 50)
    model = Sequential([Input((6,)), Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    data = samples.read(model, x, y, "", model.loss)
    assert data.nbytes == 1600
    monkeypatch.setattr(blocks, "free_bytes", lambda: free)
    with on_device("cuda"):
        supply = blocks.supplied(data, batch)
    room = blocks.room(data, batch, free)
    assert room.in_blocks == isinstance(supply, blocks.Blocks) == (rows is not None)
    there = sum(array.nbytes for array in supply.within.arrays)
    assert room.nbytes == there == (1600 if rows is None else min(2 * rows, 50) * 32)


# A wrong order of copies.


@pytest.mark.parametrize("without", ["read", "copied", "filled"])
def test_an_order_that_is_not_kept_shows(rng, monkeypatch, in_blocks, without):
    in_blocks()
    model = one_input()
    model.compile("sgd", "sparse_categorical_crossentropy")
    wait = simulated_streams.Stream.wait_event

    def some(stream, event):
        is_default = stream is simulated_streams.Stream.null
        if is_default != (without == "copied"):
            wait(stream, event)

    if without == "filled":
        monkeypatch.setattr(simulated_streams.Event, "synchronize", lambda self: None)
    else:
        monkeypatch.setattr(simulated_streams.Stream, "wait_event", some)
    message = {
        "read": "goes over what may be read still", "copied": "the loss became nan",
        "filled": "filled again before its copy had run",
    }  # fmt: skip
    with pytest.raises((RuntimeError, ConvergenceError), match=message[without]):
        model.fit(*classes(rng), **SETTINGS)


# What goes wrong.


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_loss_that_is_not_finite_is_told_as_on_the_cpu(rng, in_blocks, shuffle):
    in_blocks()
    x, y = classes(rng)
    x[21, 2] = np.inf
    told = []
    for device in ("cpu", "cuda"):
        model = one_input()
        model.compile("adam", "sparse_categorical_crossentropy")
        with pytest.raises(ConvergenceError, match=r"x\[21, 2\] is inf") as caught:
            model.fit(x, y, **{**SETTINGS, "device": device}, shuffle=shuffle)
        told.append((str(caught.value), caught.value.step, model.optimizer.iterations))
    assert told[0] == told[1]


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_what_a_layer_refuses_is_its_own_error(rng, in_blocks, call):
    in_blocks()
    x, y = numbers(rng)
    x[1][17, 1] = 6
    told = []
    for device in ("cpu", "cuda"):
        model = two_inputs()
        model.compile("sgd", "mse")
        settings = {**SETTINGS, "device": device} if call == "fit" else {"device": device}
        with pytest.raises(InputError) as caught:
            getattr(model, call)(*((x,) if call == "predict" else (x, y)), **settings)
        told.append((str(caught.value), model.optimizer.iterations))
    assert told[0] == told[1]


@pytest.mark.parametrize("where", ["begin", "synchronize"])
def test_a_card_that_fails_within_a_block_gives_the_network_back(
    rng, monkeypatch, in_blocks, where
):
    in_blocks()
    x, y = classes(rng)
    model, other = one_input(), one_input()
    for one in (model, other):
        one.compile("sgd", "sparse_categorical_crossentropy")
    before = model.get_weights()
    kind = {"begin": simulated_streams.Stream, "synchronize": simulated_streams.Event}[where]
    works, calls = getattr(kind, where), []

    def fail(*given):
        calls.append(given)
        if len(calls) > 3:
            raise CUDARuntimeError("cudaErrorIllegalAddress: an illegal memory access")
        works(*given)

    with monkeypatch.context() as patched:
        patched.setattr(kind, where, fail)
        with pytest.raises(DeviceError, match=r"^Sequential: fit: device 'cuda' failed in epoch 1"):
            model.fit(x, y, **SETTINGS)
    for mine, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert model.fit(x, y, **SETTINGS).history == other.fit(x, y, **SETTINGS).history


@pytest.mark.parametrize("where", ["event", "locked", "copy"])
def test_memory_that_runs_out_for_a_block_is_told(rng, monkeypatch, where):
    x, y = classes(rng)
    for module in (blocks, footprint):
        monkeypatch.setattr(module, "free_bytes", lambda: 1500)
    model = Sequential([Input((5,)), Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    places = {
        "event": "neurosim.cuda.simulated_streams.Event.__init__",
        "locked": "neurosim.cuda.simulated_streams.alloc_pinned_memory",
        "copy": "neurosim.cuda.simulated_streams.Stream.begin",
    }

    def fail(*_, **__):
        raise OutOfMemoryError("Out of memory allocating 1,024 bytes")

    monkeypatch.setattr(places[where], fail)
    with pytest.raises(
        InputError, match=r"MiB for two blocks of the samples at a time, .* batch_size=2 would fit$"
    ):
        model.fit(x, y, **SETTINGS)


def test_an_epoch_that_was_broken_off_leaves_nothing_behind(rng, in_blocks):
    class Breaking(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 3:
                raise KeyboardInterrupt

    x, y = classes(rng)
    found = []
    for _ in range(2):
        model = one_input()
        model.compile("adam", "sparse_categorical_crossentropy")
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, y, **SETTINGS, callbacks=Breaking())
        assert model.optimizer.iterations == 3
        found.append((model.fit(x, y, **SETTINGS).history, model.get_weights()[0].tobytes()))
        in_blocks()
        gc.collect()
    assert found[0] == found[1]
