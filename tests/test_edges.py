"""Edge cells on straight steps, where the response is exactly 0, on a disk, and in noise."""

import numpy as np
import pytest
from scipy import optimize, stats

from circuits import edges, stimuli
from neurosim import CircuitError

SCREEN = stimuli.Screen((48, 48), 0.25)
INNER = (slice(12, -12),) * 2  # beyond the reach of a kernel from the border


def bordering(bright):
    """Return which bright pixels have a dark one above, below, left or right of them."""
    wide = np.pad(bright, 1, mode="edge")
    dark = [~wide[:-2, 1:-1], ~wide[2:, 1:-1], ~wide[1:-1, :-2], ~wide[1:-1, 2:]]
    return bright & np.logical_or.reduce(dark)


@pytest.mark.compiled
@pytest.mark.parametrize("orientation", [0, 20, 45.5, 90, 133, 217, 300])
def test_marks_lie_exactly_on_a_step_of_any_contrast(orientation):
    cells = edges.edge_cells(SCREEN.shape)
    turned = np.radians(orientation - 90)
    distance = 0.06 - np.cos(turned) * SCREEN.x - np.sin(turned) * SCREEN.y
    assert np.abs(distance[INNER]).min() > 0.003  # nearer ones answer below the threshold
    expected = bordering(distance > 0)[INNER]
    assert expected.sum() >= 24
    for contrast in (1.0, 0.01):
        image = stimuli.edge(SCREEN, 0.06, orientation=orientation, contrast=contrast)
        np.testing.assert_array_equal(cells(image)[INNER], expected)
        np.testing.assert_array_equal(cells(1.0 - image)[INNER], bordering(distance < 0)[INNER])


def test_a_step_through_the_middle_of_pixels_is_marked_there():
    screen = stimuli.Screen((49, 49), 0.25)
    cells = edges.edge_cells(screen.shape)
    for orientation, line in ((90, screen.x), (0, screen.y)):
        marks = cells(stimuli.edge(screen, 0.0, orientation=orientation))
        np.testing.assert_array_equal(marks[INNER], (line == 0)[INNER])


def test_a_uniform_image_and_a_ramp_have_no_edge():
    cells = edges.edge_cells(SCREEN.shape)
    assert not cells(np.full(SCREEN.shape, 0.7)).any()
    assert not cells(0.05 * SCREEN.x)[INNER].any()


@pytest.mark.compiled
@pytest.mark.parametrize("diameter", [2.0, 4.0])
def test_a_disk_is_marked_where_its_response_crosses_0(diameter):
    """Of a disk under a Gaussian, at a distance, the volume is that of a noncentral χ²."""
    center = 0.5
    field = edges.marr_hildreth(center)

    def response(distance):
        def under(spread):
            scale = spread**2 / 2
            return stats.ncx2.cdf((diameter / 2) ** 2 / scale, 2, distance**2 / scale)

        return under(field.center) - under(field.surround)

    radius = optimize.brentq(response, diameter / 4, diameter)
    marks = edges.edge_cells(SCREEN.shape, center)(stimuli.spot(SCREEN, diameter)) == 1
    distance = np.hypot(SCREEN.x, SCREEN.y)
    near = np.abs(distance - radius) < 0.02  # what pixels can be off by
    expected = bordering(distance < radius)
    doubtful = near | bordering(near) | bordering(~near)
    assert expected.sum() > 20
    np.testing.assert_array_equal(marks[INNER][~doubtful[INNER]], expected[INNER][~doubtful[INNER]])
    assert (marks & ~doubtful).sum() > 10


@pytest.mark.compiled
def test_noise_passes_the_threshold_as_often_as_two_correlated_normals(rng):
    deviation = 0.1
    narrow, wide = edges.marr_hildreth().kernels(0.25)
    kernel = np.pad(narrow, (len(wide) - len(narrow)) // 2) - wide
    scale = deviation * np.sqrt(np.sum(kernel**2))
    assert deviation * edges.noise_gain() == pytest.approx(scale)
    neighbours = np.sum(kernel[:, 1:] * kernel[:, :-1]) / np.sum(kernel**2)
    z = 0.3
    expected = stats.multivariate_normal.cdf(
        [-z, -z], cov=[[1, -neighbours], [-neighbours, 1]]
    )  # X ≥ θ and −Y ≥ θ
    cells = edges.edge_cells((256, 256), threshold=z * scale)
    activity = cells.activities(deviation * rng.normal(size=(256, 256)))
    found = activity["beside_right"].mean()
    assert found == pytest.approx(expected, rel=0.1)
    assert found > 0.01


def test_the_threshold_passes_strong_steps_only():
    """Half a pixel beside a step the response is half of erf(x/a) − erf(x/b)."""
    from math import erf

    beside = (erf(0.125 / 0.5) - erf(0.125 / 0.8)) / 2
    cells = edges.edge_cells(SCREEN.shape, threshold=0.02)
    for contrast, seen in ((1.03 * 0.02 / beside, True), (0.97 * 0.02 / beside, False)):
        marks = cells(stimuli.edge(SCREEN, 0.0, contrast=contrast))
        assert marks[INNER].any() == seen


@pytest.mark.parametrize("threshold", [0, -1, float("nan")])
def test_a_threshold_that_cannot_be_is_named(threshold):
    with pytest.raises(CircuitError, match=r"threshold must be finite and above 0 "):
        edges.edge_cells((9, 9), threshold=threshold)


def test_difference_cells_compare_each_pixel_with_its_neighbours(rng):
    image = rng.integers(0, 4, size=(6, 5)).astype(float)
    framed = np.pad(image, 1, mode="edge")
    around = [framed[:-2, 1:-1], framed[2:, 1:-1], framed[1:-1, :-2], framed[1:-1, 2:]]
    expected = np.any([image > other for other in around], axis=0)
    assert np.array_equal(edges.difference_cells((6, 5))(image), expected)
    brighter = np.any([image >= other + 2 for other in around], axis=0)
    assert np.array_equal(edges.difference_cells((6, 5), 2.0)(image), brighter)
    with pytest.raises(CircuitError, match="difference_cells: threshold"):
        edges.difference_cells((6, 5), 0)
