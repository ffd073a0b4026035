"""A front end of given fields: against the retina's circuit, and sums written out."""

import json

import numpy as np
import pytest
from central_differences import check_gradients
from scipy import ndimage

from circuits.retina import DifferenceOfGaussians, ganglion_cells
from neurosim import InputError
from neurosim.networks import (
    SGD,
    CenterSurround,
    DaleDense,
    Flatten,
    Input,
    Sequential,
    Tensor,
    gradients,
)

MODES = {"reflect": "reflect", "zero": "constant", "wrap": "wrap"}
LAPLACE = np.array([[0, -0.25, 0], [-0.25, 1, -0.25], [0, -0.25, 0]])


def field(pixel):
    """A difference of Gaussians as one array, the center in the middle of the surround."""
    center, surround = DifferenceOfGaussians().kernels(pixel)
    return np.pad(center, (len(surround) - len(center)) // 2) - surround


@pytest.mark.parametrize("border", MODES)
def test_it_is_the_retinas_circuit(rng, border):
    images = rng.uniform(size=(3, 12, 15))
    retina = ganglion_cells((12, 15), pixel=0.5, border=border)
    on, off = retina(images)
    layer = CenterSurround(field(0.5), border=border)
    got = layer(images).numpy()
    assert got.shape == (3, 12, 15, 2)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got[..., 0], on, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(got[..., 1], off, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("border", MODES)
@pytest.mark.parametrize("size", [(1, 1), (3, 3), (2, 4), (5, 2)])
def test_fields_of_several_kinds(rng, size, border):
    kernel = rng.normal(size=(*size, 3))
    images = rng.normal(size=(2, 6, 7))
    # SciPy's middle of an even side lies after the middle, ours before
    origin = [0, *((n - 1) // 2 - n // 2 for n in size)]
    drives = [
        ndimage.correlate(images, kernel[None, ..., k], mode=MODES[border], origin=origin)
        for k in range(3)
    ]
    drive = np.stack(drives, axis=-1)
    expected = np.concatenate([np.maximum(drive, 0), np.maximum(-drive, 0)], axis=-1)
    for x in (images, images[..., None]):
        layer = CenterSurround(kernel, border=border, dtype="float64")
        np.testing.assert_allclose(layer(x).numpy(), expected, rtol=1e-12, atol=1e-12)


def test_its_gradients(rng):
    layer = CenterSurround(rng.normal(size=(3, 2, 2)), trainable=True, dtype="float64")
    values = rng.normal(size=(2, 4, 3))
    check_gradients(lambda x: layer(x), values, rng=rng)
    kernel, x = layer.kernel, Tensor(values, dtype="float64")
    y = layer(x)
    cotangent = rng.normal(size=y.shape)
    found = gradients(y, [kernel.tensor], cotangent)[0]
    for place in np.ndindex(kernel.shape):
        sides = []
        for change in (1e-6, -1e-6):
            before = kernel.array[place]
            kernel.array[place] += change
            sides.append((layer(x).numpy() * cotangent).sum())
            kernel.array[place] = before
        assert found[place] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-7)


@pytest.mark.parametrize("trainable", [False, True])
def test_fields_change_only_where_they_may(rng, trainable):
    layer = CenterSurround(LAPLACE, trainable=trainable)
    model = Sequential([Input((5, 5)), layer, Flatten(), DaleDense(1, "linear")], seed=1)
    model.compile(SGD(0.01), "mse")
    model.fit(rng.uniform(size=(8, 5, 5)), rng.uniform(size=(8, 1)), verbose=0)
    moved = not np.array_equal(layer.kernel.array[..., 0, 0], LAPLACE.astype("float32"))
    assert moved is trainable
    assert (layer.kernel in model.trainable_weights) is trainable


def test_an_even_image_is_answered_by_none():
    """Of a field whose weights cancel, also at the border."""
    answers = CenterSurround(LAPLACE)(np.full((1, 4, 4), 0.7)).numpy()
    np.testing.assert_allclose(answers, 0, atol=1e-7)


def test_settings_make_the_same_layer_again(rng):
    layer = CenterSurround(rng.normal(size=(3, 2, 2)), border="wrap", name="eye")
    again = CenterSurround.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    x = rng.uniform(size=(2, 5, 4, 1))
    np.testing.assert_array_equal(again(x).numpy(), layer(x).numpy())
    assert layer.output_shape == (None, 5, 4, 4)


@pytest.mark.parametrize(
    ("kernel", "settings", "message"),
    [
        ([1.0, 2.0], {}, r"kernel is an array of finite weights .* \(got shape \(2,\)\)"),
        (np.ones((0, 3)), {}, r"kernel is an .* \(got shape \(0, 3\)\)"),
        ([[np.nan]], {}, r"kernel is an array of finite weights"),
        ([["a"]], {}, r"kernel takes real numbers"),
        ([[1.0]], {"border": "mirror"}, r"border: .*'mirror'.*zero, reflect, wrap"),
    ],
)
def test_fields_that_are_none(kernel, settings, message):
    with pytest.raises(InputError, match=f"CenterSurround 'eye': {message}"):
        CenterSurround(kernel, name="eye", **settings)


@pytest.mark.parametrize("shape", [(5,), (4, 4, 3), (2, 3, 4, 1)])
def test_what_is_no_gray_image(shape):
    with pytest.raises(
        InputError, match=r"CenterSurround .* takes gray images .* \(got shape \(None"
    ):
        Sequential([Input(shape), CenterSurround(LAPLACE)])
