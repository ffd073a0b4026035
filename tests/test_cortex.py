"""V1 against closed forms, published values and sums written out."""

import math

import numpy as np
import pytest
from scipy import integrate, ndimage
from scipy.special import erf

from circuits import lgn, stimuli
from circuits.cortex import (
    Gabor,
    Normalization,
    Row,
    bank,
    complex_cells,
    hubel_wiesel_cells,
    normalization_pool,
    normalized_cells,
    normalized_sheets,
    simple_cells,
)
from circuits.retina import DifferenceOfGaussians
from neurosim import CircuitError, InputError

SCREEN = stimuli.Screen((49, 49), 0.1)
FIELD = Gabor(1.0, width=0.4, length=0.6)
TURNS = 96  # frames, in which the drifting gratings here make four whole cycles


def drifting(orientation=90.0, contrast=1.0, frequency=1.0, screen=SCREEN):
    movie = stimuli.drifting_grating(
        screen, frequency, 4 / (TURNS * screen.frame), orientation=orientation, contrast=contrast
    )
    return movie.frames(0, TURNS)


def harmonic(responses, cycles=4):
    """Twice the mean amplitude at so many cycles a movie: F1 for its own frequency."""
    turn = np.exp(-2j * np.pi * cycles * np.arange(len(responses)) / len(responses))
    return 2 * abs(np.mean(responses * turn))


def half_width(angles, responses):
    """Degrees from the peak at the first angle to half height, between points by a line."""
    below = int(np.argmax(responses < responses[0] / 2))
    return float(
        np.interp(responses[0] / 2, responses[[below, below - 1]], angles[[below, below - 1]])
    )


def seen(frequency, orientation, pixel=0.1):
    """What a square pixel passes of a grating that is averaged over it."""
    turned = np.radians(orientation - 90)
    return np.sinc(frequency * pixel * np.cos(turned)) * np.sinc(frequency * pixel * np.sin(turned))


# ---------------------------------------------------------------- Gabor fields


@pytest.mark.parametrize("field", [FIELD, Gabor(0.7, 20, 45, 0.5, 0.3), Gabor(1.5, 130, 90)])
def test_a_fields_response_to_a_grating_is_an_integral(field):
    for frequency, orientation, phase in ((1.0, 90.0, 0.0), (0.5, 40.0, 70.0), (1.4, 120.0, 200.0)):
        turned = math.radians(orientation - field.orientation)
        wave = 2 * math.pi * frequency * np.array([math.cos(turned), math.sin(turned)])

        def envelope(v, u, field=field):
            exponent = (u / field.width) ** 2 / 2 + (v / field.length) ** 2 / 2
            return math.exp(-exponent) / (math.pi * field.width * field.length)

        def carrier(u, field=field):
            return math.cos(2 * math.pi * field.frequency * u - math.radians(field.phase))

        def total(integrand):
            reach = 6 * field.length, 6 * field.width
            return integrate.dblquad(
                integrand, -reach[1], reach[1], -reach[0], reach[0], epsabs=1e-7
            )[0]

        mean = total(lambda v, u: envelope(v, u) * carrier(u)) / 2  # the envelope's volume is 2
        expected = total(
            lambda v, u, wave=wave, mean=mean, phase=phase: (
                envelope(v, u)
                * (carrier(u) - mean)
                * math.cos(wave[0] * u + wave[1] * v - math.radians(phase))
            )
        )
        z = field.grating(frequency, orientation)
        assert np.real(z * np.exp(-1j * math.radians(phase))) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("phase", [0.0, 90.0, 33.0])
@pytest.mark.parametrize(("frequency", "orientation"), [(1.0, 90.0), (0.6, 100.0), (1.4, 75.0)])
def test_pixels_answer_to_gratings_as_the_closed_form(phase, frequency, orientation):
    field = Gabor(1.0, 90.0, phase, 0.4, 0.6)
    weights = field.weights(SCREEN)
    z = field.grating(frequency, orientation) * seen(frequency, orientation)
    for at in (0.0, 40.0, 170.0):
        image = stimuli.grating(SCREEN, frequency, orientation=orientation, phase=at)
        expected = np.real(z * np.exp(-1j * np.radians(at)))
        assert np.vdot(weights, image) == pytest.approx(expected, abs=3e-3)


@pytest.mark.parametrize("phase", [0.0, 90.0, 217.0])
def test_no_uniform_field_drives_a_gabor_cell(phase):
    weights = Gabor(1.0, 30.0, phase).weights(SCREEN, (0.3, -0.2))
    assert abs(weights.sum()) < 1e-15
    assert np.abs(weights).max() > 0.01


def test_an_odd_field_is_bright_on_the_right_of_vertical_stripes_and_below_horizontal_ones():
    right = Gabor(1.0, 90.0, 90.0).weights(SCREEN)
    assert right[24, 26] > 0 > right[24, 22]
    down = Gabor(1.0, 0.0, 90.0).weights(SCREEN)
    assert down[26, 24] > 0 > down[22, 24]


def test_a_field_lies_where_it_is_put():
    weights = FIELD.weights(SCREEN, (0.5, -0.3))
    row, column = np.unravel_index(weights.argmax(), weights.shape)
    assert (row, column) == (24 + 3, 24 + 5)


@pytest.mark.parametrize("exponent", [1.0, 2.0, 3.5])
@pytest.mark.parametrize("length", [0.3, 0.4, 0.9])
def test_bandwidths_are_where_the_response_falls_to_half(exponent, length):
    field = Gabor(1.0, 90.0, 90.0, 0.45, length)  # odd: no mean to correct
    angles = np.linspace(0, 90, 9001)
    across = np.abs(field.grating(1.0, 90 + angles)) ** exponent
    assert half_width(angles, across) == pytest.approx(
        field.orientation_bandwidth(exponent), abs=0.02
    )
    above, below = np.linspace(1, 2, 9001), np.linspace(1, 0.01, 9001)
    high = half_width(above, np.abs(field.grating(above)) ** exponent)
    low = half_width(below, np.abs(field.grating(below)) ** exponent)
    assert np.log2(high / low) == pytest.approx(field.frequency_bandwidth(exponent), abs=1e-3)


def test_bandwidths_of_fields_that_are_hardly_tuned():
    assert Gabor(1.0, width=0.1).frequency_bandwidth() == math.inf
    assert Gabor(1.0, width=0.1, length=0.1).orientation_bandwidth() == 90
    # De Valois, Albrecht & Thorell (1982): an octave and a half is typical.
    assert Gabor().frequency_bandwidth() == pytest.approx(1.47, abs=0.01)


def test_a_bank_goes_round():
    fields = bank(Gabor(1.0, 10.0, 5.0), orientations=3, phases=2)
    assert [(f.orientation, f.phase) for f in fields] == [
        (10, 5), (10, 185), (70, 5), (70, 185), (130, 5), (130, 185),
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"^orientations must be a whole number from 1 \(got 0\)"):
        bank(FIELD, 0)


# ---------------------------------------------------------------- simple cells


def test_a_simple_cell_is_its_fields_answer_half_squared(rng):
    image = rng.standard_normal((5, *SCREEN.shape))
    linear = np.array([np.vdot(FIELD.weights(SCREEN), frame) for frame in image])
    cell = simple_cells(SCREEN, FIELD)
    np.testing.assert_allclose(cell(image), np.maximum(linear, 0) ** 2, atol=1e-12)
    assert np.ndim(cell(image[0])) == 0
    strict = simple_cells(SCREEN, [FIELD, FIELD.shifted(180)], exponent=1.0, threshold=0.05)
    pair = np.stack([linear, -linear], axis=1)
    np.testing.assert_allclose(strict(image), np.maximum(pair - 0.05, 0), atol=1e-12)


@pytest.mark.parametrize(("exponent", "ratio"), [(1.0, math.pi / 2), (2.0, 16 / (3 * math.pi))])
def test_simple_cells_follow_the_cycle(exponent, ratio):
    # Skottun et al. (1991) call a cell simple iff F1/F0 > 1.
    responses = simple_cells(SCREEN, FIELD, exponent=exponent)(drifting())
    assert harmonic(responses) / responses.mean() == pytest.approx(ratio, rel=0.01)


def orientation_tuning(contrasts, **options):
    angles = np.arange(0, 60, 1.0)
    cell = simple_cells(SCREEN, FIELD.shifted(90), **options)
    images = [
        stimuli.grating(SCREEN, 1.0, orientation=90 + angle, phase=90, contrast=c)
        for c in contrasts
        for angle in angles
    ]
    return angles, np.asarray(cell(np.array(images))).reshape(len(contrasts), -1)


def test_the_power_law_keeps_the_tuning_width_and_narrows_it():
    for exponent in (1.0, 2.0, 4.0):
        angles, tuning = orientation_tuning((0.1, 0.4, 1.0), exponent=exponent)
        widths = [half_width(angles, t) for t in tuning]
        assert widths == pytest.approx([FIELD.orientation_bandwidth(exponent)] * 3, abs=0.15)
    # Over frequency the field is a Gaussian, and n narrows it by √n exactly.
    frequencies = np.linspace(1.0, 1.8, 33)
    images = np.array([stimuli.grating(SCREEN, f, phase=90) for f in frequencies])
    linear = simple_cells(SCREEN, FIELD.shifted(90), exponent=1.0)(images)
    powered = simple_cells(SCREEN, FIELD.shifted(90), exponent=3.0)(images)
    passed = seen(frequencies, 90.0)  # what the pixels take away
    wide = half_width(frequencies - 1, linear / passed)
    narrow = half_width(frequencies - 1, powered / passed**3)
    assert wide / narrow == pytest.approx(math.sqrt(3), rel=2e-3)


def test_a_threshold_shows_the_iceberg():
    threshold = 0.08
    contrasts = (0.05, 0.1, 0.2, 0.8)
    angles, tuning = orientation_tuning(contrasts, exponent=1.0, threshold=threshold)
    assert not tuning[0].any()  # all of it is under water
    for contrast, responses in zip(contrasts[1:], tuning[1:], strict=True):
        # Half of c·A − θ is where A falls to (1 + θ/c)/2 of its own height: ln of that, not ½.
        passed = seen(1.0, 90.0)
        level = -math.log((1 + threshold / (contrast * passed)) / 2)
        narrowing = math.log(2) / level
        expected = FIELD.orientation_bandwidth(narrowing)
        assert half_width(angles, responses) == pytest.approx(expected, abs=0.2)


# ---------------------------------------------------------------- Hubel and Wiesel's cells


@pytest.mark.compiled
def test_a_row_of_lgn_cells_answers_as_the_sum_of_them():
    lgn_field = DifferenceOfGaussians(0.4, 0.8)
    screen = stimuli.Screen((99, 99), 0.1)
    rows = [Row(cells, 0.4, 1.0) for cells in (1, 4, 7)]
    frequency = lgn_field.peak_frequency
    gratings = [(90.0, 0.0), (70.0, 30.0), (45.0, 200.0), (0.0, 110.0)]
    images = np.array(
        [stimuli.grating(screen, frequency, orientation=o, phase=p) for o, p in gratings]
    )
    expected = np.array(
        [[row.drive(lgn_field, frequency, o, p) for row in rows] for o, p in gratings]
    )
    linear = hubel_wiesel_cells(screen, rows, lgn_field)(images)
    # Kernels and gratings are averaged over pixels: 2.5% of the response at this frequency.
    np.testing.assert_allclose(linear, expected, atol=0.03 * expected.max())
    thresholded = hubel_wiesel_cells(screen, rows, lgn_field, threshold=0.2)(images)
    np.testing.assert_allclose(thresholded, np.maximum(linear - 0.2, 0), atol=1e-12)


def test_the_drive_of_a_row_is_that_of_its_cells_written_out():
    field, row = DifferenceOfGaussians(), Row(2, 0.6, 1.5, orientation=0.0)
    # Horizontal stripes that move down: y counts backwards.
    total = 0.0
    for y, sign, share in ((0.0, 1, 0.5), (-1.5, -1, 0.25), (1.5, -1, 0.25)):
        local = math.cos(2 * math.pi * 0.3 * -y - math.radians(20))
        total += share * max(sign * field.grating(0.3) * local, 0)
    assert row.drive(field, 0.3, 0.0, 20.0) == pytest.approx(total)


@pytest.mark.compiled
@pytest.mark.parametrize("orientation", [0.0, 30.0, 90.0, 135.0])
def test_a_cell_prefers_the_axis_of_its_row_and_a_longer_row_is_more_particular(orientation):
    lgn_field = DifferenceOfGaussians(0.4, 0.8)
    screen = stimuli.Screen((81, 81), 0.15)
    rows = [Row(cells, 0.45, 1.0, orientation) for cells in (3, 5, 9)]
    cells = hubel_wiesel_cells(screen, rows, lgn_field, threshold=0.25)
    angles = np.arange(0, 90, 7.5)
    phases = np.arange(0, 360, 30)
    images = [
        stimuli.grating(screen, lgn_field.peak_frequency, orientation=orientation + a, phase=p)
        for a in angles
        for p in phases
    ]
    tuning = cells(np.array(images)).reshape(len(angles), len(phases), 3).max(axis=1).T
    assert (tuning.argmax(axis=1) == 0).all()
    widths = [half_width(angles, t) for t in tuning]
    assert widths[0] > 1.3 * widths[1] > 1.3**2 * widths[2]


def test_rows_share_their_centers_among_pixels():
    screen = stimuli.Screen((21, 21), 0.25)
    on, off = Row(3, 0.6, 1.1, 25.0).weights(screen, (0.2, -0.3))
    assert on.sum() == pytest.approx(0.5)
    assert off.sum() == pytest.approx(0.5)
    for sheet in (on, off):  # their middle is where they were put
        assert np.vdot(sheet, screen.x) / sheet.sum() == pytest.approx(0.2)
        assert np.vdot(sheet, screen.y) / sheet.sum() == pytest.approx(-0.3)
    assert Row(3, 0.6).length == pytest.approx(1.2)


# ---------------------------------------------------------------- complex cells


def test_a_complex_cell_is_the_energy_of_a_quadrature_pair(rng):
    image = rng.standard_normal((4, *SCREEN.shape))
    even, odd = (
        np.tensordot(image, Gabor(1.0, phase=phase).weights(SCREEN), axes=2) for phase in (0, 90)
    )
    np.testing.assert_allclose(complex_cells(SCREEN, Gabor(1.0))(image), even**2 + odd**2)
    two = complex_cells(SCREEN, [Gabor(1.0), Gabor(0.8, 30.0)])(image)
    np.testing.assert_allclose(two[:, 0], even**2 + odd**2)
    assert two.shape == (4, 2)


def test_the_energy_stays_while_the_grating_drifts():
    responses = complex_cells(SCREEN, FIELD)(drifting())
    assert harmonic(responses) < 1e-12 * responses.mean()  # F1/F0 = 0
    even, odd = (abs(FIELD.shifted(p).grating(1.0)) ** 2 for p in (0, 90))
    # What is left is at twice the frequency: even and odd fields are not quite alike.
    ripple = (odd - even) / (odd + even)
    assert ripple == pytest.approx(2 * math.exp(-4 * math.pi**2 * 0.4**2), rel=0.01)
    # The screen holds 2.45°, in which the weights were made to add up to 0.
    assert harmonic(responses, 8) / responses.mean() == pytest.approx(ripple, rel=0.03)


@pytest.mark.compiled
def test_the_mean_energy_is_the_closed_form():
    cell = complex_cells(SCREEN, FIELD)
    for frequency, orientation in ((1.0, 90.0), (0.7, 80.0), (1.3, 110.0), (0.4, 90.0)):
        mean = cell(drifting(orientation, frequency=frequency)).mean()
        expected = FIELD.energy(frequency, orientation) * seen(frequency, orientation) ** 2
        assert mean == pytest.approx(expected, rel=5e-3, abs=1e-4)


# ---------------------------------------------------------------- normalization


@pytest.mark.parametrize("exponent", [1.0, 2.0, 2.7])
def test_a_pool_divides_as_the_equation_says(rng, exponent):
    drives = rng.random((20, 6))
    rule = Normalization(30.0, 0.2, exponent)
    pool = (drives**exponent).sum(axis=1, keepdims=True)
    expected = 30 * drives**exponent / (0.2**exponent + pool)
    np.testing.assert_allclose(normalization_pool(6, rule)(drives), expected, rtol=1e-12)
    np.testing.assert_allclose(rule.response(drives), expected, rtol=1e-12)


@pytest.mark.parametrize("mask", [0.0, 0.1, 0.5])
def test_a_mask_shifts_c50_and_leaves_the_maximum(mask):
    rule = Normalization(50.0, 0.2, 2.0)
    circuit = normalization_pool(2, rule)
    c50 = math.sqrt(0.2**2 + mask**2)
    assert rule.c50(mask) == pytest.approx(c50)
    test = np.array([1e-3, 0.05, c50, 0.8, 1e6])
    responses = circuit(np.stack([test, np.full(5, mask)], axis=1))[:, 0]
    np.testing.assert_allclose(responses, 50 * test**2 / (c50**2 + test**2), rtol=1e-12)
    assert responses[2] == pytest.approx(25)


def test_ratios_do_not_depend_on_the_rest_of_the_pool(rng):
    circuit = normalization_pool(5)
    drives = rng.random((30, 5)) + 0.1
    drives[:, :2] = 0.7, 0.35
    responses = circuit(drives)
    np.testing.assert_allclose(responses[:, 0] / responses[:, 1], 4, rtol=1e-12)
    assert np.ptp(responses[:, 0]) > 0.1


@pytest.mark.compiled
def test_a_mask_across_suppresses_a_cell_that_it_does_not_drive():
    fields = bank(Gabor(1.0, 90.0), orientations=6, phases=4)
    rule = Normalization(1.0, 0.2)
    cells = normalized_cells(SCREEN, fields, rule)
    test, mask = drifting(90.0, 0.3), drifting(0.0, 0.3)
    alone, across, both = (cells(frames)[:, 0].mean() for frames in (test, mask, test + mask))
    assert across < 1e-4 * alone
    # Four half-squared phases add up to |c·z|², z a field's answer; the rest of the pool too.
    answers = Gabor(1.0, 90.0, 90.0).grating(1.0, 90.0 + 30 * np.arange(6)) * seen(1.0, 90.0)
    assert abs(answers[0]) == pytest.approx(seen(1.0, 90.0), abs=1e-4)
    pool = 0.3**2 * np.sum(np.abs(answers) ** 2)
    expected = (0.2**2 + pool) / (0.2**2 + 2 * pool)
    assert both / alone == pytest.approx(expected, rel=5e-3)


@pytest.mark.compiled
def test_sheets_divide_by_their_surroundings(rng):
    image = rng.standard_normal((40, 50))
    fields = [Gabor(1.0, 90.0, width=0.3, length=0.3), Gabor(1.0, 20.0, 90.0, 0.4, 0.5)]
    circuit = normalized_sheets(image.shape, fields, Normalization(2.0, 0.2, 3.0), pool=0.5)
    drives = [ndimage.correlate(image, field.kernel(0.1)) for field in fields]
    powers = np.stack([np.maximum(drive, 0) ** 3 for drive in drives], axis=-1)
    pool = ndimage.correlate(powers.sum(axis=-1), lgn.gaussian(0.5, 0.1))
    expected = 2 * powers / (0.2**3 + pool)[:, :, None]
    np.testing.assert_allclose(circuit(image), expected, atol=1e-12)


@pytest.mark.compiled
def test_a_grating_around_a_cell_suppresses_it():
    screen = stimuli.Screen((101, 101), 0.1)
    fields = bank(Gabor(1.0, width=0.3, length=0.3), orientations=2, phases=4)
    circuit = normalized_sheets(screen.shape, fields, Normalization(1.0, 0.1), pool=1.5)
    diameters = (0.3, 1.8, 9.0)
    images = np.array([stimuli.grating(screen, 1.0, diameter=d) for d in diameters])
    small, best, large = circuit(images)[:, 50, 50, 0]
    assert best > 1.5 * small
    assert best > 5 * large
    # All over the screen the pool is the energy of the field along the grating: D² is all of it.
    power = np.square(Gabor(1.0, width=0.3, length=0.3).grating(1.0).real * seen(1.0, 90.0))
    assert large == pytest.approx(power / (0.01 + power), rel=0.05)


# ---------------------------------------------------------------- what cannot be


def test_a_single_sheet_has_the_axis_of_fields_too(rng):
    image = rng.normal(size=(17, 22))
    fields = [Gabor(1.0, 20.0, 30.0, 0.3, 0.4)]

    def seen_through(kernel, sheet):
        return ndimage.correlate(sheet, kernel, mode="reflect")  # SciPy's name for mirrored edges

    drives = [seen_through(field.kernel(0.2), image) for field in fields]
    powers = np.square(np.maximum(drives, 0))
    x = np.arange(-11, 12) * 0.2
    line = (erf((x + 0.1) / (0.5 * np.sqrt(2))) - erf((x - 0.1) / (0.5 * np.sqrt(2)))) / 2
    pool = seen_through(np.outer(line, line), powers.sum(axis=0))
    rule = Normalization(2.0, 0.3, 2.0)
    found = normalized_sheets(image.shape, fields, rule, pixel=0.2, pool=0.5)(image)
    assert found.shape == (17, 22, 1)
    np.testing.assert_allclose(found, np.moveaxis(2 * powers / (0.09 + pool), 0, -1), atol=1e-12)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Gabor(0.0),
            r"^Gabor field: frequency must be finite and above 0 cycles/° \(got 0\)",
        ),
        (
            lambda: Gabor(1.0, width=-1),
            r"^Gabor field: width must be finite and above 0 degrees \(got -1\)",
        ),
        (
            lambda: Gabor(1.0, orientation=math.nan),
            r"^Gabor field: orientation must be finite \(got nan\)",
        ),
        (
            lambda: Gabor(5.0).weights(SCREEN),
            "^Gabor field: pixels of 0.1° are too coarse for 5 cycles/° under 0.4° × 0.6°: take "
            "0.05° or less",
        ),
        (
            lambda: FIELD.weights(stimuli.Screen((30, 49), 0.1)),
            r"^Gabor field: its 3 standard deviations around \(0°, 0°\) leave the screen of "
            "4.9° × 3°: give it 2.4° × 3.6° or more",
        ),
        (
            lambda: simple_cells(SCREEN, FIELD, at=(2.0, 0.0)),
            r"^Gabor field: its 3 standard deviations around \(2°, 0°\) leave",
        ),
        (lambda: simple_cells(SCREEN, []), "^simple cells: no field was given"),
        (lambda: complex_cells(SCREEN, []), "^complex cells: no field was given"),
        (lambda: normalized_cells(SCREEN, []), "^normalized cells: no field was given"),
        (lambda: normalized_sheets((9, 9), []), "^normalized sheets: no field was given"),
        (
            lambda: normalized_sheets((9, 9), [FIELD], pool=0),
            r"^pool must be finite and above 0 degrees \(got 0\)",
        ),
        (
            lambda: FIELD.kernel(1e-5),
            "^Gabor field: 3 standard deviations are 180,000 pixels of 1e-05°; take larger pixels",
        ),
        (lambda: simple_cells(SCREEN, FIELD, exponent=0), "exponent must be finite and above 0"),
        (lambda: Row(spacing=0), r"^row: spacing must be finite and above 0 degrees \(got 0\)"),
        (lambda: Row(orientation=math.inf), r"^row: orientation must be finite \(got inf\)"),
        (
            lambda: hubel_wiesel_cells(SCREEN, Row(9)),
            r"^row: a center at \(0°, -2.48°\) lies beyond the screen of 4.9° × 4.9°: take a "
            "larger screen or a shorter row",
        ),
        (lambda: hubel_wiesel_cells(SCREEN, ()), "^Hubel–Wiesel cells: no row was given"),
        (
            lambda: Normalization(exponent=0),
            r"^normalization: exponent must be finite and above 0 \(got 0\)",
        ),
    ],
)
def test_what_cannot_be_is_one_clear_error(make, message):
    with pytest.raises(CircuitError, match=message):
        make()


def test_a_row_has_cells():
    with pytest.raises(InputError, match=r"^a row's cells must be a whole number from 1 \(got 0\)"):
        Row(0)
