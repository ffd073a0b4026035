"""The LGN cell as a pattern recogniser · 神經元作為圖樣辨識器 · lecture row 5"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.transforms import ScaledTranslation

from circuits import lgn, stimuli
from circuits.retina import RADII, DifferenceOfGaussians, erf, ganglion_cell
from neurosim import InputError
from neurosim.plotting import COLOURS, new_figure, plot_curves, show_image
from neurosim.progress import progress
from neurosim.result import Result

from ._pixel_error import pixel_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

FINE = 10  # pixels a center radius, for the tuning curves
NOISE_SIDE = 15  # pixels a side of the white noise
LEAST_FRAMES = NOISE_SIDE**2  # of it: as many as there are weights to find
PIECE = 5_000  # frames of it that are made at a time
MANY = 100_000  # frames beyond which progress is shown
MOST_FRAMES = 10**9
CLOSE = 0.99  # correlation of a recovered field with the true one
# No cell's center is so narrow or so wide (degrees), no surround so strong.
NARROWEST, WIDEST, STRONGEST = 1e-3, 1e4, 1e3
# Of the largest response: what pixels of a tenth of the center's radius cost.
ERROR = 0.01
LONGEST = 512  # pixels a side of the photograph at most; half as many for a first look
WIDE = 1.6  # columns a row from which four photographs beside one another are too low


class Curve(NamedTuple):
    """One cell's responses to one family of stimuli, and where they are largest, if within."""

    label: str
    values: np.ndarray
    measured: np.ndarray
    expected: np.ndarray
    best: float | None = None


def run(
    center: float = 0.62,
    surround: float = 1.26,
    strength: float = 0.85,
    image: Path | None = None,
    pixel: float = 0.2,
    frames: int = 20_000,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Draw a photograph as the LGN sees it, and measure one cell as a physiologist would.

    The lecture's listing first; then ON and OFF sheets behind a retina, which see the photograph's
    contrast: how far each pixel is from the mean; then one cell's tuning to spots, rings, bars,
    edges and gratings against the closed forms of a difference of Gaussians; then its receptive
    field, recovered from its answers to white noise; last how pixels put the responses of X, P
    and M cells off, whatever the cell chosen here.

    Parameters
    ----------
    center
        1/e radius of the receptive field's center, in degrees.
    surround
        1/e radius of its surround, in degrees.
    strength
        Volume of the surround; the center's is 1.
    image
        A photograph of your own (PNG, JPEG …); left out, Grace Hopper's portrait.
    pixel
        Degrees a pixel of the photograph, which is made at most 512 pixels long; at most the
        center's radius.
    frames
        Frames of white noise, at least 225, one for each of its pixels.
    quick
        A photograph of half as many pixels a side, for a first look.
    """
    result = Result("lgn", locals(), seed)
    if frames < LEAST_FRAMES:
        raise InputError(
            f"frames must be at least {LEAST_FRAMES}, one for each pixel of the noise: fewer "
            f"recover nothing (got {frames})"
        )
    if frames > MOST_FRAMES:
        raise InputError(f"frames must be at most {MOST_FRAMES:,} (got {frames})")
    if not NARROWEST <= center <= WIDEST:
        raise InputError(f"center must be from {NARROWEST:g}° to {WIDEST:g}° (got {center:g}°)")
    if not center < surround <= 10 * center:
        raise InputError(
            f"the surround must be wider than the center, and at most ten times (got center "
            f"{center:g}°, surround {surround:g}°)"
        )
    if not 0 < strength <= STRONGEST:
        raise InputError(f"strength must be above 0, at most {STRONGEST:g} (got {strength:g})")
    field = DifferenceOfGaussians(center, surround, 1.0, strength)
    photograph = stimuli.photograph(image, longest=LONGEST)
    larger = 1.0
    if quick:  # fewer pixels, each so much larger: it is seen at the same size
        whole = max(photograph.shape)
        photograph = stimuli.photograph(image, longest=LONGEST // 2)
        larger = whole / max(photograph.shape)
    if pixel * larger > center:
        raise InputError(
            f"pixel must be at most {center / larger:g}°{' with quick' if quick else ''}, so that "
            f"the center's radius of {center:g}° holds one (got {pixel:g}°)"
        )
    pixel *= larger
    sheets = _sheets(result, field, photograph, pixel)
    tuning = _tuning(result, field)
    recovered = _recovered(result, field, frames, seed)
    _listing(result)
    _draw_sheets(result, field, photograph, sheets, pixel)
    _draw_cell(result, field, tuning, recovered)
    pixel_error(result)
    return result


def _listing(result: Result) -> None:
    """The lecture's three lines, and the cell with a threshold as a recogniser."""
    stimuli_, names = lgn.LISTING_STIMULI, ("blank", "spot", "bar")
    responses = lgn.listing()(stimuli_)
    result.claim("LGN_RESPONSE to blank, spot and bar", responses, [0, 1, 0])
    detector = lgn.listing_detector()
    proof = detector.check(lambda r: int(r[2] == 1 and r[1] == 0 and r[3] == 0))
    result.claim(
        "with θ = 0.75 it fires iff the center is on and both neighbours are off (all 32 images)",
        proof.holds and proof.exhaustive,
    )
    result.claim("images that make it fire", sum(row[-1] for row in detector.truth_table()), 4)
    on, off = lgn.listing_pair()([1, 1, 0, 1, 1])
    result.claim("a dark spot silences the ON cell and drives the OFF cell", [on, off], [0, 1])
    result.table(
        "listing",
        ("stimulus", *(f"receptor {i}" for i in range(5)), "response"),
        [(n, *s, r) for n, s, r in zip(names, stimuli_.tolist(), responses, strict=True)],
    )


def _sheets(
    result: Result, field: DifferenceOfGaussians, photograph: np.ndarray, pixel: float
) -> tuple[np.ndarray, np.ndarray]:
    """Both sheets' responses to the photograph's contrast, and to a uniform field."""
    circuit = lgn.sheets(photograph.shape, field, pixel=pixel)
    on, off = circuit(photograph - photograph.mean())
    result.claim("no place drives ON and OFF at once: largest product", np.max(on * off), at_most=0)
    uniform_on, _ = circuit(np.ones(photograph.shape))
    balance = field.center_gain - field.surround_gain
    beyond = 1 - math.erf(RADII) ** 2  # of a Gaussian's volume, and so of either kernel
    result.claim(
        "a uniform field drives every ON cell by A − B",
        [uniform_on.min(), uniform_on.max()],
        [max(balance, 0.0)] * 2,
        tolerance=beyond * (field.center_gain + field.surround_gain),
    )
    return on, off


def _tuning(result: Result, field: DifferenceOfGaussians) -> dict[str, Curve]:
    """One cell's responses beside the closed forms, for five families of stimuli."""
    pixel = field.center / FINE
    side = 2 * int(np.ceil(3.2 * max(field.center, field.surround) / pixel)) + 1
    screen = stimuli.Screen((side, side), pixel)
    cell = ganglion_cell(screen.shape, field, pixel=pixel)
    reach = 2 * field.surround
    best = min(field.best_diameter, reach)
    peak = field.peak_frequency or 0.25 / field.center
    families = {
        "spot": ("diameter (°)", np.linspace(0.1, 2 * reach, 31), stimuli.spot, field.spot),
        "annulus": (
            f"outer diameter (°), inner {best:.2f}°",
            np.linspace(best, 2 * reach, 21),
            lambda screen, d: stimuli.annulus(screen, best, d),
            lambda d: field.annulus(best, d),
        ),
        "bar": ("width (°)", np.linspace(0.1, 2 * reach, 31), stimuli.bar, field.bar),
        "edge": ("position (°)", np.linspace(-reach, reach, 31), stimuli.edge, field.edge),
        "grating": (
            "spatial frequency (cycles/°)",
            np.linspace(0.02 * peak, 3.5 * peak, 31),
            stimuli.grating,
            field.grating,
        ),
    }
    curves = {}
    for name, (label, values, draw, closed_form) in families.items():

        def answers(sizes: np.ndarray, draw: Callable[..., np.ndarray] = draw) -> np.ndarray:
            return np.asarray(cell(np.array([draw(screen, v) for v in sizes])))

        measured = answers(values)
        # The best ring is none, the best spot is looked for where the field crosses 0.
        known = name == "annulus" or (name == "spot" and field.best_diameter <= reach)
        top = None if known else _best(values, measured, answers)
        curves[name] = Curve(label, values, measured, closed_form(values), top)
    largest = {name: float(np.abs(curve.expected).max()) for name, curve in curves.items()}
    # A ring takes away from the best spot's response what may be next to nothing.
    largest["annulus"] = largest["spot"]
    for name, (_, _, measured, expected, _) in curves.items():
        result.claim(
            f"{name} responses follow the closed form: largest error over the largest response"
            f"{' to a spot' if name == 'annulus' else ''}",
            np.abs(measured - expected).max() / largest[name],
            at_most=ERROR,
        )
    if field.best_diameter <= reach:
        finest = np.linspace(0.75 * best, 1.25 * best, 41)
        responses = cell(np.array([stimuli.spot(screen, d) for d in finest]))
        _claim_best_spot(result, field, finest, responses, ERROR * largest["spot"])
        curves["spot"] = curves["spot"]._replace(best=_top(finest, responses))
    result.table(
        "spot-tuning",
        ("diameter (deg)", "measured", "closed form"),
        list(zip(*(np.round(v, 6).tolist() for v in curves["spot"][1:4]), strict=True)),
    )
    return curves


def _claim_best_spot(
    result: Result, field: DifferenceOfGaussians, diameters: np.ndarray, responses: np.ndarray,
    error: float,
) -> None:  # fmt: skip
    """The spot that just fills the field's positive part; its diameter where that is sharp."""
    result.claim(
        "no spot beats the one that ends where the field crosses 0: largest response",
        responses.max(),
        field.spot(field.best_diameter),
        tolerance=error,
    )
    if field == DifferenceOfGaussians():  # of others the top may be too flat for its place
        result.claim(
            "the best spot's diameter (°) is where the field crosses 0",
            _top(diameters, responses),
            field.best_diameter,
            relative=0.01,
        )


def _top(x: np.ndarray, y: np.ndarray) -> float:
    """Return where a smooth curve through the points is highest."""
    fitted = np.polynomial.Polynomial.fit(x, y, 5)
    fine = np.linspace(x[0], x[-1], 10_001)
    return float(fine[fitted(fine).argmax()])


def _best(
    values: np.ndarray, responses: np.ndarray, answers: Callable[[np.ndarray], np.ndarray]
) -> float | None:
    """Return which stimulus answers most, looked for again around the best of some.

    None where that is the first or the last of them: a better one may lie beyond.
    """
    top = int(responses.argmax())
    if top in (0, len(values) - 1):
        return None
    around = np.linspace(values[top - 1], values[top + 1], 21)
    return _top(around, answers(around))


def _recovered(
    result: Result, field: DifferenceOfGaussians, frames: int, seed: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """The response-weighted average of white noise, beside the weights it estimates."""
    shape = (NOISE_SIDE, NOISE_SIDE)
    pixel = min(5 * field.surround / NOISE_SIDE, field.center)
    cell = ganglion_cell(shape, field, pixel=pixel)
    movie = stimuli.white_noise(stimuli.Screen(shape, pixel), seed=seed)
    total = np.zeros(shape)
    firsts: Iterable[int] = range(0, frames, PIECE)
    for first in progress(firsts, "white noise") if frames > MANY else firsts:
        noise = movie.frames(first, min(PIECE, frames - first))
        total += np.tensordot(cell(noise), noise, axes=1)
    estimate = total / frames
    center, surround = field.kernels(pixel, NOISE_SIDE // 2)
    true = center - surround
    predicted = _predicted_correlation(true, frames)
    found = float(np.corrcoef(estimate.ravel(), true.ravel())[0, 1])
    tolerance = 4 * (1 - predicted**2) / math.sqrt(true.size)  # standard errors
    result.claim(
        f"the field recovered from {frames:,} frames of noise correlates with the true one as "
        f"closely as so many frames allow, about 1/√(1 + {true.size}/frames)",
        found,
        predicted,
        tolerance=tolerance,
    )
    if predicted - tolerance > CLOSE:
        result.claim(
            f"so many frames are enough for a correlation above {CLOSE:g}", found, at_least=CLOSE
        )
    return estimate, true, pixel


def _predicted_correlation(true: np.ndarray, frames: int) -> float:
    """Return how weights correlate with what ±1 noise says of them, on average.

    Of a linear cell's response r = Σ wⱼsⱼ, the mean of r·sᵢ over T frames is wᵢ and an error of
    variance Σⱼ≠ᵢ wⱼ²/T, so that ρ = 1/√(1 + error/signal), 1/√(1 + N/T) where the mean weight is
    small.
    """
    signal = np.square(true - true.mean()).sum()
    error = true.size * np.square(true).sum() / frames
    return 1 / math.sqrt(1 + error / signal)


def _draw_sheets(
    result: Result, field: DifferenceOfGaussians, photograph: np.ndarray,
    sheets: tuple[np.ndarray, np.ndarray], pixel: float,
) -> None:  # fmt: skip
    rows, columns = photograph.shape
    wide = columns > WIDE * rows
    high = min(max(rows / columns, 0.1), 1.6)  # of a photograph, in its width
    figure, axes = (
        new_figure(2, 2, width="page", height=5.2 * high + 1.5)
        if wide
        else new_figure(1, 4, width="page", height=1.2 * max(high, 1.0) + 0.95)
    )
    axes = axes.ravel()
    on, off = sheets
    center, surround = field.kernels(pixel, int(3 * field.surround / pixel))
    weights = center - surround
    show_image(axes[0], photograph, "Photograph", limits=(0, 1), bar=False)
    shown = show_image(axes[1], weights, "Receptive field", signed=True)
    _name_the_signs(shown, float(np.abs(weights).max()))
    top = max(0.3, float(np.quantile(np.concatenate((on.ravel(), off.ravel())), 0.995)))
    show_image(axes[2], on, "ON cells", limits=(0, top), bar=False)
    show_image(axes[3], off, "OFF cells", limits=(0, top), label="response\n(center gain)")
    for ax, width in zip(axes, (columns, len(weights), columns, columns), strict=True):
        _scale_bar(ax, width, pixel)
    figure.suptitle(_seen(on, off))
    result.figure("lgn", figure)


def _seen(on: np.ndarray, off: np.ndarray) -> str:
    """Return what the sheets show, as the figure's title."""
    if not (on.any() or off.any()):
        return "No cell answers: the image is everywhere as bright as its mean"
    return (
        "ON cells answer where the center outweighs the surround, OFF cells where the surround "
        "outweighs the center"
    )


def _name_the_signs(image: AxesImage, largest: float) -> None:
    """Say beside a field's colour bar which colour excites and which inhibits."""
    near = float(f"{0.8 * largest:.1g}")
    if image.colorbar is not None:
        names = (f"−{near:g}\ninhibits", "0", f"{near:g}\nexcites")
        image.colorbar.set_ticks([-near, 0, near], labels=names)


def _scale_bar(ax: Axes, columns: int, pixel: float) -> None:
    """Draw a bar of so many degrees under an image: the longest of 1, 2, 5 × 10ⁿ in a third."""
    third = columns * pixel / 3
    decade = 10.0 ** math.floor(math.log10(third))
    degrees = max(step * decade for step in (1, 2, 5) if step * decade <= third)
    below = ax.get_xaxis_transform() + ScaledTranslation(0, -0.08, ax.figure.dpi_scale_trans)
    left = ax.get_xlim()[0]
    reach = left + degrees / pixel
    ax.plot(
        [left, reach], [0, 0], transform=below, clip_on=False, color="black", linewidth=1.5,
        solid_capstyle="butt", scalex=False, scaley=False,
    )  # fmt: skip
    ax.annotate(
        f"{degrees:g}°", (reach, 0), xycoords=below, xytext=(3, 0), textcoords="offset points",
        va="center",
    )  # fmt: skip


def _finding(name: str, curve: Curve) -> str:
    """Return what a tuning curve shows, as its title."""
    if name == "annulus":
        last = curve.measured[-1]
        return f"A ring {'adds' if last > 0 else 'takes away'} {abs(last):.2f} (not rectified)"
    if curve.best is None:
        unit = "cycles/°" if name == "grating" else "°"
        ends = (f"{end:.2g}".replace("-", "−") for end in (curve.values[0], curve.values[-1]))
        return f"No best {name} from {' to '.join(ends)} {unit}"
    return {
        "spot": f"The best spot is {curve.best:.2f}° wide",
        "bar": f"The best bar is {curve.best:.2f}° wide",
        "edge": f"The best edge lies at {curve.best:.2f}°",
        "grating": f"The best grating has {curve.best:.2f} cycles/°",
    }[name]


def _noise_finding(estimate: np.ndarray, true: np.ndarray) -> str:
    """Return how well noise has recovered the field, as a title: r² is what they share."""
    r = float(np.corrcoef(estimate.ravel(), true.ravel())[0, 1])
    how = "recovers the field" if r > 0.95 else "recovers the field roughly"
    return f"White noise {how if r > 0.7 else 'does not recover the field'}: r = {r:.2f}"


def _draw_cell(
    result: Result, field: DifferenceOfGaussians, curves: dict[str, Curve], recovered: tuple
) -> None:
    figure, axes = new_figure(3, 2, width="page", height=6.2)
    look: dict[str, Any] = {"marker": "o", "linestyle": "", "color": COLOURS["vermillion"]}
    for ax, (name, curve) in zip(axes.flat, curves.items(), strict=False):
        ax.axhline(0, color="0.8", linewidth=0.6)
        plot_curves(ax, curve.values, {"closed form": curve.expected}, legend=False)
        ax.plot(curve.values, curve.measured, label="simulated cell", **look)
        ax.set(xlabel=f"{name}: {curve.label}", ylabel="response (center gain)")
        ax.set_title(_finding(name, curve))
    axes[0, 0].legend()
    estimate, true, pixel = recovered
    ax = axes[2, 1]
    middle = NOISE_SIDE // 2
    x = (np.arange(NOISE_SIDE) - middle) * pixel
    fine = np.linspace(x[0], x[-1], 301)
    ax.axhline(0, color="0.8", linewidth=0.6)
    plot_curves(ax, fine, {"true": _across_pixels(field, fine, pixel)}, legend=False)
    ax.plot(x, estimate[middle], label="from white noise", **look)
    ax.set(xlabel="x (°)", ylabel="weight a pixel (center gain)")
    ax.set_title(_noise_finding(estimate, true))
    ax.legend()
    exact = all(
        np.abs(c.measured - c.expected).max()
        <= ERROR * np.abs(curves["spot" if name == "annulus" else name].expected).max()
        for name, c in curves.items()
    )
    figure.suptitle(
        "One linear cell answers as its receptive field predicts"
        if exact
        else "The cell's answers are not those that its receptive field predicts"
    )
    result.figure("tuning", figure)


def _across_pixels(field: DifferenceOfGaussians, x: np.ndarray, pixel: float) -> np.ndarray:
    """Return the field's integral over a pixel whose middle is at x, in the row through 0."""
    total = np.zeros_like(x)
    for spread, gain in (
        (field.center, field.center_gain), (field.surround, -field.surround_gain),
    ):  # fmt: skip
        across = (erf((x + pixel / 2) / spread) - erf((x - pixel / 2) / spread)) / 2
        total += gain * across * math.erf(pixel / 2 / spread)
    return total
