"""Retina and LGN against published numbers and closed forms."""

import numpy as np
import pytest
from scipy import integrate, ndimage

from circuits import lgn, stimuli
from circuits.retina import DifferenceOfGaussians, ganglion_cell, ganglion_cells, gaussian
from neurosim import CircuitError

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


def test_a_center_wider_than_the_surround_has_no_best_spot_and_no_best_grating():
    for gain in (0.0, 0.1, 1.0, 9.0):
        field = DifferenceOfGaussians(center=1.26, surround=0.62, surround_gain=gain)
        assert field.best_diameter == np.inf
        assert field.peak_frequency == 0


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
    pool = np.sqrt(ndimage.correlate((on + off) ** 2, gaussian(1.0, 0.3)))
    divided = lgn.sheets(image.shape, pixel=0.3, pool=1.0, semi_saturation=0.1)(image)
    np.testing.assert_allclose(divided.on, on / (0.1 + pool), atol=1e-12)


@pytest.mark.compiled
def test_the_error_of_a_measured_spot_is_below_a_percent():
    cell = ganglion_cell((105, 105), pixel=0.062)
    diameters = np.linspace(0.2, 5, 13)
    screen = stimuli.Screen((105, 105), 0.062)
    seen = np.array([stimuli.spot(screen, d) for d in diameters])
    error = np.abs(cell(seen) - FIELD.spot(diameters)).max()
    assert error < 0.01 * FIELD.spot(FIELD.best_diameter)


@pytest.mark.compiled
def test_contrast_saturates_where_its_local_rms_divides():
    shape, pixel, c50 = (81, 81), 0.3, 0.1
    frequency = 1 / (9 * pixel)  # the sheet's middle is a crest, and nine cycles fit
    pattern = stimuli.grating(stimuli.Screen(shape, pixel), frequency)
    contrasts = np.array([0.01, 0.05, 0.2, 1.0])
    sheet = lgn.sheets(shape, pixel=pixel, pool=2.0, semi_saturation=c50, border="wrap")
    found = sheet(contrasts[:, None, None] * pattern).on[:, 40, 40]
    # Averaged over a pixel in the pattern and in the field.
    gain = FIELD.grating(frequency) * np.sinc(frequency * pixel) ** 2
    expected = contrasts * gain / (c50 + contrasts * gain / np.sqrt(2))
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.compiled
def test_gratings_beyond_the_classical_surround_suppress():
    shape, pixel, c50, pool = (121, 121), 0.3, 0.1, 3.0
    screen = stimuli.Screen(shape, pixel)
    diameters = np.array([3.0, 9.0, 12.0, 18.0, 30.0])
    disks = [stimuli.grating(screen, FIELD.peak_frequency, diameter=d) for d in diameters]
    alone = lgn.sheets(shape, pixel=pixel)(disks).on[:, 60, 60]
    found = lgn.sheets(shape, pixel=pixel, pool=pool, semi_saturation=c50)(disks).on[:, 60, 60]
    assert np.ptp(alone[1:]) < 0.01 * alone[-1]  # the linear cell has seen all it sees
    assert (np.diff(found[1:]) < 0).all()
    # Of a disk with the energy c²G²/2 a Gaussian sees the part 1 − e^(−d²/8s²).
    gain = alone[-1]
    seen = gain * np.sqrt(-np.expm1(-np.square(diameters[1:]) / (8 * pool**2)) / 2)
    np.testing.assert_allclose(found[1:], gain / (c50 + seen), rtol=0.05)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pool": -1}, r"^pool must be finite and above 0 degrees \(got -1\)"),
        ({"pool": float("inf")}, "^pool must be finite"),
        ({"semi_saturation": 2.0}, "with pool="),
    ],
)
def test_a_pool_that_cannot_be_is_named(options, message):
    with pytest.raises(CircuitError, match=message):
        lgn.sheets((8, 8), **options)


@pytest.mark.parametrize("pixel", [1e-4, 1e-320])
def test_kernels_that_would_fill_the_memory_are_refused(pixel):
    with pytest.raises(CircuitError, match="take larger pixels"):
        FIELD.kernels(pixel)


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


@pytest.mark.parametrize("unit", [1e-170, 1e-3, 1e170])
def test_a_field_of_any_size_has_the_same_best_stimuli(unit):
    field = DifferenceOfGaussians(0.62 * unit, 1.26 * unit)
    assert field.peak_frequency * unit == pytest.approx(0.32519, abs=5e-6)
    assert field.best_diameter / unit == pytest.approx(1.79087, abs=5e-6)
