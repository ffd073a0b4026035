"""Illusions of brightness, and how far cells explain them · 亮度錯覺 · lecture row 6"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from circuits import lgn, stimuli
from circuits.retina import RADII, DifferenceOfGaussians, erf, ganglion_cell
from circuits.stimuli import Screen
from neurosim import Circuit, InputError
from neurosim.result import Result

from .illusion_figures import Family, Scene, draw_predictions, draw_scenes

NARROWEST, WIDEST, STRONGEST = 1e-3, 1e4, 1e3  # degrees and volumes, as in `experiments.lgn`
COARSEST, FINEST = 8, 16  # pixels a center radius
# Sizes in center radii.  On the screen of the figure whole numbers of streets and of stripes fit,
# so that its mirror images, which the cells at its border see, go on as they do.
WIDTH, HEIGHT = 39, 26
RAMP, STREET, PERIOD, DISK, STRIPE, PATCH = 4.8, 2.4, 13.0, 3.2, 3.0, 9.0
RAMPS = np.linspace(0.5, 6.5, 13)
STREETS = np.linspace(0.4, 4.0, 13)
DISKS = np.linspace(0.3, 8.0, 14)
STRIPES = np.linspace(1.5, 6.0, 10)
SPARSE = 6.0  # street widths from one to the next, at most, in the curves
REACH = 3.2  # surround radii that one cell sees each way
NEIGHBOURS = 60  # streets or stripes on each side that a closed form sums


def run(
    center: float = 0.62,
    surround: float = 1.26,
    strength: float = 0.85,
    pixels: int = 10,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Show four illusions of brightness to center–surround cells, and compare with what is seen.

    Mach bands, the Hermann grid, simultaneous contrast and White's illusion, each answered by
    sheets of ON and OFF cells of which one signed cell takes the difference, and by a single
    linear cell against the closed forms of a difference of Gaussians.  At the crossings of a
    Hermann grid Baumgartner (1960) expects less response; but wavy streets, for which the cells
    expect the same, have no smudges (Geier et al. 2008), so that this is not the whole account.
    White's (1979) illusion goes against what an isotropic cell says; with orientation it can be
    had (Blakeslee & McCourt 1999).

    Parameters
    ----------
    center
        1/e radius of the receptive field's center, in degrees; the stimuli grow with it.
    surround
        1/e radius of its surround, in degrees, 1.1 to 10 times the center's.
    strength
        Volume of the surround before the Hermann grid and the disks, where the center's is 1;
        before Mach bands and White's illusion it is 1 too, so that even light is not answered.
    pixels
        Pixels a center radius, 8 to 16; the responses' error falls with their square.
    seed
        Changes nothing: nothing here is random.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("illusions", locals(), seed)
    if not NARROWEST <= center <= WIDEST:
        raise InputError(f"center must be from {NARROWEST:g}° to {WIDEST:g}° (got {center:g}°)")
    if not 1.1 * center <= surround <= 10 * center:
        raise InputError(
            f"the surround must be 1.1 to 10 times as wide as the center (got center {center:g}°, "
            f"surround {surround:g}°)"
        )
    if not 0 < strength <= STRONGEST:
        raise InputError(f"strength must be above 0, at most {STRONGEST:g} (got {strength:g})")
    if not COARSEST <= pixels <= FINEST:
        raise InputError(
            f"pixels must be from {COARSEST} to {FINEST} a center radius (got {pixels})"
        )
    pixel = center / pixels
    field = DifferenceOfGaussians(center, surround, 1.0, strength)
    balanced = DifferenceOfGaussians(center, surround, 1.0, 1.0)
    knees = _mach_bands(result, balanced, pixel)
    grids = _hermann_grid(result, field, pixel)
    disks = _simultaneous_contrast(result, field, pixel)
    stripes = _white_illusion(result, balanced, pixel)
    result.table(
        "predictions",
        ("stimulus", "kind", "size (deg)", "measured", "closed form"),
        [
            (family.name, family.label, *(float(f"{v:.6g}") for v in row))
            for family in (knees, *grids, disks, stripes)
            for row in zip(
                family.sizes, family.measured, family.expected(family.sizes), strict=True
            )
        ],
    )
    result.figure("illusions", draw_scenes(_scenes(field, balanced, pixel)))
    result.figure("predictions", draw_predictions(knees, grids, disks, stripes))
    return result


def _brightness(shape: tuple[int, int], field: DifferenceOfGaussians, pixel: float) -> Circuit:
    """Return retina and LGN, and cells that take ON − OFF: an image in, a signed sheet out."""
    circuit = Circuit("brightness")
    on, off = lgn.sheets(shape, field, pixel=pixel)(circuit.inputs("image", shape=shape, real=True))
    circuit.output(circuit.rate("brightness", excite=on, subtract=off, transfer="identity"))
    return circuit


def _error(field: DifferenceOfGaussians, pixel: float) -> float:
    """Return how far pixels can put a response off.

    A stimulus and weights averaged over pixels widen a Gaussian of radius g to √(g² + p²/3), by
    p²/6g² of itself, and no response here changes by more than its volume times that; and a
    kernel ends at three radii.
    """
    beyond = 1 - math.erf(RADII) ** 2
    return sum(gain * ((pixel / spread) ** 2 / 6 + beyond) for spread, gain, _ in _gaussians(field))


def _gaussians(field: DifferenceOfGaussians) -> tuple[tuple[float, float, int], ...]:
    """Return radius, volume and sign of the center and of the surround."""
    return (field.center, field.center_gain, 1), (field.surround, field.surround_gain, -1)


def _claim_family(result: Result, family: Family, what: str, error: float) -> Family:
    claim = f"{family.name}, {what}: largest distance from the closed form"
    result.claim(claim, family.error, at_most=error)
    return family


# ---------------------------------------------------------------- Mach bands


def _mach_bands(result: Result, field: DifferenceOfGaussians, pixel: float) -> Family:
    """Where a row of cells answers most to ramps of many widths, from the ramps' knees."""
    golden = field == DifferenceOfGaussians(surround_gain=1.0)
    ramps = np.array([RAMP * field.center, *RAMPS * field.center, *([3.0, 1.0] if golden else [])])
    # Plateaus of more than three radii, even where the screen's mirror image begins.
    columns = 2 * math.ceil((ramps.max() / 2 + 3.5 * field.surround) / pixel) + 1
    screen = Screen((1, columns), pixel)
    seen = np.array([stimuli.mach_bands(screen, ramp) for ramp in ramps])
    rows = _brightness(screen.shape, field, pixel)(seen)[:, 0]
    x = screen.x[0]
    error = _error(field, pixel)
    result.claim(
        f"Mach bands, a ramp of {ramps[0]:.3g}°: largest distance from the closed form",
        np.abs(rows[0] - _ramp_response(field, ramps[0], x)).max(),
        at_most=error,
    )
    result.claim(
        "with A = B the plateaus and the middle of the ramp are not answered",
        rows[0][[0, columns // 2, -1]],
        [0, 0, 0],
        tolerance=2 * (1 - math.erf(RADII) ** 2),
    )
    heads = np.array([_top(x, row) for row in rows])
    feet = np.array([-_top(-x[::-1], -row[::-1]) for row in rows])
    moved = heads - ramps / 2
    many = slice(1, 1 + len(RAMPS))
    family = Family(
        "Mach bands", "ramp", ramps[many], moved[many],
        lambda ramp: _extremum(field, ramp) - ramp / 2,
    )  # fmt: skip
    result.claim(
        "the bright line's distance from the ramp's knee (°), for ramps of "
        f"{family.sizes[0]:.2g}° to {family.sizes[-1]:.2g}°: largest distance from the closed form",
        family.error,
        at_most=pixel * pixel / field.center / 3,
    )
    result.claim(
        "the dark line lies as far from the ramp's foot: largest difference (°)",
        np.abs(feet + heads).max(),
        at_most=1e-6 * field.center,
    )
    if golden:
        result.claim(
            "a ramp of 3° has its lines at its knees, to 0.001°", moved[-2], 0, tolerance=0.001
        )
        result.claim("a ramp of 1° moves them by 0.2°", moved[-1], 0.2, tolerance=0.005)
    return family


def _ramp_response(field: DifferenceOfGaussians, ramp: float, x: np.ndarray) -> np.ndarray:
    """Return the response x from the middle of a ramp from −1 to 1, of a field with A = B.

    The mean of the responses to edges along the ramp: ∫ erf(t/g) dt = t·erf(t/g) + g·e^(−t²/g²)/√π.
    """

    def integral(t: np.ndarray, spread: float) -> np.ndarray:
        return t * erf(t / spread) + spread * np.exp(-np.square(t / spread)) / math.sqrt(math.pi)

    return sum(
        sign * gain * (integral(x + ramp / 2, g) - integral(x - ramp / 2, g)) / ramp
        for g, gain, sign in _gaussians(field)
    )


def _extremum(field: DifferenceOfGaussians, ramp: float) -> float:
    """Return where the response to a ramp is largest: center and surround see as much of it."""

    def slope(x: float) -> float:
        return sum(
            sign * gain * (math.erf((x + ramp / 2) / g) - math.erf((x - ramp / 2) / g))
            for g, gain, sign in _gaussians(field)
        )

    return float(brentq(slope, 0, ramp / 2 + 2 * field.surround))


def _top(x: np.ndarray, y: np.ndarray) -> float:
    """Return where a smooth curve through the points around the highest is highest."""
    highest = int(y.argmax())
    near = slice(highest - 5, highest + 6)
    fitted = np.polynomial.Polynomial.fit(x[near], y[near], 6)
    fine = np.linspace(x[highest - 1], x[highest + 1], 20_001)
    return float(fine[fitted(fine).argmax()])


# ---------------------------------------------------------------- the Hermann grid


def _hermann_grid(result: Result, field: DifferenceOfGaussians, pixel: float) -> list[Family]:
    """How much more one cell answers at a crossing than in a street, for streets of any width."""
    side = 2 * math.ceil(REACH * field.surround / pixel) + 1
    side = max(side, 2 * math.ceil(SPARSE * STREETS[-1] * field.center / pixel / 2) + 1)
    screen = Screen((side, side), pixel)
    cell = ganglion_cell(screen.shape, field, pixel=pixel)
    error = _error(field, pixel)
    golden = field == DifferenceOfGaussians()
    families = []
    for ratio, known in ((math.inf, 0.936), (6.0, 0.949), (4.0, 1.056)):

        def measured(street: float, ratio: float = ratio) -> float:
            crossing = stimuli.hermann_grid(screen, street, ratio * street)
            between = (
                stimuli.bar(screen, street)
                if math.isinf(ratio)
                else stimuli.hermann_grid(
                    screen, street, ratio * street, at=(0, ratio * street / 2)
                )
            )
            return cell(crossing) - cell(between)

        def expected(street: float, ratio: float = ratio) -> float:
            return _crossing_effect(field, street, ratio * street)

        kind = "one crossing" if math.isinf(ratio) else f"a street every {ratio:g} widths"
        streets = STREETS * field.center
        family = Family(
            "Hermann grid", kind, streets, np.array([measured(w) for w in streets]), expected
        )
        families.append(_claim_family(result, family, f"{kind}: crossing − street", error))
        _claim_flip(result, family, measured, error, known if golden else None)
    return families


def _claim_flip(
    result: Result, family: Family, measured: Callable[[float], float], error: float,
    known: float | None,
) -> None:  # fmt: skip
    """From which width of streets on the cell answers less at a crossing: if so, and sharply."""
    expected, streets = family.closed_form, family.sizes
    positive = family.expected(streets) > 0
    (turns,) = np.nonzero(positive[:-1] & ~positive[1:])
    if not len(turns):
        return
    flip = float(brentq(expected, streets[turns[0]], streets[turns[0] + 1]))
    low, high = 0.75 * flip, min(1.25 * flip, streets[-1])
    if expected(low) < 2 * error or expected(high) > -2 * error:
        return  # so slight an effect that pixels decide on its sign
    steepness = (expected(0.99 * flip) - expected(1.01 * flip)) / (0.02 * flip)
    flips = measured(low) > 0 > measured(high)
    found = float(brentq(measured, low, high, xtol=1e-5 * flip)) if flips else math.nan
    result.claim(
        f"{family.label}: the smudges are predicted for streets wider than (°)",
        found,
        flip,
        tolerance=error / steepness,
    )
    if known is not None:
        result.claim(f"{family.label}: for this cell those are (°)", found, known, tolerance=0.005)


def _crossing_effect(field: DifferenceOfGaussians, street: float, period: float) -> float:
    """Return the response at a crossing less that in a street halfway to the next one.

    Σ ±G·(1 − E)·(E − H), where E is how much of a Gaussian lies in the street that it is centered
    on (and in those that run along it), H in those that cross halfway; of one crossing
    A·Ea(1 − Ea) − B·Eb(1 − Eb), Eg = erf(w/2g).
    """
    total = 0.0
    for spread, gain, sign in _gaussians(field):
        here, halfway = math.erf(street / (2 * spread)), 0.0
        if math.isfinite(period):
            streets = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
            here = _within(streets * period, street, spread).sum()
            halfway = _within((streets + 0.5) * period, street, spread).sum()
        total += sign * gain * (1 - here) * (here - halfway)
    return float(total)


def _within(middle: np.ndarray, width: float, spread: float) -> np.ndarray:
    """Return how much of a Gaussian at 0 lies in strips of this width around their middles."""
    return (erf((middle + width / 2) / spread) - erf((middle - width / 2) / spread)) / 2


# ---------------------------------------------------------------- simultaneous contrast


def _simultaneous_contrast(result: Result, field: DifferenceOfGaussians, pixel: float) -> Family:
    """How a cell in the middle of a grey disk answers to the light around it."""
    diameters = DISKS * field.center
    side = 2 * math.ceil(max(REACH * field.surround, diameters[-1] / 2) / pixel) + 1
    screen = Screen((side, side), pixel)
    cell = ganglion_cell(screen.shape, field, pixel=pixel)
    # A field of light 1 with a hole of 0: the response is the slope, as the cell is linear.
    measured = np.array([cell(1 + stimuli.spot(screen, d, dark=True)) for d in diameters])

    def slope(diameter: float) -> float:
        return sum(
            sign * gain * math.exp(-((diameter / (2 * spread)) ** 2))
            for spread, gain, sign in _gaussians(field)
        )

    error = _error(field, pixel)
    family = Family("simultaneous contrast", "disk", diameters, measured, slope)
    _claim_family(result, family, "a disk's response to its background", error)
    shown = DISK * field.center
    contrasts = np.array([-1.0, -0.5, 0.5, 1.0])
    around = [cell(c * (1 + stimuli.spot(screen, shown, dark=True))) for c in contrasts]
    result.claim(
        f"a grey disk of {shown:.3g}° is answered by so much more a unit of the background's "
        "contrast, at any contrast",
        np.diff(around) / np.diff(contrasts),
        [slope(shown)] * 3,
        tolerance=error,
    )
    return family


# ---------------------------------------------------------------- White's illusion


def _white_illusion(result: Result, field: DifferenceOfGaussians, pixel: float) -> Family:
    """How much more a cell answers to a patch in a dark stripe than to one in a bright stripe."""
    widths = STRIPES * field.center
    reach = REACH * field.surround

    def effect(stripe: float) -> float:
        patch = PATCH / STRIPE * stripe
        columns = 2 * math.ceil(max(reach, 3 * stripe) / pixel) + 1
        rows = 2 * math.ceil(max(reach, patch / 2) / pixel) + 1
        screen = Screen((rows, columns), pixel)
        cell = ganglion_cell(screen.shape, field, pixel=pixel)
        in_dark, in_bright = (
            cell(stimuli.white_illusion(screen, stripe, patch, at=(side * 2.5 * stripe, 0)))
            for side in (1, -1)
        )
        return float(in_dark - in_bright)

    family = Family(
        "White's illusion", "stripe", widths, np.array([effect(w) for w in widths]),
        lambda stripe: 2 * _white_response(field, stripe, PATCH / STRIPE * stripe),
    )  # fmt: skip
    _claim_family(
        result, family, "patch in a dark stripe − in a bright one", 2 * _error(field, pixel)
    )
    result.claim(
        "the model fails at White's illusion: to observers a patch in a dark stripe, here of "
        f"{STRIPE * field.center:.3g}°, looks brighter, but the cell answers less to it",
        effect(STRIPE * field.center) < 0,
    )
    return family


def _white_response(field: DifferenceOfGaussians, stripe: float, patch: float) -> float:
    """Return the response in the middle of White's patch in a dark stripe.

    The stripes', alternately ±1, of which the middle one is dark; and the patches', which add 1 to
    it and take 1 from that in the bright stripe, five stripes away.
    """
    total = 0.0
    stripes = np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
    for spread, gain, sign in _gaussians(field):
        shares = _within(stripes * stripe, stripe, spread)
        high = math.erf(patch / (2 * spread))
        alternating = np.where(stripes % 2 == 0, -1, 1) @ shares
        patches = (shares[NEIGHBOURS] - shares[NEIGHBOURS + 5]) * high
        total += sign * gain * (alternating + patches)
    return float(total)


# ---------------------------------------------------------------- the figure


def _scenes(
    field: DifferenceOfGaussians, balanced: DifferenceOfGaussians, pixel: float
) -> list[Scene]:
    """Each illusion, the sheets' answer to it, and where to look."""
    a = field.center
    screen = Screen((round(HEIGHT * a / pixel), round(WIDTH * a / pixel)), pixel)
    mach = stimuli.mach_bands(screen, RAMP * a)
    grid = stimuli.hermann_grid(screen, STREET * a, PERIOD * a)
    disks = stimuli.simultaneous_contrast(screen, DISK * a)
    white = stimuli.white_illusion(screen, STRIPE * a, PATCH * a)
    even, uneven = (_brightness(screen.shape, f, pixel) for f in (balanced, field))
    bands, patches = even(np.stack((mach, white)))
    streets, spots = uneven(np.stack((grid, disks)))
    quarter, patch = WIDTH * a / 4, 2.5 * STRIPE * a
    return [
        Scene(
            "Mach bands", "lines at the ends of the ramp", "at the bright line", screen, mach,
            bands, (RAMP * a / 2, -RAMP * a / 2),
        ),
        Scene(
            "Hermann grid", "smudges where streets cross", "between crossings", screen, grid,
            streets, (PERIOD * a / 2, 0.0),
        ),
        Scene(
            "simultaneous contrast", "the left disk looks brighter", "in the left disk", screen,
            disks, spots, (-quarter, quarter), DISK * a,
        ),
        Scene(
            "White's illusion", "the left patch looks brighter", "in the left patch", screen,
            white, patches, (-patch, patch), STRIPE * a,
        ),
    ]  # fmt: skip
