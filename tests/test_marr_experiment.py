"""The four capabilities of the experiment marr, against slow obvious ones."""

import numpy as np
import pytest

from circuits.arithmetic import depth_two_adder, tally_adder
from experiments.marr.cash_register import cash_register, centred_thresholds
from experiments.marr.damage import NOISES, _half_right, _worst
from experiments.marr.edges import SIDE, brighter_than_a_neighbour, edge_detection
from experiments.marr.motion import motion_direction
from experiments.marr.sound import HEAD, TOLERANCE, WIDEST, resolution, sound_localization
from neurosim import InputError


def test_the_oracle_of_edges_pixel_by_pixel(rng):
    image = rng.integers(0, 3, size=(5, 7)).astype(float)
    expected = np.zeros((5, 7), dtype=int)
    for r in range(5):
        for c in range(7):
            beside = [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]
            inside = [at for at in beside if 0 <= at[0] < 5 and 0 <= at[1] < 7]
            expected[r, c] = any(image[r, c] > image[at] for at in inside)
    assert np.array_equal(brighter_than_a_neighbour(image), expected)


def test_images_of_edges_are_different_steps():
    domain = edge_detection().computation.space.domains["image"]
    images = [domain.at(i) for i in range(domain.size)]
    assert len({image.tobytes() for image in images}) == len(images) == 84
    for image in images:
        assert image.shape == (SIDE, SIDE)
        assert len(np.unique(image)) == 2
        assert np.abs(np.diff(image, axis=0)).any() != np.abs(np.diff(image, axis=1)).any()


@pytest.mark.parametrize("case", [(3, 1), (0, 0), (3, 3)])
def test_the_cash_registers_levels_for_one_case(case):
    levels = cash_register(2)
    trace = levels.trace(*case)
    assert [column.answer for column in trace.columns] == [str(sum(case))] * 6
    assert all(column.right for column in trace.columns)


def test_algorithms_take_as_many_steps_as_they_must():
    costs = cash_register(3).compare().algorithms
    assert costs["column by column"].steps == 3 + 1  # a column each, and the last carry
    assert costs["piles put together"].steps == 7  # tokens in the larger pile


def test_centred_thresholds_change_no_answer():
    for circuit in (depth_two_adder(2), tally_adder(3)):
        assert circuit.check(centred_thresholds(circuit))
    centred = centred_thresholds(depth_two_adder(2))
    assert centred["carry"].circuit is centred
    assert centred.margins().together > 0


def test_single_lesions_of_a_tally_and_of_digits():
    levels = cash_register(2)
    adders = levels.implementations
    assert _worst(levels, adders["tally adder"]) == 1
    assert _worst(levels, adders["depth-2 adder"]) == 4


@pytest.mark.compiled
def test_the_row_of_cells_tells_azimuths_to_its_resolution():
    levels = sound_localization()
    answers = levels.implementations["delay map"].answers([(a,) for a in (-60.0, -7.5, 0.0, 33.3)])
    for azimuth, answer in zip((-60.0, -7.5, 0.0, 33.3), answers, strict=True):
        assert abs(answer - azimuth) <= resolution(azimuth) <= TOLERANCE
    assert HEAD.delay(WIDEST) < HEAD.longest_delay


@pytest.mark.compiled
def test_still_patterns_are_still_at_every_level():
    levels = motion_direction()
    columns = levels.trace(0, 4.0, 0.5).columns
    assert [column.answer for column in columns] == ["0"] * 5


@pytest.mark.parametrize(
    ("name", "value"), [("bits", 1), ("bits", 6), ("samples", 10), ("repeats", 1)]
)
def test_parameters_out_of_range_are_refused(name, value):
    from experiments.marr import run

    with pytest.raises(InputError, match=f"{name} must be from"):
        run(**{name: value})


@pytest.mark.compiled
def test_half_of_the_sums_is_lost_for_every_seed():
    levels = cash_register(2)  # of so few cases chance tells most
    shares = []
    for seed in range(25):
        found = levels.noise([NOISES[1]], repeats=4, seed=seed)
        shares += [curve.mean[0] for curve in found.curves.values()]
    assert max(shares) <= _half_right(found.cases, 4)
    assert max(shares) > 0.6
