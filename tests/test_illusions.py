"""Illusions: each pixel beside the mean of finer points, the places that are equal, refusals."""

import numpy as np
import pytest

from circuits import stimuli
from circuits.stimuli import Screen
from neurosim import InputError

SCREEN = Screen((20, 28), 0.25)  # 7° × 5°
FINER = 64  # points a side of a pixel


def finer(pattern) -> np.ndarray:
    """Return a pattern's mean over each pixel, of points: `pattern(x, y)` in degrees."""
    rows, columns = SCREEN.shape
    fine = Screen((rows * FINER, columns * FINER), SCREEN.pixel / FINER)
    points = pattern(fine.x, fine.y) + np.zeros(fine.shape)
    return points.reshape(rows, FINER, columns, FINER).mean(axis=(1, 3))


def ramp(x, y):
    return np.interp(x, [-0.85, 0.85], [-1, 1])


def crossing(x, y):
    return (np.abs(x - 0.3) < 0.45) | (np.abs(y + 1.1) < 0.45)


def grid(x, y):
    across, up = (x - 0.3 + 0.9) % 1.8 - 0.9, (y + 1.1 + 0.9) % 1.8 - 0.9
    return (np.abs(across) < 0.35) | (np.abs(up) < 0.35)


def contrast(x, y):
    disks = np.hypot(np.abs(x) - 1.75, y) < 0.95
    return np.where(disks, 0, np.sign(x))


def white(x, y):
    x, y = x - 0.1, y - 0.4
    stripes = np.where(np.floor(x / 0.9) % 2 == 0, 1, -1)
    return np.where((np.abs(np.abs(x) - 2.25) < 0.45) & (np.abs(y) < 0.8), 0, stripes)


@pytest.mark.parametrize(
    ("seen", "pattern"),
    [
        (stimuli.mach_bands(SCREEN, 1.7), ramp),
        (stimuli.hermann_grid(SCREEN, 0.9, at=(0.3, -1.1)), crossing),
        (stimuli.hermann_grid(SCREEN, 0.7, 1.8, at=(0.3, -1.1)), grid),
        (stimuli.simultaneous_contrast(SCREEN, 1.9), contrast),
        (stimuli.white_illusion(SCREEN, 0.9, 1.6, at=(0.1, 0.4)), white),
    ],
)  # fmt: skip
def test_each_pixel_is_the_mean_over_it(seen, pattern):
    assert seen.shape == SCREEN.shape
    np.testing.assert_allclose(seen, finer(pattern), atol=0.03)  # disks are of 8 × 8 points a pixel


def test_a_ramp_is_exact_over_pixels():
    seen = stimuli.mach_bands(Screen((1, 6), 1.0), 2.0)
    np.testing.assert_allclose(seen, [[-1, -1, -0.5, 0.5, 1, 1]])


def test_the_equal_patches_are_equal_and_grey():
    disks = stimuli.simultaneous_contrast(SCREEN, 2.0)
    assert disks[10, 6] == disks[10, 21] == 0
    np.testing.assert_allclose(disks[:, ::-1], -disks, atol=1e-12)
    patches = stimuli.white_illusion(SCREEN, 1.0, 2.0)
    assert patches[10, 4] == patches[10, 23] == 0
    np.testing.assert_allclose(patches[:, ::-1], -patches, atol=1e-12)
    assert patches[0, 4] == -1  # the left patch stands in a dark stripe
    assert patches[10, 2] == 0 == patches[10, 5]  # 1° is as wide as four pixels
    assert patches[10, 1] == 1 == patches[10, 6]  # and bright ones flank it


def test_dark_streets_contrast_and_luminance():
    bright = stimuli.hermann_grid(SCREEN, 0.7, 1.8)
    np.testing.assert_array_equal(stimuli.hermann_grid(SCREEN, 0.7, 1.8, dark=True), -bright)
    dim = Screen(SCREEN.shape, SCREEN.pixel, luminance=30.0)
    for draw, sizes in (
        (stimuli.mach_bands, (1.7,)),
        (stimuli.hermann_grid, (0.7, 1.8)),
        (stimuli.simultaneous_contrast, (1.9,)),
        (stimuli.white_illusion, (0.9, 1.6)),
    ):
        full = draw(SCREEN, *sizes)
        np.testing.assert_allclose(draw(SCREEN, *sizes, contrast=0.25), 0.25 * full)
        np.testing.assert_allclose(draw(dim, *sizes, contrast=0.5), 30 * (1 + 0.5 * full))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: stimuli.mach_bands(SCREEN, 0), "^ramp must be finite and above 0 degrees"),
        (lambda: stimuli.mach_bands(SCREEN, 7), "^ramp of 7° leaves no plateaus on a screen 7°"),
        (lambda: stimuli.mach_bands(SCREEN, 1, contrast=2), "^contrast must be from 0 to 1"),
        (lambda: stimuli.hermann_grid(SCREEN, "wide"), "^street must be a number of degrees"),
        (lambda: stimuli.hermann_grid(SCREEN, 6), "^street of 6° is larger than the screen, 7°"),
        (lambda: stimuli.hermann_grid(SCREEN, 1, 6), "^period of 6° is larger than the screen"),
        (lambda: stimuli.hermann_grid(SCREEN, 1, 1), "^streets of 1° every 1° leave no blocks"),
        (lambda: stimuli.hermann_grid(SCREEN, 1, float("nan")), "^period must be finite"),
        (lambda: stimuli.simultaneous_contrast(SCREEN, 4), "is larger than half the screen, 3.5°"),
        (lambda: stimuli.simultaneous_contrast(SCREEN, 9), "^diameter of 9° is larger than the sc"),
        (lambda: stimuli.white_illusion(SCREEN, 1.2, 1), "^stripes of 1.2°: the six with both"),
        (lambda: stimuli.white_illusion(SCREEN, 1, 5.5), "^patch of 5.5° is higher than the scr"),
        (lambda: stimuli.white_illusion(SCREEN, -1, 1), "^stripe must be finite and above 0 degr"),
        (lambda: stimuli.white_illusion(SCREEN, 1, -1), "^patch must be finite and at least 0"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_one_clear_error(make, message):
    with pytest.raises(InputError, match=message) as refused:
        make()
    assert "\n" not in str(refused.value)
