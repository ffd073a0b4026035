"""Normalization: neurons divide by their neighbours · 神經元互相正規化 · lecture row 6"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from circuits import stimuli
from circuits.cortex import Gabor, Normalization, bank, normalization_pool, normalized_cells
from neurosim import Circuit, InputError
from neurosim.measuring import fit
from neurosim.plotting import COLOURS, FAINT, new_figure, plot_curves
from neurosim.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FIELD = Gabor(frequency=1.0, orientation=90.0, width=0.4, length=0.6)
ORIENTATIONS = 16  # so near one another that the pool hears all orientations alike
SCREEN = stimuli.Screen((75, 75), pixel=0.05)
ERROR = 0.01  # of the largest response, what such pixels cost
LEAST_C50, MOST_C50 = 0.02, 0.5
FLATTEST, STEEPEST = 1.0, 4.0
MASKS = (0.0, 0.12, 0.25, 0.5)
CONTRASTS = np.geomspace(0.01, 1, 21)
AWAY = (0.0, 11.25, 22.5)  # degrees from the cell's own orientation
MARKERS = "os^D"
NAKA_RUSHTON = "naka-rushton"  # the model of the fits
CYCLE = 24  # frames of a test's two cycles and a mask's three
POOLS = 400


class Pool(NamedTuple):
    """The cells, their equation, and how much of a grating's contrast drives the pool."""

    cells: Circuit
    fields: tuple[Gabor, ...]
    rule: Normalization


def run(c50: float = 0.15, exponent: float = 2.0, seed: int = 0, quick: bool = False) -> Result:
    """Let V1 cells divide one another, and see what a mask, a contrast and a crowd do.

    64 simple cells look at one place, at 16 orientations and four phases.  What each makes of the
    image is raised to a power and divided by the sum of all (Heeger 1992): it saturates with
    contrast, is suppressed by gratings to which it does not answer, and keeps its ratio to any
    other.

    Parameters
    ----------
    c50
        Contrast of a grating that drives the cell to half its maximum, from 0.02 to 0.5.
    exponent
        n of the equation, from 1 to 4.
    seed
        Seed of the random pools.
    quick
        Changes nothing: it is quick as it is.
    """
    result = Result("normalization", locals(), seed)
    if not LEAST_C50 <= c50 <= MOST_C50:
        raise InputError(f"c50 must be a contrast from {LEAST_C50:g} to {MOST_C50:g} (got {c50:g})")
    if not FLATTEST <= exponent <= STEEPEST:
        raise InputError(f"exponent must be from {FLATTEST:g} to {STEEPEST:g} (got {exponent:g})")
    pool = _pool(c50, exponent)
    figure, axes = new_figure(2, 3, width="page", height=4.6)
    _masks(result, axes[0, 0], axes[0, 1], pool, c50)
    _across(result, axes[0, 2], pool)
    _gain_control(result, axes[1, 0], axes[1, 1], pool, c50)
    _ratios(result, axes[1, 2], exponent, seed)
    figure.suptitle(
        "Normalization: other gratings turn a cell down and leave what it prefers"
        if result.holds
        else "These cells do not do all that is claimed of them"
    )
    result.figure("normalization", figure)
    return result


def _pool(c50: float, exponent: float) -> Pool:
    """Return the cells, with σ and γ such that a cell has that c50, and 1 as its maximum."""
    fields = bank(FIELD, ORIENTATIONS, phases=4)
    drives = np.maximum(_linear(fields, 1.0, FIELD.orientation, 0.0), 0)
    powers = drives**exponent
    rule = Normalization(
        maximum=powers.sum() / powers[0],
        semi_saturation=c50 * powers.sum() ** (1 / exponent),
        exponent=exponent,
    )
    return Pool(normalized_cells(SCREEN, fields, rule), fields, rule)


def _linear(
    fields: tuple[Gabor, ...], contrast: float, orientation: float, phase: ArrayLike
) -> np.ndarray:
    """Return how a grating drives cells of these fields, by the closed form: (…, cells)."""
    answers = np.array([field.grating(FIELD.frequency, orientation) for field in fields])
    return contrast * np.real(answers * np.exp(-1j * np.radians(phase))[..., None])


def _expected(pool: Pool, linear: np.ndarray) -> np.ndarray:
    """Return the first cell's response by the equation, of linear drives (…, cells)."""
    return np.asarray(pool.rule.response(np.maximum(linear, 0)))[..., 0]


def _grating(contrast: float, orientation: float, phase: float) -> np.ndarray:
    return stimuli.grating(
        SCREEN, FIELD.frequency, orientation=orientation, phase=phase, contrast=contrast
    )


def _masks(result: Result, curves: Axes, shifts: Axes, pool: Pool, c50: float) -> None:
    """Contrast responses beside masks across, and the Naka–Rushton curves through them.

    The mask lies a quarter of a cycle on, where the pool's even cells hear the test alone and its
    odd ones the mask alone: then the equation is a Naka–Rushton curve exactly.
    """
    n, test = pool.rule.exponent, FIELD.orientation
    fits, rows = {}, []
    for number, mask in enumerate(MASKS):
        behind = _grating(mask, test + 90, 90.0)
        images = np.array([_grating(c, test, 0.0) for c in CONTRASTS])
        responses = np.asarray(pool.cells(images + behind))[:, 0]
        unmoved = _linear(pool.fields, mask, test + 90, 90.0)
        drives = [_linear(pool.fields, c, test, 0.0) + unmoved for c in CONTRASTS]
        expected = _expected(pool, np.array(drives))
        result.claim(
            f"beside a mask of contrast {mask:g} the cell answers γDⁿ/(σⁿ + ΣDⁿ) of the closed "
            "form's drives D: largest error over its maximum",
            np.abs(responses - expected).max(),
            at_most=ERROR,
        )
        fits[mask] = fit(NAKA_RUSHTON, CONTRASTS, responses)
        fine = np.geomspace(CONTRASTS[0], 1, 201)
        colour = list(COLOURS.values())[number]
        curves.plot(fine, fits[mask](fine), color=colour)
        curves.plot(CONTRASTS, responses, MARKERS[number], color=colour, label=f"{mask:.0%}")
        rows += [(mask, c, r) for c, r in zip(CONTRASTS.tolist(), responses, strict=True)]
    measured = [found["c50"] for found in fits.values()]
    result.claim(
        f"masks of contrast {', '.join(f'{m:g}' for m in MASKS)} shift the fitted c50 to "
        "(c50ⁿ + maskⁿ)^(1/n)",
        measured,
        [(c50**n + mask**n) ** (1 / n) for mask in MASKS],
        relative=ERROR,
    )
    result.claim(
        "and leave the fitted maximum and exponent",
        [[found["maximum"], found["exponent"]] for found in fits.values()],
        [[1.0, n]] * len(MASKS),
        relative=ERROR,
    )
    result.table("contrast-response", ("mask contrast", "test contrast", "response"), rows)
    result.table(
        "naka-rushton-fits", ("mask contrast", "maximum", "c50", "exponent", "baseline"),
        [(mask, *found.parameters.values()) for mask, found in fits.items()],
    )  # fmt: skip
    curves.legend(loc="upper left", title="mask", title_fontsize=7.5, alignment="left")
    curves.set(xscale="log", xlabel="contrast of the test", ylabel="response (in $R_{max}$)")
    curves.set(ylim=(-0.03, 1.03))
    _percent(curves)
    curves.set_title("A mask across shifts the contrast response")
    fine = np.geomspace(0.02, 1, 101)
    plot_curves(shifts, fine, {"equation": (c50**n + fine**n) ** (1 / n)}, legend=False)
    shifts.plot(MASKS[1:], measured[1:], "o", color=COLOURS["vermillion"])
    shifts.axhline(measured[0], color=FAINT, linewidth=0.6, linestyle="--")
    _note(shifts, "no mask", (1, measured[0]))
    shifts.set(xscale="log", yscale="log", xlabel="contrast of the mask", ylabel="fitted $c_{50}$")
    shifts.set(xlim=(0.018, 1.1), ylim=(0.8 * c50, 1.5))
    _percent(shifts)
    ticks = [tick for tick in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if tick >= 0.8 * c50]
    shifts.set_yticks(ticks, labels=[f"{tick:.0%}" for tick in ticks])
    shifts.set_yticks([], minor=True)
    shifts.set_title(f"A mask of 50% moves $c_{{50}}$ from {measured[0]:.1%} to {measured[-1]:.1%}")


def _across(result: Result, ax: Axes, pool: Pool) -> None:
    """A test drifts at the cell's own orientation, a mask as strong at any: mean responses."""
    own, contrast = FIELD.orientation, 0.25
    turns = np.arange(CYCLE) / CYCLE * 360
    angles = np.linspace(0, 90, 17)

    def gratings(orientation: float, cycles: int) -> tuple[np.ndarray, np.ndarray]:
        phases = cycles * turns
        images = [_grating(contrast, orientation, phase) for phase in phases]
        return np.array(images), _linear(pool.fields, contrast, orientation, phases)

    test, test_drives = gratings(own, 2)
    alone = float(np.mean(pool.cells(test)[:, 0]))
    measured, expected = [], []
    for angle in angles:
        mask, mask_drives = gratings(own + angle, 3)
        pairs = ((mask, mask_drives), (test + mask, test_drives + mask_drives))
        measured.append([float(np.mean(pool.cells(images)[:, 0])) for images, _ in pairs])
        expected.append([float(np.mean(_expected(pool, drives))) for _, drives in pairs])
    by_mask, by_both = np.array(measured).T
    result.claim(
        "test and mask drift together, at any angle: largest error of the mean response over the "
        "maximum",
        np.abs(np.array(measured) - expected).max(),
        at_most=ERROR,
    )
    result.claim(
        "a mask across does not drive the cell: its mean response over the test's",
        by_mask[-1] / alone,
        at_most=ERROR,
    )
    result.claim(
        "and yet it suppresses the response to the test, to the fraction that the equation says",
        by_both[-1] / alone,
        expected[-1][1] / float(np.mean(_expected(pool, test_drives))),
        tolerance=2 * ERROR,
    )
    ax.axhline(alone, color=FAINT, linewidth=0.6, linestyle="--")
    _note(ax, "test alone", (90, alone))
    plot_curves(ax, angles, {"test and mask": by_both, "mask alone": by_mask}, marker="o")
    ax.set(xlabel="angle from test to mask (°)", ylabel="mean response (in $R_{max}$)")
    ax.set(xticks=(0, 30, 60, 90), ylim=(-0.03 * alone, 1.6 * max(alone, by_both.max())))
    ax.legend(loc="upper right")
    lost = 1 - by_both[-1] / alone
    ax.set_title(f"A mask across takes {lost:.0%} of the response away")
    result.table(
        "cross-orientation", ("angle (deg)", "mask alone", "test and mask"),
        list(zip(angles.tolist(), by_mask, by_both, strict=True)),
    )  # fmt: skip


def _gain_control(result: Result, saturating: Axes, tuned: Axes, pool: Pool, c50: float) -> None:
    """Saturation comes with the contrast, not with the response; tuning keeps its width."""
    own = FIELD.orientation
    fine = np.geomspace(CONTRASTS[0], 1, 201)
    fits = []
    for number, angle in enumerate(AWAY):
        images = np.array([_grating(c, own + angle, 0.0) for c in CONTRASTS])
        responses = np.asarray(pool.cells(images))[:, 0]
        fits.append(fit(NAKA_RUSHTON, CONTRASTS, responses))
        colour = list(COLOURS.values())[number]
        saturating.plot(fine, fits[-1](fine), color=colour)
        label = f"{angle:g}°"
        saturating.plot(CONTRASTS, responses, MARKERS[number], color=colour, label=label)
    halves = [found["c50"] for found in fits]
    result.claim(
        f"gratings {', '.join(f'{a:g}°' for a in AWAY)} away saturate at the same contrast: "
        "fitted c50",
        halves,
        c50,
        relative=ERROR,
    )
    saturating.legend(loc="upper left", title="from the best", title_fontsize=7.5, alignment="left")
    saturating.set(xscale="log", xlabel="contrast", ylabel="response (in $R_{max}$)")
    _percent(saturating)
    moved = max(halves) / min(halves) - 1
    saturating.set_title(f"Away from the best, $R_{{max}}$ falls, $c_{{50}}$ moves by {moved:.1%}")
    angles = np.linspace(-60, 60, 81)
    curves = {}
    for contrast in (0.06, 0.12, 0.5):
        images = np.array([_grating(contrast, own + angle, 0.0) for angle in angles])
        curves[f"{100 * contrast:g}%"] = np.asarray(pool.cells(images))[:, 0]
    scaled = np.array([curve / curve.max() for curve in curves.values()])
    result.claim(
        "the orientation tuning only scales with contrast: largest difference, peaks at 1",
        np.ptp(scaled, axis=0).max(),
        at_most=ERROR,
    )
    plot_curves(tuned, angles, curves, legend=False)
    tuned.legend(title="contrast", title_fontsize=7.5, alignment="left")
    tuned.set(xlabel="orientation from the best (°)", ylabel="response (in $R_{max}$)")
    tuned.set(xticks=(-60, -30, 0, 30, 60))
    tuned.set_title("Contrast scales the tuning curve")


def _ratios(result: Result, ax: Axes, exponent: float, seed: int) -> None:
    """Two cells of fixed drives in random pools: their responses change, their ratio does not."""
    random = np.random.default_rng(seed)
    drives = random.uniform(0, 1, (POOLS, 8))
    drives[:, 2:] *= 10 ** random.uniform(-1, 1, (POOLS, 1))  # quiet crowds and loud ones
    drives[:, :2] = 1.0, 0.6
    circuit = normalization_pool(8, Normalization(1.0, 0.3, exponent))
    first, second = np.asarray(circuit(drives)).T[:2]
    result.claim(
        f"in {POOLS} random pools two cells' responses have the ratio (D₁/D₂)ⁿ: largest "
        "deviation, as a fraction",
        np.abs(first / second * 0.6**exponent - 1).max(),
        at_most=1e-12,
    )
    rest = np.sum(drives[:, 2:] ** exponent, axis=1)
    fine = np.geomspace(rest.min(), rest.max(), 101)
    others = 0.3**exponent + 1 + 0.6**exponent + fine
    both = zip((1.0, 0.6), (first, second), COLOURS.values(), MARKERS, strict=False)
    for drive, responses, colour, marker in both:
        ax.plot(fine, drive**exponent / others, color=colour)
        shown = slice(None, None, 8)
        ax.plot(rest[shown], responses[shown], marker, color=colour, label=f"D = {drive:g}")
    ax.set(xscale="log", yscale="log", xlabel="ΣDⁿ of the rest of the pool")
    ax.set_ylabel("response (in γ)")
    ax.legend(loc="lower left")
    ratios = first / second
    changed = ratios.max() / ratios.min() - 1
    ax.set_title(f"Crowds change the ratio of two cells by {changed:.1%}")


def _note(ax: Axes, text: str, place: tuple[float, float]) -> None:
    """Name a horizontal line, above its right end."""
    ax.annotate(
        text, place, xytext=(0, 1.5), textcoords="offset points", ha="right", va="bottom",
        color=FAINT,
    )  # fmt: skip


def _percent(ax: Axes) -> None:
    """Write a logarithmic axis of contrasts in percent."""
    ax.set_xticks([0.01, 0.1, 1], labels=["1%", "10%", "100%"])
