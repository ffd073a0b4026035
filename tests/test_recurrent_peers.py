"""Recurrent layers and embeddings beside PyTorch's: the same values and gradients."""

import numpy as np
import pytest

from neurosim.networks import Tensor, gradients, operations

pytestmark = pytest.mark.peers
torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra: peers)")

SIZES = [(3, 5, 4, 6), (1, 1, 1, 1), (32, 7, 3, 17), (20, 12, 16, 1)]
NEAR = {"float32": 3e-5, "float64": 1e-11}


def peer_of(layer, arrays, dtype):
    """PyTorch's layer with these weights: theirs are transposed, and have a bias too many."""
    _, kernel, recurrent_kernel, bias = (torch.tensor(a.astype(dtype)) for a in arrays)
    peer = layer(kernel.shape[0], recurrent_kernel.shape[0], batch_first=True, dtype=kernel.dtype)
    with torch.no_grad():
        peer.weight_ih_l0.copy_(kernel.T)
        peer.weight_hh_l0.copy_(recurrent_kernel.T)
        peer.bias_ih_l0.copy_(bias)
        peer.bias_hh_l0.zero_()
    return peer


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["lstm", "simple_rnn"])
def test_a_recurrent_layer_is_torchs(rng, name, size, dtype, sequences):
    batch, steps, inputs, units = size
    gates, layer = {"lstm": (4, torch.nn.LSTM), "simple_rnn": (1, torch.nn.RNN)}[name]
    shapes = [(batch, steps, inputs), (inputs, gates * units), (units, gates * units)]
    arrays = [rng.normal(size=s, scale=0.5) for s in (*shapes, (gates * units,))]
    tensors = [Tensor(a, requires_grad=True, dtype=dtype) for a in arrays]
    peer, x = peer_of(layer, arrays, dtype), torch.tensor(arrays[0].astype(dtype))
    x.requires_grad_()
    got = getattr(operations, name)(*tensors, sequences=sequences)
    expected = peer(x)[0] if sequences else peer(x)[0][:, -1]
    np.testing.assert_allclose(got.numpy(), expected.detach(), rtol=NEAR[dtype], atol=NEAR[dtype])
    g = rng.normal(size=got.shape).astype(dtype)
    expected.backward(torch.tensor(g))
    theirs = x.grad, peer.weight_ih_l0.grad.T, peer.weight_hh_l0.grad.T, peer.bias_ih_l0.grad
    for found, wanted in zip(gradients(got, tensors, g), theirs, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=NEAR[dtype], atol=NEAR[dtype])


def test_sequences_of_different_lengths_are_torchs(rng):
    """A mask of what lies beyond each sequence's end, against packed sequences."""
    lengths, units = [4, 1, 6], 3
    shapes = [(3, 6, 2), (2, 4 * units), (units, 4 * units), (4 * units,)]
    arrays = [rng.normal(size=s) for s in shapes]
    tensors = [Tensor(a, requires_grad=True, dtype="float64") for a in arrays]
    mask = np.arange(6) < np.array(lengths)[:, None]
    got = operations.lstm(*tensors, mask=mask, sequences=False)
    peer, x = peer_of(torch.nn.LSTM, arrays, "float64"), torch.tensor(arrays[0])
    x.requires_grad_()
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        x, lengths, batch_first=True, enforce_sorted=False
    )
    expected = peer(packed)[1][0][0]
    np.testing.assert_allclose(got.numpy(), expected.detach(), rtol=1e-12, atol=1e-12)
    g = rng.normal(size=(3, units))
    expected.backward(torch.tensor(g))
    theirs = x.grad, peer.weight_ih_l0.grad.T, peer.weight_hh_l0.grad.T, peer.bias_ih_l0.grad
    for found, wanted in zip(gradients(got, tensors, g), theirs, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("dtype", NEAR)
@pytest.mark.parametrize("shape", [(5,), (4, 30), (2, 0), ()])
def test_an_embedding_is_torchs(rng, shape, dtype):
    indices, table = np.asarray(rng.integers(0, 6, size=shape)), rng.normal(size=(6, 3))
    ours = Tensor(table, requires_grad=True, dtype=dtype)
    theirs = torch.tensor(table.astype(dtype), requires_grad=True)
    got = operations.embedding(indices, ours)
    expected = torch.nn.functional.embedding(torch.tensor(indices), theirs)
    np.testing.assert_array_equal(got.numpy(), expected.detach())
    g = rng.normal(size=got.shape).astype(dtype)
    expected.backward(torch.tensor(g))
    (found,) = gradients(got, [ours], g)
    np.testing.assert_allclose(found, theirs.grad, rtol=1e-5, atol=1e-6)
