"""Drawn cats and dogs: smooth shapes of the right area, no two alike, and the same by any size."""

import numpy as np
import pytest

from circuits import stimuli
from circuits.stimuli.painting import Canvas, Pose
from neurosim import InputError

TURNS = np.array([0.0, 33.0, -70.0])


def canvas(size=80, right=(0.0, 0.1, -0.2), up=(0.0, -0.15, 0.05), unit=0.5):
    """Three black images, their figures' units half as long as half a side."""
    pose = Pose(np.array(right), np.array(up), TURNS, np.full(3, unit))
    return Canvas(np.zeros(3), size, pose)


def areas(painted, unit=0.5):
    return painted.images.mean(axis=(1, 2)) * (2 / unit) ** 2


def test_shapes_cover_their_areas_in_any_pose():
    for lean in (0.0, 20.0):
        painted = canvas()
        painted.ellipse(0.1, -0.2, 0.8, 0.5, 1.0, lean=lean)
        np.testing.assert_allclose(areas(painted), np.pi * 0.8 * 0.5, rtol=5e-3)
    for corners in (((0, 0), (1, 0.2), (0.3, 0.9)), ((0, 0), (0.3, 0.9), (1, 0.2))):
        painted = canvas()
        painted.triangle(corners, 1.0)
        np.testing.assert_allclose(areas(painted), (1 * 0.9 - 0.3 * 0.2) / 2, rtol=2e-2)
    painted = canvas()
    painted.stroke((-0.5, 0.1), (0.5, 0.1), 0.2, 1.0)
    np.testing.assert_allclose(areas(painted), 0.2 + np.pi * 0.1**2, rtol=1e-2)
    thin = canvas()
    thin.stroke((-1.0, 0.1), (1.0, 0.1), 0.02, 1.0)  # 0.4 of a pixel
    np.testing.assert_allclose(areas(thin), 0.04, rtol=5e-2)


def test_a_shape_stands_where_its_pose_says():
    painted = canvas()
    painted.ellipse(1.0, 0.0, 0.3, 0.3, 1.0)
    middles = (np.arange(80) + 0.5) / 40 - 1
    for image, turn, x, y in zip(
        painted.images, np.radians(TURNS), (0.0, 0.1, -0.2), (0.0, -0.15, 0.05), strict=True
    ):
        right = (image.sum(axis=0) @ middles) / image.sum()
        up = -(image.sum(axis=1) @ middles) / image.sum()
        np.testing.assert_allclose(
            (right, up), (x + 0.5 * np.cos(turn), y + 0.5 * np.sin(turn)), atol=2e-3
        )


def test_what_is_painted_later_lies_above():
    painted = canvas()
    painted.ellipse(0, 0, 0.8, 0.8, 0.3)
    painted.ellipse(0, 0, 0.4, 0.4, np.array([0.5, 0.6, 0.7]))
    middle = painted.images[[0, 1, 2], [40, 46, 38], [40, 44, 32]]
    np.testing.assert_allclose(middle, [0.5, 0.6, 0.7])
    lit = canvas()
    lit.ellipse(0, 0, 3, 3, 0.5)
    lit.light(np.full(3, 0.2), np.radians([0.0, 90.0, 0.0]))
    assert lit.images[0, 40, 60] == pytest.approx(0.5 * (1 + 0.2 * (60.5 / 40 - 1) / 0.5))
    assert np.ptp(lit.images[0], axis=0).max() < 1e-12


def test_a_pose_is_one_number_an_image():
    with pytest.raises(InputError, match=r"^a pose is one number an image, \(images,\) each \(got"):
        Pose(np.zeros(3), np.zeros(3), np.zeros(2), np.ones(3))


def test_cats_come_first_and_no_two_animals_are_alike():
    animals = stimuli.cats_and_dogs(40, seed=3)
    assert animals.images.shape == (80, 32, 32)
    assert animals.labels.tolist() == [0] * 40 + [1] * 40
    assert animals.classes == ("cat", "dog")
    assert str(animals) == "80 images of 32 × 32 pixels: 40 cat, 40 dog"
    assert animals.images.min() >= 0
    assert animals.images.max() <= 1
    flat = stimuli.cats_and_dogs(40, noise=0.0, seed=3).images.reshape(80, -1)
    between = np.square(flat[:, None] - flat[None]).mean(axis=2) + np.eye(80)
    assert between.min() > 1e-3


def test_a_seed_draws_the_same_animals_again():
    again = [stimuli.cats_and_dogs(5, seed=seed).images for seed in (1, 1, 2)]
    np.testing.assert_array_equal(again[0], again[1])
    assert np.abs(again[0] - again[2]).mean() > 0.05


def test_small_images_are_large_ones_seen_from_afar():
    small = stimuli.cats_and_dogs(8, size=32, noise=0.0).images
    large = stimuli.cats_and_dogs(8, size=128, noise=0.0).images
    seen = large.reshape(16, 32, 4, 32, 4).mean(axis=(2, 4))
    assert np.abs(small - seen).mean() < 0.005
    assert np.corrcoef(small.ravel(), seen.ravel())[0, 1] > 0.99


def test_without_a_pose_every_nose_is_in_its_place():
    images = stimuli.cats_and_dogs(20, size=64, pose=0.0, noise=0.0).images
    nose = 31 + round(0.7 * 32 * 0.26)
    assert (images[:20, nose, 31:33] < 0.3).all()
    assert (images[20:, nose, 31:33] < 0.1).all()
    moved = stimuli.cats_and_dogs(20, size=64, pose=1.0, noise=0.0).images
    assert (moved[20:, nose, 31:33] > 0.2).any()


def test_brightness_does_not_tell_them_apart():
    animals = stimuli.cats_and_dogs(300)
    brightness = animals.images.mean(axis=(1, 2))
    cats, dogs = brightness[:300], brightness[300:]
    darker = (cats[:, None] < dogs).mean()  # of pairs, a half where brightness says nothing
    assert 0.4 < darker < 0.6


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 0}, "count must be a whole number from 1"),
        ({"size": 15}, "size must be a whole number from 16"),
        ({"size": 257}, r"size must be at most 256 pixels a side \(got 257\)"),
        ({"pose": 1.1}, r"pose must be from 0 to 1 \(got 1.1\)"),
        ({"noise": -0.1}, r"noise must be from 0 to 1 \(got -0.1\)"),
        ({"noise": "much"}, "noise must be a number"),
        ({"seed": -1}, "seed must be a whole number from 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, message):
    with pytest.raises(InputError, match=f"^{message}"):
        stimuli.cats_and_dogs(**{"count": 2, **given})
