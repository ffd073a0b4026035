"""What pixels leave of a grating, against gratings averaged over fine points."""

import numpy as np
import pytest

from experiments.pixels import passed


@pytest.mark.parametrize("orientation", [90.0, 0.0, 35.0])
def test_a_pixel_shows_the_average_of_the_grating_over_it(orientation):
    pixel, frequency = 0.3, 1.7
    fine = (np.arange(600) + 0.5) / 600 * pixel - pixel / 2
    turned = np.radians(orientation - 90)
    across = fine * np.cos(turned) + fine[:, None] * np.sin(turned)
    average = np.cos(2 * np.pi * frequency * across).mean()
    assert passed(frequency, orientation, pixel) == pytest.approx(average, abs=1e-5)


def test_frequencies_and_orientations_are_combined_as_arrays():
    both = passed(np.array([0.0, 1.0])[:, None], np.array([0.0, 45.0, 90.0]), 0.2)
    assert both.shape == (2, 3)
    assert both[0].tolist() == [1, 1, 1]
    assert both[1, 0] == pytest.approx(both[1, 2])
