"""The experiment `reconstruction`: parts, spikes, decoders, measures, and what it refuses."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from experiments import reconstruction
from experiments.reconstruction import cells, claims, decoders, measures, tables, training
from experiments.reconstruction.digits import Digits, on_screen
from experiments.reconstruction.linear import linear_decoder
from experiments.signs import ahead_by_chance
from neurosim import InputError
from neurosim.networks.data import load_digits
from neurosim.result import Result

pytestmark = pytest.mark.compiled


@pytest.fixture(scope="module")
def digits():
    return Digits.divided(7)


def test_every_image_is_in_one_part_and_every_digit_in_all(digits):
    parts = [digits.learned, digits.choosing, digits.held_out]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(1797))
    assert [len(part) for part in parts] == [1297, 200, 300]
    assert digits.seen_before() == 0
    for part in parts:
        shares = np.bincount(digits.labels[part]) / len(part)
        np.testing.assert_allclose(shares, np.bincount(digits.labels) / 1797, atol=0.01)


def test_an_image_that_was_learned_from_is_noticed(digits):
    twice = digits.images.copy()
    twice[digits.held_out[3]] = twice[digits.learned[5]]
    assert replace(digits, images=twice).seen_before() == 1


def test_brightness_goes_in_straight_lines_between_the_scans_pixels(digits):
    scan = load_digits()[0][11] / 16
    row = (3 * scan[2] + scan[3]) / 4  # a quarter of the way down
    expected = (3 * row[4] + row[5]) / 4, (row[4] + 3 * row[5]) / 4
    np.testing.assert_allclose(digits.images[11, 5, 9:11], expected)


def test_lgn_cells_are_excited_most_by_spots_where_they_look():
    circuit = cells.lgn_cells()
    spots = np.zeros((3, 16, 16))
    places = [(0, 0), (3, 5), (7, 2)]
    for spot, (row, column) in zip(spots, places, strict=True):
        spot[2 * row, 2 * column] = 1
    on, off = circuit(on_screen(spots))
    assert [np.unravel_index(sheet.argmax(), (8, 8)) for sheet in on] == places
    dark = circuit(-on_screen(spots))
    np.testing.assert_allclose(dark[1], on)
    np.testing.assert_allclose(dark[0], off)


def test_complex_cells_do_not_tell_light_from_dark(digits):
    circuit = cells.complex_cells()
    shown = on_screen(digits.images[:5])
    light, dark = (np.stack(circuit(own), axis=1) for own in (shown, -shown))
    assert light.shape == (5, 16, 8)
    np.testing.assert_allclose(light, dark, atol=1e-12)


def test_complex_cells_of_a_place_prefer_their_orientation():
    """A bar through the middle of the upper left place, at each orientation in turn."""
    y, x = np.mgrid[0:28, 0:28]
    right, up = (x - 7.5) * 0.25, (7.5 - y) * 0.25  # degrees from that place's middle
    turns = np.radians([field.orientation for field in cells.FIELDS])
    bars = np.stack([np.exp(-((right * np.sin(t) - up * np.cos(t)) ** 2) / 0.18) for t in turns])
    answers = cells.complex_cells()(bars)
    np.testing.assert_array_equal(np.argmax(answers[0], axis=1), np.arange(8))


@pytest.mark.parametrize("name", list(cells.BRAINS))
def test_spikes_have_the_mean_that_is_asked_for_and_vary_by_it(digits, rng, name):
    population = cells.Population.shown(name, digits, 0.7)
    assert population.expected.shape == (1797, 128)
    assert population.usual.mean() == pytest.approx(0.7)
    counts = population.counts(np.full(4000, 5), rng)
    expected = population.expected[5]
    near = 5 * np.sqrt(expected / 4000)  # standard errors
    assert (np.abs(counts.mean(axis=0) - expected) <= near).all()
    spread = counts.var(axis=0).sum() / expected.sum()
    assert spread == pytest.approx(1, abs=0.05)


def test_the_linear_decoder_is_ridge_regression(rng):
    """Beside least squares on the same trials and a row √λ·n for each cell that asks for 0."""
    responses, images = rng.normal(2, 1, (50, 6)), rng.random((50, 3, 4))
    wanted = images[:10]
    decoder = linear_decoder(responses, images, (responses[:10], wanted))
    apart, pixels = (
        responses - responses.mean(axis=0),
        (images - images.mean(axis=0)).reshape(50, -1),
    )
    strength = np.sqrt(decoder.penalty * apart.var(axis=0).mean() * 50)
    rows = np.vstack([apart, strength * np.eye(6)])
    expected = np.linalg.lstsq(rows, np.vstack([pixels, np.zeros((6, 12))]), rcond=None)[0]
    np.testing.assert_allclose(decoder.weights, expected, atol=1e-10)
    np.testing.assert_allclose(
        decoder(responses), images.mean(axis=0) + (apart @ expected).reshape(50, 3, 4), atol=1e-10
    )


def test_the_penalty_is_none_without_noise_and_large_for_noise_alone(rng):
    weights = rng.normal(size=(5, 12))
    responses, others = rng.normal(size=(40, 5)), rng.normal(size=(40, 5))
    exact = [(own @ weights).reshape(-1, 3, 4) for own in (responses, others)]
    assert linear_decoder(responses, exact[0], (others, exact[1])).penalty == pytest.approx(1e-6)
    noise = rng.random((2, 40, 3, 4))
    assert linear_decoder(responses, noise[0], (others, noise[1])).penalty > 0.1


def test_the_sign_test_counts_all_ways_that_coins_fall():
    values = np.array([1, 1, 1, 0, 2, 5])
    others = np.array([0, 0, 0, 0, 3, 1])  # ahead on 4 of 5, once even
    fallen = [sum(coins) for coins in product((0, 1), repeat=5)]
    assert ahead_by_chance(values, others) == pytest.approx(np.mean(np.array(fallen) >= 4))
    assert ahead_by_chance(others, others) == 1


def test_measures_of_the_image_itself_and_of_a_paler_one(rng):
    images = rng.random((6, 16, 16))
    same = measures.Measures.of(images, images)
    for found, expected in zip(same, (1, 1, 1, 1, 0), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-12)
    paler = measures.Measures.of(images / 2, images)
    np.testing.assert_allclose(paler.correlation, 1)
    np.testing.assert_allclose(paler.sharpness, 0.5)
    np.testing.assert_allclose(paler.error, np.square(images / 2).mean(axis=(1, 2)))


def test_correlations_are_numpys_and_the_same_image_for_all_tells_none(rng):
    made, images = rng.random((2, 5, 16, 16))
    expected = np.corrcoef(made.reshape(5, -1), images.reshape(5, -1))[:5, 5:]
    np.testing.assert_allclose(measures.correlations(made, images), expected)
    always = measures.Measures.of(np.broadcast_to(images[0], images.shape), images)
    assert always.identified.mean() == pytest.approx(0.5)
    np.testing.assert_array_equal(measures.correlations(np.ones((1, 16, 16)), images), 0)


def test_a_ramps_steepness_is_its_slope():
    down, across = np.mgrid[0:16, 0:16]
    assert measures.steepness((0.03 * down + 0.04 * across)[None])[0] == pytest.approx(0.05)


def test_the_interval_holds_the_mean_of_all_in_19_of_20(rng):
    inside = 0
    for _ in range(2000):
        _, low, high = tables.interval(rng.exponential(1, 300))
        inside += low <= 1 <= high
    assert 0.93 < inside / 2000 < 0.965


def test_no_interval_reaches_beyond_what_can_be():
    values = np.append(np.ones(299), 0.9)
    assert tables.interval(values)[2] > 1
    assert tables.interval(values, tables.MOST["identified"])[2] == 1


def batch(rng, count=8):
    return (
        rng.normal(size=(count, 128)).astype(np.float32),
        rng.random((count, 16, 16, 1)).astype(np.float32),
    )


def test_without_an_adversary_only_the_decoder_learns(rng):
    contest = training.Contest(128, 0.0, 3)
    before = contest.critic.get_weights()
    losses = [contest.step(*given, 1.0) for given in [batch(rng)] * 40]
    assert losses[-1].pixels < 0.8 * losses[0].pixels
    assert losses[0][1:] == (0, 0)
    for own, old in zip(contest.critic.get_weights(), before, strict=True):
        np.testing.assert_array_equal(own, old)


def test_the_critic_learns_from_its_own_loss_alone(rng):
    """A step teaches it as much as `_judge` of the same images does, and the decoder nothing."""
    responses, images = batch(rng)
    whole, alone = (training.Contest(128, 0.01, 4) for _ in range(2))
    made = alone.decoder(responses, training=True).numpy()
    alone._judge(images, made)
    whole.step(responses, images, 1.0)
    for own, other in zip(whole.critic.get_weights(), alone.critic.get_weights(), strict=True):
        np.testing.assert_allclose(own, other, rtol=1e-5, atol=1e-7)
    assert any(
        (own != other).any()
        for own, other in zip(whole.decoder.get_weights(), alone.decoder.get_weights(), strict=True)
    )


def test_the_critic_learns_to_tell_and_the_decoder_to_deceive(rng):
    contest = training.Contest(128, 0.01, 5)
    _, images = batch(rng)
    told = [contest._judge(images, 0.1 * images[::-1]) for _ in range(60)]
    assert told[-1] < 0.5 < 0.65 < told[0]
    responses, _ = batch(rng)
    contest._judge = lambda images, made: 0.0  # it stands still
    contest.adversary = 10.0
    deceit = [contest.step(responses, images, 1.0).deceit for _ in range(60)]
    assert deceit[-1] < 0.7 * deceit[0]


def test_with_and_without_an_adversary_training_begins_alike(digits):
    few = replace(digits, learned=digits.learned[:64])
    population = cells.Population.shown("LGN", few, 1.0)
    first, again, without = (
        training.train(population, few, adversary, 1, 9) for adversary in (0.01, 0.01, 0.0)
    )
    assert first.course == again.course
    assert first.course[0].critic > 0 == without.course[0].critic
    contests = [training.Contest(128, adversary, 9) for adversary in (0.01, 0.0)]
    for weights in zip(*(contest.decoder.get_weights() for contest in contests), strict=True):
        np.testing.assert_array_equal(*weights)


def test_claims_fail_for_decoders_that_do_not_see(digits, rng):
    """The mean image for every decoder: nothing is told, and nothing is sharp."""
    shown = digits.images[digits.held_out]
    blind = np.broadcast_to(digits.images[digits.learned].mean(axis=0), shown.shape)
    measured = measures.Measures.of(blind, shown)
    every = dict.fromkeys(decoders.DECODERS, measured)
    one = decoders.Reconstructions("LGN", np.zeros((300, 128)), {}, every, measured, every, {})
    result = Result("reconstruction")
    claims.claim_all(result, digits, [one, replace(one, name="V1")], 0.3)
    held = [claim.claim for claim in result.claims if claim.holds]
    assert len(result.claims) == 17
    assert len(held) == 3  # the parts, and the costs of no sharpness
    assert all("held out that" in claim or "costs" in claim for claim in held)


def test_an_adversary_may_oversharpen_what_many_spikes_leave_little_open_of(digits, rng):
    """Images 0.96 as sharp as true ones without, 1.02 with it: surely sharper, not so nearer."""
    shown = digits.images[digits.held_out]
    own = measures.Measures.of(shown, shown)
    sharpness = {decoders.LINEAR: 0.91, decoders.NETWORK: 0.96, decoders.GAN: 1.02}
    measured = {
        key: own._replace(sharpness=value + 0.05 * rng.normal(size=300), error=own.error + 0.01)
        for key, value in sharpness.items()
    }
    one = decoders.Reconstructions("LGN", np.zeros((300, 128)), {}, measured, own, measured, {})
    for spikes, failing in ((3.0, 0), (1.0, 2)):
        result = Result("reconstruction")
        claims.claim_all(
            result, digits, [one, replace(one, name="V1", courses={"network": []})], spikes
        )
        sharp = [claim for claim in result.claims if "sharp" in claim.claim]
        assert sum(not claim.holds for claim in sharp) == failing
        assert len(sharp) == (4 if spikes == 3 else 6)


@pytest.mark.slow
@pytest.mark.parametrize(("spikes", "adversary"), [(0.2, 0.003), (3.0, 0.03)])
def test_every_claim_holds_at_the_ends_of_the_parameters(spikes, adversary):
    result = reconstruction.run(spikes=spikes, adversary=adversary, seed=2, quick=True)
    assert [claim.claim for claim in result.claims if not claim.holds] == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spikes": 0.1}, r"^spikes must be from 0.2 to 3 \(got 0.1\)"),
        ({"adversary": 0.1}, r"^adversary must be from 0.003 to 0.03 \(got 0.1\)"),
        ({"epochs": 9}, r"^epochs must be from 10 to 150 \(got 9\)"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        reconstruction.run(**options)
