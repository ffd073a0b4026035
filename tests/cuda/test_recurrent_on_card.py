"""Recurrent layers on the card, by the simulator: the CPU's answers, gradients and losses."""

import numpy as np
import pytest

from neurosim.cuda import simulated
from neurosim.networks import (
    LSTM,
    Dense,
    Embedding,
    Sequential,
    SimpleRNN,
    Tensor,
    no_gradients,
    operations,
)
from neurosim.networks.engines import on_device

LAYERS = {"lstm": (operations.lstm, 4), "simple_rnn": (operations.simple_rnn, 1)}
NEAR = {"float32": 1e-5, "float64": 1e-12}


def found(name, arrays, g, dtype, options, device):
    """The answers and the gradients there, as arrays of the host's."""
    with on_device(device):
        tensors = [Tensor(a, requires_grad=True, dtype=dtype) for a in arrays]
        y = LAYERS[name][0](*tensors, **options)
        y.backward(Tensor(g, dtype=dtype))
        return [y.numpy(), *(tensor.grad for tensor in tensors)]


def check(rng, name, dtype, size=(3, 4, 2, 3), **options):
    batch, steps, inputs, units = size
    rows = LAYERS[name][1] * units
    shapes = [(batch, steps, inputs), (inputs, rows), (units, rows), (rows,)]
    arrays = [0.7 * rng.normal(size=shape) for shape in shapes]
    sequences = options.get("sequences", True)
    g = rng.normal(size=(batch, steps, units) if sequences else (batch, units))
    expected = found(name, arrays, g, dtype, options, "cpu")
    got = found(name, arrays, g, dtype, options, "cuda")
    for one, other in zip(got, expected, strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        np.testing.assert_allclose(one, other, rtol=NEAR[dtype], atol=NEAR[dtype])


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("name", LAYERS)
def test_masks_and_dropout(rng, name, dtype, sequences):
    mask = np.array([[0, 1, 1, 0], [1, 0, 1, 1], [0, 0, 0, 0]], bool)
    tied, apart = rng.integers(0, 2, (3, 2)) / 0.5, rng.integers(0, 2, (3, 3)) / 0.5
    check(rng, name, dtype, sequences=sequences)
    check(rng, name, dtype, sequences=sequences, mask=mask)
    check(rng, name, dtype, sequences=sequences, dropout=tied, mask=mask)
    check(rng, name, dtype, sequences=sequences, recurrent_dropout=apart)
    check(rng, name, dtype, sequences=sequences, dropout=tied, recurrent_dropout=apart, mask=mask)


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("of", ["inputs", "states", "both", "inputs alone"])
def test_dropout_of_each_gate(rng, of, dtype):
    options = {"mask": rng.random((3, 4)) < 0.7}
    if of != "states":
        options["dropout"] = rng.integers(0, 2, (4, 3, 2)) / 0.5
    if of != "inputs alone":
        shape = (3, 3) if of == "inputs" else (4, 3, 3)
        options["recurrent_dropout"] = rng.integers(0, 2, shape) / 0.5
    check(rng, "lstm", dtype, **options)


@pytest.mark.parametrize(
    "activation", ["identity", "threshold_linear", "logistic", "softplus", "tanh"]
)
def test_activations(rng, activation):
    check(rng, "lstm", "float64", activation=activation)
    check(rng, "lstm", "float64", recurrent_activation=activation)
    check(rng, "simple_rnn", "float64", activation=activation)


@pytest.mark.parametrize("size", [(0, 3, 2, 2), (2, 0, 2, 2), (2, 3, 0, 2), (2, 1, 1, 1)])
@pytest.mark.parametrize("name", LAYERS)
def test_sizes_that_are_next_to_nothing(rng, name, size):
    check(rng, name, "float64", size)
    check(rng, name, "float64", size, sequences=False)


def network(layer, **options):
    model = Sequential(
        [Embedding(9, 3, mask_zero=True), layer(4, return_sequences=True), layer(3, **options),
         Dense(1, "sigmoid")],
        seed=1,
    )  # fmt: skip
    model.compile("adam", "binary_crossentropy", ["accuracy"])
    return model


@pytest.mark.parametrize("layer", [LSTM, SimpleRNN])
@pytest.mark.parametrize(
    "options", [{}, {"dropout": 0.2, "recurrent_dropout": 0.2, "use_bias": False}]
)
def test_the_losses_are_the_cpus(rng, layer, options):
    x, y = rng.integers(0, 9, (12, 5)), rng.integers(0, 2, 12)
    here, there = network(layer, **options), network(layer, **options)
    settings = {"epochs": 3, "batch_size": 4, "verbose": 0}
    expected = here.fit(x, y, **settings).history
    history = there.fit(x, y, **settings, device="cuda").history
    for key, values in expected.items():
        np.testing.assert_allclose(history[key], values, rtol=1e-5, err_msg=key)
    for one, other in zip(there.get_weights(), here.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        there.predict(x, device="cuda"), here.predict(x), rtol=1e-4, atol=1e-5
    )


def test_losses_and_metrics_of_every_step(rng):
    x, y = rng.integers(0, 9, (8, 4)), rng.integers(0, 2, (8, 4, 1))
    models = []
    for _ in range(2):
        layers = [
            Embedding(9, 3, mask_zero=True), SimpleRNN(3, return_sequences=True),
            Dense(1, "sigmoid"),
        ]  # fmt: skip
        model = Sequential(layers, seed=1)
        model.compile("sgd", "binary_crossentropy", ["accuracy", "mse"])
        models.append(model)
    here, there = models
    settings = {"epochs": 2, "batch_size": 4, "verbose": 0}
    expected = here.fit(x, y, **settings).history
    history = there.fit(x, y, **settings, device="cuda").history
    for key, values in expected.items():
        np.testing.assert_allclose(history[key], values, rtol=1e-5, err_msg=key)


def test_an_epoch_waits_for_the_card_at_its_end_alone(rng):
    x, y = rng.integers(0, 9, (8, 3)), rng.integers(0, 2, 8)
    model = network(LSTM, dropout=0.2, recurrent_dropout=0.2)
    model.fit(x, y, batch_size=8, verbose=0, device="cuda")
    counts = []
    for size in (8, 2):
        simulated.READS[0] = 0
        model.fit(x, y, batch_size=size, verbose=0, device="cuda")
        counts.append(simulated.READS[0])
    # The loss, the metric, what it counts; two of what is not finite; and the weights.
    assert counts[0] == counts[1] <= 6


def test_a_mask_of_the_hosts_and_one_of_the_cards(rng):
    x, mask = rng.normal(size=(2, 3, 2)), np.array([[True, False, True], [False, True, True]])
    weights = rng.normal(size=(2, 8)), rng.normal(size=(2, 8)), rng.normal(size=8)
    with on_device("cuda"), no_gradients():
        answers = [
            operations.lstm(Tensor(x), *weights, mask=one).numpy() for one in (mask, Tensor(mask))
        ]
    np.testing.assert_array_equal(*answers)
