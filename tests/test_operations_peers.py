"""Operations on tensors beside PyTorch's: the same values and gradients."""

import numpy as np
import pytest

from neurosim.networks import Tensor, gradients, operations

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")

SHAPES = [(2, 3), (1, 3), (4, 1), (3, 4, 2)]
ONE_OPERAND = {
    "negative": (operations.negative, torch.neg),
    "exp": (operations.exp, torch.exp),
    "log": (operations.log, torch.log),
    "sqrt": (operations.sqrt, torch.sqrt),
    "abs": (operations.abs, torch.abs),
    "threshold-linear": (operations.threshold_linear, torch.relu),
    "logistic": (operations.logistic, torch.sigmoid),
    "tanh": (operations.tanh, torch.tanh),
    "softplus": (operations.softplus, torch.nn.functional.softplus),
    "softmax": (operations.softmax, lambda x: torch.softmax(x, -1)),
    "sum": (operations.sum, torch.sum),
    "mean over rows": (lambda x: x.mean(0), lambda x: x.mean(0)),
    "max over two axes": (lambda x: x.max((0, 1)), lambda x: torch.amax(x, (0, 1))),
    "var": (lambda x: x.var(-1, keepdims=True), lambda x: x.var(-1, correction=0, keepdim=True)),
    "reshape": (lambda x: x.reshape(-1, 1), lambda x: x.reshape(-1, 1)),
    "transpose": (lambda x: x.T, lambda x: x.permute(*range(x.ndim)[::-1])),
    "repeated places": (lambda x: x[[0, 0]], lambda x: x[[0, 0]]),
    "slices": (lambda x: x[..., :1], lambda x: x[..., :1]),
    "on and off": (
        operations.on_and_off,
        lambda x: torch.cat([torch.relu(x), torch.relu(-x)], dim=-1),
    ),
    "pad": (
        lambda x: operations.pad(x, [(0, 0)] * (x.ndim - 1) + [(1, 2)], value=3.0),
        lambda x: torch.nn.functional.pad(x, (1, 2), value=3.0),
    ),
}
TWO_OPERANDS = {
    "add": (operations.add, torch.add),
    "subtract": (operations.subtract, torch.sub),
    "multiply": (operations.multiply, torch.mul),
    "divide": (operations.divide, torch.div),
    "power": (operations.power, torch.pow),
    "maximum": (operations.maximum, torch.maximum),
}


def compare(ours, theirs, arrays, rng, dtype):
    near = 1e-5 if dtype == "float32" else 1e-12
    tensors = [Tensor(a, requires_grad=True, dtype=dtype) for a in arrays]
    peers = [torch.tensor(a.astype(dtype), requires_grad=True) for a in arrays]
    got, expected = ours(*tensors), theirs(*peers)
    np.testing.assert_allclose(got.numpy(), expected.detach().numpy(), rtol=near, atol=near)
    assert str(got.dtype) == str(expected.dtype).removeprefix("torch.")
    cotangent = rng.normal(size=got.shape).astype(dtype)
    expected.backward(torch.tensor(cotangent))
    for found, peer in zip(gradients(got, tensors, cotangent), peers, strict=True):
        np.testing.assert_allclose(found, peer.grad.numpy(), rtol=near, atol=near)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ONE_OPERAND)
def test_an_operation_of_one_operand_is_torchs(rng, name, shape, dtype):
    compare(*ONE_OPERAND[name], [rng.uniform(0.1, 2, size=shape)], rng, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("shape", "other"), [((2, 3), (2, 3)), ((2, 3), ()), ((2, 1), (1, 3)), ((3,), (2, 0, 3))]
)
@pytest.mark.parametrize("name", TWO_OPERANDS)
def test_an_operation_of_two_operands_is_torchs(rng, name, shape, other, dtype):
    arrays = [np.asarray(rng.uniform(0.5, 2, size=s)) for s in (shape, other)]
    compare(*TWO_OPERANDS[name], arrays, rng, dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("shape", "other"),
    [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
    ],
)
def test_the_matrix_product_is_torchs(rng, shape, other, dtype):
    arrays = [rng.normal(size=s) for s in (shape, other)]
    compare(operations.matmul, torch.matmul, arrays, rng, dtype)


@pytest.mark.parametrize("values", [[-2.0, 0.0, 3.0], [0.0, 0.0, 0.0], [5.0, 5.0, 1.0]])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (operations.abs, torch.abs),
        (operations.threshold_linear, torch.relu),
        (lambda x: x**2, lambda x: x**2),
        (lambda x: x**0, lambda x: x**0),
        (lambda x: operations.maximum(x, x[::-1]), lambda x: torch.maximum(x, x.flip(0))),
        (lambda x: x.max(), torch.amax),
    ],
)
def test_slopes_at_kinks_are_torchs(rng, values, ours, theirs):
    compare(ours, theirs, [np.array(values)], rng, "float64")


def dale(x, w, a, b, c):
    return torch.tanh(x @ w - 0.5 * (x @ a) @ b + c)


def divided(x, sigma):
    drive = torch.relu(x) ** 2
    return drive / (sigma**2 + 0.3 * drive.sum(-1, keepdim=True))


def divided_by_neighbours(x, sigma):
    drive = torch.relu(x) ** 1.5
    pool = drive.sum(-1)[:, None]  # as one channel, of which the border's pixels stand twice
    pool = torch.nn.functional.pad(pool, (1, 1, 1, 1), mode="replicate")
    pool = 9 * torch.nn.functional.avg_pool2d(pool, 3, stride=1)
    return drive / (sigma**1.5 + 0.2 * pool[:, 0, ..., None])


def extended(x):
    return torch.nn.functional.pad(x.permute(0, 3, 1, 2), (1, 2, 2, 0), mode="circular").permute(
        0, 2, 3, 1
    )


SEVERAL = {
    "dale_dense": (
        lambda *o: operations.dale_dense(*o, gain=0.5, activation="tanh"),
        dale,
        lambda n: [(n, 4), (4, 3), (4, 2), (2, 3), (3,)],
    ),
    "divisive_normalization": (
        lambda x, s: operations.divisive_normalization(x, s, exponent=2.0, weight=0.3),
        divided,
        lambda n: [(n, 5), (5,)],
    ),
    "divisive_normalization of images": (
        lambda x, s: operations.divisive_normalization(
            x, s, exponent=1.5, weight=0.2, neighbourhood=(3, 3)
        ),
        divided_by_neighbours,
        lambda n: [(n, 4, 5, 2), (2,)],
    ),
    "extend": (
        lambda x: operations.extend(x, (2, 0), (1, 2), border="wrap"),
        extended,
        lambda n: [(n, 3, 4, 2)],
    ),
    "stack": (
        lambda x, y: operations.stack([x, y], axis=1),
        lambda x, y: torch.stack([x, y], dim=1),
        lambda n: [(n, 3), (n, 3)],
    ),
    "concatenate": (
        lambda x, y: operations.concatenate([x, y], axis=-1),
        lambda x, y: torch.cat([x, y], dim=-1),
        lambda n: [(n, 3), (n, 1)],
    ),
}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("batch", [5, 1, 0])
@pytest.mark.parametrize("name", SEVERAL)
def test_operations_of_cells_and_arrangements_are_torchs(rng, name, batch, order):
    ours, theirs, shapes = SEVERAL[name]
    arrays = [np.asarray(rng.uniform(0.2, 2, size=s), order=order) for s in shapes(batch)]
    compare(ours, theirs, arrays, rng, "float64")


def test_a_network_of_two_layers_has_torchs_gradients(rng):
    arrays = [rng.normal(size=s) for s in [(7, 5), (5, 6), (6,), (6, 3), (3,)]]

    def ours(x, w, b, v, c):
        return operations.softmax(operations.tanh(x @ w + b) @ v + c)

    def theirs(x, w, b, v, c):
        return torch.softmax(torch.tanh(x @ w + b) @ v + c, -1)

    compare(ours, theirs, arrays, rng, "float64")
