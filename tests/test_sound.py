"""Delay lines and coincidence cells against pairs counted one by one, and a head's delays."""

import numpy as np
import pytest

from circuits import sound
from circuits.sound import Head
from neurosim import CircuitError, InputError

SPACING = 50e-6
TAP = SPACING / 2


def events(rng, steps, chance=0.02):
    return (rng.random(steps) < chance).astype(int)


@pytest.mark.compiled
@pytest.mark.parametrize("place", [0, 3, 4, 5, 8])
def test_the_most_active_cell_is_at_the_delay(rng, place):
    cells = 9
    delay = 2 * (place - cells // 2)  # steps by which the left ear is later
    train = events(rng, 2000)
    train[:40] = train[-40:] = 0
    circuit = sound.coincidence_cells(cells, SPACING)
    record = circuit.simulate((np.roll(train, delay), train), dt=TAP, steps=2000)
    counts = record["cells"][0].sum(axis=0)
    assert counts.argmax() == place
    assert counts[place] == train.sum()
    assert sound.best_delays(cells, SPACING)[place] == pytest.approx(delay * TAP)


def test_every_cell_counts_the_pairs_of_its_delay(rng):
    cells = 7
    left, right = events(rng, 1500, 0.1), events(rng, 1500, 0.1)
    left[-20:] = right[-20:] = 0
    record = sound.coincidence_cells(cells, SPACING).simulate((left, right), dt=TAP, steps=1500)
    counts = record["cells"][0].sum(axis=0)
    at_left, at_right = np.flatnonzero(left), np.flatnonzero(right)
    later = np.subtract.outer(at_left, at_right)  # of every pair, in steps
    expected = [(later == 2 * (i - cells // 2)).sum() for i in range(cells)]
    np.testing.assert_array_equal(counts, expected)


def test_the_map_counts_what_the_cells_fire(rng):
    train = events(rng, 500)
    train[-20:] = 0
    record = sound.delay_map(5, SPACING).simulate((np.roll(train, -2), train), dt=TAP, steps=500)
    assert record["counts"][0, -1].argmax() == 1
    assert record["counts"][0, -1, 1] == train.sum()
    assert (np.diff(record["counts"][0], axis=0) >= 0).all()


def test_a_finer_step_changes_nothing(rng):
    train = np.repeat(events(rng, 400), 2) * np.tile([1, 0], 400)
    train[-80:] = 0
    circuit = sound.coincidence_cells(5, SPACING)
    record = circuit.simulate((np.roll(train, 4), train), dt=TAP / 2, steps=800)
    np.testing.assert_array_equal(record["cells"][0].sum(axis=0)[[2, 3]], [0, train.sum()])


def test_woodworths_delays():
    head = Head(0.0875, 343.0)
    assert head.delay(0) == 0
    assert head.delay(90) == pytest.approx(655.8e-6, abs=0.1e-6)  # r/c·(π/2 + 1)
    assert head.delay(30) == pytest.approx(0.0875 / 343 * (np.pi / 6 + 0.5))
    assert head.delay(-30) == -head.delay(30)
    np.testing.assert_allclose(head.delay([150, -120]), head.delay([30, -60]), rtol=1e-12)
    assert head.longest_delay == pytest.approx(head.delay(90))


def test_the_azimuth_undoes_the_delay():
    head = Head()
    azimuths = np.linspace(-90, 90, 181)
    np.testing.assert_allclose(head.azimuth(head.delay(azimuths)), azimuths, atol=1e-10)
    assert head.azimuth(head.longest_delay) == pytest.approx(90, abs=1e-10)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: sound.coincidence_cells(8), CircuitError, r"so an odd number \(got 8\)"),
        (lambda: sound.best_delays(7, 0), InputError, "^spacing must be finite and above 0"),
        (lambda: Head(radius=-1), InputError, "^radius must be finite and above 0 meters"),
        (lambda: Head().delay(200), InputError, r"^an azimuth is from −180° to 180° \(got 200°\)"),
        (
            lambda: Head().azimuth(1e-3),
            InputError,
            "^no source has a delay of 1000 µs: the longest round this head is 656 µs",
        ),
        (lambda: Head().azimuth(float("nan")), InputError, "a delay of nan µs"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
