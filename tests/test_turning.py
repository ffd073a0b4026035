"""Images turned: by how much, which way, and with nothing cut off."""

import numpy as np
import pytest

from experiments.turning import through_a_round_window, turned, with_room


@pytest.mark.parametrize("spline", [1, 3])
def test_a_quarter_turn_is_counterclockwise_and_exact(rng, spline):
    images = rng.random((4, 7, 7))
    for quarters, image in enumerate(turned(images, np.arange(4) * 90.0, spline)):
        np.testing.assert_allclose(image, np.rot90(images[quarters], quarters), atol=1e-12)


def test_each_image_has_its_own_angle():
    # The axis of a bar, by the second moments of its ink.
    angles = np.array([-80.0, -45.0, -10.0, 0.0, 30.0, 70.0])
    bar = np.zeros((33, 33))
    bar[15:18, 4:29] = 1
    y, x = -np.mgrid[-16:17, -16:17][0], np.mgrid[-16:17, -16:17][1]
    for image, angle in zip(turned(np.tile(bar, (6, 1, 1)), angles), angles, strict=True):
        xx, yy, xy = (image * x * x).sum(), (image * y * y).sum(), (image * x * y).sum()
        assert np.degrees(np.arctan2(2 * xy, xx - yy)) / 2 == pytest.approx(angle, abs=0.5)


@pytest.mark.parametrize("side", [7, 8])
def test_with_room_no_ink_is_cut_off(rng, side):
    images = with_room(rng.random((40, side, side)))
    assert images.shape[1] % 2 == side % 2
    np.testing.assert_array_equal(turned(images, np.zeros(40)), images)
    ink = turned(images, rng.uniform(-180, 180, 40)).sum(axis=(1, 2))
    # Interpolated, the ink is only nearly the same; half a pixel's row would be 7% of it.
    np.testing.assert_allclose(ink, images.sum(axis=(1, 2)), rtol=0.03)
    corner = np.zeros((1, side, side))
    corner[0, 0, 0] = 1.0
    for angle in range(0, 360, 15):
        assert turned(with_room(corner), np.array([angle])).sum() > 0.7


def test_what_is_interpolated_is_never_beyond_what_was_there(rng):
    images = rng.random((20, 9, 9))
    found = turned(images, rng.uniform(-180, 180, 20))
    assert (found.max(axis=(1, 2)) <= images.max(axis=(1, 2)) + 1e-12).all()
    assert (found.min(axis=(1, 2)) >= images.min(axis=(1, 2)) - 1e-12).all()


def test_cubic_splines_change_a_smooth_image_less():
    y, x = np.mgrid[-16:17, -16:17]
    waves = np.cos(2 * np.pi * x / 6)[None]
    turn = np.radians(30)
    expected = np.cos(2 * np.pi * (x * np.cos(turn) - y * np.sin(turn)) / 6)
    linear, cubic = (
        np.abs(turned(waves, np.array([30.0]), spline)[0] - expected)[8:-8, 8:-8].max()
        for spline in (1, 3)
    )
    assert cubic < 0.03 < 0.1 < linear


def test_a_round_window_tells_no_angle():
    seen = through_a_round_window(np.ones((1, 24, 24)), 12, outside=0.5)[0]
    np.testing.assert_array_equal(seen, np.rot90(seen))
    assert set(np.unique(seen)) == {0.5, 1.0}
    assert (seen == 1).mean() == pytest.approx(np.pi / 4, abs=0.02)
