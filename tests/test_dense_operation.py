"""The dense layer as one operation: values from NumPy and SciPy, gradients from differences."""

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients
from scipy import special

from neurosim import InputError
from neurosim.kernels import rules
from neurosim.networks import Tensor, gradients, operations

ACTIVATIONS = {
    "identity": lambda x: x,
    "threshold_linear": lambda x: np.maximum(x, 0),
    "logistic": special.expit,
    "tanh": np.tanh,
    "softplus": lambda x: np.logaddexp(0, x),
}
APPROXIMATELY = {"float32": 3e-6, "float64": 1e-13}
SHAPES = [
    ((3, 4), 2),
    ((1, 3), 1),
    ((3,), 2),
    ((0, 3), 2),
    ((2, 5, 3), 9),
    ((2, 0), 3),
    ((2, 3), 0),
]


def dense(activation):
    return lambda *operands: operations.dense(*operands, activation=activation)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("shape", "cells"), SHAPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_dense_layer(rng, activation, shape, cells, layout):
    x, kernel = rng.normal(size=shape), rng.normal(size=(shape[-1], cells))
    bias = rng.normal(size=cells)
    for biases in ([bias], []):
        expected = ACTIVATIONS[activation](x @ kernel + (biases[0] if biases else 0))
        for dtype, near in APPROXIMATELY.items():
            got = dense(activation)(*(Tensor(a, dtype=dtype) for a in (x, kernel, *biases)))
            assert got.dtype == dtype
            np.testing.assert_allclose(got.numpy(), expected, rtol=near, atol=near)
        check_gradients(dense(activation), x, kernel, *biases, layout=layout, rng=rng)


@pytest.mark.parametrize("dtype", APPROXIMATELY)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_what_is_far_from_zero_stays_what_it_is(rng, activation, dtype):
    values = [
        -np.inf,
        -1e4,
        -745.0,
        -100.0,
        -80.0,
        -0.0,
        0.0,
        1e-9,
        20.0,
        100.0,
        1e4,
        np.inf,
        np.nan,
    ]
    x = np.array([*values, *rng.normal(scale=5, size=50)], dtype)
    one = np.ones((1, 1), dtype)
    tensor = Tensor(x[:, None], dtype=dtype)
    got = operations.dense(tensor, one, activation=activation).numpy()[:, 0]
    with np.errstate(all="ignore"):
        expected = ACTIVATIONS[activation](x.astype(float))
    tiny = 1e-30 if dtype == "float32" else 1e-300
    np.testing.assert_allclose(got, expected, rtol=4e-7 if dtype == "float32" else 1e-15, atol=tiny)


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_the_exponential_is_right_to_two_units_in_the_last_place(rng, real):
    z = real(np.concatenate([[0, 1e-12, 0.34, 0.35, 80], rng.uniform(0, 80, size=300)]))
    got = np.array([rules.exponential(v) for v in z])
    assert got.dtype == real
    error = np.abs(got - np.exp(-z.astype(np.longdouble))) / np.exp(-z.astype(np.longdouble))
    assert error.max() < 2 * np.finfo(real).eps


def test_only_what_needs_a_gradient_has_one(rng):
    x, bias = rng.normal(size=(4, 3)), rng.normal(size=2)
    kernel = Tensor(rng.normal(size=(3, 2)), requires_grad=True, dtype="float64")
    y = operations.dense(Tensor(x, dtype="float64"), kernel, bias, activation="tanh")
    (found,) = gradients(y, [kernel], np.ones((4, 2)))
    slope = 1 - np.tanh(x @ kernel.numpy() + bias) ** 2
    np.testing.assert_allclose(found, x.T @ slope, rtol=1e-12)


def test_a_cotangent_is_left_as_it_was(rng):
    x, kernel, bias = (
        Tensor(rng.normal(size=s), requires_grad=True) for s in [(4, 3), (3, 2), (2,)]
    )
    cotangent = rng.normal(size=(4, 2)).astype("float32")
    before = cotangent.copy()
    for activation in ACTIVATIONS:
        gradients(operations.dense(x, kernel, bias, activation=activation), [x], cotangent)
    np.testing.assert_array_equal(cotangent, before)


@pytest.mark.parametrize(
    ("shapes", "activation", "message"),
    [
        ([(2, 3), (4, 5)], "tanh", r"dense: inputs of shape \(2, 3\) and a kernel of shape \(4, 5"),
        ([(), (1, 1)], "tanh", r"dense: inputs of shape \(\) and a kernel of shape \(1, 1\) do no"),
        ([(2, 3), (3,)], "tanh", r"\(3,\) do not fit; \(…, inputs\) goes with \(inputs, cells\)"),
        ([(2, 3), (3, 4), (3,)], "tanh", r"dense: a bias of shape \(3,\) does not fit a kernel of"),
        ([(2, 3), (3, 4)], "relu", "dense: no activation is called 'relu' .here that is 'thresho"),
        ([(2, 3), (3, 4)], "tahn", r"dense: no activation is called 'tahn' \(did you mean 'tanh'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(shapes, activation, message):
    with pytest.raises(InputError, match=message):
        operations.dense(*(np.zeros(s) for s in shapes), activation=activation)


@pytest.mark.peers
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_dense_layer_is_torchs(rng, activation):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")
    function = {
        "identity": lambda x: x,
        "threshold_linear": torch.relu,
        "logistic": torch.sigmoid,
        "tanh": torch.tanh,
        "softplus": torch.nn.functional.softplus,
    }[activation]
    arrays = [rng.normal(size=s).astype("float32") for s in [(33, 17), (17, 21), (21,)]]
    ours = [Tensor(a, requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    cotangent = rng.normal(size=(33, 21)).astype("float32")
    y = operations.dense(*ours, activation=activation)
    x, kernel, bias = theirs
    z = function(x @ kernel + bias)
    np.testing.assert_allclose(y.numpy(), z.detach().numpy(), rtol=1e-5, atol=1e-5)
    z.backward(torch.tensor(cotangent))
    for got, peer in zip(gradients(y, ours, cotangent), theirs, strict=True):
        np.testing.assert_allclose(got, peer.grad.numpy(), rtol=1e-5, atol=1e-4)
