"""Shares of a Gaussian in strips: closed values, and that strips make up the whole."""

import numpy as np
import pytest

from circuits.retina import DifferenceOfGaussians
from experiments.gaussians import gaussians, share_of_strip


def test_strips_side_by_side_make_up_the_whole():
    shares = share_of_strip(np.arange(-20, 21) * 0.7, 0.7, 1.3)
    assert shares.sum() == pytest.approx(1)
    assert (shares == shares[::-1]).all()


def test_a_radius_either_way_holds_erf_1_of_a_gaussian():
    assert share_of_strip(0.0, 2 * 1.3, 1.3) == pytest.approx(0.8427007929)
    assert share_of_strip(1.3, 2 * 1.3, 1.3) == pytest.approx(0.9953222650 / 2)  # from 0 to 2 radii


def test_the_center_excites_and_the_surround_inhibits():
    field = DifferenceOfGaussians(0.5, 1.5, 2.0, 0.7)
    assert gaussians(field) == ((0.5, 2.0, 1), (1.5, 0.7, -1))
