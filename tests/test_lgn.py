"""Retina and LGN against published numbers and closed forms; stimuli against their areas."""

import numpy as np
import pytest
from scipy import integrate, ndimage

from circuits import lgn, stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell, ganglion_cells
from neurosim import CircuitError, FileError

FIELD = DifferenceOfGaussians()  # A = 1, a = 0.62°, B = 0.85, b = 1.26°


def test_the_golden_values():
    assert FIELD.peak_frequency == pytest.approx(0.32519, abs=5e-6)
    assert FIELD.grating(FIELD.peak_frequency) == pytest.approx(0.50741, abs=5e-6)
    assert FIELD.best_diameter == pytest.approx(1.79087, abs=5e-6)
    assert FIELD.spot(FIELD.best_diameter) == pytest.approx(0.53876, abs=5e-6)


def test_the_closed_forms_are_integrals_of_the_field():
    def w(r):
        center = np.exp(-((r / FIELD.center) ** 2)) / (np.pi * FIELD.center**2)
        surround = np.exp(-((r / FIELD.surround) ** 2)) / (np.pi * FIELD.surround**2)
        return center - 0.85 * surround

    for diameter in (0.5, 1.8, 4.0):
        volume, _ = integrate.quad(lambda r: 2 * np.pi * r * w(r), 0, diameter / 2)
        assert FIELD.spot(diameter) == pytest.approx(volume, abs=1e-9)
    assert FIELD.bar(1e3) == pytest.approx(0.15)
    assert FIELD.edge(1e3) == pytest.approx(0.15)
    assert FIELD.edge(0) == pytest.approx(0.075)
    assert FIELD.annulus(1, 2) == pytest.approx(FIELD.spot(2) - FIELD.spot(1))


@pytest.mark.parametrize("pixel", [0.1, 0.2])
def test_kernels_hold_the_volumes(pixel):
    center, surround = FIELD.kernels(pixel)
    assert center.sum() == pytest.approx(1, abs=5e-4)
    assert surround.sum() == pytest.approx(0.85, abs=5e-4)


def test_the_listing():
    np.testing.assert_array_equal(lgn.listing()(lgn.LISTING_STIMULI), [0, 1, 0])
    responses = lgn.listing()(
        [[1] * 5, [0, 0, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 1, 1], [0, 1, 0, 1, 0]]
    )
    np.testing.assert_array_equal(responses, [0, 0.5, 0.5, -1, -1])
    detector = lgn.listing_detector()
    assert detector.check(lambda r: int(r[2] == 1 and r[1] == r[3] == 0))
    assert sum(row[-1] for row in detector.truth_table()) == 4
    assert tuple(lgn.listing_pair()([1, 1, 0, 1, 1])) == (0, 1)


@pytest.mark.compiled
def test_the_sheets_are_differences_of_gaussians(rng):
    image = rng.random((60, 70))
    center, surround = FIELD.kernels(0.3)
    expected = ndimage.correlate(image, center) - ndimage.correlate(image, surround)
    on, off = ganglion_cells(image.shape, pixel=0.3)(image)
    np.testing.assert_allclose(on, np.maximum(expected, 0), atol=1e-12)
    np.testing.assert_allclose(off, np.maximum(-expected, 0), atol=1e-12)
    relayed = lgn.sheets(image.shape, pixel=0.3)(image)
    np.testing.assert_array_equal(relayed.on, on)
    pool = ndimage.correlate(on + off, lgn.gaussian(1.0, 0.3))
    divided = lgn.sheets(image.shape, pixel=0.3, pool=1.0, semi_saturation=0.1)(image)
    np.testing.assert_allclose(divided.on, on / (0.1 + pool), atol=1e-12)


@pytest.mark.compiled
def test_the_error_of_a_measured_spot_is_below_a_percent():
    cell = ganglion_cell((105, 105), pixel=0.062)
    diameters = np.linspace(0.2, 5, 13)
    seen = np.array([stimuli.spot((105, 105), 0.062, d) for d in diameters])
    error = np.abs(cell(seen) - FIELD.spot(diameters)).max()
    assert error < 0.01 * FIELD.spot(FIELD.best_diameter)


def test_stimuli_cover_the_areas_they_should():
    shape, pixel = (81, 81), 0.1
    area = pixel**2
    for diameter in (0.35, 2.0, 5.0):
        disk = stimuli.spot(shape, pixel, diameter).sum() * area
        assert disk == pytest.approx(np.pi * diameter**2 / 4, rel=5e-3)
    assert stimuli.bar(shape, pixel, 1.23).sum() * area == pytest.approx(1.23 * 8.1)
    assert stimuli.annulus(shape, pixel, 1, 2).sum() * area == pytest.approx(np.pi * 0.75, rel=5e-3)
    ramp = stimuli.edge((1, 5), 1.0, 0.25)
    np.testing.assert_allclose(ramp, [[1, 1, 0.75, 0, 0]])
    noise = stimuli.white_noise((5, 4), 50, np.random.default_rng(0))
    assert set(np.unique(noise)) == {-1, 1}


def test_photographs(tmp_path):
    portrait = stimuli.photograph(longest=64)
    assert max(portrait.shape) == 64
    assert 0 <= portrait.min() < portrait.max() <= 1
    text = tmp_path / "no.png"
    text.write_text("not an image")
    for path, message in (
        (text, "cannot be read as an image"),
        (tmp_path / "gone.png", "no such file"),
    ):
        with pytest.raises(FileError, match=message):
            stimuli.photograph(path)


@pytest.mark.parametrize(
    "make",
    [
        lambda: DifferenceOfGaussians(center=0),
        lambda: DifferenceOfGaussians(surround=float("nan")),
        lambda: FIELD.kernels(0),
        lambda: ganglion_cell((4, 5)),
    ],
)
def test_impossible_fields_are_one_clear_error(make):
    with pytest.raises(CircuitError):
        make()
