"""A mask across suppresses a cell that does not answer to it, as if the test had less contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.measuring import fit
from neurosim.plotting import FAINT, numbered_points_over_curve, plot_curves, points_over_curve
from neurosim.result import Result

from .axes import percent
from .pool import CONTRASTS, ERROR, FIELD, Pool, expected_responses, grating, linear_drives

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MASKS = (0.0, 0.12, 0.25, 0.5)
CYCLE = 24  # frames of a test's two cycles and a mask's three


def mask_across(result: Result, curves: Axes, shifts: Axes, pool: Pool, c50: float) -> None:
    """Contrast responses beside masks across, and the Naka–Rushton curves through them.

    The mask lies a quarter of a cycle on, where the pool's even cells hear the test alone and its
    odd ones the mask alone: then the equation is a Naka–Rushton curve exactly.
    """
    n, test = pool.rule.exponent, FIELD.orientation
    fits, rows = {}, []
    for number, mask in enumerate(MASKS):
        behind = grating(mask, test + 90, 90.0)
        images = np.array([grating(c, test, 0.0) for c in CONTRASTS])
        responses = np.asarray(pool.cells(images + behind))[:, 0]
        unmoved = linear_drives(pool.fields, mask, test + 90, 90.0)
        drives = [linear_drives(pool.fields, c, test, 0.0) + unmoved for c in CONTRASTS]
        expected = expected_responses(pool, np.array(drives))
        result.claim(
            f"beside a mask of contrast {mask:g} the cell answers γDⁿ/(σⁿ + ΣDⁿ) of the closed "
            "form's drives D: largest error over its maximum",
            np.abs(responses - expected).max(),
            at_most=ERROR,
        )
        fits[mask] = fit("naka-rushton", CONTRASTS, responses)
        fine = np.geomspace(CONTRASTS[0], 1, 201)
        numbered_points_over_curve(
            curves, number, (CONTRASTS, responses), (fine, fits[mask](fine)), f"{mask:.0%}"
        )
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
    curves.legend(loc="upper left", title="mask")
    curves.set(xscale="log", xlabel="contrast of the test", ylabel="response (in $R_{max}$)")
    curves.set(ylim=(-0.03, 1.03))
    percent(curves)
    curves.set_title("A mask across shifts the contrast response")
    fine = np.geomspace(0.02, 1, 101)
    points_over_curve(shifts, (MASKS[1:], measured[1:]), (fine, (c50**n + fine**n) ** (1 / n)))
    shifts.axhline(measured[0], color=FAINT, linewidth=0.6, linestyle="--")
    _note(shifts, "no mask", (1, measured[0]))
    shifts.set(xscale="log", yscale="log", xlabel="contrast of the mask", ylabel="fitted $c_{50}$")
    shifts.set(xlim=(0.018, 1.1), ylim=(0.8 * c50, 1.5))
    percent(shifts)
    ticks = [tick for tick in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if tick >= 0.8 * c50]
    shifts.set_yticks(ticks, labels=[f"{tick:.0%}" for tick in ticks])
    shifts.set_yticks([], minor=True)
    shifts.set_title(f"A mask of 50% moves $c_{{50}}$ from {measured[0]:.1%} to {measured[-1]:.1%}")


def mask_at_any_angle(result: Result, ax: Axes, pool: Pool) -> None:
    """A test drifts at the cell's own orientation, a mask as strong at any: mean responses."""
    own, contrast = FIELD.orientation, 0.25
    turns = np.arange(CYCLE) / CYCLE * 360
    angles = np.linspace(0, 90, 17)

    def gratings(orientation: float, cycles: int) -> tuple[np.ndarray, np.ndarray]:
        phases = cycles * turns
        images = [grating(contrast, orientation, phase) for phase in phases]
        return np.array(images), linear_drives(pool.fields, contrast, orientation, phases)

    test, test_drives = gratings(own, 2)
    alone = float(np.mean(pool.cells(test)[:, 0]))
    measured, expected = [], []
    for angle in angles:
        mask, mask_drives = gratings(own + angle, 3)
        pairs = ((mask, mask_drives), (test + mask, test_drives + mask_drives))
        measured.append([float(np.mean(pool.cells(images)[:, 0])) for images, _ in pairs])
        expected.append([float(np.mean(expected_responses(pool, drives))) for _, drives in pairs])
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
        expected[-1][1] / float(np.mean(expected_responses(pool, test_drives))),
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


def _note(ax: Axes, text: str, place: tuple[float, float]) -> None:
    """Name a horizontal line, above its right end."""
    ax.annotate(
        text, place, xytext=(0, 1.5), textcoords="offset points", ha="right", va="bottom",
        color=FAINT,
    )  # fmt: skip
