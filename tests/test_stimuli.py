"""Stimuli: areas, closed forms, the same frames whatever stretch is asked for, and refusals."""

import numpy as np
import pytest
from scipy import ndimage

from circuits import stimuli
from circuits.stimuli import Screen
from neurosim import InputError

SCREEN = Screen((81, 81), 0.1)


def area(image) -> float:
    return image.sum() * SCREEN.pixel**2


@pytest.mark.parametrize("diameter", [0.35, 2.0, 5.0])
def test_a_spot_covers_its_area_wherever_it_is(diameter):
    for at in ((0, 0), (0.123, -1.07)):
        seen = stimuli.spot(SCREEN, diameter, at=at)
        assert area(seen) == pytest.approx(np.pi * diameter**2 / 4, rel=5e-3)
        middle = [np.sum(seen * place) / seen.sum() for place in (SCREEN.x, SCREEN.y)]
        np.testing.assert_allclose(middle, at, atol=2e-3)


def test_a_ring_is_what_a_spot_leaves_of_a_larger_one():
    assert area(stimuli.annulus(SCREEN, 1, 2)) == pytest.approx(np.pi * 0.75, rel=5e-3)


@pytest.mark.parametrize("orientation", [0, 17, 45, 90, 90.0001, 163.2, 270])
def test_a_bar_covers_its_area_and_points_its_way(orientation):
    seen = stimuli.bar(SCREEN, 0.73, 3.0, orientation=orientation)
    assert area(seen) == pytest.approx(0.73 * 3.0, rel=2e-3)
    xx, yy, xy = (np.sum(seen * p) for p in (SCREEN.x**2, SCREEN.y**2, SCREEN.x * SCREEN.y))
    axis = np.degrees(np.arctan2(2 * xy, xx - yy)) / 2
    assert (axis - orientation + 90) % 180 - 90 == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("orientation", [0, 31, 45, 90, 127.3])
def test_an_edge_covers_each_pixel_as_finer_points_do(orientation):
    screen = Screen((9, 11), 0.3)
    fine = Screen((9 * 200, 11 * 200), 0.3 / 200)
    turned = np.radians(orientation - 90)
    bright = fine.x * np.cos(turned) + fine.y * np.sin(turned) <= 0.17
    expected = bright.reshape(9, 200, 11, 200).mean(axis=(1, 3))
    seen = stimuli.edge(screen, 0.17, orientation=orientation)
    np.testing.assert_allclose(seen, expected, atol=0.006)


def test_an_edge_is_bright_on_the_left():
    ramp = stimuli.edge(Screen((1, 5), 1.0), 0.25)
    np.testing.assert_allclose(ramp, [[1, 1, 0.75, 0, 0]])
    np.testing.assert_allclose(stimuli.edge(Screen((1, 5), 1.0), 0.25, dark=True), -ramp)


def test_a_grating_is_the_mean_of_a_cosine_over_each_pixel():
    screen, fine = Screen((7, 9), 0.2), Screen((7 * 50, 9 * 50), 0.2 / 50)
    turned = np.radians(30 - 90)
    across = fine.x * np.cos(turned) + fine.y * np.sin(turned)
    exact = np.cos(2 * np.pi * 1.3 * across - np.radians(40))
    expected = 0.7 * exact.reshape(7, 50, 9, 50).mean(axis=(1, 3))
    seen = stimuli.grating(screen, 1.3, orientation=30, phase=40, contrast=0.7)
    np.testing.assert_allclose(seen, expected, atol=1e-3)


def test_a_drifting_grating_is_still_ones_of_growing_phase():
    screen = Screen((8, 8), 0.1, frame=0.01)
    movie = stimuli.drifting_grating(screen, 1.0, 5.0, orientation=20, phase=10, diameter=0.7)
    for k in (0, 3, 17):
        still = stimuli.grating(
            screen, 1.0, orientation=20, phase=10 + 360 * 5 * 0.01 * k, diameter=0.7
        )
        np.testing.assert_allclose(movie.frames(k, 1)[0], still, atol=1e-12)
    later = stimuli.drifting_grating(Screen((1, 64), 0.1), 1.0, 5.0).frames(0, 3)[:, 0]
    assert np.argmax(later[2, 30:40]) > np.argmax(later[0, 30:40])  # to the right


def test_counterphase_is_two_gratings_that_drift_apart():
    screen = Screen((8, 8), 0.1)
    still = stimuli.counterphase_grating(screen, 1.0, 5.0, phase=25).frames(0, 20)
    left, right = (
        stimuli.drifting_grating(screen, 1.0, f, phase=25, contrast=0.5).frames(0, 20)
        for f in (5.0, -5.0)
    )
    np.testing.assert_allclose(still, left + right, atol=1e-12)


def test_a_plaid_is_the_sum_of_its_gratings_around_the_mean():
    bright = Screen((8, 8), 0.1, luminance=40.0)
    seen = stimuli.plaid(bright, 1.0, orientations=(0, 90), contrasts=(0.5, 0.25)).frames(0, 4)
    parts = [
        stimuli.drifting_grating(Screen((8, 8), 0.1), 1.0, orientation=o, contrast=c).frames(0, 4)
        for o, c in ((0, 0.5), (90, 0.25))
    ]
    np.testing.assert_allclose(seen, 40 * (1 + sum(parts)))


def test_a_screen_with_a_luminance_shows_luminance():
    dim = Screen((9, 9), 0.1, luminance=12.0)
    np.testing.assert_allclose(
        stimuli.spot(dim, 0.5, contrast=0.5), 12 * (1 + stimuli.spot(SCREEN_9, 0.5, contrast=0.5))
    )
    noise = stimuli.white_noise(dim, contrast=0.25).frames(0, 40)
    assert set(np.unique(noise)) == {9, 15}


SCREEN_9 = Screen((9, 9), 0.1)
MOVIES = {
    "binary": lambda: stimuli.white_noise(Screen((5, 7)), seed=3),
    "many words": lambda: stimuli.white_noise(Screen((32, 33)), seed=3),
    "gaussian": lambda: stimuli.white_noise(
        Screen((5, 7)), seed=3, levels="gaussian", contrast=0.2
    ),
    "sparse": lambda: stimuli.sparse_noise(Screen((5, 7)), seed=3, size=2),
    "dots": lambda: stimuli.random_dots(Screen((20, 30)), seed=3, coherence=0.5, lifetime=0.05),
    "grating": lambda: stimuli.drifting_grating(Screen((5, 7)), 1.0, count=40),
    "plaid": lambda: stimuli.plaid(Screen((5, 7)), 1.0),
}


@pytest.mark.parametrize("name", MOVIES)
def test_frames_are_the_same_whatever_stretch_is_asked_for(name):
    movie = MOVIES[name]()
    whole = movie.frames(0, 12)
    assert whole.shape == (12, *movie.shape)
    parts = np.concatenate([movie.frames(0, 5), movie.frames(5, 1), movie.frames(6, 6)])
    np.testing.assert_array_equal(parts, whole)
    np.testing.assert_array_equal(movie(7 * movie.frame), whole[7])
    assert np.abs(whole).max() <= 1


@pytest.mark.parametrize("levels", ["binary", "gaussian"])
def test_white_noise_is_white(levels):
    movie = stimuli.white_noise(Screen((6, 5)), seed=1, levels=levels, contrast=0.2)
    frames = movie.frames(0, 20_000).reshape(20_000, -1).astype(float)
    error = 4 / np.sqrt(20_000)
    assert abs(frames.mean()) < 0.2 * error / np.sqrt(30)
    correlation = np.corrcoef(frames.T) - np.eye(30)
    assert np.abs(correlation).max() < 1.2 * error
    assert np.abs((frames[1:] * frames[:-1]).mean(axis=0)).max() < 0.04 * error
    np.testing.assert_allclose(frames.std(axis=0), 0.2, rtol=error)
    other = stimuli.white_noise(Screen((6, 5)), seed=2, levels=levels).frames(0, 100)
    assert abs(np.corrcoef(other.ravel(), frames[:100].ravel())[0, 1]) < 4 / np.sqrt(3000)


def test_sparse_noise_shows_one_square_everywhere_equally_often():
    frames = stimuli.sparse_noise(Screen((3, 4)), seed=5, size=2).frames(0, 12_000)
    assert (np.abs(frames).sum(axis=(1, 2)) == 4).all()
    signs = frames.sum(axis=(1, 2)) / 4
    assert abs(signs.mean()) < 4 / np.sqrt(12_000)
    corner = (frames[:, 0, 0] != 0).mean()
    assert corner == pytest.approx(1 / 6, abs=4 * np.sqrt(5 / 36 / 12_000))


def test_random_dots_move_their_way_and_have_their_density():
    screen = Screen((80, 80), 0.1, frame=0.01)
    movie = stimuli.random_dots(
        screen, speed=10, direction=90, density=1.0, diameter=0.3, lifetime=10, seed=2
    )
    first, second = movie.frames(0, 2)
    moved = ndimage.shift(first, (-1, 0))  # 0.1° up: one pixel
    inside = (slice(5, -5), slice(5, -5))
    assert np.corrcoef(moved[inside].ravel(), second[inside].ravel())[0, 1] > 0.9
    assert first.sum() * 0.01 == pytest.approx(64 * np.pi * 0.15**2, rel=0.25)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Screen((5, 5), 0), r"^pixel must be finite and above 0 degrees \(got 0\)"),
        (lambda: Screen((5, 5), frame=-1), "^frame must be finite and above 0 seconds"),
        (lambda: Screen(5), "^a screen's shape is its rows and columns"),
        (lambda: Screen((5, 0)), "^the screen's columns must be a whole number from 1"),
        (lambda: Screen((5, 5), luminance=0), "^luminance must be finite and above 0"),
        (lambda: stimuli.spot((9, 9), 1), r"^screen must be a Screen, .* \(got \(9, 9\)\)"),
        (lambda: stimuli.mach_bands(screen=9, ramp=1), r"^screen must be a Screen, .* \(got 9\)"),
        (lambda: stimuli.natural_image(None), r"^screen must be a Screen, .* \(got None\)"),
        (lambda: stimuli.spot(SCREEN, -1), "^diameter must be finite and at least 0"),
        (lambda: stimuli.spot(SCREEN, float("nan")), "^diameter must be finite"),
        (lambda: stimuli.spot(SCREEN, "wide"), "^diameter must be a number of degrees"),
        (lambda: Screen((10**5, 10**5)), "^a screen of 100,000 × 100,000 pixels is too large"),
        (lambda: Screen((5, 5), luminance="12"), "^luminance must be a number"),
        (lambda: stimuli.spot(SCREEN, "1"), r"^diameter must be a number of degrees \(got '1'\)"),
        (lambda: stimuli.spot(SCREEN, True), r"^diameter must be a number of degrees \(got True"),
        (lambda: stimuli.spot(SCREEN, 10**400), r"^diameter must be finite and .* \(got inf\)"),
        (lambda: stimuli.spot(SCREEN, 1, at=2), r"^at must be two numbers, .* \(got 2\)"),
        (lambda: stimuli.spot(SCREEN, 1, at=(1, 2, 3)), r"^at must be two numbers, degrees right"),
        (lambda: stimuli.bar(SCREEN, 1, at=(1, "up")), r"^at must be a number of degrees right"),
        (lambda: stimuli.bar(SCREEN, 1, "long"), "^length must be a number of degrees"),
        (lambda: stimuli.bar(SCREEN, 1, float("nan")), "^length must be finite and at least 0"),
        (lambda: stimuli.spot(SCREEN, 9), "^diameter of 9° is larger than the screen, 8.1° × 8.1°"),
        (lambda: stimuli.spot(SCREEN, 1, contrast=1.5), r"^contrast must be from 0 to 1 \(got 1.5"),
        (lambda: stimuli.spot(SCREEN, 1, contrast=-0.5), "dark=True"),
        (lambda: stimuli.annulus(SCREEN, 3, 1), "^the inner diameter is above the outer one"),
        (lambda: stimuli.bar(SCREEN, 1, -2), "^length must be finite and at least 0"),
        (lambda: stimuli.bar(SCREEN, 1, 9), "^length of 9° is larger than the screen"),
        (lambda: stimuli.bar(SCREEN, 10), "^width of 10° is larger than the screen"),
        (lambda: stimuli.edge(SCREEN, float("nan")), "^position must be finite"),
        (lambda: stimuli.grating(SCREEN, float("inf")), "^frequency must be finite"),
        (lambda: stimuli.grating(SCREEN, 5.1), "^a frequency of 5.1 cycles/° is too fine for"),
        (lambda: stimuli.grating(SCREEN, 1, phase=float("nan")), "^phase must be finite"),
        (lambda: stimuli.plaid(SCREEN, 1, contrasts=(0.8, 0.3)), "^contrast must be from 0 to 1"),
        (lambda: stimuli.grating((9, 9), 1), r"^screen must be a Screen"),
        (lambda: stimuli.white_noise(None), r"^screen must be a Screen"),
        (lambda: stimuli.grating(SCREEN, 1, at=3), "^at must be two numbers"),
        (lambda: stimuli.plaid(SCREEN, 1, contrasts=0.5), "^contrasts must be two numbers"),
        (lambda: stimuli.plaid(SCREEN, 1, orientations=(0, 1, 2)), "^orientations must be two num"),
        (lambda: stimuli.random_dots(SCREEN, coherence="all"), "^coherence must be a number"),
        (lambda: stimuli.random_dots(SCREEN, lifetime=0), "^a dot lives for a frame of 0.01 s or"),
        (lambda: stimuli.random_dots(SCREEN, lifetime=1e300), "up to 1,099,511,627,776 of them"),
        (lambda: stimuli.white_noise(SCREEN, seed=-1), "^seed must be a whole number from 0"),
        (lambda: stimuli.white_noise(SCREEN, levels="pink"), "^levels must be 'binary' or"),
        (lambda: stimuli.sparse_noise(SCREEN, size=90), "is larger than the screen of 81 × 81"),
        (lambda: stimuli.random_dots(SCREEN, density=1e5), "dots are too many"),
        (lambda: stimuli.random_dots(SCREEN, coherence=2), "^coherence is a share from 0 to 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_one_clear_error(make, message):
    with pytest.raises(InputError, match=message) as refused:
        make()
    assert "\n" not in str(refused.value)


def test_a_screen_reaches_at_least_so_far_from_its_middle_pixel():
    screen = Screen.reaching(1.01, 0.3, pixel=0.1, frame=0.02)
    assert screen == Screen((7, 23), 0.1, frame=0.02)
    assert Screen.reaching(0.5, pixel=0.2).shape == (7, 7)
    assert Screen.reaching(0).shape == (1, 1)
    assert screen.x[3, 11] == screen.y[3, 11] == 0


@pytest.mark.parametrize(
    ("reach", "message"),
    [
        ({"right": -1}, r"^right must be finite and at least 0 \(got -1\)"),
        ({"right": 1, "up": float("nan")}, r"^up must be finite and at least 0 \(got nan\)"),
        ({"right": 1, "pixel": 0}, "^pixel must be finite and above 0 degrees"),
    ],
)
def test_a_screen_that_cannot_reach_so_far_is_refused(reach, message):
    with pytest.raises(InputError, match=message):
        Screen.reaching(**reach)
