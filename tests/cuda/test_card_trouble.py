"""What goes wrong on a card while networks work there: what is said, and what they are then."""

import gc
import re
import threading
import weakref
from contextlib import contextmanager

import numpy as np
import pytest

from neurosim import Circuit, DeviceError, InputError
from neurosim.cuda import availability, cublas, running, simulated, trouble, turns
from neurosim.networks import (
    Adam,
    BatchNormalization,
    Callback,
    DaleDense,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Input,
    ModelCheckpoint,
    Sequential,
    Tensor,
    blocks,
    engines,
    footprint,
    homecoming,
    operations,
    placed,
    samples,
)
from neurosim.networks.card_steps import CardSteps
from neurosim.networks.engines import on_device

SETTINGS = {"batch_size": 8, "verbose": 0}


@pytest.fixture
def given(rng):
    return rng.normal(size=(24, 5)).astype(np.float32), rng.integers(0, 3, 24)


def network(*layers, loss="sparse_categorical_crossentropy", seed=1):
    layers = layers or (Input((5,)), Dense(6, "relu"), Dense(3, "softmax"))
    model = Sequential(list(layers), seed=seed)
    model.compile(Adam(0.01), loss, ["accuracy"])
    return model


def alike(one, other, near=1e-5):
    for mine, theirs in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=near, atol=1e-6)


class CUDARuntimeError(RuntimeError):
    """As CuPy's, which is not installed here."""


CUDARuntimeError.__module__ = "cupy_backends.cuda.api.runtime"


class OutOfMemoryError(MemoryError):
    """As CuPy's."""


OutOfMemoryError.__module__ = "cupy.cuda.memory"


class CudaAPIError(Exception):
    """As numba-cuda's."""


CudaAPIError.__module__ = "numba.cuda.cudadrv.driver"

ILLEGAL = CUDARuntimeError("cudaErrorIllegalAddress: an illegal memory access was encountered\n")


class Failing(Callback):
    """Lets the card fail at a batch, counted from 0, and not before an epoch."""

    def __init__(self, monkeypatch, error, epoch=0, batch=1, where="get"):
        self._let = (monkeypatch, error, where)
        self._at = (epoch, batch)
        self._epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self._epoch, batch) == self._at:
            break_card(*self._let)


def break_card(monkeypatch, error, where="get"):
    """Let nothing be read from the card any more, or no kernel be launched."""

    def fail(*_, **__):
        raise error

    if where == "get":
        monkeypatch.setattr(simulated.ndarray, "get", fail)
    else:
        monkeypatch.setattr("neurosim.cuda.network_kernels.launch", fail)


# What there is no card for.


@pytest.fixture
def no_cupy(monkeypatch):
    monkeypatch.delenv("NUMBA_ENABLE_CUDASIM")
    availability.why_not.cache_clear()
    monkeypatch.setattr(
        availability, "find_spec", lambda name: None if name == "cupy" else object()
    )
    yield
    availability.why_not.cache_clear()


def test_a_card_that_cannot_be_had_is_said_before_anything_else(no_cupy):
    model = Sequential([Dense(2)])  # not built, not compiled; nor are these samples
    for call in (
        lambda: model.fit("x", device="cuda"),
        lambda: model.evaluate("x", "y", device="cuda"),
        lambda: model.predict("x", device="cuda"),
        lambda: model.predict_classes("x", device="cuda"),
        lambda: model.train_on_batch("x", "y", device="cuda"),
        lambda: model.test_on_batch("x", "y", device="cuda"),
        lambda: on_device("cuda").__enter__(),
    ):
        with pytest.raises(
            InputError, match=r"^device 'cuda' needs .* and CuPy, .* pip install"
        ) as told:
            call()
        assert "\n" not in str(told.value)
    assert not model.built


@pytest.mark.parametrize("device", ["gpu", "cuda:0", 3])
def test_another_device_is_refused_by_name(given, device):
    with pytest.raises(InputError, match=r"no device is called '.*'"):
        network().fit(*given, device=device)


def test_auto_says_once_which_device_it_took(given, caplog):
    from neurosim import backend

    backend._tell.cache_clear()
    model = network()
    with caplog.at_level("INFO"):
        for _ in range(2):
            model.fit(*given, **SETTINGS, device="auto")
        model.predict(given[0], device="auto")
    assert [r.message for r in caplog.records] == ["device 'auto' takes 'cuda'"]
    expected = network()
    expected.fit(*given, **SETTINGS)
    expected.fit(*given, **SETTINGS)
    alike(model, expected)


# A card that fails.


@pytest.mark.parametrize("where", ["get", "launch"])
@pytest.mark.parametrize(
    "error", [ILLEGAL, CudaAPIError("[719] Call to cuLaunchKernel results in LAUNCH_FAILED")]
)
def test_a_card_that_fails_leaves_the_network_on_the_cpu(given, monkeypatch, error, where):
    here, there = network(), network()
    before = there.get_weights()
    with monkeypatch.context() as patched:
        failing = Failing(patched, error, where=where)
        with pytest.raises(DeviceError) as told:
            there.fit(*given, **SETTINGS, epochs=3, callbacks=failing, device="cuda")
    message = str(told.value)
    assert message.startswith("Sequential: fit: device 'cuda' failed in epoch 1 (C")
    assert "its weights from before they went to the card; go on with device='cpu'" in message
    assert "\n" not in message
    for mine, theirs in zip(there.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert there.optimizer.iterations == there.streams.step == 0
    for model in (here, there):  # as if nothing had been
        model.fit(*given, **SETTINGS, epochs=2)
    for mine, theirs in zip(there.get_weights(), here.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    there.fit(*given, **SETTINGS, device="cuda")  # and another card would do, too


@pytest.mark.parametrize(("status", "is_memory"), [(3, True), (13, False), (14, False)])
def test_what_cublas_answers_is_told_apart(status, is_memory):
    with pytest.raises(cublas.CUBLASError) as told:
        cublas._ok(status)
    assert trouble.is_memory(told.value) == is_memory
    assert trouble.is_loss(told.value) != is_memory
    cublas._ok(0)


def test_it_goes_back_to_the_end_of_an_epoch(given, monkeypatch, tmp_path):
    monkeypatch.setattr(homecoming, "SHARE", 0)
    here, there = network(), network()
    here.fit(*given, **SETTINGS, epochs=2)
    saving = ModelCheckpoint(tmp_path / "at_{epoch}.npz", save_weights_only=True)
    expected = (
        r"failed in epoch 3 .*Illegal.* from the end of epoch 2; "
        r"the last checkpoint is '.*at_2\.npz'; "
    )
    with monkeypatch.context() as patched:
        failing = Failing(patched, ILLEGAL, epoch=2)
        with pytest.raises(DeviceError, match=expected):
            there.fit(*given, **SETTINGS, epochs=5, callbacks=[saving, failing], device="cuda")
    assert there.optimizer.iterations == here.optimizer.iterations == 6
    alike(there, here)
    for model in (here, there):  # what the optimizer keeps came home too
        model.fit(*given, **SETTINGS)
    alike(there, here)


@pytest.mark.parametrize(("batch", "when"), [(0, "batch 1 of epoch 2"), (2, "the end of epoch 2")])
def test_what_was_looked_at_and_the_rest_go_back_to_one_moment(given, monkeypatch, batch, when):
    class Looking(Callback):
        seen = None

        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, number, logs=None):
            if (self.epoch, number) == (1, batch):
                self.seen = [*self.model.get_weights(), *self.model.optimizer.read()]
                self.model.weights[0].array  # noqa: B018 - it comes home
                self.model.optimizer.moments("velocity")

    monkeypatch.setattr(homecoming, "SHARE", 1e9)
    model, looking = network(), Looking()
    with monkeypatch.context() as patched:
        failing = Failing(patched, ILLEGAL, epoch=2, batch=1)
        with pytest.raises(DeviceError, match=f"with its weights from {when}; "):
            model.fit(*given, **SETTINGS, epochs=4, callbacks=[looking, failing], device="cuda")
    found = [*model.get_weights(), *model.optimizer.read()]
    for mine, theirs in zip(found, looking.seen, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert model.optimizer.iterations == model.streams.step == 4 + batch


def test_what_was_looked_at_between_calls_and_the_rest_go_back_to_one_moment(given, monkeypatch):
    model = network()
    for _ in range(2):
        model.train_on_batch(*given, device="cuda")
    model.optimizer.moments("velocity")
    seen = [*model.get_weights(), *model.optimizer.read()]
    with monkeypatch.context() as patched:
        break_card(patched, ILLEGAL, where="launch")
        with pytest.raises(DeviceError, match="weights from before they went to the card"):
            model.train_on_batch(*given, device="cuda")
    found = [*model.get_weights(), *model.optimizer.read()]
    for mine, theirs in zip(found, seen, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert model.optimizer.iterations == 2


def test_training_goes_on_from_the_checkpoint_that_is_named(given, monkeypatch, tmp_path):
    path = tmp_path / "run.npz"
    here, there, third = network(), network(), network()
    here.fit(*given, **SETTINGS, epochs=4)
    with monkeypatch.context() as patched:
        failing = Failing(patched, ILLEGAL, epoch=2)
        with pytest.raises(DeviceError, match=r"last checkpoint is '.*run\.npz'"):
            there.fit(*given, **SETTINGS, epochs=4, checkpoint=path, callbacks=failing,
                      device="cuda")  # fmt: skip
    there.fit(*given, **SETTINGS, epochs=4, checkpoint=path,
              callbacks=Failing(monkeypatch, ILLEGAL, epoch=9))  # fmt: skip
    alike(there, here)
    # A card that fails at once after it went on: back at what the checkpoint says, counts too.
    third.compile(Adam(0.01), "sparse_categorical_crossentropy", ["accuracy"])
    path.unlink()
    third.fit(*given, **SETTINGS, epochs=2, checkpoint=path, device="cuda",
              callbacks=Failing(monkeypatch, ILLEGAL, epoch=9))  # fmt: skip
    fourth = network()
    with (
        monkeypatch.context() as patched,
        pytest.raises(DeviceError, match="weights from the checkpoint"),
    ):
        fourth.fit(*given, **SETTINGS, epochs=4, checkpoint=path, device="cuda",
                   callbacks=Failing(patched, ILLEGAL, epoch=2))  # fmt: skip
    assert fourth.optimizer.iterations == 6
    alike(fourth, third)


def test_batches_by_themselves_go_back_to_where_they_left(given, monkeypatch):
    model = network()
    model.train_on_batch(*given)
    before = model.get_weights()
    for _ in range(3):
        model.train_on_batch(*given, device="cuda")
    with monkeypatch.context() as patched:
        break_card(patched, ILLEGAL)
        with pytest.raises(DeviceError, match="weights from before they went to the card"):
            model.train_on_batch(*given, device="cuda")
    assert model.optimizer.iterations == 1
    for mine, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("call", ["predict", "evaluate"])
def test_a_card_that_fails_while_it_answers_loses_no_training(given, monkeypatch, call):
    model = network()
    model.fit(*given, **SETTINGS, device="cuda")
    before, steps = model.get_weights(), model.optimizer.iterations
    with monkeypatch.context() as patched:
        break_card(patched, ILLEGAL)
        with pytest.raises(DeviceError, match=rf"^Sequential: {call}: .* from the end of fit; "):
            getattr(model, call)(*given[: 1 + (call == "evaluate")], device="cuda")
    assert model.optimizer.iterations == steps
    for mine, theirs in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("at", ["entry", "end"])
def test_a_card_may_fail_when_work_begins_or_ends_too(given, monkeypatch, at):
    model = network()
    model.fit(*given, **SETTINGS, device="cuda")
    before, in_turn = model.get_weights(), turns.turn

    @contextmanager
    def failing():
        if at == "entry":
            raise CUDARuntimeError("cudaErrorDevicesUnavailable: all are busy")
        with in_turn():
            yield
        raise ILLEGAL

    with monkeypatch.context() as patched:
        patched.setattr(turns, "turn", failing)
        with pytest.raises(DeviceError, match=r"^Sequential: fit: device 'cuda' failed"):
            model.fit(*given, **SETTINGS, device="cuda")
    assert model.optimizer.iterations == (3 if at == "entry" else 6)
    if at == "entry":
        for mine, theirs in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    model.fit(*given, **SETTINGS)
    model.fit(*given, **SETTINGS, device="cuda")


def test_an_error_of_ones_own_is_no_cards(given):
    class Odd(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise RuntimeError("mine")

    model = network()
    with pytest.raises(RuntimeError, match=r"^mine$"):
        model.fit(*given, **SETTINGS, callbacks=Odd(), device="cuda")
    assert model.optimizer.iterations == 3


def test_a_network_is_given_back_where_another_one_met_the_failure(given, monkeypatch):
    inner, outer = network(), network()

    class Judging(Callback):
        def on_epoch_end(self, epoch, logs=None):
            with monkeypatch.context() as patched:
                break_card(patched, ILLEGAL)
                inner.evaluate(*given, device="cuda")

    before = outer.get_weights()
    monkeypatch.setattr(homecoming, "SHARE", 1e9)
    with pytest.raises(DeviceError, match="evaluate"):
        outer.fit(*given, **SETTINGS, callbacks=Judging(), device="cuda")
    assert not any(p.placed.is_away for m in (inner, outer) for p in m.weights)
    outer.fit(*given, **SETTINGS)
    assert len(before) == len(outer.get_weights())


# Too little memory.


@pytest.fixture
def tracked(monkeypatch):
    """Bytes of the card's arrays that there are: now, and the most at a time."""
    held = {}
    now = {"bytes": 0, "most": 0}
    begin = simulated.ndarray.__init__

    def let_go(key):
        now["bytes"] -= held.pop(key)

    def counted(self, host):
        begin(self, host)
        root = host
        while isinstance(root.base, np.ndarray):
            root = root.base
        if id(root) not in held:
            held[id(root)] = root.nbytes
            weakref.finalize(root, let_go, id(root))
            now["bytes"] += root.nbytes
            now["most"] = max(now["most"], now["bytes"])

    monkeypatch.setattr(simulated.ndarray, "__init__", counted)
    return now


def multilayer(rng):
    x, y = rng.normal(size=(256, 20)).astype(np.float32), rng.integers(0, 10, 256)
    layers = Input((20,)), Dense(64, "relu"), Dense(32, "tanh"), Dense(10, "softmax")
    return network(*layers), x, y


def normalized(rng):
    x, y = rng.normal(size=(200, 10)).astype(np.float32), rng.normal(size=(200, 4))
    layers = (
        Input((10,)), Dense(48), BatchNormalization(), Dropout(0.3), Dense(48, "sigmoid"),
        Dropout(0.3), Dense(4),
    )  # fmt: skip
    return network(*layers, loss="mse"), x, y


def wordy(rng):
    x, y = rng.integers(0, 50, size=(160, 12)), rng.integers(0, 2, 160).astype(np.float32)
    layers = (
        Input((12,), dtype="int32"), Embedding(50, 16), Flatten(), Dense(8, "relu"),
        Dense(1, "sigmoid"),
    )  # fmt: skip
    return network(*layers, loss="binary_crossentropy"), x, y


@pytest.mark.parametrize("make", [multilayer, normalized, wordy])
@pytest.mark.parametrize("learns", [True, False])
def test_what_is_needed_is_right_within_a_factor_of_two(rng, tracked, make, learns):
    model, x, y = make(rng)
    model.fit(x[:8], y[:8], verbose=0, device="cuda")  # the card's own arrays are there
    model.set_weights(model.get_weights())
    gc.collect()
    found = {}
    for batch in (len(x) // 4, len(x)):
        model = make(rng)[0]
        gc.collect()
        tracked["most"] = before = tracked["bytes"]
        data = samples.read(model, x, y if learns else None, "", model.loss if learns else None)
        if learns:
            model.fit(x, y, batch_size=batch, verbose=0, device="cuda")
        else:
            model.predict(x, batch_size=batch, device="cuda")
        found[batch] = tracked["most"] - before
        needed = footprint.footprint(model, data, batch, learns)
        assert 0.5 < needed.total / found[batch] < 2
    assert found[len(x)] > found[len(x) // 4]


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_blocks_take_no_more_than_is_estimated(rng, tracked, monkeypatch, call):
    x, y = rng.normal(size=(96, 60)).astype(np.float32), rng.integers(0, 3, 96)
    model = network(Input((60,)), Dense(40, "relu"), Dense(3, "softmax"))
    judged = x[:64], y[:64]
    told = (x, None, "") if call == "predict" else (x, y, "", model.loss)
    data = samples.read(model, *told)
    model.train_on_batch(x[:8], y[:8], device="cuda")
    for module in (blocks, footprint):
        monkeypatch.setattr(module, "free_bytes", lambda: 30_000)  # samples take 24 KB
    # What stands in for a graph keeps all that it computes; a graph's memory is used again within.
    monkeypatch.setattr("neurosim.networks.card_steps._repeats", lambda training: False)
    monkeypatch.setattr("neurosim.networks.placed.AT_ONCE", 0)  # of what comes home, in one piece
    gc.collect()
    tracked["most"] = before = tracked["bytes"]
    beside = {}
    if call == "fit":
        model.fit(x, y, **SETTINGS, epochs=2, validation_data=judged, device="cuda")
        beside = {"judged": samples.read_pair(model, judged, "", model.loss), "judged_batch": 8}
    else:
        getattr(model, call)(*told[: 1 + (call == "evaluate")], 8, device="cuda")
    found = tracked["most"] - before
    needed = footprint.footprint(model, data, 8, call == "fit", **beside)
    assert needed.in_blocks
    activities = needed.each * needed.batch  # which alone are not counted, but estimated
    most = needed.total + (activities if call == "fit" else 0)
    assert 0.5 * needed.total < found + needed.there <= most


def test_what_cannot_fit_is_said_before_anything_is_moved(given, monkeypatch, tracked):
    model = network()
    data = samples.read(model, *given, "", model.loss)
    whole = footprint.footprint(model, data, 24, True)
    free = whole.weights + whole.samples + 8 * whole.each
    monkeypatch.setattr(footprint, "free_bytes", lambda: free)
    with on_device("cuda"):  # whose own arrays are there then
        gc.collect()
    tracked["most"] = before = tracked["bytes"]
    with pytest.raises(InputError, match="too little memory") as told:
        model.fit(*given, batch_size=24, epochs=2, verbose=0, device="cuda")
    assert tracked["most"] == before
    message = str(told.value)
    assert message.startswith("Sequential: fit: device 'cuda' has too little memory: ")
    assert "MiB for the weights, their gradients and what the optimizer keeps" in message
    (advised,) = re.findall(r"batch_size=(\d+) would fit$", message)
    assert 1 <= int(advised) <= 8
    assert footprint.footprint(model, data, int(advised), True).total <= free
    model.fit(*given, batch_size=int(advised), verbose=0, device="cuda")
    monkeypatch.setattr(footprint, "free_bytes", lambda: 100)
    with pytest.raises(InputError, match=r"not even one sample fits: use device='cpu'$"):
        model.fit(*given, verbose=0, device="cuda")


@pytest.mark.parametrize(
    "error",
    [
        OutOfMemoryError("Out of memory allocating 1,024 bytes (allocated so far: 0 bytes)."),
        CUDARuntimeError("cudaErrorMemoryAllocation: out of memory"),
        CudaAPIError("[2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY"),
    ],
)
def test_memory_that_runs_out_loses_nothing(given, monkeypatch, error):
    here, there = network(), network()
    here.fit(*given, **SETTINGS)
    there.fit(*given, **SETTINGS, device="cuda")
    monkeypatch.setattr(footprint, "free_bytes", lambda: 10_000)
    with monkeypatch.context() as patched:
        failing = Failing(patched, error, batch=0, where="launch")
        with pytest.raises(InputError, match=r"at a time are needed.* batch_size=4 would fit$"):
            there.fit(*given, **SETTINGS, epochs=3, callbacks=failing, device="cuda")
    assert not any(p.placed.is_away for p in there.weights)
    assert there.optimizer.iterations == 3
    alike(there, here)


def test_large_weights_come_home_without_a_copy_on_the_card(given, monkeypatch, tracked):
    model = network()
    model.fit(*given, **SETTINGS, device="cuda")
    expected = model.get_weights()
    sizes = sorted(one.nbytes for one in model.homecoming.numbers())
    monkeypatch.setattr(placed, "AT_ONCE", sizes[-1])
    gc.collect()
    model.weights[0].placed._home[...] = 0
    tracked["most"] = before = tracked["bytes"]
    model.homecoming.note("now")
    assert tracked["most"] - before < 2 * sizes[-1]
    monkeypatch.setattr(placed, "AT_ONCE", 1)
    tracked["most"] = before
    model.homecoming.note("now")
    assert tracked["most"] == before
    for weights, values in zip(model.weights, expected, strict=True):
        np.testing.assert_array_equal(weights.placed._home, values)


def test_memory_of_the_host_is_no_cards(given):
    class Greedy(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise MemoryError("of the host")

    with pytest.raises(MemoryError, match="of the host"):
        network().fit(*given, **SETTINGS, callbacks=Greedy(), device="cuda")


@pytest.mark.parametrize("shuffle", [True, False])
def test_samples_that_do_not_fit_go_over_block_by_block(given, monkeypatch, shuffle):
    here, there = network(), network()
    settings = {**SETTINGS, "epochs": 2, "validation_split": 0.25, "shuffle": shuffle}
    expected = here.fit(*given, **settings).history
    all_at_once = network().fit(*given, **settings, device="cuda")
    monkeypatch.setattr(blocks, "free_bytes", lambda: 500)
    data = samples.read(there, *given, "", there.loss)
    with on_device("cuda"):
        assert type(blocks.supplied(data, 8)) is blocks.Blocks
    found = there.fit(*given, **settings, device="cuda").history
    assert found == all_at_once.history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5)
    alike(there, here)
    np.testing.assert_allclose(
        there.predict(given[0], 8, device="cuda"), here.predict(given[0]), rtol=1e-5, atol=1e-6
    )
    counts = []
    for size in (12, 2):
        simulated.READS[0] = 0
        there.fit(*given, batch_size=size, verbose=0, device="cuda")
        counts.append(simulated.READS[0])
    assert counts[0] == counts[1]


# What is refused, though the card goes on.


def embedded():
    layers = Input((3,), dtype="int32"), Embedding(7, 4), Flatten(), Dense(3, "softmax")
    return network(*layers)


def dale():
    return network(Input((5,)), DaleDense(4), Dense(3, "softmax"))


def strange(model, rng):
    """Return samples of which the last one but one is refused."""
    labels = rng.integers(0, 3, 24)
    if isinstance(model.layers[0], Embedding):
        x = rng.integers(0, 7, size=(24, 3))
        x[22, 1] = 7
        return x, labels
    x = rng.random((24, 5))
    x[22, 1] = -0.5
    return x, labels


@pytest.mark.parametrize("make", [embedded, dale])
@pytest.mark.parametrize("call", ["fit", "evaluate", "predict", "train_on_batch", "test_on_batch"])
def test_what_a_layer_refuses_is_its_own_error(rng, make, call):
    told, weights = [], []
    x, y = strange(make(), rng)
    for device in ("cpu", "cuda"):
        model = make()
        settings = {"batch_size": 8, "shuffle": False, "verbose": 0} if call == "fit" else {}
        given = (x,) if call == "predict" else (x, y)
        with pytest.raises(InputError) as caught:
            getattr(model, call)(*given, **settings, device=device)
        told.append((str(caught.value), model.optimizer.iterations))
        weights.append(model)
    assert told[0] == told[1]
    assert told[0][1] == (2 if call == "fit" else 0)
    alike(*weights)  # no step was taken from there on
    model.predict(np.abs(x) % 7, device="cuda")  # and nothing of it is left


def test_a_loss_that_is_not_finite_comes_before_what_is_refused_later(rng):
    x, y = strange(dale(), rng)
    x[3, 2] = np.inf
    with pytest.raises(
        ValueError, match=r"the loss became nan, epoch 1, batch 1; .* x.3, 2. is inf"
    ):
        dale().fit(x, y, batch_size=8, shuffle=False, verbose=0, device="cuda")


@pytest.mark.parametrize("call", ["fit", "evaluate", "predict"])
def test_what_only_the_card_refuses_is_said(rng, monkeypatch, call):
    x, y = np.abs(rng.normal(size=(24, 5))), rng.integers(0, 3, 24)
    noted = engines.Doubts.__call__
    monkeypatch.setattr(engines.Doubts, "__call__", lambda self, _: noted(self, True))
    with pytest.raises(InputError, match=rf"^Sequential: {call}: device 'cuda' met numbers that"):
        getattr(dale(), call)(*(x, y)[: 1 + (call != "predict")], device="cuda")


def test_batches_judged_within_an_epoch_leave_its_loss_alone(given):
    class Judging(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.evaluate(*given, device="cuda")
            other.train_on_batch(*given, device="cuda")

    other, here, there = network(seed=2), network(), network()
    expected = here.fit(*given, **SETTINGS, epochs=2).history
    found = there.fit(*given, **SETTINGS, epochs=2, callbacks=Judging(), device="cuda").history
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-5)
    alike(there, here)


# Interrupted.


@pytest.mark.parametrize("stray", [False, True])
def test_an_interrupt_in_an_epoch_loses_nothing(given, stray, monkeypatch):
    x, y = given[0].copy(), given[1]
    if stray:
        x[9, 1] = np.inf  # in the second batch, after which no step is taken

    take = CardSteps.take

    def interrupted(self, part, at):
        if at["batch"] == 2:
            raise KeyboardInterrupt
        take(self, part, at)

    here, there = network(), network()
    with monkeypatch.context() as patched:
        patched.setattr(CardSteps, "take", interrupted)
        with pytest.raises(KeyboardInterrupt):
            there.fit(x, y, **SETTINGS, shuffle=False, device="cuda")
    steps = 1 if stray else 2
    for batch in range(steps):
        here.train_on_batch(x[8 * batch : 8 * batch + 8], y[8 * batch : 8 * batch + 8])
    assert there.optimizer.iterations == there.streams.step == steps
    alike(there, here)
    for model, device in ((here, "cpu"), (there, "cuda")):
        model.fit(*given, **SETTINGS, shuffle=False, device=device)
    alike(there, here)


# What is on the other device.


@pytest.fixture
def of_card(given):
    return simulated.asarray(given[0]), simulated.asarray(given[1])


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_samples_may_be_on_either_device(given, of_card, device):
    here, there = network(), network()
    weights = np.arange(24.0)
    expected = here.fit(*given, **SETTINGS, sample_weight=weights).history
    found = there.fit(
        *of_card, **SETTINGS, sample_weight=simulated.asarray(weights), device=device,
        validation_data=of_card,
    ).history  # fmt: skip
    np.testing.assert_allclose(found["loss"], expected["loss"], rtol=1e-5)
    alike(there, here)
    for x, y in ((of_card[0], given[1]), (given[0], of_card[1])):
        np.testing.assert_allclose(
            there.evaluate(x, y, device=device), here.evaluate(*given), rtol=1e-5
        )
    answers = there.predict(of_card[0], device=device)
    assert type(answers) is np.ndarray
    np.testing.assert_allclose(answers, here.predict(given[0]), rtol=1e-5, atol=1e-6)


def test_a_tensor_is_made_where_it_is_computed(given, of_card):
    assert Tensor(of_card[0]).device == "cpu"
    np.testing.assert_array_equal(Tensor(of_card[0]).numpy(), given[0])
    with on_device("cuda"):
        for values in (given[0], of_card[0]):
            assert Tensor(values).device == "cuda"
    layer = Dense(2)
    np.testing.assert_allclose(layer(of_card[0]).numpy(), layer(given[0]).numpy())


def test_a_tensor_of_the_other_device_is_refused(given):
    here = Tensor(given[0])
    with on_device("cuda"):
        there = Tensor(given[0])
        for call in (lambda: here + 1, lambda: there + here, lambda: Dense(2)(here)):
            with pytest.raises(
                InputError, match=r"is on device 'cpu', and this runs on 'cuda': compute within "
            ):
                call()
        np.testing.assert_allclose((there + given[0]).numpy(), 2 * given[0])  # plain numbers go
    for call in (
        lambda: there * 2,
        lambda: here + there,
        lambda: operations.exp(there),
        lambda: operations.mean_squared_error(there, given[0]),
    ):
        with pytest.raises(
            InputError,
            match=r"^\w+: a tensor of shape \(24, 5\) is on device 'cuda', and this runs on 'cpu': "
            r"compute within on_device\('cuda'\), or make the tensor within on_device\('cpu'\)$",
        ):
            call()


def test_weights_and_targets_may_be_of_either_device(given, of_card):
    model = network()
    weights = model.get_weights()
    model.set_weights([simulated.asarray(w) for w in weights])
    for mine, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)


# Threads.


def test_a_circuit_is_simulated_by_a_callback_while_a_network_is_trained(given):
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
    seen = []

    class Simulating(Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(circuit.simulate(1.0, steps=2, device="cuda").device)

    here, there = network(), network()
    here.fit(*given, **SETTINGS)
    there.fit(*given, **SETTINGS, callbacks=Simulating(), device="cuda")
    assert seen == ["cuda"] * 3
    alike(there, here)


def test_two_threads_take_turns_epoch_by_epoch(given, monkeypatch):
    circuit = Circuit("relay")
    circuit.output(circuit.rate("z", excite=circuit.inputs("x")))
    order, begun, asked = [], threading.Event(), threading.Event()

    class Watching(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            order.append(epoch)
            begun.set()
            assert asked.wait(60)

    def simulate():
        assert begun.wait(60)
        waiting.start()
        circuit.simulate(1.0, steps=1, device="cuda")
        other.fit(*given, **SETTINGS, device="cuda")

    def tell():  # once the other thread waits for its turn
        while not turns._turns._waiting:
            pass
        asked.set()

    laid_out = running.layout
    monkeypatch.setattr(running, "layout", lambda *a: order.append("circuit") or laid_out(*a))
    here, there, other = network(), network(), network()
    here.fit(*given, **SETTINGS, epochs=3)
    thread, waiting = threading.Thread(target=simulate), threading.Thread(target=tell)
    thread.start()
    there.fit(*given, **SETTINGS, epochs=3, callbacks=Watching(), device="cuda")
    thread.join()
    waiting.join()
    assert order == [0, "circuit", 1, 2]
    alike(there, here)
    here = network()
    here.fit(*given, **SETTINGS)
    alike(other, here)


def test_who_is_interrupted_while_he_waits_holds_up_nobody():
    mine = turns.Turns()
    done = []

    def wait_and_fail():
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(mine._changed, "wait_for", interrupted)
            with pytest.raises(KeyboardInterrupt), mine:
                pass
        done.append("interrupted")

    def interrupted(_):
        raise KeyboardInterrupt

    def take():
        with mine, mine:  # twice
            done.append("taken")

    for target in (wait_and_fail, take):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()
    assert done == ["interrupted", "taken"]
    assert mine._owner is None


@pytest.mark.parametrize("times", [1, 2])
def test_who_is_interrupted_while_he_gives_way_ends_nobodys_turn(monkeypatch, times):
    mine, let_go = turns.Turns(), threading.Event()
    seen, wait_for = [], mine._changed.wait_for

    def take():
        with mine:
            assert let_go.wait(60)
            seen.append(mine._owner == threading.get_ident())

    def interrupted(condition):
        assert wait_for(lambda: mine._owner == thread.ident, 60)
        interruptions.append(None)
        if len(interruptions) < times:
            raise KeyboardInterrupt
        monkeypatch.undo()
        let_go.set()
        raise KeyboardInterrupt

    thread, interruptions = threading.Thread(target=take), []
    with pytest.raises(KeyboardInterrupt), mine:  # noqa: PT012
        thread.start()
        while not mine._waiting:
            pass
        with mine._changed:  # it waits then
            monkeypatch.setattr(mine._changed, "wait_for", interrupted)
        try:
            mine.give_way()
        finally:
            seen.append(mine._owner == threading.get_ident())
    thread.join(60)
    assert sorted(seen) == [
        times == 1,
        True,
    ]  # each goes on with his turn; who cannot wait, without
    assert (mine._owner, mine._depth) == (None, 0)
