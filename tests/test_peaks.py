"""Peaks and half-widths of measured curves, against curves whose own are known."""

import numpy as np
import pytest

from neurosim import InputError
from neurosim.measuring import half_width, peak


def test_the_peak_of_a_parabola_lies_between_its_points():
    x = np.linspace(-2, 3, 9)
    assert peak(x, 1 - np.square(x - 0.7)) == pytest.approx(0.7, abs=1e-12)


def test_the_peak_of_a_gaussian_is_found_to_a_hundredth_of_the_spacing():
    x = np.linspace(0, 1, 21)
    assert peak(x, np.exp(-np.square(x - 0.43))) == pytest.approx(0.43, abs=5e-4)


@pytest.mark.parametrize(("slope", "place"), [(1.0, 2.0), (-1.0, -1.0)])
def test_a_curve_that_only_rises_or_falls_is_highest_at_an_end(slope, place):
    x = np.linspace(-1, 2, 8)
    assert peak(x, slope * x, degree=3) == place


def test_the_highest_of_several_peaks_is_taken():
    x = np.linspace(-2, 2, 41)
    assert peak(x, -np.square(np.square(x) - 1) + 0.1 * x, degree=4) == pytest.approx(
        1.0125, abs=1e-3
    )


def test_a_half_width_lies_between_the_points_around_it():
    assert half_width(np.array([0, 10, 20]), np.array([8.0, 5.0, 1.0])) == 12.5
    assert half_width(np.array([5, 15, 25]), np.array([8.0, 5.0, 1.0])) == 12.5


def test_peaks_that_cannot_be_found_are_explained():
    with pytest.raises(InputError, match=r"^peak\(\) takes more points than .* degree 5 \(got 5\)"):
        peak(np.arange(5), np.arange(5))
    with pytest.raises(InputError, match=r"^the curve stays above half of its peak as far as 2:"):
        half_width(np.arange(3.0), np.array([3.0, 2.0, 1.5]))
