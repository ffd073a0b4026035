"""The experiment `features`: what cells see and prefer, and what it refuses."""

import numpy as np
import pytest

from experiments import features
from experiments.features import fields, preferences, selectivity
from experiments.features.network import LAYERS, SIDE, network, responses
from neurosim import InputError
from neurosim.result import Result

pytestmark = pytest.mark.compiled


def test_the_fields_are_those_of_every_pixel_lesioned_in_turn(rng):
    """A plain loop: one pixel of an image is changed, and who notices is noted."""
    model = network(1)
    image = rng.uniform(-0.5, 0.5, (1, SIDE, SIDE, 1)).astype(np.float32)
    changed = np.repeat(image, SIDE, axis=0)
    changed[np.arange(SIDE), np.arange(SIDE)] += 0.4  # down the diagonal
    before, after = responses(model, image), responses(model, changed)
    expected = fields.sides()
    assert list(expected.values()) == [5, 10, 20]
    for layer in LAYERS:
        middle = before[layer].shape[1] // 2
        noticed = np.flatnonzero(
            (after[layer][:, middle, middle] != before[layer][0, middle, middle]).any(axis=-1)
        )
        top, left = fields.corner(layer, middle, middle)
        assert top == left
        assert top <= noticed.min()
        assert noticed.max() < top + expected[layer]
        assert len(noticed) > expected[layer] / 2


def test_the_best_patch_is_what_the_cell_answers_most_to(rng):
    model = network(2)
    images = rng.uniform(-0.5, 0.5, (6, SIDE, SIDE, 1)).astype(np.float32)
    (patch,) = fields.best_patches(model, images, "layer 1", 3, 1)
    kernel = model.get_weights()[0][:, :, 0, 3]
    assert patch.shape == (5, 5)
    assert (patch * kernel).sum() == pytest.approx(
        responses(model, images)["layer 1"][..., 3].max(), rel=1e-5
    )


def test_ascent_ends_at_the_kernel_and_keeps_the_contrast(rng):
    result = Result("features")
    found = preferences.check_first_layer(result, network(3), 0)
    assert result.holds
    for layer, side in fields.sides().items():
        size = np.sqrt(np.mean(found[layer] ** 2, axis=(1, 2)))
        assert found[layer].shape[1:] == (side, side)
        np.testing.assert_allclose(size, preferences.CONTRAST, rtol=1e-4)


def test_selectivity_counts_pairs():
    labels = np.array([0, 0, 1, 1])
    means = np.array([[1.0, 1, 0, 3], [2, 4, 0, 5], [3, 2, 0, 1], [4, 3, 0, 2]])
    expected = [1, 0, 0, 1]  # dogs above all cats, as often above as below, silent, below
    np.testing.assert_allclose(selectivity.selectivity(means, labels), expected)


@pytest.mark.parametrize("starts", [4, 31])
def test_too_few_and_too_many_networks_are_refused(starts):
    with pytest.raises(InputError, match=r"starts must be from 5 to 30 \(got"):
        features.run(starts)
