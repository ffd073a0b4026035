"""Recurrent layers over time, against loops that one can read, and central differences."""

import functools

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients
from scipy import special

from neurosim import InputError
from neurosim.networks import Tensor, gradients, no_gradients, operations
from neurosim.networks.operations import recurrent_work

FUNCTIONS = {
    "tanh": np.tanh,
    "logistic": special.expit,
    "identity": lambda x: x,
    "threshold_linear": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.logaddexp(0, x),
}
APPROXIMATELY = {"float32": 3e-6, "float64": 1e-14}


def of_gate(factors, k):
    """The factors that a gate hears through; none leave all as it is."""
    return 1 if factors is None else factors if factors.ndim == 2 else factors[k]


def states(step, x, units, mask, sequences):
    """Go through time one step after another; what is masked leaves every state as it was."""
    state = np.zeros((2, len(x), units))
    found = np.zeros((len(x), x.shape[1], units))
    for t in range(x.shape[1]):
        after = step(x[:, t], state)
        for b in range(len(x)):
            if mask is None or mask[b, t]:
                state[:, b] = after[:, b]
        found[:, t] = state[0]
    return found if sequences else state[0]


def slow_lstm(
    x, kernel, recurrent_kernel, bias, mask=None, dropout=None, recurrent_dropout=None,
    activation="tanh", recurrent_activation="logistic", sequences=True,
):  # fmt: skip
    units = len(recurrent_kernel)

    def step(now, state):
        h, c = state
        net = [
            (now * of_gate(dropout, k)) @ kernel[:, k * units : (k + 1) * units]
            + (h * of_gate(recurrent_dropout, k)) @ recurrent_kernel[:, k * units : (k + 1) * units]
            + bias[k * units : (k + 1) * units]
            for k in range(4)
        ]
        f, squash = FUNCTIONS[recurrent_activation], FUNCTIONS[activation]
        c = f(net[1]) * c + f(net[0]) * squash(net[2])
        return np.stack([f(net[3]) * squash(c), c])

    return states(step, x, units, mask, sequences)


def slow_rnn(
    x, kernel, recurrent_kernel, bias, mask=None, dropout=None, recurrent_dropout=None,
    activation="tanh", sequences=True,
):  # fmt: skip
    def step(now, state):
        heard = now * of_gate(dropout, 0), state[0] * of_gate(recurrent_dropout, 0)
        h = FUNCTIONS[activation](heard[0] @ kernel + heard[1] @ recurrent_kernel + bias)
        return np.stack([h, h])

    return states(step, x, len(recurrent_kernel), mask, sequences)


LAYERS = {
    "lstm": (operations.lstm, slow_lstm, 4),
    "simple_rnn": (operations.simple_rnn, slow_rnn, 1),
}
layers = pytest.mark.parametrize("name", LAYERS)


def operands(rng, name, batch, steps, inputs, units):
    rows = LAYERS[name][2] * units
    shapes = [(batch, steps, inputs), (inputs, rows), (units, rows), (rows,)]
    return [rng.normal(size=shape) for shape in shapes]


def check_values(name, arrays, **options):
    function, slow, _ = LAYERS[name]
    expected = slow(*arrays, **options)
    for dtype, near in APPROXIMATELY.items():
        got = function(*(Tensor(a, dtype=dtype) for a in arrays), **options)
        assert (got.dtype, got.shape) == (dtype, expected.shape)
        np.testing.assert_allclose(got.numpy(), expected, rtol=near, atol=near)


SIZES = {
    "some": (3, 4, 3, 2),
    "one step": (2, 1, 3, 2),
    "no step": (2, 0, 3, 2),
    "one sequence": (1, 3, 2, 3),
    "no sequence": (0, 3, 2, 3),
    "one unit": (3, 3, 2, 1),
    "no input": (2, 3, 0, 2),
    "several chunks and stretches": (9, 10, 1, 1),
}


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("size", SIZES)
@layers
def test_values_and_gradients(rng, name, size, sequences):
    arrays = operands(rng, name, *SIZES[size])
    check_values(name, arrays, sequences=sequences)
    function = functools.partial(LAYERS[name][0], sequences=sequences)
    check_gradients(function, *arrays, rng=rng)


@pytest.mark.parametrize("layout", [n for n in LAYOUTS if n != "C"])
@layers
def test_operands_of_any_layout(rng, name, layout):
    arrays = operands(rng, name, 2, 3, 3, 2)
    check_gradients(LAYERS[name][0], *arrays, layout=layout, rng=rng)


MASKS = {
    "at the start": [[0, 0, 1, 1], [0, 1, 1, 1], [1, 1, 1, 1]],
    "in the middle": [[1, 0, 0, 1], [1, 1, 0, 1], [1, 0, 1, 1]],
    "at the end": [[1, 1, 0, 0], [1, 0, 0, 0], [1, 1, 1, 0]],
    "everywhere in one": [[0, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1]],
    "everywhere": [[0, 0, 0, 0]] * 3,
}


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("where", MASKS)
@layers
def test_a_masked_step_leaves_the_states(rng, name, where, sequences):
    mask = np.array(MASKS[where], bool)
    arrays = operands(rng, name, 3, 4, 2, 2)
    check_values(name, arrays, mask=mask, sequences=sequences)
    function = functools.partial(LAYERS[name][0], mask=Tensor(mask), sequences=sequences)
    check_gradients(function, *arrays, rng=rng)


@layers
def test_what_is_masked_is_not_heard(rng, name):
    x, *weights = operands(rng, name, 2, 3, 2, 2)
    mask = np.array([[False, True, True], [True, False, True]])
    other = np.where(mask[:, :, None], x, 1e4)
    function = LAYERS[name][0]
    answers = [function(Tensor(v), *weights, mask=mask).numpy() for v in (x, other)]
    np.testing.assert_array_equal(*answers)
    np.testing.assert_array_equal(answers[0][0, 0], 0)
    np.testing.assert_array_equal(answers[0][1, 1], answers[0][1, 0])


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("name", "of"),
    [
        *((name, of) for name in LAYERS for of in ("inputs", "states", "both")),
        ("lstm", "both, tied and untied"),
        ("lstm", "untied"),
    ],
)
def test_dropout_is_the_same_at_every_step(rng, name, of, masked):
    batch, steps, inputs, units = 9, 2, 1, 2
    arrays = operands(rng, name, batch, steps, inputs, units)
    options = {}
    if of != "states":
        shape = (4, batch, inputs) if of == "untied" else (batch, inputs)
        options["dropout"] = rng.integers(0, 2, size=shape) / 0.5
    if of != "inputs":
        shape = (4, batch, units) if "untied" in of else (batch, units)
        options["recurrent_dropout"] = rng.integers(0, 2, size=shape) / 0.5
    if masked:
        options["mask"] = rng.random((batch, steps)) < 0.6
    check_values(name, arrays, **options)
    check_gradients(functools.partial(LAYERS[name][0], **options), *arrays, rng=rng)


@pytest.mark.parametrize(("batch", "inputs"), [(0, 2), (3, 0)])
@layers
def test_dropout_of_nothing(rng, name, batch, inputs):
    arrays = operands(rng, name, batch, 2, inputs, 2)
    factors = {
        "dropout": np.full((batch, inputs), 2.0),
        "recurrent_dropout": np.full((batch, 2), 0.5),
    }
    check_values(name, arrays, **factors)
    check_gradients(functools.partial(LAYERS[name][0], **factors), *arrays, rng=rng)


@pytest.mark.parametrize("recurrent_activation", ["logistic", "threshold_linear", "softplus"])
@pytest.mark.parametrize("activation", FUNCTIONS)
def test_other_activations_of_an_lstm(rng, activation, recurrent_activation):
    options = {"activation": activation, "recurrent_activation": recurrent_activation}
    arrays = [0.5 * a for a in operands(rng, "lstm", 2, 3, 2, 2)]
    check_values("lstm", arrays, **options)
    check_gradients(functools.partial(operations.lstm, **options), *arrays, rng=rng)


@pytest.mark.parametrize("activation", FUNCTIONS)
def test_other_activations_of_a_simple_layer(rng, activation):
    arrays = [0.5 * a for a in operands(rng, "simple_rnn", 2, 3, 2, 2)]
    check_values("simple_rnn", arrays, activation=activation)
    function = functools.partial(operations.simple_rnn, activation=activation)
    check_gradients(function, *arrays, rng=rng)


@layers
def test_threads_share_the_sequences(rng, monkeypatch, name):
    arrays = operands(rng, name, 40, 9, 5, 4)
    options = {"mask": rng.random((40, 9)) < 0.7}
    g = rng.normal(size=(40, 9, 4))
    found = []
    for count, worth in ((1, 10**9), (2, 0), (3, 0)):
        monkeypatch.setattr(recurrent_work, "most_threads", lambda count=count: count)
        monkeypatch.setattr(recurrent_work, "WORTH_THREADS", worth)
        tensors = [Tensor(a, requires_grad=True, dtype="float64") for a in arrays]
        y = LAYERS[name][0](*tensors, **options)
        found.append([y.numpy(), *gradients(y, tensors, g)])
    for others in found[1:]:
        for one, other in zip(found[0], others, strict=True):
            np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)


def test_an_lstm_remembers_by_hand():
    """Open input and forget gates and no other weights: the cell counts what it hears."""
    x = np.array([[[0.1], [0.2], [0.3]]])
    kernel = np.array([[0, 0, 1.0, 0]])
    bias = np.array([50.0, 50.0, 0, 50.0])
    y = operations.lstm(
        Tensor(x, dtype="float64"), kernel, np.zeros((1, 4)), bias, activation="identity"
    )
    np.testing.assert_allclose(y.numpy().ravel(), [0.1, 0.3, 0.6], rtol=1e-12)


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("dtype", APPROXIMATELY)
def test_what_fades_away_becomes_zero(dtype, sequences):
    """h ← h/10: after 400 steps it is 0, where it would have become a denormal number."""
    x = np.zeros((1, 400, 1))
    x[0, 0] = 1
    tensors = [
        Tensor(a, requires_grad=True, dtype=dtype)
        for a in (x, np.ones((1, 1)), np.full((1, 1), 0.1), np.zeros(1))
    ]
    tiny = {"float32": 1e-30, "float64": 1e-300}[dtype]
    heard = operations.simple_rnn(*tensors, activation="identity").numpy().ravel()
    assert heard[20] == pytest.approx(1e-20)
    assert np.all((heard == 0) | (heard >= tiny))
    assert heard[-1] == 0
    y = operations.simple_rnn(*tensors, activation="identity", sequences=sequences)
    g = np.zeros(y.shape)
    g[0, -1] = 1
    (slopes,) = gradients(y, tensors[:1], g)
    assert slopes[0, -21, 0] == pytest.approx(1e-20)
    assert slopes[0, 0, 0] == 0
    assert np.all((slopes == 0) | (np.abs(slopes) >= tiny))


def test_a_large_net_input_is_not_too_large():
    x = np.array([[[1e4], [-1e4]]])
    one = np.ones((1, 4))
    y = operations.lstm(Tensor(x, requires_grad=True), one, 0 * one, np.zeros(4))
    assert np.isfinite(y.numpy()).all()
    np.testing.assert_allclose(y.numpy()[0, 0, 0], np.tanh(1), rtol=1e-6)


@pytest.mark.parametrize("sequences", [True, False])
@layers
def test_without_gradients_the_answers_are_the_same(rng, name, sequences):
    arrays = operands(rng, name, 20, 5, 3, 4)
    options = {"sequences": sequences, "mask": rng.random((20, 5)) < 0.7}
    with no_gradients():
        check_values(name, arrays, **options)


@layers
def test_weights_that_need_no_gradient(rng, name):
    x, *weights = operands(rng, name, 2, 3, 2, 2)
    function = LAYERS[name][0]
    inputs = Tensor(x, requires_grad=True, dtype="float64")
    y = function(inputs, *weights)
    with no_gradients():
        assert not function(inputs, *weights).requires_grad
    assert gradients(y, [inputs], np.ones(y.shape))[0].shape == x.shape


def lstm_of(x=(2, 3, 4), kernel=(4, 8), recurrent_kernel=(2, 8), bias=(8,), **options):
    return operations.lstm(*(np.zeros(s) for s in (x, kernel, recurrent_kernel, bias)), **options)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: lstm_of(x=(2, 3)),
            r"^lstm: x must be \(batch, time, inputs\) \(got shape \(2, 3\)\)$",
        ),
        (
            lambda: lstm_of(recurrent_kernel=(2, 6)),
            r"^lstm: recurrent_kernel must be \(units, 4·units\), of one or more units \(got shape "
            r"\(2, 6\)\)$",
        ),
        (lambda: lstm_of(recurrent_kernel=(0, 0)), "recurrent_kernel must be .* one or more units"),
        (
            lambda: lstm_of(kernel=(3, 8)),
            r"^lstm: kernel must be \(inputs, 4·units\), that is \(4, 8\) with x of shape "
            r"\(2, 3, 4\) and recurrent_kernel of shape \(2, 8\) \(got shape \(3, 8\)\)$",
        ),
        (
            lambda: lstm_of(bias=(2,)),
            r"^lstm: bias must be \(4·units,\), that is \(8,\) with recurrent_kernel of shape "
            r"\(2, 8\) \(got shape \(2,\)\)$",
        ),
        (
            lambda: lstm_of(mask=np.ones((3, 2), bool)),
            r"^lstm: mask must be bool of shape \(batch, time\), here \(2, 3\) \(got bool of shape "
            r"\(3, 2\)\)$",
        ),
        (lambda: lstm_of(mask=np.ones((2, 3))), r"lstm: mask must be bool .*got float64 of shape"),
        (
            lambda: lstm_of(dropout=np.ones((2, 3))),
            r"^lstm: dropout must be factors of shape \(2, 4\) or \(4, 2, 4\) \(got float64 of "
            r"shape \(2, 3\)\)$",
        ),
        (
            lambda: lstm_of(recurrent_dropout=np.ones((2, 2), bool)),
            r"^lstm: recurrent_dropout must be factors of shape \(2, 2\) or \(4, 2, 2\) \(got bool "
            r"of shape \(2, 2\)\)$",
        ),
        (
            lambda: lstm_of(activation="tahn"),
            r"^lstm: activation: no function is called 'tahn' \(did you mean 'tanh'\?\); there are",
        ),
        (
            lambda: lstm_of(recurrent_activation="sigmoid"),
            r"^lstm: recurrent_activation: no function is called 'sigmoid' \(here that is "
            r"'logistic'\); there are",
        ),
        (
            lambda: operations.simple_rnn(
                np.zeros((2, 3, 4)), np.zeros((4, 2)), np.zeros((2, 3)), np.zeros(2)
            ),
            r"^simple_rnn: recurrent_kernel must be \(units, units\), of one or more units",
        ),
        (
            lambda: operations.simple_rnn(
                np.zeros((2, 3, 4)), np.zeros((4, 2)), np.zeros((2, 2)), np.zeros(2), activation=3
            ),
            "^simple_rnn: activation: no function is called '3'",
        ),
    ],
)
def test_what_does_not_fit_is_told(make, message):
    with pytest.raises(InputError, match=message):
        make()
