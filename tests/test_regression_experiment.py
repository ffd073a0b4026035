"""The experiment `regression`: folds without leaks, nothing but shapes tells, claims can fail."""

import numpy as np
import pytest

from experiments import regression
from experiments.regression import claims
from experiments.regression.folds import Fold, by_original
from experiments.regression.learning import Predicted, _plane, learn
from experiments.regression.showing import Turned, in_a_window, whole
from experiments.regression.tried import Tried, ahead
from experiments.turning import turned
from neurosim import InputError
from neurosim.learning import least_squares
from neurosim.networks.data import load_digits
from neurosim.result import Result


def failed(result):
    return [claim.claim for claim in result.claims if not claim.holds]


def test_folds_hold_each_original_out_once_and_share_digits_out(rng):
    digits = rng.permutation(np.repeat(np.arange(10), 12))
    folds = by_original(digits, 4, seed=1)
    assert sorted(np.concatenate([fold.held_out for fold in folds])) == list(range(120))
    for fold in folds:
        assert not set(fold.learned) & set(fold.held_out)
        assert len(fold.learned) + len(fold.held_out) == 120
        assert np.bincount(digits[fold.held_out]).tolist() == [3] * 10


def test_a_leak_fails_its_claim():
    result = Result("regression")
    fair = [Fold(np.array([2, 3]), np.array([0, 1])), Fold(np.array([0, 1]), np.array([2, 3]))]
    claims.claim_fair_folds(result, fair)
    assert failed(result) == []
    leaking = [fair[0], Fold(np.array([0, 1, 2]), np.array([2, 2]))]
    claims.claim_fair_folds(result, leaking)
    assert len(failed(result)) == 2


def test_samples_are_all_copies_with_their_angles(rng):
    images, degrees = rng.random((5, 3, 4, 4)), rng.random((5, 3))
    seen, angles = Turned(images, degrees).samples(np.array([3, 1]))
    assert seen.shape == (6, 4, 4)
    for image, angle in zip(seen, angles, strict=True):
        original, copy = np.argwhere(degrees == angle)[0]
        assert original in (1, 3)
        np.testing.assert_array_equal(image, images[original, copy])


def test_the_window_shows_nothing_that_was_beyond_the_border(rng):
    images, degrees = 0.5 + rng.random((20, 8, 8)), rng.uniform(-180, 180, (20, 2))
    shown = in_a_window(images, degrees).images
    assert shown.shape == (20, 2, 8, 8)
    seen = shown[:, 1] != 0
    assert (seen.sum(axis=(1, 2)) == 32).all()  # pixels whose middles are in a circle of 7
    framed = np.pad(np.ones((20, 8, 8)), ((0, 0), (3, 3), (3, 3)), constant_values=9.0)
    np.testing.assert_allclose(turned(framed, degrees[:, 1])[:, 3:-3, 3:-3][seen], 1.0)


def test_what_the_window_shows_is_smooth_before_it_is_turned():
    y, x = np.mgrid[-4:4, -4:4] + 0.5
    ramp = 5 + x + 0.5 * y  # a Gaussian leaves it as it is, but for its borders
    smooth, turn = in_a_window(ramp[None], np.array([[0.0, 90.0, 30.0]])).images[0], np.pi / 6
    expected = (
        5 + (x * np.cos(turn) - y * np.sin(turn)) + 0.5 * (x * np.sin(turn) + y * np.cos(turn))
    )
    middle = np.hypot(x, y) < 1
    np.testing.assert_allclose(smooth[0][middle], ramp[middle], rtol=0.02)
    np.testing.assert_allclose(smooth[1][middle], np.rot90(ramp)[middle], rtol=0.02)
    np.testing.assert_allclose(smooth[2][middle], expected[middle], rtol=0.02)


def test_whole_images_are_turned_with_room_for_all_of_them(rng):
    images, degrees = rng.random((6, 8, 8)), rng.uniform(-90, 90, (6, 2))
    shown = whole(images, degrees).images
    assert shown.shape == (6, 2, 12, 12)
    np.testing.assert_allclose(shown.sum(axis=(2, 3)).T, [images.sum(axis=(1, 2))] * 2, rtol=0.05)
    again = turned(np.pad(images, ((0, 0), (2, 2), (2, 2))), degrees[:, 1])
    np.testing.assert_array_equal(shown[:, 1], again)


@pytest.mark.compiled
def test_a_network_and_a_plane_learn_a_bars_angle(rng):
    bar = np.zeros((1, 12, 12))
    bar[:, 1:11, 5:7] = 1
    bars = np.repeat(bar, 200, axis=0) * rng.uniform(0.7, 1.0, (200, 1, 1))
    shown = in_a_window(bars, rng.uniform(-20, 20, (200, 2)))
    fold = by_original(np.zeros(200, dtype=int), 5, 0)[0]
    found = learn(shown, fold, 20.0, 15, 0)
    np.testing.assert_array_equal(found.true, shown.degrees[fold.held_out, 0])
    assert np.abs(found.network - found.true).mean() < 2
    assert np.abs(found.plane - found.true).mean() < 3
    np.testing.assert_allclose(found.mean, shown.degrees[fold.learned].mean())


def test_the_plane_is_that_of_least_squares_and_takes_dead_pixels(rng):
    images, targets, out = rng.random((60, 3, 4)), rng.random(60), rng.random((7, 3, 4))
    expected = least_squares(images.reshape(60, -1), targets)(out.reshape(7, -1))
    np.testing.assert_allclose(_plane(images, targets, out), expected)
    dead = [np.pad(some, ((0, 0), (1, 0), (0, 0))) for some in (images, out)]
    np.testing.assert_allclose(_plane(dead[0], targets, dead[1]), expected)


def predicted(rng, noise, count=60):
    true = rng.uniform(-45, 45, count)
    return Predicted(
        true, true + noise * rng.normal(size=count), true + 8 * rng.normal(size=count),
        np.zeros(count),
    )  # fmt: skip


def test_errors_and_correlations_are_those_of_all_folds(rng):
    tried = Tried("digits", [predicted(rng, 5.0) for _ in range(5)])
    assert len(tried.true) == 300
    assert tried.error("mean") == pytest.approx(np.abs(tried.true).mean())
    each = [np.corrcoef(fold.network, fold.true)[0, 1] for fold in tried.folds]
    np.testing.assert_allclose([one.r for one in tried.correlations()], each)
    assert min(each) < tried.mean_correlation()[0] < max(each)
    gain = (tried.predicted("plane") - tried.true) ** 2 - (tried.predicted() - tried.true) ** 2
    assert ahead(tried.predicted(), tried.predicted("plane"), tried.true) == pytest.approx(
        np.sqrt(300) * gain.mean() / gain.std(ddof=1)
    )
    assert ahead(tried.true, tried.true + 1 + 0.1 * rng.normal(size=300), tried.true) > 3.29


def test_a_network_that_guesses_fails_the_claims_and_noise_that_tells_does(rng):
    result = Result("regression")
    guesses = [fold._replace(network=rng.uniform(-45, 45, 60))
               for fold in (predicted(rng, 5.0) for _ in range(5))]  # fmt: skip
    claims.claim_predicted(result, Tried("digits", guesses), beyond_linear=True)
    assert len(failed(result)) == 3
    good = Tried("digits", [predicted(rng, 5.0) for _ in range(5)])
    result = Result("regression")
    claims.claim_predicted(result, good, beyond_linear=True)
    assert failed(result) == []
    claims.claim_what_tells(result, good, good, noise=good, by_box=False)
    assert len(failed(result)) == 1
    assert "turned noise" in failed(result)[0]


@pytest.mark.compiled
@pytest.mark.parametrize(
    "options", [{"widest": 15.0, "folds": 3, "seed": 6}, {"widest": 90.0, "seed": 4}]
)
def test_every_claim_holds_at_the_ends_of_the_parameters(options):
    result = regression.run(quick=True, **options)
    assert failed(result) == []
    rows = result.tables["correlations"].rows
    folds = options.get("folds", 5)
    assert [row[2] for row in rows[: folds + 1]] == [*range(1, folds + 1), "average"]
    assert rows[folds][-1] == 300


@pytest.mark.compiled
@pytest.mark.parametrize(("widest", "claimed"), [(45.0, True), (46.0, False)])
def test_that_boxes_tell_is_claimed_of_turns_that_a_box_tells_apart(
    rng, monkeypatch, widest, claimed
):
    images, digits = load_digits()
    monkeypatch.setattr(regression, "load_digits", lambda: (images[:60], digits[:60]))
    monkeypatch.setattr(
        regression, "learn", lambda _, fold, *__: predicted(rng, 5.0, len(fold.held_out))
    )
    told = [claim.claim for claim in regression.run(widest=widest).claims]
    assert any("whole digits as they are" in claim for claim in told) == claimed


@pytest.mark.slow
@pytest.mark.compiled
def test_every_claim_holds_of_all_digits():
    result = regression.run(seed=1)
    assert failed(result) == []
    assert len(result.tables["held-out"].rows) == len(load_digits()[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"widest": 14.0}, r"^widest must be from 15 to 90° \(got 14\)"),
        ({"copies": 1}, r"^copies must be from 2 to 8 \(got 1\)"),
        ({"epochs": 9}, r"^epochs must be from 10 to 50 \(got 9\)"),
        ({"folds": 2}, r"^folds must be from 3 to 10 \(got 2\)"),
        ({"folds": 5.5}, r"^folds must be a whole number from 3 to 10 \(got 5.5\)"),
    ],
)
def test_what_it_refuses(options, message):
    with pytest.raises(InputError, match=message):
        regression.run(**options)
