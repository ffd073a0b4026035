"""Drawn faces: every part in its place, and scrambled ones with the same parts elsewhere."""

import math
from itertools import combinations

import numpy as np
import pytest

from circuits import stimuli
from circuits.stimuli import faces
from circuits.stimuli.portraits import Portraits
from neurosim import InputError


def drawn(scrambled, count=30, size=96, pose=0.0, seed=0):
    return faces._faces(np.random.default_rng(seed), count, size, pose, scrambled)


def test_faces_come_first_and_no_two_are_alike():
    images = stimuli.faces_and_scrambled(30, size=24, seed=3)
    assert images.images.shape == (60, 24, 24)
    assert images.labels.tolist() == [0] * 30 + [1] * 30
    assert images.classes == ("face", "scrambled")
    assert images.images.min() >= 0
    assert images.images.max() <= 1
    flat = stimuli.faces_and_scrambled(30, size=24, noise=0.0, seed=3).images.reshape(60, -1)
    assert min(np.square(one - other).mean() for one, other in combinations(flat, 2)) > 1e-3


def test_a_seed_draws_the_same_faces_again():
    again = [stimuli.faces_and_scrambled(5, seed=seed).images for seed in (1, 1, 2)]
    np.testing.assert_array_equal(again[0], again[1])
    assert np.abs(again[0] - again[2]).mean() > 0.05


def test_scrambled_parts_stand_where_a_face_has_none_of_their_kind():
    # Of all 6! ways, those without an eye or a brow in either place of its kind, and without nose
    # and mouth in their own, counted by inclusion and exclusion over rook placements.
    rooks = np.polynomial.polynomial.Polynomial([1])
    for board in ([1, 4, 2], [1, 4, 2], [1, 1], [1, 1]):
        rooks *= np.polynomial.polynomial.Polynomial(board)
    ways = sum((-1) ** k * r * math.factorial(6 - k) for k, r in enumerate(rooks.coef))
    assert len(faces.SCRAMBLED) == ways
    assert (np.sort(faces.SCRAMBLED, axis=1) == np.arange(6)).all()


def test_a_scrambled_face_has_the_grey_values_of_the_face_with_the_same_parts():
    # From one seed both kinds draw the same heads, parts, light and grounds.
    both = [np.sort(drawn(scrambled).reshape(30, -1), axis=1) for scrambled in (False, True)]
    np.testing.assert_allclose(both[0].mean(axis=1), both[1].mean(axis=1), atol=2e-3)
    alike = np.abs(both[0] - both[1]).mean(axis=1)
    others = np.abs(both[0] - np.roll(both[1], 1, axis=0)).mean(axis=1)
    assert alike.max() < 6e-3
    assert np.median(others) > 0.05


def test_neither_brightness_nor_contrast_tells_them_apart():
    images = stimuli.faces_and_scrambled(300, size=24).images
    for value in (images.mean(axis=(1, 2)), images.std(axis=(1, 2))):
        first, second = value[:300], value[300:]
        # Of pairs, a half where it says nothing; the deviation of that part is 0.024.
        assert (first[:, None] < second).mean() == pytest.approx(0.5, abs=0.08)


def test_without_a_pose_white_eyes_with_dark_pupils_are_in_their_places():
    row, reach = round(48 - 0.12 * 0.7 * 48), round(0.34 * 0.7 * 48)
    for scrambled in (False, True):
        images = drawn(scrambled)
        for column in (48 - reach, 48 + reach):
            eye = images[:, row - 2 : row + 3, column - 5 : column + 6].reshape(len(images), -1)
            seen = (eye.min(axis=1) < 0.12) & (eye.max(axis=1) > 0.85)
            assert seen.mean() < 0.5 if scrambled else seen.mean() > 0.95


def test_mouths_bend_both_ways_and_brows_tilt_both_ways(monkeypatch):
    strokes = []
    face = Portraits(np.random.default_rng(0), 100, 16, 0.0)
    monkeypatch.setattr(face.canvas, "stroke", lambda start, end, *_: strokes.append((start, end)))
    paint = faces._parts(face)
    paint[5]((np.zeros(100), np.zeros(100)))
    corner, middle = strokes[0][0][1], strokes[1][1][1]
    assert 0.3 < (corner > middle).mean() < 0.7  # smiles
    strokes.clear()
    paint[2]((np.zeros(100), np.zeros(100)))
    paint[3]((np.zeros(100), np.zeros(100)))
    left, right = (end[1] - start[1] for start, end in strokes)
    np.testing.assert_allclose(left, -right)
    assert 0.3 < (left > 0).mean() < 0.7


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 0}, "count must be a whole number from 1"),
        ({"size": 257}, r"size must be at most 256 pixels a side \(got 257\)"),
        ({"pose": 1.1}, r"pose must be from 0 to 1 \(got 1.1\)"),
        ({"noise": math.nan}, "noise must be"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, message):
    with pytest.raises(InputError, match=f"^{message}"):
        stimuli.faces_and_scrambled(**{"count": 2, **given})
