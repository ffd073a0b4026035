"""The LGN cell as a pattern recogniser · 神經元作為圖樣辨識器 · lecture row 5"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from circuits import lgn, stimuli
from circuits.retina import RADII, DifferenceOfGaussians, ganglion_cell
from neurosim import InputError
from neurosim.plotting import COLOURS, new_figure, plot_curves, show_image
from neurosim.progress import progress
from neurosim.result import Result

FINE = 10  # pixels a center radius, for the tuning curves
NOISE_SIDE = 15  # pixels a side of the white noise
PIECE = 5_000  # frames of it that are made at a time
MANY = 100_000  # frames beyond which progress is shown
MOST_FRAMES = 10**9
# No cell's center is so narrow or so wide (degrees), no surround so strong.
NARROWEST, WIDEST, STRONGEST = 1e-3, 1e4, 1e3
# Of the largest response: what pixels of a tenth of the center's radius cost.
ERROR = 0.01


def run(
    center: float = 0.62,
    surround: float = 1.26,
    strength: float = 0.85,
    image: str | None = None,
    pixel: float = 0.2,
    frames: int = 20_000,
    seed: int = 0,
    quick: bool = False,
) -> Result:
    """Draw a photograph as the LGN sees it, and measure one cell as a physiologist would.

    The lecture's listing first; then ON and OFF sheets behind a retina, which see the photograph's
    contrast: how far each pixel is from the mean; then one cell's tuning to spots, rings, bars,
    edges and gratings against the closed forms of a difference of Gaussians; then its receptive
    field, recovered from its answers to white noise.

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
        Degrees a pixel of the photograph.
    frames
        Frames of white noise.
    """
    result = Result("lgn", locals(), seed)
    if not 1 <= frames <= MOST_FRAMES:
        raise InputError(f"frames must be from 1 to {MOST_FRAMES:,} (got {frames})")
    if not NARROWEST <= center <= WIDEST:
        raise InputError(f"the center must be from {NARROWEST:g}° to {WIDEST:g}° (got {center:g}°)")
    if not center < surround <= 10 * center:
        raise InputError(
            f"the surround must be wider than the center, and at most ten times (got center "
            f"{center:g}°, surround {surround:g}°)"
        )
    if not 0 < strength <= STRONGEST:
        raise InputError(f"strength must be above 0, at most {STRONGEST:g} (got {strength:g})")
    field = DifferenceOfGaussians(center, surround, 1.0, strength)
    photograph = stimuli.photograph(image, longest=256 if quick else 512)
    sheets = _sheets(result, field, photograph, pixel)
    tuning = _tuning(result, field)
    recovered = _recovered(result, field, frames, seed)
    _listing(result)
    _draw_sheets(result, field, photograph, sheets, pixel)
    _draw_cell(result, tuning, recovered)
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


def _tuning(result: Result, field: DifferenceOfGaussians) -> dict[str, tuple]:
    """One cell's responses beside the closed forms, for five families of stimuli."""
    pixel = field.center / FINE
    side = 2 * int(np.ceil(3.2 * max(field.center, field.surround) / pixel)) + 1
    shape = (side, side)
    cell = ganglion_cell(shape, field, pixel=pixel)
    reach = 2 * field.surround
    best = min(field.best_diameter, reach)
    peak = field.peak_frequency or 0.25 / field.center
    families = {
        "spot": ("diameter (°)", np.linspace(0.1, 2 * reach, 31), stimuli.spot, field.spot),
        "annulus": (
            "outer diameter (°)",
            np.linspace(best, 2 * reach, 21),
            lambda shape, pixel, d: stimuli.annulus(shape, pixel, best, d),
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
        measured = cell(np.array([draw(shape, pixel, v) for v in values]))
        curves[name] = (label, values, measured, closed_form(values))
    largest = {name: float(np.abs(expected).max()) for name, (*_, expected) in curves.items()}
    # A ring takes away from the best spot's response what may be next to nothing.
    largest["annulus"] = largest["spot"]
    for name, (_, _, measured, expected) in curves.items():
        result.claim(
            f"{name} responses follow the closed form: largest error over the largest response"
            f"{' to a spot' if name == 'annulus' else ''}",
            np.abs(measured - expected).max() / largest[name],
            at_most=ERROR,
        )
    if field.best_diameter <= reach:
        finest = np.linspace(0.75 * best, 1.25 * best, 41)
        responses = cell(np.array([stimuli.spot(shape, pixel, d) for d in finest]))
        _claim_best_spot(result, field, finest, responses, ERROR * largest["spot"])
    result.table(
        "spot-tuning",
        ("diameter (deg)", "measured", "closed form"),
        list(zip(*(np.round(v, 6).tolist() for v in curves["spot"][1:]), strict=True)),
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


def _recovered(
    result: Result, field: DifferenceOfGaussians, frames: int, seed: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """The response-weighted average of white noise, beside the weights it estimates."""
    shape = (NOISE_SIDE, NOISE_SIDE)
    pixel = 5 * field.surround / NOISE_SIDE
    cell = ganglion_cell(shape, field, pixel=pixel)
    random = np.random.default_rng(seed)
    total = np.zeros(shape)
    firsts: Iterable[int] = range(0, frames, PIECE)
    for first in progress(firsts, "white noise") if frames > MANY else firsts:
        noise = stimuli.white_noise(shape, min(PIECE, frames - first), random)
        total += np.tensordot(cell(noise), noise, axes=1)
    estimate = total / frames
    center, surround = field.kernels(pixel, NOISE_SIDE // 2)
    true = center - surround
    predicted = _predicted_correlation(true, frames)
    result.claim(
        f"the field recovered from {frames:,} frames of noise correlates with the true one as "
        f"closely as so many frames allow, about 1/√(1 + {true.size}/frames)",
        float(np.corrcoef(estimate.ravel(), true.ravel())[0, 1]),
        predicted,
        tolerance=4 * (1 - predicted**2) / math.sqrt(true.size),  # standard errors
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
    figure, axes = new_figure(1, 4, width="page", height=3.1)
    on, off = sheets
    side = 3 * field.surround
    center, surround = field.kernels(pixel, int(side / pixel))
    show_image(axes[0], photograph, "Photograph", limits=(0, 1), bar=False)
    extent = (-side, side, side, -side)
    show_image(axes[1], center - surround, "Receptive field", extent=extent, bar=False)
    axes[1].set(xlabel="x (°)", ylabel="y (°)")
    top = max(0.3, float(np.quantile(np.concatenate((on.ravel(), off.ravel())), 0.995)))
    show_image(axes[2], on, "ON cells", limits=(0, top), bar=False)
    show_image(axes[3], off, "OFF cells", limits=(0, top), label="response")
    figure.suptitle(
        "LGN cells answer where an image is brighter (ON) or darker (OFF) than around",
        x=0.01,
        ha="left",
    )
    result.figure("lgn", figure)


def _finding(name: str, values: np.ndarray, responses: np.ndarray) -> str:
    """Return what a tuning curve shows, as its title."""
    if name == "annulus":
        last = responses[-1]
        return f"A ring {'adds' if last > 0 else 'takes away'} {abs(last):.2f}"
    top = int(responses.argmax())
    if name != "edge" and top in (0, len(values) - 1):
        unit = "cycles/°" if name == "grating" else "°"
        return f"No best {name} from {values[0]:.2g} to {values[-1]:.2g} {unit}"
    top = min(max(top, 1), len(values) - 2)
    a, b, _ = np.polyfit(values[top - 1 : top + 2], responses[top - 1 : top + 2], 2)
    best = -b / (2 * a) if a < 0 else values[responses.argmax()]
    return {
        "spot": f"The best spot is {best:.2f}° wide",
        "bar": f"The best bar is {best:.2f}° wide",
        "edge": f"The best edge lies at {best:.2f}°",
        "grating": f"Best at {best:.2f} cycles/°",
    }[name]


def _draw_cell(result: Result, curves: dict[str, tuple], recovered: tuple) -> None:
    figure, axes = new_figure(2, 3, width="page", height=5.4)
    for ax, (name, (label, values, measured, expected)) in zip(
        axes.flat, curves.items(), strict=False
    ):
        ax.axhline(0, color="0.8", linewidth=0.8)
        plot_curves(ax, values, {"closed form": expected}, legend=False)
        ax.plot(
            values,
            measured,
            "o",
            markersize=3.5,
            color=COLOURS["vermillion"],
            label="simulated cell",
        )
        ax.set(xlabel=f"{name}: {label}", ylabel="response")
        ax.set_title(_finding(name, values, measured))
    axes[0, 0].legend()
    estimate, true, pixel = recovered
    ax = axes[1, 2]
    middle = NOISE_SIDE // 2
    x = (np.arange(NOISE_SIDE) - middle) * pixel
    ax.axhline(0, color="0.8", linewidth=0.8)
    plot_curves(ax, x, {"true": true[middle]}, legend=False)
    ax.plot(
        x,
        estimate[middle],
        "o",
        markersize=3.5,
        color=COLOURS["vermillion"],
        label="from white noise",
    )
    ax.set(xlabel="x (°)", ylabel="weight")
    ax.set_title("White noise recovers the field")
    ax.set_ylim(top=1.5 * true.max())
    ax.legend(loc="upper right")
    figure.suptitle("One simulated cell answers as its receptive field predicts", x=0.01, ha="left")
    result.figure("tuning", figure)
