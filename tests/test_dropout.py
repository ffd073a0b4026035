"""Dropout: the words of Philox, the share that is kept, and gradients."""

import numpy as np
import pytest
from central_differences import LAYOUTS, check_gradients

from neurosim import InputError
from neurosim.kernels.random import DROPOUT, philox, seed_words
from neurosim.networks import Tensor, gradients, operations
from neurosim.networks.engines import to_host

STREAM = {"seed": 2**40 + 3, "layer": 5, "step": 70}


def expected_mask(count, rate, seed, layer, step):
    """Word by word, from the generator's published definition in NumPy."""
    blocks = np.arange(-(-count // 4), dtype=np.uint64)
    words = philox(blocks, *(np.uint64(word) for word in (layer, step)), DROPOUT, *seed_words(seed))
    kept = np.stack(words, axis=-1).ravel()[:count] >= rate * 2**32
    return np.where(kept, 1 / (1 - rate), 0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rate", [0, 0.1, 0.5, 0.9375])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3,), (4,), (5, 7), (2, 3, 4, 1)])
def test_a_value_is_kept_by_its_word(shape, rate, dtype):
    mask = operations.dropout_mask(shape, rate, **STREAM, dtype=dtype)
    assert (mask.shape, mask.dtype) == (shape, dtype)
    wanted = expected_mask(int(np.prod(shape)), rate, **STREAM).astype(dtype)
    np.testing.assert_array_equal(to_host(mask).ravel(), wanted)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", [(), (0, 3), (1, 5), (3, 6)])
def test_dropout(rng, shape, layout):
    x = np.asarray(rng.normal(size=shape))
    mask = operations.dropout_mask(shape, 0.4, **STREAM, dtype="float64")
    for dtype in ("float32", "float64"):
        y = operations.dropout(LAYOUTS["C"](x) if dtype == "float64" else Tensor(x), 0.4, **STREAM)
        assert y.dtype == dtype
        np.testing.assert_allclose(y.numpy(), x * to_host(mask), rtol=1e-6)
    check_gradients(lambda t: operations.dropout(t, 0.4, **STREAM), x, layout=layout, rng=rng)


def test_seed_layer_and_step_each_make_another_mask():
    masks = {
        to_host(operations.dropout_mask((64,), 0.5, **{**STREAM, **change})).tobytes()
        for change in [{}, {"seed": 3}, {"seed": 2**40}, {"layer": 6}, {"step": 71}]
    }
    assert len(masks) == 5


def test_as_many_are_kept_as_asked():
    n = 100_000
    for rate in (0.05, 0.5, 0.8):
        kept = (operations.dropout_mask((n,), rate, 1, 2, 3) > 0).mean()
        assert abs(kept - (1 - rate)) < 5 * np.sqrt(rate * (1 - rate) / n)


def test_the_slope_is_the_mask():
    x = Tensor(np.full((3, 5), 2.0), requires_grad=True)
    y = operations.dropout(x, 0.5, **STREAM)
    (slope,) = gradients(y, [x], np.ones((3, 5)))
    mask = operations.dropout_mask((3, 5), 0.5, **STREAM)
    np.testing.assert_array_equal(slope, to_host(mask))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rate": 1}, r"dropout: rate must be at least 0 and below 1 \(got 1\)"),
        ({"rate": -0.1}, r"dropout: rate must be at least 0 and below 1 \(got -0.1\)"),
        ({"rate": np.nan}, r"dropout: rate must be at least 0 and below 1 \(got nan\)"),
        ({"rate": "half"}, r"dropout: rate must be at least 0 and below 1 \(got 'half'\)"),
        ({"seed": -1}, r"dropout: seed must be a whole number from 0 to 2\^64 − 1 \(got -1\)"),
        ({"layer": 2**32}, r"dropout: layer must be a whole number from 0 to 2\^32 − 1 \(got 42"),
        ({"step": 0.5}, r"dropout: step must be a whole number from 0 to 2\^32 − 1 \(got 0.5\)"),
    ],
)
def test_what_is_out_of_range_is_told(change, message):
    with pytest.raises(InputError, match=message):
        operations.dropout(Tensor(np.ones(3)), **{"rate": 0.5, **STREAM, **change})


def test_a_mask_of_integers_is_refused():
    with pytest.raises(InputError, match=r"dropout: dtype must be float32 or float64 \(got 'int3"):
        operations.dropout_mask((3,), 0.5, **STREAM, dtype="int32")
