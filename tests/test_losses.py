"""Losses: textbook formulas in NumPy, weighted and averaged as in Keras 3, and differences."""

import functools

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients
from scipy import special

from neurosim import InputError
from neurosim.networks import Tensor, gradients, operations
from neurosim.networks.engines import to_host

NEAR = {"float32": 3e-6, "float64": 1e-12}
layouts = pytest.mark.parametrize("layout", LAYOUTS)


def normalized(p):
    return np.clip(p / p.sum(-1, keepdims=True), 1e-7, 1 - 1e-7)


# Each sample's loss, by its textbook formula; where p is a probability, or a net input.
EACH = {
    "mean_squared_error": lambda p, t: ((p - t) ** 2).mean(-1),
    "mean_absolute_error": lambda p, t: np.abs(p - t).mean(-1),
    "binary_cross_entropy": lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean(-1),
    "categorical_cross_entropy": lambda p, t: -(t * np.log(normalized(p))).sum(-1),
    "softmax_cross_entropy": lambda x, t: -(t * special.log_softmax(x, axis=-1)).sum(-1),
    "logistic_cross_entropy": lambda x, t: (
        -(t * special.log_expit(x) + (1 - t) * special.log_expit(-x)).mean(-1)
    ),
}
PROBABILITIES = {"softmax_cross_entropy": special.softmax, "logistic_cross_entropy": None}
SHAPES = [(1, 1), (1, 4), (3, 1), (5, 3), (2, 3, 4), (4, 17)]


def loss(name, *rest):
    """The loss as a function of the prediction alone."""

    def function(predicted):
        found = getattr(operations, name)(predicted, *rest)
        return found[0] if isinstance(found, tuple) else found

    return function


def prediction(rng, name, shape):
    if name in PROBABILITIES:
        return rng.normal(scale=2, size=shape)
    return rng.uniform(0.1, 0.9, size=shape)


@layouts
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", EACH)
def test_a_loss_is_its_formula(rng, name, shape, layout):
    p, t = prediction(rng, name, shape), rng.uniform(size=shape)
    each = EACH[name](p, t)
    by_sample = rng.uniform(size=shape[0])
    spread = np.broadcast_to(by_sample.reshape(-1, *[1] * (len(shape) - 2)), shape[:-1])
    for weights, expected in [
        (None, each.mean()),
        (by_sample, (spread * each).sum() / each.size),
        (spread.copy(), (spread * each).sum() / each.size),
        (spread[..., None], (spread * each).sum() / each.size),
    ]:
        for dtype, near in NEAR.items():
            got = loss(name, t, weights)(Tensor(p, dtype=dtype))
            assert (got.shape, got.dtype) == ((), dtype)
            np.testing.assert_allclose(got.item(), expected, rtol=near, atol=near)
    check_gradients(loss(name, t, by_sample), p, layout=layout, rng=rng)


@layouts
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 3), (2, 3, 4)])
@pytest.mark.parametrize("kind", ["sparse_categorical_cross_entropy", "softmax_cross_entropy"])
def test_a_label_is_a_one_among_zeros(rng, kind, shape, layout):
    p = prediction(rng, kind, shape)
    labels = rng.integers(shape[-1], size=shape[:-1])
    formula = EACH[kind.removeprefix("sparse_")]
    each = formula(p, np.eye(shape[-1])[labels])
    weights = rng.uniform(size=shape[:-1])
    targets = [labels, labels.astype("uint8"), labels.astype(float), Tensor(labels)]
    targets += [labels[..., None]] if shape[-1] > 1 else []
    for target in targets:
        for dtype, near in NEAR.items():
            got = loss(kind, target, weights)(Tensor(p, dtype=dtype)).item()
            np.testing.assert_allclose(got, (weights * each).mean(), rtol=near, atol=near)
    check_gradients(loss(kind, labels, weights), p, layout=layout, rng=rng)


def test_one_value_a_sample_needs_no_axis(rng):
    p, t, weights = rng.uniform(0.1, 0.9, size=(3, 6))
    for name in EACH:
        if "oft" in name or "cat" in name:
            continue
        whole = loss(name, t[:, None], weights)(Tensor(p[:, None])).item()
        assert loss(name, t, weights)(Tensor(p)).item() == whole
        assert loss(name, t, weights)(Tensor(p[:, None])).item() == whole
        assert loss(name, t[:, None], weights)(Tensor(p)).item() == whole
        check_gradients(loss(name, t, weights), p, rng=rng)


@pytest.mark.parametrize("dtype", NEAR)
def test_the_probabilities_come_along(rng, dtype):
    x = rng.normal(scale=3, size=(4, 3))
    t = np.eye(3)[[0, 2, 1, 0]]
    _, p = operations.softmax_cross_entropy(Tensor(x, dtype=dtype), t)
    np.testing.assert_allclose(to_host(p), special.softmax(x, axis=-1), rtol=3 * NEAR[dtype])
    _, q = operations.softmax_cross_entropy(Tensor(x, dtype=dtype), [0, 2, 1, 0])
    np.testing.assert_array_equal(to_host(q), to_host(p))
    _, p = operations.logistic_cross_entropy(Tensor(x, dtype=dtype), t)
    np.testing.assert_allclose(to_host(p), special.expit(x), rtol=3 * NEAR[dtype])
    assert p.dtype == dtype


@pytest.mark.parametrize("dtype", NEAR)
def test_net_inputs_far_from_zero_are_safe(dtype):
    x = Tensor([[1e4, 0.0, -1e4], [-1e4, -1e4, 0.0]], requires_grad=True, dtype=dtype)
    whole, p = operations.softmax_cross_entropy(x, [2, 2])
    assert whole.item() == 1e4
    assert to_host(p).tolist() == [[1, 0, 0], [0, 0, 1]]
    (slope,) = gradients(whole, [x])
    assert slope.tolist() == [[0.5, 0, -0.5], [0, 0, 0]]

    x = Tensor([[1e4, -1e4, 1e4, -1e4]], requires_grad=True, dtype=dtype)
    whole, p = operations.logistic_cross_entropy(x, [[1.0, 0.0, 0.0, 1.0]])
    assert whole.item() == 5e3
    assert to_host(p).tolist() == [[1, 0, 1, 0]]
    assert gradients(whole, [x])[0].tolist() == [[0, 0, 0.25, -0.25]]


def test_a_class_that_cannot_be_and_is_not_wanted_costs_nothing():
    x = Tensor([[0.0, 0.0, -np.inf]])
    for target in ([[1.0, 0.0, 0.0]], [0]):
        assert operations.softmax_cross_entropy(x, target)[0].item() == pytest.approx(np.log(2))


def test_what_is_no_number_is_seen_in_the_loss():
    x = [[np.nan, 1.0], [0.0, 1.0]]
    for name in ("softmax_cross_entropy", "logistic_cross_entropy", "mean_squared_error"):
        assert np.isnan(loss(name, [[1.0, 0.0], [0.0, 1.0]])(Tensor(x)).item())


def test_probabilities_are_kept_off_zero_and_one():
    p, t = Tensor([[1.0, 0.0]], requires_grad=True, dtype="float64"), [[0.0, 1.0]]
    for name, expected in [
        ("binary_cross_entropy", -np.log(1e-7)),
        ("categorical_cross_entropy", -np.log(1e-7)),
    ]:
        whole = loss(name, t)(p)
        assert whole.item() == pytest.approx(expected, rel=1e-8)
        assert gradients(whole, [p])[0].tolist() == [[0, 0]]
    whole = operations.sparse_categorical_cross_entropy(p, [1])
    assert whole.item() == pytest.approx(-np.log(1e-7), rel=1e-8)
    assert gradients(whole, [p])[0].tolist() == [[0, 0]]


@pytest.mark.parametrize(
    ("name", "shape", "rest", "message"),
    [
        ("mean_squared_error", (2, 3), [np.zeros((2, 4))],
         r"mean_squared_error: a target of shape \(2, 4\) does not fit a prediction of shape \(2,"),
        ("mean_squared_error", (2, 3), [np.zeros(2)], r"a target of shape \(2,\) does not fit"),
        ("mean_absolute_error", (0, 3), [np.zeros((0, 3))], "absolute_error: there are no samples"),
        ("mean_absolute_error", (2, 0), [np.zeros((2, 0))], "there are no values in a prediction"),
        ("binary_cross_entropy", (2, 3), [np.zeros((2, 3)), np.ones(3)],
         r"binary_cross_entropy: weights of shape \(3,\) do not fit losses of shape \(2,\)"),
        ("categorical_cross_entropy", (2, 3), [[0, 1]],
         r"categorical_cross_entropy: a target of shape \(2,\) does not fit"),
        ("categorical_cross_entropy", (2, 0), [np.zeros((2, 0))], r"\(2, 0\) has no classes"),
        ("sparse_categorical_cross_entropy", (2, 3), [[0, 3]],
         r"sparse_cat.*: labels of 3 classes are whole numbers from 0 to 2 \(got 3\)"),
        ("softmax_cross_entropy", (2, 3), [[0, -1]],
         r"softmax_cross_entropy: labels of 3 classes are whole numbers from 0 to 2 \(got -1\)"),
        ("softmax_cross_entropy", (2, 3), [[0, 0.5]], r"whole numbers from 0 to 2 \(got 0.5\)"),
        ("softmax_cross_entropy", (2, 3), [[0, 1, 2]],
         r"targets of shape \(3,\) do not fit a prediction of shape \(2, 3\); labels have"),
        ("softmax_cross_entropy", (), [0], r"a prediction of shape \(\) has no classes"),
        ("logistic_cross_entropy", (2, 1), [["a", "b"]], "takes real numbers"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(name, shape, rest, message):
    with pytest.raises(InputError, match=message):
        getattr(operations, name)(Tensor(np.full(shape, 0.5)), *rest)


@pytest.mark.peers
@pytest.mark.parametrize("dtype", NEAR)
def test_cross_entropies_are_torchs(rng, dtype):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")
    f = torch.nn.functional
    x = rng.normal(scale=4, size=(32, 10)).astype(dtype)
    labels, soft = rng.integers(10, size=32), special.softmax(rng.normal(size=(32, 10)), axis=-1)
    for ours, theirs in [
        (loss("softmax_cross_entropy", labels), lambda z: f.cross_entropy(z, torch.tensor(labels))),
        (
            loss("softmax_cross_entropy", soft),
            lambda z: f.cross_entropy(z, torch.tensor(soft.astype(dtype))),
        ),
        (
            loss("logistic_cross_entropy", soft),
            lambda z: f.binary_cross_entropy_with_logits(z, torch.tensor(soft.astype(dtype))),
        ),
        (
            loss("mean_squared_error", soft),
            lambda z: f.mse_loss(z, torch.tensor(soft.astype(dtype))),
        ),
    ]:
        tensor = Tensor(x, requires_grad=True, dtype=dtype)
        peer = torch.tensor(x, requires_grad=True)
        got, expected = ours(tensor), theirs(peer)
        np.testing.assert_allclose(got.item(), expected.item(), rtol=2 * NEAR[dtype])
        expected.backward()
        (found,) = gradients(got, [tensor])
        np.testing.assert_allclose(found, peer.grad.numpy(), rtol=1e-4, atol=3e-8)


def test_a_loss_takes_options_by_name(rng):
    p, t = rng.uniform(size=(2, 4, 3))
    function = functools.partial(operations.mean_squared_error, target=t, weights=np.zeros(4))
    assert function(Tensor(p)).item() == 0
