"""Images on the card, by the simulator: each operation and its gradients are the CPU's."""

import numpy as np
import pytest

from neurosim.cuda import convolution, simulated
from neurosim.networks import (
    AveragePooling2D,
    CenterSurround,
    Conv2D,
    Dense,
    DivisiveNormalization,
    Flatten,
    Input,
    MaxPooling2D,
    Sequential,
    Tensor,
    gradients,
    operations,
)
from neurosim.networks.engines import on_device, to_host

NEAR = {"float32": 1e-5, "float64": 1e-12}
dtypes = pytest.mark.parametrize("dtype", NEAR)
paddings = pytest.mark.parametrize("padding", ["valid", "same"])
# Images and windows with strides: what does not divide, one pixel, windows apart, over each other,
# as large as the image, and no images.
SHAPES = [
    ((2, 5, 6, 3), (3, 3), (1, 1)),
    ((3, 4, 4, 1), (4, 4), (1, 1)),
    ((2, 5, 4, 2), (1, 1), (1, 1)),
    ((2, 5, 5, 2), (1, 1), (2, 2)),
    ((1, 7, 6, 2), (2, 4), (1, 1)),
    ((1, 8, 7, 2), (2, 3), (3, 1)),
    ((1, 7, 9, 1), (3, 2), (2, 3)),
    ((5, 1, 1, 3), (1, 1), (1, 1)),
    ((0, 5, 5, 2), (3, 3), (1, 1)),
]
shapes = pytest.mark.parametrize(("shape", "size", "strides"), SHAPES)


def check(function, *arrays, dtype, rng):
    """Hold a function of tensors, and its gradients, on the card against the CPU's."""
    near, found, cotangent = NEAR[dtype], {}, None
    for device in ("cpu", "cuda"):
        with on_device(device):
            tensors = [Tensor(a, dtype=dtype, requires_grad=True) for a in arrays]
            simulated.READS[0] = 0
            y = function(*tensors)
            if cotangent is None:
                cotangent = rng.normal(size=y.shape).astype(dtype)
            slopes = gradients(y, tensors, cotangent)
            # Each gradient comes home as it is answered, and nothing else does.
            assert simulated.READS[0] == len(tensors) * (device == "cuda")
            found[device] = [y.numpy(), *map(to_host, slopes)]
    for there, here in zip(found["cuda"], found["cpu"], strict=True):
        assert there.dtype == here.dtype == dtype
        largest = np.abs(here).max(initial=0)
        np.testing.assert_allclose(there, here, rtol=near, atol=near * largest)


@dtypes
@paddings
@shapes
def test_convolution(rng, shape, size, strides, padding, dtype):
    check(
        lambda x, k, b: operations.conv2d(
            x, k, b, strides=strides, padding=padding, activation="tanh"
        ),
        rng.normal(size=shape), rng.normal(size=(*size, shape[3], 4)), rng.normal(size=4),
        dtype=dtype, rng=rng,
    )  # fmt: skip


@pytest.mark.parametrize("activation", ["identity", "threshold_linear", "softplus"])
@pytest.mark.parametrize("biased", [False, True])
def test_activations_with_and_without_a_bias(rng, activation, biased):
    arrays = [rng.normal(size=(2, 4, 4, 2)), rng.normal(size=(2, 2, 2, 3)), rng.normal(size=3)]
    check(
        lambda *operands: operations.conv2d(*operands, activation=activation),
        *arrays[: 2 + biased], dtype="float64", rng=rng,
    )  # fmt: skip


@pytest.mark.parametrize("images", [1, 3])
def test_patches_piece_by_piece(rng, monkeypatch, images):
    windows, taps = 9, 3 * 3 * 2
    monkeypatch.setattr(convolution, "PATCH_BYTES", images * windows * taps * 8 + 1)
    check(
        lambda x, k, b: operations.conv2d(x, k, b, padding="same", activation="tanh"),
        rng.normal(size=(5, 3, 3, 2)), rng.normal(size=(3, 3, 2, 4)), rng.normal(size=4),
        dtype="float64", rng=rng,
    )  # fmt: skip


@dtypes
@paddings
@shapes
@pytest.mark.parametrize("pool", [operations.max_pool2d, operations.average_pool2d])
def test_pooling(rng, pool, shape, size, strides, padding, dtype):
    x = rng.integers(0, 3, shape)  # so that windows have their largest value several times
    check(lambda x: pool(x, size, strides, padding), x, dtype=dtype, rng=rng)


def test_the_largest_is_nan_where_there_is_one(rng):
    x = rng.integers(0, 3, (1, 4, 4, 2)).astype(float)
    x[0, 1, 1, 0] = x[0, 2, 0, 0] = np.nan
    x[0, :, :, 1] = -np.inf
    check(lambda x: operations.max_pool2d(x, 3, 1), x, dtype="float64", rng=rng)


@dtypes
@pytest.mark.parametrize("border", ["zero", "reflect", "wrap"])
@pytest.mark.parametrize(
    ("shape", "rows", "columns"),
    [
        ((2, 4, 5, 2), (1, 2), (2, 0)),
        ((1, 2, 3, 1), (5, 4), (0, 7)),
        ((5, 1, 1, 1), (1, 1), (2, 2)),
        ((0, 3, 2, 1), (1, 1), (1, 1)),
        ((1, 3, 2, 0), (1, 1), (1, 1)),
    ],
)
def test_borders(rng, border, shape, rows, columns, dtype):
    check(
        lambda x: operations.extend(x, rows, columns, border=border),
        rng.normal(size=shape), dtype=dtype, rng=rng,
    )  # fmt: skip


def test_whole_numbers_beyond_a_border_stay_whole(rng):
    x = rng.integers(0, 9, (1, 2, 3, 1))
    with on_device("cuda"):
        y = operations.extend(Tensor(x), (1, 0), (0, 2), border="wrap")
        assert y.dtype == x.dtype
        np.testing.assert_array_equal(
            y.numpy(), np.pad(x, [(0, 0), (1, 0), (0, 2), (0, 0)], mode="wrap")
        )


@dtypes
@pytest.mark.parametrize("exponent", [1.0, 1.5, 2.0])
@pytest.mark.parametrize(
    ("shape", "neighbourhood"),
    [
        ((3, 5), None),
        ((3, 21), None),
        ((2, 3, 2, 3), None),
        ((2, 3, 4, 2), (3, 2)),
        ((1, 2, 3, 1), (5, 1)),
        ((0, 3, 3, 2), (3, 3)),
        ((0, 4), None),
    ],
)
def test_divisive_normalization(rng, shape, neighbourhood, exponent, dtype):
    check(
        lambda x, sigma: operations.divisive_normalization(
            x, sigma, exponent=exponent, weight=0.3, neighbourhood=neighbourhood
        ),
        rng.normal(size=shape), rng.uniform(0.5, 1, shape[-1]), dtype=dtype, rng=rng,
    )  # fmt: skip


def network():
    """The sheet's, small, and the biological layers of images before it."""
    return Sequential(
        [
            Input((8, 7, 1)),
            CenterSurround([[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]], trainable=True),
            DivisiveNormalization(pool=3, exponent=2.0),
            Conv2D(3, 3, activation="relu", padding="same"), MaxPooling2D(),
            Conv2D(4, (2, 2), activation="relu"), AveragePooling2D((2, 1)),
            Flatten(), Dense(5, "relu"), Dense(3, "softmax"),
        ],
        seed=1,
    )  # fmt: skip


def test_a_network_of_images_has_the_cpus_losses(rng, caplog):
    x, y = rng.normal(size=(12, 8, 7, 1)), rng.integers(0, 3, 12)
    losses = {}
    for device in ("cpu", "cuda"):
        model = network()
        model.compile("adam", "sparse_categorical_crossentropy")
        settings = {"epochs": 4, "batch_size": 5, "verbose": 0, "shuffle": False}
        losses[device] = model.fit(x, y, **settings, device=device).history["loss"]
    np.testing.assert_allclose(losses["cuda"], losses["cpu"], rtol=1e-4)
    assert losses["cpu"][-1] < losses["cpu"][0]
    assert not caplog.records  # its steps are captured, or it would say why not
