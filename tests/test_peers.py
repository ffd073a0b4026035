"""Our arithmetic beside PyTorch's: the same convolutions, products and transfer functions."""

import numpy as np
import pytest

from neurosim import Circuit, convolve

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize(
    ("size", "kernel"), [((9, 12), (3, 3)), ((10, 7), (4, 2)), ((8, 8), (5, 1))]
)
def test_a_convolution_with_channels_is_conv2d(rng, size, kernel, stride):
    image = rng.normal(size=(*size, 3))
    weights = rng.normal(size=(*kernel, 3, 4))  # HWIO
    circuit = Circuit("sheet")
    seen = circuit.inputs("image", shape=image.shape, real=True)
    drive = convolve(seen, weights, border="valid", stride=stride)
    circuit.output(circuit.rate("sheet", drive=drive, transfer="identity"))
    expected = torch.nn.functional.conv2d(
        torch.tensor(image).permute(2, 0, 1)[None],
        torch.tensor(weights).permute(3, 2, 0, 1),
        stride=stride,
    )[0].permute(1, 2, 0)
    np.testing.assert_allclose(circuit(image), expected.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("transfer", "peer"),
    [
        ("threshold-linear", torch.relu),
        ("logistic", torch.sigmoid),
        ("tanh", torch.tanh),
        ("softplus", torch.nn.functional.softplus),
    ],
)
def test_a_layer_is_a_linear_layer_with_its_activation(rng, transfer, peer):
    weights, bias = rng.normal(size=(70, 130)), rng.normal(size=70)
    inputs = rng.normal(size=(9, 130))
    circuit = Circuit("layer")
    x = circuit.inputs("x", shape=130, real=True)
    circuit.output(circuit.rate("y", drive=weights @ x, bias=bias, transfer=transfer))
    linear = torch.nn.functional.linear(*map(torch.tensor, (inputs, weights, bias)))
    np.testing.assert_allclose(circuit(inputs), peer(linear).numpy(), rtol=1e-10, atol=1e-12)


def test_a_recurrent_network_relaxes_as_the_same_equations_do_in_torch(rng):
    n, steps, dt, tau = 80, 200, 1e-3, 10e-3
    weights = rng.normal(size=(n, n)) / np.sqrt(n)
    start = rng.normal(size=n)
    circuit = Circuit("network")
    v = circuit.rate("v", shape=n, tau=tau, transfer="tanh")
    circuit.connect(v, drive=weights @ v)
    circuit.output(v)
    found = circuit.simulate(steps=steps, dt=dt, initial={"v": start})["v"][0, -1]
    matrix, y = torch.tensor(weights), torch.tensor(start)
    decay = np.exp(-dt / tau)
    for _ in range(steps):
        target = torch.tanh(matrix @ y)
        y = target + (y - target) * decay
    np.testing.assert_allclose(found, y.numpy(), rtol=1e-9, atol=1e-12)
