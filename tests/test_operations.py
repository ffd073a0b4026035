"""Operations on tensors: values against NumPy and the rules, gradients against differences."""

import functools

import hypothesis
import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from scipy import special

from neurosim import InputError
from neurosim.kernels import rules
from neurosim.networks import Tensor, gradients, operation, operations
from neurosim.neurons import SLOPED, TRANSFERS

layouts = pytest.mark.parametrize("layout", LAYOUTS)

# Each with what NumPy makes of it, and where it is smooth.
ONE_OPERAND = {
    "negative": (np.negative, (-2, 2)),
    "exp": (np.exp, (-2, 2)),
    "log": (np.log, (0.2, 3)),
    "sqrt": (np.sqrt, (0.2, 3)),
    "abs": (np.abs, (0.2, 3)),
    "threshold_linear": (lambda x: np.where(x > 0, x, 0), (0.2, 3)),
    "logistic": (special.expit, (-3, 3)),
    "tanh": (np.tanh, (-3, 3)),
    "softplus": (lambda x: np.logaddexp(0, x), (-3, 3)),
}
TWO_OPERANDS = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "divide": np.divide,
    "power": np.power, "maximum": np.maximum,
}  # fmt: skip
EDGES = [(), (1,), (0,), (3, 0, 2), (1, 1, 4), (2, 3)]
APPROXIMATELY = {"float32": 3e-6, "float64": 1e-13}


def away_from_zero(rng, low, high, shape, name):
    """Values of a range; of both signs where the kink at 0 is all that must be avoided."""
    signs = rng.choice([-1, 1], size=shape) if name in ("abs", "threshold_linear") else 1
    return np.asarray(rng.uniform(low, high, size=shape) * signs)


@layouts
@pytest.mark.parametrize("shape", EDGES)
@pytest.mark.parametrize("name", ONE_OPERAND)
def test_an_operation_of_one_operand(rng, name, shape, layout):
    peer, (low, high) = ONE_OPERAND[name]
    x = away_from_zero(rng, low, high, shape, name)
    function = getattr(operations, name)
    for dtype, near in APPROXIMATELY.items():
        got = function(Tensor(x, dtype=dtype))
        assert got.dtype == dtype
        np.testing.assert_allclose(got.numpy(), peer(x), rtol=near, atol=near)
    check_gradients(function, x, layout=layout, rng=rng)


def apart(rng, shape, other):
    """Two operands from 0.5 to 2 that are nowhere so near that a difference crosses the kink."""
    x, y = rng.uniform(0.5, 2, size=shape), rng.uniform(0.5, 2, size=other)
    return np.round(np.asarray(x), 2), np.round(np.asarray(y), 2) + 0.005


@layouts
@pytest.mark.parametrize(
    ("shape", "other"),
    [
        ((), ()), ((2, 3), ()), ((), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((1,), (4, 2, 1)),
        ((0, 3), (1, 3)), ((0,), (1,)), ((2, 3), (2, 3)), ((1, 3), (3,)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_an_operation_of_two_operands_broadcasts(rng, name, shape, other, layout):
    x, y = apart(rng, shape, other)
    function = getattr(operations, name)
    for dtype, near in APPROXIMATELY.items():
        got = function(Tensor(x, dtype=dtype), Tensor(y, dtype=dtype))
        assert got.dtype == dtype
        np.testing.assert_allclose(got.numpy(), TWO_OPERANDS[name](x, y), rtol=near)
    check_gradients(function, x, y, layout=layout, rng=rng)


@hypothesis.given(
    shapes=arrays_of.mutually_broadcastable_shapes(
        num_shapes=2, max_dims=4, min_side=0, max_side=3
    ),
    name=st.sampled_from(["add", "subtract", "multiply", "divide"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_cotangent_is_summed_back_to_the_operands_shape(shapes, name, seed):
    rng = np.random.default_rng(seed)
    x, y = (np.asarray(rng.uniform(1, 2, size=shape)) for shape in shapes.input_shapes)
    g = rng.normal(size=shapes.result_shape)
    slopes = {
        "add": (1, 1), "subtract": (1, -1), "multiply": (y, x), "divide": (1 / y, -x / y**2),
    }[name]  # fmt: skip
    tensors = [Tensor(a, requires_grad=True, dtype="float64") for a in (x, y)]
    found = gradients(getattr(operations, name)(*tensors), tensors, g)
    for got, operand, slope in zip(found, (x, y), slopes, strict=True):
        whole = np.broadcast_to(g * slope, g.shape)
        # Oracle: add each value to the place of the operand that it came from.
        places = np.broadcast_to(np.arange(operand.size).reshape(operand.shape), g.shape)
        expected = np.zeros(operand.size)
        np.add.at(expected, places.ravel(), whole.ravel())
        np.testing.assert_allclose(got, expected.reshape(operand.shape), rtol=1e-12, atol=1e-12)


def test_a_chain_of_operations(rng):
    def function(x, w, b):
        y = operations.tanh(x @ w + b)
        return ((y - y.mean(axis=0)) / operations.sqrt(y.var(axis=0) + 1e-3)).max(axis=1)

    check_gradients(function, *(rng.normal(size=s) for s in [(5, 3), (3, 4), (4,)]), rng=rng)


@operation
def fused_dense(x, w, b, /):
    """A layer as one operation, whose cotangents share what they are made of."""
    y = np.tanh(x @ w + b)

    def vjp(g):
        delta = g * (1 - y * y)
        return lambda: delta @ w.T, lambda: x.T @ delta, lambda: delta.sum(axis=0)

    return y, vjp


@layouts
def test_a_fused_operation_is_declared_like_any_other(rng, layout):
    arrays = [rng.normal(size=s) for s in [(5, 3), (3, 4), (4,)]]
    x, w, b = (Tensor(a, dtype="float64") for a in arrays)
    got = fused_dense(x, w, b).numpy()
    np.testing.assert_allclose(got, operations.tanh(x @ w + b).numpy(), rtol=1e-14)
    check_gradients(fused_dense, *arrays, layout=layout, rng=rng)


# Where slopes are a matter of choice.


def slopes(function, *values):
    tensors = [Tensor(v, requires_grad=True) for v in values]
    return [float(g) for g in gradients(function(*tensors), tensors)]


def test_slopes_at_kinks_and_at_zero():
    assert slopes(operations.abs, 0.0) == [0]
    assert slopes(operations.threshold_linear, 0.0) == [0]
    assert slopes(operations.maximum, 2.0, 2.0) == [0.5, 0.5]
    assert slopes(operations.sqrt, 0.0) == [np.inf]
    assert slopes(operations.power, 0.0, 0.0) == [0, 0]
    assert slopes(operations.power, 0.0, 1.0) == [1, 0]
    assert slopes(operations.power, 0.0, 2.0) == [0, 0]
    assert slopes(operations.power, -3.0, 2.0)[0] == -6
    x = Tensor([1.0, 2.0, 2.0], requires_grad=True)
    assert gradients(x.max(), [x])[0].tolist() == [0, 0.5, 0.5]


# Activations.

EXTREME = [-np.inf, -1e4, -80.0, -1.5, -1e-20, -0.0, 0.0, 1e-9, 0.3, 2.0, 80.0, 1e4, np.inf, np.nan]


@pytest.mark.parametrize("name", [n for n in SLOPED if n != "identity"])
def test_an_activation_is_the_neurons_transfer_function(rng, name):
    code = TRANSFERS[name].code
    values = np.array([*EXTREME, *rng.normal(scale=3, size=200)])
    x = Tensor(values, requires_grad=True, dtype="float64")
    y = getattr(operations, name.replace("-", "_"))(x)
    expected = np.array([rules.transfer(code, v, 0.0, 0.0, 0.0) for v in values])
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-15, atol=1e-300)
    (slope,) = gradients(y, [x], np.ones(values.shape))
    finite = np.isfinite(expected)
    wanted = [rules.slope_at_answer(code, v) for v in expected[finite]]
    np.testing.assert_allclose(slope[finite], wanted, rtol=1e-12, atol=1e-15)


@layouts
@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("shape", [(2, 3), (1, 4), (3, 1), (0, 3), (3, 0), (2, 1, 4)])
def test_softmax(rng, shape, axis, layout):
    x = rng.normal(scale=2, size=shape)
    function = functools.partial(operations.softmax, axis=axis)
    if x.size:
        np.testing.assert_allclose(
            function(Tensor(x)).numpy(), special.softmax(x, axis=axis), rtol=1e-5
        )
    check_gradients(function, x, layout=layout, rng=rng)


def test_softmax_of_large_values_is_finite():
    y = operations.softmax(Tensor([1e4, 1e4, -1e4]))
    np.testing.assert_array_equal(y.numpy(), [0.5, 0.5, 0])


# Reductions.


@layouts
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((), None), ((3,), None), ((2, 3), None), ((2, 3), 0), ((2, 3), -1), ((2, 3, 4), (0, 2)),
        ((2, 3, 4), (-1, 1)), ((2, 3), ()), ((0, 3), 1), ((1, 1), 0), ((2, 1, 3), [1]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["sum", "mean", "max", "var"])
def test_a_reduction(rng, name, shape, axis, keepdims, layout):
    size = int(np.prod(shape))
    x = (rng.permutation(size) * 0.1).reshape(shape)  # no two so near that a difference swaps them
    function = functools.partial(getattr(operations, name), axis=axis, keepdims=keepdims)
    numpy_axis = tuple(axis) if isinstance(axis, list) else axis
    expected = getattr(np, name)(x, axis=numpy_axis, keepdims=keepdims)
    for dtype, near in APPROXIMATELY.items():
        got = function(Tensor(x, dtype=dtype))
        assert (got.dtype, got.shape) == (dtype, expected.shape)
        np.testing.assert_allclose(got.numpy(), expected, rtol=near, atol=near)
    check_gradients(function, x, layout=layout, rng=rng)


def test_the_sum_of_nothing_is_zero():
    x = Tensor(np.zeros((0, 2)), requires_grad=True)
    total = x.sum()
    assert total.item() == 0
    assert gradients(total, [x])[0].shape == (0, 2)


# The matrix product.


@layouts
@pytest.mark.parametrize(
    ("shape", "other"),
    [
        ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((1, 3), (3, 1)),
        ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)), ((5, 2, 3), (3,)),
        ((3,), (5, 3, 4)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 0, 3), (3, 4)),
        ((2, 3, 0), (0, 4)), ((1, 2, 3), (4, 3, 1)),
    ],
)  # fmt: skip
def test_the_matrix_product(rng, shape, other, layout):
    x, y = rng.normal(size=shape), rng.normal(size=other)
    for dtype, near in APPROXIMATELY.items():
        got = operations.matmul(Tensor(x, dtype=dtype), Tensor(y, dtype=dtype))
        assert got.dtype == dtype
        np.testing.assert_allclose(got.numpy(), x @ y, rtol=near, atol=near)
    check_gradients(operations.matmul, x, y, layout=layout, rng=rng)


# Shapes.

TAKEN = {
    "a number": 1,
    "from the end": -1,
    "a slice": slice(None, None, -2),
    "numbers and slices": (0, slice(1, 3)),
    "a new axis": (None, Ellipsis, 2),
    "nothing": slice(0, 0),
    "repeated places": [0, 0, 2, 0],
    "places of several axes": ([0, 1, 0], [2, 2, 2]),
    "an array of places": np.array([[0, 1], [1, 1]]),
    "places and a slice": (slice(1, None), [1, 1, 0]),
    "a mask": np.array([True, False, True]),
    "a tensor": Tensor([2, 2]),
}


@layouts
@pytest.mark.parametrize("name", TAKEN)
def test_indexing(rng, name, layout):
    x, at = rng.normal(size=(3, 4)), TAKEN[name]
    expected = x[at.numpy() if isinstance(at, Tensor) else at]
    np.testing.assert_array_equal(Tensor(x, dtype="float64")[at].numpy(), expected)
    check_gradients(lambda t: t[at], x, layout=layout, rng=rng)


@layouts
@pytest.mark.parametrize(
    ("shape", "function", "peer"),
    [
        ((2, 6), lambda x: x.reshape(3, -1), lambda x: x.reshape(3, -1)),
        ((2, 6), lambda x: x.reshape((12,)), np.ravel),
        ((1,), lambda x: x.reshape(()), lambda x: x.reshape(())),
        ((0, 3), lambda x: x.reshape(3, 0), lambda x: x.reshape(3, 0)),
        ((2, 3, 4), lambda x: x.transpose((2, 0, 1)), lambda x: x.transpose(2, 0, 1)),
        ((2, 3, 4), lambda x: x.transpose([0, -1, 1]), lambda x: x.transpose(0, 2, 1)),
        ((2, 3, 4), lambda x: x.T, np.transpose),
        ((), lambda x: x.T, np.transpose),
        (
            (2, 3),
            lambda x: operations.pad(x, [(1, 0), (0, 2)]),
            lambda x: np.pad(x, [(1, 0), (0, 2)]),
        ),
        (
            (0, 1),
            lambda x: operations.pad(x, [(1, 1), (0, 0)], value=-np.inf),
            lambda x: np.full((2, 1), -np.inf),
        ),
    ],
)
def test_another_shape(rng, shape, function, peer, layout):
    x = np.asarray(rng.normal(size=shape))
    np.testing.assert_array_equal(function(Tensor(x, dtype="float64")).numpy(), peer(x))
    if x.size:
        check_gradients(function, x, layout=layout, rng=rng)


@layouts
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_putting_together(rng, axis, layout):
    arrays = [rng.normal(size=(2, 3)) for _ in range(3)]
    for name in ("concatenate", "stack"):
        function = getattr(operations, name)
        expected = getattr(np, name)(arrays, axis=axis)
        got = function([Tensor(a, dtype="float64") for a in arrays], axis=axis)
        np.testing.assert_array_equal(got.numpy(), expected)
        check_gradients(lambda *xs: function(xs, axis=axis), *arrays, layout=layout, rng=rng)  # noqa: B023


@layouts
def test_putting_together_what_is_of_different_lengths(rng, layout):
    arrays = [rng.normal(size=(n, 2)) for n in (1, 0, 3)]
    check_gradients(lambda *xs: operations.concatenate(xs), *arrays, layout=layout, rng=rng)


# What does not fit.


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x: x + np.zeros(2), r"add: shapes \(2, 3\) and \(2,\) do not broadcast; from the"),
        (lambda x: x * x.T, r"multiply: shapes \(2, 3\) and \(3, 2\) do not broadcast"),
        (lambda x: x @ x, r"matmul: shapes \(2, 3\) and \(2, 3\) do not fit; \(…, m, k\) goes"),
        (lambda x: x @ 2, r"matmul: shapes \(2, 3\) and \(\) do not fit"),
        (lambda x: x.sum(2), r"sum: axis 2 does not fit a tensor of shape \(2, 3\); an axis is a"),
        (lambda x: x.max((0, 0)), r"max: axis \(0, 0\) does not fit a tensor of shape \(2, 3\)"),
        (lambda x: x.mean(0.5), r"mean: axis 0.5 does not fit"),
        (lambda x: operations.softmax(x, axis=5), "softmax: axis 5 does not fit"),
        (lambda x: x[:0].mean(), r"mean: there are no values along axes \(0, 1\) of a tensor"),
        (lambda x: x[:0].max(0), r"max: there are no values along axes \(0,\) of a tensor"),
        (lambda x: x[:0].var(), "var: there are no values"),
        (lambda x: x.reshape(4, 2), r"reshape: 6 values of shape \(2, 3\) do not fit shape \(4, 2"),
        (lambda x: x.reshape("a"), r"reshape: 6 values of shape \(2, 3\) do not fit shape a"),
        (lambda x: x.transpose((0, 0)), r"transpose: axis \(0, 0\) does not fit"),
        (lambda x: x.transpose((1,)), r"transpose: axes \(1,\) must name each axis of a tensor of"),
        (lambda x: x[2], r"index: of a tensor of shape \(2, 3\): index 2 is out of bounds"),
        (lambda x: x[0, 0, 0], r"index: of a tensor of shape \(2, 3\): too many indices"),
        (lambda x: x["a"], r"index: of a tensor of shape \(2, 3\): only integers, slices"),
        (lambda x: operations.concatenate([x, x.T]), r"concatenate: shapes \(2, 3\) and \(3, 2\)"),
        (lambda x: operations.concatenate([x], axis=2), "concatenate: axis 2 does not fit"),
        (lambda x: operations.concatenate([]), r"concatenate takes a list of one or more tensors"),
        (lambda x: operations.stack(x), "stack takes a list of one or more tensors"),
        (lambda x: operations.stack([x, x.T]), r"stack: shapes \(2, 3\) and \(3, 2\) must be"),
        (lambda x: operations.stack([x], axis=3), r"stack: axis 3 does not fit a tensor of shape"),
        (lambda x: operations.pad(x, [(1, 1)]), "pad: widths must be two whole numbers, 0 or more"),
        (lambda x: operations.pad(x, [(1, 1), (1,)]), "pad: widths takes numbers in rows of one"),
        (lambda x: operations.pad(x, [(1, 1), (0, 0)], value="b"), "pad: value takes real numbers"),
        (lambda x: x.sum().mean(0), r"mean: axis 0 does not fit a tensor of shape \(\); one"),
        (lambda x: operations.pad(x, [(1, -1), (0, 0)]), "pad: widths must be two whole numbers"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_the_operation_with_the_shapes(make, message):
    with pytest.raises(InputError, match=message):
        make(Tensor(np.ones((2, 3))))
